"""The words of a choice: exactly what was written is read, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kiosk import basket
from app.kiosk.basket import BasketError, HouseholdMovedError, Item, Scope

MARK = "0123456789abcdef"
KINDS = st.sampled_from(["resident_record", "seal_registration"])
OPTIONS = st.frozensets(st.sampled_from(["domicile", "head_relationship", "individual_number"]))
SOME = st.sets(st.integers(1, 30), min_size=1, max_size=30).map(lambda numbers: tuple(sorted(numbers)))


@given(KINDS, OPTIONS, st.integers(1, basket.MAX_COPIES), st.sampled_from([Scope.ALL, Scope.SELF]))
def test_what_is_written_is_read(kind: str, options: frozenset[str], copies: int, scope: Scope) -> None:
    item = Item(kind, scope, (), options, copies)
    assert basket.parse(str(item)) == item


@given(KINDS, SOME, OPTIONS)
def test_chosen_members_survive_the_way(kind: str, positions: tuple[int, ...], options: frozenset[str]) -> None:
    item = Item(kind, Scope.SOME, positions, options, 1, MARK)
    assert basket.parse(str(item)) == item


@pytest.mark.parametrize(
    "words",
    [
        "",
        "resident_record",
        "resident_record~all~~~0~",
        "resident_record~all~~~6~",
        "resident_record~all~1~~1~" + MARK,
        "resident_record~some~~~1~",
        "resident_record~some~1~~1~",
        "resident_record~everybody~~~1~",
        "resident_record~all~~domicile;~1~",
        "住民票~all~~~1~",
        "resident_record~all~~~1~ ",
        "resident_record~all~~~1~\n",
        "resident_record~some~1~~1~" + "g" * 16,
        "x" * 100_000,
    ],
)
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(BasketError):
        basket.parse(words)


def test_a_basket_has_an_end() -> None:
    with pytest.raises(BasketError):
        basket.parse_all([str(Item("resident_record"))] * (basket.MAX_ITEMS + 1))


def test_members_are_picked_from_the_household_that_was_shown() -> None:
    secret = b"s" * 32
    shown = basket.mark_people(secret, "visit", ["1", "2", "3"])
    item = Item("resident_record", Scope.SOME, (1, 3), people=shown)
    assert basket.pick(item, ["1", "2", "3"], shown) == ("1", "3")


@pytest.mark.parametrize("moved", [["2", "1", "3"], ["1", "2"], ["1", "2", "4"], ["1", "2", "3", "4"]])
def test_a_household_that_moved_meanwhile_is_never_guessed(moved: list[str]) -> None:
    secret = b"s" * 32
    item = Item("resident_record", Scope.SOME, (1, 3), people=basket.mark_people(secret, "visit", ["1", "2", "3"]))
    with pytest.raises(HouseholdMovedError):
        basket.pick(item, moved, basket.mark_people(secret, "visit", moved))


def test_the_mark_of_a_household_is_of_one_visit_alone() -> None:
    secret = b"s" * 32
    assert basket.mark_people(secret, "a", ["1"]) != basket.mark_people(secret, "b", ["1"])
    assert basket.mark_people(secret, "a", ["1", "2"]) != basket.mark_people(secret, "a", ["12"])
