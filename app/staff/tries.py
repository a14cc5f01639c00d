"""Counting what is tried: a try is written down before it is looked at, so that two at once are two."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app import clock
from app.audit.models import UnionHead
from app.extensions import UnionSession
from app.municipalities.union import union_write
from app.staff import keys, limits
from app.staff.errors import LockedError
from app.staff.models import StaffTry


def take(account: str, source: str) -> int:
    """Write down one more try of `account` (as it was typed) from `source` (an address); its number.

    :raises LockedError: there were too many, of the account or from the source. Nothing is written then: who knocks
    at a locked door does not keep it locked.
    """
    now = clock.now()
    marks = (keys.mark("account", account), keys.mark("source", source))
    with union_write() as session:
        session.execute(sa.select(UnionHead.head_id).with_for_update())  # one after the other
        session.execute(sa.delete(StaffTry).where(StaffTry.at <= now - limits.TRIES_WINDOW))
        _refuse(session, StaffTry.account_mark == marks[0], limits.TRIES_OF_ACCOUNT)
        _refuse(session, StaffTry.source_mark == marks[1], limits.TRIES_OF_SOURCE)
        row = StaffTry(account_mark=marks[0], source_mark=marks[1], at=now)
        session.add(row)
        session.flush()
        return row.try_id


def give_back(session: UnionSession, try_id: int) -> None:
    """It was right: it does not count. Those before it do until the whole sign-in has succeeded."""
    session.execute(sa.delete(StaffTry).where(StaffTry.try_id == try_id))


def forget(session: UnionSession, account: str) -> None:
    """Password and code were right, or the account begins anew."""
    session.execute(sa.delete(StaffTry).where(StaffTry.account_mark == keys.mark("account", account)))


def _refuse(session: UnionSession, which: sa.ColumnElement[bool], most: int) -> None:
    times: list[datetime] = list(session.scalars(sa.select(StaffTry.at).where(which).order_by(StaffTry.at)))
    if len(times) >= most:
        raise LockedError(times[-most] + limits.TRIES_WINDOW)
