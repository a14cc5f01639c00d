"""Brings what was left lying to an end: paid back, or waiting for a person. Never back to a printer.

Silence proves nothing about paper or money. A silent printer makes the copy UNKNOWN and raises a case; a silent cash
device keeps its order and raises a case too, so that it can still do what it was told when it comes back.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cards import visits
from app.cards.visits import VisitFacts
from app.cards.vocabularies import VisitState
from app.certificates.eligibility import UNPRINTABLE
from app.errors import KoikiError
from app.issuance import accounts, aftermath, counting, watching
from app.issuance.journal import copies_of, found, open_case, open_case_of_refusal
from app.issuance.models import CaseKind, Issuance, Order, Refusal
from app.issuance.progress import advance, call_off
from app.issuance.queries import has_open_order
from app.issuance.reporting import leave_to_person
from app.issuance.states import AT_PRINTER, Payment, State
from app.municipalities.partitions import Partition, partitions

ACTOR = "reconcile"
IDLE = timedelta(seconds=180)  # no page was asked for: the resident has gone, or the kiosk's browser has died
# the agent itself gives up after 60 s and 6 s a sheet, and calls 60 s after printing that a sheet was not taken
PAPER_SILENCE = timedelta(seconds=300)
MONEY_SILENCE = timedelta(seconds=600)
# a sheet takes seconds, a crowd of them a minute: nobody stands before a screen for longer than this
RENDER_SILENCE = timedelta(seconds=300)
_COUNTING = frozenset({Payment.COMMITTING, Payment.RELEASING})

log = logging.getLogger(__name__)


def reconcile_all(codes: list[str], listening_since: datetime | None = None) -> int:
    """Every visit, every town, every terminal that is silent; how many towns could not be looked at.

    `listening_since`: when this process began; terminals may have called before it did, or been kept from calling.
    """
    for visit in visits.list_idle(clock.now()):
        _guarded(visit.home or "union", reconcile_visit, visit)
    failures = sum(not _guarded(code, reconcile_town, code) for code in codes)
    _guarded("union", counting.judge_counts, ACTOR)
    for terminal in watching.list_silent(listening_since):
        _guarded(terminal.site_municipality, partial(watching.raise_silent, actor=ACTOR), terminal)
    return failures


def reconcile_visit(visit: VisitFacts) -> None:
    """End a visit that nobody uses; one with an open order closes first and ends with its order."""
    is_idle = clock.now() - visit.last_seen_at > IDLE
    if not is_idle and visit.state is not VisitState.CLOSING:
        return
    if _has_open_order(visit):
        visits.mark_closing(visit.visit_id)
    else:
        aftermath.end_visit(visit.home, visit.visit_id, "idle" if is_idle else "order_closed")


def reconcile_town(code: str) -> None:
    """Every open order of one town, each in a transaction of its own; then what waits too long, and who must stop."""
    with partitions.open(code) as p:
        orders = p.session.execute(sa.select(Order.order_id, Order.visit_id).where(Order.is_open)).all()
    for order_id, visit_id in orders:
        is_gone = has_gone(visits.find_visit(visit_id))
        with partitions.open(code, write=True) as p:
            reconcile_order(p, order_id, is_gone)
        aftermath.follow_up(code, ACTOR, visit_id)
    raise_unprintable(code)
    watching.raise_late(code, ACTOR)
    accounts.raise_difference(code, ACTOR)
    with partitions.open(code) as p:
        terminals = aftermath.terminals_to_stop(p)
    aftermath.stop_terminals(ACTOR, terminals)


def raise_unprintable(code: str) -> int:
    """A case for every refusal that the register's own content has caused (B10); how many are new.

    Here and not where it was refused: a resident must not be able to tell the reasons apart by how long they take.
    """
    query = sa.select(Refusal).where(Refusal.rule == UNPRINTABLE.rule, Refusal.case_id.is_(None))
    with partitions.open(code) as p:
        if p.session.scalar(query.limit(1)) is None:
            return 0
    with partitions.open(code, write=True) as p:
        return len([open_case_of_refusal(p, ACTOR, refusal) for refusal in p.session.scalars(query).all()])


def reconcile_order(p: Partition, order_id: str, is_gone: bool) -> None:
    """One step of one order. Doing it twice does nothing."""
    order = found(p.session.get(Order, order_id))
    if not order.is_open:
        return
    for copy in copies_of(p, order):
        _give_up_silent(p, order, copy)
    _give_up_unmade(p, order)
    if is_gone or _is_stuck_before_printing(p, order):
        call_off(p, ACTOR, order, "visit over")
    advance(p, ACTOR, order)
    if order.payment in _COUNTING and _is_silent(order, MONEY_SILENCE):
        open_case(p, ACTOR, CaseKind.PAYMENT_UNKNOWN, order, None, _silence(order.payment))


def has_gone(visit: VisitFacts | None) -> bool:
    """Nobody stands at the terminal for this visit any more."""
    if visit is None or visit.state in {VisitState.ENDED, VisitState.CLOSING}:
        return True
    return clock.now() - visit.last_seen_at > IDLE


def _give_up_silent(p: Partition, order: Order, copy: Issuance) -> None:
    if not _is_silent(copy, PAPER_SILENCE):
        return
    if copy.state in AT_PRINTER:
        leave_to_person(p, ACTOR, CaseKind.OUTCOME_UNKNOWN, order, copy, _silence(copy.state))
    elif copy.state is State.PRINTED:
        leave_to_person(p, ACTOR, CaseKind.NOT_TAKEN, order, copy, _silence(copy.state))


def _give_up_unmade(p: Partition, order: Order) -> None:
    """No worker has made the sheets: called off as long as nothing was paid, and staff hear of it, once an order."""
    waiting = [c for c in copies_of(p, order) if c.state is State.FIXED and _is_silent(c, RENDER_SILENCE)]
    if waiting:
        call_off(p, ACTOR, order, "not rendered in time")
        open_case(p, ACTOR, CaseKind.RENDER_FAILED, order, waiting[0], _silence(State.FIXED))


def _is_stuck_before_printing(p: Partition, order: Order) -> bool:
    """Paid, ready, and the terminal does not come for it."""
    if order.payment is not Payment.HELD or not _is_silent(order, PAPER_SILENCE):
        return False
    return all(_is_silent(copy, PAPER_SILENCE) for copy in copies_of(p, order))


def _is_silent(row: Order | Issuance, patience: timedelta) -> bool:
    return clock.now() - row.changed_at > patience


def _silence(state: State | Payment) -> dict[str, Any]:
    return {"event": "silent", "state": state.value}


def _has_open_order(visit: VisitFacts) -> bool:
    if visit.home is None:
        return False
    with partitions.open(visit.home) as p:
        return has_open_order(p, visit.visit_id)


def _guarded(where: str, work: Any, argument: Any) -> bool:
    """One town that is down, or one visit that moved meanwhile, does not hold up the others."""
    try:
        work(argument)
    except KoikiError as error:
        log.error("reconcile of %s stopped: %s", where, type(error).__name__)
        return False
    return True
