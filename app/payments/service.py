"""The union's ledger: lines arrive from the towns' outboxes, exactly once, and are never changed.

Every function works in the union transaction that the caller holds (`municipalities.union.union_write`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.payments.errors import LedgerConflictError, LedgerGapError
from app.payments.models import EntryType, LedgerEntry, RelayCursor


@dataclass(frozen=True)
class Entry:
    """One line as a town sends it. No person is in it. `yen` is never negative: a refund is a line of its own kind."""

    sequence: int
    entry_type: EntryType
    issue_number: str
    payment_key: str | None
    kind: str
    channel: str
    site: str
    site_municipality: str
    terminal_id: str
    yen: int
    transaction: str
    occurred_at: datetime


def get_cursor(session: Session, home: str, epoch: int) -> int | None:
    """The sequence up to which this town's outbox of this epoch is in the ledger; None before the first time."""
    cursor = session.get(RelayCursor, (home, epoch), populate_existing=True)
    return None if cursor is None else cursor.sequence


def apply_entries(session: Session, home: str, epoch: int, entries: Sequence[Entry]) -> int:
    """Append what the cursor has not passed, move the cursor, and give its new place.

    :raises LedgerGapError: the lines do not continue where the cursor stands.
    :raises LedgerConflictError: the same number was charged, refunded or voided before with other content.
    """
    cursor = _lock_cursor(session, home, epoch, entries)
    for entry in entries:
        if entry.sequence <= cursor.sequence:
            continue  # another relay was here
        if entry.sequence != cursor.sequence + 1:
            raise LedgerGapError(home, cursor.sequence, entry.sequence)
        _append(session, home, epoch, entry)
        cursor.sequence = entry.sequence
    cursor.applied_at = clock.now()
    session.flush()
    return cursor.sequence


def _lock_cursor(session: Session, home: str, epoch: int, entries: Sequence[Entry]) -> RelayCursor:
    key = (home, epoch)
    cursor = session.get(RelayCursor, key, with_for_update=True, populate_existing=True)
    if cursor is not None:
        return cursor
    # a new epoch begins where the restored or moved outbox does; what an older one has sent is recognised below
    first = {"home": home, "epoch": epoch, "sequence": entries[0].sequence - 1 if entries else 0}
    with suppress(IntegrityError), session.begin_nested():  # another relay may be making it: wait and use theirs
        session.execute(sa.insert(RelayCursor).values(first))
    return session.get_one(RelayCursor, key, with_for_update=True, populate_existing=True)


def _append(session: Session, home: str, epoch: int, entry: Entry) -> None:
    same = (LedgerEntry.home == home, LedgerEntry.issue_number == entry.issue_number)
    known = session.scalar(sa.select(LedgerEntry).where(*same, LedgerEntry.entry_type == entry.entry_type))
    if known is None:
        session.add(LedgerEntry(home=home, epoch=epoch, **asdict(entry)))
        session.flush()
    elif known.epoch == epoch or _content(known) != _content(entry):
        raise LedgerConflictError(home, entry.sequence)


def _content(line: Any) -> tuple[Any, ...]:
    return (line.payment_key, line.kind, line.site, line.terminal_id, line.yen, line.transaction, line.occurred_at)
