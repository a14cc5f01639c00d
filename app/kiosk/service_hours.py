"""Whether anything can be asked for at this terminal now, over all towns and kinds, and when next."""

from __future__ import annotations

from datetime import datetime

from app.certificates.catalogue import KINDS
from app.certificates.requests import KIOSK
from app.errors import KoikiError
from app.issuance.queries import OrderView
from app.municipalities import hours
from app.municipalities import queries as municipalities
from app.municipalities.hours import Timetable
from app.municipalities.limits import get_limits
from app.municipalities.queries import TerminalFacts
from app.municipalities.serviceability import Obstacle, find_obstacle
from app.web.obstacles import is_attended


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


def obstacle_to_begin(terminal: TerminalFacts, at: datetime) -> Obstacle | None:
    """What keeps this terminal from serving anybody (B22). With nothing to pay with it still gives what is free."""
    found = find_obstacle(terminal, at, get_limits(), is_attended=is_attended())
    return None if found is Obstacle.NO_TENDER and _is_anything_free(at) else found


def obstacle_to_pay(terminal: TerminalFacts, order: OrderView, at: datetime) -> Obstacle | None:
    """What keeps this order from being printed here now: asked again before any money goes in."""
    sheets = max(sum(copy.sheets for copy in order.copies), 1)
    is_free = order.yen == 0
    return find_obstacle(terminal, at, get_limits(), sheets=sheets, is_free=is_free, is_attended=is_attended())


def _is_anything_free(at: datetime) -> bool:
    """Whether any town has a certificate that costs nothing at a machine."""
    ordinances = (municipalities.get_ordinance(code, at.date()) for code in municipalities.list_codes())
    fees = (ordinance.fee(kind, KIOSK) for ordinance in ordinances for kind in KINDS)
    return any(fee is not None and fee.yen == 0 for fee in fees)
