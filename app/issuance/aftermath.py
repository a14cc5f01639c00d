"""What the union must do about a change in a town's journal, derived from the committed journal alone.

The journal is committed first. A crash before this has run loses nothing: `reconcile` runs it for every live visit and
every open case. Doing it twice does nothing.
"""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from app.cards import service as cards
from app.cards import visits
from app.cards.vocabularies import VisitState
from app.issuance.models import Case, CaseKind, Order
from app.issuance.queries import CaseView, has_open_order
from app.municipalities import queries as municipalities
from app.municipalities import service as union
from app.municipalities.partitions import Partition, partitions

# Why a terminal is stopped as long as such a case is open. A sheet that may still come out would meet the next
# resident; the agent stops itself for it, too, but not one that has lost its folder, nor one that nobody hears.
_STOPPING = {
    CaseKind.GUARD_MISMATCH: "mismatch",
    CaseKind.MANIFEST_MISMATCH: "mismatch",
    CaseKind.OUTCOME_UNKNOWN: "outcome_unknown",
}


def follow_up(code: str, actor: str, visit_id: str) -> None:
    """After a commit in `code`: stop terminals that must not go on, end the visit if only its order was left."""
    with partitions.open(code) as p:
        terminals = terminals_to_stop(p)
        is_over = not has_open_order(p, visit_id)
    stop_terminals(actor, terminals)
    visit = visits.find_visit(visit_id)
    if is_over and visit is not None and visit.state is VisitState.CLOSING:
        end_visit(code, visit_id, "order_closed")


def end_visit(code: str | None, visit_id: str, reason: str) -> None:
    """Nobody is at the terminal any more: first in the town, then in the union.

    An order that came in between keeps the visit: the terminal asks for the work of a live visit only, and would never
    hear that it must give the money back.
    """
    if code is not None and not _sign_out(code, visit_id):
        visits.mark_closing(visit_id)
    else:
        visits.close_visit(visit_id, reason)


def _sign_out(code: str, visit_id: str) -> bool:
    """End the sign-in unless an order is open, under the lock under which orders are placed. Whether it is over."""
    with partitions.open(code, write=True) as p:
        if has_open_order(p, visit_id):
            return False
        cards.end_sign_in(p, visit_id)
    return True


def terminals_to_stop(p: Partition) -> list[tuple[str, str]]:
    """Terminals that must not serve until a person has closed a case, each with the reason of its first one."""
    query = sa.select(Case.terminal_id, Case.kind).where(Case.kind.in_(_STOPPING), Case.closed_at.is_(None))
    rows = p.session.execute(query.order_by(Case.case_id.desc()))
    return sorted({terminal_id: _STOPPING[kind] for terminal_id, kind in rows}.items())


def stop_terminals(actor: str, terminals: list[tuple[str, str]]) -> None:
    """Out of service by itself; only a person brings it back."""
    for terminal_id, reason in terminals:
        if municipalities.get_terminal(terminal_id).stopped_reason is None:
            union.stop_terminal(actor, terminal_id, reason)


def is_held_by_case(terminal_id: str) -> bool:
    """Whether a case that keeps this terminal out of service is open in any town. One that is down counts as one."""
    outcomes = partitions.each(partial(_holds, terminal_id))
    return any(outcome.error or outcome.answer for outcome in outcomes)


def _holds(terminal_id: str, code: str) -> bool:
    with partitions.open(code) as p:
        return terminal_id in dict(terminals_to_stop(p))


def visit_of_case(p: Partition, case: CaseView) -> str:
    """The visit whose order a case is about; empty when there is none."""
    order = p.session.get(Order, case.order_id) if case.order_id else None
    return order.visit_id if order else ""
