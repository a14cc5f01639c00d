"""What a terminal reports, and what the journal makes of it. A report may come twice, late, or never.

A report never contradicts a state in silence: what does not fit opens a case. Out of UNKNOWN no report leads; what
comes late is kept as evidence for the person who decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app import clock
from app.issuance.errors import ForeignReportError
from app.issuance.journal import MAX_DETAILS, add_evidence, evidence_of, move, open_case
from app.issuance.models import Attempt, AttemptReport, Case, CaseKind, Issuance, Order
from app.issuance.money_models import PaymentTry
from app.issuance.money_reports import DEVICE_ENDS, MONEY_EVENTS, record_money
from app.issuance.progress import advance, call_off
from app.issuance.states import AT_PRINTER, KEPT, NOT_GRANTED, TAKEN_UNSEEN, State
from app.issuance.tries import note_device_ended
from app.municipalities.partitions import Partition
from app.protocol.messages import Report, ReportEvent

_PAPER_PATH = (State.GRANTED, State.PRINTING, State.PRINTED, State.TAKEN)
_REACHES = {
    ReportEvent.PRINTING: State.PRINTING,
    ReportEvent.PRINTED: State.PRINTED,
    ReportEvent.TAKEN: State.TAKEN,
}
_MAY_BE_OUT = frozenset({ReportEvent.OUTCOME_UNKNOWN, ReportEvent.NOT_TAKEN})
_NEVER_GRANTED = NOT_GRANTED | {State.CANCELLED, State.FAILED}


def record_report(p: Partition, actor: str, report: Report) -> None:
    """Write down what happened and do what follows from it. Replays change nothing.

    :raises ForeignReportError: about an order of another terminal, visit, payment key or attempt.
    """
    order = _find_order(p, report)
    if report.payment_key not in {"", order.payment_key}:
        _record_of_ended_try(p, actor, report, order)
    elif report.event is ReportEvent.RECEIPT_PRINTED:
        _receipt_printed(report, order)
    elif report.event in MONEY_EVENTS:
        record_money(p, actor, report, order)
    else:
        copy = _find_copy(p, report, order)
        _record_paper(p, actor, report, order, copy)
    if report.event in DEVICE_ENDS:
        note_device_ended(p, report.payment_key)
    advance(p, actor, order)


def _find_order(p: Partition, report: Report) -> Order:
    tries = sa.select(PaymentTry.order_id).where(PaymentTry.payment_key == report.payment_key)
    key = sa.or_(Order.payment_key == report.payment_key, Order.order_id.in_(tries))
    if not report.payment_key:
        of_attempt = sa.select(Issuance.order_id).join(Attempt, Attempt.issuance_id == Issuance.issuance_id)
        key = Order.order_id.in_(of_attempt.where(Attempt.attempt_id == report.attempt_id))
    mine = (Order.terminal_id == report.terminal_id, Order.visit_id == report.visit_id)
    order = p.session.scalar(sa.select(Order).where(key, *mine))
    if order is None:
        raise ForeignReportError(report.event.value)
    return order


def _find_copy(p: Partition, report: Report, order: Order) -> Issuance:
    attempt = p.session.get(Attempt, report.attempt_id)
    copy = p.session.get(Issuance, attempt.issuance_id) if attempt else None
    if attempt is None or copy is None or copy.order_id != order.order_id:
        raise ForeignReportError(report.event.value)
    _keep_words(p, attempt, report)
    return copy


def _keep_words(p: Partition, attempt: Attempt, report: Report) -> None:
    """What was said first stays, whatever is said later; the same said again is said once."""
    details = report.details[:MAX_DETAILS]
    query = sa.select(AttemptReport).where(AttemptReport.attempt_id == attempt.attempt_id)
    known = list(p.session.scalars(query))
    if all((row.event, row.details) != (report.event, details) for row in known):
        p.session.add(
            AttemptReport(
                attempt_id=attempt.attempt_id,
                sequence=len(known) + 1,
                event=report.event,
                details=details,
                at=clock.now(),
            )
        )


def _record_of_ended_try(p: Partition, actor: str, report: Report, order: Order) -> None:
    """A try that was given up for another tender. It ended with nothing kept: whoever says otherwise is looked at."""
    if report.event in {ReportEvent.COMMITTED, ReportEvent.PAYMENT_UNKNOWN} or report.yen_owed:
        open_case(p, actor, CaseKind.PAYMENT_UNKNOWN, order, None, evidence_of(report))


def _record_paper(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    if copy.state is State.UNKNOWN or not _is_at_terminal(copy):
        _record_late(p, actor, report, order, copy)
    elif report.event in _REACHES:
        _walk(p, actor, copy, _REACHES[report.event], _how_taken(report))
    else:
        _PAPER[report.event](p, actor, report, order, copy)


def _is_at_terminal(copy: Issuance) -> bool:
    return copy.state in _PAPER_PATH


def _how_taken(report: Report) -> str:
    """Without a sensor the terminal says TAKEN as soon as the sheet is out, and says so in its details."""
    try:
        told = json.loads(report.details)
    except ValueError:
        return ""
    return TAKEN_UNSEEN if isinstance(told, dict) and told.get("taken") == "unknown" else ""


def _walk(p: Partition, actor: str, copy: Issuance, to: State, how: str = "") -> None:
    """Forward along the path of paper; a report that was overtaken by a later one changes nothing."""
    here, there = _PAPER_PATH.index(copy.state), _PAPER_PATH.index(to)
    for state in _PAPER_PATH[here + 1 : there + 1]:
        move(p, copy, state, actor, how if state is State.TAKEN else "")


def _record_late(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    """About a copy that no printer should have: never granted, or over.

    A terminal that knows more of a copy than the journal does (a town that was restored) is believed about the paper:
    nothing more is printed for that order, and a person looks.
    """
    cases = sa.select(Case).where(Case.issuance_id == copy.issuance_id, Case.closed_at.is_(None))
    for case in p.session.scalars(cases):
        add_evidence(case, evidence_of(report))
    if report.event is ReportEvent.NOT_PRINTED and copy.state is State.READY:
        call_off(p, actor, order, "printer not ready")
    elif report.event is ReportEvent.MISMATCH:
        call_off(p, actor, order, "mismatch")
        open_case(p, actor, CaseKind.MANIFEST_MISMATCH, order, copy, evidence_of(report))
    elif _is_impossible(report, copy):
        call_off(p, actor, order, "sheet without grant")
        open_case(p, actor, CaseKind.MANIFEST_MISMATCH, order, copy, evidence_of(report))


def _is_impossible(report: Report, copy: Issuance) -> bool:
    """A sheet that the journal says cannot exist; of one that was never granted also one that perhaps exists."""
    if report.event in _REACHES:
        return copy.state not in KEPT
    return report.event in _MAY_BE_OUT and copy.state in _NEVER_GRANTED


def _not_printed(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    if copy.state not in AT_PRINTER:
        _outcome_unknown(p, actor, report, order, copy)
        return
    move(p, copy, State.NOT_PRINTED, actor)
    call_off(p, actor, order, "printer failed")


def _outcome_unknown(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    leave_to_person(p, actor, CaseKind.OUTCOME_UNKNOWN, order, copy, evidence_of(report))


def _not_taken(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    if copy.state is State.TAKEN:
        return
    _walk(p, actor, copy, State.PRINTED)
    leave_to_person(p, actor, CaseKind.NOT_TAKEN, order, copy, evidence_of(report))


def _mismatch(p: Partition, actor: str, report: Report, order: Order, copy: Issuance) -> None:
    """The agent refused the bytes: before it began to print nothing came out; later nobody can say."""
    move(p, copy, State.NOT_PRINTED if copy.state is State.GRANTED else State.UNKNOWN, actor, "mismatch")
    call_off(p, actor, order, "mismatch")
    open_case(p, actor, CaseKind.MANIFEST_MISMATCH, order, copy, evidence_of(report))


def leave_to_person(
    p: Partition, actor: str, kind: CaseKind, order: Order, copy: Issuance, evidence: dict[str, Any]
) -> None:
    """Nobody can say what became of this copy: stop the order where it is and raise a case."""
    move(p, copy, State.UNKNOWN, actor, kind.value)
    call_off(p, actor, order, kind.value)
    open_case(p, actor, kind, order, copy, evidence)


def _receipt_printed(report: Report, order: Order) -> None:
    if order.receipt_asked_at is None:
        raise ForeignReportError(report.event.value)
    if order.receipt_printed_at is None:
        order.receipt_printed_at = clock.now()


_PAPER: dict[ReportEvent, Callable[[Partition, str, Report, Order, Issuance], None]] = {
    ReportEvent.NOT_PRINTED: _not_printed,
    ReportEvent.OUTCOME_UNKNOWN: _outcome_unknown,
    ReportEvent.NOT_TAKEN: _not_taken,
    ReportEvent.MISMATCH: _mismatch,
}
