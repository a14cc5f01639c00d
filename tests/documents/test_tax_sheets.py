"""The four tax certificates on paper: what they say and where, read back from the PDF."""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2
import pytest

from app.certificates import invented_tax, samples
from app.certificates.documents import NOTHING, REST_BLANK, numbered, page_numbers
from app.certificates.layouts import MM_A_POINT
from app.certificates.reading import shows
from app.certificates.storing import from_json, to_json
from app.issuance.guard import check_sheet, said_on
from app.issuance.names import index
from app.residents.tax_facts import IncomeTaxRecord, PropertyRecord, TaxPaymentRecord
from app.residents.tax_vocabularies import Filing, Tax, TaxItem, TaxStatus
from tests.unit.certificates.tax_cases import made, tax_case

TOP_OF_CERTIFICATION_MM = 11 + 229  # margin, and where sheet.css puts it
LEFT_MM, RIGHT_MM = 13, 197
EVERY_ROW = [f"{year}-{tax}" for year in (2025, 2024, 2023) for tax in ("resident", "fixed_assets", "vehicle")]


def document(kind, record="sample", picks=(), **switches):
    return numbered(made(tax_case(kind, record, picks, **switches)), samples.SAMPLE_NUMBER)


def dependant():
    newest, *older = invented_tax.incomes().years
    nothing = replace(newest, status=TaxStatus.NOT_TAXED, filing=Filing.DEPENDANT, amounts={})
    return IncomeTaxRecord((nothing, *older))


def five_years():
    (one, *_) = invented_tax.payments().taxes
    return TaxPaymentRecord(tuple(replace(one, fiscal_year=2025 - back, tax=tax) for back in range(5) for tax in Tax))


ALL_ROWS = [f"{2025 - back}-{tax.value}" for back in range(5) for tax in Tax]
DOCUMENTS = {
    "income_tax": lambda: document("income_tax"),
    "income_tax-dependant": lambda: document("income_tax", dependant()),
    "property": lambda: document("property"),
    "property-values": lambda: document("property", property_values="yes"),
    "property-30": lambda: document("property", invented_tax.properties(30, 5), property_values="yes"),
    "property-30-plain": lambda: document("property", invented_tax.properties(30, 5)),
    "property-house": lambda: document("property", invented_tax.properties(0, 1)),
    "tax_payment": lambda: document("tax_payment", picks=EVERY_ROW),
    "tax_payment-25": lambda: document("tax_payment", five_years(), ALL_ROWS, tax_payment_years="5"),
    "vehicle_tax_payment": lambda: document("vehicle_tax_payment"),
}


def boxes(pdf, number=0):
    """Every run of text of a page: the text, and left, top, right, bottom in millimetres from the upper left corner."""
    page = pypdfium2.PdfDocument(pdf)[number]
    text, height = page.get_textpage(), page.get_height()
    for position in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(position)
        sides = (side * MM_A_POINT for side in (left, height - top, right, height - bottom))
        yield (text.get_text_bounded(left, bottom, right, top).strip(), *sides)


def compact(text):
    return "".join(text.split())


def place_of(pdf, text, number=0):
    return next(box for box in boxes(pdf, number) if box[0] == text)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_said_stands_on_its_own_sheet_and_passes_the_guard(renderer, read_back, name):
    made_of = DOCUMENTS[name]()
    for page in read_back(made_of):
        for text in said_on(made_of, page.number):
            assert shows(page, text), text
    check_sheet(made_of, renderer.render(made_of).pdf, index([]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_survives_being_kept(name):
    made_of = DOCUMENTS[name]()
    again = from_json(to_json(made_of))
    assert again == made_of
    assert type(again) is type(made_of)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_leaves_the_sheet_or_runs_into_the_certification(renderer, name):
    made_of = DOCUMENTS[name]()
    pdf = renderer.render(made_of).pdf
    certification = {made_of.certification.attestation, made_of.certification.issued_on}
    for number in range(made_of.sheets):
        for text, left, top, right, bottom in boxes(pdf, number):
            assert LEFT_MM - 0.5 <= left < right <= RIGHT_MM + 0.5, text
            assert 8 <= top < bottom <= 290, text
    last = list(boxes(pdf, made_of.sheets - 1))
    start = min(box[2] for box in last if box[0] in certification)
    assert start >= TOP_OF_CERTIFICATION_MM
    assert not [box[0] for box in last if box[2] < start < box[4] and box[0] not in certification]


@pytest.mark.parametrize(
    ("name", "sheets"), [("property-30", 3), ("property-30-plain", 3), ("tax_payment-25", 2), ("property", 1)]
)
def test_sheets_are_numbered_and_only_the_last_is_certified(read_back, name, sheets):
    made_of = DOCUMENTS[name]()
    pages = read_back(made_of)
    assert len(pages) == made_of.sheets == sheets
    for page, number in zip(pages, page_numbers(made_of), strict=True):
        assert number in page.text
        assert shows(page, made_of.payer.name)
        assert shows(page, made_of.certification.attestation) is (page is pages[-1])
        assert shows(page, "（次のページに続く）") is (page is not pages[-1])


def test_the_parts_of_the_year_stand_in_their_order(read_back):
    made_of = DOCUMENTS["income_tax"]()
    (page,) = read_back(made_of)
    order = [
        "所得・課税証明書",
        "令和7年度",
        made_of.payer.address,
        "給与収入",
        "営業等所得",
        "課税標準額（総合）",
        "調整控除",
        "年税額",
        "社会保険料控除",
        "所得控除合計",
        "同一生計配偶者",
        made_of.certification.attestation,
        made_of.certification.issuer_title,
    ]
    said = compact(page.text)
    places = [said.index(compact(text)) for text in order]
    assert places == sorted(places)


def test_figures_end_below_each_other(renderer):
    """Every digit stands below its like: in both columns, whatever the figure."""
    pdf = renderer.render(DOCUMENTS["income_tax"]()).pdf
    ends = {text: right for text, _, _, right, _ in boxes(pdf) if text in {"4,860,000", "134,000", "0", "113,700"}}
    assert len(ends) == 4
    left_column = [ends[text] for text in ("4,860,000", "134,000", "113,700")]
    assert max(left_column) - min(left_column) < 0.4
    assert left_column[0] == pytest.approx(LEFT_MM + 92 - 2, abs=0.5)


def test_a_dependant_s_sheet_shows_no_figure(read_back):
    made_of = DOCUMENTS["income_tax-dependant"]()
    (page,) = read_back(made_of)
    assert shows(page, "非課税証明書")
    assert not shows(page, "所得・非課税証明書")
    assert page.text.count(NOTHING) == len(TaxItem) + 1  # the remarks too
    assert shows(page, "給与収入")


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("income_tax", ["年度", "給与収入", "年税額", "所得控除合計", "障害者である扶養"]),
        ("property", ["登記地目", "家屋番号", "合計"]),
        ("tax_payment", ["税目", "法定納期限等"]),
        ("vehicle_tax_payment", ["車両番号", "有効期限"]),
    ],
)
def test_long_content_moves_no_row(renderer, kind, labels):
    usual = document(kind)
    payer = replace(usual.payer, name="MIHON JOSE MARIA ALEJANDRO DE LA SANTISIMA TRINIDAD FERNANDEZ")
    crowded = replace(usual, payer=replace(payer, address="青嶺県谷中郡清水村大字水上字上之段千二百番地" * 4))
    before, after = renderer.render(usual).pdf, renderer.render(crowded).pdf
    for label in labels:
        assert place_of(after, label)[1:] == pytest.approx(place_of(before, label)[1:], abs=0.05)


def test_a_list_of_every_length_ends_at_the_same_place(renderer):
    """Rows are padded: the sums stand where they stand, with one parcel as with ten."""
    pdfs = [renderer.render(document("property", invented_tax.properties(n, 1))).pdf for n in (1, 9, 10)]
    tops = [place_of(pdf, "このページの計")[2] for pdf in pdfs]
    assert max(tops) - min(tops) < 0.05


@pytest.mark.parametrize(("lands", "houses", "marks"), [(10, 4, 0), (9, 4, 1), (9, 3, 2), (0, 1, 2)])
def test_the_rest_of_a_list_is_declared_blank(read_back, lands, houses, marks):
    (page,) = read_back(document("property", invented_tax.properties(lands, houses)))
    assert compact(page.text).count(REST_BLANK) == marks


def test_parcels_are_numbered_through(read_back):
    pages = read_back(DOCUMENTS["property-30"]())
    numbers = [re.findall(r"^(\d+) 青嶺県", page.text, re.MULTILINE) for page in pages]
    lands = [[str(n) for n in range(first, first + 10)] for first in (1, 11, 21)]
    assert numbers == [[*lands[0], "1", "2", "3", "4"], [*lands[1], "5"], lands[2]]


def test_sums_on_paper(read_back):
    record = PropertyRecord(invented_tax.properties(11, 0).parcels)
    first, second = read_back(document("property", record, property_values="yes"))
    whole = f"{sum(parcel.assessed_yen for parcel in record.parcels):,}"
    assert shows(second, whole)
    assert not shows(first, whole)
    assert shows(first, f"{sum(parcel.assessed_yen for parcel in record.parcels[:10]):,}")


def test_a_sheet_without_values_has_no_place_for_them(read_back):
    (page,) = read_back(DOCUMENTS["property"]())
    assert not any(shows(page, heading) for heading in ("評価額（円）", "課税標準額（円）", "税相当額（円）"))


def test_the_long_title_stands_on_one_line_within_the_sheet(renderer):
    pdf = renderer.render(DOCUMENTS["vehicle_tax_payment"]()).pdf
    title = [box for box in boxes(pdf) if box[2] < 32 and "軽自動車税" in box[0]]
    assert len(title) == 1
    assert title[0][1] > LEFT_MM
    assert title[0][3] < RIGHT_MM
