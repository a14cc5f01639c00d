"""Changing the union: members, sites, terminals and what the ordinances say. Each function is one audited unit of work.

What an ordinance says from a day on is never edited: another value begins on another day. Bad values raise before
anything is written; the same thing said twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.audit.models import UnionHead
from app.extensions import UnionSession
from app.municipalities import checks
from app.municipalities.errors import (
    AlreadyThereError,
    BadValueError,
    UnionMissingError,
    UnknownClosureError,
    UnknownMunicipalityError,
    UnknownSiteError,
    UnknownTerminalError,
)
from app.municipalities.models import (
    Channel,
    Closure,
    FeeRule,
    HolidayOverride,
    Member,
    MemberState,
    Officeholder,
    OpeningHours,
    OrdinanceSwitch,
    OrdinanceText,
    Site,
    Terminal,
    TerminalKind,
    Union,
)
from app.municipalities.ordinances import SWITCHES, TEXT_KEYS, is_allowed
from app.municipalities.partitions import partitions
from app.municipalities.queries import TerminalFacts, get_terminal
from app.municipalities.union import union_write


def init_union(actor: str, name: str, name_en: str = "", phone: str = "") -> None:
    """Write the union's one row. :raises AlreadyThereError: if there is a union already."""
    with union_write() as session:
        if session.get(Union, 1) is not None:
            raise AlreadyThereError("there is a union already")
        session.add_all([Union(union_id=1, name=checks.text(name), name_en=name_en, phone=phone), UnionHead(head_id=1)])
        session.flush()
        audit.record(session, actor, Action.UNION_INITIALISED, "union", name=name)


def add_member(actor: str, code: str, name: str, prefecture: str, **more: str | None) -> None:
    """Add a municipality and make its partition. `more`: other columns of `Member`, such as `district`, `place_key`.

    :raises BadValueError: bad check digit. :raises AlreadyThereError: if it is a member already.
    """
    checks.municipality_code(code)
    with union_write() as session:
        if session.get(Union, 1) is None:
            raise UnionMissingError
        if session.get(Member, code) is not None:
            raise AlreadyThereError(f"{code} is a member already")
        member = Member(code=code, name=checks.text(name), prefecture=checks.text(prefecture), **more)
        session.add(member)
        session.flush()
        audit.record(session, actor, Action.MEMBER_ADDED, code, place_key=member.place_key)
        member.revision, member.checked_at = partitions.create(code), clock.now()


def set_member_state(actor: str, code: str, state: MemberState) -> None:
    """For instance SUSPENDED: from the next order on no certificate of this town is issued anywhere."""
    with union_write() as session:
        member = _member(session, code)
        if member.state is not state:
            details = {"from": member.state.value, "to": state.value}
            audit.record(session, actor, Action.MEMBER_STATE_CHANGED, code, **details)
            member.state = state


def note_revision(code: str, revision: str | None, error: str | None) -> None:
    """Keep what the last look at a partition found."""
    with union_write() as session:
        member = _member(session, code)
        member.revision, member.last_error, member.checked_at = revision or member.revision, error, clock.now()


def add_site(
    actor: str,
    site_id: str,
    municipality: str,
    name: str,
    office_hours: tuple[time, time] = (time(8, 30), time(17, 15)),
    name_en: str = "",
) -> None:
    """Add a place for terminals. :raises AlreadyThereError: if the name of the site is taken."""
    opens, closes = checks.hours(*office_hours)
    with union_write() as session:
        _member(session, municipality)
        if session.get(Site, checks.identifier(site_id)) is not None:
            raise AlreadyThereError(f"there is a site {site_id} already")
        hours = {"office_opens": opens, "office_closes": closes}
        session.add(Site(site_id=site_id, municipality=municipality, name=checks.text(name), name_en=name_en, **hours))
        session.flush()
        audit.record(session, actor, Action.SITE_ADDED, site_id, municipality=municipality)


def enrol_terminal(
    actor: str, terminal_id: str, site: str, kind: TerminalKind, public_key: bytes, agent_url: str
) -> TerminalFacts:
    """Trust the agent that holds this key (Ed25519, 32 bytes), at this site; it gets the next terminal number.

    :raises AlreadyThereError: if the name or the key is enrolled already.
    """
    what: dict[str, Any] = {"public_key": checks.device_key(public_key), "agent_url": checks.agent_url(agent_url)}
    with union_write() as session:
        if session.get(Site, site) is None:
            raise UnknownSiteError(site)
        same = sa.or_(Terminal.terminal_id == checks.identifier(terminal_id), Terminal.public_key == public_key)
        if session.scalar(sa.select(Terminal.terminal_id).where(same)) is not None:
            raise AlreadyThereError(f"terminal {terminal_id} or its key is enrolled already")
        number = 1 + (session.scalar(sa.select(sa.func.max(Terminal.number))) or 0)
        what |= {"terminal_id": terminal_id, "site": site, "kind": TerminalKind(kind), "number": number}
        session.add(Terminal(**what, enrolled_at=clock.now()))
        session.flush()
        audit.record(session, actor, Action.TERMINAL_ENROLLED, terminal_id, site=site, number=number)
    return get_terminal(terminal_id)


def stop_terminal(actor: str, terminal_id: str, reason: str) -> None:
    """Take a terminal out of service; `reason` is a code. The first reason stays until a person resumes it."""
    with union_write() as session:
        terminal = _terminal(session, terminal_id)
        if terminal.stopped_reason is None:
            terminal.stopped_reason = checks.text(reason)
            audit.record(session, actor, Action.TERMINAL_STOPPED, terminal_id, reason=reason)


def resume_terminal(actor: str, terminal_id: str) -> None:
    """Put it back into service: a person has looked."""
    with union_write() as session:
        terminal = _terminal(session, terminal_id)
        if terminal.stopped_reason is not None:
            audit.record(session, actor, Action.TERMINAL_RESUMED, terminal_id, reason=terminal.stopped_reason)
            terminal.stopped_reason = None


def note_seen(terminal_id: str, device_state: str) -> None:
    """The agent has called; `device_state` is the JSON that it sent of its devices."""
    with union_write() as session:
        terminal = _terminal(session, terminal_id)
        terminal.last_seen_at, terminal.device_state = clock.now(), device_state


def set_fee(actor: str, code: str, kind: str, channel: Channel, yen: int, valid_from: date) -> None:
    """The fee of one copy from a day on, in yen."""
    if yen < 0:
        raise BadValueError("a fee is not negative")
    _say(actor, FeeRule, code, valid_from, {"kind": kind, "channel": Channel(channel)}, {"yen": yen})


def set_text(actor: str, code: str, key: str, text: str, valid_from: date) -> None:
    """The town's own wording from a day on; the keys are in `ordinances.TEXT_KEYS`."""
    if key not in TEXT_KEYS:
        raise BadValueError(f"no text {key!r}; there are: {', '.join(TEXT_KEYS)}")
    _say(actor, OrdinanceText, code, valid_from, {"key": key}, {"text": text})


def set_switch(actor: str, code: str, key: str, value: str, valid_from: date) -> None:
    """What the town allows from a day on; the keys and values are in `ordinances.SWITCHES`."""
    if key not in SWITCHES:
        raise BadValueError(f"no switch {key!r}; there are: {', '.join(SWITCHES)}")
    if not is_allowed(key, value):
        raise BadValueError(f"{key} is one of: {', '.join(SWITCHES[key].values)}")
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
    """首長 or 職務代理者 for a `period`. `seal`: PNG and side in millimetres, 25 at most (標準仕様書 5.6)."""
    (png, millimetres), (begins, ends) = checks.seal(*seal), period
    if ends is not None and ends <= begins:
        raise BadValueError("the period ends before it begins")
    value: dict[str, Any] = {"title": checks.text(title), "name": checks.text(name), "valid_until": ends}
    value |= {"seal_png": png, "seal_mm": millimetres}
    _say(actor, Officeholder, code, begins, {"is_acting": is_acting}, value)


def set_hours(
    actor: str,
    code: str,
    hours: tuple[time, time] | None,
    weekdays: Collection[int] = checks.EVERY_DAY,
    kind: str | None = None,
) -> None:
    """Open on these weekdays (0 Monday … 6 Sunday, 7 national holiday) from … until, or closed when `hours` is None.

    `kind` None: every kind. What is said of a kind narrows what is said of all.
    """
    checks.weekdays(weekdays)
    opens, closes = checks.hours(*hours) if hours else (None, None)
    with union_write() as session:
        _member(session, code)
        mine = OpeningHours.municipality == code, OpeningHours.kind == kind, OpeningHours.weekday.in_(weekdays)
        session.execute(sa.delete(OpeningHours).where(*mine))
        if hours is not None:
            row = {"municipality": code, "kind": kind, "opens": opens, "closes": closes}
            session.add_all(OpeningHours(**row, weekday=day) for day in weekdays)
            session.flush()
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
    with union_write() as session:
        if code is not None:
            _member(session, code)
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
        _member(session, code)
        row = session.scalar(sa.select(table).filter_by(municipality=code, valid_from=valid_from, **key))
        if row is None:
            session.add(table(municipality=code, valid_from=valid_from, **key, **value))
            session.flush()
            _note_change(session, actor, code, table.__tablename__, " ".join(map(str, key.values())), valid_from)
        elif any(getattr(row, name) != it for name, it in value.items()):
            raise AlreadyThereError(f"something else is in force from {valid_from.isoformat()}: choose another day")


def _note_change(session: UnionSession, actor: str, subject: str, table: str, key: str, begins: date) -> None:
    details = {"table": table, "key": key, "valid_from": begins.isoformat()}
    audit.record(session, actor, Action.ORDINANCE_CHANGED, subject, **details)


def _member(session: UnionSession, code: str) -> Member:
    if (member := session.get(Member, code)) is None:
        raise UnknownMunicipalityError(code)
    return member


def _terminal(session: UnionSession, terminal_id: str) -> Terminal:
    if (terminal := session.get(Terminal, terminal_id)) is None:
        raise UnknownTerminalError(terminal_id)
    return terminal
