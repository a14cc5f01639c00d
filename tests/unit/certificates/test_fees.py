"""Integer yen by kind, channel and things counted, from the town's own ordinance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates.errors import NotOfferedError
from app.certificates.fees import price
from app.certificates.requests import COUNTER, KIOSK, Exemption
from app.municipalities.ordinances import Fee
from tests.unit.certificates.people import ordinance


@pytest.mark.parametrize(
    ("kind", "channel", "yen"),
    [
        ("resident_record", "kiosk", 200),
        ("resident_record", "counter", 300),
        ("seal_registration", "kiosk", 250),
    ],
)
def test_price(kind, channel, yen):
    assert price(kind, ordinance().fee(kind, channel), (1,), channel) == yen


def test_no_fee_in_the_ordinance_is_no_offer():
    with pytest.raises(NotOfferedError):
        price("resident_record", ordinance().fee("resident_record", "post"), (1,), "post")


def test_an_exemption_needs_no_fee_but_an_offer():
    with pytest.raises(NotOfferedError):
        price("resident_record", None, (1,), COUNTER, Exemption.OFFICIAL_USE)


@pytest.mark.parametrize(
    ("fee", "counted", "yen"),
    [
        (Fee(300), (30,), 300),  # of the copy, whatever is on it
        (Fee(300, 5), (1,), 300),
        (Fee(300, 5), (5,), 300),
        (Fee(300, 5), (6,), 600),
        (Fee(300, 5), (5, 5), 600),  # land and houses apart
        (Fee(300, 5), (1, 1), 600),
        (Fee(300, 5), (6, 1), 900),
        (Fee(300, 5, is_together=True), (1, 1), 300),  # or in one count, where the town says so
        (Fee(300, 5, is_together=True), (5, 1), 600),
        (Fee(300, 5, is_together=True), (6, 4), 600),
        (Fee(300, 5, is_together=True), (), 300),
        (Fee(300, 5), (0, 6), 600),  # nothing of one of the two costs nothing
        (Fee(300, 5), (), 300),  # a sheet that says that there is nothing is a sheet
        (Fee(300, 5), (0, 0), 300),
        (Fee(300, 1), (4,), 1200),  # a year of a tax each
        (Fee(0), (7,), 0),
        (Fee(0, 1), (7,), 0),
    ],
)
def test_a_counted_fee(fee, counted, yen):
    assert price("property", fee, counted, KIOSK) == yen


@given(st.integers(0, 10_000), st.integers(1, 50), st.lists(st.integers(0, 500), max_size=4))
def test_a_counted_fee_buys_room_for_every_thing_and_no_room_too_many(yen, per, counted):
    units = [0] * len(counted)
    for group, things in enumerate(counted):
        while units[group] * per < things:
            units[group] += 1
    assert price("property", Fee(yen, per), counted, KIOSK) == yen * max(1, sum(units))


@pytest.mark.parametrize("exemption", list(Exemption))
@pytest.mark.parametrize("fee", [Fee(300), Fee(300, 5)])
def test_what_a_law_makes_free_is_free_where_a_clerk_sees_the_papers(fee, exemption):
    assert price("resident_record", fee, (6,), COUNTER, exemption) == 0
    assert price("resident_record", fee, (6,), KIOSK, exemption) == price("resident_record", fee, (6,), KIOSK) > 0
