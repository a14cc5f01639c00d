"""Whether anything can be asked for at this terminal now, over all towns and kinds, and when next."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from app.certificates.catalogue import KINDS
from app.errors import KoikiError
from app.municipalities import hours
from app.municipalities import queries as municipalities
from app.municipalities.hours import Timetable
from app.municipalities.queries import TerminalFacts

SILENCE = timedelta(seconds=60)  # the agent calls every second or so


def next_opening_of(home: str, kind: str, terminal: TerminalFacts, at: datetime) -> datetime | None:
    """The next moment at which the home town hands out `kind` at this site."""
    return hours.next_opening(municipalities.get_timetable(home, kind, terminal.site_id, at), at)


def is_any_open(terminal: TerminalFacts, at: datetime) -> bool:
    """Whether any town hands out anything here now: before a card is read, nobody's town is known."""
    return any(hours.is_open(timetable, at) for timetable in _timetables(terminal, at))


def next_opening(terminal: TerminalFacts, at: datetime) -> datetime | None:
    """The first moment at which any town does."""
    moments = (hours.next_opening(timetable, at) for timetable in _timetables(terminal, at))
    return min((moment for moment in moments if moment is not None), default=None)


def _timetables(terminal: TerminalFacts, at: datetime) -> set[Timetable]:
    """Those of all towns and kinds, each once: most towns have one for all their kinds."""
    return set(municipalities.list_timetables(municipalities.list_codes(), KINDS, terminal.site_id, at).values())


def phone() -> str:
    """Whom to call at this terminal."""
    try:
        return municipalities.get_union().phone
    except KoikiError:
        return ""


def out_of_service(terminal: TerminalFacts, at: datetime) -> str:
    """Why nothing can be printed at this terminal (B22): stopped, silent, printer, paper; empty when it can."""
    device = json.loads(terminal.device_state or "{}")
    if terminal.stopped_reason is not None:
        return "stopped"
    if terminal.last_seen_at is not None and at - terminal.last_seen_at > SILENCE:
        return "silent"
    if device.get("printer", "ready") != "ready":
        return "printer"
    return "paper" if device.get("sheets_left", 1) < 1 else ""
