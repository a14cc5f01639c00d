"""PURE. Who may serve beside whom. Nothing here can be switched off: a process that does not agree does not serve.

Takamatsu, April 2024: a program made for one server ran on several, and residents were handed others' certificates.
So the processes of one union are of one build and of one schema, and an installation in files is on one machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BEAT = timedelta(seconds=10)
FORGOTTEN = timedelta(seconds=60)  # a process that was not heard of for so long has ended
# A process whose own sign of life is older than this asks again before it does anything: it may have been frozen, and
# be forgotten already. Shorter than FORGOTTEN by more than two clocks may differ.
TRUSTED = timedelta(seconds=45)
CLOCKS = timedelta(seconds=5)  # how far two clocks may differ
MISSED = timedelta(seconds=60)  # a keeper that was not heard of for so long is missed; the first one is waited for, too


class Role(StrEnum):
    """What a process does."""

    WEB = "web"
    WORKER = "worker"
    RELAY = "relay"
    RECONCILE = "reconcile"


# without any one of them nothing more may begin: no sheet would be made, no number told, no money given back
KEEPERS = (Role.WORKER, Role.RELAY, Role.RECONCILE)


@dataclass(frozen=True)
class NodeFacts:
    """One process. `build` and the revisions are those of its code, `seen_at` its last sign of life."""

    node_id: str
    role: Role
    host: str
    machine: str
    build: str
    union_revision: str
    partition_revision: str
    started_at: datetime
    seen_at: datetime


def is_live(node: NodeFacts, now: datetime) -> bool:
    """Whether it may still be serving."""
    return now - node.seen_at <= FORGOTTEN


def objections(me: NodeFacts, others: Sequence[NodeFacts], now: datetime, *, is_in_files: bool) -> list[str]:
    """Why `me` may not serve beside `others`, one line each; nothing where all agree.

    `is_in_files`: the union or a town is a SQLite file, whose lock holds on one machine only.
    """
    live = [node for node in others if node.node_id != me.node_id and is_live(node, now)]
    return [line for node in live for line in _objections_to(me, node, now, is_in_files)]


def _objections_to(me: NodeFacts, node: NodeFacts, now: datetime, is_in_files: bool) -> Iterator[str]:
    ours, theirs = (me.union_revision, me.partition_revision), (node.union_revision, node.partition_revision)
    if node.build != me.build:
        yield _line(node, now, f"is of build {short(node.build)}, this one of {short(me.build)}")
    if ours != theirs:
        yield _line(node, now, f"is made for the schemas {'/'.join(theirs)}, this one for {'/'.join(ours)}")
    if is_in_files and node.machine != me.machine:
        yield _line(node, now, "is on another machine, and databases in files may be used from one only")


def _line(node: NodeFacts, now: datetime, why: str) -> str:
    seconds = max(0, int((now - node.seen_at).total_seconds()))
    return f"{node.role.value} on {node.host}, seen {seconds} s ago, {why}"


class Attendance:
    """Which keepers one process still hears of. `at`: seconds of its own clock, which nobody sets."""

    def __init__(self, at: float) -> None:
        self._heard_at = dict.fromkeys(KEEPERS, at)
        self._signs: frozenset[tuple[str, datetime]] = frozenset()

    def note(self, nodes: Iterable[NodeFacts], at: float) -> None:
        """What the table says at `at`: a sign of life is one that was not there before."""
        nodes = list(nodes)
        signs = frozenset((node.node_id, node.seen_at) for node in nodes)
        new = {node.role for node in nodes if (node.node_id, node.seen_at) not in self._signs}
        self._heard_at |= dict.fromkeys(new & set(KEEPERS), at)
        self._signs = signs

    def missing(self, at: float) -> list[Role]:
        """Keepers that were not heard of for too long at `at`, which is when this process last listened."""
        return [role for role in KEEPERS if at - self._heard_at[role] > MISSED.total_seconds()]


def missing_keepers(live: Sequence[NodeFacts], now: datetime) -> list[Role]:
    """The same, for whoever sees the table once: missed where a portal has served for long enough to need them."""
    serves = any(node.role is Role.WEB and now - node.started_at > MISSED for node in live)
    return [role for role in KEEPERS if serves and all(node.role is not role for node in live)]


def clock_objection(name: str, theirs: datetime, before: datetime, after: datetime) -> str | None:
    """Why the clock of a database and ours are too far apart; the answer came between `before` and `after` (ours)."""
    off = max(before - theirs, theirs - after, timedelta(0))
    if off <= CLOCKS:
        return None
    return f"{name}: its clock and this machine's differ by {off.total_seconds():.0f} s, more than {CLOCKS.seconds} s"


def short(build: str) -> str:
    """A build as people compare it."""
    return build[:12]
