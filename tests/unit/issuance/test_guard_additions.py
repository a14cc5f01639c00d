"""What is on the sheet besides what should be: all that the document says is there, and something else, too.

Each is played twice, with the check and without it: what another check finds as well proves nothing of this one.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter, generic
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from app.certificates import reading
from app.certificates.documents import numbered
from app.certificates.rendering import Renderer
from app.issuance import guard
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import check_sheet
from app.issuance.names import index
from tests.unit.certificates.people import full_record

NOBODY = index([])
RECORD = numbered(full_record(5), "20261121 若草市 001 0000123")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module")
def pdf(renderer: Renderer) -> bytes:
    return renderer.render(RECORD).pdf


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def switch_off(check: str) -> None:
        left = tuple(each for each in guard._CHECKS if each.__name__ != check)
        assert len(left) == len(guard._CHECKS) - 1
        monkeypatch.setattr(guard, "_CHECKS", left)

    return switch_off


def findings(pdf: bytes) -> tuple[str, ...]:
    with pytest.raises(SheetMismatchError) as found:
        check_sheet(RECORD, pdf, NOBODY)
    return found.value.findings


def rewritten(pdf: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def own_resources(writer: PdfWriter, page: int) -> DictionaryObject:
    """Of this sheet alone: as they are written, all sheets share them."""
    own = DictionaryObject(writer.pages[page]["/Resources"].get_object())
    for key in ("/Font", "/XObject"):
        own[NameObject(key)] = DictionaryObject(own.get(key, DictionaryObject()).get_object())
    writer.pages[page][NameObject("/Resources")] = own
    return own


def other_font(writer: PdfWriter) -> None:
    """Sheet 2 in a typeface that draws other things for the same numbers."""
    fonts = own_resources(writer, 1)["/Font"]
    (name,) = fonts
    other = DictionaryObject(fonts[name])
    other[NameObject("/BaseFont")] = NameObject("/ABCDEF+OtherMincho")
    fonts[NameObject(name)] = writer._add_object(other)


def other_font_in_a_form(writer: PdfWriter) -> None:
    """Nothing on sheet 1 itself names it."""
    resources = own_resources(writer, 0)
    (name,) = resources["/Font"]
    other = DictionaryObject(resources["/Font"][name])
    other[NameObject("/BaseFont")] = NameObject("/OtherMincho")
    inner = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject(name): writer._add_object(other)})})
    form = DecodedStreamObject()
    form.update({NameObject("/Subtype"): NameObject("/Form"), NameObject("/Resources"): inner})
    form.set_data(b"")
    resources["/XObject"][NameObject("/Fm0")] = writer._add_object(form)


def test_nothing_was_changed_and_it_passes(pdf: bytes) -> None:
    check_sheet(RECORD, rewritten(pdf, lambda _writer: None), NOBODY)


@pytest.mark.parametrize(("change", "sheet"), [(other_font, 2), (other_font_in_a_form, 1)])
def test_another_typeface(pdf: bytes, without, change: Callable[[PdfWriter], None], sheet: int) -> None:
    assert findings(rewritten(pdf, change)) == (f"fonts:{sheet}",)
    without("_fonts")
    check_sheet(RECORD, rewritten(pdf, change), NOBODY)


# --- Text ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def draw(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], str]], bytes]:
    """Lays out something else than the form and the document."""
    to_html = renderer._to_html

    def draw(change: Callable[[str], str]) -> bytes:
        monkeypatch.setattr(renderer, "_to_html", lambda *given: change(to_html(*given)))
        return renderer.render(RECORD).pdf

    return draw


def beside(text: str, sheet: int) -> Callable[[str], str]:
    """`text` in the margin of a sheet, where the form has nothing."""
    mark = f'<p style="position: absolute; left: 0; top: 270mm; font-size: 6pt">{text}</p></section>'

    def change(html: str) -> str:
        *sheets, end = html.split("</section>")
        return "".join(part + (mark if n == sheet else "</section>") for n, part in enumerate(sheets, 1)) + end

    return change


@pytest.mark.parametrize(
    ("text", "sheet"),
    [
        ("本籍　青嶺県青葉町大字青葉一番地", 1),  # of another household
        ("国籍・地域　某国", 2),
        ("平成3年4月5日", 1),
        ("＊", 2),
        (RECORD.persons[1].name, 1),  # of one who is on the sheet, once more
        (RECORD.certification.title, 2),
    ],
)
def test_a_text_that_nobody_asked_for(draw, without, text: str, sheet: int) -> None:
    pdf = draw(beside(text, sheet))
    assert findings(pdf) == (f"additional:{sheet}",)
    without("_words")
    check_sheet(RECORD, pdf, NOBODY)


def test_a_word_of_the_form_that_is_missing(draw, without) -> None:
    pdf = draw(lambda html: html.replace("<th>転入前住所</th>", "<th></th>", 1))
    assert findings(pdf) == ("form:1",)
    without("_words")
    check_sheet(RECORD, pdf, NOBODY)


def operation(operator: bytes, *operands: generic.PdfObject) -> tuple[list[generic.PdfObject], bytes]:
    return list(operands), operator


def with_operations(*added: tuple[list[generic.PdfObject], bytes]) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        contents = writer.pages[0].get_contents()
        contents.operations = [*added, *contents.operations]
        writer.pages[0].replace_contents(contents)

    return change


HIDDEN = with_operations(operation(b"Tr", generic.NumberObject(3)))  # ISO 32000-1, table 106: neither fill nor stroke
PAINTED = with_operations(operation(b"sh", NameObject("/Sh0")))


@pytest.mark.parametrize(("change", "operator"), [(HIDDEN, b"Tr"), (PAINTED, b"sh")])
def test_what_would_be_seen_otherwise_than_it_is_read(
    pdf: bytes, monkeypatch: pytest.MonkeyPatch, change: Callable[[PdfWriter], None], operator: bytes
) -> None:
    changed = rewritten(pdf, change)
    assert findings(changed) == ("unreadable",)
    monkeypatch.setattr(reading, "_OPERATORS", reading._OPERATORS | {operator})
    check_sheet(RECORD, changed, NOBODY)


def test_a_note_on_top_of_the_page(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    note = FreeText(text="国籍・地域　某国", rect=(50, 50, 300, 100))
    changed = rewritten(pdf, lambda writer: writer.add_annotation(0, note))
    assert findings(changed) == ("unreadable",)
    monkeypatch.setattr(reading, "_PAGE", reading._PAGE | {"/Annots"})
    check_sheet(RECORD, changed, NOBODY)
