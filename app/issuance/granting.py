"""The single grant to print one attempt, and the bytes that go with it.

Committed before any byte leaves the portal: after it, only the same terminal's report or a person ends the attempt, and
a time-out never hands the sheet to anybody else (the Yokohama rule, docs/adr/0005).
"""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.issuance import vault
from app.issuance.errors import (
    GrantLostError,
    GrantRefusedError,
    NoLongerAllowedError,
    OrderNotFoundError,
    SheetLostError,
)
from app.issuance.journal import copies_of, found, move
from app.issuance.models import Attempt, CaseKind, Issuance, Order, Sheet
from app.issuance.progress import advance, call_off
from app.issuance.rechecking import check_still_allowed
from app.issuance.refusals import note_refusal
from app.issuance.rendered import fail_copy
from app.issuance.reporting import leave_to_person
from app.issuance.states import AT_PRINTER, Payment, State
from app.municipalities.partitions import Partition
from app.protocol.messages import GrantRequest, Manifest


def grant(
    p: Partition, actor: str, request: GrantRequest, visit_id: str, lease_root: int = 0
) -> tuple[Manifest, bytes]:
    """Give the manifest and the PDF of `attempt_id`. The same `grant_id` may ask again until it reports.

    `visit_id` is the visit of who stands at the terminal now, `lease_root` the first epoch of the agent's folder: what
    was granted before it, another folder may have printed.
    :raises OrderNotFoundError: no such attempt. :raises GrantRefusedError: not payable, not this terminal's, or used.
    :raises NoLongerAllowedError: what was ordered may not be printed any more; it must be called off.
    :raises SheetLostError: the stored sheet is not what its name says; the copy must fail.
    """
    attempt = found(p.session.get(Attempt, request.attempt_id))
    copy = found(p.session.get(Issuance, attempt.issuance_id))
    order = found(p.session.get(Order, copy.order_id))
    if order.visit_id != visit_id:
        raise GrantRefusedError("another visit")
    _check(p, order, copy, attempt, request, lease_root)
    check_still_allowed(p, order, copy, attempt)
    pdf = _open_sheet(p, attempt)
    if move(p, copy, State.GRANTED, actor):
        attempt.grant_id, attempt.granted_at = request.grant_id, clock.now()
        attempt.grant_epoch = request.epoch
    return _manifest(p, order, copy, attempt), pdf


def _check(
    p: Partition, order: Order, copy: Issuance, attempt: Attempt, request: GrantRequest, lease_root: int = 0
) -> None:
    if order.terminal_id != request.terminal_id:
        raise OrderNotFoundError  # as if it did not exist: it does not, for that terminal
    is_again = copy.state is State.GRANTED and attempt.grant_id == request.grant_id
    is_first = copy.state is State.READY and attempt.grant_id is None and not _is_busy(p, order)
    is_of_folder = attempt.grant_epoch is None or attempt.grant_epoch >= lease_root
    if copy.state in AT_PRINTER and not (attempt.grant_id == request.grant_id and is_of_folder):
        raise GrantLostError(copy.state.value)
    if order.payment is not Payment.HELD or attempt.voided_at is not None or not (is_again or is_first):
        raise GrantRefusedError(copy.state.value)
    if is_first and p.session.scalar(sa.select(Attempt.attempt_id).where(Attempt.grant_id == request.grant_id)):
        raise GrantRefusedError("grant used for another attempt")


def give_up(
    p: Partition, actor: str, attempt_id: str, error: SheetLostError | GrantLostError | NoLongerAllowedError
) -> str:
    """What follows from what a refused grant has found out. The reference of the refusal, if it is one.

    A sheet that is not itself, or a terminal without memory, is for a person; a sheet that may not be printed any more
    is called off and paid back. One that is granted already waits for what its terminal says.
    """
    attempt = found(p.session.get(Attempt, attempt_id))
    copy = found(p.session.get(Issuance, attempt.issuance_id))
    order = found(p.session.get(Order, copy.order_id))
    evidence = {"event": type(error).__name__}
    if isinstance(error, SheetLostError):
        fail_copy(p, actor, CaseKind.GUARD_MISMATCH, copy.issuance_id, evidence)
    elif isinstance(error, NoLongerAllowedError):
        reference = note_refusal(p, actor, order.visit_id, order.terminal_id, error.kind, error.rule)
        call_off(p, actor, order, "no longer allowed")
        advance(p, actor, order)
        return reference
    elif copy.state in AT_PRINTER:
        leave_to_person(p, actor, CaseKind.OUTCOME_UNKNOWN, order, copy, evidence)
        advance(p, actor, order)
    return ""


def _is_busy(p: Partition, order: Order) -> bool:
    """One copy at a time: what came out is then always the copy that was asked for."""
    return any(copy.state in AT_PRINTER for copy in copies_of(p, order))


def _open_sheet(p: Partition, attempt: Attempt) -> bytes:
    sheet = p.session.scalar(sa.select(Sheet).where(Sheet.attempt_id == attempt.attempt_id))
    if sheet is None or sheet.pdf_sha256 != attempt.pdf_sha256:
        raise SheetLostError("no stored sheet of this attempt")
    label = vault.sheet_label(p.code, attempt.attempt_id, sheet.pdf_sha256, "pdf")
    pdf = vault.unlock(sheet.pdf, label)
    if vault.sha256(pdf) != sheet.pdf_sha256:
        raise SheetLostError("stored sheet has another content")
    return pdf


def _manifest(p: Partition, order: Order, copy: Issuance, attempt: Attempt) -> Manifest:
    return Manifest(
        attempt_id=attempt.attempt_id,
        grant_id=attempt.grant_id or "",
        visit_id=order.visit_id,
        terminal_id=order.terminal_id,
        home=p.code,
        kind=copy.kind,
        issue_number=attempt.issue_number,
        sheets=attempt.sheets or 0,
        sha256=attempt.pdf_sha256 or "",
    )
