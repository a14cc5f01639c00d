"""A visit: one stay of one resident at one terminal, in the union. It names the home town, never the person.

Every function is one unit of work of its own, committed before it returns. The schema holds one live visit a terminal
(`one_live_visit`); what loses a race there is told that the terminal is busy.

    open ──issue_ticket──▶ asked ──mark_signed_in──▶ signed_in ──mark_closing──▶ closing ──close_visit──▶ ended
      ▲                      │
      └──── accept_nonce ────┘  the resident came back without a sign-in
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import clock
from app.cards.errors import TerminalBusyError, TicketRefusedError, VisitEndedError, VisitMovedError
from app.cards.models import Visit
from app.cards.vocabularies import VisitState
from app.extensions import UnionSession
from app.municipalities.union import union_read, union_write
from app.protocol.canonical import to_base64url
from app.protocol.messages import TICKET_SECONDS, TRIP_SECONDS, CardFailure, Ticket
from app.protocol.signatures import Signer

NONCE_BYTES = 32  # Web eID asks for 256 bits at least
TOUCH_SECONDS = 5  # a page polls every second; the union need not be written for each
PURPOSE = "sign_in"

_visit = Visit.__table__
_IS_LIVE = _visit.c.state != VisitState.ENDED


@dataclass(frozen=True)
class VisitFacts:
    """What everyone may know of a visit. `failure` and `tries_left` are of its last trip to the card reader."""

    visit_id: str
    terminal_id: str
    state: VisitState
    home: str | None
    language: str
    opened_at: datetime
    last_seen_at: datetime
    ticket_nonce: str | None
    ticket_expires_at: datetime | None  # None: the ticket is used
    failure: CardFailure
    tries_left: int | None

    @property
    def is_live(self) -> bool:
        return self.state is not VisitState.ENDED

    @property
    def is_signed_in(self) -> bool:
        return self.state is VisitState.SIGNED_IN


def _may_have_order(visit: VisitFacts) -> bool:
    """Without being told better: whoever signed in may have money in the machine."""
    return visit.home is not None


def open_visit(
    terminal_id: str, language: str, has_open_order: Callable[[VisitFacts], bool] = _may_have_order
) -> VisitFacts:
    """A new visit at `terminal_id`; an older one there ends, unless `has_open_order` says that it is still served.

    :raises TerminalBusyError: if it is, or if another browser was quicker.
    """
    older = live_visit_of(terminal_id)
    if older is not None and has_open_order(older):
        raise TerminalBusyError(terminal_id)
    visit_id, now = str(uuid.uuid4()), clock.now()
    values = {
        "visit_id": visit_id,
        "terminal_id": terminal_id,
        "state": VisitState.OPEN,
        "language": language,
        "opened_at": now,
        "last_seen_at": now,
        "failure": CardFailure.NONE,
    }
    try:
        with union_write() as session:
            if older is not None:  # only as it was seen: a visit that moved meanwhile makes the insert fail
                _end(session, (_visit.c.visit_id == older.visit_id) & (_visit.c.state == older.state), "replaced")
            session.execute(sa.insert(_visit).values(values))
    except IntegrityError:
        raise TerminalBusyError(terminal_id) from None
    return _get(visit_id)


def find_visit(visit_id: str) -> VisitFacts | None:
    """The visit, live or ended."""
    return _first(_visit.c.visit_id == visit_id)


def live_visit_of(terminal_id: str) -> VisitFacts | None:
    """Who is at this terminal, if anybody."""
    return _first((_visit.c.terminal_id == terminal_id) & _IS_LIVE)


def list_homes() -> list[str]:
    """Codes of the towns of everybody who is signed in at a terminal now."""
    with union_read() as session:
        query = sa.select(_visit.c.home).where(_IS_LIVE, _visit.c.home.is_not(None)).distinct()
        return list(session.scalars(query.order_by(_visit.c.home)))


def list_idle(before: datetime) -> list[VisitFacts]:
    """Live visits not seen since `before`. A trip to the card reader is not idle until its ticket is too old."""
    on_a_trip = (_visit.c.state == VisitState.ASKED) & (_visit.c.ticket_expires_at >= clock.now())
    with union_read() as session:
        rows = session.execute(sa.select(_visit).where(_IS_LIVE, _visit.c.last_seen_at < before, ~on_a_trip))
        return [_facts(row) for row in rows]


def issue_ticket(visit_id: str, signer: Signer, origin: str) -> tuple[str, VisitFacts]:
    """A fresh one-time ticket, sealed for the URL, and the visit. A ticket issued before it is void.

    :raises VisitEndedError: if the visit is over.
    :raises VisitMovedError: if somebody is signed in already.
    """
    nonce, now = to_base64url(token_bytes(NONCE_BYTES)), clock.now()
    may_ask = _visit.c.state.in_([VisitState.OPEN, VisitState.ASKED])
    changes = {
        "state": VisitState.ASKED,
        "ticket_nonce": nonce,
        "ticket_expires_at": now + timedelta(seconds=TRIP_SECONDS),
        "last_seen_at": now,
        "failure": CardFailure.NONE,
        "tries_left": None,
    }
    if not _change((_visit.c.visit_id == visit_id) & may_ask, changes):
        _get(visit_id)
        raise VisitMovedError(visit_id)
    visit = _get(visit_id)
    expires_at = int(now.timestamp()) + TICKET_SECONDS
    ticket = Ticket(nonce, visit_id, visit.terminal_id, origin, PURPOSE, visit.language, expires_at)
    return signer.seal(ticket), visit


def find_by_ticket(nonce: str, terminal_id: str) -> VisitFacts:
    """The live visit that this ticket was issued to, at this terminal.

    :raises TicketRefusedError: TICKET_USED for any ticket that is not (or no longer) of this terminal.
    """
    visit = _first((_visit.c.ticket_nonce == nonce) & (_visit.c.terminal_id == terminal_id) & _IS_LIVE)
    if visit is None:
        raise TicketRefusedError(CardFailure.TICKET_USED)
    return visit


def check_ticket(visit: VisitFacts) -> None:
    """:raises TicketRefusedError: unless a statement for this visit's ticket may still come."""
    if visit.state is not VisitState.ASKED or visit.ticket_expires_at is None:
        raise TicketRefusedError(CardFailure.TICKET_USED)
    if clock.now() > visit.ticket_expires_at:
        raise TicketRefusedError(CardFailure.TICKET_EXPIRED)


def accept_nonce(visit_id: str, terminal_id: str, nonce: str) -> VisitFacts:
    """The resident is back with the ticket: the visit, signed in or with the `failure` to tell. Uses the ticket up.

    Coming back again to a signed-in visit is harmless (a reload) and gives the same.

    :raises TicketRefusedError: TICKET_USED for a ticket of another visit or terminal, or one used without a sign-in.
    """
    is_mine = (_visit.c.visit_id == visit_id) & (_visit.c.terminal_id == terminal_id) & (_visit.c.ticket_nonce == nonce)
    used_up = {"state": VisitState.OPEN, "ticket_expires_at": None, "last_seen_at": clock.now()}
    is_back = _change(is_mine & (_visit.c.state == VisitState.ASKED), used_up)
    visit = _first(is_mine & _IS_LIVE)
    if visit is None or not (is_back or visit.is_signed_in):
        raise TicketRefusedError(CardFailure.TICKET_USED)
    return visit


def note_failure(visit_id: str, nonce: str, failure: CardFailure, tries_left: int | None) -> None:
    """Keep why the trip has failed so far, for the screen that the resident comes back to."""
    is_asked = (_visit.c.visit_id == visit_id) & (_visit.c.state == VisitState.ASKED)
    _change(is_asked & (_visit.c.ticket_nonce == nonce), {"failure": failure, "tries_left": tries_left})


def mark_signed_in(visit_id: str, nonce: str, home: str) -> bool:
    """Use the ticket up for a sign-in. False: the visit ended or the resident came back meanwhile; nothing changed."""
    is_asked = (_visit.c.visit_id == visit_id) & (_visit.c.state == VisitState.ASKED)
    changes = {
        "state": VisitState.SIGNED_IN,
        "home": home,
        "ticket_expires_at": None,
        "last_seen_at": clock.now(),
        "failure": CardFailure.NONE,
        "tries_left": None,
    }
    return _change(is_asked & (_visit.c.ticket_nonce == nonce), changes)


def touch(visit_id: str) -> VisitFacts:
    """The resident is still here. Written at most every five seconds. :raises VisitEndedError: if the visit is over."""
    visit = _get(visit_id)
    if clock.now() - visit.last_seen_at < timedelta(seconds=TOUCH_SECONDS):
        return visit
    _change((_visit.c.visit_id == visit_id) & _IS_LIVE, {"last_seen_at": clock.now()})
    return _get(visit_id)


def mark_closing(visit_id: str) -> bool:
    """The resident has gone; an order of theirs is still being finished or paid back. Whether anything changed."""
    return _change(
        (_visit.c.visit_id == visit_id) & (_visit.c.state == VisitState.SIGNED_IN), {"state": VisitState.CLOSING}
    )


def close_visit(visit_id: str, reason: str) -> bool:
    """End it; `reason` is a code. Whether it was still live: ending twice is harmless."""
    with union_write() as session:
        return _end(session, (_visit.c.visit_id == visit_id) & _IS_LIVE, reason)


def _end(session: UnionSession, where: sa.ColumnElement[bool], reason: str) -> bool:
    changes = {
        "state": VisitState.ENDED,
        "ended_at": clock.now(),
        "end_reason": reason,
        "ticket_expires_at": None,
    }
    return _update(session, where, changes)


def _change(where: sa.ColumnElement[bool], changes: dict[str, Any]) -> bool:
    with union_write() as session:
        return _update(session, where, changes)


def _update(session: UnionSession, where: sa.ColumnElement[bool], changes: dict[str, Any]) -> bool:
    changed: Any = session.execute(sa.update(_visit).where(where).values(changes))
    return bool(changed.rowcount)


def _get(visit_id: str) -> VisitFacts:
    visit = find_visit(visit_id)
    if visit is None or not visit.is_live:
        raise VisitEndedError(visit_id)
    return visit


def _first(where: sa.ColumnElement[bool]) -> VisitFacts | None:
    with union_read() as session:
        row = session.execute(sa.select(_visit).where(where)).one_or_none()
        return None if row is None else _facts(row)


def _facts(row: sa.Row[Any]) -> VisitFacts:
    return VisitFacts(**{name: row._mapping[name] for name in VisitFacts.__dataclass_fields__})
