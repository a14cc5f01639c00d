"""Partition tables of the money of an order: tries at paying it, and every move of it.

Never two live tries, none after money was kept, and money ends once.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Instant, PartitionBase, one_of
from app.issuance import rules
from app.issuance.states import Payment
from app.protocol.messages import Tender
from app.triggers import attach


class PaymentEnd(StrEnum):
    """How a try at paying ended."""

    COMMITTED = "committed"
    RELEASED = "released"


class PaymentTry(PartitionBase):
    """One try at paying an order, by one tender, under a key of its own. Never two at a time; kept money ends all."""

    __tablename__ = "payment_try"
    payment_key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    order_id: Mapped[str] = mapped_column(sa.ForeignKey("issue_order.order_id"))
    number_in_order: Mapped[int] = mapped_column(sa.Integer)
    tender: Mapped[Tender] = mapped_column(one_of(Tender, "try_tender"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    lease_epoch: Mapped[int] = mapped_column(sa.Integer)  # the terminal's newest lease when it was asked for
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[PaymentEnd | None] = mapped_column(one_of(PaymentEnd, "try_ended_as"))
    device_ended_at: Mapped[datetime | None] = mapped_column(Instant)  # when the terminal said that it is over there
    __table_args__ = (
        sa.UniqueConstraint("order_id", "number_in_order"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        sa.Index(
            "one_live_try",
            "order_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "kept_once",
            "order_id",
            unique=True,
            sqlite_where=sa.text("ended_as = 'committed'"),
            postgresql_where=sa.text("ended_as = 'committed'"),
        ),
    )


class PaymentEvent(PartitionBase):
    """Append-only: every move of an order's money."""

    __tablename__ = "payment_event"
    order_id: Mapped[str] = mapped_column(sa.ForeignKey("issue_order.order_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    from_state: Mapped[Payment | None] = mapped_column(one_of(Payment, "payment_event_from"))
    to_state: Mapped[Payment] = mapped_column(one_of(Payment, "payment_event_to"))
    yen: Mapped[int] = mapped_column(sa.Integer)
    actor: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        sa.Index(
            "money_ends_once",
            "order_id",
            unique=True,
            sqlite_where=sa.text("to_state IN ('committed', 'released')"),
            postgresql_where=sa.text("to_state IN ('committed', 'released')"),
        ),
    )


for _model in (PaymentTry, PaymentEvent):
    attach(PartitionBase.metadata.tables[_model.__tablename__], rules.TRIGGERS[_model.__tablename__])
