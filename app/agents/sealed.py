"""Open what an agent sealed, seal what the portal answers. What no enrolled terminal sealed is not read."""

from __future__ import annotations

from typing import TypeVar

from flask import Response, current_app, jsonify, request

from app import clock
from app.errors import RefusedError
from app.municipalities.errors import LeaseLostError
from app.municipalities.queries import TerminalFacts, get_terminal
from app.protocol.lease import LeaseRequest
from app.protocol.messages import (
    CALL_SECONDS,
    Count,
    GrantRequest,
    Message,
    Report,
    Statement,
    WorkCall,
)
from app.protocol.signatures import BadEnvelopeError, Signer, open_sealed, peek

Call = TypeVar("Call", LeaseRequest, Statement, WorkCall, GrantRequest, Report, Count)
MAX_BODY = 96 * 1024  # bytes: an envelope has 64,000 characters at most


class StaleCallError(RefusedError):
    """Sealed by the right key, but not now: a replay, or a terminal whose clock is wrong."""


def open_call(kind: type[Call]) -> tuple[Call, TerminalFacts]:
    """The message in the request and the terminal that sealed it.

    :raises BadEnvelopeError: not sealed by the terminal that it names. :raises StaleCallError: more than a minute off.
    """
    envelope = _envelope()
    terminal = get_terminal(peek(envelope, "terminal_id"))
    message = open_sealed(envelope, kind, terminal.public_key)
    if abs(int(clock.now().timestamp()) - message.at) > CALL_SECONDS:
        raise StaleCallError(kind.KIND)
    return message, terminal


def check_lease(call: Statement | WorkCall | GrantRequest | Count, terminal: TerminalFacts) -> None:
    """:raises LeaseLostError: whoever called is not, or not any more, the one agent of this terminal."""
    if call.epoch < 1 or call.epoch != terminal.lease_epoch:
        raise LeaseLostError(terminal.terminal_id)


def answer(message: Message, **more: str) -> Response:
    """The sealed answer, with unsealed fields beside it that the sealed ones vouch for."""
    return jsonify(envelope=signer().seal(message), **more)


def signer() -> Signer:
    """The portal's own key."""
    return Signer(current_app.config["KOIKI"].secrets.ticket)


def _envelope() -> str:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # nested ten thousand deep: no agent writes that
        body = None
    envelope = body.get("envelope") if isinstance(body, dict) else None
    if not isinstance(envelope, str):
        raise BadEnvelopeError("form")
    return envelope
