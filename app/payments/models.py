"""Union tables of money: what was charged where for whom, by town. No person is in the ledger; rows never change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, db, one_of


class EntryType(StrEnum):
    CHARGE = "charge"  # a copy came out and was paid
    REFUND = "refund"  # a person paid a charge back
    VOID = "void"  # a number that was never charged: its sheet was not made or is invalid


class LedgerEntry(db.Model):
    """One line per copy and event, applied by the relay exactly once: (home, epoch, outbox sequence) is the key."""

    __tablename__ = "ledger_entry"
    home: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), primary_key=True)
    epoch: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_type: Mapped[EntryType] = mapped_column(one_of(EntryType, "ledger_entry_type"))
    issue_number: Mapped[str] = mapped_column(sa.Text)
    payment_key: Mapped[str | None] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str] = mapped_column(sa.String(20))
    site: Mapped[str] = mapped_column(sa.String(40))
    site_municipality: Mapped[str] = mapped_column(sa.String(6))
    terminal_id: Mapped[str] = mapped_column(sa.String(40))
    yen: Mapped[int] = mapped_column(sa.Integer)
    transaction: Mapped[str] = mapped_column(
        sa.String(64)
    )  # keyed hash of the order: counts transactions, names nobody
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        # money at most once a copy; a refund only of a charge is checked where it is made
        sa.UniqueConstraint("home", "issue_number", "entry_type"),
        sa.CheckConstraint("yen >= 0", name="yen_not_negative"),
        sa.CheckConstraint("entry_type <> 'void' OR yen = 0", name="void_is_free"),
    )


class RelayCursor(db.Model):
    """How far the relay has come in a town's outbox. Its row lock lets two relays run at once."""

    __tablename__ = "relay_cursor"
    home: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), primary_key=True)
    epoch: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigId, default=0)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
