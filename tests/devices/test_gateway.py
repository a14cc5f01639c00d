"""E-money and QR over HTTP: a real server, and a doorman in between who loses answers and tells lies."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from app.protocol.messages import Tender
from app.protocol.money import (
    MoneyRejectedError,
    PaymentBusyError,
    PaymentContradictionError,
    PaymentNotSentError,
    PaymentSilentError,
    PaymentState,
    Step,
)
from app.terminal.gateway import GatewayDevice, GatewayLink
from app.terminal.settings import Place
from tests.devices.workshop import TERMINAL, Workshop


@dataclass
class Doorman:
    """Passes requests on. `loses`: that many answers of these methods; `lies`: what an answer is changed to."""

    target: str
    loses: int = 0
    methods: tuple[str, ...] = ("PUT", "POST")
    lies: Callable[[int, dict], tuple[int, dict | bytes]] | None = None
    heard: list[str] = field(default_factory=list)
    url: str = ""
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))


def _handler(doorman: Doorman) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            doorman.heard.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
            answer = doorman.client.request(self.command, doorman.target + self.path, content=body, headers=headers)
            if doorman.loses and self.command in doorman.methods:
                doorman.loses -= 1
                self.close_connection = True
                return  # it was done, and nobody hears of it
            status, content = answer.status_code, answer.content
            if doorman.lies:
                status, told = doorman.lies(status, json.loads(content))
                content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = pass_on  # noqa: N815 -- names of the standard library

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler


@pytest.fixture
def doorman(workshop: Workshop) -> Iterator[Doorman]:
    made = Doorman(workshop.url)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
    made.client.close()


def test_emoney_is_taken_at_the_touch(workshop) -> None:
    emoney = workshop.gateway(Tender.EMONEY)
    assert not emoney.capabilities.can_hold
    assert emoney.capabilities.needs_card_for_refund
    emoney.begin("pay-1", 300)
    emoney.begin("pay-1", 300)
    assert (emoney.query("pay-1"), emoney.events("pay-1")) == (PaymentState(Step.COLLECTING, 300), [])
    assert emoney.status().open_key == "pay-1"
    workshop.hands.do("touch", tender="emoney")
    assert [(event.kind, event.yen) for event in emoney.events("pay-1")] == [("held", 300)]
    assert emoney.events("pay-1", 1) == []
    assert workshop.moved("taken") == [300]
    for _ in range(2):
        assert emoney.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 300, 300, 300, 0)
    assert (emoney.taken(), workshop.gateway(Tender.QR).taken()) == (300, 0)
    with pytest.raises(MoneyRejectedError):
        workshop.hands.do("touch", tender="emoney")
    assert workshop.moved("taken") == [300]


def test_emoney_that_was_taken_is_owed_and_not_given_back(workshop) -> None:
    emoney = workshop.gateway(Tender.EMONEY)
    for key, give, expected in (
        ("pay-1", lambda: emoney.commit("pay-1", 200), PaymentState(Step.COMMITTED, 300, 300, 200, 100)),
        ("pay-2", lambda: emoney.release("pay-2"), PaymentState(Step.RELEASED, 300, 300, 0, 300)),
    ):
        emoney.begin(key, 300)
        workshop.hands.do("touch", tender="emoney")
        assert give() == give() == expected
    assert emoney.taken() == 600
    assert workshop.moved("refunded", "pay-1") == workshop.moved("refunded", "pay-2") == []


def test_emoney_that_nobody_touched_is_let_go(workshop) -> None:
    emoney = workshop.gateway(Tender.EMONEY)
    emoney.begin("pay-1", 300)
    for _ in range(2):
        assert emoney.release("pay-1") == PaymentState(Step.RELEASED, 300)
    with pytest.raises(MoneyRejectedError):
        workshop.hands.do("touch", tender="emoney")
    assert emoney.commit("pay-1", 300).step is Step.RELEASED
    assert emoney.taken() == 0


def test_a_touch_that_comes_before_the_void_is_owed(workshop, monkeypatch) -> None:
    emoney = workshop.gateway(Tender.EMONEY)
    emoney.begin("pay-1", 300)
    real = emoney._ask

    def touch_first(method, path, body=None):
        if path.endswith("/void"):
            workshop.hands.do("touch", tender="emoney")
        return real(method, path, body)

    monkeypatch.setattr(emoney, "_ask", touch_first)
    assert emoney.release("pay-1") == PaymentState(Step.RELEASED, 300, 300, 0, 300)


def test_qr_is_authorised_and_captured_in_part(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    assert qr.query("pay-1") == PaymentState(Step.HELD, 600, 600)
    assert workshop.moved("taken") == []
    for _ in range(2):
        assert qr.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 600, 600, 300, 0)
    assert (workshop.moved("taken"), workshop.moved("refunded"), qr.taken()) == ([300], [], 300)


def test_qr_is_voided(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    for _ in range(2):
        assert qr.release("pay-1").step is Step.RELEASED
    assert (workshop.moved("voided"), workshop.moved("taken"), qr.taken()) == ([600], [], 0)


def test_where_part_cannot_be_captured_the_rest_is_refunded(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    workshop.hands.do("fault", tender="qr", kind="whole_only")
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    for _ in range(2):
        assert qr.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 600, 600, 300, 0)
    assert (workshop.moved("taken"), workshop.moved("refunded"), qr.taken()) == ([600], [300], 300)


def test_a_refused_refund_is_owed(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    for kind in ("whole_only", "no_refund"):
        workshop.hands.do("fault", tender="qr", kind=kind)
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    for _ in range(2):
        assert qr.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 600, 600, 300, 300)
    assert (workshop.moved("refunded"), qr.taken()) == ([], 600)


def test_what_was_captured_is_refunded_when_it_is_released(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    assert qr.commit("pay-1", 600).yen_kept == 600
    assert qr.release("pay-1") == PaymentState(Step.RELEASED, 600, 600, 0, 0)
    assert qr.query("pay-1").step is Step.RELEASED
    assert (workshop.moved("refunded"), qr.taken()) == ([600], 0)


def test_a_card_that_is_refused_changes_nothing(workshop) -> None:
    emoney = workshop.gateway(Tender.EMONEY)
    emoney.begin("pay-1", 300)
    workshop.hands.do("fault", tender="emoney", kind="refuse")
    with pytest.raises(MoneyRejectedError, match="refused"):
        workshop.hands.do("touch", tender="emoney")
    assert emoney.query("pay-1").step is Step.COLLECTING
    workshop.hands.do("fault", tender="emoney", kind="")
    workshop.hands.do("touch", tender="emoney")
    assert workshop.moved("taken") == [300]


# --- lost and unreachable


@pytest.mark.parametrize("loses", [1, 2])
@pytest.mark.parametrize("faults", [(), ("whole_only",)])
def test_lost_answers_do_nothing_twice(workshop, doorman, loses, faults) -> None:
    qr = workshop.gateway(Tender.QR, doorman.url)
    for kind in faults:
        workshop.hands.do("fault", tender="qr", kind=kind)

    def until_heard(act):
        doorman.loses = loses
        for _ in range(4):
            try:
                return act()
            except PaymentSilentError:
                continue
        raise AssertionError("never heard")

    until_heard(lambda: qr.begin("pay-1", 600))
    workshop.hands.do("touch", tender="qr")
    assert until_heard(lambda: qr.commit("pay-1", 300)).yen_kept == 300
    until_heard(lambda: qr.begin("pay-2", 300))
    assert until_heard(lambda: qr.release("pay-2")).step is Step.RELEASED
    assert workshop.moved("taken") == ([600] if faults else [300])
    assert workshop.moved("refunded") == ([300] if faults else [])
    assert (workshop.moved("voided", "pay-2"), qr.taken()) == ([300], 300)


def test_a_gateway_that_is_down_is_silent(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    qr.begin("pay-1", 300)
    workshop.hands.do("fault", tender="qr", kind="down")
    for ask in (lambda: qr.release("pay-1"), lambda: qr.query("pay-1"), qr.status, qr.taken):
        with pytest.raises(PaymentSilentError):
            ask()
    workshop.hands.do("fault", tender="qr", kind="")
    assert qr.release("pay-1").step is Step.RELEASED


def test_nobody_there_is_nothing_sent(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    workshop.close()
    with pytest.raises(PaymentNotSentError):
        qr.begin("pay-1", 300)


def test_a_gateway_that_is_away_is_away_for_both_tenders_and_asked_seldom(workshop, monkeypatch) -> None:
    monkeypatch.setattr("app.terminal.gateway.REST_SECONDS", 60.0)
    link = GatewayLink(Place(workshop.devices / "token"))
    emoney, qr = (GatewayDevice(link, TERMINAL, tender) for tender in (Tender.EMONEY, Tender.QR))
    url = (workshop.devices / "url").read_text()
    (workshop.devices / "url").write_text("http://127.0.0.1:1\n")
    with pytest.raises(PaymentNotSentError, match="gateway"):
        qr.status()
    (workshop.devices / "url").write_text(url)
    with pytest.raises(PaymentNotSentError, match="rests"):
        emoney.begin("pay-1", 300)
    assert workshop.gateway_rows("SELECT * FROM payment") == []


def test_a_wrong_secret_is_nothing_done(workshop) -> None:
    (workshop.devices / "token").write_text("wrong\n")
    with pytest.raises(PaymentNotSentError):
        workshop.gateway(Tender.QR).begin("pay-1", 300)
    assert workshop.gateway_rows("SELECT * FROM payment") == []


# --- what cannot be


def test_bad_orders_to_the_gateway(workshop) -> None:
    qr = workshop.gateway(Tender.QR)
    assert qr.query("never").step is Step.NONE
    assert qr.commit("never", 100).step is Step.NONE
    assert qr.release("never").step is Step.NONE
    qr.begin("pay-1", 300)
    with pytest.raises(PaymentContradictionError, match="key_reused"):
        qr.begin("pay-1", 600)
    with pytest.raises(PaymentContradictionError, match="key_reused"):
        workshop.gateway(Tender.EMONEY).begin("pay-1", 300)
    with pytest.raises(PaymentBusyError):
        qr.begin("pay-2", 300)
    with pytest.raises(PaymentContradictionError, match="more than came in"):
        qr.commit("pay-1", 300)
    workshop.hands.do("touch", tender="qr")
    with pytest.raises(PaymentContradictionError, match="more than came in"):
        qr.commit("pay-1", 301)
    assert workshop.moved("taken") == []
    for yen in (0, -1, 100_000_000):
        with pytest.raises(PaymentContradictionError, match="bad_payment"):
            qr.begin("pay-3", yen)


@pytest.mark.parametrize(
    "lie",
    [
        {"currency": "USD"}, {"yen": 3000}, {"yen": "300"}, {"payment_key": "pay-2"}, {"terminal": "kiosk-02"},
        {"tender": "emoney"}, {"state": "paid"}, {"yen_taken": 301}, {"yen_refunded": 1}, {"yen_taken": None},
    ],
)  # fmt: skip
def test_an_answer_about_something_else_is_not_believed(workshop, doorman, lie) -> None:
    doorman.lies = lambda status, body: (status, body | lie)
    with pytest.raises(PaymentContradictionError):
        workshop.gateway(Tender.QR, doorman.url).begin("pay-1", 300)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b""), (200, b"[]"), (200, b"<html>"), (302, b"{}"), (404, b"not here"), (409, b'{"error": "strange"}'),
        (418, b"{}"), (201, b"{}"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_not_believed(workshop, doorman, status, content) -> None:
    qr = workshop.gateway(Tender.QR, doorman.url)
    qr.begin("pay-1", 300)
    workshop.hands.do("touch", tender="qr")
    doorman.lies = lambda _status, _body: (status, content)
    for ask in (lambda: qr.commit("pay-1", 300), qr.status, qr.taken):
        with pytest.raises(PaymentContradictionError):
            ask()
    assert workshop.moved("taken") == []


def test_a_capture_that_says_another_sum_is_not_believed(workshop, doorman) -> None:
    qr = workshop.gateway(Tender.QR, doorman.url)
    qr.begin("pay-1", 600)
    workshop.hands.do("touch", tender="qr")
    doorman.lies = lambda status, body: (status, body | ({"yen_taken": 200} if body["state"] == "taken" else {}))
    with pytest.raises(PaymentContradictionError, match="sum"):
        qr.commit("pay-1", 300)


# --- the door


def test_the_devices_refuse_what_they_do_not_understand(workshop) -> None:
    payments = "/v1/kiosk-01/qr/payments"
    bad = [
        ("GET", "/v1/kiosk-01/cash", None, 404), ("PUT", f"{payments}/x", {"yen": 300}, 400),
        ("PUT", f"{payments}/x", {"yen": "300", "currency": "JPY"}, 409), ("PUT", f"{payments}/x", [], 400),
        ("PUT", f"{payments}/x", {"yen": 300, "currency": "USD"}, 409), ("POST", f"{payments}/no/void", None, 404),
        ("POST", "/v1/kiosk-02/qr/payments/pay-1/void", None, 404), ("GET", "/hands/kiosk-09", None, 404),
        ("POST", f"{payments}/pay-1/capture", {"yen": True}, 409), ("POST", "/hands/kiosk-01/steal", {}, 400),
        ("POST", "/hands/kiosk-01/insert", {"yen": "x"}, 400), ("POST", "/hands/kiosk-01/insert", {"coins": 1}, 400),
        ("POST", "/hands/kiosk-01/fault", {"tender": "qr", "kind": "fire"}, 400),
    ]  # fmt: skip
    workshop.gateway(Tender.QR).begin("pay-1", 300)
    token = {"Authorization": f"Bearer {(workshop.devices / 'token').read_text().strip()}"}
    with httpx.Client(base_url=workshop.url, trust_env=False) as client:
        for method, path, body, status in bad:
            assert client.request(method, path, json=body, headers=token).status_code == status, path
            assert client.request(method, path, json=body).status_code == 401
    assert workshop.gateway_rows("SELECT payment_key, state FROM payment") == [("pay-1", "waiting")]


def test_the_secret_is_for_its_owner_alone(workshop) -> None:
    assert (workshop.devices / "token").stat().st_mode & 0o777 == 0o600
    assert workshop.hands.state()["qr"] == {"state": "none", "yen": 0, "faults": []}
    assert TERMINAL in workshop.home.name
