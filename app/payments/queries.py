"""Sums of the ledger, for settlement between towns and for the daily comparison. Copies are counted, never people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import EntryType, LedgerEntry


@dataclass(frozen=True)
class SettlementRow:
    """What one town's certificates brought in at the sites of one municipality: copies charged, and yen."""

    home: str
    site_municipality: str
    charged: int
    refunded: int
    voided: int
    yen_charged: int
    yen_refunded: int

    @property
    def yen(self) -> int:
        """What stays."""
        return self.yen_charged - self.yen_refunded


@dataclass(frozen=True)
class LedgerTotals:
    """One town's lines: how many, up to which sequence, and what was charged less what was refunded."""

    lines: int
    yen: int


def _count(entry_type: EntryType) -> sa.Function[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((LedgerEntry.entry_type == entry_type, 1), else_=0)), 0)


def _yen(entry_type: EntryType) -> sa.Function[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((LedgerEntry.entry_type == entry_type, LedgerEntry.yen), else_=0)), 0)


def settlement(session: Session, since: datetime, until: datetime) -> list[SettlementRow]:
    """home × site municipality for lines from `since` (included) to `until` (excluded)."""
    columns = (LedgerEntry.home, LedgerEntry.site_municipality)
    query = sa.select(
        *columns,
        _count(EntryType.CHARGE),
        _count(EntryType.REFUND),
        _count(EntryType.VOID),
        _yen(EntryType.CHARGE),
        _yen(EntryType.REFUND),
    )
    period = (LedgerEntry.occurred_at >= since, LedgerEntry.occurred_at < until)
    rows = session.execute(query.where(*period).group_by(*columns).order_by(*columns))
    return [SettlementRow(*row) for row in rows]


def ledger_totals(session: Session, home: str) -> LedgerTotals:
    """All lines of one town, of every epoch."""
    query = sa.select(sa.func.count(), _yen(EntryType.CHARGE) - _yen(EntryType.REFUND)).where(LedgerEntry.home == home)
    lines, yen = session.execute(query).one()
    return LedgerTotals(lines, yen)
