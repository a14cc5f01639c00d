"""What a printer still holds of jobs that are over: it is told to forget them, and looked at until it has.

Purge-Jobs is out of favour because a list of jobs may be a bill. This printer's list bills nobody, and its documents
are certificates. Only a printer at rest is asked, while nothing of the terminal moves: what could print is not touched.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from app.terminal.errors import IppError, IppRefusedError
from app.terminal.ipp import NOT_FOUND, Attributes, IppClient, first
from app.terminal.ipp_status import PrinterStatus, is_same, sheets_of
from app.terminal.jobs import JobBook, KnownJob
from app.terminal.sensor import Stillness

AGAIN_SECONDS = 5.0
KEPT_SECONDS = 180.0  # longer than a list of jobs needs to be remembered by a printer that is set up for this
_GONE = (NOT_FOUND, 0x0407)

log = logging.getLogger(__name__)


class PrinterMemory:
    """Used by the loop's thread alone. What is not yet forgotten is in the book, across restarts."""

    def __init__(self, client: IppClient, book: JobBook) -> None:
        self._client = client
        self._book = book
        self._not_before = 0.0  # monotonic seconds
        self._kept = Stillness()
        self._asked_of = self._complained_of = ""

    def clear(self, status: PrinterStatus) -> None:
        """One step for the oldest job that this printer may hold. A printer that does not answer is asked later."""
        if time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + AGAIN_SECONDS
        if job := self._book.remembered_job(status.uuid):
            self._forget(job, status)

    def _forget(self, job: KnownJob, status: PrinterStatus) -> None:
        with suppress(IppError):
            if seen := self._look(job):
                self._book.note_last_word(job.attempt_id, _word(seen))
                self._complain(job)
                self._erase(job, status)
            else:
                self._book.note_forgotten(job.attempt_id)
                self._not_before = 0.0

    def _look(self, job: KnownJob) -> Attributes:
        """What the printer still knows of it; empty when it is forgotten."""
        try:
            seen = self._client.job(job.job_id)
        except IppRefusedError as refusal:
            if refusal.status in _GONE:
                return {}
            raise
        return seen if is_same(job, seen) else {}

    def _erase(self, job: KnownJob, status: PrinterStatus) -> None:
        """Told once. A printer that says no has a time of its own, which has to pass."""
        if job.attempt_id != self._asked_of:
            with suppress(IppRefusedError):
                self._client.purge_jobs() if status.can_purge else self._client.forget_job(job.job_id)
            self._asked_of = job.attempt_id

    def _complain(self, job: KnownJob) -> None:
        if job.attempt_id != self._complained_of and self._kept.has_lasted(job.attempt_id, job.job_id, KEPT_SECONDS):
            self._complained_of = job.attempt_id
            log.warning(
                "the printer still holds job %d, over for %d s: it keeps what it prints", job.job_id, KEPT_SECONDS
            )


def _word(seen: Attributes) -> str:
    reasons = " ".join(str(reason) for reason in seen.get("job-state-reasons", []))
    sheets = " ".join(map(str, sheets_of(seen))) or "?"
    return f"job-state {first(seen, 'job-state', '?')} {reasons}, sheets {sheets}"
