"""軽自動車税納税証明書: for one vehicle whose tax is paid and that is plainly one's own; never a useless paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.certificates import fees, invented_tax
from app.certificates.fitting import fit_document
from app.residents.tax_facts import VehicleTaxRecord
from app.residents.tax_vocabularies import VehicleHolding
from tests.unit.certificates.tax_cases import made, on, refusal, tax_case, with_fee

KIND = "vehicle_tax_payment"
CAR, LORRY = invented_tax.vehicles().vehicles


def first(**changes):
    """The sample's vehicles, with changes to the first."""
    return VehicleTaxRecord((replace(CAR, **changes), LORRY))


def test_every_vehicle_is_offered_by_its_plate():
    choices = tax_case(KIND).choices
    assert [(choice.key, choice.label) for choice in choices] == [("1", "青嶺580あ1234"), ("2", "青嶺480い5678")]


def test_a_key_is_one_word():
    (choice, _) = tax_case(KIND, first(vehicle_no="青嶺 480　い 1")).choices
    assert choice.key == "青嶺480い1"
    assert made(tax_case(KIND, first(vehicle_no="青嶺 480　い 1"), picks=[choice.key])).plate == CAR.plate


@pytest.mark.parametrize("record", [first(has_arrears=True), first(valid_until=None), first(paid_on=None)])
def test_the_offer_shows_nothing_of_what_would_be_answered(record):
    assert tax_case(KIND, record).choices == tax_case(KIND).choices


def test_what_the_sheet_says():
    document = made(tax_case(KIND))
    assert (document.plate, document.vehicle_kind) == ("青嶺580あ1234", "軽四輪乗用（自家用）")
    assert (document.fiscal_year, document.tax) == ("令和7年度", "10,800円")
    assert (document.paid_on, document.valid_until) == ("令和7年5月12日", "令和8年6月1日")
    assert document.certification.title == "軽自動車税（種別割）納税証明書（継続検査用）"
    fit_document(document)


def test_the_vehicle_that_was_picked():
    assert made(tax_case(KIND, picks=["2"])).plate == "青嶺480い5678"


def test_the_first_year_of_an_era():
    record = first(fiscal_year=2019, paid_on=date(2019, 5, 10), valid_until=date(2020, 6, 1))
    document = made(tax_case(KIND, record, at=on(2020, 1, 15)))
    assert (document.fiscal_year, document.paid_on) == ("令和元年度", "令和元年5月10日")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"has_arrears": True}, ("B18", "N")),
        ({"paid_on": None}, ("B18", "N")),
        ({"is_settling": True}, ("B18", "N")),
        ({"valid_until": None}, ("B18", "N")),
        ({"valid_until": date(2026, 1, 14)}, ("B18", "N")),
        ({"valid_until": date(2026, 1, 15)}, None),
        ({"holding": VehicleHolding.RETAINED}, ("B19", "N")),
        ({"holding": VehicleHolding.CORPORATE}, ("B19", "N")),
        ({"holding": VehicleHolding.EXEMPTED}, ("B19", "N")),
    ],
)
def test_who_gets_none(changes, expected):
    assert refusal(KIND, first(**changes)) == expected


@pytest.mark.parametrize("changes", [{"has_arrears": True}, {"holding": VehicleHolding.RETAINED}, {"paid_on": None}])
def test_a_fault_of_one_vehicle_does_not_stop_another(changes):
    assert refusal(KIND, first(**changes), picks=["2"]) is None


@pytest.mark.parametrize("record", [None, VehicleTaxRecord(())])
def test_who_has_no_vehicle_is_told(record):
    assert refusal(KIND, record) == ("B16", "I")


@pytest.mark.parametrize("picks", [["3"], ["1", "2"], ["1", "1"], ["青嶺580あ1234"]])
def test_one_of_those_offered(picks):
    assert refusal(KIND, picks=picks) == ("R06", "N")


def test_it_is_free():
    case = with_fee(tax_case(KIND), 0)
    assert fees.price(KIND, case.fee, case.kind.counted(case), "kiosk") == 0
    assert refusal(KIND) is None
