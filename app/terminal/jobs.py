"""What the terminal knows of its jobs at an IPP printer: on the disk before each request that it is about.

Kept apart from the printer's own memory, which a power cut empties and whose job numbers begin anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from app import clock
from app.durable import DurableFile
from app.terminal.printer import JobState

_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    attempt_id TEXT PRIMARY KEY, sheets INTEGER NOT NULL CHECK (sheets > 0), stage TEXT NOT NULL,
    printer_uuid TEXT NOT NULL, booted_at REAL NOT NULL, sensor_before INTEGER NOT NULL,
    job_id INTEGER NOT NULL DEFAULT 0, job_uuid TEXT NOT NULL DEFAULT '',
    sheets_out INTEGER NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL,
    CHECK ((stage = 'over') = (verdict <> '')));
-- one paper path
CREATE UNIQUE INDEX IF NOT EXISTS one_open_job ON job ((1)) WHERE stage <> 'over';
CREATE TABLE IF NOT EXISTS printer (
    one INTEGER PRIMARY KEY CHECK (one = 1), uuid TEXT NOT NULL, known_at TEXT NOT NULL);
-- a job that is over and that its printer may still hold, and what that said of it last
CREATE TABLE IF NOT EXISTS memory (
    attempt_id TEXT PRIMARY KEY REFERENCES job, last_word TEXT NOT NULL, forgotten_at TEXT);
CREATE INDEX IF NOT EXISTS remembered ON memory (attempt_id) WHERE forgotten_at IS NULL;
-- a printer's own counter runs since it was built
CREATE TABLE IF NOT EXISTS meter (printer_uuid TEXT PRIMARY KEY, base INTEGER NOT NULL, stands_at INTEGER NOT NULL);
"""


class Stage(StrEnum):
    """How far a job has come. Only from `sending` on can a sheet of it come out."""

    CREATING = "creating"  # Create-Job may have arrived
    CREATED = "created"
    REFUSED = "refused"  # the document was certainly not taken
    SENDING = "sending"  # Send-Document may have arrived
    OVER = "over"


@dataclass(frozen=True)
class KnownJob:
    """`booted_at` is the printer's start in seconds of the epoch, `sensor_before` what the exit had counted then."""

    attempt_id: str
    sheets: int
    stage: Stage
    printer_uuid: str
    booted_at: float
    sensor_before: int
    job_id: int = 0
    job_uuid: str = ""
    sheets_out: int = 0
    verdict: str = ""


class JobBook(DurableFile):
    """One file beside the journal."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA)

    def know_printer(self, uuid: str) -> str:
        """The printer that this terminal knows; the first one that says who it is, from then on."""
        known = [str(row["uuid"]) for row in self._rows("SELECT uuid FROM printer")]
        if uuid and not known:
            self._write("INSERT OR IGNORE INTO printer VALUES (1, ?, ?)", (uuid, _now()))
        return known[0] if known else uuid

    def forget_printer(self) -> None:
        """A person has looked: whichever stands there now is the right one."""
        self._write("DELETE FROM printer", ())

    def begin(self, job: KnownJob) -> None:
        sql = """INSERT INTO job (attempt_id, sheets, stage, printer_uuid, booted_at, sensor_before, changed_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?)"""
        facts = (job.attempt_id, job.sheets, job.stage, job.printer_uuid, job.booted_at, job.sensor_before, _now())
        self._write(sql, facts)

    def note_created(self, attempt_id: str, job_id: int, job_uuid: str) -> None:
        sql = "UPDATE job SET stage = ?, job_id = ?, job_uuid = ?, changed_at = ? WHERE attempt_id = ?"
        self._write(sql, (Stage.CREATED, job_id, job_uuid, _now(), attempt_id))

    def move(self, attempt_id: str, stage: Stage) -> None:
        self._write("UPDATE job SET stage = ?, changed_at = ? WHERE attempt_id = ?", (stage, _now(), attempt_id))

    def note_sheets(self, attempt_id: str, sheets_out: int) -> None:
        sql = "UPDATE job SET sheets_out = ?, changed_at = ? WHERE attempt_id = ?"
        self._write(sql, (sheets_out, _now(), attempt_id))

    def end(self, attempt_id: str, verdict: JobState, sheets_out: int) -> None:
        """For good: what was said once of a job is never said otherwise."""
        sql = """UPDATE job SET stage = 'over', verdict = ?, sheets_out = ?, changed_at = ?
                 WHERE attempt_id = ? AND stage <> 'over'"""
        with self.step():
            self._write(sql, (verdict, sheets_out, _now(), attempt_id))
            held = """INSERT OR IGNORE INTO memory (attempt_id, last_word)
                      SELECT attempt_id, '' FROM job WHERE attempt_id = ? AND job_id > 0"""
            self._write(held, (attempt_id,))

    def find(self, attempt_id: str) -> KnownJob | None:
        return next(iter(self._jobs("attempt_id = ?", attempt_id)), None)

    def open_job(self) -> KnownJob | None:
        """The one that may still move."""
        return next(iter(self._jobs("stage <> 'over'")), None)  # as the index has it

    # --- what the printer remembers and counts

    def remembered_job(self, printer_uuid: str) -> KnownJob | None:
        """The oldest that is over and that this printer may still hold."""
        where = """printer_uuid = ? AND attempt_id IN (SELECT attempt_id FROM memory WHERE forgotten_at IS NULL)
                   ORDER BY rowid LIMIT 1"""
        return next(iter(self._jobs(where, printer_uuid)), None)

    def note_last_word(self, attempt_id: str, word: str) -> None:
        sql = "UPDATE memory SET last_word = ? WHERE attempt_id = ? AND last_word <> ?"
        self._write(sql, (word, attempt_id, word))

    def note_forgotten(self, attempt_id: str) -> None:
        self._write("UPDATE memory SET forgotten_at = ? WHERE attempt_id = ?", (_now(), attempt_id))

    def last_word(self, attempt_id: str) -> str:
        """Of the printer about a job after its end; empty when it was never asked again."""
        rows = self._rows("SELECT last_word FROM memory WHERE attempt_id = ?", (attempt_id,))
        return str(rows[0]["last_word"]) if rows else ""

    def note_meter(self, printer_uuid: str, stands_at: int) -> None:
        """Where a printer's own counter stands. One that is set back begins anew; another printer's is added."""
        with self.step():
            known = self._rows("SELECT base, stands_at FROM meter WHERE printer_uuid = ?", (printer_uuid,))
            if not known:
                self._write("INSERT INTO meter VALUES (?, ?, ?)", (printer_uuid, self._base(stands_at), stands_at))
            elif known[0]["stands_at"] != stands_at:
                set_back = max(0, known[0]["stands_at"] - stands_at)
                sql = "UPDATE meter SET base = base - ?, stands_at = ? WHERE printer_uuid = ?"
                self._write(sql, (set_back, stands_at, printer_uuid))

    def metered(self) -> int:
        """Sheets that came out of the printers of this terminal since it has had one, by their own counters."""
        return int(self._rows("SELECT coalesce(sum(stands_at - base), 0) FROM meter")[0][0])

    def _base(self, stands_at: int) -> int:
        """The first counter that is read has counted what was printed before it was read."""
        is_first = not self._rows("SELECT 1 FROM meter")
        printed = int(self._rows("SELECT coalesce(sum(sheets_out), 0) FROM job")[0][0])
        return stands_at - printed if is_first else stands_at

    def _jobs(self, where: str, *values: str) -> list[KnownJob]:
        rows = self._rows(f"SELECT * FROM job WHERE {where}", values)  # noqa: S608 -- constants of this class
        return [_job(dict(row)) for row in rows]

    def _write(self, sql: str, values: tuple[Any, ...]) -> None:
        with self.step():
            self._db.execute(sql, values)


def _job(row: dict[str, Any]) -> KnownJob:
    del row["changed_at"]
    return KnownJob(**row | {"stage": Stage(row["stage"])})


def _now() -> str:
    return clock.now().isoformat()
