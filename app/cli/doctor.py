"""What an installation needs before a certificate can come out, looked at one thing after the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from app import clock
from app.certificates.catalogue import KINDS
from app.certificates.documents import Picture
from app.certificates.pictures import check_picture
from app.config import Config
from app.errors import KoikiError, NotFoundError
from app.municipalities import engines, migrating, offices, queries, union
from app.municipalities.hours import next_opening
from app.municipalities.limits import get_limits
from app.municipalities.models import Channel, MemberState
from app.municipalities.ordinances import missing_texts
from app.municipalities.partitions import partitions
from app.municipalities.queries import MemberFacts, TerminalFacts
from app.municipalities.serviceability import Obstacle, explain, find_obstacle
from app.nodes import checking, equipment, service
from app.nodes import queries as nodes
from app.nodes.agreement import NodeFacts, Role, missing_keepers, objections, short
from app.residents import queries as residents

OFFICE_NOTICE = timedelta(days=30)  # a successor is set down this long before a term ends


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `says` is a line for a person."""

    about: str
    is_well: bool
    says: str

    def row(self) -> dict[str, object]:
        return {"about": self.about, "is_well": self.is_well, "says": self.says}


def examine(config: Config, pages: Iterable[str]) -> list[Finding]:
    """All findings; what depends on a union that is not there is left out. `pages`: templates of the surfaces."""
    findings = [_look("secrets", lambda: _secrets(config)), _sqlite(), _build(), *_equipment(pages)]
    schema = _look("union schema", _schema)
    findings.append(schema)
    if schema.is_well:
        findings.append(_look("union", lambda: queries.get_union().name))
        findings += _running_union()
    return findings


def _running_union() -> Iterator[Finding]:
    live = nodes.list_live()
    yield _database("union database", checking.union_database)
    yield from _nodes(live)
    yield from _keepers(live)
    members = queries.list_members()
    yield from [finding for member in members for finding in _member(member)] or [_nothing("members")]
    is_served = any(node.role is Role.WEB for node in live)
    found = queries.list_terminals()
    yield from [_terminal(terminal, is_served) for terminal in found] or [_nothing("terminals")]


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


def _build() -> Finding:
    me = service.describe(Role.WEB)
    return Finding("build", True, f"{short(me.build)}, made for schemas {me.union_revision}/{me.partition_revision}")


def _equipment(pages: Iterable[str]) -> list[Finding]:
    missing = equipment.missing(tuple(pages))
    says = f"templates, {len(KINDS)} kinds, font and {len(equipment.LIBRARIES)} native libraries are there"
    return [Finding("equipment", False, line) for line in missing] or [Finding("equipment", True, says)]


def _schema() -> str:
    revision, newest = union.revision(), migrating.newest(migrating.UNION)
    if revision != newest:
        raise union.UnionDownError(f"at revision {revision} instead of {newest}: run 'db upgrade'")
    return f"at {newest}"


def _database(about: str, look: Callable[[], Iterable[str]]) -> Finding:
    """Its clock and its lock, tried."""
    tried = _look(about, lambda: "; ".join(look()))
    says = tried.says or "keeps a second writer out; its clock agrees"
    return Finding(about, tried.is_well and not tried.says, says)


def _nodes(live: list[NodeFacts]) -> Iterator[Finding]:
    """The processes that serve, against each other: this command itself serves nobody."""
    if not live:
        yield Finding("nodes", True, "nobody serves now")
    now, in_files = clock.now(), nodes.is_in_files()
    for node in live:
        against = objections(node, live, now, is_in_files=in_files)
        schemas = f"{node.union_revision}/{node.partition_revision}"
        says = f"build {short(node.build)}, schemas {schemas}, since {node.started_at:%Y-%m-%d %H:%M}"
        about = f"node {node.role.value} on {node.host} {node.node_id[:8]}"
        yield Finding(about, not against, "; ".join([says, *against]))


def _keepers(live: list[NodeFacts]) -> Iterator[Finding]:
    """What must run beside a portal: without it no sheet is made, nothing reaches the ledger, no money goes back."""
    for role in missing_keepers(live, clock.now()):
        yield Finding(f"keeper {role.value}", False, f"none runs while a portal serves: start 'issuance {role.value}'")


def _member(member: MemberFacts) -> Iterator[Finding]:
    code = member.code
    yield _look(f"partition {code}", lambda: _partition(code))
    yield _database(f"database of {code}", lambda: checking.partition_database(code))
    yield _look(f"office of {code}", lambda: _office(code))
    yield _look(f"registers of {code}", lambda: _freshness(code))
    lacks = list(_lacks(member))
    says = f"lacks {'; '.join(lacks)}" if lacks else "can issue"
    yield Finding(f"{code} {member.name}", not lacks, says)


def _partition(code: str) -> str:
    with partitions.open(code) as p:
        if not (count := residents.count_residents(p)):
            raise NotFoundError("no residents yet: run 'registers import'")
        return f"at {migrating.newest(migrating.PARTITION)}, {count} residents"


def _office(code: str) -> str:
    """Who certifies now, by office, and until when: an acting mayor's period ends on a day that is known before."""
    now = clock.now()
    issuer = queries.get_issuer(code, now)
    check_picture(Picture(issuer.seal_png, issuer.seal_mm, issuer.seal_mm))
    says = f"{issuer.title}{' (acting)' if issuer.is_acting else ''}, seal of {issuer.seal_mm:g} mm is there"
    if (changes := offices.next_change(code, now)) is None:
        return f"{says}, for the time being"
    follows = offices.find_issuer(code, changes)
    if follows is None and changes - now < OFFICE_NOTICE:
        raise NotFoundError(f"{says}; nobody is in office from {changes:%Y-%m-%d %H:%M} on")
    return f"{says}, until {changes:%Y-%m-%d %H:%M}, then {follows.title if follows else 'nobody yet'}"


def _freshness(code: str) -> str:
    """How old its registers may be (B24). No default is right for all: a town must have said it, if only `none`."""
    limit = queries.get_ordinance(code, clock.today()).switches.get("register_hours")
    if limit is None:
        how = f"'municipalities switch set {code} register_hours 36', or 'none'"
        raise NotFoundError(f"nobody has said how old they may be before they certify nothing: {how}")
    return "may be of any age, as the town has decided" if limit == "none" else f"certify nothing after {limit} h"


def _lacks(member: MemberFacts) -> Iterator[str]:
    code, now = member.code, clock.now()
    ordinance = queries.get_ordinance(code, now.date())
    if member.state is not MemberState.ACTIVE:
        yield f"the state active (it is {member.state.value})"
    if offices.find_issuer(code, now) is None:
        yield "an officeholder with a seal"
    yield from (f"the text '{key}'" for key in missing_texts(ordinance))
    offered = [kind for kind in KINDS if ordinance.fee(kind, Channel.KIOSK) is not None]  # the others it has not chosen
    if not offered:
        yield "a fee for any certificate"
    closed = [k for k in offered or KINDS if next_opening(queries.get_timetable(code, k, None, now), now) is None]
    yield from ["opening hours"] if len(closed) == len(offered or KINDS) else map("opening hours for {}".format, closed)


def _terminal(terminal: TerminalFacts, is_served: bool) -> Finding:
    """One that has never called is new; and silence says nothing while no portal runs that it could call."""
    obstacle = find_obstacle(terminal, clock.now(), get_limits())
    about, is_silent = f"terminal {terminal.terminal_id}", obstacle is Obstacle.SILENT
    if is_silent and terminal.last_seen_at is None:
        return Finding(about, True, "has not called yet")
    if is_silent and not is_served:
        return Finding(about, True, "cannot be heard while no portal runs")
    return Finding(about, obstacle is None, explain(obstacle, terminal.stopped_reason))
