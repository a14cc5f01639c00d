"""Paper: what the agent asks of a printer, and the demo's printer that lays sheets into an output tray.

`tray.log` is the ground truth of the demo's paper: one line, on the disk, for each sheet that came out. `jobs.log` is
the printer's own memory of its jobs. Both are the printer's, not the agent's. A job that was cut off by a power cut
never goes on ("no job resume" is how a certificate printer must be set up).
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from app import clock
from app.terminal.errors import DeviceBusyError

PAPER = 250  # sheets in a full tray


class Fault(StrEnum):
    JAM = "jam"
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"


class JobState(StrEnum):
    NONE = "none"  # never arrived: no sheet of it can ever come out
    PRINTING = "printing"
    STOPPED = "stopped"  # a fault; goes on by itself when it is cleared
    DONE = "done"
    ABORTED = "aborted"  # cancelled or cut off: no further sheet can come out, and those that did are counted
    LOST = "lost"  # no further sheet can come out, or it was given up; nobody can say how many did
    UNREACHABLE = "unreachable"


JOB_OVER = (JobState.NONE, JobState.DONE, JobState.ABORTED, JobState.LOST)


@dataclass(frozen=True)
class Job:
    """`is_known`: whether there is a record of it at all, which there is of every job that was ever handed over."""

    state: JobState
    sheets_out: int = 0
    is_known: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Sheet:
    """One sheet that came out, as `tray.log` knows it."""

    attempt_id: str
    sha256: str
    sheet: int
    sheets: int
    file: str
    taken: bool


class NotSentError(DeviceBusyError):
    """The printer did not take the job: no sheet of it will come out."""


class Printer(Protocol):
    """One job at a time. A job is known by its attempt, never by a number that may come back after a restart."""

    def faults(self) -> list[str]: ...

    def sheets_left(self) -> int: ...

    def sheets_ever(self) -> int:
        """That came out since this printer counts; -1 when nothing counts them but its own jobs."""
        ...

    def send(self, attempt_id: str, pdf: bytes, sheets: int, sha256: str) -> None:
        """:raises NotSentError: when it was certainly not taken."""
        ...

    def query(self, attempt_id: str) -> Job: ...

    def cancel(self, attempt_id: str) -> Job: ...

    def accept(self) -> None:
        """A person says that the printer that stands there now is the right one."""
        ...

    def tidy(self) -> None:
        """Nothing moves: time for what need not be done at once."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...

    def is_taken(self, attempt_id: str) -> bool | None:
        """What the exit sensor says: nothing of it lies in the output tray. None without a sensor."""
        ...


class SimulatedPrinter:
    """A `Printer` with faults that the desk sets, and a tray that the desk empties."""

    def __init__(self, folder: Path, sheet_seconds: float) -> None:
        self._tray = folder / "tray"
        self._tray.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tray_log = folder / "tray.log"
        self._jobs_log = folder / "jobs.log"
        self._sheet_seconds = sheet_seconds
        self._moves = threading.Condition()
        self._faults: set[Fault] = set()
        self._paper = PAPER
        self._jobs = {line["attempt_id"]: line["state"] for line in _lines(self._jobs_log)}
        self._sheets = [_without_time(line) for line in _lines(self._tray_log)]
        self._after_power_on()

    def accept(self) -> None:
        """There is no other."""

    def tidy(self) -> None:
        """It keeps no document of a job that is over."""

    def close(self) -> None:
        """Every line is on the disk already."""

    # --- what the agent asks

    def faults(self) -> list[str]:
        return sorted(self._faults)

    def sheets_ever(self) -> int:
        return len(self.sheets())

    def sheets_left(self) -> int:
        return 0 if Fault.NO_PAPER in self._faults else self._paper

    def send(self, attempt_id: str, pdf: bytes, sheets: int, sha256: str) -> None:
        with self._moves:
            if self._faults or attempt_id in self._jobs or JobState.PRINTING in self._jobs.values():
                raise NotSentError
            self._note_job(attempt_id, JobState.PRINTING)
        job = (attempt_id, pdf, sheets, sha256)
        threading.Thread(target=self._print, args=job, name="printer", daemon=True).start()

    def query(self, attempt_id: str) -> Job:
        with self._moves:
            if Fault.OFFLINE in self._faults:
                return Job(JobState.UNREACHABLE)
            state = JobState(self._jobs.get(attempt_id, JobState.NONE))
            out = sum(sheet["attempt_id"] == attempt_id for sheet in self._sheets)
            is_held_up = state is JobState.PRINTING and bool(self._faults)
            return Job(JobState.STOPPED if is_held_up else state, out, attempt_id in self._jobs)

    def cancel(self, attempt_id: str) -> Job:
        with self._moves:
            if Fault.OFFLINE not in self._faults and self._jobs.get(attempt_id) == JobState.PRINTING:
                self._note_job(attempt_id, JobState.ABORTED)
                self._moves.notify_all()
            return self.query(attempt_id)

    def is_taken(self, attempt_id: str) -> bool:
        return not self._file(attempt_id).exists()

    # --- what the desk does

    def set_fault(self, fault: Fault | None) -> None:
        """None clears them all and fills the paper tray."""
        with self._moves:
            self._faults = {fault} if fault else set()
            self._paper = self._paper if fault else PAPER
            self._moves.notify_all()

    def sheets(self) -> list[Sheet]:
        """Every sheet that ever came out, oldest first."""
        with self._moves:
            return [
                Sheet(**s, file=f"{s['attempt_id']}.pdf", taken=self.is_taken(s["attempt_id"])) for s in self._sheets
            ]

    def file_of(self, attempt_id: str) -> Path | None:
        """The PDF of sheets that lie in the tray."""
        known = any(sheet["attempt_id"] == attempt_id for sheet in self._sheets)
        return self._file(attempt_id) if known and self._file(attempt_id).exists() else None

    def take(self, attempt_id: str | None = None) -> int:
        """Take the sheets of one attempt, or all, out of the tray; gives how many attempts."""
        taken = 0
        with self._moves:
            for name in {sheet["attempt_id"] for sheet in self._sheets} if attempt_id is None else {attempt_id}:
                if self.file_of(name):
                    self._file(name).unlink()
                    taken += 1
        return taken

    # --- inside the printer

    def _print(self, attempt_id: str, pdf: bytes, sheets: int, sha256: str) -> None:
        for sheet in range(1, sheets + 1):
            with self._moves:
                self._moves.wait_for(lambda: self._may_end(attempt_id), timeout=self._sheet_seconds)
                self._moves.wait_for(lambda: not self._faults or self._may_end(attempt_id))
                if self._may_end(attempt_id):
                    return
                self._lay(attempt_id, pdf, sheet, sheets, sha256)
        with self._moves:
            if not self._may_end(attempt_id):
                self._note_job(attempt_id, JobState.DONE)

    def _may_end(self, attempt_id: str) -> bool:
        return self._jobs.get(attempt_id) != JobState.PRINTING

    def _lay(self, attempt_id: str, pdf: bytes, sheet: int, sheets: int, sha256: str) -> None:
        """The line in `tray.log` is the moment at which the sheet is out."""
        if sheet == 1:
            _write_through(self._file(attempt_id), pdf)
        line = {"attempt_id": attempt_id, "sha256": sha256, "sheet": sheet, "sheets": sheets}
        _append(self._tray_log, line)
        self._sheets.append(line)
        self._paper -= 1
        if self._paper == 0:
            self._faults.add(Fault.NO_PAPER)

    def _after_power_on(self) -> None:
        """Jobs that were cut off are over; a file without a line in `tray.log` never became a sheet."""
        for attempt_id, state in list(self._jobs.items()):
            if state == JobState.PRINTING:
                self._note_job(attempt_id, JobState.ABORTED)
        known = {sheet["attempt_id"] for sheet in self._sheets}
        for path in self._tray.glob("*.pdf"):
            if path.stem not in known:
                path.unlink()

    def _note_job(self, attempt_id: str, state: JobState) -> None:
        _append(self._jobs_log, {"attempt_id": attempt_id, "state": state})
        self._jobs[attempt_id] = state

    def _file(self, attempt_id: str) -> Path:
        return self._tray / f"{attempt_id}.pdf"


def _append(path: Path, line: dict[str, Any]) -> None:
    """One line, on the disk when this returns; on a torn last line (power cut) a new one is begun."""
    with path.open("ab+") as file:
        if file.tell() and not _ends_with_newline(path):
            file.write(b"\n")
        file.write(json.dumps(line | {"at": clock.now().isoformat()}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[dict[str, Any]]:
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue  # torn by a power cut: the sheet was not out yet
    return found


def _without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "at"}
