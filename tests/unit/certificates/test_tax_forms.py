"""Years and figures as the tax forms write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.certificates import eligibility
from app.certificates.documents import NOTHING
from app.certificates.errors import MissingFactsError
from app.certificates.kinds import tax_forms
from app.municipalities.ordinances import is_allowed
from tests.unit.certificates.tax_cases import made, tax_case

KINDS = ["income_tax", "property", "tax_payment", "vehicle_tax_payment"]


@pytest.mark.parametrize(
    ("year", "written"),
    [(2026, "令和8年度"), (2020, "令和2年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度")],
)
def test_a_fiscal_year_is_named_by_the_era_of_its_end(year, written):
    assert tax_forms.fiscal_year(year) == written


@pytest.mark.parametrize(
    ("today", "opens", "newest"),
    [
        (date(2026, 3, 31), "04-01", 2025),
        (date(2026, 4, 1), "04-01", 2026),
        (date(2026, 5, 31), "06-01", 2025),
        (date(2026, 6, 1), "06-01", 2026),
        (date(2026, 12, 31), "06-01", 2026),
        (date(2027, 1, 1), "06-01", 2026),
    ],
)
def test_the_newest_year_opens_on_its_day(today, opens, newest):
    assert tax_forms.newest_year(today, opens) == newest


@pytest.mark.parametrize(
    ("amount", "written"), [(0, "0"), (999, "999"), (1000, "1,000"), (1234567890, "1,234,567,890"), (None, NOTHING)]
)
def test_nothing_recorded_is_not_nothing_to_pay(amount, written):
    assert tax_forms.yen(amount) == written


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_is_made_of_facts_that_are_not_there(kind):
    with pytest.raises(MissingFactsError):
        made(tax_case(kind, None))


@pytest.mark.parametrize("kind", KINDS)
def test_the_payer_is_the_requester_as_registered_today(kind):
    payer = made(tax_case(kind)).payer
    assert payer.name == "葛\U000e0103城　鶴之助"
    assert payer.birth_date == "昭和23年3月9日"
    assert payer.address == "青嶺県見本市霧ヶ丘三丁目15番2号　見本ハイツ301号室"


def test_no_form_is_made_for_somebody_who_does_not_live_here():
    with pytest.raises(MissingFactsError):
        made(replace(tax_case("income_tax"), household=None))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_for_oneself_alone(kind):
    case = tax_case(kind)
    for persons, expected in ((("1",), None), (("2",), "R01"), (("1", "2"), "R01")):
        found = eligibility.decide(replace(case, request=replace(case.request, persons=persons)))
        assert (found and found.rule) == expected
    assert case.shown == ("1",)


@pytest.mark.parametrize(
    ("day", "allowed"), [("06-01", True), ("05-01", True), ("07-31", True), ("06-31", False), ("6-1", False)]
)
def test_a_town_names_the_day_of_a_new_year(day, allowed):
    assert is_allowed("income_tax_new_year_from", day) is allowed
