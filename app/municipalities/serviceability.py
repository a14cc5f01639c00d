"""PURE. Whether a terminal may serve anybody now, and a town take an order: one word for what is in the way.

Asked before a card is read, before money is asked for, by the lists of staff and by the doctor, so that all of them say
the same. Fail closed: what is not known to be well is in the way. Nothing here looks at the clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

READY = "ready"  # what an agent says of a printer without a fault


class Obstacle(StrEnum):
    """What is in the way, gravest first: a terminal that has several tells the first.

    From `mismatch` to `no_paper` these are the agent's own words for itself and its printer.
    """

    STOPPED = "stopped"  # by a person or by a mismatch, at the portal; only a person resumes it
    SILENT = "silent"  # its agent has never called, or not for too long
    MISMATCH = "mismatch"  # the agent refused bytes that were not of its own session
    OUTCOME_UNKNOWN = "outcome_unknown"  # a sheet may still come out of it
    PRINTER_CHANGED = "printer_changed"  # another printer stands in the place of the known one
    OUT_OF_SERVICE = "out_of_service"  # the agent has stopped itself for a reason of its own
    SHEET_LEFT = "sheet_left"  # a certificate lies in the tray that its resident did not take
    OFFLINE = "offline"
    JAM = "jam"
    COVER_OPEN = "cover_open"
    TRAY = "tray"
    TONER = "toner"
    OUTPUT_FULL = "output_full"
    PAUSED = "paused"
    NOT_ACCEPTING = "not_accepting"
    BUSY = "busy"  # the printer holds a job that is not the terminal's
    OTHER = "other"  # a fault that this list does not know
    NO_PAPER = "no_paper"  # none, or less than is to be printed
    UNATTENDED = "unattended"  # of the installation: a worker, relay or reconcile is not running
    NO_TENDER = "no_tender"  # nothing to pay with
    RELAY_LATE = "relay_late"  # of the town: what the union must know waits too long
    REGISTER_OLD = "register_old"  # of the town: the day's data has not arrived


SAYS: dict[Obstacle, str] = {
    Obstacle.STOPPED: "stopped until a person resumes it",
    Obstacle.SILENT: "its agent does not call: is it switched on and connected?",
    Obstacle.MISMATCH: "refused bytes that were not of its session: see the case, then 'terminals resume'",
    Obstacle.OUTCOME_UNKNOWN: "a sheet may still come out: empty the paper path, then 'terminals resume'",
    Obstacle.PRINTER_CHANGED: "another printer stands there: check it, then 'terminals resume'",
    Obstacle.OUT_OF_SERVICE: "has stopped itself: look into it, then 'terminals resume'",
    Obstacle.SHEET_LEFT: "a certificate lies in the tray that nobody took: remove it, see the case",
    Obstacle.OFFLINE: "the printer is off or not connected",
    Obstacle.JAM: "the printer has a paper jam",
    Obstacle.COVER_OPEN: "a cover or door of the printer is open",
    Obstacle.TRAY: "a paper tray is missing",
    Obstacle.TONER: "toner is empty, or the waste box is full",
    Obstacle.OUTPUT_FULL: "the output tray is full or missing",
    Obstacle.PAUSED: "the printer is paused",
    Obstacle.NOT_ACCEPTING: "the printer takes no jobs",
    Obstacle.BUSY: "the printer holds another job",
    Obstacle.OTHER: "the printer has a fault",
    Obstacle.NO_PAPER: "no A4 paper, or too little",
    Obstacle.UNATTENDED: "nothing may begin: do 'issuance worker', 'issuance relay' and 'issuance reconcile' run?",
    Obstacle.NO_TENDER: "nothing to pay with works",
    Obstacle.RELAY_LATE: "what the union's ledger must know waits too long: does 'issuance relay' run?",
    Obstacle.REGISTER_OLD: "the registers are older than the town allows: 'registers import'",
}
_PORTALS_WORDS = {Obstacle.STOPPED, Obstacle.SILENT, Obstacle.UNATTENDED, Obstacle.RELAY_LATE, Obstacle.REGISTER_OLD}
_DEVICE_WORDS = frozenset(Obstacle) - _PORTALS_WORDS


@dataclass(frozen=True)
class Limits:
    """How long something may last before it is in the way, or before a person must look."""

    silent: timedelta = timedelta(seconds=20)  # an agent calls every two seconds at least
    silent_case: timedelta = timedelta(minutes=5)
    relay: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Devices:
    """What an agent said of its devices in its last call. `change_left` in yen."""

    printer: tuple[str, ...] = ()  # faults; empty when it is ready
    sheets_left: int = 0
    change_left: int = 0
    tenders: tuple[str, ...] = ()
    prints_receipts: bool = False
    stopped_at: str = ""  # since when the agent has stopped itself; empty: it has not


class TerminalLike(Protocol):
    @property
    def stopped_reason(self) -> str | None: ...
    @property
    def last_seen_at(self) -> datetime | None: ...
    @property
    def device_state(self) -> str: ...


def read_devices(device_state: str) -> Devices:
    """From the JSON that the portal keeps of the last call; nothing is well in an empty one."""
    told = json.loads(device_state or "{}")
    words = str(told.get("printer", Obstacle.OTHER)).split()
    return Devices(
        printer=tuple(word for word in words if word != READY),
        sheets_left=int(told.get("sheets_left", 0)),
        change_left=int(told.get("change_left", 0)),
        tenders=tuple(str(told.get("tenders", "")).split()),
        prints_receipts=told.get("prints_receipts") is True,
        stopped_at=str(told.get("stopped_at", ""))[:40],
    )


def find_obstacle(
    terminal: TerminalLike,
    at: datetime,
    limits: Limits,
    *,
    sheets: int = 1,
    is_free: bool = False,
    is_attended: bool = True,
) -> Obstacle | None:
    """The gravest thing in the way of printing `sheets` at this terminal at `at`; None: it may serve.

    `is_free`: nothing is to be paid. `is_attended`: all that must run beside the portal was heard of.
    """
    if terminal.stopped_reason is not None:
        return Obstacle.STOPPED
    if is_silent(terminal, at, limits.silent):
        return Obstacle.SILENT
    devices = read_devices(terminal.device_state)
    found = {_obstacle(word) for word in devices.printer}
    if devices.sheets_left < sheets:
        found.add(Obstacle.NO_PAPER)
    if not devices.tenders and not is_free:
        found.add(Obstacle.NO_TENDER)
    if not is_attended:
        found.add(Obstacle.UNATTENDED)
    return next((obstacle for obstacle in Obstacle if obstacle in found), None)


def is_silent(terminal: TerminalLike, at: datetime, limit: timedelta) -> bool:
    """Whether its agent has not called for longer than `limit`, or never."""
    return terminal.last_seen_at is None or at - terminal.last_seen_at > limit


def is_relay_late(waits_since: datetime | None, at: datetime, limits: Limits) -> bool:
    """Whether the oldest line for the union's ledger waits too long. None: nothing waits."""
    return waits_since is not None and at - waits_since > limits.relay


def is_register_old(confirmed_at: datetime | None, at: datetime, hours: int | None) -> bool:
    """Whether a register is older than its town allows. None: never imported; `hours` None: the town sets no limit."""
    if hours is None:
        return False
    return confirmed_at is None or at - confirmed_at > timedelta(hours=hours)


def explain(obstacle: Obstacle | None, stopped_reason: str | None = None) -> str:
    """One line for whoever keeps the terminals."""
    if obstacle is None:
        return "in service"
    return f"{SAYS[obstacle]} ({stopped_reason})" if stopped_reason else SAYS[obstacle]


def _obstacle(word: str) -> Obstacle:
    return Obstacle(word) if word in _DEVICE_WORDS else Obstacle.OTHER
