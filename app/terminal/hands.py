"""The desk's hands at the simulated devices, which are another process: coins, cards, telephones, and mischief."""

from __future__ import annotations

from typing import Any, Protocol

import httpx

from app.protocol.money import MoneyRejectedError
from app.terminal.settings import Place

SECONDS = 5.0
_NOTHING = {"state": "none", "yen": 0, "faults": ["no_power"]}
_NOTHING_SEEN: dict[str, Any] = {
    "cash": _NOTHING | {"yen_inserted": 0, "returned": {}, "yen_returned": 0, "store": {}},
    "emoney": _NOTHING,
    "qr": _NOTHING,
}  # fmt: skip


class Hands(Protocol):
    """What `app.devices.bench.Bench` does, here or over HTTP."""

    def state(self) -> dict[str, Any]: ...

    def do(self, action: str, **words: Any) -> None:
        """:raises MoneyRejectedError: it comes straight back. :raises ValueError: no such action, word or fault."""
        ...


class RemoteHands:
    """At the devices of one terminal."""

    def __init__(self, place: Place, terminal_id: str) -> None:
        self._place = place
        self._terminal_id = terminal_id

    def state(self) -> dict[str, Any]:
        """While the devices' process is away: nothing there."""
        try:
            seen: dict[str, Any] = self._send("GET", "").raise_for_status().json()
        except (OSError, httpx.HTTPError):
            return _NOTHING_SEEN
        return seen

    def do(self, action: str, **words: Any) -> None:
        try:
            answer = self._send("POST", f"/{action}", words)
        except (OSError, httpx.HTTPError):
            raise MoneyRejectedError("closed") from None
        if answer.status_code == httpx.codes.CONFLICT:
            raise MoneyRejectedError(str(answer.json().get("rejected")))
        if answer.is_error:
            raise ValueError(action)

    def _send(self, method: str, path: str, words: dict[str, Any] | None = None) -> httpx.Response:
        """A connection of its own for each: a hand's move must not be made twice."""
        url, token = self._place.read()
        return httpx.request(
            method, f"{url}/hands/{self._terminal_id}{path}", json=words, headers={"Authorization": f"Bearer {token}"},
            timeout=SECONDS, trust_env=False, verify=url.startswith("https"),
        )  # fmt: skip
