"""What follows by itself from the present states of an order: count the money out, settle, erase, close.

Called at the end of every change; calling it twice does nothing. No branch here looks at the clock.
"""

from __future__ import annotations

import sqlalchemy as sa

from app.issuance import refused
from app.issuance.journal import copies_of, last_attempt, move, move_payment, post, void_number
from app.issuance.models import Case, Disposal, Issuance, Order, Sheet
from app.issuance.states import (
    AT_PRINTER,
    KEPT,
    MONEY_IN_DEVICE,
    NOT_GRANTED,
    Payment,
    State,
    is_final,
    is_terminal,
)
from app.municipalities.partitions import Partition
from app.payments.models import EntryType

_VOID_WITHOUT_PAPER = frozenset({State.CANCELLED, State.FAILED, State.NOT_PRINTED})


def advance(p: Partition, actor: str, order: Order) -> None:
    """Bring the order as far as it goes without paper, money or a person."""
    copies = copies_of(p, order)
    for copy in copies:
        if copy.state in _VOID_WITHOUT_PAPER:
            void_number(p, order, copy, Disposal.NEVER_PRINTED)
    _count_out(p, actor, order, copies)
    _settle(p, actor, order, copies)
    for copy in copies:
        if is_terminal(copy.state):
            erase(p, copy)
    order.is_open = not (is_final(order.payment) and all(is_terminal(c.state) for c in copies))
    p.session.flush()


def call_off(p: Partition, actor: str, order: Order, note: str) -> None:
    """Cancel every copy that no printer has; what is printed, printing or unknown stays."""
    for copy in copies_of(p, order):
        if copy.state in NOT_GRANTED:
            move(p, copy, State.CANCELLED, actor, note)


def fees_kept(copies: list[Issuance]) -> int:
    """Yen for the copies that came out or may have come out."""
    return sum(copy.yen for copy in copies if copy.state in KEPT)


def erase(p: Partition, issuance: Issuance) -> None:
    """Forget what the sheet said: PDF, preview, what the guard refused, document. While a case is open: evidence."""
    has_case = sa.select(Case.case_id).where(Case.issuance_id == issuance.issuance_id, Case.closed_at.is_(None))
    if p.session.scalar(has_case.limit(1)) is not None:
        return
    attempt = last_attempt(p, issuance.issuance_id)
    p.session.execute(sa.delete(Sheet).where(Sheet.attempt_id == attempt.attempt_id))
    refused.forget(p, issuance.issuance_id)
    issuance.document = ""


def _count_out(p: Partition, actor: str, order: Order, copies: list[Issuance]) -> None:
    states = {copy.state for copy in copies}
    if is_final(order.payment) or states & (NOT_GRANTED | AT_PRINTER):
        return
    if order.payment is Payment.NONE:
        move_payment(p, order, Payment.RELEASED, actor)
    elif order.payment in MONEY_IN_DEVICE:
        _tell_device(p, actor, order, copies)


def _tell_device(p: Partition, actor: str, order: Order, copies: list[Issuance]) -> None:
    order.yen_due = fees_kept(copies)
    is_free_and_out = order.yen == 0 and any(copy.state in KEPT for copy in copies)
    is_kept = order.yen_due > 0 or is_free_and_out
    move_payment(p, order, Payment.COMMITTING if is_kept else Payment.RELEASING, actor)
    if order.yen == 0:  # no device has anything to count
        move_payment(p, order, Payment.COMMITTED if is_kept else Payment.RELEASED, actor)


def _settle(p: Partition, actor: str, order: Order, copies: list[Issuance]) -> None:
    if not is_final(order.payment):
        return
    for copy in copies:
        if copy.state is State.TAKEN:
            settle_copy(p, actor, order, copy)


def settle_copy(
    p: Partition, actor: str, order: Order, copy: Issuance, note: str = "", *, by_person: bool = False
) -> None:
    """The sheet counts and its fee is the town's. A fee that a person gave back is a charge of nothing."""
    if move(p, copy, State.SETTLED, actor, note, by_person=by_person):
        post(p, order, copy, EntryType.CHARGE, copy.yen if order.payment is not Payment.RELEASED else 0)
