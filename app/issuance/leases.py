"""What an agent that was fenced may still say: the truth about what was in its hands, and nothing else."""

from __future__ import annotations

import sqlalchemy as sa

from app.issuance.models import Attempt, Issuance, Order
from app.issuance.money_models import PaymentTry
from app.municipalities.partitions import Partition
from app.protocol.messages import Report


def may_report(p: Partition, report: Report) -> bool:
    """Whether the attempt, or the money, was given to this epoch or to one that it followed."""
    if report.attempt_id and not report.payment_key:
        granted = Attempt.attempt_id == report.attempt_id
        return _exists(p, sa.select(Attempt.attempt_id).where(granted, Attempt.grant_epoch <= report.epoch))
    asked = sa.select(PaymentTry.payment_key).where(
        PaymentTry.payment_key == report.payment_key, PaymentTry.lease_epoch <= report.epoch
    )
    return _exists(p, asked) or _exists(p, _printed_for(report))


def _printed_for(report: Report) -> sa.Select[str]:
    """A copy of the order with this key: one that cost nothing has no try at paying."""
    return (
        sa.select(Attempt.attempt_id)
        .join(Issuance, Issuance.issuance_id == Attempt.issuance_id)
        .join(Order, Order.order_id == Issuance.order_id)
        .where(Order.payment_key == report.payment_key, Attempt.grant_epoch <= report.epoch)
    )


def _exists(p: Partition, query: sa.Select[str]) -> bool:
    return p.session.scalar(query.limit(1)) is not None
