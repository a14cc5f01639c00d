"""Is the paper right? Every sheet is read back: what it says, which glyphs are drawn, and where."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

import pypdfium2
import pytest

from app.certificates import samples, typeface
from app.certificates.catalogue import KINDS
from app.certificates.documents import NOTHING, Picture, page_numbers
from app.certificates.errors import (
    MissingGlyphError,
    RenderingError,
    TextTooLongError,
    ThreadError,
    UnreadableSheetError,
)
from app.certificates.layouts import MM_A_POINT
from app.certificates.pictures import picture_hash
from app.certificates.reading import read_pdf, shows
from app.certificates.rendering import Renderer
from tests.unit.certificates.people import full_record

E0102, E0103 = "\U000e0102", "\U000e0103"
LONGEST_LATIN = "MIHON JOSE MARIA ALEJANDRO DE LA SANTISIMA TRINIDAD FERNANDEZ"


def with_first(document, **changes):
    """The same document with changes to its first person."""
    return replace(document, persons=(replace(document.persons[0], **changes), *document.persons[1:]))


@pytest.mark.parametrize(
    ("count", "form", "sheets"),
    [(1, "household", 1), (4, "household", 1), (5, "household", 2), (10, "household", 3), (3, "individual", 3)],
)
def test_every_sheet_of_a_resident_record(read_back, count, form, sheets):
    document = full_record(count, form)
    pages = read_back(document)
    assert len(pages) == document.sheets == sheets
    each = 4 if form == "household" else 1
    for position, person in enumerate(document.persons):
        assert shows(pages[position // each], person.name)
        assert shows(pages[position // each], person.birth_date)
    for page, number in zip(pages, page_numbers(document), strict=True):
        assert shows(page, document.certification.issue_number)
        assert number in page.text
        assert shows(page, document.address)


def test_the_attestation_and_the_official_seal_stand_on_the_last_sheet_alone(read_back):
    document = full_record(5)
    pages = read_back(document)
    certification = document.certification
    for text in (certification.attestation, certification.issuer_title, certification.issued_on):
        assert [shows(page, text) for page in pages] == [False, True]
    assert [[image.ink for image in page.images] for page in pages] == [[], [picture_hash(certification.issuer_seal)]]


@pytest.mark.parametrize("document", [full_record(4), full_record(4, "individual")])
def test_everything_that_the_document_says_is_on_the_paper(read_back, document):
    pages = read_back(document)
    for person in document.persons:
        items = [v for k, v in vars(person).items() if k != "foreign"]
        items += list(vars(person.foreign).values()) if person.foreign else []
        for text in items:
            assert any(shows(page, text) for page in pages), text


def test_a_seal_certificate(read_back):
    document = replace(
        samples.sample("seal_registration"),
        name_kana="シルバ　マリア",
        other_name_label="通称",
        other_name="若草　真理",
    )
    (page,) = read_back(document)
    for text in (document.name, document.birth_date, document.address, document.name_kana, document.other_name, "通称"):
        assert shows(page, text)
    assert [image.ink for image in page.images] == [
        picture_hash(document.imprint),
        picture_hash(document.certification.issuer_seal),
    ]


@pytest.mark.parametrize(
    "name",
    [
        f"葛{E0102}城　一郎",
        f"葛{E0103}城　一郎",
        f"辻{E0102}　花子",
        "𠮷田　𣘺",
        "髙﨑　德",
        "𛀁つ　𛂞る",
        f"渡邉\U000e0110齋{E0102}" * 20,
        LONGEST_LATIN,
    ],
)
@pytest.mark.parametrize("form", ["household", "individual"])
def test_names_are_printed_as_they_are(read_back, name, form):
    (page,) = read_back(with_first(full_record(1, form), name=name))
    assert shows(page, name)


def test_another_form_of_the_same_character_is_another_name(read_back):
    (page,) = read_back(with_first(full_record(1), name=f"葛{E0102}城　一郎", register_head=NOTHING))
    assert shows(page, f"葛{E0102}城　一郎")
    assert not shows(page, "葛城　一郎")


def test_two_spellings_with_one_glyph_on_one_sheet(read_back):
    """A PDF can name a glyph once: both spellings must still be found, and the ink is the same."""
    document = with_first(full_record(2), name="葛城　一郎", register_head=f"葛{E0103}城　一郎")
    (page,) = read_back(document)
    assert shows(page, "葛城　一郎")
    assert shows(page, f"葛{E0103}城　一郎")
    assert not shows(page, f"葛{E0102}城　一郎")


@pytest.mark.parametrize("bad", ["葛\U000e0100城", "若草\U0001f600", "若草㋿"])
def test_a_missing_character_is_refused(renderer, bad):
    with pytest.raises(MissingGlyphError) as caught:
        renderer.render(with_first(full_record(1), name=bad))
    assert str(caught.value) == "p0.name"


def test_a_text_that_no_cell_holds_is_refused_and_never_cut(renderer):
    with pytest.raises(TextTooLongError) as caught:
        renderer.render(with_first(full_record(1), name="若" * 400))
    assert caught.value.field == "p0.name"


def test_only_the_one_typeface_and_embedded(read_back):
    for document in (full_record(5), samples.sample("seal_registration")):
        assert {font for page in read_back(document) for font in page.fonts} == {typeface.POSTSCRIPT_NAME}


def boxes(pdf: bytes) -> dict[str, list[tuple[float, float, float, float]]]:
    """Of every line of text on the first page: its box in mm from the top left corner."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text, height = page.get_textpage(), page.get_height()
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        box = tuple(side * MM_A_POINT for side in (left, height - top, right, height - bottom))
        found.setdefault(text.get_text_bounded(left, bottom, right, top).strip(), []).append(box)
    return found


@pytest.mark.parametrize("form", ["household", "individual"])
def test_long_content_moves_no_row_and_stays_on_the_sheet(renderer, form):
    """Rows have fixed heights: labels stand where they stand, whatever is written beside them."""
    plain = full_record(1, form)
    full = with_first(
        plain,
        name=f"渡邉\U000e0110齋{E0102}" * 20,
        name_kana="ワタナベサイトウ" * 10,
        other_name="勘解由小路" * 10,
        birth_date="昭和23年1月3日から2月4日頃までの間",
        previous_address="青嶺県谷中郡清水村大字水上字上之段" * 5,
        registered_domicile="青嶺県谷中郡清水村大字水上字上之段" * 3,
        register_head="若草" * 25,
    )
    usual, crowded = boxes(renderer.render(plain).pdf), boxes(renderer.render(full).pdf)
    for label in ("氏名", "転入前住所", "筆頭者の氏名", "備考"):
        assert crowded[label][0] == pytest.approx(usual[label][0], abs=0.05)
    for box in (box for found in crowded.values() for box in found):
        assert 12 <= box[0] < box[2] <= 198
        assert 5 <= box[1] < box[3] <= 292


def test_no_two_texts_of_a_row_overlap(renderer):
    full = full_record(4)
    full = replace(full, persons=tuple(replace(p, name=LONGEST_LATIN, register_head="若草" * 25) for p in full.persons))
    lines = [(box, text) for text, found in boxes(renderer.render(full).pdf).items() for box in found]
    for i, (a, _) in enumerate(lines):
        for b, _ in lines[i + 1 :]:
            across = min(a[2], b[2]) - max(a[0], b[0])
            down = min(a[3], b[3]) - max(a[1], b[1])
            assert across < 0.2 or down < 0.6


def test_the_corner_for_a_code_is_white(renderer):
    """40 mm at the foot of the last sheet, left."""
    page = pypdfium2.PdfDocument(renderer.render(full_record(4)).pdf)[0]
    image = page.render(scale=150 / 72).to_pil().convert("L")
    dot = image.width / 210
    corner = image.crop((round(14 * dot), round(248 * dot), round(54 * dot), round(287 * dot)))
    assert corner.getextrema() == (255, 255)


def test_markup_in_a_name_is_text(read_back):
    (page,) = read_back(with_first(full_record(1), name="<b>若草</b>&amp;"))
    assert shows(page, "<b>若草</b>&amp;")


def test_specimen_is_said_only_where_it_is_one(renderer):
    document = samples.sample("seal_registration")
    document = replace(document, certification=replace(document.certification, issue_number="1", issuer_name="若草"))
    said = [read_pdf(renderer.render(document, specimen=s).pdf)[0].plain.count("見本") for s in (False, True)]
    usual = document.address.count("見本") + document.certification.issuer_title.count("見本")
    assert said == [usual, usual + 1]


@pytest.mark.parametrize(
    "picture",
    [
        Picture(b"not a picture", 13.5, 13.5),
        Picture(b"", 13.5, 13.5),
        Picture(samples.round_imprint("若草")[:200], 13.5, 13.5),  # half a file: engines draw the half
        Picture(samples.round_imprint("若草")[:-12], 13.5, 13.5),
        Picture(samples.round_imprint("若草").replace(b"IDAT\x78", b"IDAT\x79"), 13.5, 13.5),
        Picture(samples.round_imprint("若草"), 25.1, 13.5),
        Picture(samples.round_imprint("若草"), 0, 13.5),
    ],
)
def test_a_picture_that_cannot_be_printed_true(renderer, picture):
    with pytest.raises(RenderingError):
        renderer.render(replace(samples.sample("seal_registration"), imprint=picture))


def test_a_renderer_belongs_to_its_thread(renderer):
    caught = []

    def use():
        try:
            renderer.render(samples.sample("seal_registration"))
        except ThreadError as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_nothing_of_a_person_is_logged(renderer, caplog):
    caplog.set_level(logging.DEBUG)
    document = with_first(full_record(1), name="若草\U0001f600")
    with pytest.raises(MissingGlyphError):
        renderer.render(document)
    renderer.render(full_record(1))
    assert "若草" not in caplog.text
    assert "葛" not in caplog.text


def test_warming_up_draws_the_samples(renderer):
    renderer.warm_up([samples.sample(kind) for kind in KINDS])


def test_a_second_renderer_draws_the_same(renderer):
    document = full_record(5)
    assert [p.drawn for p in read_pdf(Renderer().render(document).pdf)] == [
        p.drawn for p in read_pdf(renderer.render(document).pdf)
    ]


@pytest.mark.parametrize(
    "junk", [b"", b"%PDF-1.7\n", b"\x89PNG", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"]
)
def test_what_is_no_sheet_is_not_read(junk):
    with pytest.raises(UnreadableSheetError):
        read_pdf(junk)


def test_a_sheet_cut_short_is_not_read(renderer):
    pdf = renderer.render(samples.sample("seal_registration")).pdf
    with pytest.raises(UnreadableSheetError):
        read_pdf(pdf[: len(pdf) // 2])
