"""What is on the sheet besides what should be: all that the document says is there, and something else, too.

Each is played twice, with the check and without it: what another check finds as well proves nothing of this one.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

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
def pdf() -> bytes:
    return Renderer().render(RECORD).pdf


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
