"""The desk's hands over HTTP, and without anybody at the other end."""

from __future__ import annotations

import pytest

from app.protocol.money import MoneyRejectedError


def test_hands_see_and_move(workshop) -> None:
    hands = workshop.hands
    workshop.cash().begin("pay-1", 300)
    hands.do("insert", yen=500)
    assert hands.state()["cash"] | {"store": {}} == {
        "state": "held", "yen": 300, "yen_inserted": 500, "returned": {}, "yen_returned": 0, "store": {}, "faults": [],
    }  # fmt: skip
    with pytest.raises(MoneyRejectedError, match="closed"):
        hands.do("insert", yen=100)
    with pytest.raises(ValueError, match="juggle"):
        hands.do("juggle")


def test_hands_without_devices_find_nothing(workshop) -> None:
    hands = workshop.hands
    workshop.close()
    assert hands.state()["cash"]["state"] == "none"
    assert {name for name, device in hands.state().items() if device["faults"]} == {"cash", "emoney", "qr"}
    with pytest.raises(MoneyRejectedError, match="closed"):
        hands.do("insert", yen=100)


def test_hands_before_the_first_start_find_nothing(stopped) -> None:
    assert stopped.hands.state()["qr"]["state"] == "none"
