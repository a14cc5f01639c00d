"""One cell of the matrix: somebody dies, something breaks, everything recovers; then the truth is read."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import sqlalchemy as sa

from app import clock
from app.cards import visits
from app.issuance import aftermath, reconcile
from app.issuance.queries import CaseView, list_cases
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from tests.journey import truth
from tests.journey.attendant import Attendant
from tests.journey.robot import Desk, JourneyError
from tests.journey.shopper import Errand, Shopper
from tests.matrix import points
from tests.matrix.cases import GATEWAY_LINE, PRINTER, Case
from tests.matrix.lane import Lane, Part

ERRAND_SECONDS = 90.0
MEND_SECONDS = 180.0
PATIENT_SECONDS = 8.0
PAUSE_SECONDS = 0.05
CLEARED = ("jam cleared", "out of paper")
LATER = timedelta(minutes=4)  # nobody has looked at the kiosk for so long
MUCH_LATER = timedelta(minutes=11)  # nobody has reported money for so long
ORDERS = "SELECT order_id, is_open, payment, payment_key, coalesce(yen_due, 0), yen_owed FROM issue_order"
COPIES = """SELECT a.attempt_id, i.state, coalesce(a.disposal, ''), coalesce(a.sheets, 0)
  FROM attempt a JOIN issuance i USING (issuance_id)"""


@dataclass
class Outcome:
    """What became of one case. `wrong` lists what must never be; `ends` how the copies ended."""

    case: Case
    has_died: bool = False
    ends: list[str] = field(default_factory=list)
    verdicts: int = 0
    wrong: list[str] = field(default_factory=list)


class Player:
    """Plays cases on one lane, one after the other. Runs in a thread of its own, inside the app's context."""

    def __init__(self, lane: Lane, shared: dict[str, Part], attendant: Attendant) -> None:
        self.lane, self.shared, self.attendant = lane, shared, attendant
        self.desk = Desk(lane.agent_url)
        self._played = 0

    def play(self, case: Case) -> Outcome:
        """From an untouched terminal to a terminal that serves again, or says why not."""
        outcome = Outcome(case)
        self._ready()
        errand = self._errand()
        part = self.shared.get(case.part) or self.lane.parts[case.part]
        self._arrange(case, part)
        resident = threading.Thread(target=self._shopper(case, errand).run)
        resident.start()
        while resident.is_alive():
            self._mend(case)
            resident.join(PAUSE_SECONDS)
        outcome.has_died = points.has_died(part.points, case.point, case.when)
        self._repair(case, part)
        self._recover(errand, outcome)
        self._judge(errand, outcome)
        return outcome

    # --- before

    def _ready(self) -> None:
        """Whatever was left of the last case is over: alive, mended, known to the portal as able to serve."""
        self.lane.revive()
        deadline = time.monotonic() + MEND_SECONDS
        while not self._is_serving():
            self.attendant.walk_round()
            self.lane.revive()
            assert time.monotonic() < deadline, f"{self.lane.terminal_id} does not serve again"
            time.sleep(PAUSE_SECONDS)

    def _is_serving(self) -> bool:
        try:
            state = self.desk.state()
        except (JourneyError, httpx.TransportError):
            return False
        return not state["out_of_service"] and not state["printer"]["faults"] and not state["pending_reports"]

    def _errand(self) -> Errand:
        card, name = self.lane.cards[self._played % len(self.lane.cards)]
        self._played += 1
        return Errand(self.lane.terminal_id, card, name, wants=1)

    def _shopper(self, case: Case, errand: Errand) -> Shopper:
        shopper = Shopper(
            self.lane.agent_url, errand, self.attendant.readings, self._visit_of, random.Random(case.dice),
            only=("resident_record",), tender=case.tender, patience=ERRAND_SECONDS,
        )  # fmt: skip
        shopper.browser.patience = ERRAND_SECONDS / 2
        return shopper

    def _visit_of(self, terminal_id: str) -> str:
        sql = "SELECT visit_id FROM visit WHERE terminal_id = ? AND state <> 'ended'"
        found = truth.rows(self.lane.installation.home / "union.db", sql, terminal_id)
        return str(found[0][0]) if found else ""

    def _arrange(self, case: Case, part: Part) -> None:
        points.order_to_die(part.points, case.point, case.when)
        if case.printer:
            self.lane.box.plan({"sheet": 1, **PRINTER[case.printer]})
        if case.network:
            line, cut = case.network.split(" ", 1)
            self.lane.lines[line].cut(cut, case.cut_at)
        if case.money == "lost answer":
            self.lane.lines["gateway"].cut("before-response", GATEWAY_LINE[case.dice % 2])
        elif case.money:
            self._break_machine(case)

    def _break_machine(self, case: Case) -> None:
        kinds = {"machine jam": "jam", "short of change": "no_change", "power cut of the machine": "no_power"}
        self._broken_at = time.monotonic()
        self.attendant.hands(self.lane.terminal_id, "fault", tender="cash", kind=kinds[case.money])

    # --- meanwhile

    def _mend(self, case: Case) -> None:
        """The init system starts what has died; a person clears a jam; power comes back."""
        self.lane.revive()
        for part in self.shared.values():
            part.revive()
        box = self.lane.box
        if case.printer in CLEARED and (box.folder / f"at-{PRINTER[case.printer]['kind']}").exists():
            box.clear()
        elif case.printer.startswith("power cut") and (box.folder / "at-plug").exists():
            self.lane.renew_printer()
        if case.money and case.money != "lost answer" and time.monotonic() - self._broken_at > 3:
            self.attendant.hands(self.lane.terminal_id, "fault", tender="cash", kind="")

    # --- after

    def _repair(self, case: Case, part: Part) -> None:
        points.forget(part.points)
        for line in self.lane.lines.values():
            line.cut("", b"")
        self.attendant.hands(self.lane.terminal_id, "fault", tender="cash", kind="")
        if case.printer == "jam for good":
            self.lane.box.clear()  # staff pulls the paper out by hand: what still comes out is theirs
        if case.printer or case.network.startswith("printer"):
            time.sleep(PAUSE_SECONDS * 4)
            self.lane.renew_printer()

    def _recover(self, errand: Errand, outcome: Outcome) -> None:
        """Time passes, staff decide, until every order of these visits is closed."""
        before, deadline = sum(self.attendant.verdicts.values()), time.monotonic() + MEND_SECONDS
        while open_orders := [row for row in self._orders(errand) if row[1]]:
            if time.monotonic() > deadline:
                outcome.wrong.append(f"an order stays open without a case: {open_orders[0][2]}")
                break
            self.lane.revive()
            is_slow = time.monotonic() > deadline - MEND_SECONDS + PATIENT_SECONDS
            self._let_time_pass(errand, MUCH_LATER if is_slow else LATER)
            self.attendant.walk_round()
            time.sleep(PAUSE_SECONDS * 2)
        outcome.verdicts = sum(self.attendant.verdicts.values()) - before

    def _let_time_pass(self, errand: Errand, how_much: timedelta) -> None:
        """As `reconcile` does it for everybody, here for those alone whose turn it is."""
        with clock.frozen(clock.now() + how_much):
            for visit in filter(None, map(visits.find_visit, errand.visits)):
                if visit.home is None or not visit.is_live:
                    continue
                reconcile.reconcile_visit(visit)
                with partitions.open(visit.home) as p:
                    query = sa.text("SELECT order_id FROM issue_order WHERE visit_id = :v AND is_open")
                    orders = list(p.session.scalars(query, {"v": visit.visit_id}))
                for order_id in orders:
                    with partitions.open(visit.home, write=True) as p:
                        reconcile.reconcile_order(p, order_id, is_gone=True)
                    aftermath.follow_up(visit.home, reconcile.ACTOR, visit.visit_id)

    # --- the truth

    def _judge(self, errand: Errand, outcome: Outcome) -> None:
        out: dict[str, list[int]] = {}
        for slip in self.lane.box.tray():
            out.setdefault(slip["name"], []).append(slip["sheet"])
        for attempt_id, state, disposal, sheets in self._copies(errand):
            outcome.ends.append(state)
            outcome.wrong += _wrong_with_paper(out.get(attempt_id, []), state, disposal, sheets)
        for _, _, payment, key, due, owed in self._orders(errand):
            outcome.wrong += self._wrong_with_money(payment, key, due, owed)
        if get_terminal(self.lane.terminal_id).stopped_reason and not list(self._stopping_cases()):
            outcome.wrong.append("out of service, and nobody is told why")

    def _wrong_with_money(self, payment: str, key: str, due: int, owed: int) -> Iterator[str]:
        kept = truth.all_kept(self.lane.installation).get(key, 0) - owed
        expected = due if payment == "committed" else 0
        if payment in {"committed", "released"} and kept != expected:
            yield f"{kept} yen taken, {expected} due: {payment}"

    def _stopping_cases(self) -> Iterator[CaseView]:
        for code in partitions.codes():
            with partitions.open(code) as p:
                yield from (case for case in list_cases(p) if case.terminal_id == self.lane.terminal_id)

    def _orders(self, errand: Errand) -> list[tuple]:
        marks = ", ".join("?" * len(errand.visits))
        where = f" WHERE visit_id IN ({marks})"
        files = truth.partition_files(self.lane.installation)
        return [row for file in files for row in truth.rows(file, ORDERS + where, *errand.visits)]

    def _copies(self, errand: Errand) -> list[tuple]:
        marks = ", ".join("?" * len(errand.visits))
        where = f" JOIN issue_order o USING (order_id) WHERE o.visit_id IN ({marks})"
        files = truth.partition_files(self.lane.installation)
        return [row for file in files for row in truth.rows(file, COPIES + where, *errand.visits)]


def _wrong_with_paper(out: list[int], state: str, disposal: str, sheets: int) -> Iterator[str]:
    """Held against the printer's own record."""
    if len(out) != len(set(out)):
        yield "a sheet came out twice"
    if out and (state in {"not_printed", "cancelled", "failed", "ready", "fixed"} or disposal == "never_printed"):
        yield f"a sheet came out of a copy that is {state} {disposal}".strip()
    if state in {"settled", "taken", "printed"} and len(out) != sheets:
        yield f"{state} with {len(out)} of {sheets} sheets"
