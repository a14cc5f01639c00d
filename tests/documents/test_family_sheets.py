"""戸籍 and its 附票 on paper, read back: every line on its sheet, the box, the numbers, the last words."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from app.certificates import samples
from app.certificates.documents import Certification, page_numbers
from app.certificates.errors import MissingGlyphError, TextTooLongError
from app.certificates.items import DOMICILE
from app.certificates.kinds.family_register_addresses import CONTINUED
from app.certificates.layouts import MM_A_POINT
from app.certificates.reading import read_pdf, shows
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import check_sheet, said_by
from app.issuance.names import index
from tests.unit.certificates.families import (
    ADDRESSES,
    FULL,
    INDIVIDUAL,
    REGISTER,
    SON,
    asked,
    history_with,
    long_register,
    made,
    register_with,
    restless_history,
)

NO_NAMES = index([])
SIX_SHEETS = asked(FULL, record=long_register(16))
CASES = {
    "full": asked(FULL),
    "six sheets": SIX_SHEETS,
    "individual": asked(INDIVIDUAL),
    "addresses": asked(ADDRESSES),
    "addresses with the domicile": asked(ADDRESSES, options=(DOMICILE,)),
    "restless": asked(ADDRESSES, record=restless_history()),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def document(request):
    return made(request.param)


def test_everything_stands_on_its_sheet_and_the_guard_lets_it_pass(renderer, document):
    pdf = renderer.render(document).pdf
    pages = read_pdf(pdf)
    assert len(pages) == document.sheets
    for number, page in enumerate(pages, start=1):
        for text in said_by(document.content_of(number)):
            assert shows(page, text), text
    check_sheet(document, pdf, NO_NAMES)


def test_numbers_on_every_sheet_and_the_last_words_on_the_last(read_back, document):
    pages = read_back(document)
    certification: Certification = document.certification
    for page, number in zip(pages, page_numbers(document), strict=True):
        assert f"{certification.issue_number}　{number}".replace("　", "") in page.plain
        assert shows(page, certification.title)
    assert [shows(page, certification.attestation) for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [shows(page, "（次のページに続く）") for page in pages] == [True] * (len(pages) - 1) + [False]
    assert [shows(page, "以下余白") for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [len(page.images) for page in pages] == [0] * (len(pages) - 1) + [1]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (FULL, "これは、戸籍に記録されている事項の全部を証明した書面である。"),
        (INDIVIDUAL, "これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。"),
        (ADDRESSES, "この写しは、戸籍の附票の原本と相違ないことを証明する。"),
    ],
)
def test_each_kind_is_certified_in_its_own_words(read_back, code, words):
    assert shows(read_back(made(asked(code)))[-1], words)


def test_a_register_of_six_sheets_counts_as_the_model_does(read_back):
    pages = read_back(made(SIX_SHEETS))
    assert len(pages) == 6
    for number, page in enumerate(pages, start=1):
        assert shows(page, f"（6の{number}）")
        assert shows(page, REGISTER.registered_domicile)
        assert shows(page, REGISTER.head)


def test_the_reading_of_the_surname_stands_below_the_name_where_it_is_recorded(renderer):
    without = replace(REGISTER, surname_kana="")
    said, unsaid = (renderer.render(made(asked(INDIVIDUAL, record=r))).pdf for r in (REGISTER, without))
    assert all("氏の振り仮名カツラギ" in page.plain for page in read_pdf(said))
    assert not any("氏の振り仮名" in page.plain for page in read_pdf(unsaid))
    assert heights(said, "これは、戸籍中", 0) == heights(unsaid, "これは、戸籍中", 0)
    (low, _), (line, _) = heights(said, "カツラギ", 0), heights(unsaid, "戸籍事項", 0)
    assert abs(low - line) < 0.5  # where the first line stands otherwise


def test_lines_follow_each_other_as_in_the_register(read_back):
    document = made(asked(FULL))
    for page, sheet in zip(read_back(document), document.pages, strict=True):
        places = [page.plain.index(text) for text in _squeezed_texts(sheet) if page.plain.count(text) == 1]
        assert places == sorted(places)
        assert len(places) > 5


def _squeezed_texts(sheet):
    return ["".join(line.text.split()) for line in sheet.lines if line.text]


def test_the_others_are_left_out_of_one_persons_sheet(read_back):
    (page,) = read_back(made(asked(INDIVIDUAL)))
    for stranger in ("【名】千歳", "【名】隆之", "見本美咲", "ミホン，サラアン"):
        assert not shows(page, stranger)


def count_boxes(pdf, page):
    """Frames of 26 x 7 mm, the label inside."""
    drawn = pypdfium2.PdfDocument(pdf)[page]
    bounds = (path.get_bounds() for path in drawn.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH]))
    sizes = [((right - left) * MM_A_POINT, (top - bottom) * MM_A_POINT) for left, bottom, right, top in bounds]
    return sum(abs(width - 26.6) < 0.3 and abs(height - 7.6) < 0.3 for width, height in sizes)


def test_the_box_is_two_lines_high_and_moves_nothing(renderer):
    """Beside who left; without it every line stands at the same height."""
    with_box = renderer.render(made(asked(FULL))).pdf
    members = tuple(replace(member, is_removed=False) for member in REGISTER.members)
    without = renderer.render(made(asked(FULL, record=replace(REGISTER, members=members)))).pdf
    assert heights(with_box, "【名】隆之", 1) == heights(without, "【名】隆之", 1)
    assert heights(with_box, "【続柄】長女", 1) == heights(without, "【続柄】長女", 1)
    said = [page.plain.count("除籍") for page in read_pdf(with_box)]
    assert said == [0, 2, 0]
    assert [count_boxes(with_box, page) for page in range(3)] == [0, 2, 0]


def heights(pdf, text, page):
    """Where a line stands, in mm from the foot of the sheet."""
    textpage = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    found = textpage.search(text).get_next()
    assert found
    _left, bottom, _right, top = textpage.get_charbox(found[0])
    return round(bottom * MM_A_POINT, 1), round(top * MM_A_POINT, 1)


@pytest.mark.parametrize("case", [SIX_SHEETS, CASES["restless"]], ids=["register", "addresses"])
def test_no_line_leaves_the_sheet_or_runs_into_the_certification(renderer, case):
    document = made(case)
    drawn = pypdfium2.PdfDocument(renderer.render(document).pdf)
    foot = 297 - 11 - 229  # where the 認証文 begins, from the foot of the paper
    for number in range(document.sheets):
        text = drawn[number].get_textpage()
        boxes = [[side * MM_A_POINT for side in text.get_rect(i)] for i in range(text.count_rects())]
        certified = set(said_by(document.certification))
        for left, bottom, right, top in boxes:
            line = text.get_text_bounded(*(side / MM_A_POINT for side in (left, bottom, right, top))).strip()
            assert 12 <= left < right <= 198
            is_content = line not in certified and "次のページに続く" not in line
            assert not is_content or bottom >= foot - 0.1 or line in {"見", "本", "市", "長", "之", "印"}, line


def test_an_entry_that_goes_on_and_a_person_who_goes_on_are_named_again(read_back):
    document = made(CASES["restless"])
    pages = read_back(document)
    for page, sheet in zip(pages[1:], document.pages[1:], strict=True):
        if sheet.members[0].continued:
            assert shows(page, CONTINUED)
            assert shows(page, sheet.members[0].name)


@pytest.mark.parametrize("name", ["真\U000e0102春", "𠮷之助", "髙﨑", "𛀁つ", f"葛\U000e0103{'鶴' * 59}"], ids=len)
def test_names_are_printed_as_they_are(read_back, name):
    for kind, record in ((FULL, register_with(1, given_name=name)), (ADDRESSES, history_with(1, given_name=name))):
        document = made(asked(kind, record=record))
        assert any("".join(name.split()) in page.plain.replace("\n", "") for page in read_back(document))


@pytest.mark.parametrize("kind", [FULL, ADDRESSES])
def test_a_character_that_the_typeface_lacks_is_refused(renderer, kind):
    record = register_with(1, given_name="千\U0001f600") if kind == FULL else history_with(1, given_name="千\U0001f600")
    with pytest.raises(MissingGlyphError):
        renderer.render(made(asked(kind, record=record)))


def test_what_no_cell_holds_is_refused_and_never_cut(renderer):
    with pytest.raises(TextTooLongError):
        renderer.render(made(asked(ADDRESSES, record=history_with(1, given_name="寿" * 400))))
    with pytest.raises(TextTooLongError):
        renderer.render(made(asked(FULL, record=replace(REGISTER, registered_domicile="青嶺県" * 200))))


# --- What the guard must catch ---------------------------------------------------------------------------------------


def test_a_sheet_of_another_person_is_caught(renderer):
    pdf = renderer.render(made(asked(INDIVIDUAL))).pdf
    with pytest.raises(SheetMismatchError):
        check_sheet(made(asked(INDIVIDUAL, "2")), pdf, NO_NAMES)


@pytest.mark.parametrize("kind", [FULL, ADDRESSES])
def test_two_persons_changed_about_are_caught(renderer, kind):
    """The same words, each on the other's sheet."""
    document = made(asked(kind))
    first, *between, last = document.pages
    mixed = replace(document, pages=(last, *between, first))
    with pytest.raises(SheetMismatchError):
        check_sheet(document, renderer.render(mixed).pdf, NO_NAMES)


def test_one_line_of_another_register_is_caught(renderer):
    document = made(asked(FULL))
    other = made(asked(FULL, record=register_with(2, mother="千歳子")))
    with pytest.raises(SheetMismatchError):
        check_sheet(other, renderer.render(document).pdf, NO_NAMES)


def test_one_address_of_somebody_else_is_caught(renderer):
    document = made(asked(ADDRESSES))
    elsewhere = history_with(0, addresses=restless_history(2).members[1].addresses)
    with pytest.raises(SheetMismatchError):
        check_sheet(document, renderer.render(made(asked(ADDRESSES, record=elsewhere))).pdf, NO_NAMES)


def test_the_name_of_a_resident_who_is_not_on_the_sheet_is_caught(renderer):
    """Of a document that says less than was drawn."""
    drawn = made(asked(ADDRESSES))
    pdf = renderer.render(drawn).pdf
    said = replace(drawn, pages=tuple(replace(page, members=page.members[:2]) for page in drawn.pages))
    stranger = index([next(m for m in drawn.pages[0].members if m.number == "3").name])
    with pytest.raises(SheetMismatchError, match="foreign_name"):
        check_sheet(said, pdf, stranger)


def test_those_who_left_are_names_of_the_document(renderer):
    document = made(asked(ADDRESSES))
    names = index(part.name for page in document.pages for part in page.members)
    check_sheet(document, renderer.render(document).pdf, names)
    assert SON in asked(ADDRESSES).shown


def test_the_samples_are_two_sheets_and_more():
    assert [samples.sample(code).sheets for code in (FULL, INDIVIDUAL, ADDRESSES)] == [3, 1, 2]
