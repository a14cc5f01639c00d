"""Which verdicts a case allows, and which of them weigh: one table for buttons, doors and tests.

The rooms below refuse the others once more (`app.issuance.cases`); here is what is offered.
"""

from __future__ import annotations

from app.issuance.cases import Verdict
from app.issuance.history import CaseFile
from app.issuance.models import CaseKind
from app.issuance.queries import OrderView
from app.issuance.states import KEPT, Payment, State, is_final
from app.staff.roles import Permission

OF_PAPER = (Verdict.CAME_OUT, Verdict.NOT_PRINTED, Verdict.DESTROYED, Verdict.MISSING)
# these move money or void a number: a senior clerk's, and only after a second look
WEIGHTY = frozenset(Verdict) - {Verdict.CAME_OUT, Verdict.CHECKED}


def allowed(file: CaseFile) -> tuple[Verdict, ...]:
    """What a person may find here, in the order of the buttons; nothing once it is closed."""
    case, order = file.case, file.order
    if case.closed_at is not None:
        return ()
    if case.state is State.UNKNOWN:
        return OF_PAPER
    if case.kind is CaseKind.CHANGE_OWED:
        return (Verdict.PAID_BACK,)
    if case.kind is CaseKind.PAYMENT_UNKNOWN and order is not None and not is_final(order.payment):
        return _of_money(order)
    return (Verdict.CHECKED,)


def _of_money(order: OrderView) -> tuple[Verdict, ...]:
    """Nothing while no money is asked for: what another way of paying brings is not known yet."""
    if order.payment is Payment.NONE:
        return ()
    came_out = any(copy.state in KEPT and copy.yen for copy in order.copies)
    return (Verdict.KEPT, Verdict.REFUNDED) if came_out else (Verdict.REFUNDED,)


def permission_for(verdict: Verdict) -> Permission:
    """What one must be allowed to do for this verdict."""
    return Permission.DECIDE_MONEY if verdict in WEIGHTY else Permission.DECIDE
