"""A real printer behind the `Printer` protocol: Create-Job, write it down, Send-Document, look. Nothing is sent twice.

A job is known by its uuid and its name together, never by its number, which begins at 1 again after a power cut. That
everything came out is the exit sensor's word, else the printer's; that nothing did, both must say: the rule is in
`proof.py`, and no other line decides it. Neither is asked before the job can print no more.
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
    is_same,
    is_same_boot,
    read_status,
    sheets_of,
)
from app.terminal.jobs import JobBook, KnownJob, Stage
from app.terminal.printer import Job, JobState, NotSentError
from app.terminal.proof import COMPLETED, OVER, STOPPED, Evidence, Passage, Sent, how_sent, is_nothing_out
from app.terminal.sensor import ExitSensor, Stillness

STATUS_SECONDS = 1.0  # one round of the loop asks several times
# no to the request, before the document was looked at (RFC 8011, B.1.4): forbidden, not possible, no such job
_AT_THE_DOOR = (0x0401, 0x0402, 0x0403, 0x0404, NOT_FOUND)
_PAPER_MAY_BE_STUCK = {Trouble.JAM, Trouble.COVER_OPEN}
_SENT = {Stage.CREATING: Sent.NEVER, Stage.CREATED: Sent.NEVER, Stage.REFUSED: Sent.REFUSED}


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
        blind = {Trouble.OTHER} if self._sensor and self._sensor.count() is None else set()
        return sorted(status.troubles | held | blind | self._find_exchange(status))

    def sheets_ever(self) -> int:
        """The sensor's count, else the printer's own: of a printer at rest, for it may lag behind while it works."""
        if self._sensor is not None:
            return UNCOUNTED if (counted := self._sensor.count()) is None else counted
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
        before = self._sensor.count() if self._sensor else None
        begun = UNCOUNTED if before is None else before
        self._book.begin(KnownJob(attempt_id, sheets, Stage.CREATING, status.uuid, status.booted_at, begun))
        if job_id := self._create(attempt_id):
            self._deliver(attempt_id, job_id, pdf)

    def query(self, attempt_id: str) -> Job:
        job = self._book.find(attempt_id)
        if job is None:
            return Job(JobState.NONE, is_known=False)
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
            return self._judge(job, Evidence(_SENT[job.stage], self._passage(job)))  # `_sweep` clears its job away
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
            if not isinstance(error, IppRefusedError) or error.status in _AT_THE_DOOR:
                self._book.move(attempt_id, Stage.REFUSED)

    # --- after

    def _withdraw(self, job: KnownJob) -> Job:
        """No document was taken, so no sheet can come out; but the empty job would block the printer for ever."""
        try:
            for held in self._named(job):
                self._try_to_cancel(first(held, "job-id", 0))
            if self._named(job):
                return Job(JobState.UNREACHABLE)
        except IppError:
            return Job(JobState.UNREACHABLE)
        passage = self._passage(job)
        is_settled = passage.is_still or job.stage is not Stage.REFUSED
        return self._judge(job, Evidence(_SENT[job.stage], passage)) if is_settled else Job(JobState.PRINTING)

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
        done = max([job.sheets_out, *sheets_of(seen)])
        if done > job.sheets_out:
            self._book.note_sheets(job.attempt_id, done)
        if "job-data-insufficient" in seen.get("job-state-reasons", []):
            return self._take_back(job, seen)
        if first(seen, "job-state", 0) in OVER:
            return self._settle(job, seen)
        return Job(JobState.STOPPED if first(seen, "job-state", 0) == STOPPED else JobState.PRINTING, done)

    def _take_back(self, job: KnownJob, found: Attributes) -> Job:
        """The document has not arrived: cancelled, and confirmed as cancelled, it never will."""
        sent = how_sent(first(found, "job-state", None), found["job-state-reasons"], is_same_boot(job, found))
        self._try_to_cancel(job.job_id)
        try:
            seen = self._client.job(job.job_id)
        except IppError:
            return Job(JobState.UNREACHABLE, job.sheets_out)
        if not is_same(job, seen) or first(seen, "job-state", 0) not in OVER:
            return Job(JobState.PRINTING, job.sheets_out)
        return self._settle(job, seen, sent)

    def _lose(self, job: KnownJob) -> Job:
        """The printer does not know it any more. Another printer never did: it proves nothing of the first one."""
        self._status_until = 0.0
        now = self._recent_status()
        if Trouble.OFFLINE in now.troubles:
            return Job(JobState.UNREACHABLE, job.sheets_out)
        if now.uuid != job.printer_uuid:
            return self._end(job, JobState.LOST, job.sheets_out)
        return self._settle(job, {})

    def _settle(self, job: KnownJob, seen: Attributes, sent: Sent = Sent.MAYBE) -> Job:
        """For a job that can print no more. `seen`: the printer's last word of it, empty where it has none."""
        passage = self._passage(job)
        counted = (*sheets_of(seen), *([job.sheets_out] if job.sheets_out else []))
        is_all_out = _is_proved(job, seen) if passage.sheets is None else passage.sheets == job.sheets
        if is_all_out and sent is Sent.MAYBE:
            return self._end(job, JobState.DONE, job.sheets)
        if not passage.is_still:
            return Job(JobState.PRINTING, max(counted, default=0))
        self._status_until = 0.0
        troubles = self._recent_status().troubles
        if Trouble.OFFLINE in troubles:
            return Job(JobState.UNREACHABLE, max(counted, default=0))
        state, reasons = first(seen, "job-state", None), frozenset(map(str, seen.get("job-state-reasons", [])))
        is_clear = not troubles & _PAPER_MAY_BE_STUCK
        return self._judge(job, Evidence(sent, passage, state, reasons, counted, is_clear))

    def _judge(self, job: KnownJob, evidence: Evidence) -> Job:
        if is_nothing_out(evidence):
            return self._end(job, JobState.NONE, 0)
        passed = evidence.passage.sheets
        return self._end(job, JobState.LOST, max(evidence.counted, default=0) if passed is None else max(passed, 0))

    def _passage(self, job: KnownJob) -> Passage:
        """A sensor that was not there, or was silent, when the job began counts nothing of it."""
        if self._sensor is None or job.sensor_before == UNCOUNTED:
            return Passage(None if job.sensor_before == UNCOUNTED else job.sensor_before)
        now = self._sensor.count()
        is_still = now is not None and self._stillness.has_lasted(job.attempt_id, now, self._sensor.settle_seconds)
        return Passage(job.sensor_before, now, is_still)

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
    well = "job-completed-successfully" in seen.get("job-state-reasons", [])
    return first(seen, "job-state", 0) == COMPLETED and well and counted and is_same_boot(job, seen)
