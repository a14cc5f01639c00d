"""The pure rules: tries, the state of a card, ages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.cards import jpki_ca, pin
from app.cards.usability import birthday, is_under_age, why_unusable
from app.cards.vocabularies import CardState
from app.protocol.messages import CardFailure

TODAY = date(2026, 11, 21)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.mark.parametrize("text", ["0000", "1234", "9999"])
def test_four_digits_are_a_pin(text: str) -> None:
    assert pin.is_well_formed(text)


@pytest.mark.parametrize("text", ["", "123", "12345", "12 4", "12a4", "１２３４", "1234\n", "٤٤٤٤", "-123"])
def test_anything_else_is_none(text: str) -> None:
    assert not pin.is_well_formed(text)


def test_three_attempts_and_then_no_more() -> None:
    left, seen = pin.MAX_TRIES, []
    while not pin.is_locked(left):
        left = pin.after_attempt(left)
        seen.append(left)
    assert seen == [2, 1, 0]
    assert pin.after_attempt(0) == 0


@given(st.lists(st.booleans(), max_size=30))
def test_never_three_wrong_pins_without_a_lock(outcomes: list[bool]) -> None:
    left, wrong_in_a_row = pin.MAX_TRIES, 0
    for is_right in outcomes:
        if pin.is_locked(left):
            assert wrong_in_a_row == 3
            return
        left = pin.after_attempt(left)
        left, wrong_in_a_row = (pin.after_right(), 0) if is_right else (left, wrong_in_a_row + 1)
        assert left == 3 - wrong_in_a_row


@pytest.mark.parametrize(
    ("state", "valid_until", "usable_from", "failure"),
    [
        (CardState.ACTIVE, None, None, CardFailure.NONE),
        (CardState.ACTIVE, TODAY, TODAY, CardFailure.NONE),
        (CardState.ACTIVE, YESTERDAY, None, CardFailure.EXPIRED),
        (CardState.ACTIVE, TOMORROW, TOMORROW, CardFailure.USABLE_TOMORROW),
        (CardState.LOST, None, None, CardFailure.STOPPED),
        (CardState.SUSPENDED, None, None, CardFailure.STOPPED),
        (CardState.RETURNED, YESTERDAY, TOMORROW, CardFailure.STOPPED),
        (CardState.CONTINUED_USE_PENDING, None, None, CardFailure.CONTINUED_USE_PENDING),
    ],
)
def test_the_first_reason_against_a_card(
    state: CardState, valid_until: date | None, usable_from: date | None, failure: CardFailure
) -> None:
    assert why_unusable(state, valid_until, usable_from, TODAY) is failure


@pytest.mark.parametrize(
    ("birth", "today", "under"),
    [
        (date(2011, 11, 22), TODAY, True),
        (date(2011, 11, 21), TODAY, False),
        (date(2012, 2, 29), date(2027, 2, 28), True),
        (date(2012, 2, 29), date(2027, 3, 1), False),
        (None, TODAY, False),
    ],
)
def test_fifteen_is_reached_on_the_birthday(birth: date | None, today: date, under: bool) -> None:
    assert is_under_age(birth, today) is under


@given(st.dates(date(1900, 1, 1), date(2026, 11, 21)), st.integers(1900, 2100))
def test_everybody_has_one_birthday_a_year(birth: date, year: int) -> None:
    assert birthday(birth, year).year == year


@pytest.mark.parametrize(
    ("birth", "issued", "last_day"),
    [
        (date(1980, 11, 22), date(2026, 11, 21), date(2030, 11, 22)),
        (date(1980, 11, 21), date(2026, 11, 21), date(2031, 11, 21)),
        (date(1980, 11, 20), date(2026, 11, 21), date(2031, 11, 20)),
        (date(1980, 2, 29), date(2026, 11, 21), date(2031, 3, 1)),
    ],
)
def test_a_certificate_lives_until_the_fifth_birthday(birth: date, issued: date, last_day: date) -> None:
    issued_at = datetime.combine(issued, datetime.min.time(), clock.JST)
    assert jpki_ca.expiry(birth, issued_at) == datetime.combine(last_day, datetime.max.time(), clock.JST).replace(
        microsecond=0
    )
