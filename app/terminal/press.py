"""One attempt on its way to paper: grant, manifest, printer, exit sensor. Journal first, never sent twice.

Three outcomes, not two. PRINTED and NOT_PRINTED only when the printer proves it; else UNKNOWN, and then the terminal is
out of service until a person has emptied the paper path: what may still come out must not meet the next resident.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from app import clock
from app.protocol.messages import GrantRequest, ReportEvent, Work
from app.terminal.errors import PortalDownError, PortalRefusedError
from app.terminal.journal import MOVING, PRESENTED, Attempt, AttemptState, Journal
from app.terminal.lease import Lease
from app.terminal.manifest import Expected, find_mismatch
from app.terminal.portal import Portal
from app.terminal.printer import JOB_OVER, Job, JobState, NotSentError, Printer

ALARM_AFTER = timedelta(seconds=20)  # sound and screen: sheets lie in the tray
NOT_TAKEN_AFTER = timedelta(seconds=60)
PRINTER_CHANGED = "printer_changed"  # a printer's fault that outlasts the fault

_EVENTS = {
    AttemptState.SENDING: ReportEvent.PRINTING,
    AttemptState.PRINTED: ReportEvent.PRINTED,
    AttemptState.NOT_PRINTED: ReportEvent.NOT_PRINTED,
    AttemptState.UNKNOWN: ReportEvent.OUTCOME_UNKNOWN,
    AttemptState.MISMATCH: ReportEvent.MISMATCH,
    AttemptState.TAKEN: ReportEvent.TAKEN,
    AttemptState.NOT_TAKEN: ReportEvent.NOT_TAKEN,
}


class Press:
    """Used by the loop's thread alone."""

    def __init__(
        self, journal: Journal, printer: Printer, portal: Portal, lease: Lease, terminal_id: str, patience: float
    ) -> None:
        self._journal = journal
        self._printer = printer
        self._portal = portal
        self._lease = lease
        self._terminal_id = terminal_id
        self._patience = timedelta(seconds=patience)

    def start(self, work: Work) -> None:
        """Print `work.attempt_id`, unless it was begun before or the terminal cannot print now."""
        known = self._journal.find_attempt(work.attempt_id)
        if known and known.state in _EVENTS and known.state is not AttemptState.SENDING:
            self._tell(known, known.state, "asked again")
        elif not known and not self._journal.stopped_reason() and not self._printer.faults():
            attempt = self._journal.begin_attempt(work.attempt_id, work.visit_id)
            if attempt:
                self._ask(attempt)

    def follow(self) -> None:
        """Bring what moves one step forward."""
        self._know_printer()
        for attempt in self._journal.attempts_in(MOVING):
            if attempt.state is AttemptState.ASKING:
                self._ask(attempt)
            elif attempt.state in (AttemptState.SENDING, AttemptState.PRINTING):
                self._look(attempt)
        for attempt in self._journal.attempts_in(PRESENTED):
            self._watch(attempt)
        if not self.is_busy():
            self._printer.tidy()

    def recover(self) -> None:
        """After a start: a document lives in memory only until it is sent, so a granted attempt was not printed."""
        self._know_printer()
        for attempt in self._journal.attempts_in((AttemptState.GRANTED,)):
            self._move(attempt, AttemptState.NOT_PRINTED, "restarted before sending")

    def disown(self) -> None:
        """Another folder held the lease in between, and may hold what these attempts are: nothing here proves them."""
        for attempt in self._journal.attempts_in(MOVING):
            self._journal.stop("outcome_unknown")
            self._move(attempt, AttemptState.UNKNOWN, "another folder held the lease")

    def resume(self) -> None:
        """Back into service: a person has looked into the machine and emptied the paper path."""
        if self._journal.stopped_reason() == PRINTER_CHANGED:
            self._printer.accept()
        self._journal.clear_stop()

    def is_alarm_due(self) -> bool:
        """Sheets lie in the tray for too long."""
        return any(_waits(a) >= ALARM_AFTER for a in self._journal.attempts_in(PRESENTED))

    def is_sheet_left(self) -> bool:
        """Whether something lies there that its resident did not take: the next one would find it."""
        return bool(self._journal.attempts_in((AttemptState.NOT_TAKEN,)))

    def is_busy(self) -> bool:
        return bool(self._journal.attempts_in(MOVING + (AttemptState.PRINTED,)))

    def _know_printer(self) -> None:
        """Another printer in its place: what this one may have in its paper path, nobody knows."""
        if PRINTER_CHANGED in self._printer.faults():
            self._journal.stop(PRINTER_CHANGED)

    def _ask(self, attempt: Attempt) -> None:
        try:
            epoch, now = self._lease.need(), _unix(clock.now())
            request = GrantRequest(self._terminal_id, attempt.attempt_id, attempt.grant_id, now, epoch)
            manifest, pdf = self._portal.ask_grant(request)
        except PortalDownError:
            return  # the same grant is asked for again: the portal knows it by its id
        except PortalRefusedError as refusal:
            self._move(attempt, AttemptState.NOT_PRINTED, f"grant refused {refusal.status}")
            return
        expected = Expected(self._terminal_id, self._journal.last_visit(), attempt.attempt_id, attempt.grant_id)
        wrong = find_mismatch(manifest, expected, pdf)
        if wrong:
            self._refuse(attempt, wrong)
        else:
            granted = self._journal.note_granted(attempt.attempt_id, manifest.sheets, manifest.sha256)
            self._send(granted, pdf)

    def _refuse(self, attempt: Attempt, wrong: str) -> None:
        with self._journal.step():
            self._journal.stop(f"mismatch {wrong}")
            self._move(attempt, AttemptState.MISMATCH, wrong)

    def _send(self, attempt: Attempt, pdf: bytes) -> None:
        self._move(attempt, AttemptState.SENDING, "")
        try:
            self._printer.send(attempt.attempt_id, pdf, attempt.sheets, attempt.sha256)
        except NotSentError as error:
            self._move(attempt, AttemptState.NOT_PRINTED, f"printer did not take it {error}".strip())
            return
        self._journal.move_attempt(attempt.attempt_id, AttemptState.PRINTING)

    def _look(self, attempt: Attempt) -> None:
        job = self._printer.query(attempt.attempt_id)
        if job.state not in JOB_OVER and _waits(attempt) > self._patience + timedelta(seconds=6 * attempt.sheets):
            job = self._printer.cancel(attempt.attempt_id)
            if job.state not in JOB_OVER:
                self._doubt(attempt, job, "the printer does not answer")
                return
        if job.state in JOB_OVER:
            self._classify(attempt, job)

    def _classify(self, attempt: Attempt, job: Job) -> None:
        """Only for a job that can print no more: counting sheets proves nothing while more may come."""
        if attempt.state is AttemptState.PRINTING and not job.is_known:  # it was handed over: the record of it is lost
            self._doubt(attempt, job, "no record of the job")
        elif job.state is JobState.DONE and job.sheets_out == attempt.sheets:
            self._move(attempt, AttemptState.PRINTED, f"{job.sheets_out} of {attempt.sheets}")
        elif job.state in (JobState.NONE, JobState.ABORTED) and job.sheets_out == 0:
            self._move(attempt, AttemptState.NOT_PRINTED, f"job {job.state}")
        elif job.state is JobState.ABORTED and job.sheets_out == attempt.sheets:
            self._move(attempt, AttemptState.PRINTED, "all sheets were out when the job was cut off")
        else:
            self._doubt(attempt, job, f"job {job.state}")

    def _doubt(self, attempt: Attempt, job: Job, why: str) -> None:
        with self._journal.step():
            self._journal.stop("outcome_unknown")
            self._move(attempt, AttemptState.UNKNOWN, f"{why}, {job.sheets_out} of {attempt.sheets}")

    def _watch(self, attempt: Attempt) -> None:
        taken = self._printer.is_taken(attempt.attempt_id)
        if taken is None:  # nobody can say: its word that the sheets are out is all there is, and told as just that
            self._move(attempt, AttemptState.TAKEN, "no exit sensor", taken="unknown")
        elif taken:
            self._move(attempt, AttemptState.TAKEN, "exit sensor", taken="seen")
        elif attempt.state is AttemptState.PRINTED and _waits(attempt) >= NOT_TAKEN_AFTER:
            self._move(attempt, AttemptState.NOT_TAKEN, "exit sensor")

    def _move(self, attempt: Attempt, state: AttemptState, why: str, **more: str) -> None:
        with self._journal.step():
            self._journal.move_attempt(attempt.attempt_id, state, why)
            self._tell(attempt, state, why, **more)

    def _tell(self, attempt: Attempt, state: AttemptState, why: str, **more: str) -> None:
        details = json.dumps({"why": why, "sheets": attempt.sheets, "printer": self._printer.faults(), **more})
        body = {
            "event": _EVENTS[state],
            "visit_id": attempt.visit_id,
            "attempt_id": attempt.attempt_id,
            "details": details,
        }
        self._journal.add_report(attempt.attempt_id, state, body)


def _waits(attempt: Attempt) -> timedelta:
    return clock.now() - datetime.fromisoformat(attempt.changed_at)


def _unix(at: datetime) -> int:
    return int(at.timestamp())
