"""The kiosk over the demo's union, with the agent's part played by hand: statements, money, printer."""

from __future__ import annotations

import base64
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, create_app
from app.cards import service as cards
from app.cards import visits
from app.cards.visits import VisitFacts
from app.config import SECRET_NAMES, Config
from app.demo import building
from app.issuance import aftermath
from app.issuance import service as issuance
from app.issuance.queries import OrderView, find_order
from app.issuance.worker import Worker
from app.municipalities import decisions, queries, union
from app.municipalities import service as members
from app.municipalities.models import Terminal
from app.municipalities.partitions import partitions
from app.protocol.canonical import from_base64url, to_base64url
from app.protocol.messages import (
    CardFailure,
    Evidence,
    GrantRequest,
    Hello,
    Report,
    ReportEvent,
    Statement,
    Ticket,
    challenge,
)
from app.protocol.signatures import Signer, open_sealed
from tests.journey.forms import Form, read_forms

BUILT = datetime(2026, 11, 20, 9, 0, tzinfo=clock.JST)
TODAY = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JST)  # a Tuesday in office hours
RECORD, SEAL = "resident_record", "seal_registration"
WELL = {"printer": "ready", "sheets_left": 250, "change_left": 9000, "tenders": "cash", "prints_receipts": True}


def make_config(home: Path) -> Config:
    environ = {
        f"KOIKI_SECRET_{n.upper()}": base64.b64encode(bytes([i + 1]) * 32).decode() for i, n in enumerate(SECRET_NAMES)
    }
    return Config(home, f"sqlite:///{home / 'union.db'}", demo=True, environ=environ)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's union, small, made once."""
    home = tmp_path_factory.mktemp("demo") / "home"
    home.mkdir()
    app = create_app(make_config(home))
    with clock.frozen(BUILT), app.app_context():
        union.upgrade()
        building.build(make_config(home), 1, building.LEAST_RESIDENTS, 0, lambda _line: None)
    partitions.dispose()
    return home


@pytest.fixture(scope="session")
def worker() -> Worker:
    return Worker()


@pytest.fixture
def app(demo_home: Path, tmp_path: Path) -> Iterator[Flask]:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    app = create_app(make_config(home))
    app.config["KOIKI_TEST_HOME"] = home
    yield app
    partitions.dispose()


@pytest.fixture
def now() -> Iterator[datetime]:
    with clock.frozen(TODAY):
        yield TODAY


@contextmanager
def later(seconds: float) -> Iterator[None]:
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        yield


def in_app(method: Callable[..., Any]) -> Callable[..., Any]:
    """Run with the app's context; a request must never find one from outside, or requests would share their `g`."""

    @wraps(method)
    def run(self: Stand, *args: Any, **values: Any) -> Any:
        with self.app.app_context():
            return method(self, *args, **values)

    return run


@dataclass
class Stand:
    """A browser at a terminal, and the agent's hands there."""

    app: Flask
    terminal_id: str
    worker: Worker
    client: FlaskClient = field(init=False)
    page: TestResponse = field(init=False)
    nonce: str = ""
    devices: dict[str, Any] = field(default_factory=lambda: dict(WELL))
    heard_at: datetime | None = None

    @in_app
    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.terminal = queries.get_terminal(self.terminal_id)
        seed = (self.app.config["KOIKI_TEST_HOME"] / "agents" / self.terminal_id / "device.key").read_text()
        self.signer = Signer(base64.b64decode(seed + "=" * (-len(seed) % 4)))

    @property
    def home(self) -> Path:
        return Path(self.app.config["KOIKI_TEST_HOME"])

    # --- the browser

    def hello(self, **changes: str | int) -> str:
        given = {"terminal_id": self.terminal_id, "nonce": to_base64url(b"n" * 32), "at": int(clock.now().timestamp())}
        return self.signer.seal(Hello(**{**given, **changes}))  # type: ignore[arg-type]

    def enter(self) -> TestResponse:
        return self.get(f"/kiosk/enter?hello={self.hello()}")

    @in_app
    def call(self, **devices: Any) -> None:
        """The agent's call, as it comes several times a second; `devices` is what has changed at them."""
        if devices or self.heard_at != clock.now():
            self.devices |= devices
            members.note_seen(self.terminal_id, json.dumps(self.devices))
            self.heard_at = clock.now()

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET, following our own redirects as a browser does."""
        self.call()
        self.page = self.client.get(path, headers=headers, follow_redirects=True)
        return self.page

    def form(self, action: str, button: str | None = None) -> Form:
        """The form with this action that has this button."""
        forms = [form for form in read_forms(self.page.text) if action in form.action]
        having = [form for form in forms if button is None or any(value == button for _, value, _ in form.buttons)]
        found = next(iter(having), None)
        assert found is not None, f"no form {action} on {self.page.request.path} ({self.page.status_code})"
        return found

    def submit(self, action: str, button: str | None = None, follow: bool = True, **changes: str) -> TestResponse:
        self.call()
        form = self.form(action, button)
        data = form.data(button, **changes)
        send = self.client.get if form.method == "get" else self.client.post
        how = {"query_string": data} if form.method == "get" else {"data": data}
        self.page = send(form.action, follow_redirects=follow, **how)  # type: ignore[arg-type]
        return self.page

    @property
    def path(self) -> str:
        return self.page.request.path

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page.text, re.S)
        return found[1].strip() if found else ""

    # --- the agent

    def begin(self) -> Ticket:
        """Press 「はじめる」; the ticket that the browser takes to the agent."""
        self.enter()
        answer = self.submit("/kiosk/start", follow=False)
        assert answer.status_code == 303, answer.text
        assert answer.location.startswith(self.terminal.agent_url)
        envelope = parse_qs(urlsplit(answer.location).query)["ticket"][0]
        ticket = open_sealed(envelope, Ticket, Signer(self.app.config["KOIKI"].secrets.ticket).public_key)
        self.nonce = ticket.nonce
        return ticket

    @in_app
    def show_card(self, card: str, pin: str = "1234") -> None:
        """What the agent tells the portal about this card. :raises CardRefusedError: as the portal decides."""
        held = json.loads(next((self.home / "tray" / "cards").glob(f"*{card}.json")).read_text())
        cards.sign_in(self._statement(held, pin), self.terminal)

    def _statement(self, held: dict, pin: str) -> Statement:
        common = {
            "statement_id": str(uuid.uuid4()),
            "terminal_id": self.terminal_id,
            "ticket_nonce": self.nonce,
            "card_kind": held["kind"],
            "failure": CardFailure.NONE,
            "certificate": "",
            "signature": "",
            "card_id": "",
            "pin": "",
            "at": int(clock.now().timestamp()),
        }
        if "chip" not in held:
            return Statement(**{**common, "evidence": Evidence.SERVER_PIN, "card_id": held["card_id"], "pin": pin})
        key = load_pem_private_key(held["chip"]["private_key"].encode(), None)
        text = challenge(self.app.config["KOIKI"].portal_url, self.terminal_id, from_base64url(self.nonce))
        signature = to_base64url(key.sign(text, padding.PKCS1v15(), hashes.SHA256()))  # type: ignore[union-attr,call-arg]
        proof = {"certificate": held["chip"]["certificate"], "signature": signature}
        return Statement(**{**common, "evidence": Evidence.JPKI, **proof})

    def come_back(self) -> TestResponse:
        return self.get(f"/kiosk/arrived?ticket={self.nonce}")

    def sign_in(self, card: str, pin: str = "1234") -> TestResponse:
        ticket = self.begin()
        self.visit_id = ticket.visit_id
        self.show_card(card, pin)
        self.town = self.visit().home
        return self.come_back()

    @in_app
    def visit(self) -> VisitFacts:
        return visits.find_visit(self.visit_id)

    @in_app
    def order(self) -> OrderView | None:
        with partitions.open(self.town) as p:
            return find_order(p, self.visit_id)

    @in_app
    def live_visit(self) -> VisitFacts | None:
        return visits.live_visit_of(self.terminal_id)

    @in_app
    def stop(self) -> None:
        """As a mismatch would: out of service until a person has looked."""
        members.stop_terminal("test", self.terminal_id, "mismatch")

    @in_app
    def close_union(self, until: datetime) -> None:
        decisions.add_closure("test", clock.now(), until)

    @in_app
    def change_key(self, public_key: bytes) -> None:
        with union.union_write() as session:
            session.get_one(Terminal, self.terminal_id).public_key = public_key

    @in_app
    def render(self) -> None:
        self.worker.turn([self.town])

    @in_app
    def report(self, event: ReportEvent, yen: int = 0, attempt_id: str = "", yen_owed: int = 0) -> None:
        order = self.order()
        report = Report(
            terminal_id=self.terminal_id,
            report_id=str(uuid.uuid4()),
            event=event,
            visit_id=self.visit_id,
            payment_key=order.payment_key if order else "",
            attempt_id=attempt_id,
            yen=yen,
            details="{}",
            at=int(clock.now().timestamp()),
            yen_owed=yen_owed,
        )
        with partitions.open(self.town, write=True) as p:
            issuance.record_report(p, f"terminal:{self.terminal_id}", report)
        aftermath.follow_up(self.town, "test", self.visit_id)

    @in_app
    def grant_next(self) -> str:
        with partitions.open(self.town, write=True) as p:
            attempt_id = issuance.next_work(p, self.terminal_id, self.visit_id).attempt_id
            wish = GrantRequest(self.terminal_id, attempt_id, str(uuid.uuid4()), int(clock.now().timestamp()))
            issuance.grant(p, f"terminal:{self.terminal_id}", wish, self.visit_id)
        return attempt_id

    def pay(self, yen: int) -> None:
        self.report(ReportEvent.INSERTED, yen)
        self.report(ReportEvent.HELD, yen)

    def print_all(self) -> list[str]:
        printed = []
        for _copy in self.order().copies:  # type: ignore[union-attr]
            attempt_id = self.grant_next()
            self.report(ReportEvent.PRINTING, attempt_id=attempt_id)
            self.report(ReportEvent.PRINTED, attempt_id=attempt_id)
            printed.append(attempt_id)
        return printed


@pytest.fixture
def stand(app: Flask, worker: Worker, now: datetime) -> Stand:
    """At the kiosk of 花野町 (town 5)."""
    return Stand(app, "hanano-1", worker)


@pytest.fixture
def other_stand(app: Flask, worker: Worker, now: datetime) -> Stand:
    return Stand(app, "suzune-1", worker)
