"""A process joins the others, gives signs of life, and leaves. Not audited: nothing of this is done by anybody."""

from __future__ import annotations

import dataclasses
import socket
import uuid
from pathlib import Path

import sqlalchemy as sa

from app import clock
from app.audit.models import UnionHead
from app.municipalities import migrating
from app.municipalities.union import union_write
from app.nodes.agreement import FORGOTTEN, NodeFacts, Role, objections
from app.nodes.build import build_id
from app.nodes.errors import UnfitError
from app.nodes.models import Node
from app.nodes.queries import facts_of, is_in_files

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def describe(role: Role) -> NodeFacts:
    """This process as the others shall see it."""
    now = clock.now()
    return NodeFacts(
        node_id=str(uuid.uuid4()),
        role=role,
        host=socket.gethostname(),
        machine=_BOOT_ID.read_text().strip(),
        build=build_id(),
        union_revision=migrating.newest(migrating.UNION),
        partition_revision=migrating.newest(migrating.PARTITION),
        started_at=now,
        seen_at=now,
    )


def beat(me: NodeFacts) -> list[NodeFacts]:
    """Join, or say that one is still there, in one transaction that others wait for; forget who fell silent.
    Who else is there.

    :raises UnfitError: when the schema was changed meanwhile, or a process runs that does not agree with this one.
    """
    in_files = is_in_files()
    with union_write() as session:
        session.execute(sa.select(UnionHead.head_id).with_for_update())
        if (revision := migrating.current(session.connection())) != me.union_revision:
            raise UnfitError(f"the union's schema is {revision} now, this process was made for {me.union_revision}")
        now = clock.now()
        session.execute(sa.delete(Node).where(Node.seen_at < now - FORGOTTEN))
        found = facts_of(session)
        if against := objections(me, found, now, is_in_files=in_files):
            raise UnfitError(f"{against[0]}: stop it first; what ended without a word is forgotten after a minute")
        session.merge(Node(**dataclasses.asdict(me) | {"seen_at": now}))
    return found


def leave(me: NodeFacts) -> None:
    """End well: nobody needs to wait until this process is forgotten."""
    with union_write() as session:
        session.execute(sa.delete(Node).where(Node.node_id == me.node_id))
