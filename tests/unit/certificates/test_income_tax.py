"""所得・課税（非課税）証明書: which years, which title, which figures, and who gets none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.certificates import invented_tax
from app.certificates.documents import NOTHING
from app.certificates.fitting import fit_document
from app.residents.tax_facts import IncomeTaxRecord
from app.residents.tax_vocabularies import Filing, ItemGroup, TaxItem, TaxStatus
from tests.unit.certificates.tax_cases import made, on, refusal, tax_case

KIND = "income_tax"
GROUPS = [group.value for group in ItemGroup]


def years(**changes):
    """The sample's years, with changes to the newest."""
    newest, *older = invented_tax.incomes().years
    return IncomeTaxRecord((replace(newest, **changes), *older))


def figures(document):
    return {figure.label: figure.amount for group in GROUPS for figure in getattr(document, group)}


NOTHING_EARNED = {
    "status": TaxStatus.NOT_TAXED,
    "amounts": dict.fromkeys(TaxItem, 0),
}
DEPENDANT = {"status": TaxStatus.NOT_TAXED, "filing": Filing.DEPENDANT, "amounts": {}}


@pytest.mark.parametrize(
    ("changes", "title", "status"),
    [
        ({}, "所得・課税証明書", "課税"),
        (NOTHING_EARNED, "所得・非課税証明書", "非課税"),
        (DEPENDANT, "非課税証明書", "非課税"),
    ],
)
def test_the_title_says_whether_the_person_is_taxed_and_whether_income_is_certified(changes, title, status):
    document = made(tax_case(KIND, years(**changes)))
    assert (document.certification.title, document.status) == (title, status)


def test_a_dependant_who_filed_nothing_gets_no_figure_at_all():
    document = made(tax_case(KIND, years(**DEPENDANT)))
    assert set(figures(document).values()) == {NOTHING}


def test_no_figure_of_a_dependant_is_printed_even_when_a_register_has_one():
    document = made(tax_case(KIND, years(**(DEPENDANT | {"amounts": {TaxItem.TOTAL_INCOME: 0}}))))
    assert set(figures(document).values()) == {NOTHING}


def test_who_filed_that_there_was_nothing_has_it_certified():
    document = made(tax_case(KIND, years(**NOTHING_EARNED)))
    assert set(figures(document).values()) == {"0"}


def test_a_figure_that_the_register_lacks_is_not_nothing():
    found = figures(made(tax_case(KIND)))
    assert found["営業等所得"] == "0"
    assert found["農業所得"] == NOTHING
    assert found["給与収入"] == "4,860,000"
    assert found["16歳未満扶養"] == "0"


def test_every_item_has_its_line_in_its_part_and_in_order():
    document = made(tax_case(KIND))
    for group in ItemGroup:
        wanted = [item.japanese for item in TaxItem if item.group is group]
        assert [figure.label for figure in getattr(document, group.value)] == wanted


def test_years_and_the_day_of_assessment():
    document = made(tax_case(KIND, picks=["2025"]))
    assert document.fiscal_year == "令和7年度"
    assert document.income_year == "令和6年分（1月1日から12月31日まで）"
    assert document.assessed_on == "令和7年1月1日"


def test_the_first_year_of_an_era():
    document = made(tax_case(KIND, years(fiscal_year=2019), at=on(2020, 1, 15)))
    assert (document.fiscal_year, document.income_year[:6]) == ("令和元年度", "平成30年分")
    assert document.assessed_on == "平成31年1月1日"
    later = made(tax_case(KIND, years(fiscal_year=2020), at=on(2021, 1, 15)))
    assert later.income_year.startswith("令和元年分")


def test_the_address_of_then_and_the_remarks():
    document = made(tax_case(KIND, years(address_then="青嶺県見本市旧町一丁目1番", note="専従者控除を含む。")))
    assert (document.address_then, document.remarks) == ("青嶺県見本市旧町一丁目1番", "専従者控除を含む。")
    bare = made(tax_case(KIND, years(address_then="", note="")))
    assert (bare.address_then, bare.remarks) == (NOTHING, NOTHING)


@pytest.mark.parametrize(
    ("switches", "at", "keys"),
    [
        ({}, on(2026, 1, 15), ["2025"]),
        ({}, on(2026, 5, 31), ["2025"]),
        ({}, on(2026, 6, 1), ["2026"]),
        ({"income_tax_new_year_from": "06-10"}, on(2026, 6, 9), ["2025"]),
        ({"income_tax_new_year_from": "06-10"}, on(2026, 6, 10), ["2026"]),
        ({"income_tax_years": "3"}, on(2026, 11, 21), ["2026", "2025", "2024"]),
    ],
)
def test_the_years_that_the_town_opens(switches, at, keys):
    case = tax_case(KIND, at=at, **switches)
    assert [choice.key for choice in case.choices] == keys
    assert case.picked == (keys[0],)


def test_a_year_is_offered_in_words():
    (choice,) = tax_case(KIND).choices
    assert choice.label == "令和7年度（令和6年1月から12月までの所得）"


@pytest.mark.parametrize("record", [None, years(filing=Filing.NOT_FILED), years(is_under_correction=True)])
def test_the_offer_shows_nothing_of_what_would_be_answered(record):
    assert tax_case(KIND, record, income_tax_years="3").choices == tax_case(KIND, income_tax_years="3").choices


def test_the_year_that_was_picked_is_the_year_on_the_sheet():
    record = IncomeTaxRecord(
        tuple(replace(year, amounts={TaxItem.TOTAL_TAX: year.fiscal_year}) for year in invented_tax.incomes().years)
    )
    document = made(tax_case(KIND, record, picks=["2023"], income_tax_years="3"))
    assert (document.fiscal_year, figures(document)["年税額"]) == ("令和5年度", "2,023")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        (NOTHING_EARNED, None),
        (DEPENDANT, None),
        ({"filing": Filing.NOT_FILED, "amounts": {}}, ("B16", "I")),
        ({"was_resident": False}, ("B16", "I")),
        ({"is_under_correction": True}, ("B17", "I")),
        ({"fiscal_year": 2026}, ("B16", "I")),
    ],
)
def test_who_gets_none(changes, expected):
    assert refusal(KIND, years(**changes)) == expected


def test_nothing_recorded():
    assert refusal(KIND, None) == ("B16", "I")


def test_a_fault_of_one_year_does_not_stop_another():
    record = years(is_under_correction=True)
    assert refusal(KIND, record, picks=["2024"], income_tax_years="2") is None
    assert refusal(KIND, record, picks=["2025"], income_tax_years="2") == ("B17", "I")


@pytest.mark.parametrize("picks", [["2024"], ["2026"], ["2025", "2025"], ["1"], [""]])
def test_only_what_the_town_opens_can_be_picked(picks):
    assert refusal(KIND, picks=picks) == ("R06", "N")


def test_one_year_a_copy():
    assert refusal(KIND, picks=["2025", "2024"], income_tax_years="2") == ("R06", "N")


@pytest.mark.parametrize(
    ("at", "expected"),
    [(on(2026, 3, 31), None), (on(2026, 4, 1), ("B17", "I")), (on(2026, 5, 31), ("B17", "I")), (on(2026, 6, 1), None)],
)
def test_a_town_may_stop_while_the_year_changes(at, expected):
    record = IncomeTaxRecord((*years(fiscal_year=2026).years, *invented_tax.incomes().years))
    assert refusal(KIND, record, at=at, income_tax_switchover="stop") == expected
    assert refusal(KIND, record, at=at) is None


def test_the_longest_figures_and_names_still_fit():
    record = years(
        amounts=dict.fromkeys(TaxItem, 99_999_999_999),
        address_then="青嶺県谷中郡清水村大字水上字上之段千二百三十四番地の五" * 3,
        note="専従者控除を含む。" * 12,
    )
    assert fit_document(made(tax_case(KIND, record)))["tax0.amount"].lines == ("99,999,999,999",)
