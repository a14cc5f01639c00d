"""Tries at paying an order: a key each, never two at a time, ended with the money or for another tender.

A try ends twice: in the journal, and at the terminal, whose word for it is `device_ended_at`. Where a person has ended
the money first, its device may still be open for it, or come back full: it is told by the same key until it has said.
"""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.issuance.models import Order
from app.issuance.money_models import PaymentEnd, PaymentTry
from app.issuance.states import Payment
from app.municipalities.partitions import Partition
from app.municipalities.queries import get_terminal
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
    epoch = get_terminal(order.terminal_id).lease_epoch
    p.session.add(PaymentTry(payment_key=order.payment_key, lease_epoch=epoch, **what))
    p.session.flush()


def end_try(p: Partition, order: Order, to: Payment) -> None:
    """Where the money comes to an end, its try does; elsewhere nothing."""
    live = sa.select(PaymentTry).where(PaymentTry.order_id == order.order_id, PaymentTry.ended_at.is_(None))
    if to in _ENDS and (last := p.session.scalar(live)) is not None:
        last.ended_at, last.ended_as = clock.now(), _ENDS[to]


def note_device_ended(p: Partition, payment_key: str) -> None:
    """The terminal has said how this try ended there, whatever it said. The first word counts."""
    found = p.session.get(PaymentTry, payment_key)
    if found is not None and found.device_ended_at is None:
        found.device_ended_at = clock.now()


def has_device_ended(p: Partition, payment_key: str) -> bool:
    """Whether the terminal has said so: whatever it said before is then told too late."""
    found = p.session.get(PaymentTry, payment_key)
    return found is not None and found.device_ended_at is not None


def is_untold() -> sa.ColumnElement[bool]:
    """Of a try: a person has ended it, and its device may not know."""
    return sa.and_(PaymentTry.ended_at.is_not(None), PaymentTry.device_ended_at.is_(None))


def find_untold(p: Partition, terminal_id: str, visit_id: str) -> tuple[Order, PaymentEnd] | None:
    """An order of this visit whose money a person has ended and its device has not, and how."""
    mine = (Order.terminal_id == terminal_id, Order.visit_id == visit_id, is_untold())
    query = sa.select(Order, PaymentTry.ended_as).join(PaymentTry, PaymentTry.payment_key == Order.payment_key)
    row = p.session.execute(query.where(*mine).order_by(PaymentTry.ended_at).limit(1)).first()
    return None if row is None or row.ended_as is None else (row.Order, row.ended_as)


def _count(p: Partition, order: Order) -> int:
    query = sa.select(sa.func.count()).where(PaymentTry.order_id == order.order_id)
    return int(p.session.scalar(query) or 0)
