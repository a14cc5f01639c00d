"""Where somebody is signed in: kept here and not in the cookie, so that it can be ended from here at once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.extensions import UnionSession
from app.municipalities.union import union_read, union_write
from app.staff import limits
from app.staff.errors import LapsedError
from app.staff.limits import EndReason, Stage
from app.staff.models import StaffMember, StaffSession
from app.staff.queries import StaffFacts, facts_of

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class SessionFacts:
    """A sign-in that lasts, as of this moment; `token` is what the cookie holds."""

    token: str
    stage: Stage
    member: StaffFacts


def begin(session: UnionSession, staff_id: str, stage: Stage) -> str:
    """A new one; gives the token for the cookie. Only its hash is kept."""
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), clock.now()
    session.execute(sa.delete(StaffSession).where(StaffSession.started_at < now - limits.FORGET_AFTER))
    session.add(StaffSession(mark=_mark(token), staff_id=staff_id, stage=stage, started_at=now, seen_at=now))
    return token


def find(token: str, stage: Stage) -> SessionFacts:
    """:raises LapsedError: it is over, was never, or has not come as far as `stage`."""
    with union_read() as session:
        row = session.get(StaffSession, _mark(token))
        member = session.get_one(StaffMember, row.staff_id) if row else None
        if row is None or member is None or row.stage is not stage:
            raise LapsedError(EndReason.UNKNOWN)
        if reason := _end_reason(row, member):
            raise LapsedError(reason)
        return SessionFacts(token, row.stage, facts_of(member))


def touch(token: str) -> None:
    """A person did something. Written down now and then, not for every part of a page."""
    now = clock.now()
    is_stale = StaffSession.seen_at < now - limits.WRITE_SIGN_OF_LIFE_AFTER
    query = sa.select(StaffSession.mark).where(StaffSession.mark == _mark(token), is_stale)
    with union_read() as session:
        if session.scalar(query) is None:
            return
    with union_write() as session:
        session.execute(sa.update(StaffSession).where(StaffSession.mark == _mark(token)).values(seen_at=now))


def end(session: UnionSession, token: str, reason: EndReason) -> None:
    """End one. What is over keeps its reason."""
    _end(session, StaffSession.mark == _mark(token), reason)


def end_all(session: UnionSession, staff_id: str, reason: EndReason) -> None:
    """End all of one member, in whatever browser."""
    _end(session, StaffSession.staff_id == staff_id, reason)


def _end(session: UnionSession, which: sa.ColumnElement[bool], reason: EndReason) -> None:
    ended = {"ended_at": clock.now(), "end_reason": reason}
    session.execute(sa.update(StaffSession).where(which, StaffSession.ended_at.is_(None)).values(ended))


def _end_reason(row: StaffSession, member: StaffMember) -> EndReason | None:
    if member.disabled_at is not None:
        return EndReason.DISABLED
    return row.end_reason or limits.lapse(row.stage, row.started_at, row.seen_at, clock.now())


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
