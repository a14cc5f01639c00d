"""Append-only, hash-chained entries: one chain in the union, one in each partition. The tips are in the head rows."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.actions import Action
from app.extensions import BigId, Instant, PartitionBase, db, one_of


class _Entry:
    """`entry_hash` = SHA-256 of the canonical JSON of all other columns, the previous hash among them; hex."""

    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(sa.String(80))
    subject: Mapped[str] = mapped_column(sa.String(80))
    details: Mapped[str] = mapped_column(sa.Text)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    entry_hash: Mapped[str] = mapped_column(sa.String(64))


class AuditEntry(_Entry, PartitionBase):
    """What was done to a resident's data in this town."""

    __tablename__ = "audit_entry"
    action: Mapped[Action] = mapped_column(one_of(Action, "audit_action"))


class UnionAuditEntry(_Entry, db.Model):
    """What was done to the union: members, sites, terminals, ordinances."""

    __tablename__ = "union_audit_entry"
    action: Mapped[Action] = mapped_column(one_of(Action, "union_audit_action"))


class Head(PartitionBase):
    """The one row that every writing transaction locks: sequences and the tip of the audit chain."""

    __tablename__ = "head"
    head_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False, default=1)
    epoch: Mapped[int] = mapped_column(sa.Integer, default=1)  # +1 at every restore or move: fences old relays
    issue_sequence: Mapped[int] = mapped_column(BigId, default=0)
    outbox_sequence: Mapped[int] = mapped_column(BigId, default=0)
    receipt_sequence: Mapped[int] = mapped_column(BigId, default=0)
    audit_sequence: Mapped[int] = mapped_column(BigId, default=0)
    audit_hash: Mapped[str] = mapped_column(sa.String(64), default="0" * 64)
    __table_args__ = (sa.CheckConstraint("head_id = 1", name="one_row"),)


class UnionHead(db.Model):
    """The tip of the union's audit chain: one row."""

    __tablename__ = "union_head"
    head_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False, default=1)
    audit_sequence: Mapped[int] = mapped_column(BigId, default=0)
    audit_hash: Mapped[str] = mapped_column(sa.String(64), default="0" * 64)
    __table_args__ = (sa.CheckConstraint("head_id = 1", name="one_row"),)
