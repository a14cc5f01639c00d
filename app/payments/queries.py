"""Sums of the ledger, to compare them with the towns' own journals. Copies are counted, never people."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import EntryType, LedgerEntry


@dataclass(frozen=True)
class LedgerTotals:
    """One town's lines: how many, and what was charged less what was refunded."""

    lines: int
    yen: int


def _yen(entry_type: EntryType) -> sa.Function[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((LedgerEntry.entry_type == entry_type, LedgerEntry.yen), else_=0)), 0)


def ledger_totals(session: Session, home: str) -> LedgerTotals:
    """All lines of one town, of every epoch."""
    query = sa.select(sa.func.count(), _yen(EntryType.CHARGE) - _yen(EntryType.REFUND)).where(LedgerEntry.home == home)
    lines, yen = session.execute(query).one()
    return LedgerTotals(lines, yen)
