"""Writing down what was done, in the transaction that does it.

Entries are chained: one that was changed or taken out breaks the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.audit.actions import DETAILS, Action
from app.audit.models import AuditEntry, Head, UnionAuditEntry, UnionHead
from app.protocol.canonical import canonical, digest

FIRST_HASH = "0" * 64
BATCH = 500


class WrongDetailsError(ValueError):
    """The details are not those that the action carries: a programming error, before anything is written."""


class HasSession(Protocol):
    """A partition, as far as the audit needs to know it."""

    @property
    def session(self) -> Session: ...


@dataclass(frozen=True)
class Break:
    """The first entry that does not follow from the one before it."""

    sequence: int
    reason: str


def record(where: HasSession | Session, actor: str, action: Action, subject: str, **details: str | int | None) -> None:
    """Append an entry to the chain of a partition, or of the union when `where` is its session.

    :raises WrongDetailsError: unless `details` are exactly the keys of this action.
    """
    if details.keys() != DETAILS[action]:
        raise WrongDetailsError(f"{action}: {sorted(details)} instead of {sorted(DETAILS[action])}")
    session, entry, head = _chain(where)
    tip = session.execute(sa.select(head.audit_sequence, head.audit_hash).with_for_update()).one()
    values = {
        "sequence": tip.audit_sequence + 1,
        "at": clock.now(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": canonical(details).decode(),
        "previous_hash": tip.audit_hash,
    }
    values["entry_hash"] = _hash(values)
    session.execute(sa.insert(entry.__table__).values(values))
    moved = {"audit_sequence": values["sequence"], "audit_hash": values["entry_hash"]}
    session.execute(sa.update(head.__table__).values(moved))


def verify(where: HasSession | Session) -> Break | None:
    """The first break of a chain; None when every entry follows and the head row names the last one."""
    session, entry, head = _chain(where)
    query = sa.select(entry.__table__).order_by(entry.sequence).execution_options(yield_per=BATCH)
    with session.execute(query) as entries:
        found, sequence, tip = _follow(dict(row) for row in entries.mappings())
    known = session.execute(sa.select(head.audit_sequence, head.audit_hash)).one()
    if found is None and (known.audit_sequence, known.audit_hash) != (sequence, tip):
        return Break(sequence + 1, "the last entries are missing")
    return found


def _follow(entries: Iterable[dict[str, Any]]) -> tuple[Break | None, int, str]:
    """The first break, or None with the number and the hash of the last entry."""
    sequence, tip = 0, FIRST_HASH
    for row in entries:
        sequence += 1
        if row["sequence"] != sequence:
            return Break(sequence, "an entry is missing"), sequence, tip
        if row["previous_hash"] != tip or row["entry_hash"] != _hash(row):
            return Break(sequence, "an entry was changed"), sequence, tip
        tip = row["entry_hash"]
    return None, sequence, tip


def _chain(where: HasSession | Session) -> tuple[Session, Any, Any]:
    if isinstance(where, Session):
        return where, UnionAuditEntry, UnionHead
    return where.session, AuditEntry, Head


def _hash(values: dict[str, Any]) -> str:
    at: datetime = values["at"]
    rest = {key: str(values[key]) for key in ("sequence", "actor", "subject", "details", "previous_hash")}
    rest |= {"at": at.astimezone(UTC).isoformat(timespec="microseconds"), "action": Action(values["action"]).value}
    return digest(rest)
