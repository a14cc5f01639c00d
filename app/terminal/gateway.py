"""A payment gateway over HTTP: e-money (taken at the touch) and QR (authorised, then captured). Everything by key.

An answer is believed only if it is about this key, terminal, tender, amount and currency. What was lost is asked again
with the same key, never with another one.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import httpx

from app.protocol.messages import Tender
from app.protocol.money import (
    Capabilities,
    DeviceStatus,
    PaymentBusyError,
    PaymentContradictionError,
    PaymentEvent,
    PaymentNotSentError,
    PaymentSilentError,
    PaymentState,
    Step,
)
from app.terminal.settings import Place

CURRENCY = "JPY"
TRIES = 2
TIMEOUT = httpx.Timeout(3.0, connect=1.0)  # seconds
REST_SECONDS = 2.0  # after silence: the loop has other things to do as well
STATUS_SECONDS = 2.0  # how old a status may be
_NOT_HEARD = (401, 403, 429)  # refused at the door: nothing was done
_CAN = {
    Tender.EMONEY: Capabilities(Tender.EMONEY, can_hold=False, can_refund=False, needs_card_for_refund=True),
    Tender.QR: Capabilities(Tender.QR, can_hold=True, can_refund=True),
}


class GatewayLink:
    """The connection to the gateway, shared by its tenders: when it is silent, it is silent for all of them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client: httpx.Client | None = None
        self._rest_until = 0.0

    def send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        """:raises PaymentSilentError: no answer, also at the second try with the same key."""
        if time.monotonic() < self._rest_until:
            raise PaymentNotSentError("rests")
        is_sent = False
        for _ in range(TRIES):
            try:
                return self._open().request(method, path, json=body)
            except (httpx.ConnectError, httpx.ConnectTimeout, OSError):
                self.close()
            except httpx.TransportError:  # also a kept connection that was dead: it may have arrived all the same
                is_sent = True
                self.close()
        self._rest_until = time.monotonic() + REST_SECONDS
        raise PaymentSilentError("gateway") if is_sent else PaymentNotSentError("gateway")

    def close(self) -> None:
        """Hang up; the next question opens it anew."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _open(self) -> httpx.Client:
        """:raises OSError: the place is not known yet."""
        if self._client is None:
            url, token = self._place.read()
            self._client = httpx.Client(
                base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, trust_env=False,
                verify=url.startswith("https"),
            )  # fmt: skip
        return self._client


class GatewayDevice:
    """A `PaymentDevice` for one tender of one terminal."""

    def __init__(self, link: GatewayLink, terminal_id: str, tender: Tender) -> None:
        self.capabilities = _CAN[tender]
        self._link = link
        self._terminal_id = terminal_id
        self._tender = tender
        self._rest_until = 0.0
        self._seen: tuple[float, DeviceStatus] | None = None

    def begin(self, key: str, yen: int) -> None:
        answer = self._ask("PUT", _path(key), {"currency": CURRENCY, "yen": yen})
        if _reason(answer) == "busy":
            raise PaymentBusyError("busy")
        if self._read(answer, key)["yen"] != yen:
            raise PaymentContradictionError("yen")

    def events(self, key: str, after: int = 0) -> list[PaymentEvent]:
        """One: it is paid, all at once."""
        now = self._find(key)
        paid = _paid(now) if now else 0
        return [PaymentEvent(1, "held", paid)] if paid and after < 1 else []

    def commit(self, key: str, yen: int) -> PaymentState:
        """QR: capture what is kept. What was taken above it is refunded, or owed where that cannot be."""
        now = self._find(key)
        if now is None or now["state"] == "voided":
            return _state(now)
        if yen > _paid(now):
            raise PaymentContradictionError("more than came in")
        if now["state"] == "authorised":
            now = self._capture(key, yen, now["yen"])
        owed = self._give_back(key, now, yen)
        return PaymentState(Step.COMMITTED, now["yen"], now["yen"], yen, owed)

    def release(self, key: str) -> PaymentState:
        """Void; what was taken already is refunded, or owed where that cannot be."""
        now = self._find(key)
        if now is not None and now["state"] in ("waiting", "authorised"):
            answer = self._ask("POST", f"{_path(key)}/void")
            # a touch may have come first
            now = self._find(key) if _reason(answer) == "taken" else self._read(answer, key)
        if now is None or now["state"] != "taken":
            return _state(now)
        owed = self._give_back(key, now, 0)
        return PaymentState(Step.RELEASED, now["yen"], now["yen"], 0, owed)

    def query(self, key: str) -> PaymentState:
        return _state(self._find(key))

    def counts(self) -> dict[int, int]:
        return {}

    def taken(self) -> int:
        return _yen(self._look(), "yen_taken")

    def status(self) -> DeviceStatus:
        """At most two seconds old."""
        now = time.monotonic()
        if self._seen is None or now - self._seen[0] > STATUS_SECONDS:
            self._seen = (now, DeviceStatus(open_key=str(self._look().get("open_key", ""))))
        return self._seen[1]

    def close(self) -> None:
        self._link.close()

    # --- one payment

    def _find(self, key: str) -> dict[str, Any] | None:
        answer = self._ask("GET", _path(key))
        return None if _reason(answer) == "unknown" else self._read(answer, key)

    def _capture(self, key: str, yen: int, authorised: int) -> dict[str, Any]:
        """A gateway that takes all or nothing takes all; the rest is given back after it."""
        answer = self._ask("POST", f"{_path(key)}/capture", {"yen": yen})
        if _reason(answer) == "whole_only":
            answer = self._ask("POST", f"{_path(key)}/capture", {"yen": authorised})
        return self._read(answer, key)

    def _give_back(self, key: str, now: dict[str, Any], keep: int) -> int:
        """Yen above `keep` that could not be given back."""
        over = _yen(now, "yen_taken") - _yen(now, "yen_refunded") - keep
        if over < 0 or now["state"] != "taken":
            raise PaymentContradictionError("sum")
        if over == 0 or not self.capabilities.can_refund:
            return over
        answer = self._ask("PUT", f"{_path(key)}/refunds/{quote(key, safe='')}-{keep}", {"yen": over})
        if _reason(answer) in ("refund_refused", "card_needed"):
            return over
        return self._give_back_done(self._read(answer, key), keep)

    def _give_back_done(self, now: dict[str, Any], keep: int) -> int:
        if _yen(now, "yen_taken") - _yen(now, "yen_refunded") != keep:
            raise PaymentContradictionError("sum")
        return 0

    def _read(self, answer: httpx.Response, key: str) -> dict[str, Any]:
        """The payment in an answer, if it is the one that was asked about."""
        if answer.status_code != httpx.codes.OK:
            raise PaymentContradictionError(_reason(answer) or f"status {answer.status_code}")
        body = self._checked(answer)
        if body.get("payment_key") != key or body.get("state") not in ("waiting", "authorised", "taken", "voided"):
            raise PaymentContradictionError("payment")
        if not 0 <= _yen(body, "yen_refunded") <= _yen(body, "yen_taken") <= _yen(body, "yen"):
            raise PaymentContradictionError("sum")
        return body

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        expected = {"terminal": self._terminal_id, "tender": self._tender.value, "currency": CURRENCY}
        body = _json(answer)
        for name, value in expected.items():
            if body.get(name) != value:
                raise PaymentContradictionError(name)
        return body

    # --- the wire

    def _look(self) -> dict[str, Any]:
        answer = self._ask("GET", "")
        if answer.status_code != httpx.codes.OK:
            raise PaymentContradictionError(f"status {answer.status_code}")
        return self._checked(answer)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """:raises PaymentSilentError: no answer, or none of this tender."""
        if time.monotonic() < self._rest_until:
            raise PaymentNotSentError("rests")
        if method != "GET":
            self._seen = None
        answer = self._link.send(method, f"/v1/{self._terminal_id}/{self._tender}{path}", body)
        if answer.status_code in _NOT_HEARD or answer.is_server_error:
            self._link.close()  # another secret may be in its place
            self._seen, self._rest_until = None, time.monotonic() + REST_SECONDS
            raise PaymentSilentError("gateway") if answer.is_server_error else PaymentNotSentError("gateway")
        return answer


def _path(key: str) -> str:
    return f"/payments/{quote(key, safe='')}"


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise PaymentContradictionError("form")
    return body


def _reason(answer: httpx.Response) -> str:
    """The word of a refusal; empty for an answer that is none."""
    if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
        return ""
    return str(_json(answer).get("error", ""))[:40]


def _yen(body: dict[str, Any], name: str) -> int:
    yen = body.get(name)
    if type(yen) is not int or yen < 0:
        raise PaymentContradictionError(name)
    return yen


def _paid(now: dict[str, Any]) -> int:
    """What the resident has given, or let us take."""
    return int(now["yen"]) if now["state"] in ("authorised", "taken") else 0


def _state(now: dict[str, Any] | None) -> PaymentState:
    """As it stands at the gateway. Of e-money it cannot say more than that it was taken: the till knows the rest."""
    if now is None:
        return PaymentState(Step.NONE)
    yen, net = now["yen"], now["yen_taken"] - now["yen_refunded"]
    if now["state"] == "taken" and now["tender"] == Tender.QR:
        return PaymentState(Step.COMMITTED if net else Step.RELEASED, yen, yen, net)
    step = {"waiting": Step.COLLECTING, "authorised": Step.HELD, "taken": Step.HELD, "voided": Step.RELEASED}
    return PaymentState(step[now["state"]], yen, _paid(now))
