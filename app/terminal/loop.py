"""The agent's own motion: ask the portal for work, do the one thing, say what happened until it is heard.

Nothing on the network calls the agent; it calls out. It survives a portal that is down and its own restart.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app import clock
from app.protocol.messages import Report, ReportEvent, Work, WorkAction, WorkCall
from app.terminal.counting import Counter
from app.terminal.errors import LeaseLostError, PortalBusyError, PortalDownError, PortalRefusedError
from app.terminal.journal import Journal, PendingReport
from app.terminal.lease import Lease
from app.terminal.portal import Portal
from app.terminal.press import Press
from app.terminal.printer import Printer
from app.terminal.receipts import Receipts
from app.terminal.till import Till
from app.terminal.trips import Trips

BUSY_SECONDS = 0.25  # somebody stands here; also how often a printing job is looked at
IDLE_SECONDS = 2.0  # also the longest back-off
NOT_MINE_SECONDS = 60.0  # the portal says that a report is about nothing it knows: ask again, but seldom
_QUIET_TURNS = 10  # stay quick for a few seconds after work: one order is many small works

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Works:
    """What the loop moves; each is used by its thread alone."""

    press: Press
    till: Till
    trips: Trips
    receipts: Receipts


class Loop:
    """One thread. `turn()` is one round and is called directly by tests."""

    def __init__(
        self, terminal_id: str, journal: Journal, portal: Portal, lease: Lease, printer: Printer, works: Works
    ) -> None:
        self._terminal_id = terminal_id
        self._journal = journal
        self._portal = portal
        self._lease = lease
        self._printer = printer
        self._press, self._till, self._trips, self._receipts = works.press, works.till, works.trips, works.receipts
        self._counter = Counter(terminal_id, journal, portal, lease, printer, works.press, works.till)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._quick_turns = 0
        self._is_cut_off = False
        self._not_before: dict[str, float] = {}  # report id -> monotonic seconds
        self._does = {
            WorkAction.COLLECT: works.till.collect,
            WorkAction.COMMIT: works.till.commit,
            WorkAction.RELEASE: works.till.release,
            WorkAction.PRINT: self._print,
            WorkAction.RECEIPT: works.receipts.start,
        }

    def start(self) -> None:
        """Recover, then go round until `stop`. Starting twice does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="agent-loop", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=15)

    def turn(self) -> float:
        """One round; gives the seconds to wait. :raises PortalDownError: the portal does not answer."""
        self._trips.expire()
        if not self._lease.is_held:
            self._begin()
        self._press.follow()
        self._till.follow()
        self._send_reports()
        if self._lease.is_fenced:
            return IDLE_SECONDS
        work = self._reach(lambda: self._portal.ask_work(self._call()))
        self._obey(work)
        self._till.serve(work.visit_id)
        if work.action is not WorkAction.NONE:
            self._does[work.action](work)
            self._quick_turns = _QUIET_TURNS
            self._send_reports()
        else:
            self._counter.follow()
        return self._pause(work)

    def _obey(self, work: Work) -> None:
        """A person has looked into the machine and ended just this stop; one that began since is another."""
        if work.clear and work.clear == self._journal.stopped_at():
            log.warning(
                "%s is put back into service, was stopped: %s", self._terminal_id, self._journal.stopped_reason()
            )
            self._press.resume()

    def _print(self, work: Work) -> None:
        """Not while the portal has yet to hear of this money: it may have been given back."""
        if all(pending.subject != work.payment_key for pending in self._journal.pending_reports()):
            self._press.start(work)

    def _begin(self) -> None:
        """The lease before anything else; then what a predecessor in this very folder left is taken up."""
        result = self._reach(self._lease.ask)
        with self._journal.step():
            if not result.is_successor:
                self._press.disown()
            self._lease.note(result)
        self._press.recover()

    def is_fenced(self) -> bool:
        """Whether another agent speaks for this terminal: this one only ends what it began."""
        return self._lease.is_fenced

    def is_cut_off(self) -> bool:
        """Whether the portal did not answer when it was last asked: nobody should be sent there now."""
        return self._is_cut_off

    def _reach(self, ask: Callable[[], Answer]) -> Answer:
        try:
            answer = ask()
        except LeaseLostError:
            if self._lease.fence():
                log.error("another agent speaks for %s: this one is out of service", self._terminal_id)
            raise
        except PortalDownError:
            self._is_cut_off = True
            raise
        self._is_cut_off = False
        return answer

    def _run(self) -> None:
        while not self._stop.wait(self._safe_turn()):
            continue

    def _safe_turn(self) -> float:
        """The thread must not die: a terminal that holds money has to finish."""
        try:
            return self.turn()
        except (PortalDownError, PortalRefusedError) as error:
            log.warning("portal: %s", type(error).__name__)
        except Exception:
            log.exception("a turn of the loop failed")
        return IDLE_SECONDS

    def _call(self) -> WorkCall:
        stopped = self._journal.stopped_reason()
        own = [stopped.split()[0], "out_of_service"] if stopped else []
        state = [*self._printer.faults(), *own, *(["sheet_left"] if self._press.is_sheet_left() else [])]
        printer = " ".join(dict.fromkeys(state)) or "ready"
        return WorkCall(
            terminal_id=self._terminal_id, call_id=str(uuid.uuid4()), at=_now(), printer=printer,
            sheets_left=self._printer.sheets_left(), change_left=self._till.change_left(),
            tenders=" ".join(self._till.tenders()),
            epoch=self._lease.need(), prints_receipts=self._receipts.can_print(), stopped_at=self._journal.stopped_at(),
        )  # fmt: skip

    def _send_reports(self) -> None:
        """In order for each attempt and each payment; one that is not accepted holds up only its own."""
        held_up: set[str] = set()
        for pending in self._journal.pending_reports():
            too_soon = time.monotonic() < self._not_before.get(pending.report_id, 0)
            if pending.subject not in held_up and not too_soon and self._deliver(pending):
                self._journal.note_accepted(pending.report_id)
            else:
                held_up.add(pending.subject)

    def _deliver(self, pending: PendingReport) -> bool:
        try:
            is_accepted = self._portal.report(_report(self._terminal_id, self._lease.epoch, pending))
        except (PortalBusyError, PortalRefusedError):
            return False
        if not is_accepted:
            self._not_before[pending.report_id] = time.monotonic() + NOT_MINE_SECONDS
        return is_accepted

    def _pause(self, work: Work) -> float:
        self._quick_turns = max(0, self._quick_turns - 1)
        live = self._trips.is_live() or self._press.is_busy() or self._till.is_busy()
        return BUSY_SECONDS if live or work.visit_id or self._quick_turns else IDLE_SECONDS


def _report(terminal_id: str, epoch: int, pending: PendingReport) -> Report:
    """`at` is the time of sending: the portal refuses calls whose clock differs too much."""
    empty: dict[str, Any] = {"visit_id": "", "payment_key": "", "attempt_id": "", "yen": 0, "details": "{}"}
    fields = empty | pending.body | {"event": ReportEvent(pending.body["event"])}
    return Report(terminal_id=terminal_id, report_id=pending.report_id, at=_now(), epoch=epoch, **fields)


def _now() -> int:
    return int(clock.now().timestamp())
