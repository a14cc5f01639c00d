"""Tries at paying an order: a key each, never two at a time, ended with the money or for another tender."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.issuance.models import Order
from app.issuance.money_models import PaymentEnd, PaymentTry
from app.issuance.states import Payment
from app.municipalities.partitions import Partition
from app.protocol.messages import Tender

_ENDS = {
    Payment.NONE: PaymentEnd.RELEASED,
    Payment.RELEASED: PaymentEnd.RELEASED,
    Payment.COMMITTED: PaymentEnd.COMMITTED,
}


def first_key(order_id: str) -> str:
    """Of the first try at paying an order."""
    return f"pay-{order_id}"


def next_key(p: Partition, order: Order) -> str:
    """Of the try that follows those of this order."""
    return f"{first_key(order.order_id)}-{_count(p, order) + 1}"


def begin_try(p: Partition, order: Order, tender: Tender) -> None:
    """One try, under the order's present key."""
    number, now = _count(p, order) + 1, clock.now()
    what = {"order_id": order.order_id, "number_in_order": number, "tender": tender, "asked_at": now}
    p.session.add(PaymentTry(payment_key=order.payment_key, **what))
    p.session.flush()


def end_try(p: Partition, order: Order, to: Payment) -> None:
    """Where the money comes to an end, its try does; elsewhere nothing."""
    live = sa.select(PaymentTry).where(PaymentTry.order_id == order.order_id, PaymentTry.ended_at.is_(None))
    if to in _ENDS and (last := p.session.scalar(live)) is not None:
        last.ended_at, last.ended_as = clock.now(), _ENDS[to]


def _count(p: Partition, order: Order) -> int:
    query = sa.select(sa.func.count()).where(PaymentTry.order_id == order.order_id)
    return int(p.session.scalar(query) or 0)
