"""The words of a choice: exactly what was written is read, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates.requests import Choice
from app.kiosk import basket
from app.kiosk.basket import NOTHING, BasketError, Item, Listed, ListMovedError, Scope, Selection, list_choices

MARK = "0123456789abcdef"
KINDS = st.sampled_from(["resident_record", "seal_registration", "tax_payment"])
OPTIONS = st.frozensets(st.sampled_from(["domicile", "head_relationship", "individual_number"]))
SOME = st.sets(st.integers(1, 30), min_size=1, max_size=30).map(lambda n: Selection(tuple(sorted(n)), MARK))
NONE_OR_SOME = st.one_of(st.just(NOTHING), SOME)
SECRET = b"s" * 32


def a_list(*keys: str, visit: str = "visit", name: str = "people") -> Listed:
    return list_choices(SECRET, visit, name, [Choice(key, f"label of {key}") for key in keys])


@given(
    KINDS,
    NONE_OR_SOME,
    OPTIONS,
    st.integers(1, basket.MAX_COPIES),
    st.sampled_from([Scope.USUAL, Scope.SELF, Scope.ALL]),
)
def test_what_is_written_is_read(
    kind: str, picks: Selection, options: frozenset[str], copies: int, scope: Scope
) -> None:
    item = Item(kind, scope, NOTHING, picks, options, copies)
    assert basket.parse(str(item)) == item


@given(KINDS, SOME, NONE_OR_SOME, OPTIONS)
def test_chosen_members_survive_the_way(
    kind: str, people: Selection, picks: Selection, options: frozenset[str]
) -> None:
    item = Item(kind, Scope.SOME, people, picks, options, 1)
    assert basket.parse(str(item)) == item


@pytest.mark.parametrize(
    "words",
    [
        "",
        "resident_record",
        "resident_record~all~~~~0",
        "resident_record~all~~~~6",
        f"resident_record~all~1.{MARK}~~~1",
        "resident_record~some~~~~1",
        "resident_record~some~1~~~1",
        f"resident_record~some~0.{MARK}~~~1",
        f"resident_record~some~-1.{MARK}~~~1",
        f"tax_payment~usual~~0.{MARK}~~1",
        "tax_payment~usual~~2026-resident~~1",
        "resident_record~everybody~~~~1",
        "resident_record~all~~~domicile;~1",
        "住民票~all~~~~1",
        "resident_record~all~~~~1 ",
        "resident_record~all~~~~1\n",
        "resident_record~some~1." + "g" * 16 + "~~~1",
        "x" * 100_000,
    ],
)
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(BasketError):
        basket.parse(words)


def test_a_basket_has_an_end() -> None:
    with pytest.raises(BasketError):
        basket.parse_all([str(Item("resident_record"))] * (basket.MAX_ITEMS + 1))


def test_things_are_read_from_the_list_that_was_shown() -> None:
    shown = a_list("a", "b", "c")
    assert [choice.key for choice in shown.read(shown.select([3, 1, 1]))] == ["a", "c"]
    assert shown.read(NOTHING) == ()
    assert shown.select([]) == NOTHING


@pytest.mark.parametrize("moved", [["b", "a", "c"], ["a", "b"], ["a", "b", "d"], ["a", "b", "c", "d"], []])
def test_a_list_that_moved_meanwhile_is_never_guessed(moved: list[str]) -> None:
    chosen = a_list("a", "b", "c").select([1, 3])
    with pytest.raises(ListMovedError):
        a_list(*moved).read(chosen)


def test_a_position_behind_the_end_is_nobody() -> None:
    shown = a_list("a", "b")
    with pytest.raises(ListMovedError):
        shown.read(Selection((3,), shown.mark))


def test_a_mark_is_of_one_visit_and_one_list_alone() -> None:
    mark = a_list("a").mark
    assert mark != a_list("a", visit="another").mark
    assert mark != a_list("a", name="years").mark
    assert a_list("a", "b").mark != a_list("ab").mark


def test_words_hold_neither_keys_nor_labels() -> None:
    shown = a_list("1000123", "2026-resident")
    words = str(Item("tax_payment", Scope.SOME, shown.select([1]), shown.select([2])))
    assert "1000123" not in words
    assert "2026" not in words
    assert "label" not in words
