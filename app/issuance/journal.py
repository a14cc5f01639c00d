"""The only place that moves a copy or its money: lock, check, move and write down, in one transaction.

The partition was opened for writing, so its `Head` row is locked and writers come one after the other; the `version` in
the WHERE clause is the second lock.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.audit.models import Head
from app.issuance import keys
from app.issuance.errors import IllegalMoveError, MovedMeanwhileError, OrderNotFoundError, UndecidedError
from app.issuance.models import (
    Attempt,
    Case,
    CaseKind,
    Disposal,
    Issuance,
    IssuanceEvent,
    Order,
    Outbox,
    Refusal,
)
from app.issuance.money_models import PaymentEvent
from app.issuance.states import Payment, State, Step, step, step_payment
from app.issuance.tries import end_try, next_key
from app.municipalities.partitions import Partition
from app.payments.models import EntryType
from app.protocol.messages import Report

MAX_DETAILS = 4000  # characters of a device's own words that are kept


def move(p: Partition, issuance: Issuance, to: State, actor: str, note: str = "", *, by_person: bool = False) -> bool:
    """Move a copy. True: moved; False: it was there already.

    :raises IllegalMoveError: no such arrow. :raises UndecidedError: out of UNKNOWN only `by_person`.
    """
    now = issuance.state
    if not _may(step(now, to, by_person=by_person), now, to):
        return False
    _set(p, Issuance, issuance, state=to)
    _log_move(p, issuance.issuance_id, now, to, actor, note)
    return True


def begin(p: Partition, issuance: Issuance, actor: str) -> None:
    """The first event of a new copy."""
    _log_move(p, issuance.issuance_id, None, issuance.state, actor, "")


def move_payment(
    p: Partition, order: Order, to: Payment, actor: str, *, by_person: bool = False, **values: Any
) -> bool:
    """Move an order's money, and write `values` with the move; answers and refuses like `move`.

    Where it ends, the try ends with it; back at NONE the next try has a new key, and nothing is in the device.
    """
    now = order.payment
    if not _may(step_payment(now, to, by_person=by_person), now, to):
        return False
    end_try(p, order, to)
    if to is Payment.NONE:
        values |= {"tender": None, "yen_inserted": 0, "payment_key": next_key(p, order)}
    _set(p, Order, order, payment=to, **values)
    sequence = _next(p, PaymentEvent.sequence, PaymentEvent.order_id == order.order_id)
    yen = order.yen_inserted if order.yen_due is None else order.yen_due
    p.session.add(
        PaymentEvent(
            order_id=order.order_id,
            sequence=sequence,
            from_state=now,
            to_state=to,
            yen=yen,
            actor=actor,
            at=clock.now(),
        )
    )
    return True


def get_order(p: Partition, order_id: str) -> Order:
    """:raises OrderNotFoundError: no such order in this town."""
    order: Order = found(p.session.get(Order, order_id))
    return order


def copies_of(p: Partition, order: Order) -> list[Issuance]:
    """The copies of an order, in the order of asking."""
    query = sa.select(Issuance).where(Issuance.order_id == order.order_id).order_by(Issuance.position)
    return list(p.session.scalars(query))


def last_attempt(p: Partition, issuance_id: str) -> Attempt:
    """The newest attempt of a copy: its only live one, or the last that was void."""
    query = (
        sa.select(Attempt).where(Attempt.issuance_id == issuance_id).order_by(Attempt.number_in_copy.desc()).limit(1)
    )
    return found(p.session.scalar(query))


def found(row: Any) -> Any:
    """:raises OrderNotFoundError: for None."""
    if row is None:
        raise OrderNotFoundError
    return row


def void_number(p: Partition, order: Order, issuance: Issuance, disposal: Disposal) -> None:
    """The copy's number does not count (処分情報); the union learns it. What is void stays as it is."""
    attempt = last_attempt(p, issuance.issuance_id)
    if attempt.voided_at is not None:
        return
    attempt.voided_at, attempt.disposal = clock.now(), disposal
    post(p, order, issuance, EntryType.VOID, 0)


def post(p: Partition, order: Order, issuance: Issuance, entry_type: EntryType, yen: int) -> None:
    """Put one line for the union's ledger into the outbox: money and counts, never a person."""
    body = {
        "entry_type": entry_type.value,
        "issue_number": last_attempt(p, issuance.issuance_id).issue_number,
        "payment_key": None if entry_type is EntryType.VOID else order.payment_key,
        "kind": issuance.kind,
        "channel": order.channel,
        "site": order.site,
        "site_municipality": order.site_municipality,
        "terminal_id": order.terminal_id,
        "yen": yen,
        "transaction": keys.transaction_mark(p.code, order.order_id),
        "occurred_at": clock.now().isoformat(),
    }
    sequence = next_in_head(p, Head.outbox_sequence)
    p.session.add(Outbox(sequence=sequence, body=json.dumps(body, sort_keys=True, ensure_ascii=False)))


def next_in_head(p: Partition, column: Any) -> int:
    """Count one of the `Head` sequences up and give its new value: gap-free, because a rollback takes it back too."""
    counted = sa.update(Head).values({column: column + 1}).returning(column)
    return int(p.session.execute(counted.execution_options(synchronize_session=False)).scalar_one())


def open_case(
    p: Partition, actor: str, kind: CaseKind, order: Order, issuance: Issuance | None, evidence: dict[str, Any]
) -> Case:
    """Raise something for a person. A second report of the same adds its evidence to the open case."""
    issuance_id = issuance.issuance_id if issuance else None
    case = _open_case_like(p, kind, order.order_id, issuance_id)
    if case is not None:
        add_evidence(case, evidence)
        return case
    return _new_case(p, actor, kind, order.terminal_id, evidence, order_id=order.order_id, issuance_id=issuance_id)


def open_case_of_none(p: Partition, actor: str, kind: CaseKind, terminal_id: str, evidence: dict[str, Any]) -> Case:
    """Raise something that is about no order: one open case of a kind for each terminal (empty: the town itself)."""
    same = (Case.kind == kind, Case.terminal_id == terminal_id, Case.order_id.is_(None), Case.closed_at.is_(None))
    if (case := p.session.scalar(sa.select(Case).where(*same))) is not None:
        add_evidence(case, evidence)
        return case
    return _new_case(p, actor, kind, terminal_id, evidence)


def open_case_of_refusal(p: Partition, actor: str, refusal: Refusal) -> Case:
    """Raise a refusal that staff must mend: the register holds what no sheet can show."""
    evidence = {"event": "refused", "reference": refusal.reference, "kind": refusal.kind, "field": refusal.field}
    case = _new_case(p, actor, CaseKind.UNPRINTABLE, refusal.terminal_id, evidence)
    refusal.case_id = case.case_id
    return case


def _new_case(
    p: Partition,
    actor: str,
    kind: CaseKind,
    terminal_id: str,
    evidence: dict[str, Any],
    order_id: str | None = None,
    issuance_id: str | None = None,
) -> Case:
    case = Case(
        kind=kind,
        order_id=order_id,
        issuance_id=issuance_id,
        terminal_id=terminal_id,
        evidence=json.dumps([evidence], sort_keys=True),
        opened_at=clock.now(),
    )
    p.session.add(case)
    p.session.flush()
    audit.record(p, actor, Action.CASE_OPENED, f"case:{case.case_id}", case_kind=kind.value, terminal=terminal_id)
    return case


def add_evidence(case: Case, evidence: dict[str, Any]) -> None:
    """One more thing that somebody reported, unless the same is there already."""
    known = json.loads(case.evidence)
    if evidence not in known:
        case.evidence = json.dumps([*known, evidence], sort_keys=True)


def evidence_of(report: Report) -> dict[str, Any]:
    """Without the id and the time of the report: the same thing said twice is one piece of evidence."""
    return {"event": report.event.value, "yen": report.yen, "details": report.details[:MAX_DETAILS]}


def _open_case_like(p: Partition, kind: CaseKind, order_id: str, issuance_id: str | None) -> Case | None:
    same_copy = Case.issuance_id.is_(None) if issuance_id is None else Case.issuance_id == issuance_id
    query = sa.select(Case).where(Case.kind == kind, Case.order_id == order_id, same_copy, Case.closed_at.is_(None))
    return p.session.scalar(query)


def _may(answer: Step, now: State | Payment, to: State | Payment) -> bool:
    if answer is Step.UNDECIDED:
        raise UndecidedError(now, to)
    if answer is Step.ILLEGAL:
        raise IllegalMoveError(now, to)
    return answer is Step.MOVE


def _set(p: Partition, model: Any, row: Any, **values: Any) -> None:
    p.session.flush()
    key = sa.inspect(model).primary_key[0]
    (identity,) = sa.inspect(row).identity
    moved = (
        sa.update(model)
        .where(key == identity, model.version == row.version)
        .values(**values, version=row.version + 1, changed_at=clock.now())
        .returning(key)
    )
    if p.session.execute(moved.execution_options(synchronize_session=False)).one_or_none() is None:
        raise MovedMeanwhileError(model.__tablename__)
    p.session.refresh(row)


def _log_move(p: Partition, issuance_id: str, now: State | None, to: State, actor: str, note: str) -> None:
    sequence = _next(p, IssuanceEvent.sequence, IssuanceEvent.issuance_id == issuance_id)
    p.session.add(
        IssuanceEvent(
            issuance_id=issuance_id,
            sequence=sequence,
            from_state=now,
            to_state=to,
            actor=actor,
            note=note,
            at=clock.now(),
        )
    )


def _next(p: Partition, column: Any, condition: Any) -> int:
    last = p.session.scalar(sa.select(sa.func.max(column)).where(condition))
    return (last or 0) + 1
