"""What the union knows of members, sites and terminals, handed out as frozen facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

import jpholiday
import sqlalchemy as sa

from app import clock
from app.extensions import db
from app.municipalities.errors import (
    NoIssuerError,
    UnionMissingError,
    UnknownMunicipalityError,
    UnknownTerminalError,
)
from app.municipalities.hours import HOLIDAY, Period, Span, Timetable, WeeklyPattern
from app.municipalities.models import (
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
from app.municipalities.ordinances import Fee, Ordinance
from app.municipalities.union import union_read

_F = TypeVar("_F")


@dataclass(frozen=True)
class UnionFacts:
    name: str
    name_en: str
    phone: str


@dataclass(frozen=True)
class MemberFacts:
    """A member municipality and where its partition lies."""

    code: str
    name: str
    name_kana: str
    name_en: str
    prefecture: str
    district: str
    phone: str
    state: MemberState
    place_key: str
    place_schema: str | None
    place_role: str | None
    revision: str | None
    checked_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class SiteFacts:
    site_id: str
    municipality: str
    name: str
    name_en: str
    office_opens: time
    office_closes: time


@dataclass(frozen=True)
class TerminalFacts:
    """A terminal and the site it stands at. The site is never the issuer."""

    terminal_id: str
    site_id: str
    site_municipality: str
    site_name: str
    site_name_en: str
    number: int
    kind: TerminalKind
    agent_url: str
    public_key: bytes
    stopped_reason: str | None
    ended_stop: str
    last_seen_at: datetime | None
    device_state: str
    lease_epoch: int
    lease_root: int

    @property
    def is_stopped(self) -> bool:
        return self.stopped_reason is not None


@dataclass(frozen=True)
class IssuerFacts:
    """Who issues: the mayor of the home town, or the acting one. `seal_mm` is the seal's side in millimetres."""

    title: str
    name: str
    seal_png: bytes
    seal_mm: float
    is_acting: bool


def get_union() -> UnionFacts:
    """:raises UnionMissingError: before `union init`."""
    with union_read() as session:
        if (row := session.get(Union, 1)) is None:
            raise UnionMissingError
        return _facts(UnionFacts, row)


def get_member(code: str) -> MemberFacts:
    """:raises UnknownMunicipalityError: no member has this code."""
    with union_read() as session:
        if (row := session.get(Member, code)) is None:
            raise UnknownMunicipalityError(code)
        return _facts(MemberFacts, row)


def list_members() -> list[MemberFacts]:
    """All members in the order of their codes."""
    with union_read() as session:
        return [_facts(MemberFacts, row) for row in session.scalars(sa.select(Member).order_by(Member.code))]


def list_codes() -> list[str]:
    """The codes of all members, in order."""
    with union_read() as session:
        return list(session.scalars(sa.select(Member.code).order_by(Member.code)))


def list_sites() -> list[SiteFacts]:
    """All sites by municipality and name of the site."""
    with union_read() as session:
        return [
            _facts(SiteFacts, r) for r in session.scalars(sa.select(Site).order_by(Site.municipality, Site.site_id))
        ]


_TERMINALS = (
    sa.select(
        Terminal.terminal_id,
        Site.site_id,
        Site.municipality.label("site_municipality"),
        Site.name.label("site_name"),
        Site.name_en.label("site_name_en"),
        Terminal.number,
        Terminal.kind,
        Terminal.agent_url,
        Terminal.public_key,
        Terminal.stopped_reason,
        Terminal.ended_stop,
        Terminal.last_seen_at,
        Terminal.device_state,
        Terminal.lease_epoch,
        Terminal.lease_root,
    )
    .join(Site, Site.site_id == Terminal.site)
    .order_by(Terminal.number)
)


def get_terminal(terminal_id: str) -> TerminalFacts:
    """:raises UnknownTerminalError: if none of this name is enrolled."""
    with union_read() as session:
        row = session.execute(_TERMINALS.where(Terminal.terminal_id == terminal_id)).one_or_none()
    if row is None:
        raise UnknownTerminalError(terminal_id)
    return TerminalFacts(**row._mapping)


def list_terminals() -> list[TerminalFacts]:
    """All terminals by number."""
    with union_read() as session:
        return [TerminalFacts(**row._mapping) for row in session.execute(_TERMINALS)]


def get_issuer(code: str, at: datetime) -> IssuerFacts:
    """Who is in office at `at`; an acting mayor precedes the mayor (標準仕様書 1.3.9).

    :raises NoIssuerError: nobody is: a certificate may not name nobody.
    """
    query = (
        sa.select(Officeholder)
        .where(Officeholder.municipality == code, Officeholder.valid_from <= at)
        .where(sa.or_(Officeholder.valid_until.is_(None), Officeholder.valid_until > at))
        .order_by(Officeholder.is_acting.desc(), Officeholder.valid_from.desc())
        .limit(1)
    )
    with union_read() as session:
        if (row := session.scalar(query)) is None:
            raise NoIssuerError(code)
        return _facts(IssuerFacts, row)


def get_ordinance(code: str, on: date) -> Ordinance:
    """The town's rules as they stand on a day: of each key, the newest one that has begun."""
    with union_read() as session:
        fees = {(r.kind, r.channel.value): Fee(r.yen, r.per, r.is_together) for r in _begun(session, FeeRule, code, on)}
        texts = {r.key: r.text for r in _begun(session, OrdinanceText, code, on)}
        switches = {r.key: r.value for r in _begun(session, OrdinanceSwitch, code, on)}
    return Ordinance(code, on, fees, texts, switches)


def get_timetable(code: str, kind: str, site: str | None, at: datetime) -> Timetable:
    """When `kind` of this town may be asked for at `site`, from `at` on. A suspended town is closed until resumed."""
    return list_timetables([code], [kind], site, at)[code, kind]


def list_timetables(
    codes: Collection[str], kinds: Collection[str], site: str | None, at: datetime
) -> dict[tuple[str, str], Timetable]:
    """The timetables of all these towns and kinds at `site`, by (town, kind), in one read for all of them.

    :raises UnknownMunicipalityError: no member has one of the codes.
    """
    with union_read() as session:
        calendar = _Calendar(
            states={row.code: row.state for row in session.execute(sa.select(Member.code, Member.state))},
            hours=session.scalars(sa.select(OpeningHours).where(OpeningHours.municipality.in_(codes))).all(),
            closures=session.scalars(_closures(codes, kinds, site, at)).all(),
            overrides={r.day: r.is_holiday for r in session.scalars(sa.select(HolidayOverride))},
        )
    return {(code, kind): calendar.timetable(code, kind, at) for code in codes for kind in kinds}


def list_closures() -> list[dict[str, Any]]:
    """The closures that are not over, by their beginning."""
    names = ("closure_id", "municipality", "kind", "site", "starts_at", "ends_at", "reason")
    not_over = sa.or_(Closure.ends_at.is_(None), Closure.ends_at > clock.now())
    query = sa.select(*(getattr(Closure, name) for name in names)).where(not_over).order_by(Closure.starts_at)
    with union_read() as session:
        return [dict(row._mapping) for row in session.execute(query)]


def _begun(session: Any, table: Any, code: str, on: date) -> Iterable[Any]:
    """Oldest first, so that the newest one begun is the last to be put under its key."""
    query = sa.select(table).where(table.municipality == code, table.valid_from <= on)
    rows: Iterable[Any] = session.scalars(query.order_by(table.valid_from))
    return rows


def _closures(codes: Collection[str], kinds: Collection[str], site: str | None, at: datetime) -> sa.Select[Closure]:
    """Those not over that bear on any of these towns and kinds at this site."""
    return (
        sa.select(Closure)
        .where(sa.or_(Closure.ends_at.is_(None), Closure.ends_at > at))
        .where(sa.or_(Closure.municipality.is_(None), Closure.municipality.in_(codes)))
        .where(sa.or_(Closure.kind.is_(None), Closure.kind.in_(kinds)))
        .where(sa.or_(Closure.site.is_(None), Closure.site == site))
        .order_by(Closure.starts_at)
    )


@dataclass(frozen=True)
class _Calendar:
    """What bears on several towns and kinds at one site."""

    states: Mapping[str, MemberState]
    hours: Sequence[OpeningHours]
    closures: Sequence[Closure]
    overrides: Mapping[date, bool]

    def timetable(self, code: str, kind: str, at: datetime) -> Timetable:
        if code not in self.states:
            raise UnknownMunicipalityError(code)
        rows = [r for r in self.hours if r.municipality == code]
        patterns = [_pattern(rows, wanted) for wanted in (None, kind) if any(r.kind == wanted for r in rows)]
        bearing = [c for c in self.closures if c.municipality in {None, code} and c.kind in {None, kind}]
        suspended = [Period(at)] if self.states[code] is MemberState.SUSPENDED else []
        closed = [Period(c.starts_at, c.ends_at) for c in bearing]
        return Timetable(tuple(patterns), tuple(closed + suspended), self.is_holiday)

    def is_holiday(self, day: date) -> bool:
        return self.overrides.get(day, jpholiday.is_holiday(day))


def _pattern(rows: Iterable[OpeningHours], kind: str | None) -> WeeklyPattern:
    mine = sorted((r for r in rows if r.kind == kind), key=lambda r: r.opens)
    days = (tuple(Span(r.opens, r.closes) for r in mine if r.weekday == day) for day in range(HOLIDAY + 1))
    return WeeklyPattern(tuple(days))


def _facts(kind: type[_F], row: db.Model) -> _F:  # type: ignore[name-defined]
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(row, name) for name in names})
