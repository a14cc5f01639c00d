"""What an IPP printer says of itself and of a job, in the few words that decide: may a certificate be sent to it now?

Reasons are judged by their keyword alone. The suffix (-error, -warning, -report) is optional (RFC 8011, 5.4.12), and
printers use it each in their own way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app import clock
from app.terminal.ipp import MEDIA, Attributes, Operation, first
from app.terminal.jobs import KnownJob

IDLE = 3
ASSUMED_SHEETS = 100  # of a tray that does not count; that it is empty it does say
SAME_BOOT_SECONDS = 10.0  # the printer counts whole seconds, and two clocks drift
UNCOUNTED = -1
_JOB_COUNTERS = ("job-impressions-completed", "job-media-sheets-completed")
_SUFFIX = re.compile(r"-(error|warning|report)\Z")
_LEVEL = re.compile(r"(?:\A|;)level=(-?\d+)(?:;|\Z)")


class Trouble(StrEnum):
    """Why nothing is sent. The first four words are the simulated printer's, too."""

    JAM = "jam"
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    TONER = "toner"
    OUTPUT_FULL = "output_full"
    TRAY = "tray"
    PAUSED = "paused"
    BUSY = "busy"  # holds a job that is not the terminal's open one
    NOT_ACCEPTING = "not_accepting"
    PRINTER_CHANGED = "printer_changed"  # another one answers under the address of the known one
    OTHER = "other"


_TROUBLES = {
    "media-jam": Trouble.JAM, "media-empty": Trouble.NO_PAPER, "media-needed": Trouble.NO_PAPER,
    "cover-open": Trouble.COVER_OPEN, "door-open": Trouble.COVER_OPEN, "interlock-open": Trouble.COVER_OPEN,
    "toner-empty": Trouble.TONER, "marker-supply-empty": Trouble.TONER, "marker-waste-full": Trouble.TONER,
    "output-area-full": Trouble.OUTPUT_FULL, "output-tray-missing": Trouble.OUTPUT_FULL,
    "input-tray-missing": Trouble.TRAY, "paused": Trouble.PAUSED, "moving-to-paused": Trouble.PAUSED,
}  # fmt: skip
_HARMLESS = (
    "none", "media-low", "toner-low", "marker-supply-low", "marker-waste-almost-full", "output-area-almost-full",
    "cleaning", "power-save", "hibernate", "standby",
)  # fmt: skip


@dataclass(frozen=True)
class PrinterStatus:
    """`booted_at` in seconds of the epoch; `sheets_left` of the fullest tray; `sheets_ever` by its own counter."""

    troubles: frozenset[Trouble]
    is_idle: bool = False
    uuid: str = ""
    booted_at: float = 0.0
    sheets_left: int = 0
    sheets_ever: int = UNCOUNTED
    can_purge: bool = False


UNREACHABLE = PrinterStatus(frozenset({Trouble.OFFLINE}))


def read_status(about: Attributes) -> PrinterStatus:
    """From the answer to Get-Printer-Attributes."""
    troubles = {_trouble(str(reason)) for reason in about.get("printer-state-reasons", [])} - {None}
    if not first(about, "printer-is-accepting-jobs", False):
        troubles.add(Trouble.NOT_ACCEPTING)
    if MEDIA not in about.get("media-ready", [MEDIA]):
        troubles.add(Trouble.NO_PAPER)
    left = _sheets_left(about.get("printer-input-tray", []))
    return PrinterStatus(
        troubles=frozenset(t for t in troubles if t) | (frozenset() if left else {Trouble.NO_PAPER}),
        is_idle=first(about, "printer-state", 0) == IDLE and not first(about, "queued-job-count", 0),
        uuid=str(first(about, "printer-uuid", "")),
        booted_at=boot_of(first(about, "printer-up-time", 0)),
        sheets_left=left,
        # one side is printed, so an impression is a sheet (PWG 5100.22, 7.7)
        sheets_ever=first(
            about, "printer-media-sheets-completed", first(about, "printer-impressions-completed", UNCOUNTED)
        ),
        can_purge=Operation.PURGE_JOBS in about.get("operations-supported", []),
    )


def sheets_of(seen: Attributes) -> list[int]:
    """How many sheets of a job are out, by each counter that the printer has: they should agree."""
    counted = [first(seen, name, None) for name in _JOB_COUNTERS]
    return [int(count) for count in counted if count is not None]


def is_same(job: KnownJob, seen: Attributes) -> bool:
    """After a restart another job may have the number."""
    return (first(seen, "job-uuid", ""), first(seen, "job-name", "")) == (job.job_uuid, job.attempt_id)


def is_same_boot(job: KnownJob, seen: Attributes) -> bool:
    """Whether the printer has not been switched off and on since the job began."""
    boot = boot_of(int(first(seen, "job-printer-up-time", 0)))
    return abs(boot - job.booted_at) < SAME_BOOT_SECONDS


def boot_of(up_seconds: int) -> float:
    """When a printer that has run for `up_seconds` was switched on."""
    return clock.now().timestamp() - up_seconds


def _trouble(reason: str) -> Trouble | None:
    keyword = _SUFFIX.sub("", reason)
    return None if keyword in _HARMLESS else _TROUBLES.get(keyword, Trouble.OTHER)


def _sheets_left(trays: list[Any]) -> int:
    """The fullest tray that counts its sheets (PWG 5100.13: negative = unknown)."""
    levels = [int(found[1]) for tray in trays if (found := _LEVEL.search(str(tray)))]
    counted = [level for level in levels if level >= 0]
    return max(counted) if counted else ASSUMED_SHEETS
