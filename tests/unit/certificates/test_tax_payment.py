"""納税証明書: one row a tax and year, priced by the row; whoever owes anything gets none, and is not told why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.certificates import fees, invented_tax
from app.certificates.documents import NOTHING
from app.certificates.fitting import fit_document
from app.residents.tax_facts import TaxPaymentRecord
from app.residents.tax_vocabularies import Tax
from tests.unit.certificates.tax_cases import made, on, refusal, tax_case, with_fee

KIND = "tax_payment"
SAMPLE = invented_tax.payments()
ALL = [f"{year}-{tax}" for year in (2025, 2024, 2023) for tax in ("resident", "fixed_assets", "vehicle")]


def changed(position, **changes):
    taxes = list(SAMPLE.taxes)
    taxes[position] = replace(taxes[position], **changes)
    return TaxPaymentRecord(tuple(taxes))


def test_every_tax_of_every_open_year_is_offered():
    choices = tax_case(KIND).choices
    assert [choice.key for choice in choices] == ALL
    assert choices[1].label == "令和7年度　固定資産税・都市計画税"


@pytest.mark.parametrize(
    ("years", "at", "count", "newest"),
    [
        ("1", on(2026, 1, 15), 3, "2025-resident"),
        ("3", on(2026, 3, 31), 9, "2025-resident"),
        ("3", on(2026, 4, 1), 6, "2025-resident"),
        ("5", on(2026, 4, 1), 9, "2025-resident"),
        ("2", on(2025, 3, 31), 6, "2024-resident"),
    ],
)
def test_the_years_that_the_town_opens(years, at, count, newest):
    choices = tax_case(KIND, at=at, tax_payment_years=years).choices
    assert (len(choices), choices[0].key) == (count, newest)


@pytest.mark.parametrize("record", [changed(0, overdue_yen=100), changed(4, is_settling=True)])
def test_the_offer_shows_nothing_of_what_would_be_answered(record):
    assert tax_case(KIND, record).choices == tax_case(KIND).choices


def test_without_a_pick_the_newest():
    (row,) = made(tax_case(KIND)).payments
    assert (row.fiscal_year, row.tax) == ("令和7年度", "市町村民税・県民税（普通徴収）")


def test_a_row_says_what_was_assessed_paid_and_is_not_yet_due():
    (row,) = made(tax_case(KIND, picks=["2025-fixed_assets"])).payments
    assert (row.assessed, row.paid, row.not_due) == ("86,400", "64,800", "21,600")
    assert (row.legal_due_on, row.note) == ("令和7年4月30日", NOTHING)


def test_nothing_paid_and_no_date():
    record = changed(0, paid_yen=0, not_due_yen=194_500, legal_due_on=None, note="分割納付")
    (row,) = made(tax_case(KIND, record)).payments
    assert (row.paid, row.legal_due_on, row.note) == ("0", NOTHING, "分割納付")


def test_rows_stand_in_the_order_of_the_register():
    document = made(tax_case(KIND, picks=["2023-vehicle", "2025-resident", "2024-fixed_assets"]))
    assert [row.fiscal_year for row in document.payments] == ["令和7年度", "令和6年度", "令和5年度"]


def test_the_first_year_of_an_era():
    record = TaxPaymentRecord((replace(SAMPLE.taxes[0], fiscal_year=2019, legal_due_on=date(2019, 6, 30)),))
    (row,) = made(tax_case(KIND, record, at=on(2020, 1, 15))).payments
    assert (row.fiscal_year, row.legal_due_on) == ("令和元年度", "令和元年6月30日")


def test_five_years_of_five_taxes_need_two_sheets():
    record = TaxPaymentRecord(
        tuple(replace(SAMPLE.taxes[0], fiscal_year=2025 - back, tax=tax) for back in range(5) for tax in Tax)
    )
    keys = [f"{2025 - back}-{tax.value}" for back in range(5) for tax in Tax]
    document = made(tax_case(KIND, record, picks=keys, tax_payment_years="5"))
    assert (len(document.payments), document.sheets) == (25, 2)
    assert [len(document.content_of(n)[1]) for n in (1, 2)] == [15, 10]
    assert document.content_of(2)[0] == document.payer
    fit_document(document)


@pytest.mark.parametrize(("picks", "yen"), [((), 300), (ALL[:1], 300), (ALL[:2], 600), (ALL, 2700)])
def test_each_row_is_charged(picks, yen):
    case = with_fee(tax_case(KIND, picks=picks), 300, per=1)
    assert fees.price(KIND, case.fee, case.kind.counted(case), "kiosk") == yen


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (changed(0, overdue_yen=1), ("B18", "N")),
        (changed(8, overdue_yen=1), ("B18", "N")),
        (changed(8, overdue_yen=1, fiscal_year=2001), ("B18", "N")),
        (changed(0, is_settling=True), ("B18", "N")),
        (changed(0, not_due_yen=1), ("B18", "N")),
        (changed(1, not_due_yen=1), None),
        (changed(1, is_settling=True), None),
        (None, ("B16", "I")),
        (TaxPaymentRecord(()), ("B16", "I")),
        (TaxPaymentRecord((replace(SAMPLE.taxes[0], fiscal_year=2020),)), ("B16", "I")),
    ],
)
def test_who_gets_none(record, expected):
    assert refusal(KIND, record) == expected


def test_a_town_may_certify_what_is_not_yet_due():
    assert refusal(KIND, changed(0, not_due_yen=1), tax_payment_not_due="print") is None


def test_a_payment_on_its_way_stops_its_own_row():
    record = changed(1, is_settling=True)
    assert refusal(KIND, record, picks=["2025-resident"]) is None
    assert refusal(KIND, record, picks=["2025-resident", "2025-fixed_assets"]) == ("B18", "N")


@pytest.mark.parametrize(
    "picks", [["2025-health_insurance"], ["2022-resident"], ["2025-resident"] * 2, ["2025"], ["2025-resident "]]
)
def test_only_what_was_offered_can_be_picked(picks):
    assert refusal(KIND, picks=picks) == ("R06", "N")


def test_no_document_has_a_place_for_what_is_overdue():
    document = made(tax_case(KIND, changed(0, overdue_yen=77_777)))
    assert not any("77,777" in text for row in document.payments for text in vars(row).values())
