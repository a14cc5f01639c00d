"""What a terminal recorded of one attempt, line by line: the person who decides its case reads it beside the tray.

Numbers, counts and times only: none of these books knows a person or a document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from app.terminal.jobs import JobBook, KnownJob
from app.terminal.journal import Journal
from app.terminal.sensor import FileSensor

LATEST = 10


def list_latest(home: Path) -> Iterator[str]:
    """The newest attempts of this terminal, the newest first: one line each."""
    journal = Journal(home / "journal.db")
    for row in journal.latest_attempts(LATEST):
        yield f"{row['changed_at']} {row['attempt_id']} {row['state']} {row['why']}".rstrip()
    journal.close()


def read_attempt(home: Path, attempt_id: str, sensor: Path | None) -> list[str]:
    """Journal, printer and sensor, in this order; nothing where the terminal never heard of it.

    `sensor`: the file of the exit sensor's driver, where one is fitted.
    """
    lines = list(_journal(home, attempt_id))
    return [*lines, *_printer(home, attempt_id), *_tray(home, attempt_id), *_sensor(sensor)] if lines else []


def _journal(home: Path, attempt_id: str) -> Iterator[str]:
    journal = Journal(home / "journal.db")
    for row in journal.history_of(attempt_id):
        yield f"journal  {row['at']} {row['state']} {row['why']}".rstrip()
    for row in journal.reports_about(attempt_id):
        event = json.loads(row["body"])["event"]
        yield f"report   {event}: {'accepted ' + row['accepted_at'] if row['accepted_at'] else 'not accepted yet'}"
    journal.close()


def _printer(home: Path, attempt_id: str) -> Iterator[str]:
    if not (home / "jobs.db").exists():
        return
    book = JobBook(home / "jobs.db")
    job, last_word = book.find(attempt_id), book.last_word(attempt_id)
    book.close()
    yield _told(job) if job else "printer  was never asked"
    if last_word:
        yield f"printer  when it was told to forget the job: {last_word}"


def _told(job: KnownJob) -> str:
    number = f"job {job.job_id} of {job.printer_uuid}" if job.job_id else f"no job number from {job.printer_uuid}"
    return (
        f"printer  {number}: {job.stage} {job.verdict}".rstrip()
        + f", {job.sheets_out} of {job.sheets} sheets; the sensor stood at {job.sensor_before} before"
    )


def _tray(home: Path, attempt_id: str) -> Iterator[str]:
    """The simulated printer's own record."""
    log = home / "tray.log"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    for line in lines:
        if line["attempt_id"] == attempt_id:
            yield f"tray     sheet {line['sheet']} of {line['sheets']}"


def _sensor(path: Path | None) -> Iterator[str]:
    if path is None:
        return
    sensor = FileSensor(path, 0)
    count = sensor.count()
    stands = "does not say how many passed" if count is None else f"stands at {count} now"
    yield f"sensor   {stands}; {'paper' if sensor.is_present() else 'no paper'} lies in the tray"
