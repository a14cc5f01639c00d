"""What an installation needs before a certificate can come out, looked at one thing after the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from app import clock
from app.certificates.catalogue import KINDS
from app.certificates.typeface import FONT_PATH
from app.config import Config
from app.errors import KoikiError, NotFoundError
from app.municipalities import engines, migrating, queries, union
from app.municipalities.hours import next_opening
from app.municipalities.limits import get_limits
from app.municipalities.models import Channel, MemberState
from app.municipalities.ordinances import missing_texts
from app.municipalities.partitions import partitions
from app.municipalities.queries import MemberFacts
from app.municipalities.serviceability import Obstacle, explain, find_obstacle
from app.residents import queries as residents


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `says` is a line for a person."""

    about: str
    is_well: bool
    says: str

    def row(self) -> dict[str, object]:
        return {"about": self.about, "is_well": self.is_well, "says": self.says}


def examine(config: Config) -> list[Finding]:
    """All findings; what depends on a union that is not there is left out."""
    findings = [_look("secrets", lambda: _secrets(config)), _sqlite(), _fonts()]
    schema = _look("union schema", _schema)
    findings.append(schema)
    if schema.is_well:
        findings.append(_look("union", lambda: queries.get_union().name))
        members = queries.list_members()
        findings += [finding for member in members for finding in _member(member)] or [_nothing("members")]
        findings += list(_terminals()) or [_nothing("terminals")]
    return findings


def _look(about: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(about, True, look())
    except (KoikiError, DBAPIError) as error:
        return Finding(about, False, str(error).splitlines()[0])


def _nothing(about: str) -> Finding:
    return Finding(about, False, "there are none yet")


def _secrets(config: Config) -> str:
    config.secrets  # noqa: B018 asking for them is the check
    return "all there"


def _sqlite() -> Finding:
    says = f"{sqlite3.sqlite_version}, journal mode {engines.journal_mode()}"
    return Finding("sqlite", True, says)


def _fonts() -> Finding:
    says = str(FONT_PATH) if FONT_PATH.is_file() else f"{FONT_PATH} is missing: install fonts-ipamj-mincho"
    return Finding("fonts", FONT_PATH.is_file(), says)


def _schema() -> str:
    revision, newest = union.revision(), migrating.newest(migrating.UNION)
    if revision != newest:
        raise union.UnionDownError(f"at revision {revision} instead of {newest}: run 'db upgrade'")
    return f"at {newest}"


def _member(member: MemberFacts) -> Iterator[Finding]:
    yield _look(f"partition {member.code}", lambda: _partition(member.code))
    lacks = list(_lacks(member))
    says = f"lacks {'; '.join(lacks)}" if lacks else "can issue"
    yield Finding(f"{member.code} {member.name}", not lacks, says)


def _partition(code: str) -> str:
    with partitions.open(code) as p:
        if not (count := residents.count_residents(p)):
            raise NotFoundError("no residents yet: run 'registers import'")
        return f"at {migrating.newest(migrating.PARTITION)}, {count} residents"


def _lacks(member: MemberFacts) -> Iterator[str]:
    code, now = member.code, clock.now()
    ordinance = queries.get_ordinance(code, now.date())
    if member.state is not MemberState.ACTIVE:
        yield f"the state active (it is {member.state.value})"
    yield from _complaint(lambda: queries.get_issuer(code, now))
    yield from (f"the text '{key}'" for key in missing_texts(ordinance))
    offered = [kind for kind in KINDS if ordinance.fee(kind, Channel.KIOSK) is not None]  # the others it has not chosen
    if not offered:
        yield "a fee for any certificate"
    closed = [k for k in offered or KINDS if next_opening(queries.get_timetable(code, k, None, now), now) is None]
    yield from ["opening hours"] if len(closed) == len(offered or KINDS) else map("opening hours for {}".format, closed)


def _complaint(look: Callable[[], object]) -> Iterable[str]:
    try:
        look()
    except KoikiError:
        return ["an officeholder with a seal"]
    return []


def _terminals() -> Iterator[Finding]:
    """One that has never called is new: its agent is started after this look."""
    now = clock.now()
    for terminal in queries.list_terminals():
        obstacle = find_obstacle(terminal, now, get_limits())
        is_new = obstacle is Obstacle.SILENT and terminal.last_seen_at is None
        says = "has not called yet" if is_new else explain(obstacle, terminal.stopped_reason)
        yield Finding(f"terminal {terminal.terminal_id}", is_new or obstacle is None, says)
