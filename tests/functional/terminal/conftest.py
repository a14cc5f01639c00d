"""A terminal, and a portal that knows nothing but the protocol: a real small WSGI server in a thread."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask, request

from app import clock
from app.devices.bench import Bench
from app.devices.gateway import Gateway
from app.protocol.canonical import to_base64url
from app.protocol.lease import LeaseRequest, LeaseResult
from app.protocol.messages import (
    CardFailure,
    Count,
    CountResult,
    GrantRequest,
    Manifest,
    Report,
    ReportResult,
    Statement,
    StatementResult,
    Tender,
    Ticket,
    Work,
    WorkAction,
    WorkCall,
)
from app.protocol.signatures import Signer, open_sealed
from app.terminal import create_agent
from app.terminal.parts import Money, parts_of
from app.terminal.settings import Settings
from tests.functional.terminal.samples import pdf_of

TERMINAL = "kiosk-01"
AGENT_URL = "http://127.0.0.1:9911"


@dataclass
class FakePortal:
    """Answers as the portal would, and remembers what it heard."""

    signer: Signer
    device_key: bytes
    url: str = ""
    is_down: bool = False
    statements: list[Statement] = field(default_factory=list)
    calls: list[WorkCall] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    grants: list[GrantRequest] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    counts_alike: bool = True
    results: list[tuple[CardFailure, int]] = field(default_factory=list)
    works: list[dict] = field(default_factory=list)
    manifest: dict = field(default_factory=dict)
    pdf: bytes = pdf_of(2)
    grant_status: int = 200
    accepts: bool = True
    lost_answers: int = 0
    busy_for: str = ""
    epoch: int = 0
    leases: list[LeaseRequest] = field(default_factory=list)
    is_successor: bool = True
    heard: int = 0

    def app(self) -> Flask:
        app = Flask("portal")
        app.before_request(lambda: ("", 503) if self.is_down else None)
        app.add_url_rule("/agents/leases", view_func=self.hear_lease, methods=["POST"])
        app.add_url_rule("/agents/statements", view_func=self.hear_statement, methods=["POST"])
        app.add_url_rule("/agents/work", view_func=self.hear_call, methods=["POST"])
        app.add_url_rule("/agents/grants", view_func=self.hear_grant, methods=["POST"])
        app.add_url_rule("/agents/reports", view_func=self.hear_report, methods=["POST"])
        app.add_url_rule("/agents/counts", view_func=self.hear_count, methods=["POST"])
        app.add_url_rule("/agents/portal-key", view_func=lambda: {"public_key": to_base64url(self.signer.public_key)})
        return app

    def _open(self, kind):
        return open_sealed(request.json["envelope"], kind, self.device_key)

    def _answer(self, message):
        if self.lost_answers:
            self.lost_answers -= 1
            return "", 502
        return {"envelope": self.signer.seal(message)}

    def hear_lease(self):
        """Beside what a test plays: a lost answer is meant for something else."""
        asked = self._open(LeaseRequest)
        if asked.lease_id not in {lease.lease_id for lease in self.leases}:
            self.epoch = max(self.epoch, asked.epoch_before) + 1
        self.leases.append(asked)
        return {"envelope": self.signer.seal(LeaseResult(asked.lease_id, self.epoch, self.is_successor))}

    def hear_statement(self):
        statement = self._open(Statement)
        self.statements.append(statement)
        failure, left = self.results.pop(0) if self.results else (CardFailure.NONE, -1)
        return self._answer(StatementResult(statement.statement_id, failure, left))

    def hear_call(self):
        call = self._open(WorkCall)
        if call.epoch != self.epoch:
            return {"error": "LeaseLost"}, 423
        self.calls.append(call)
        facts = {"action": WorkAction.NONE, "visit_id": "", "payment_key": "", "yen": 0, "attempt_id": ""}
        facts |= self.works.pop(0) if self.works else {}
        return self._answer(Work(call_id=facts.pop("call_id", call.call_id), **facts))

    def hear_grant(self):
        asked = self._open(GrantRequest)
        if asked.epoch != self.epoch:
            return {"error": "LeaseLost"}, 423
        self.grants.append(asked)
        if self.grant_status != 200:
            return {"error": "no"}, self.grant_status
        facts = {
            "attempt_id": asked.attempt_id, "grant_id": asked.grant_id, "visit_id": "visit-1", "terminal_id": TERMINAL,
            "home": "901016", "kind": "resident_record", "issue_number": "1", "sheets": 2,
            "sha256": __import__("hashlib").sha256(self.pdf).hexdigest(),
        }  # fmt: skip
        answer = self._answer(Manifest(**(facts | self.manifest)))
        return answer | {"pdf": base64.b64encode(self.pdf).decode()} if isinstance(answer, dict) else answer

    def hear_report(self):
        report = self._open(Report)
        self.heard += 1
        if report.payment_key and report.payment_key == self.busy_for:
            return "", 503
        if self.accepts:
            self.reports.append(report)
        return self._answer(ReportResult(report.report_id, self.accepts))

    def hear_count(self):
        """Beside what a test plays: a lost answer is meant for something else."""
        count = self._open(Count)
        self.counts.append(count)
        return {"envelope": self.signer.seal(CountResult(count.count_id, self.counts_alike))}

    def ticket(self, **facts) -> str:
        usual = {
            "nonce": to_base64url(secrets.token_bytes(32)), "visit_id": "visit-1", "terminal_id": TERMINAL,
            "origin": self.url, "purpose": "sign_in", "language": "ja", "expires_at": int(clock.now().timestamp()) + 60,
        }  # fmt: skip
        return self.signer.seal(Ticket(**(usual | facts)))

    def events(self) -> list[str]:
        return [report.event.value for report in self.reports]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        """Nobody reads it."""


@pytest.fixture
def device_seed() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def portal(device_seed) -> Iterator[FakePortal]:
    fake = FakePortal(Signer(secrets.token_bytes(32)), Signer(device_seed).public_key)
    server = make_server("127.0.0.1", 0, fake.app(), server_class=WSGIServer, handler_class=_Quiet)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chip_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def settings(tmp_path: Path, portal: FakePortal, device_seed: bytes, chip_key) -> Settings:
    cards = tmp_path / "cards"
    cards.mkdir()
    pem = chip_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    chip = {"certificate": to_base64url(b"certificate"), "private_key": pem, "pin": "4826"}
    for name, facts in {
        "chip": {"kind": "individual_number_card", "label": "見本 一郎", "chip": chip},
        "juki": {"kind": "juki_card", "label": "見本 二郎", "card_id": "J-0001", "pin_hint": "7391"},
        "strange": {"kind": "library_card", "label": "図書館"},
    }.items():
        (cards / f"{name}.json").write_text(json.dumps(facts))
    return Settings(
        home=tmp_path / "home", terminal_id=TERMINAL, portal_url=portal.url, agent_url=AGENT_URL, seed=device_seed,
        portal_key=portal.signer.public_key, cards_folder=cards, demo=True, sheet_seconds=0, patience_seconds=0,
    )  # fmt: skip


@pytest.fixture
def bench(settings) -> Iterator[Bench]:
    """The devices of the terminal, in this process: no line, no network."""
    settings.home.mkdir(mode=0o700, exist_ok=True)
    gateway = Gateway(settings.home / "gateway.db")
    made = Bench(TERMINAL, settings.home, gateway)
    yield made
    made.close()
    gateway.close()


@pytest.fixture
def money(bench) -> Money:
    """Cash is the machine itself."""
    return Money({Tender.CASH: bench.machine}, bench)


@pytest.fixture
def agent(settings, money) -> Iterator[Flask]:
    app = create_agent(settings, money=money)
    yield app
    parts_of(app).close()


@pytest.fixture
def parts(agent):
    return parts_of(agent)


class Browser:
    """A browser without script at the agent: a cookie jar, forms, and hands at the desk."""

    def __init__(self, agent: Flask) -> None:
        self._client = agent.test_client()
        self._base = {"base_url": AGENT_URL}

    def get(self, path: str, **more):
        return self._client.get(path, **self._base, **more)

    def post(self, path: str, data=None, **more):
        return self._client.post(path, data=data or {}, **self._base, **more)

    def begin(self, ticket: str):
        return self.get("/card", query_string={"ticket": ticket})

    def token(self, page) -> str:
        return re.search(r'name="form_token" value="([^"]+)"', page.text).group(1)

    def lay(self, card_id: str) -> None:
        assert self.post("/desk/cards/lay", {"card_id": card_id}).status_code == 303

    def take(self) -> None:
        self.post("/desk/cards/take")

    def type_pin(self, pin: str):
        page = self.get("/card/pin")
        return self.post("/card/pin", {"pin": pin, "form_token": self.token(page)})

    def at_pad(self, ticket: str, card_id: str) -> None:
        self.begin(ticket)
        self.lay(card_id)
        assert self.get("/card/lay").location == "/card/pin"


@pytest.fixture
def browser(agent) -> Browser:
    return Browser(agent)


@pytest.fixture
def signed_in(browser, portal):
    """A resident who has signed in and taken the card."""
    browser.at_pad(portal.ticket(), "chip")
    assert browser.type_pin("4826").location == "/card/take"
    browser.take()
    return SimpleNamespace(visit_id="visit-1")
