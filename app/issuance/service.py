"""What surfaces ask of issuing. Every function works inside the caller's `partitions.open(code, write=True)` and leaves
the order as far along as it can be. Nothing here commits, and nothing here writes to the union: what the union must do
about a change (end a visit, stop a terminal) is derived from the committed journal by `aftermath`.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.cards.queries import Cardholder
from app.certificates import service as certificates
from app.certificates.documents import numbered
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import Request
from app.certificates.storing import to_json
from app.issuance import keys, vault
from app.issuance.cases import Verdict, close_case
from app.issuance.errors import (
    EmptyOrderError,
    KeyReusedError,
    OrderOpenError,
    OrderRefusedError,
    TooLateError,
)
from app.issuance.granting import grant
from app.issuance.journal import begin, copies_of, get_order, last_attempt
from app.issuance.models import Attempt, Issuance, Order
from app.issuance.money_models import PaymentEnd
from app.issuance.numbers import take_number
from app.issuance.paying import ask_payment, switch_tender
from app.issuance.progress import advance, call_off
from app.issuance.queries import OrderView, view_order
from app.issuance.receipts import ask_receipt, find_unprinted
from app.issuance.rechecking import services_of
from app.issuance.refusals import note_refusal
from app.issuance.rendered import document_label
from app.issuance.reporting import record_report
from app.issuance.states import AT_PRINTER, Payment, State, may_cancel
from app.issuance.tries import find_untold, first_key
from app.issuance.watching import check_reporting
from app.municipalities.partitions import Partition
from app.municipalities.queries import TerminalFacts, get_member
from app.protocol.canonical import digest
from app.protocol.messages import Work, WorkAction

__all__ = [
    "Verdict",
    "ask_payment",
    "ask_receipt",
    "cancel_order",
    "close_case",
    "grant",
    "next_work",
    "note_refusal",
    "place_order",
    "record_report",
    "switch_tender",
]

MAX_COPIES = 25  # of one visit: what a tray holds and a resident can check at the machine


def place_order(
    p: Partition,
    actor: str,
    cardholder: Cardholder,
    terminal: TerminalFacts,
    requests: list[Request],
    idempotency_key: str,
    priced_at: datetime | None = None,
) -> OrderView:
    """Fix one document and take one number for each request: all or none. Same key, same wish: the same order.

    `priced_at`: when the visit began, whose prices it keeps; now without it.

    :raises OrderRefusedError: for the first certificate that may not be issued.
    :raises KeyReusedError: the key belongs to another wish. :raises OrderOpenError: this visit has an order already.
    :raises EmptyOrderError: nothing is asked for, or more than `MAX_COPIES`.
    """
    wish = _digest(cardholder, requests)
    if (placed := _find_placed(p, idempotency_key, wish)) is not None:
        return view_order(p, placed)
    _check_basket(p, cardholder.visit_id, requests)
    check_reporting(p, requests[0].kind)
    order = _new_order(p, cardholder, terminal, idempotency_key, wish, priced_at)
    town, now = get_member(p.code).name, order.placed_at
    for position, request in enumerate(requests, start=1):
        number = take_number(p, town, terminal.number, now.date())
        fixed = replace(request, channel=order.channel, at=now, priced_at=order.priced_at)  # one instant for all copies
        order.yen += _fix_copy(p, actor, order, cardholder, number, position, fixed)
    p.session.flush()
    about: dict[str, str | int | None] = {"terminal": terminal.terminal_id, "copies": len(requests), "yen": order.yen}
    audit.record(p, actor, Action.ORDER_PLACED, f"order:{order.order_id}", **about)
    return view_order(p, order)


def _find_placed(p: Partition, idempotency_key: str, wish: str) -> Order | None:
    """The order that this key has placed. :raises KeyReusedError: it was another wish."""
    placed = p.session.scalar(sa.select(Order).where(Order.idempotency_key == idempotency_key))
    if placed is not None and placed.request_sha256 != wish:
        raise KeyReusedError
    return placed


def cancel_order(p: Partition, actor: str, order_id: str) -> OrderView:
    """Stop before anything is granted to a printer; money that was put in is given back. Twice is once.

    :raises TooLateError: when a printer has a copy or the money is being counted out.
    """
    order = get_order(p, order_id)
    copies = copies_of(p, order)
    if order.is_open and not all(copy.state is State.CANCELLED for copy in copies):
        if not all(may_cancel(copy.state, order.payment) for copy in copies):
            raise TooLateError
        call_off(p, actor, order, "cancelled")
        advance(p, actor, order)
    return view_order(p, order)


def next_work(p: Partition, terminal_id: str, visit_id: str, call_id: str = "") -> Work:
    """The one thing that this terminal should do for this visit now. A read: asking changes nothing.

    First what a person has decided about its money: a device that is still open for it would take the next one's.
    """
    if (untold := find_untold(p, terminal_id, visit_id)) is not None:
        return _tell(call_id, *untold)
    query = sa.select(Order).where(Order.visit_id == visit_id, Order.terminal_id == terminal_id, Order.is_open)
    order = p.session.scalar(query)
    action, yen, attempt_id = (WorkAction.NONE, 0, "") if order is None else _work_of(p, order)
    if action is WorkAction.NONE and (paid := find_unprinted(p, terminal_id, visit_id)) is not None:
        return Work(call_id, WorkAction.RECEIPT, visit_id, paid.payment_key, 0, "", receipt=paid.receipt or "")
    if order is None or action is WorkAction.NONE:
        return Work(call_id, action, visit_id, "", yen, attempt_id)
    return Work(call_id, action, visit_id, order.payment_key, yen, attempt_id, tender=order.tender or "")


def _tell(call_id: str, order: Order, end: PaymentEnd) -> Work:
    """What a person said, by the key that the device knows."""
    action, yen = (WorkAction.RELEASE, 0) if end is PaymentEnd.RELEASED else (WorkAction.COMMIT, order.yen_due or 0)
    return Work(call_id, action, order.visit_id, order.payment_key, yen, "", tender=order.tender or "")


def _work_of(p: Partition, order: Order) -> tuple[WorkAction, int, str]:
    match order.payment:
        case Payment.ASKED:
            return WorkAction.COLLECT, order.yen, ""
        case Payment.HELD:
            attempt_id = _next_attempt(p, order)
            return (WorkAction.PRINT, 0, attempt_id) if attempt_id else (WorkAction.NONE, 0, "")
        case Payment.COMMITTING:
            return WorkAction.COMMIT, order.yen_due or 0, ""
        case Payment.RELEASING | Payment.SWITCHING:
            return WorkAction.RELEASE, 0, ""
        case _:
            return WorkAction.NONE, 0, ""


def _next_attempt(p: Partition, order: Order) -> str:
    """A granted copy is named again, because its terminal may have lost the answer; it asks with the same grant."""
    copies = copies_of(p, order)
    at_printer = [copy for copy in copies if copy.state in AT_PRINTER]
    ready = [copy for copy in copies if copy.state is State.READY]
    chosen = next(iter(at_printer or ready), None)
    if chosen is None or chosen.state is State.PRINTING:
        return ""
    return last_attempt(p, chosen.issuance_id).attempt_id


def _check_basket(p: Partition, visit_id: str, requests: list[Request]) -> None:
    if not 1 <= len(requests) <= MAX_COPIES:
        raise EmptyOrderError(f"1 to {MAX_COPIES} copies, not {len(requests)}")
    if p.session.scalar(sa.select(Order.order_id).where(Order.visit_id == visit_id, Order.is_open)):
        raise OrderOpenError


def _new_order(
    p: Partition, cardholder: Cardholder, terminal: TerminalFacts, idempotency_key: str, wish: str,
    priced_at: datetime | None,
) -> Order:  # fmt: skip
    order_id = str(uuid.uuid4())
    order = Order(
        order_id=order_id,
        visit_id=cardholder.visit_id,
        idempotency_key=idempotency_key,
        request_sha256=wish,
        terminal_id=terminal.terminal_id,
        site=terminal.site_id,
        site_municipality=terminal.site_municipality,
        channel=terminal.kind.value,
        yen=0,
        payment=Payment.NONE,
        payment_key=first_key(order_id),
        yen_inserted=0,
        is_open=True,
        priced_at=priced_at or clock.now(),
        placed_at=clock.now(),
        changed_at=clock.now(),
        version=1,
    )
    p.session.add(order)
    p.session.flush()
    return order


def _fix_copy(
    p: Partition, actor: str, order: Order, cardholder: Cardholder, number: str, position: int, request: Request
) -> int:
    """Freeze one copy under its number; its fee in yen."""
    try:
        prepared = certificates.prepare(
            p, cardholder.subject, request, order.site, keys.register_key(), services_of(p, cardholder)
        )
    except EligibilityRefusedError as error:
        raise OrderRefusedError(position, request.kind, error.refusal, error.field) from None
    copy = Issuance(
        issuance_id=str(uuid.uuid4()),
        order_id=order.order_id,
        position=position,
        kind=request.kind,
        subject=cardholder.subject,
        persons=" ".join(prepared.persons),
        persons_asked=" ".join(request.persons),
        picks=" ".join(request.picks),
        options=" ".join(sorted(request.options)),
        document="",
        snapshot=prepared.snapshot,
        yen=prepared.yen,
        state=State.FIXED,
        version=1,
        changed_at=clock.now(),
    )
    document = to_json(numbered(prepared.document, number))
    copy.document = vault.lock_text(document, document_label(p.code, copy.issuance_id))
    attempt = Attempt(attempt_id=str(uuid.uuid4()), issuance_id=copy.issuance_id, number_in_copy=1, issue_number=number)
    p.session.add(copy)
    p.session.flush()
    p.session.add(attempt)
    begin(p, copy, actor)
    return copy.yen


def _digest(cardholder: Cardholder, requests: list[Request]) -> str:
    """What was wished, by whom: without the moment, which differs when a form is sent twice."""
    wishes = [[r.kind, r.requester, [*r.persons], [*r.picks], sorted(r.options), r.channel] for r in requests]
    return digest([cardholder.visit_id, cardholder.subject, wishes])
