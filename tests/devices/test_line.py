"""The cash machine through its line: a real pseudo-terminal, another process, a cable that does damage."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from app.devices.bench import Bench
from app.devices.gateway import Gateway
from app.protocol.frames import Frame
from app.protocol.money import (
    MoneyRejectedError,
    PaymentBusyError,
    PaymentContradictionError,
    PaymentNotSentError,
    PaymentSilentError,
    PaymentState,
    Step,
)
from tests.devices.cable import Cable, Mischief
from tests.devices.workshop import MACHINE, TERMINAL, Workshop


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    """In this process, but at a line all the same."""
    gateway = Gateway(tmp_path / "gateway.db")
    made = Bench(TERMINAL, tmp_path, gateway)
    yield made
    made.close()
    gateway.close()


@pytest.fixture
def cabled(bench, tmp_path) -> Iterator[Callable[..., Cable]]:
    made: list[Cable] = []

    def lay(mischief: Mischief, *, echoes: bool = False) -> Cable:
        made.append(Cable(tmp_path / "cash.line", tmp_path / "cable", mischief, echoes=echoes))
        return made[-1]

    yield lay
    for cable in made:
        cable.close()


@pytest.fixture
def shop(tmp_path) -> Iterator[Workshop]:
    """For its drivers alone."""
    made = Workshop(tmp_path)
    yield made
    made.close()


def whole(data: bytes, _way: str) -> bytes:
    return data


class Sometimes:
    """Damages the first pieces of one way; then the cable is as good as new."""

    def __init__(self, damage: Callable[[bytes], bytes], way: str, times: int) -> None:
        self._damage, self._way, self._left = damage, way, times

    def __call__(self, data: bytes, way: str) -> bytes:
        if way != self._way or not self._left:
            return data
        self._left -= 1
        return self._damage(data)


DAMAGES = {
    "lost byte": lambda data: data[:9] + data[10:],
    "corrupted": lambda data: data[:-7] + bytes([data[-7] ^ 1]) + data[-6:],
    "lost altogether": lambda _data: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "noise before": lambda data: b"\x02\x02Q\xff\x00" + data,
    "twice": lambda data: data + data,
}


@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_frame_is_sent_again_and_nothing_is_done_twice(bench, cabled, shop, way, damage) -> None:
    cabled(Sometimes(DAMAGES[damage], way, 1))
    cash = shop.cash(shop.folder / "cable")
    cash.begin("pay-1", 300)
    bench.machine.insert(1000)
    assert cash.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 300, 1000, 300, 0)
    assert bench.machine.returned() == {500: 1, 100: 2}
    assert cash.taken() == 300


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_order_to_pay_out_is_carried_out_once(bench, cabled, shop, damage) -> None:
    bench.machine.begin("pay-1", 300)
    bench.machine.insert(500)
    cabled(Sometimes(DAMAGES[damage], "back", 2))
    cash = shop.cash(shop.folder / "cable")
    assert cash.release("pay-1") == PaymentState(Step.RELEASED, 300, 500, 0, 0)
    assert bench.machine.returned() == {500: 1}


def test_a_line_that_echoes_is_no_answer(bench, cabled, shop) -> None:
    cabled(whole, echoes=True)
    cash = shop.cash(shop.folder / "cable")
    cash.begin("pay-1", 300)
    assert cash.query("pay-1").step is Step.COLLECTING


def test_late_answers_to_earlier_questions_are_passed_over(bench, cabled, shop) -> None:
    cable = cabled(whole)
    cash = shop.cash(shop.folder / "cable")
    cash.begin("pay-1", 300)
    cable.say(Frame(True, b"late", {"machine": MACHINE, "result": PaymentState(Step.COMMITTED).as_fields()}).encode())
    assert cash.query("pay-1").step is Step.COLLECTING


def test_a_line_full_of_noise_is_silence_and_then_as_before(bench, cabled, shop) -> None:
    dice = random.Random(3)
    cable = cabled(Sometimes(lambda data: dice.randbytes(len(data)), "back", 4))
    cash = shop.cash(shop.folder / "cable")
    with pytest.raises(PaymentSilentError):
        cash.begin("pay-1", 300)
    cable.say(dice.randbytes(200))
    cash.begin("pay-1", 300)
    assert bench.machine.open_key() == "pay-1"


def test_a_machine_without_power_is_silent_and_knows_everything_afterwards(workshop) -> None:
    cash, hands = workshop.cash(), workshop.hands
    cash.begin("pay-1", 300)
    hands.do("insert", yen=500)
    hands.do("fault", tender="cash", kind="no_power")
    for ask in (lambda: cash.commit("pay-1", 300), cash.status, cash.taken):
        with pytest.raises(PaymentSilentError):
            ask()
    with pytest.raises(MoneyRejectedError):
        hands.do("insert", yen=100)
    hands.do("fault", tender="cash", kind="")
    assert cash.query("pay-1") == PaymentState(Step.HELD, 300, 500)
    assert cash.commit("pay-1", 300).yen_kept == 300
    assert (workshop.session(), workshop.came_back()) == (("committed", 300, 0), 200)


def test_events_come_in_order_and_more_than_one_frame_holds(bench, shop) -> None:
    cash = shop.cash(shop.folder / "cash.line")
    cash.begin("pay-1", 1000)
    for _ in range(100):
        bench.machine.insert(10)
    found, seen = [], 0
    while events := cash.events("pay-1", seen):
        found += events
        seen = events[-1].sequence
    assert [event.yen for event in found] == list(range(10, 1010, 10))
    assert [event.kind for event in found] == ["inserted"] * 99 + ["held"]


def test_jam_and_short_change_over_the_line(workshop) -> None:
    cash, hands = workshop.cash(), workshop.hands
    cash.begin("pay-1", 500)
    hands.do("insert", yen=500)
    hands.do("fault", tender="cash", kind="no_change")
    assert cash.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 500, 500, 300, 200)
    hands.do("fault", tender="cash", kind="")
    cash.begin("pay-2", 300)
    hands.do("insert", yen=100)
    hands.do("fault", tender="cash", kind="jam")
    assert cash.status().faults == ("jam",)
    assert cash.release("pay-2") == PaymentState(Step.RELEASED, 300, 100, 0, 100)
    with pytest.raises(PaymentBusyError):
        cash.begin("pay-3", 300)
    assert cash.taken() == 300 + 200 + 100
    assert (workshop.session("pay-1"), workshop.session("pay-2")) == (("committed", 300, 200), ("released", 0, 100))


# --- what cannot be


def test_another_machine_on_the_line_is_not_spoken_to(bench, shop) -> None:
    bench.machine.begin("pay-1", 300)
    cash = shop.cash(shop.folder / "cash.line", machine="SIM-kiosk-02")
    for ask in (
        lambda: cash.begin("pay-2", 300), lambda: cash.query("pay-1"), lambda: cash.release("pay-1"), cash.status,
    ):  # fmt: skip
        with pytest.raises(PaymentContradictionError, match="another machine"):
            ask()
    assert bench.machine.query("pay-1").step is Step.COLLECTING
    assert bench.machine.query("pay-2").step is Step.NONE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "another machine"),
        ({"machine": "SIM-kiosk-02", "result": {}}, "another machine"),
        ({"machine": MACHINE}, "form"),
        ({"machine": MACHINE, "result": []}, "form"),
        ({"machine": MACHINE, "result": {"step": "committed"}}, "form"),
        ({"machine": MACHINE, "result": PaymentState(Step.HELD).as_fields() | {"step": "paid"}}, "form"),
        ({"machine": MACHINE, "result": PaymentState(Step.HELD).as_fields() | {"yen_in": "300"}}, "amount"),
        ({"machine": MACHINE, "result": PaymentState(Step.HELD).as_fields() | {"yen_in": -1}}, "amount"),
        ({"machine": MACHINE, "result": PaymentState(Step.COMMITTED, 300, 300, 300, 100).as_fields()}, "sum"),
        ({"machine": MACHINE, "error": "contradiction", "reason": "yen"}, "yen"),
    ],
)
def test_an_answer_that_cannot_be_is_not_believed(bench, shop, monkeypatch, answer, reason) -> None:
    monkeypatch.setattr(bench.line, "answer", lambda _question: answer)
    with pytest.raises(PaymentContradictionError, match=reason):
        shop.cash(shop.folder / "cash.line").query("pay-1")


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("events", [{"sequence": 1, "kind": "stolen", "yen": 1}]), ("events", [{}]), ("events", 7), ("taken", "300"),
        ("taken", -1), ("status", {}), ("status", {"faults": [], "open_key": "", "store": {"x": 1}}),
    ],
)  # fmt: skip
def test_nor_are_events_counts_and_states(bench, shop, monkeypatch, what, found) -> None:
    monkeypatch.setattr(bench.line, "answer", lambda _question: {"machine": MACHINE, "result": found})
    cash = shop.cash(shop.folder / "cash.line")
    ask = {"events": lambda: cash.events("pay-1"), "taken": cash.taken, "status": cash.status}[what]
    with pytest.raises(PaymentContradictionError):
        ask()


@pytest.mark.parametrize(
    "question",
    [
        {}, {"do": "open the safe"}, {"do": "begin", "key": "", "yen": 3}, {"do": "begin", "key": "x" * 101, "yen": 3},
        {"do": "begin", "key": "pay-1", "yen": -1}, {"do": "begin", "key": "pay-1", "yen": True},
        {"do": "begin", "key": "pay-1", "yen": 3.0}, {"do": "begin", "key": "pay-1"}, {"do": ["begin"]},
        {"do": "query", "key": "pay-1", "self": "me"}, {"do": "events", "key": "pay-1", "after": "0"},
    ],
)  # fmt: skip
def test_a_machine_refuses_what_it_does_not_understand(bench, question) -> None:
    answer = bench.line.answer({"to": MACHINE} | question)
    assert answer == {"machine": MACHINE, "error": "contradiction", "reason": "form"}
    assert bench.machine.open_key() is None


def test_bad_orders_over_the_line(bench, shop) -> None:
    cash = shop.cash(shop.folder / "cash.line")
    assert cash.query("never").step is Step.NONE
    assert cash.commit("never", 100).step is Step.NONE
    cash.begin("pay-1", 300)
    with pytest.raises(PaymentContradictionError, match="yen"):
        cash.begin("pay-1", 600)
    with pytest.raises(PaymentBusyError):
        cash.begin("pay-2", 300)
    bench.machine.insert(100)
    with pytest.raises(PaymentContradictionError, match="more than came in"):
        cash.commit("pay-1", 300)
    assert cash.release("pay-1").step is Step.RELEASED
    assert cash.commit("pay-1", 100).step is Step.RELEASED  # the first decision stands
    assert bench.machine.returned() == {100: 1}


# --- the line itself


def test_no_line_is_nothing_sent(shop) -> None:
    with pytest.raises(PaymentNotSentError):
        shop.cash(shop.folder / "nowhere").begin("pay-1", 300)


def test_one_agent_at_a_line(bench, shop) -> None:
    first, second = shop.cash(shop.folder / "cash.line"), shop.cash(shop.folder / "cash.line")
    first.begin("pay-1", 300)
    with pytest.raises(PaymentNotSentError):
        second.query("pay-1")
    first.close()
    assert second.query("pay-1").step is Step.COLLECTING


def test_after_a_silence_the_driver_rests(bench, shop, monkeypatch) -> None:
    monkeypatch.setattr("app.terminal.cash_line.REST_SECONDS", 60.0)
    cash = shop.cash(shop.folder / "cash.line")
    bench.line.is_powered = False
    with pytest.raises(PaymentSilentError) as silent:
        cash.begin("pay-1", 300)
    assert not isinstance(silent.value, PaymentNotSentError)
    bench.line.is_powered = True
    with pytest.raises(PaymentNotSentError):
        cash.begin("pay-1", 300)


def test_a_machine_that_was_plugged_in_again_has_another_line(bench, shop) -> None:
    cash = shop.cash(shop.folder / "cash.line")
    cash.begin("pay-1", 300)
    old = os.readlink(shop.folder / "cash.line")
    bench.line.close()
    other = os.openpty()  # somebody else gets the old name
    bench.line = type(bench.line)(bench.machine, MACHINE, shop.folder / "cash.line")
    assert os.readlink(shop.folder / "cash.line") != old
    with pytest.raises(PaymentSilentError):
        cash.query("pay-1")
    assert cash.query("pay-1").step is Step.COLLECTING
    for handle in other:
        os.close(handle)
