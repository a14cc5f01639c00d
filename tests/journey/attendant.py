"""The member of staff who walks round during a long run: fills paper, empties trays, decides cases by what they find.

Decides only what they can see with their own eyes: the printer's own record of sheets, the tray, the money in the
machine. Every other case stays open, and the run's end says so.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa
from flask import Flask

from app import serve
from app.errors import KoikiError
from app.issuance import aftermath, service
from app.issuance.cases import Verdict
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView, list_cases
from app.issuance.states import Payment, State
from app.municipalities import service as municipalities
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from tests.journey import truth
from tests.journey.reading import Readings
from tests.journey.robot import Desk, JourneyError

ROUND_SECONDS = 4.0
LOW = 40  # sheets
ACTOR = "staff:soak"


@dataclass
class Attendant:
    """`kept` tells the yen that the machines of a payment have kept, None while they have not decided."""

    app: Flask
    folders: list[Path]
    readings: Readings
    kept: Callable[[Path, str], int | None]
    desk_of: Callable[[Path], Desk] = lambda folder: Desk(serve.agent_url(folder))
    verdicts: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.desks = {folder.name: self.desk_of(folder) for folder in self.folders}
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Attendant:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with self.app.app_context():
            while not self._over.wait(ROUND_SECONDS):
                self.walk_round()

    def walk_round(self) -> None:
        """Every open case, then every terminal."""
        for code in partitions.codes():
            with partitions.open(code) as p:
                cases = list_cases(p)
            for case in cases:
                self._look_into(code, case)
        for folder in self.folders:
            try:
                self._serve(folder)
            except (JourneyError, httpx.TransportError):
                continue  # its agent has just died; the next round finds it again

    # --- cases

    def _look_into(self, code: str, case: CaseView) -> None:
        verdict = self._find_verdict(code, case)
        if verdict is None:
            return
        try:
            with partitions.open(code, write=True) as p:
                service.close_case(p, ACTOR, case.case_id, verdict)
                visit_id = aftermath.visit_of_case(p, case)
            aftermath.follow_up(code, ACTOR, visit_id)
        except KoikiError:
            return  # it moved meanwhile; the next round looks again
        self.verdicts[f"{case.kind.value} {verdict.value}"] += 1

    def _find_verdict(self, code: str, case: CaseView) -> Verdict | None:
        folder = next((f for f in self.folders if f.name == case.terminal_id), None)
        if folder is None:
            return None
        if case.kind in {CaseKind.OUTCOME_UNKNOWN, CaseKind.NOT_TAKEN}:
            return self._of_paper(code, case, folder) if case.state is State.UNKNOWN else Verdict.CHECKED
        if case.kind is CaseKind.PAYMENT_UNKNOWN:
            return self._of_money(code, case, folder)
        return Verdict.PAID_BACK if case.kind is CaseKind.CHANGE_OWED else None

    def _of_paper(self, code: str, case: CaseView, folder: Path) -> Verdict | None:
        """What the tray's own record says of a job that can print no more; a sheet that lies there is destroyed."""
        attempt_id, sheets = _attempt_of(code, case.issuance_id or "")
        out = self.sheets_out(folder, attempt_id)
        if out == 0:
            return Verdict.NOT_PRINTED
        is_whole, lies_there = out == sheets, self._collect(folder, attempt_id)
        return Verdict.CAME_OUT if is_whole and not lies_there else Verdict.DESTROYED

    def _of_money(self, code: str, case: CaseView, folder: Path) -> Verdict | None:
        if case.payment in {Payment.COMMITTED, Payment.RELEASED}:
            return Verdict.CHECKED
        kept = self.kept(folder, _payment_key_of(code, case.order_id or ""))
        if kept is None or case.payment is not Payment.UNKNOWN:
            return None
        return Verdict.KEPT if kept else Verdict.REFUNDED

    # --- terminals

    def _serve(self, folder: Path) -> None:
        desk = self.desks[folder.name]
        state = desk.state()
        if state["printer"]["faults"] or state["printer"]["sheets_left"] < LOW:
            self.refill(desk)
        if _has_undecided(folder.name) or aftermath.is_held_by_case(folder.name):
            return
        if state["out_of_service"]:
            desk.do("clear")
        if get_terminal(folder.name).is_stopped:
            municipalities.resume_terminal(ACTOR, folder.name)

    def sheets_out(self, folder: Path, attempt_id: str) -> int:
        """Of this attempt, by the printer's own record."""
        return sum(slip.attempt_id == attempt_id for slip in truth.slips_of(folder))

    def refill(self, desk: Desk) -> None:
        """Every fault mended, the paper tray full."""
        desk.do("printer", fault="")

    def _collect(self, folder: Path, attempt_id: str) -> bool:
        """Take a sheet that nobody took; whether there was one."""
        desk = self.desks[folder.name]
        try:
            pdf = desk.peek(attempt_id)
            self.readings.read(pdf, folder.name, attempt_id, "", "")
            desk.do("tray/take", attempt_id=attempt_id)
        except (JourneyError, httpx.TransportError):
            return False
        return True


def _attempt_of(code: str, issuance_id: str) -> tuple[str, int]:
    query = "SELECT attempt_id, coalesce(sheets, 0) FROM attempt WHERE issuance_id = :copy AND voided_at IS NULL"
    with partitions.open(code) as p:
        row = p.session.execute(sa.text(query), {"copy": issuance_id}).one()
    return row[0], row[1]


def _payment_key_of(code: str, order_id: str) -> str:
    query = "SELECT payment_key FROM issue_order WHERE order_id = :order_id"
    with partitions.open(code) as p:
        return str(p.session.execute(sa.text(query), {"order_id": order_id}).scalar_one())


def _has_undecided(terminal_id: str) -> bool:
    """Whether a case about paper at this terminal is still open in any town."""
    for code in partitions.codes():
        with partitions.open(code) as p:
            if any(c.terminal_id == terminal_id and c.state is State.UNKNOWN for c in list_cases(p)):
                return True
    return False
