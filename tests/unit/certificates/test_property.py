"""資産証明書: what is listed, how it is paged, summed and counted, and who gets none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.certificates import fees, invented_tax
from app.certificates.documents import NOTHING, page_numbers
from app.certificates.errors import TextTooLongError
from app.certificates.fitting import fit_document
from app.residents.tax_facts import PropertyRecord
from app.residents.tax_vocabularies import Ownership
from tests.unit.certificates.tax_cases import made, on, refusal, tax_case, with_fee

KIND = "property"
properties = invented_tax.properties


def changed(record, position, **changes):
    parcels = list(record.parcels)
    parcels[position] = replace(parcels[position], **changes)
    return PropertyRecord(tuple(parcels))


def test_land_and_houses_stand_apart():
    document = made(tax_case(KIND, properties(3, 2)))
    (page,) = document.pages
    assert [land.number for land in page.lands] == ["204番1", "205番2", "206番3"]
    assert [house.use for house in page.houses] == ["居宅", "車庫・物置"]
    assert page.houses[0].use_actual == "木造瓦葺2階建"
    assert (page.lands[2].use, page.lands[2].use_actual) == ("山林", "雑種地")


@pytest.mark.parametrize(
    ("lands", "houses", "sheets"), [(1, 0, 1), (0, 1, 1), (10, 4, 1), (11, 0, 2), (3, 5, 2), (30, 2, 3), (30, 20, 5)]
)
def test_a_fixed_number_of_rows_a_sheet(lands, houses, sheets):
    document = made(tax_case(KIND, properties(lands, houses)))
    assert document.sheets == sheets
    assert sum(len(page.lands) for page in document.pages) == lands
    assert sum(len(page.houses) for page in document.pages) == houses
    assert all(len(page.lands) <= 10 and len(page.houses) <= 4 for page in document.pages)
    assert page_numbers(document)[-1] == f"{sheets}/{sheets}"


def test_sums_of_the_sheet_and_of_all():
    document = made(tax_case(KIND, properties(30, 2), property_values="yes"))
    record = properties(30, 2)
    lands = record.parcels[:30]
    assert document.lands_total.count == "30筆"
    assert document.lands_total.assessed == f"{sum(land.assessed_yen for land in lands):,}"
    assert document.lands_total.tax == f"{sum(land.tax_yen for land in lands):,}"
    assert [page.lands_sum.count for page in document.pages] == ["10筆", "10筆", "10筆"]
    of_pages = [int(page.lands_sum.tax_base.replace(",", "")) for page in document.pages]
    assert f"{sum(of_pages):,}" == document.lands_total.tax_base
    assert [page.houses_sum.count for page in document.pages] == ["2棟", "0棟", "0棟"]
    assert document.houses_total.count == "2棟"


def test_areas_are_added_to_the_last_digit():
    record = properties(3, 0)
    for position, area in enumerate(("0.10", "0.20", "1234")):
        record = changed(record, position, area=area)
    page = made(tax_case(KIND, record)).pages[0]
    assert [land.area for land in page.lands] == ["0.10", "0.20", "1,234"]
    assert page.lands_sum.area == "1,234.30"


def test_the_sums_of_all_stand_on_the_last_sheet_alone():
    document = made(tax_case(KIND, properties(11, 0)))
    assert [document.lands_total in document.content_of(n) for n in (1, 2)] == [False, True]
    assert document.pages[0] in document.content_of(1)
    assert document.pages[1] not in document.content_of(1)


@pytest.mark.parametrize(
    ("values", "title", "assessed"), [("no", "資産証明書", ""), ("yes", "固定資産評価・公課証明書", "3,000,000")]
)
def test_the_town_decides_whether_values_stand_on_it(values, title, assessed):
    document = made(tax_case(KIND, property_values=values))
    assert (document.certification.title, document.pages[0].lands[0].assessed) == (title, assessed)
    assert document.lands_total.assessed == ("" if values == "no" else f"{3_000_000 + 3_123_400 + 3_246_800:,}")


def test_what_is_not_recorded_is_marked():
    bare = {"location": "", "number": "", "use_registered": "", "use_actual": "", "note": ""}
    land = made(tax_case(KIND, changed(properties(1, 0), 0, **bare))).pages[0].lands[0]
    assert {land.location, land.number, land.use, land.use_actual, land.note} == {NOTHING}


@pytest.mark.parametrize(("at", "year"), [(on(2026, 3, 31), 2025), (on(2026, 4, 1), 2026)])
def test_only_the_newest_year_is_listed(at, year):
    record = PropertyRecord(
        tuple(replace(p, fiscal_year=y, number=f"{y}番") for y in (2026, 2025, 2024) for p in properties(2, 0).parcels)
    )
    document = made(tax_case(KIND, record, at=at))
    assert (document.fiscal_year, document.recorded_on) == (f"令和{year - 2018}年度", f"令和{year - 2018}年1月1日")
    assert [land.number for land in document.pages[0].lands] == [f"{year}番"] * 2


@pytest.mark.parametrize(
    ("is_together", "lands", "houses", "yen"),
    [
        (True, 3, 2, 300),
        (True, 4, 2, 600),
        (False, 3, 2, 600),
        (False, 5, 0, 300),
        (False, 6, 1, 900),
        (True, 30, 2, 2100),
    ],
)
def test_begun_fives_are_charged(is_together, lands, houses, yen):
    case = with_fee(tax_case(KIND, properties(lands, houses)), 300, 5, is_together)
    assert case.kind.counted(case) == (lands, houses)
    assert fees.price(KIND, case.fee, case.kind.counted(case), "kiosk") == yen


@pytest.mark.parametrize("ownership", [o for o in Ownership if o is not Ownership.SOLE])
def test_one_thing_not_owned_alone_stops_the_sheet(ownership):
    assert refusal(KIND, changed(properties(2, 1), 1, ownership=ownership)) == ("B19", "N")


def test_who_owned_jointly_before_is_not_stopped_now():
    assert refusal(KIND, changed(properties(2, 1), 0, ownership=Ownership.JOINT, fiscal_year=2024)) is None


@pytest.mark.parametrize(("limit", "expected"), [("5", ("B19", "N")), ("10", None)])
def test_more_than_a_sheet_is_meant_for(limit, expected):
    assert refusal(KIND, properties(5, 1), property_limit=limit) == expected
    assert refusal(KIND, properties(4, 1), property_limit=limit) is None


@pytest.mark.parametrize("record", [None, PropertyRecord(()), changed(properties(1, 0), 0, fiscal_year=2024)])
def test_who_owns_nothing_is_told(record):
    assert refusal(KIND, record) == ("B16", "I")


def test_thirty_parcels_are_usual():
    assert refusal(KIND, properties(30, 2)) is None


def test_nothing_can_be_picked():
    assert refusal(KIND, picks=["L1"]) == ("R06", "N")


@pytest.mark.parametrize("values", ["no", "yes"])
def test_long_texts_shrink_and_then_refuse(values):
    def case(text):
        return tax_case(KIND, changed(properties(1, 0), 0, location=text), property_values=values)

    usual = fit_document(made(case("青嶺県見本市")))["p0.land0.location"]
    long = fit_document(made(case("青嶺県谷中郡清水村大字水上字上之段下之沢")))["p0.land0.location"]
    assert long.size_pt < usual.size_pt
    with pytest.raises(TextTooLongError):
        fit_document(made(case("青嶺県谷中郡清水村大字水上字上之段" * 5)))
