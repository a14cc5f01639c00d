"""What a town decides: fees, wording, switches, officeholders, hours, closures. Each function is one unit of work.

What an ordinance says from a day on is never edited: another value begins on another day. Bad values raise before
anything is written; the same thing said twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.extensions import UnionSession
from app.municipalities import checks, kinds
from app.municipalities.errors import (
    AlreadyThereError,
    BadValueError,
    UnknownClosureError,
    UnknownMunicipalityError,
    UnknownSiteError,
)
from app.municipalities.models import (
    Channel,
    Closure,
    FeeRule,
    HolidayOverride,
    Member,
    Officeholder,
    OpeningHours,
    OrdinanceSwitch,
    OrdinanceText,
    Site,
)
from app.municipalities.ordinances import SWITCHES, Fee, is_allowed, text_keys
from app.municipalities.union import union_write

_WHOLE_DAY = (time.min, time.max)  # narrows nothing


def set_fee(actor: str, code: str, kind: str, channel: Channel, fee: Fee, valid_from: date) -> None:
    """The fee of a kind from a day on. :raises BadValueError: below nothing, or of a kind that nobody knows."""
    if fee.yen < 0 or (fee.per is not None and fee.per < 1):
        raise BadValueError("a fee is not negative, and is counted by one thing or more")
    if fee.is_together and fee.per is None:
        raise BadValueError("what is not counted is not counted together")
    _check_kind(kind)
    key = {"kind": kind, "channel": Channel(channel)}
    _say(actor, FeeRule, code, valid_from, key, asdict(fee))


def set_text(actor: str, code: str, key: str, text: str, valid_from: date) -> None:
    """The town's own wording from a day on; the keys are those of `ordinances.text_keys`."""
    if key not in text_keys():
        raise BadValueError(f"no text {key!r}; there are: {', '.join(text_keys())}")
    _say(actor, OrdinanceText, code, valid_from, {"key": key}, {"text": text})


def set_switch(actor: str, code: str, key: str, value: str, valid_from: date) -> None:
    """What the town allows from a day on; the keys and values are in `ordinances.SWITCHES`."""
    if key not in SWITCHES:
        raise BadValueError(f"no switch {key!r}; there are: {', '.join(SWITCHES)}")
    if not is_allowed(key, value):
        raise BadValueError(f"{key} is {SWITCHES[key].allowed}")
    _say(actor, OrdinanceSwitch, code, valid_from, {"key": key}, {"value": value})


def add_officeholder(
    actor: str,
    code: str,
    title: str,
    name: str,
    seal: tuple[bytes, float],
    period: tuple[datetime, datetime | None],
    is_acting: bool = False,
) -> None:
    """首長 or 職務代理者 for a `period`. `seal`: PNG and side in millimetres, 25 at most (標準仕様書 5.6).

    :raises BadValueError: for a seal that another town certifies with, too.
    """
    (png, millimetres), (begins, ends) = checks.seal(*seal), period
    if ends is not None and ends <= begins:
        raise BadValueError("the period ends before it begins")
    value: dict[str, Any] = {"title": checks.text(title), "name": checks.text(name), "valid_until": ends}
    value |= {"seal_png": png, "seal_mm": millimetres}
    with union_write() as session:
        _check_own_seal(session, code, png)
        _say(actor, Officeholder, code, begins, {"is_acting": is_acting}, value)


def set_hours(
    actor: str,
    code: str,
    hours: tuple[time, time] | None,
    weekdays: Collection[int] = checks.EVERY_DAY,
    kind: str | None = None,
) -> None:
    """Open on these weekdays (0 Monday … 6 Sunday, 7 national holiday) from … until, or closed when `hours` is None.

    `kind` None: every kind. What is said of a kind narrows what is said of all; days of which nothing is said of it are
    closed for it, unless a closed day is the first thing that is said.
    :raises BadValueError: for a kind that would never open: that is a closure.
    """
    checks.weekdays(weekdays)
    _check_kind(kind)
    span = checks.hours(*hours) if hours else None
    with union_write() as session:
        _check_member(session, code)
        own = sa.select(OpeningHours).filter_by(municipality=code, kind=kind)
        if kind is not None and span is None and session.scalar(own.limit(1)) is None:
            _add_hours(session, code, kind, checks.EVERY_DAY, _WHOLE_DAY)  # as the town on its other days
        mine = OpeningHours.municipality == code, OpeningHours.kind == kind, OpeningHours.weekday.in_(weekdays)
        session.execute(sa.delete(OpeningHours).where(*mine))
        if span is not None:
            _add_hours(session, code, kind, weekdays, span)
        if kind is not None and session.scalar(own.limit(1)) is None:
            raise BadValueError("a kind that never opens is closed by a closure")
        _note_change(session, actor, code, "opening_hours", kind or "all", clock.today())


def add_closure(
    actor: str,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    code: str | None = None,
    kind: str | None = None,
    site: str | None = None,
    reason: str = "",
) -> int:
    """Close the union, a town, a kind or a site, or what is all of them at once; give the closure's number."""
    if ends_at is not None and ends_at <= starts_at:
        raise BadValueError("the closure ends before it begins")
    _check_kind(kind)
    with union_write() as session:
        if code is not None:
            _check_member(session, code)
        if site is not None and session.get(Site, site) is None:
            raise UnknownSiteError(site)
        closure = Closure(municipality=code, kind=kind, site=site, starts_at=starts_at, ends_at=ends_at, reason=reason)
        session.add(closure)
        session.flush()
        _note_change(session, actor, code or "union", "closure", str(closure.closure_id), starts_at)
        return closure.closure_id


def lift_closure(actor: str, number: int) -> None:
    """End a closure now; one that has not begun is called off. :raises UnknownClosureError: if there is none."""
    with union_write() as session:
        if (closure := session.get(Closure, number)) is None:
            raise UnknownClosureError(number)
        _note_change(session, actor, closure.municipality or "union", "closure", str(number), clock.now())
        if closure.starts_at >= clock.now():
            session.delete(closure)
        elif closure.ends_at is None or closure.ends_at > clock.now():
            closure.ends_at = clock.now()


def set_holiday(actor: str, day: date, is_holiday: bool, name: str = "") -> None:
    """A day that the holiday library does not know, or knows wrongly."""
    with union_write() as session:
        session.merge(HolidayOverride(day=day, is_holiday=is_holiday, name=name))
        _note_change(session, actor, "union", "holiday_override", day.isoformat(), day)


def _say(actor: str, table: Any, code: str, valid_from: date, key: dict[str, Any], value: dict[str, Any]) -> None:
    """Add a row that holds from a day on. :raises AlreadyThereError: if something else begins on that day."""
    with union_write() as session:
        _check_member(session, code)
        row = session.scalar(sa.select(table).filter_by(municipality=code, valid_from=valid_from, **key))
        if row is None:
            session.add(table(municipality=code, valid_from=valid_from, **key, **value))
            session.flush()
            _note_change(session, actor, code, table.__tablename__, " ".join(map(str, key.values())), valid_from)
        elif any(getattr(row, name) != it for name, it in value.items()):
            raise AlreadyThereError(f"something else is in force from {valid_from.isoformat()}: choose another day")


def _add_hours(
    session: UnionSession, code: str, kind: str | None, weekdays: Collection[int], span: tuple[time, time]
) -> None:
    row = {"municipality": code, "kind": kind, "opens": span[0], "closes": span[1]}
    session.add_all(OpeningHours(**row, weekday=day) for day in weekdays)
    session.flush()


def _check_own_seal(session: UnionSession, code: str, png: bytes) -> None:
    """公印 is one town's: on a certificate of another one it would be a false certificate that looks right."""
    elsewhere = sa.select(Officeholder.municipality).where(
        Officeholder.seal_png == png, Officeholder.municipality != code
    )
    if (other := session.scalar(elsewhere.limit(1))) is not None:
        raise BadValueError(f"this is the seal of {other}")


def _check_kind(kind: str | None) -> None:
    """What is said of a kind that nobody knows would hold for nothing, in silence."""
    if kind is not None and kinds.find_code(kind) != kind:
        raise BadValueError(f"no kind {kind!r}; there are: {', '.join(name.code for name in kinds.list_names())}")


def _note_change(session: UnionSession, actor: str, subject: str, table: str, key: str, begins: date) -> None:
    details = {"table": table, "key": key, "valid_from": begins.isoformat()}
    audit.record(session, actor, Action.ORDINANCE_CHANGED, subject, **details)


def _check_member(session: UnionSession, code: str) -> None:
    if session.get(Member, code) is None:
        raise UnknownMunicipalityError(code)
