"""Rendered sheets come back to the journal: stored once, or failed for good.

Rendering is repeatable, so nobody claims a copy: two workers may render the same one, the second finds it READY under
the lock and throws its bytes away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.certificates.wishes import Wish
from app.issuance import refused, vault
from app.issuance.journal import found, last_attempt, move, open_case
from app.issuance.models import Attempt, CaseKind, Issuance, Order, Sheet
from app.issuance.progress import advance, call_off
from app.issuance.states import NOT_GRANTED, State
from app.municipalities.partitions import Partition


@dataclass(frozen=True)
class Waiting:
    """A copy to render: its document as JSON, under the number of its only live attempt."""

    issuance_id: str
    order_id: str
    visit_id: str
    terminal_id: str
    document: str
    issue_number: str
    wish: Wish


@dataclass(frozen=True)
class Finished:
    """What a worker has made and read back."""

    pdf: bytes
    preview: bytes
    sheets: int


def list_waiting(p: Partition, limit: int) -> list[Waiting]:
    """Copies whose document is fixed and whose sheet is not there yet, oldest first."""
    query = (
        sa.select(Issuance, Order, Attempt)
        .join(Order, Order.order_id == Issuance.order_id)
        .join(Attempt, (Attempt.issuance_id == Issuance.issuance_id) & Attempt.voided_at.is_(None))
        .where(Issuance.state == State.FIXED)
        .order_by(Issuance.changed_at, Issuance.position)
        .limit(limit)
    )
    return [_waiting(p, *row) for row in p.session.execute(query)]


def store_sheet(p: Partition, actor: str, issuance_id: str, finished: Finished) -> bool:
    """Keep the sheet, encrypted, and make the copy READY. False: another worker was first, or it was cancelled."""
    copy = found(p.session.get(Issuance, issuance_id))
    if copy.state is not State.FIXED:
        return False
    attempt = last_attempt(p, issuance_id)
    attempt.pdf_sha256, attempt.sheets = vault.sha256(finished.pdf), finished.sheets
    p.session.flush()
    p.session.add(_locked(p, attempt, finished))
    return move(p, copy, State.READY, actor)


def fail_copy(
    p: Partition, actor: str, kind: CaseKind, issuance_id: str, evidence: dict[str, Any], pdf: bytes = b""
) -> None:
    """This sheet must not be printed: the whole order is called off, nothing is charged, a person looks (at `pdf`)."""
    copy = found(p.session.get(Issuance, issuance_id))
    if copy.state not in NOT_GRANTED:
        return
    order = found(p.session.get(Order, copy.order_id))
    case = open_case(p, actor, kind, order, copy, evidence)
    move(p, copy, State.FAILED, actor, kind.value)
    if pdf:
        refused.keep(p, case, last_attempt(p, issuance_id), pdf)
    call_off(p, actor, order, kind.value)
    advance(p, actor, order)


def document_label(municipality: str, issuance_id: str) -> str:
    """What a stored document belongs to."""
    return f"{municipality}|{issuance_id}|document"


def _waiting(p: Partition, copy: Issuance, order: Order, attempt: Attempt) -> Waiting:
    return Waiting(
        issuance_id=copy.issuance_id,
        order_id=order.order_id,
        visit_id=order.visit_id,
        terminal_id=order.terminal_id,
        document=vault.unlock_text(copy.document, document_label(p.code, copy.issuance_id)),
        issue_number=attempt.issue_number,
        wish=_wish_of(copy),
    )


def _wish_of(copy: Issuance) -> Wish:
    return Wish(
        kind=copy.kind,
        options=frozenset(copy.options.split()),
        persons=tuple(copy.persons.split()),
        persons_asked=tuple(copy.persons_asked.split()),
        picks=tuple(copy.picks.split()),
    )


def _locked(p: Partition, attempt: Attempt, finished: Finished) -> Sheet:
    sha256 = attempt.pdf_sha256 or ""

    def lock(data: bytes, part: str) -> bytes:
        return vault.lock(data, vault.sheet_label(p.code, attempt.attempt_id, sha256, part))

    return Sheet(
        pdf_sha256=sha256,
        attempt_id=attempt.attempt_id,
        pdf=lock(finished.pdf, "pdf"),
        preview=lock(finished.preview, "preview"),
        stored_at=clock.now(),
    )
