"""What a terminal reports of the money of an order, and what the journal makes of it.

A device that says what it was not told, or says it too late, is a case: a person counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.issuance.journal import copies_of, evidence_of, move_payment, open_case
from app.issuance.models import Case, CaseKind, Order
from app.issuance.progress import call_off
from app.issuance.states import AT_PRINTER, KEPT, MONEY_IN_DEVICE, NEXT_PAYMENT, Payment, is_final
from app.issuance.tries import has_device_ended
from app.municipalities.partitions import Partition
from app.protocol.messages import Report, ReportEvent

_COLLECTING = frozenset({Payment.ASKED, Payment.SWITCHING})
# the terminal does nothing more with this money, and says so
DEVICE_ENDS = frozenset({ReportEvent.COMMITTED, ReportEvent.RELEASED, ReportEvent.PAYMENT_UNKNOWN})
MONEY_EVENTS = DEVICE_ENDS | {ReportEvent.INSERTED, ReportEvent.HELD}


def record_money(p: Partition, actor: str, report: Report, order: Order) -> None:
    """One of `MONEY_EVENTS`, about the present try of `order`. Replays change nothing."""
    _MONEY[report.event](p, actor, report, order)


def _inserted(p: Partition, actor: str, report: Report, order: Order) -> None:
    """Money that a person has ended, and in the device there still is some: perhaps somebody else's."""
    if not is_final(order.payment):
        order.yen_inserted = max(order.yen_inserted, report.yen)  # reports may overtake each other; escrow only grows
    elif not has_device_ended(p, report.payment_key):
        open_case(p, actor, CaseKind.PAYMENT_UNKNOWN, order, None, evidence_of(report))


def _held(p: Partition, actor: str, report: Report, order: Order) -> None:
    _inserted(p, actor, report, order)
    if order.payment in _COLLECTING and report.yen >= order.yen:
        move_payment(p, order, Payment.HELD, actor)
    elif order.payment in _COLLECTING | {Payment.NONE}:
        _doubt(p, actor, report, order)


def _committed(p: Partition, actor: str, report: Report, order: Order) -> None:
    is_told = order.payment in {Payment.COMMITTING, Payment.COMMITTED}
    if is_told and report.yen == order.yen_due:
        _end_money(p, actor, report, order, Payment.COMMITTED)
    else:
        _doubt(p, actor, report, order)


def _released(p: Partition, actor: str, report: Report, order: Order) -> None:
    """Also by the device itself, when the resident pressed its return button: then the order is off."""
    if order.payment is Payment.SWITCHING and not report.yen_owed:
        move_payment(p, order, Payment.NONE, actor)
        return
    if order.payment in MONEY_IN_DEVICE and not _has_left(p, order):
        call_off(p, actor, order, "money given back")
        move_payment(p, order, Payment.RELEASING, actor)
    if order.payment in {Payment.RELEASING, Payment.RELEASED}:
        _end_money(p, actor, report, order, Payment.RELEASED)
    elif order.payment is not Payment.NONE:
        _doubt(p, actor, report, order)


def _end_money(p: Partition, actor: str, report: Report, order: Order, end: Payment) -> None:
    """The device has done it. What it should have given back and could not is the resident's: a person pays it.

    Also where a person ended the money before the device could say what it owes. Told again, it is owed once.
    """
    is_first = move_payment(p, order, end, actor, yen_owed=report.yen_owed)
    if report.yen_owed and (is_first or not _is_owed_already(p, order, report)):
        open_case(p, actor, CaseKind.CHANGE_OWED, order, None, _debt(report, order))
    elif not is_first and not report.yen_owed and order.yen_owed:
        _doubt(p, actor, report, order)


def _is_owed_already(p: Partition, order: Order, report: Report) -> bool:
    """Whether just this was told before: a case is or was open about it, perhaps paid and closed."""
    same = (Case.kind == CaseKind.CHANGE_OWED, Case.order_id == order.order_id)
    debt = _debt(report, order)
    return any(debt in json.loads(case.evidence) for case in p.session.scalars(sa.select(Case).where(*same)))


def _debt(report: Report, order: Order) -> dict[str, Any]:
    return {"event": report.event.value, "yen_owed": report.yen_owed, "tender": order.tender}


def _has_left(p: Partition, order: Order) -> bool:
    return any(copy.state in AT_PRINTER | KEPT for copy in copies_of(p, order))


def _doubt(p: Partition, actor: str, report: Report, order: Order) -> None:
    """The device says what it was not told to do, or that it cannot say: a person counts."""
    open_case(p, actor, CaseKind.PAYMENT_UNKNOWN, order, None, evidence_of(report))
    if Payment.UNKNOWN in NEXT_PAYMENT[order.payment]:
        move_payment(p, order, Payment.UNKNOWN, actor)
        call_off(p, actor, order, "payment unknown")


_MONEY: dict[ReportEvent, Callable[[Partition, str, Report, Order], None]] = {
    ReportEvent.INSERTED: _inserted,
    ReportEvent.HELD: _held,
    ReportEvent.COMMITTED: _committed,
    ReportEvent.RELEASED: _released,
    ReportEvent.PAYMENT_UNKNOWN: _doubt,
}
