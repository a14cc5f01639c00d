"""The cash machine itself: every yen is somewhere, and everything asked twice is done once."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from app.devices.cash import DENOMINATIONS, CashMachine, find_change, worth
from app.protocol.money import MoneyRejectedError, PaymentBusyError, PaymentContradictionError, PaymentState, Step


@pytest.fixture
def cash(tmp_path: Path):
    device = CashMachine(tmp_path / "cash.db")
    yield device
    device.close()


def test_the_price_exactly(cash) -> None:
    before = worth(cash.counts())
    cash.begin("pay-1", 300)
    for _ in range(3):
        cash.insert(100)
    assert cash.query("pay-1").step == "held"
    assert cash.commit("pay-1", 300).step == "committed"
    assert cash.returned() == {}
    assert worth(cash.counts()) == before + 300


def test_too_much_gives_change(cash) -> None:
    before = worth(cash.counts())
    cash.begin("pay-1", 300)
    cash.insert(1000)
    assert cash.commit("pay-1", 300).yen_kept == 300
    assert cash.returned() == {500: 1, 100: 2}
    assert worth(cash.counts()) == before + 300
    assert cash.collect() == 700
    assert cash.returned() == {}


def test_only_what_came_out_is_kept(cash) -> None:
    cash.begin("pay-1", 600)
    cash.insert(500)
    cash.insert(100)
    assert cash.commit("pay-1", 300).yen_kept == 300
    assert worth(cash.returned()) == 300


def test_release_gives_the_very_coins_back(cash) -> None:
    before = cash.counts()
    cash.begin("pay-1", 300)
    cash.insert(100)
    cash.insert(50)
    assert cash.release("pay-1").step == "released"
    assert cash.returned() == {100: 1, 50: 1}
    assert cash.counts() == before


def test_everything_twice_is_once(cash, tmp_path) -> None:
    for _ in range(2):
        cash.begin("pay-1", 300)
    cash.insert(500)
    first = cash.commit("pay-1", 300)
    assert cash.commit("pay-1", 300) == first
    assert cash.commit("pay-1", 100) == first  # other words change nothing
    assert cash.taken() == 300
    assert cash.release("pay-1") == first
    assert cash.returned() == {100: 2}
    cash.begin("pay-1", 300)
    assert cash.open_key() is None
    reopened = CashMachine(tmp_path / "cash.db")
    assert reopened.query("pay-1") == first
    assert reopened.counts() == cash.counts()
    reopened.close()


def test_one_payment_at_a_time(cash) -> None:
    cash.begin("pay-1", 300)
    with pytest.raises(PaymentBusyError):
        cash.begin("pay-2", 300)
    cash.release("pay-1")
    cash.begin("pay-2", 300)


@pytest.mark.parametrize(("yen", "reason"), [(1, "unknown"), (2000, "unknown"), (-100, "unknown")])
def test_foreign_money_comes_back(cash, yen, reason) -> None:
    cash.begin("pay-1", 300)
    with pytest.raises(MoneyRejectedError, match=reason):
        cash.insert(yen)
    assert cash.query("pay-1").yen_in == 0


def test_closed_before_and_after(cash) -> None:
    with pytest.raises(MoneyRejectedError, match="closed"):
        cash.insert(100)
    cash.begin("pay-1", 100)
    cash.insert(100)
    with pytest.raises(MoneyRejectedError, match="closed"):
        cash.insert(100)


def test_a_bill_that_cannot_be_changed_comes_back(tmp_path) -> None:
    cash = CashMachine(tmp_path / "cash.db", {100: 1})
    cash.begin("pay-1", 300)
    with pytest.raises(MoneyRejectedError, match="no_change"):
        cash.insert(1000)
    assert (cash.query("pay-1").yen_in, cash.returned()) == (0, {})
    cash.insert(500 - 400)
    cash.close()


def test_change_that_runs_short_is_said_and_not_hidden(tmp_path) -> None:
    cash = CashMachine(tmp_path / "cash.db", {100: 1})
    cash.begin("pay-1", 500)
    cash.insert(500)
    result = cash.commit("pay-1", 300)  # fewer sheets than paid for: 200 back, but there is one 100 only
    assert (result.step, result.yen_kept, result.yen_owed, cash.returned()) == ("committed", 300, 100, {100: 1})
    assert cash.commit("pay-1", 300) == result
    assert cash.taken() == 400
    cash.close()


def test_more_than_there_is_cannot_be_kept(cash) -> None:
    cash.begin("pay-1", 500)
    cash.insert(100)
    with pytest.raises(PaymentContradictionError):
        cash.commit("pay-1", 500)
    assert (cash.query("pay-1").step, cash.returned()) == ("collecting", {})  # it lies there for a person
    cash.pull_lever()
    assert (cash.query("pay-1").step, cash.returned()) == ("released", {100: 1})


def test_a_key_is_for_one_amount(cash) -> None:
    cash.begin("pay-1", 300)
    with pytest.raises(PaymentContradictionError):
        cash.begin("pay-1", 600)
    assert cash.query("pay-1").yen == 300


@pytest.mark.parametrize(
    ("pieces_before", "out", "owed"), [(0, {}, 700), (1, {500: 1}, 200), (2, {500: 1, 100: 1}, 100)]
)
def test_what_a_jam_holds_back_is_owed(cash, pieces_before, out, owed) -> None:
    before = worth(cash.counts())
    cash.begin("pay-1", 300)
    cash.insert(1000)
    cash.jam(pieces_before)
    result = cash.commit("pay-1", 300)
    assert (result.step, result.yen_kept, result.yen_owed, cash.returned()) == ("committed", 300, owed, out)
    assert worth(cash.counts()) == before + 300 + owed == before + cash.taken()


def test_a_jammed_machine_takes_nothing_and_gives_nothing(cash) -> None:
    cash.begin("pay-1", 300)
    cash.insert(100)
    cash.jam()
    with pytest.raises(MoneyRejectedError, match="jam"):
        cash.insert(100)
    assert cash.release("pay-1") == PaymentState(Step.RELEASED, 300, 100, 0, 100)
    assert cash.status().faults == ("jam",)
    with pytest.raises(PaymentBusyError):
        cash.begin("pay-2", 300)
    cash.repair()
    cash.begin("pay-2", 300)
    assert (cash.status().faults, cash.status().open_key) == ((), "pay-2")


def test_staff_empty_and_fill_the_store(cash) -> None:
    full = cash.counts()
    cash.empty()
    assert worth(cash.counts()) == 0
    cash.fill()
    assert cash.counts() == full


def test_nothing_to_pay_is_held_at_once(cash) -> None:
    cash.begin("pay-1", 0)
    assert cash.query("pay-1").step == "held"
    assert cash.commit("pay-1", 0).step == "committed"


def test_unknown_keys(cash) -> None:
    assert cash.query("never").step == "none"
    assert cash.commit("never", 100).step == "none"
    assert cash.release("never").step == "none"


def test_change_is_found_whenever_there_is_one() -> None:
    """Against every combination of a small store: greatest first never misses one."""
    kinds = (10, 50, 100, 500)
    for store_pieces in product(range(3), repeat=4):
        store = dict(zip(kinds, store_pieces, strict=True))
        possible = {
            sum(d * n for d, n in zip(kinds, some, strict=True))
            for some in product(*(range(n + 1) for n in store_pieces))
        }
        for yen in range(0, 700, 10):
            change = find_change(yen, store)
            assert all(store[d] >= n for d, n in change.items())
            assert (worth(change) == yen) == (yen in possible)


def test_each_denomination_divides_the_next() -> None:
    assert all(bigger % smaller == 0 for smaller, bigger in zip(DENOMINATIONS, DENOMINATIONS[1:], strict=False))
