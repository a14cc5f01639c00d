"""One cell of the matrix: somebody dies, something breaks, everything recovers; then the truth is read.

What has not happened to the first resident waits for the next: an agent that died before a document was sent has met
no jam. A case in which something never happened says so (`missed`).
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from app.municipalities.queries import get_terminal
from tests.journey import truth
from tests.journey.attendant import Attendant
from tests.journey.robot import Desk, JourneyError
from tests.journey.shopper import Errand
from tests.matrix import passing, points
from tests.matrix.cases import GATEWAY_LINE, PRINTER, SHEETS, Case
from tests.matrix.judge import ORDERS, judge, rows
from tests.matrix.lane import Lane, Part
from tests.matrix.paper import TrayDesk
from tests.matrix.till import Till
from tests.matrix.visitor import Visitor

ERRAND_SECONDS = 90.0
MEND_SECONDS = 180.0
PATIENT_SECONDS = 8.0
DEATH_SECONDS = 3.0  # until somebody who works by the clock has passed where he shall die
PAUSE_SECONDS = 0.05
RESIDENTS = 3  # until everything has happened
CLEARED = ("jam cleared", "out of paper")
LATER = timedelta(minutes=4)  # nobody has looked at the kiosk for so long
MUCH_LATER = timedelta(minutes=11)  # nobody has reported money for so long


@dataclass
class Outcome:
    """What became of one case. `wrong`: what must never be; `missed`: what did not happen; `ends`: how copies end."""

    case: Case
    missed: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    residents: int = 0
    verdicts: int = 0
    lies: int = 0
    wrong: list[str] = field(default_factory=list)


class Player:
    """Plays cases on one lane, one after the other. Runs in a thread of its own, inside the app's context."""

    def __init__(self, lane: Lane, shared: dict[str, Part], attendant: Attendant, large: tuple[str, str]) -> None:
        self.lane, self.shared, self.attendant, self.large = lane, shared, attendant, large
        self.desk: Desk = attendant.desks[lane.terminal_id]
        self._turns = 0

    def play(self, case: Case) -> Outcome:
        """From an untouched terminal to a terminal that serves again."""
        outcome, errands, till = Outcome(case), list[Errand](), Till(self.lane, self.attendant, case)
        self.lane.fit(case)
        self._ready()
        self._arrange(case)
        outcome.missed = self._missed(case, till)
        while outcome.missed and len(errands) < RESIDENTS:
            if errands:
                self._ready()
            errands.append(self._errand(case))
            self._visit(case, errands[-1], till)
            self._tidy(case)
            self._recover(errands[-1], outcome)
            self._wait_for_death(case)
            self.lane.exit.empty()  # staff: nobody else's sheet lies there when the next one comes
            outcome.missed = self._missed(case, till)
        self._repair(case, till)
        self._judge(case, errands, outcome)
        return outcome

    def _part(self, case: Case) -> Part:
        return self.shared.get(case.part) or self.lane.parts[case.part]

    # --- before

    def _ready(self) -> None:
        """Whatever was left of the last resident is over: alive, mended, known to the portal as able to serve."""
        deadline = time.monotonic() + MEND_SECONDS
        while not self._is_serving():
            self._revive()
            self.attendant.walk_round()
            assert time.monotonic() < deadline, f"{self.lane.terminal_id} does not serve again"
            time.sleep(PAUSE_SECONDS)

    def _is_serving(self) -> bool:
        try:
            state = self.desk.state()
        except (JourneyError, httpx.TransportError):
            return False
        is_well = not state["out_of_service"] and not state["printer"]["faults"] and not state["pending_reports"]
        return is_well and not get_terminal(self.lane.terminal_id).is_stopped

    def _errand(self, case: Case) -> Errand:
        card, name = self.large if case.size == SHEETS else self.lane.cards[self._turns % len(self.lane.cards)]
        self._turns += 1
        return Errand(self.lane.terminal_id, card, name, wants=1)

    def _arrange(self, case: Case) -> None:
        part = self._part(case)
        points.order_to_die(part.points, case.point, case.when)
        self.lane.plan(case)
        if case.network:
            line, cut = case.network.split(" ", 1)
            self.lane.lines[line].cut(cut, case.cut_at)
        if case.money == "lost answer":
            self.lane.lines["gateway"].cut("before-response", GATEWAY_LINE[case.dice % 2])

    def _missed(self, case: Case, till: Till) -> list[str]:
        """What has not happened yet."""
        lines = self.lane.lines
        part = self._part(case)
        happened = {
            f"{case.part} did not die": points.has_died(part.points, case.point, case.when),
            case.printer: self.lane.has_met_plan,
            case.network: bool(case.network) and lines[case.network.split(" ")[0]].cuts > 0,
            case.money: lines["gateway"].cuts > 0 if case.money == "lost answer" else till.has_met,
        }
        return [what for what, is_so in happened.items() if what and not is_so]

    # --- meanwhile

    def _visit(self, case: Case, errand: Errand, till: Till) -> None:
        """One resident, while the init system starts what has died; a person clears a jam; power comes back."""
        resident = threading.Thread(target=self._visitor(case, errand).run)
        resident.start()
        while resident.is_alive():
            self._revive()
            self._mend(case)
            till.turn()
            resident.join(PAUSE_SECONDS)

    def _visitor(self, case: Case, errand: Errand) -> Visitor:
        part = self._part(case)
        visitor = Visitor(
            self.lane.agent_url, errand, self.attendant.readings, self._visit_of, random.Random(case.dice),
            only=("resident_record",), tender=case.tender, patience=ERRAND_SECONDS, case=case,
            hands=TrayDesk(self.lane.agent_url, exit=self.lane.exit),
            goes=case.part == "reconcile" and not points.has_died(part.points, case.point, case.when),
        )  # fmt: skip
        visitor.browser.patience = ERRAND_SECONDS / 2
        return visitor

    def _visit_of(self, terminal_id: str) -> str:
        sql = "SELECT visit_id FROM visit WHERE terminal_id = ? AND state <> 'ended'"
        found = truth.rows(self.lane.installation.home / "union.db", sql, terminal_id)
        return str(found[0][0]) if found else ""

    def _revive(self) -> None:
        self.lane.revive()
        for part in self.shared.values():
            part.revive()

    def _mend(self, case: Case) -> None:
        box = self.lane.box
        if case.printer in CLEARED and (box.folder / f"at-{PRINTER[case.printer]['kind']}").exists():
            box.clear()
        elif case.printer.startswith("power cut") and (box.folder / "at-plug").exists():
            self.lane.renew_printer()

    # --- after

    def _tidy(self, case: Case) -> None:
        """Staff pulls the paper out by hand, what still comes out is theirs; a printer that hangs is started anew."""
        if case.printer == "jam for good":
            self.lane.box.clear()
        if case.printer or case.network.startswith("printer"):
            time.sleep(PAUSE_SECONDS * 4)
            self.lane.renew_printer()

    def _recover(self, errand: Errand, outcome: Outcome) -> None:
        """Time passes, staff decide, until every order of these visits is closed."""
        outcome.residents += 1
        before, deadline = sum(self.attendant.verdicts.values()), time.monotonic() + MEND_SECONDS
        while open_orders := [row for row in rows(self.lane, ORDERS, errand.visits) if row[1]]:
            if time.monotonic() > deadline:
                outcome.wrong.append(f"an order stays open without a case: {open_orders[0][2]}")
                break
            is_slow = time.monotonic() > deadline - MEND_SECONDS + PATIENT_SECONDS
            self._let_time_pass(errand, MUCH_LATER if is_slow else LATER)
            self.attendant.walk_round()
            time.sleep(PAUSE_SECONDS * 2)
        outcome.verdicts += sum(self.attendant.verdicts.values()) - before

    def _let_time_pass(self, errand: Errand, how_much: timedelta) -> None:
        """The reconciler does what it does then; killed meanwhile, it does it after its birth."""
        deadline = time.monotonic() + MEND_SECONDS
        order = passing.ask(self.shared["reconcile"].points, self.lane.terminal_id, errand.visits, how_much)
        while order.exists():
            self._revive()
            assert time.monotonic() < deadline, "the reconciler does not come to an end"
            time.sleep(PAUSE_SECONDS)

    def _wait_for_death(self, case: Case) -> None:
        part, deadline = self._part(case), time.monotonic() + DEATH_SECONDS
        while not points.has_died(part.points, case.point, case.when) and time.monotonic() < deadline:
            self._revive()
            time.sleep(PAUSE_SECONDS)

    def _repair(self, case: Case, till: Till) -> None:
        points.forget(self._part(case).points)
        for line in self.lane.lines.values():
            line.cut("", b"")
        till.repair()
        (self.lane.box.folder / "plan.json").unlink(missing_ok=True)

    def _judge(self, case: Case, errands: list[Errand], outcome: Outcome) -> None:
        found = judge(self.lane, case, errands, self.attendant.readings)
        outcome.ends, outcome.lies = found.ends, found.lies
        outcome.wrong += found.wrong
