"""The gateway over HTTP on loopback, and beside it the hands: what a terminal may ask, and what a person does."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.devices.bench import Bench
from app.devices.gateway import CURRENCY, TENDERS, Gateway, GatewayRefusedError
from app.protocol.money import MoneyRejectedError

_BASE = "/v1/<terminal>/<tender>"


class Devices:
    """All simulated devices of an installation: a bench for each terminal, one gateway, one address.

    `folder` gets `gateway.db`, and for those who call: `url` and `token`. `terminals`: id -> its folder.
    """

    def __init__(self, folder: Path, terminals: Mapping[str, Path], port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.token = make_token(folder)
        self.gateway = Gateway(folder / "gateway.db")
        self.benches = {name: Bench(name, own, self.gateway) for name, own in terminals.items()}
        app = create_app(self.gateway, self.benches, self.token)
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        often = {"poll_interval": 0.05}  # seconds: how soon it notices that it is to end
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=often, name="devices", daemon=True)
        self._thread.start()
        _replace(folder / "url", self.url)

    def close(self) -> None:
        """Switch everything off."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for bench in self.benches.values():
            bench.close()
        self.gateway.close()


def make_token(folder: Path) -> str:
    """The secret between terminals and this gateway; made once."""
    path = folder / "token"
    if not path.exists():
        _replace(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def create_app(gateway: Gateway, benches: Mapping[str, Bench], token: str) -> Flask:
    """Nothing is heard without the token."""
    app = Flask("devices", static_folder=None)

    @app.before_request
    def check() -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            abort(401)
        facts = request.view_args or {}
        if "tender" in facts and gateway.has_fault(facts["terminal"], facts["tender"], "down"):
            abort(503)

    @app.errorhandler(GatewayRefusedError)
    def refuse(error: GatewayRefusedError) -> ResponseReturnValue:
        return jsonify(error=error.reason), 404 if error.reason == "unknown" else 409

    _add_payments(app, gateway)
    _add_hands(app, benches)
    return app


def _add_payments(app: Flask, gateway: Gateway) -> None:
    @app.get(_BASE)
    def look(terminal: str, tender: str) -> ResponseReturnValue:
        if tender not in TENDERS:
            abort(404)
        waiting = gateway.waiting(terminal, tender)
        return {
            "terminal": terminal, "tender": tender, "currency": CURRENCY, "yen_taken": gateway.taken(terminal, tender),
            "open_key": waiting["payment_key"] if waiting else "",
        }  # fmt: skip

    @app.put(f"{_BASE}/payments/<key>")
    def create(terminal: str, tender: str, key: str) -> ResponseReturnValue:
        body = _body("currency", "yen")
        return gateway.create(key, terminal, tender, **body)

    def on_payment(rule: str, method: str, act: Callable[..., dict[str, Any]], *words: str) -> None:
        def answer(terminal: str, tender: str, key: str, **more: str) -> ResponseReturnValue:
            found = gateway.get(key)
            if (found["terminal"], found["tender"]) != (terminal, tender):
                raise GatewayRefusedError("unknown")
            return act(key, **more, **_body(*words))

        app.add_url_rule(f"{_BASE}/payments/<key>{rule}", act.__name__, answer, methods=[method])

    on_payment("", "GET", gateway.get)
    on_payment("/capture", "POST", gateway.capture, "yen")
    on_payment("/void", "POST", gateway.void)
    on_payment("/refunds/<refund_key>", "PUT", gateway.refund, "yen")


def _add_hands(app: Flask, benches: Mapping[str, Bench]) -> None:
    @app.get("/hands/<terminal>")
    def see(terminal: str) -> ResponseReturnValue:
        return _bench(benches, terminal).state()

    @app.post("/hands/<terminal>/<action>")
    def do(terminal: str, action: str) -> ResponseReturnValue:
        try:
            _bench(benches, terminal).do(action, **(request.get_json(silent=True) or {}))
        except MoneyRejectedError as rejected:
            return jsonify(rejected=rejected.reason), 409
        except ValueError:
            abort(400)
        return _bench(benches, terminal).state()


def _bench(benches: Mapping[str, Bench], terminal: str) -> Bench:
    if terminal not in benches:
        abort(404)
    return benches[terminal]


def _body(*words: str) -> dict[str, Any]:
    """Exactly these words."""
    given = request.get_json(silent=True) if words else {}
    if not isinstance(given, dict) or set(given) != set(words):
        abort(400)
    return given


def _replace(path: Path, text: str) -> None:
    """Nobody reads half of it."""
    new = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    os.replace(new, path)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # a terminal keeps its connection

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A request is no news."""
