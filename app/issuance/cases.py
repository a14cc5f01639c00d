"""案件: what only a person closes, and what their verdict does. Nothing here happens by time or by a retry.

Money rule: what is unknown stays charged until the verdict. A verdict that voids a number whose fee was taken writes
the charge and the refund, one line each, because both movements of cash happened.
"""

from __future__ import annotations

from enum import StrEnum

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.issuance.errors import CaseClosedError, OrderNotFoundError, VerdictRefusedError
from app.issuance.journal import copies_of, move, move_payment, post, void_number
from app.issuance.models import Case, CaseKind, Disposal, Issuance, Order
from app.issuance.progress import advance, fees_kept, settle_copy
from app.issuance.queries import CaseView, view_case
from app.issuance.states import NEXT_PAYMENT, Payment, State, is_final
from app.municipalities.partitions import Partition
from app.payments.models import EntryType


class Verdict(StrEnum):
    """What a person found."""

    CAME_OUT = "came_out"  # the resident has the sheet: it counts and is charged
    NOT_PRINTED = "not_printed"  # no sheet exists: the number is void, the fee is given back
    DESTROYED = "destroyed"  # the sheet was found and destroyed: void, the fee is given back
    MISSING = "missing"  # the sheet was looked for and not found: void, the fee is given back
    KEPT = "kept"  # the money for what came out is in the machine
    REFUNDED = "refunded"  # all money was given back
    PAID_BACK = "paid_back"  # what the machine owed was handed over by a person
    CHECKED = "checked"  # looked at; nothing was left undecided


_DISPOSALS = {
    Verdict.NOT_PRINTED: Disposal.NEVER_PRINTED,
    Verdict.DESTROYED: Disposal.DESTROYED,
    Verdict.MISSING: Disposal.MISSING,
}
_TAKEN = frozenset({Payment.COMMITTING, Payment.COMMITTED, Payment.UNKNOWN})


def close_case(p: Partition, actor: str, case_id: int, verdict: Verdict) -> CaseView:
    """Decide and close. `actor` is the person who looked.

    :raises OrderNotFoundError: no such case. :raises CaseClosedError: closed before.
    :raises VerdictRefusedError: the verdict is about something else than what is undecided here.
    """
    case = p.session.get(Case, case_id)
    if case is None:
        raise OrderNotFoundError(f"no case {case_id} in this town")
    if case.closed_at is not None:
        raise CaseClosedError(f"case {case_id} is closed already")
    order = p.session.get(Order, case.order_id) if case.order_id else None
    if order is not None:
        _decide(p, actor, case, order, verdict)
    elif verdict is not Verdict.CHECKED:
        raise VerdictRefusedError(f"{verdict.value}: this case is about no copy and no money")
    case.closed_at, case.closed_by, case.verdict = clock.now(), actor, verdict.value
    p.session.flush()
    audit.record(p, actor, Action.CASE_CLOSED, f"case:{case_id}", case_kind=case.kind.value, verdict=verdict.value)
    if order is not None:
        advance(p, actor, order)
    return view_case(p, case)


def _decide(p: Partition, actor: str, case: Case, order: Order, verdict: Verdict) -> None:
    copy = p.session.get(Issuance, case.issuance_id) if case.issuance_id else None
    if (case.kind is CaseKind.CHANGE_OWED) is not (verdict is Verdict.PAID_BACK):
        raise VerdictRefusedError(f"{verdict.value}: of money that is owed, and only of that, one can say paid_back")
    if verdict is Verdict.PAID_BACK:
        return  # the money was final before; that it was handed over is all there is to say
    if verdict is Verdict.CHECKED:
        _check_nothing_open(case, order, copy)
    elif verdict in {Verdict.KEPT, Verdict.REFUNDED}:
        _decide_money(p, actor, case, order, verdict)
    else:
        _decide_copy(p, actor, order, copy, verdict)


def _check_nothing_open(case: Case, order: Order, copy: Issuance | None) -> None:
    if copy is not None and copy.state is State.UNKNOWN:
        raise VerdictRefusedError("the copy is undecided: came_out, not_printed, destroyed or missing")
    if case.kind is CaseKind.PAYMENT_UNKNOWN and not is_final(order.payment):
        raise VerdictRefusedError("the money is undecided: kept or refunded")


def _decide_copy(p: Partition, actor: str, order: Order, copy: Issuance | None, verdict: Verdict) -> None:
    if copy is None or copy.state is not State.UNKNOWN:
        raise VerdictRefusedError(f"{verdict.value}: no copy of this case is undecided")
    if verdict is Verdict.CAME_OUT:
        settle_copy(p, actor, order, copy, verdict.value, by_person=True)
        return
    move(p, copy, State.VOIDED, actor, verdict.value, by_person=True)
    if order.payment in _TAKEN and copy.yen:
        post(p, order, copy, EntryType.CHARGE, copy.yen)
        post(p, order, copy, EntryType.REFUND, copy.yen)
    void_number(p, order, copy, _DISPOSALS[verdict])


def _decide_money(p: Partition, actor: str, case: Case, order: Order, verdict: Verdict) -> None:
    if case.kind is not CaseKind.PAYMENT_UNKNOWN or is_final(order.payment):
        raise VerdictRefusedError(f"{verdict.value}: the money of this case is not undecided")
    due = fees_kept(copies_of(p, order))
    if verdict is Verdict.KEPT and due == 0:
        raise VerdictRefusedError("kept: nothing came out that could be paid for")
    _doubt(p, actor, order)
    if verdict is Verdict.KEPT:
        order.yen_due = due
    else:
        _refund_settled(p, order)
    move_payment(p, order, Payment.COMMITTED if verdict is Verdict.KEPT else Payment.RELEASED, actor, by_person=True)


def _doubt(p: Partition, actor: str, order: Order) -> None:
    """A device that never answered is in doubt from now on; then a person may decide."""
    if order.payment is Payment.NONE:
        raise VerdictRefusedError("no money was asked for")
    if Payment.UNKNOWN in NEXT_PAYMENT[order.payment]:
        move_payment(p, order, Payment.UNKNOWN, actor)


def _refund_settled(p: Partition, order: Order) -> None:
    for copy in copies_of(p, order):
        if copy.state is State.SETTLED and copy.yen:
            post(p, order, copy, EntryType.REFUND, copy.yen)
