"""Changing the union: members, sites, terminals and what the ordinances say. Each function is one audited unit of work.

What an ordinance says from a day on is never edited: another value begins on another day. Bad values raise before
anything is written; the same thing said twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
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
    UnionMissingError,
    UnknownMunicipalityError,
    UnknownSiteError,
    UnknownTerminalError,
)
from app.municipalities.models import (
    Member,
    MemberState,
    Site,
    Terminal,
    TerminalKind,
    Union,
)
from app.municipalities.partitions import partitions
from app.municipalities.queries import TerminalFacts, get_terminal
from app.municipalities.union import union_write

AGENT_STOPPED = "agent"  # what is written as the reason when only the agent had stopped itself


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


def resume_terminal(actor: str, terminal_id: str, agent_stop: str = "") -> None:
    """Put it back into service: a person has looked.

    `agent_stop` (`Devices.stopped_at`): the stop of its own agent that they saw; the agent is told to end just that.
    """
    with union_write() as session:
        terminal = _terminal(session, terminal_id)
        is_agents = agent_stop not in {"", terminal.ended_stop}
        if terminal.stopped_reason is not None or is_agents:
            reason = terminal.stopped_reason or AGENT_STOPPED
            audit.record(session, actor, Action.TERMINAL_RESUMED, terminal_id, reason=reason)
            terminal.stopped_reason = None
            terminal.ended_stop = checks.text(agent_stop) if is_agents else terminal.ended_stop


@dataclass(frozen=True)
class Lease:
    """`is_successor`: it follows the epoch before it in the same folder, whose holder is dead."""

    epoch: int
    is_successor: bool


def take_lease(actor: str, terminal_id: str, lease_id: str, epoch_before: int, *, is_same_folder: bool) -> Lease:
    """The next epoch for the agent that asks: from now on every other one is fenced. Asked again, it is the same.

    `epoch_before`: the last one of its folder; higher than ours after a restore of the union, and epochs only grow.
    """
    with union_write() as session:
        terminal = session.get(Terminal, terminal_id, with_for_update=True)
        if terminal is None:
            raise UnknownTerminalError(terminal_id)
        if terminal.lease_id != lease_id:
            is_successor = is_same_folder and 0 < epoch_before == terminal.lease_epoch
            terminal.lease_epoch = max(terminal.lease_epoch, epoch_before) + 1
            terminal.lease_root = terminal.lease_root if is_successor else terminal.lease_epoch
            terminal.lease_id = lease_id
            details = {"epoch": terminal.lease_epoch, "is_successor": is_successor}
            audit.record(session, actor, Action.TERMINAL_LEASED, terminal_id, **details)
        return Lease(terminal.lease_epoch, terminal.lease_root < terminal.lease_epoch)


def note_seen(terminal_id: str, device_state: str) -> None:
    """The agent has called; `device_state` is the JSON that it sent of its devices."""
    with union_write() as session:
        terminal = _terminal(session, terminal_id)
        terminal.last_seen_at, terminal.device_state = clock.now(), device_state


def _member(session: UnionSession, code: str) -> Member:
    if (member := session.get(Member, code)) is None:
        raise UnknownMunicipalityError(code)
    return member


def _terminal(session: UnionSession, terminal_id: str) -> Terminal:
    if (terminal := session.get(Terminal, terminal_id)) is None:
        raise UnknownTerminalError(terminal_id)
    return terminal
