"""Frozen views of orders, copies and cases for screens and commands; never a row, never what a sheet says."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.cards.queries import find_cardholder
from app.certificates.catalogue import KINDS
from app.issuance import vault
from app.issuance.journal import copies_of, found, last_attempt
from app.issuance.models import Attempt, Case, CaseKind, Issuance, Order, Sheet
from app.issuance.money_models import PaymentTry
from app.issuance.progress import fees_kept
from app.issuance.states import Payment, State, may_cancel, needs_staff
from app.issuance.tries import first_key, is_untold
from app.municipalities.partitions import Partition
from app.protocol.messages import Tender


@dataclass(frozen=True)
class CopyView:
    """One 通. `sheets` is 0 until it is rendered."""

    issuance_id: str
    kind: str
    title: str
    state: State
    issue_number: str
    yen: int
    sheets: int


class Receipt(StrEnum):
    """What a resident can do about a receipt."""

    NONE = "none"  # nothing was kept (yet), or a person decides first
    OFFERED = "offered"
    ASKED = "asked"
    PRINTED = "printed"


@dataclass(frozen=True)
class OrderView:
    """One basket and its money, in yen. `yen_due` is what is kept, once that is known."""

    order_id: str
    visit_id: str
    terminal_id: str
    payment: Payment
    payment_key: str
    yen: int
    yen_inserted: int
    yen_due: int | None
    yen_owed: int  # the device could not give it back; a person does, for the claim code
    tender: Tender | None  # None: not asked for yet, or nothing to pay
    is_asked_anew: bool  # an earlier try was given up for another tender
    copies: tuple[CopyView, ...]
    receipt: Receipt
    is_open: bool
    may_cancel: bool
    needs_staff: bool

    @property
    def is_ready(self) -> bool:
        """Every sheet was rendered and read back; money may be asked for."""
        return all(copy.state is State.READY for copy in self.copies)

    @property
    def claim(self) -> str:
        """What a resident tells staff: eight digits that name this order of the town, and nobody."""
        return claim_code(self.order_id)

    @property
    def has_failed(self) -> bool:
        """A sheet could not be made: nothing is charged."""
        return any(copy.state is State.FAILED for copy in self.copies)


@dataclass(frozen=True)
class CaseView:
    """Something that only a person closes."""

    case_id: int
    kind: CaseKind
    order_id: str | None
    claim: str  # what the resident was shown, where there is an order
    issuance_id: str | None
    attempt_id: str  # as the terminal and its printer know the copy; empty where it is about none
    issue_number: str
    state: State | None
    payment: Payment | None
    terminal_id: str
    evidence: tuple[dict[str, Any], ...]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    verdict: str | None


def claim_code(order_id: str) -> str:
    """Eight digits, as `1234-5678`: short enough to copy from a screen, the same in every language."""
    digits = f"{uuid.UUID(order_id).int % 10**8:08d}"
    return f"{digits[:4]}-{digits[4:]}"


def find_order(p: Partition, visit_id: str) -> OrderView | None:
    """The visit's open order, or else its latest one."""
    query = sa.select(Order).where(Order.visit_id == visit_id)
    order = p.session.scalar(query.order_by(Order.is_open.desc(), Order.placed_at.desc()).limit(1))
    return None if order is None else view_order(p, order)


def has_open_order(p: Partition, visit_id: str) -> bool:
    """Whether something of this visit is still to be printed, paid, paid back or decided, or to be told to a device."""
    is_untold_here = sa.exists().where(PaymentTry.order_id == Order.order_id, is_untold())
    query = sa.select(Order.order_id).where(Order.visit_id == visit_id, sa.or_(Order.is_open, is_untold_here))
    return p.session.scalar(query.limit(1)) is not None


def view_order(p: Partition, order: Order) -> OrderView:
    """The order as it is in this transaction."""
    copies = copies_of(p, order)
    return OrderView(
        order_id=order.order_id,
        visit_id=order.visit_id,
        terminal_id=order.terminal_id,
        payment=order.payment,
        payment_key=order.payment_key,
        yen=order.yen,
        yen_inserted=order.yen_inserted,
        yen_due=order.yen_due,
        yen_owed=order.yen_owed,
        tender=order.tender,
        is_asked_anew=order.payment_key != first_key(order.order_id),
        copies=tuple(_view_copy(p, copy) for copy in copies),
        receipt=_receipt_of(order, copies),
        is_open=order.is_open,
        may_cancel=order.is_open and all(may_cancel(copy.state, order.payment) for copy in copies),
        needs_staff=any(needs_staff(copy.state, order.payment) for copy in copies),
    )


def may_have_receipt(order: Order, copies: list[Issuance]) -> bool:
    """Whether money was kept for what came out, and nobody has to decide about it."""
    is_clear = not any(needs_staff(copy.state, order.payment) for copy in copies)
    return order.payment is Payment.COMMITTED and fees_kept(copies) > 0 and is_clear


def _receipt_of(order: Order, copies: list[Issuance]) -> Receipt:
    if order.receipt_printed_at is not None:
        return Receipt.PRINTED
    if order.receipt_asked_at is not None:
        return Receipt.ASKED
    return Receipt.OFFERED if may_have_receipt(order, copies) else Receipt.NONE


def get_preview(p: Partition, visit_id: str, issuance_id: str) -> bytes:
    """PNG of page 1 with 見本 across it.

    :raises OrderNotFoundError: not a copy of this visit, not ready yet, erased, or nobody is signed in any more.
    """
    found(find_cardholder(p, visit_id))
    query = (
        sa.select(Sheet)
        .join(Attempt, Attempt.attempt_id == Sheet.attempt_id)
        .join(Issuance, Issuance.issuance_id == Attempt.issuance_id)
        .join(Order, Order.order_id == Issuance.order_id)
        .where(Issuance.issuance_id == issuance_id, Order.visit_id == visit_id, Order.is_open)
    )
    sheet = found(p.session.scalar(query))
    label = vault.sheet_label(p.code, sheet.attempt_id, sheet.pdf_sha256, "preview")
    return vault.unlock(sheet.preview, label)


def list_cases(p: Partition, *, closed: bool = False) -> list[CaseView]:
    """Cases that wait for a person, oldest first; with `closed`, the others too."""
    query = sa.select(Case).order_by(Case.case_id)
    rows = p.session.scalars(query if closed else query.where(Case.closed_at.is_(None)))
    return [view_case(p, row) for row in rows]


def view_case(p: Partition, case: Case) -> CaseView:
    """The case as it is in this transaction."""
    copy = case.issuance_id and p.session.get(Issuance, case.issuance_id)
    order = case.order_id and p.session.get(Order, case.order_id)
    attempt = last_attempt(p, copy.issuance_id) if copy else None
    return CaseView(
        case_id=case.case_id,
        kind=case.kind,
        order_id=case.order_id,
        claim=claim_code(case.order_id) if case.order_id else "",
        issuance_id=case.issuance_id,
        attempt_id=attempt.attempt_id if attempt else "",
        issue_number=attempt.issue_number if attempt else "",
        state=copy.state if copy else None,
        payment=order.payment if order else None,
        terminal_id=case.terminal_id,
        evidence=tuple(json.loads(case.evidence)),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        closed_by=case.closed_by,
        verdict=case.verdict,
    )


def list_orders(p: Partition, *, only_open: bool = False) -> list[OrderView]:
    """Orders of the town, newest last."""
    query = sa.select(Order).order_by(Order.placed_at)
    rows = p.session.scalars(query.where(Order.is_open) if only_open else query)
    return [view_order(p, order) for order in rows]


def _view_copy(p: Partition, copy: Issuance) -> CopyView:
    attempt = last_attempt(p, copy.issuance_id)
    return CopyView(
        issuance_id=copy.issuance_id,
        kind=copy.kind,
        title=KINDS[copy.kind].title if copy.kind in KINDS else copy.kind,  # a town's own that is no longer offered
        state=copy.state,
        issue_number=attempt.issue_number,
        yen=copy.yen,
        sheets=attempt.sheets or 0,
    )
