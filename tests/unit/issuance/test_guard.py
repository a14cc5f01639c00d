"""The guard on real PDFs: what came out of machines in 2023, and what a careless guard would miss or cry at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document, Picture, numbered
from app.certificates.kinds.resident_record import INDIVIDUAL_FORM
from app.certificates.reading import PageText, read_pdf
from app.certificates.rendering import Renderer
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import Sheet, check_sheet, find_mismatches
from app.issuance.names import index
from tests.unit.certificates.people import full_record

NUMBER = "20261121 若草市 001 0000123"
NOBODY = index([])
RECORD = numbered(full_record(5), NUMBER)
SEAL = numbered(samples.sample("seal_registration"), NUMBER)
FIRST = RECORD.persons[0]
PICKS = {"tax_payment": [choice.key for choice in samples.sample_case("tax_payment").choices]}
OTHER_SEAL = Picture(samples.square_seal(("青葉町", "長之印")), 24.0, 24.0)


def changed(document, **person):
    return replace(document, persons=(replace(document.persons[0], **person), *document.persons[1:]))


def certified(document, **fields):
    return replace(document, certification=replace(document.certification, **fields))


@pytest.fixture(scope="module")
def draw() -> Callable[[Document], bytes]:
    renderer, done = Renderer(), {}

    def draw(document: Document) -> bytes:
        key = repr(document)
        if key not in done:
            done[key] = renderer.render(document).pdf
        return done[key]

    return draw


@pytest.fixture(scope="module")
def pages(draw) -> list[PageText]:
    return read_pdf(draw(RECORD))


@pytest.mark.parametrize(
    "document",
    [
        RECORD,
        SEAL,
        numbered(full_record(3, INDIVIDUAL_FORM), NUMBER),
        numbered(full_record(1), NUMBER),
    ],
    ids=["five persons", "seal", "one a sheet", "one"],
)
def test_a_right_sheet_passes_with_its_own_names_in_the_register(draw, document: Document) -> None:
    own = index(["葛󠄃城　鶴之助", "葛󠄃城　千歳", "葛󠄃城　悠真", "MIHON SARAH ANNE", "見本　花子"])
    check_sheet(document, draw(document), own)


@pytest.mark.parametrize(
    ("drawn", "said", "finding"),
    [
        (changed(RECORD, name="青葉　一郎"), RECORD, "content"),
        (changed(RECORD, birth_date="昭和24年3月9日"), RECORD, "content"),
        (changed(RECORD, name="葛\U000e0102城　鶴之助"), RECORD, "content"),  # another glyph of the same character
        (changed(RECORD, name="葛城　鶴之助"), RECORD, "content"),  # the same glyph, not the same code points
        (changed(RECORD, registered_domicile="青嶺県青葉町一番地"), RECORD, "content"),
        (changed(RECORD, sex="女"), RECORD, "content"),  # 男 stands elsewhere on the sheet, but not as often
        (replace(RECORD, address="青嶺県見本市霧ヶ丘一丁目1番1号"), RECORD, "content"),
        (replace(RECORD, household_head="青葉　一郎"), RECORD, "content"),
        (numbered(RECORD, "20261121 若草市 001 0000124"), RECORD, "issue_number:1"),
        (certified(RECORD, attestation="この写しは、原本ではない。"), RECORD, "attestation:2"),
        (certified(RECORD, issuer_name="青葉　一郎"), RECORD, "content"),
        (certified(RECORD, issued_on="令和8年1月16日"), RECORD, "content"),
        (replace(RECORD, persons=RECORD.persons[:4]), RECORD, "pages:1/2"),
        (replace(RECORD, persons=(*RECORD.persons[1:], RECORD.persons[1])), RECORD, "content"),
        (RECORD, changed(RECORD, registered_domicile="（省略）"), "content"),  # printed although it was not asked for
        (SEAL, numbered(full_record(1), NUMBER), "content"),
        (replace(SEAL, imprint=Picture(samples.round_imprint("青葉"), 13.5, 13.5)), SEAL, "pictures:1"),
        (replace(SEAL, imprint=replace(SEAL.imprint, width_mm=12.0, height_mm=12.0)), SEAL, "pictures:1"),
        (certified(RECORD, issuer_seal=OTHER_SEAL), RECORD, "pictures:2"),
    ],
)  # fmt: skip
def test_a_wrong_sheet_is_found(draw, drawn: Document, said: Document, finding: str) -> None:
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(said, draw(drawn), NOBODY)
    assert any(code.startswith(finding) for code in found.value.findings)


def test_findings_name_nobody(draw) -> None:
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(RECORD, draw(changed(RECORD, name="青葉　一郎")), index(["青葉　一郎"]))
    assert "青葉" not in str(found.value)
    assert "葛" not in str(found.value)
    assert "foreign_name:1" in found.value.findings


def test_a_sheet_of_another_certificate_in_the_set(draw, pages: list[PageText]) -> None:
    other = read_pdf(draw(numbered(changed(RECORD, name="青葉　一郎"), "20261121 若草市 001 0000124")))
    findings = find_mismatches(Sheet(RECORD, [pages[0], other[1]], NOBODY))
    assert "issue_number:2" in findings


def swapped(document: Document, path: str, first: int, second: int, field: str) -> Document:
    """The document with one text exchanged between two items of a list on its first sheet."""
    if "." in path:
        head, _, rest = path.partition(".")
        page, *others = getattr(document, head)
        return replace(document, **{head: (swapped(page, rest, first, second, field), *others)})
    items = list(getattr(document, path))
    one, other = getattr(items[first], field), getattr(items[second], field)
    assert one != other
    items[first], items[second] = replace(items[first], **{field: other}), replace(items[second], **{field: one})
    return replace(document, **{path: tuple(items)})


@pytest.mark.parametrize(
    ("kind", "path", "first", "second", "field"),
    [
        ("resident_record", "persons", 0, 1, "birth_date"),
        ("resident_record", "persons", 0, 1, "name"),
        ("resident_record", "persons", 0, 1, "name_kana"),
        ("resident_record", "persons", 1, 2, "notified_on"),
        ("resident_record", "persons", 0, 1, "sex"),
        ("resident_record_items", "persons", 0, 1, "rows"),
        ("family_register_full", "pages.lines", 3, 4, "text"),
        ("family_register_addresses", "pages.members", 0, 1, "birth_date"),
        ("family_register_addresses", "pages.members", 0, 1, "name"),
        ("income_tax", "revenue", 0, 1, "amount"),
        ("property", "pages.lands", 0, 1, "area"),
        ("property", "pages.lands", 0, 1, "number"),
        ("tax_payment", "payments", 0, 1, "paid"),
    ],
)
def test_what_is_right_for_one_does_not_stand_beside_another(
    draw, kind: str, path: str, first: int, second: int, field: str
) -> None:
    """Every text is on the sheet as often as it should be, two of them in each other's place."""
    right = numbered(samples.sample(kind, picks=PICKS.get(kind, ())), NUMBER)
    check_sheet(right, draw(right), NOBODY)
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(right, draw(swapped(right, path, first, second, field)), NOBODY)
    assert found.value.findings == ("order:1",)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_stands_in_the_order_of_its_document(draw, kind: str) -> None:
    every_item = [option.code for option in KINDS[kind].options if option.code != "pension"]
    document = numbered(samples.sample(kind, 5, options=every_item, picks=PICKS.get(kind, ())), NUMBER)
    check_sheet(document, draw(document), NOBODY)


def test_sheets_in_the_wrong_order_or_twice(pages: list[PageText]) -> None:
    assert "page_number:2" in find_mismatches(Sheet(RECORD, [pages[1], pages[0]], NOBODY))
    assert "page_number:1" in find_mismatches(Sheet(RECORD, [pages[0], pages[0]], NOBODY))
    assert find_mismatches(Sheet(RECORD, [], NOBODY)) == ("pages:0/2",)


def test_an_individual_number_that_nobody_asked_for(draw) -> None:
    with_number = changed(RECORD, individual_number="123456789018")
    check_sheet(with_number, draw(with_number), NOBODY)
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(RECORD, draw(with_number), NOBODY)
    assert "twelve_digits:1" in found.value.findings


def test_two_persons_of_one_name_must_both_be_there(draw) -> None:
    twins = replace(RECORD, persons=(FIRST, replace(FIRST, birth_date="平成30年1月1日")))
    one = replace(RECORD, persons=(FIRST, replace(FIRST, name="青葉　一郎", birth_date="平成30年1月1日")))
    check_sheet(twins, draw(twins), NOBODY)
    head_elsewhere = replace(
        twins, household_head="＊＊＊", persons=tuple(replace(p, register_head="＊＊＊") for p in twins.persons)
    )
    drawn = replace(
        one, household_head="＊＊＊", persons=tuple(replace(p, register_head="＊＊＊") for p in one.persons)
    )
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(head_elsewhere, draw(drawn), NOBODY)
    assert any(code.startswith("content") for code in found.value.findings)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n%%EOF", b"not a pdf"])
def test_what_is_no_pdf(pdf: bytes) -> None:
    with pytest.raises(SheetMismatchError, match="unreadable|pages"):
        check_sheet(RECORD, pdf, NOBODY)


def test_a_cut_file(draw) -> None:
    with pytest.raises(SheetMismatchError):
        check_sheet(RECORD, draw(RECORD)[:-2000], NOBODY)
