"""Which verdicts a case allows, and which of them weigh: one table for buttons, doors and tests.

The rooms below refuse the others once more (`app.issuance.cases`); here is what is offered.
"""

from __future__ import annotations

from app.issuance.cases import Verdict
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView
from app.issuance.states import State, is_final
from app.staff.roles import Permission

OF_PAPER = (Verdict.CAME_OUT, Verdict.NOT_PRINTED, Verdict.DESTROYED, Verdict.MISSING)
OF_MONEY = (Verdict.KEPT, Verdict.REFUNDED)
# these move money or void a number: a senior clerk's, and only after a second look
WEIGHTY = frozenset(Verdict) - {Verdict.CAME_OUT, Verdict.CHECKED}


def allowed(case: CaseView) -> tuple[Verdict, ...]:
    """What a person may find here, in the order of the buttons; nothing once it is closed."""
    if case.closed_at is not None:
        return ()
    if case.state is State.UNKNOWN:
        return OF_PAPER
    if case.kind is CaseKind.CHANGE_OWED:
        return (Verdict.PAID_BACK,)
    if case.kind is CaseKind.PAYMENT_UNKNOWN and case.payment is not None and not is_final(case.payment):
        return OF_MONEY
    return (Verdict.CHECKED,)


def permission_for(verdict: Verdict) -> Permission:
    """What one must be allowed to do for this verdict."""
    return Permission.DECIDE_MONEY if verdict in WEIGHTY else Permission.DECIDE
