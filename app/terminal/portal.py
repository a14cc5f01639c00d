"""The portal as the terminal sees it: six calls, every one sealed, every answer checked against the pinned key."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import httpx

from app.protocol.lease import LeaseRequest, LeaseResult
from app.protocol.messages import (
    Count,
    CountResult,
    GrantRequest,
    Manifest,
    Message,
    Report,
    ReportResult,
    Statement,
    StatementResult,
    Work,
    WorkCall,
)
from app.protocol.signatures import BadEnvelopeError, Signer, open_sealed
from app.terminal.errors import LeaseLostError, PortalBusyError, PortalDownError, PortalRefusedError

Answer = TypeVar("Answer", bound=Message)
CONNECT_SECONDS = 2.0
FENCED = 423  # another agent speaks for this terminal
ANSWER_SECONDS = 10.0  # a portal under load still answers a sign-in (argon2, town database) within this


class Portal:
    """Thread-safe. Every method :raises PortalDownError: without a trustworthy answer, PortalRefusedError: on 4xx."""

    def __init__(self, url: str, signer: Signer, portal_key: bytes) -> None:
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        # trust_env=False: no proxy from the environment ever sees a statement
        self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=False)
        self._signer = signer
        self._key = portal_key

    def close(self) -> None:
        self._http.close()

    def ask_lease(self, request: LeaseRequest) -> LeaseResult:
        result = self._ask("/agents/leases", request, LeaseResult)
        return _same(result, result.lease_id, request.lease_id)

    def sign_in(self, statement: Statement) -> StatementResult:
        result = self._ask("/agents/statements", statement, StatementResult)
        return _same(result, result.statement_id, statement.statement_id)

    def ask_work(self, call: WorkCall) -> Work:
        work = self._ask("/agents/work", call, Work)
        return _same(work, work.call_id, call.call_id)

    def ask_grant(self, request: GrantRequest) -> tuple[Manifest, bytes]:
        answer = self._post("/agents/grants", request)
        manifest = self._open(answer, Manifest)
        try:
            return manifest, base64.b64decode(answer.get("pdf", ""), validate=True)
        except (binascii.Error, TypeError):
            raise PortalDownError("grant") from None

    def report(self, report: Report) -> bool:
        result = self._ask("/agents/reports", report, ReportResult)
        return _same(result, result.report_id, report.report_id).accepted

    def count(self, count: Count) -> bool:
        """False: the portal counts otherwise, and wants to be told once more."""
        result = self._ask("/agents/counts", count, CountResult)
        return _same(result, result.count_id, count.count_id).accepted

    def _ask(self, path: str, message: Message, kind: type[Answer]) -> Answer:
        return self._open(self._post(path, message), kind)

    def _post(self, path: str, message: Message) -> dict[str, Any]:
        try:
            response = self._http.post(path, json={"envelope": self._signer.seal(message)})
            answer = response.json() if response.is_success else {}
        except (httpx.HTTPError, ValueError):
            raise PortalDownError(message.KIND) from None  # no cause: a request in a traceback would carry the body
        if response.status_code == FENCED:
            raise LeaseLostError(message.KIND)
        if response.is_client_error:
            raise PortalRefusedError(response.status_code)
        if not response.is_success or not isinstance(answer, dict):
            raise PortalBusyError(message.KIND)
        return answer

    def _open(self, answer: dict[str, Any], kind: type[Answer]) -> Answer:
        try:
            return open_sealed(str(answer.get("envelope", "")), kind, self._key)
        except BadEnvelopeError:
            raise PortalDownError(kind.KIND) from None


def _same(answer: Answer, given: str, asked: str) -> Answer:
    """An answer to another call is no answer."""
    if given != asked:
        raise PortalDownError(answer.KIND)
    return answer
