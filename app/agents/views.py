"""Statements, work, grants and reports. Thin: open, ask the room that knows, seal the answer."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from app import clock
from app.agents.sealed import MAX_BODY, answer, check_lease, open_call, signer
from app.cards import service as cards
from app.cards import visits
from app.cards.errors import CardRefusedError
from app.cards.visits import VisitFacts
from app.errors import (
    ConflictError,
    InvalidInputError,
    KoikiError,
    MismatchError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from app.issuance import aftermath, counting, granting, leases
from app.issuance import service as issuance
from app.issuance.errors import (
    ForeignReportError,
    GrantLostError,
    GrantRefusedError,
    NoLongerAllowedError,
    SheetLostError,
)
from app.municipalities import service as municipalities
from app.municipalities.errors import LeaseLostError
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import TerminalFacts
from app.protocol.canonical import to_base64url
from app.protocol.lease import LeaseRequest, LeaseResult
from app.protocol.messages import (
    CardFailure,
    Count,
    CountResult,
    GrantRequest,
    Report,
    ReportResult,
    Statement,
    StatementResult,
    Work,
    WorkAction,
    WorkCall,
)
from app.web.access import agent_sealed, public

bp = Blueprint("agents", __name__, url_prefix="/agents")

SEEN_AGAIN = timedelta(seconds=5)
# of a call, what `serviceability.read_devices` reads
_TOLD = ("printer", "sheets_left", "change_left", "tenders", "prints_receipts", "stopped_at")
# a terminal that was stopped still counts out the money that it holds
_ALLOWED_WHEN_STOPPED = frozenset({WorkAction.NONE, WorkAction.RELEASE, WorkAction.COMMIT, WorkAction.RECEIPT})
_FINDINGS = (SheetLostError, GrantLostError, NoLongerAllowedError)  # of a grant: something must follow
_STATUS: tuple[tuple[type[KoikiError], int], ...] = (
    (LeaseLostError, 423),  # a status of its own: the agent must fall silent, not try again
    (NotFoundError, 404),
    (ConflictError, 409),
    (MismatchError, 409),
    (RefusedError, 403),
    (InvalidInputError, 400),
    (UnavailableError, 503),
)


@bp.before_request
def limit_body() -> None:
    """No agent has much to say."""
    request.max_content_length = MAX_BODY


@bp.errorhandler(KoikiError)
def refuse(error: KoikiError) -> tuple[Response, int]:
    """A code and nothing else: an agent shows no texts."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return jsonify(error=type(error).__name__.removesuffix("Error")), status


@bp.post("/leases")
@agent_sealed
def give_lease() -> Response:
    """An agent has started: it alone speaks for the terminal from now on."""
    wish, terminal = open_call(LeaseRequest)
    lease = municipalities.take_lease(
        _actor(terminal), terminal.terminal_id, wish.lease_id, wish.epoch_before, is_same_folder=wish.is_same_folder
    )
    return answer(LeaseResult(wish.lease_id, lease.epoch, lease.is_successor))


@bp.post("/statements")
@agent_sealed
def take_statement() -> Response:
    """What a card and a resident proved."""
    statement, terminal = open_call(Statement)
    check_lease(statement, terminal)
    failure, tries_left = CardFailure.NONE, -1
    try:
        if terminal.stopped_reason is not None:
            raise CardRefusedError(CardFailure.UNAVAILABLE)
        cards.sign_in(statement, terminal)
    except CardRefusedError as refused:
        failure, tries_left = refused.failure, refused.tries_left
    return answer(StatementResult(statement.statement_id, failure, tries_left))


@bp.post("/work")
@agent_sealed
def give_work() -> Response:
    """A sign of life in, the next thing to do out."""
    call, terminal = open_call(WorkCall)
    check_lease(call, terminal)
    _note_seen(terminal, call)
    work = _find_work(terminal, visits.live_visit_of(terminal.terminal_id), call.call_id)
    if terminal.stopped_reason is not None and work.action not in _ALLOWED_WHEN_STOPPED:
        work = dataclasses.replace(work, action=WorkAction.NONE, payment_key="", yen=0, attempt_id="")
    if terminal.stopped_reason is None and call.stopped_at and call.stopped_at == terminal.ended_stop:
        work = dataclasses.replace(work, clear=call.stopped_at)
    return answer(work)


@bp.post("/grants")
@agent_sealed
def give_grant() -> Response:
    """The single grant to print, with the bytes; committed before they leave."""
    wish, terminal = open_call(GrantRequest)
    check_lease(wish, terminal)
    visit = visits.live_visit_of(terminal.terminal_id)
    # a closing visit has nobody in front of the tray any more
    if visit is None or visit.home is None or not visit.is_signed_in or terminal.stopped_reason is not None:
        raise GrantRefusedError("nobody to print for" if terminal.stopped_reason is None else "stopped")
    actor = _actor(terminal)
    try:
        with partitions.open(visit.home, write=True) as p:
            manifest, pdf = issuance.grant(p, actor, wish, visit.visit_id, terminal.lease_root)
    except _FINDINGS as error:
        _stop_here(visit.home, actor, visit.visit_id, wish.attempt_id, error)
        raise
    return answer(manifest, pdf=base64.b64encode(pdf).decode())


@bp.post("/reports")
@agent_sealed
def take_report() -> Response:
    """What happened. Not accepted only when it is about somebody else's order, or another agent's work."""
    report, terminal = open_call(Report)
    visit = visits.find_visit(report.visit_id)
    if visit is None or visit.home is None or visit.terminal_id != terminal.terminal_id:
        return answer(ReportResult(report.report_id, accepted=False))
    try:
        with partitions.open(visit.home, write=True) as p:
            _check_epoch(p, report, terminal)
            issuance.record_report(p, _actor(terminal), report)
    except ForeignReportError:
        return answer(ReportResult(report.report_id, accepted=False))
    aftermath.follow_up(visit.home, _actor(terminal), visit.visit_id)
    return answer(ReportResult(report.report_id, accepted=True))


@bp.post("/counts")
@agent_sealed
def take_count() -> Response:
    """What the devices of a terminal at rest have counted, compared with the journals while it waits."""
    count, terminal = open_call(Count)
    check_lease(count, terminal)
    return answer(CountResult(count.count_id, accepted=counting.take_count(count)))


@bp.get("/portal-key")
@public
def show_portal_key() -> Response:
    """The portal's public key, which an agent pins when it is enrolled."""
    return jsonify(public_key=to_base64url(signer().public_key))


def _note_seen(terminal: TerminalFacts, call: WorkCall) -> None:
    """An agent calls several times a second; the union is written for a change, or to say that it still lives."""
    told = {name: getattr(call, name) for name in _TOLD}
    state = json.dumps(told)
    seen = terminal.last_seen_at
    if state != terminal.device_state or seen is None or clock.now() - seen > SEEN_AGAIN:
        municipalities.note_seen(terminal.terminal_id, state)


def _check_epoch(p: Partition, report: Report, terminal: TerminalFacts) -> None:
    """Of an agent that was fenced, the truth about what was in its hands must not be lost."""
    if report.epoch != terminal.lease_epoch and not leases.may_report(p, report):
        raise ForeignReportError(report.event.value)


def _find_work(terminal: TerminalFacts, visit: VisitFacts | None, call_id: str) -> Work:
    if visit is None or visit.home is None:
        return Work(call_id, WorkAction.NONE, visit.visit_id if visit else "", "", 0, "")
    with partitions.open(visit.home) as p:
        return issuance.next_work(p, terminal.terminal_id, visit.visit_id, call_id)


def _stop_here(
    home: str, actor: str, visit_id: str, attempt_id: str, error: SheetLostError | GrantLostError | NoLongerAllowedError
) -> None:
    """The refused grant was rolled back; what it found is written down in a transaction of its own."""
    with partitions.open(home, write=True) as p:
        granting.give_up(p, actor, attempt_id, error)
    aftermath.follow_up(home, actor, visit_id)


def _actor(terminal: TerminalFacts) -> str:
    return f"terminal:{terminal.terminal_id}"
