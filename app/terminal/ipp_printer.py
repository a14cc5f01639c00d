"""A real printer behind the `Printer` protocol: Create-Job, write it down, Send-Document, look. Nothing is sent twice.

A job is known by its uuid and its name together, never by its number, which begins at 1 again after a power cut. What
the exit sensor counted goes before the printer's word, but only for a job that can print no more, and only once the
count has stood still.
"""

from __future__ import annotations

import time

from app.terminal.errors import IppError, IppMaybeSentError, IppRefusedError
from app.terminal.ipp import NOT_FOUND, Attributes, IppClient, first
from app.terminal.ipp_memory import PrinterMemory
from app.terminal.ipp_status import (
    UNCOUNTED,
    UNREACHABLE,
    PrinterStatus,
    Trouble,
    boot_of,
    is_same,
    read_status,
    sheets_of,
)
from app.terminal.jobs import JobBook, KnownJob, Stage
from app.terminal.printer import Job, JobState, NotSentError
from app.terminal.sensor import ExitSensor, Stillness

STATUS_SECONDS = 1.0  # one round of the loop asks several times
SAME_BOOT_SECONDS = 10.0  # the printer counts whole seconds, and two clocks drift
_STOPPED, _CANCELED, _ABORTED, _COMPLETED = 6, 7, 8, 9  # job-state (RFC 8011, 5.3.7)
_OVER = (_CANCELED, _ABORTED, _COMPLETED)
_SERVER_ERROR = 0x0500


class IppPrinter:
    """One printer, one job at a time. `sensor` is None where the exit has none."""

    def __init__(self, client: IppClient, book: JobBook, sensor: ExitSensor | None = None) -> None:
        self._client = client
        self._book = book
        self._sensor = sensor
        self._memory = PrinterMemory(client, book)
        self._stillness = Stillness()
        self._status = UNREACHABLE
        self._status_until = 0.0  # monotonic seconds

    def close(self) -> None:
        self._book.close()

    def accept(self) -> None:
        """A person says that the printer that stands there now is the right one."""
        self._book.forget_printer()

    def tidy(self) -> None:
        """While nothing moves: read the printer's counter, and have it forget what it has printed."""
        status = self._recent_status()
        if status.is_idle and not self._book.open_job() and not self._find_exchange(status):
            self._note_meter(status)
            self._memory.clear(status)

    # --- what the agent asks

    def faults(self) -> list[str]:
        status = self._recent_status()
        if Trouble.OFFLINE in status.troubles:
            return sorted(status.troubles)
        held = {Trouble.BUSY} if not status.is_idle and not self._book.open_job() else set()
        return sorted(status.troubles | held | self._find_exchange(status))

    def sheets_ever(self) -> int:
        """The sensor's count, else the printer's own: of a printer at rest, for it may lag behind while it works."""
        if self._sensor is not None:
            return self._sensor.count()
        status = self._recent_status()
        if status.sheets_ever == UNCOUNTED or not status.is_idle or self._find_exchange(status):
            return UNCOUNTED
        self._note_meter(status)
        return self._book.metered()

    def sheets_left(self) -> int:
        return self._recent_status().sheets_left

    def send(self, attempt_id: str, pdf: bytes, sheets: int, sha256: str) -> None:  # noqa: ARG002 -- checked before
        if self._book.find(attempt_id):
            return  # `query` says what became of it; it is not sent again
        status = self._preflight(sheets)
        before = self._sensor.count() if self._sensor else 0
        self._book.begin(KnownJob(attempt_id, sheets, Stage.CREATING, status.uuid, status.booted_at, before))
        if job_id := self._create(attempt_id):
            self._deliver(attempt_id, job_id, pdf)

    def query(self, attempt_id: str) -> Job:
        job = self._book.find(attempt_id)
        if job is None:
            return Job(JobState.NONE)
        if job.stage is Stage.OVER:
            return Job(JobState(job.verdict), job.sheets_out)
        return self._follow(job) if job.stage is Stage.SENDING else self._withdraw(job)

    def cancel(self, attempt_id: str) -> Job:
        """The last try. What is not over then is given up: nobody will know how many sheets came out."""
        now = self.query(attempt_id)
        job = self._book.find(attempt_id)
        if job is None or job.stage is Stage.OVER:
            return now
        if job.stage is not Stage.SENDING:
            return self._end(job, JobState.NONE, 0)  # its empty job shows as `busy`, and is cleared away in `_sweep`
        self._try_to_cancel(job.job_id)
        last = self._follow(job)
        self._end(job, JobState.LOST, last.sheets_out)  # changes nothing if it was over just now
        return last

    def is_taken(self, attempt_id: str) -> bool | None:  # noqa: ARG002 -- the sensor knows sheets, not attempts
        return None if self._sensor is None else not self._sensor.is_present()

    # --- before

    def _preflight(self, sheets: int) -> PrinterStatus:
        self._status_until = 0.0
        troubles = self.faults()
        if self._book.open_job() or troubles or self._status.sheets_left < sheets:
            raise NotSentError(" ".join(troubles) or "not enough paper")
        return self._status

    def _recent_status(self) -> PrinterStatus:
        if time.monotonic() >= self._status_until:
            self._status = self._ask_status()
            self._status_until = time.monotonic() + STATUS_SECONDS
        return self._status

    def _ask_status(self) -> PrinterStatus:
        try:
            status = read_status(self._client.printer())
            if not status.is_idle and self._book.open_job() is None and self._sweep():
                status = read_status(self._client.printer())
        except IppError:
            return UNREACHABLE
        return status

    def _find_exchange(self, status: PrinterStatus) -> set[Trouble]:
        """Another printer in its place may be set up in another way, and knows nothing of what the first one holds."""
        is_known = self._book.know_printer(status.uuid) == status.uuid
        return set() if is_known else {Trouble.PRINTER_CHANGED}

    def _note_meter(self, status: PrinterStatus) -> None:
        if status.sheets_ever != UNCOUNTED:
            self._book.note_meter(status.uuid, status.sheets_ever)

    def _sweep(self) -> bool:
        """Cancel what the printer holds of jobs that the terminal is done with; strangers' jobs are left alone."""
        old = [job for job in self._client.jobs() if self._book.find(str(first(job, "job-name", "")))]
        for job in old:
            self._try_to_cancel(first(job, "job-id", 0))
        return bool(old)

    # --- sending

    def _create(self, attempt_id: str) -> int:
        """The new job's number; 0 when nobody can tell whether there is one. :raises NotSentError: there is none."""
        try:
            made = self._client.create_job(attempt_id)
        except IppMaybeSentError:
            return 0
        except IppError as error:
            self._book.end(attempt_id, JobState.NONE, 0)
            raise NotSentError(f"no job: {error}") from None
        job_id = int(first(made, "job-id", 0))
        try:
            uuid = str(first(made, "job-uuid", "") or first(self._client.job(job_id), "job-uuid", ""))
        except IppError:
            return 0
        self._book.note_created(attempt_id, job_id, uuid)
        return job_id

    def _deliver(self, attempt_id: str, job_id: int, pdf: bytes) -> None:
        self._book.move(attempt_id, Stage.SENDING)
        try:
            self._client.send_document(job_id, pdf)
        except IppMaybeSentError:
            return
        except IppError as error:
            if not isinstance(error, IppRefusedError) or error.status < _SERVER_ERROR:
                self._book.move(attempt_id, Stage.REFUSED)

    # --- after

    def _withdraw(self, job: KnownJob) -> Job:
        """No document was sent, so no sheet can come out; but the empty job would block the printer for ever."""
        try:
            for held in self._named(job):
                self._try_to_cancel(first(held, "job-id", 0))
            if self._named(job):
                return Job(JobState.UNREACHABLE)
        except IppError:
            return Job(JobState.UNREACHABLE)
        return self._end(job, JobState.NONE, 0)

    def _named(self, job: KnownJob) -> list[Attributes]:
        return [held for held in self._client.jobs() if first(held, "job-name", "") == job.attempt_id]

    def _follow(self, job: KnownJob) -> Job:
        try:
            seen = self._client.job(job.job_id)
        except IppError as error:
            is_gone = isinstance(error, IppRefusedError) and error.status == NOT_FOUND
            return self._lose(job) if is_gone else Job(JobState.UNREACHABLE, job.sheets_out)
        if not is_same(job, seen):
            return self._lose(job)
        done = max(sheets_of(seen), default=0)
        if done != job.sheets_out:
            self._book.note_sheets(job.attempt_id, done)
        if "job-data-insufficient" in seen.get("job-state-reasons", []):
            return self._take_back(job)
        if first(seen, "job-state", 0) in _OVER:
            return self._settle(job, done, is_proved=_is_proved(job, seen))
        return Job(JobState.STOPPED if first(seen, "job-state", 0) == _STOPPED else JobState.PRINTING, done)

    def _take_back(self, job: KnownJob) -> Job:
        """The document never arrived: cancelled, and confirmed as cancelled before it had begun, it never will."""
        self._try_to_cancel(job.job_id)
        try:
            seen = self._client.job(job.job_id)
        except IppError:
            return Job(JobState.UNREACHABLE)
        untouched = first(seen, "job-state", 0) == _CANCELED and not any(sheets_of(seen))
        return self._end(job, JobState.NONE, 0) if untouched and is_same(job, seen) else Job(JobState.PRINTING)

    def _lose(self, job: KnownJob) -> Job:
        """The printer does not know it any more. Another printer never did: it proves nothing of the first one."""
        self._status_until = 0.0
        now = self._recent_status()
        if Trouble.OFFLINE in now.troubles:
            return Job(JobState.UNREACHABLE, job.sheets_out)
        if now.uuid != job.printer_uuid:
            return self._end(job, JobState.LOST, job.sheets_out)
        return self._settle(job, job.sheets_out)

    def _settle(self, job: KnownJob, done: int, *, is_proved: bool = False) -> Job:
        """For a job that can print no more. "Nothing came out" needs sensor and printer to agree, and the sensor time:
        it may not have counted yet what has just passed it.
        """
        if self._sensor is None:
            return self._end(job, JobState.DONE if is_proved else JobState.LOST, done)
        out = self._sensor.count() - job.sensor_before
        if out == job.sheets:
            return self._end(job, JobState.DONE, out)
        if not self._stillness.has_lasted(job.attempt_id, out, self._sensor.settle_seconds):
            return Job(JobState.PRINTING, done)
        return self._end(job, JobState.LOST if out or done else JobState.NONE, out)

    def _end(self, job: KnownJob, verdict: JobState, sheets_out: int) -> Job:
        self._book.end(job.attempt_id, verdict, sheets_out)
        self._status_until = 0.0  # what the printer said while it worked is old now
        return Job(verdict, sheets_out)

    def _try_to_cancel(self, job_id: int) -> None:
        try:
            self._client.cancel_job(job_id)
        except IppError:
            return  # whoever asked looks what the job is now


def _is_proved(job: KnownJob, seen: Attributes) -> bool:
    """Completed without a fault, every sheet counted by each counter, and the printer not switched off and on since."""
    counted = set(sheets_of(seen)) == {job.sheets}
    boot = boot_of(int(first(seen, "job-printer-up-time", 0)))
    same_boot = abs(boot - job.booted_at) < SAME_BOOT_SECONDS
    well = "job-completed-successfully" in seen.get("job-state-reasons", [])
    return first(seen, "job-state", 0) == _COMPLETED and well and counted and same_boot
