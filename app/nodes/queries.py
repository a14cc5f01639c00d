"""Which processes serve now."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import sqlalchemy as sa

from app import clock
from app.extensions import UnionSession, db
from app.municipalities import queries as municipalities
from app.municipalities.errors import PartitionDownError
from app.municipalities.partitions import partitions
from app.municipalities.places import Place
from app.municipalities.queries import MemberFacts
from app.municipalities.union import union_read
from app.nodes.agreement import NodeFacts, is_live
from app.nodes.models import Node


def list_live() -> list[NodeFacts]:
    """Those that may still be serving, the oldest first."""
    now = clock.now()
    with union_read() as session:
        return [node for node in facts_of(session) if is_live(node, now)]


def facts_of(session: UnionSession) -> list[NodeFacts]:
    """Every row there is."""
    rows: Iterable[Node] = session.scalars(sa.select(Node).order_by(Node.started_at, Node.node_id))
    return [NodeFacts(**{name: getattr(row, name) for name in NodeFacts.__dataclass_fields__}) for row in rows]


def is_in_files() -> bool:
    """Whether the union or any town lies in a SQLite file."""
    return Place(str(db.engine.url)).is_file or any(map(_is_in_file, municipalities.list_members()))


def _is_in_file(member: MemberFacts) -> bool:
    with suppress(PartitionDownError):  # a place that is not set: nobody reaches this town from here
        return partitions.place_of(member).is_file
    return False
