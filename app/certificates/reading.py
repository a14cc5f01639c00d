"""Reads a finished PDF back with another library than the one that wrote it, for the guard and for tests.

Text is read twice. `text` is what the file says of itself, code point by code point; `drawn` are the glyphs, from the
content stream. What the file says and what it draws must both be right: `shows`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream

from app.certificates import typeface
from app.certificates.errors import UnreadableSheetError
from app.certificates.pictures import ink_hash

MM_A_POINT = 25.4 / 72
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
# of a page: nothing that lies on top of it, or acts (ISO 32000-1, 7.7.3.3)
_PAGE = frozenset({"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources"})
# of a content stream (annex A): what is read here, lines and areas, and where the pen is. Whatever else shows a text
# or a picture, hides one or paints with a pattern would be seen on paper and not here
_OPERATORS = frozenset(
    b"q Q cm gs w J j M d G g RG rg K k m l c v y h re S s f F f* B B* b b* n W W*"
    b" BT ET Tf Tm Td TD T* TL Tc Tw Tz Ts Tj TJ Do".split()
)


@dataclass(frozen=True)
class PageImage:
    """A picture as placed on a page, in millimetres. `ink` is `pictures.ink_hash` of what is drawn."""

    ink: str
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class PageText:
    """One page: its text as the file has it, as one run, and as glyphs; its pictures and its fonts."""

    number: int
    text: str
    plain: str  # `text` without blanks and line breaks
    drawn: str  # `typeface.drawn`
    images: tuple[PageImage, ...]
    fonts: tuple[str, ...]


Mark = list[int] | PageImage  # a run of glyph numbers, or a picture


def read_pdf(pdf: bytes) -> list[PageText]:
    """Every page, in order.

    :raises UnreadableSheetError: for what is no PDF, has a font that is not embedded, or draws what is not read here.
    """
    try:
        pages = PdfReader(io.BytesIO(pdf), strict=True).pages
        return [_read_page(number, page) for number, page in enumerate(pages, start=1)]
    except (PyPdfError, KeyError, ValueError, TypeError) as error:
        raise UnreadableSheetError(type(error).__name__) from None


def shows(page: PageText, text: str) -> bool:
    """Whether `text` stands on the page: the file says so and the glyphs of it are drawn, one after the other."""
    return squeeze(text) in page.plain and typeface.drawn(text) in page.drawn


def squeeze(text: str) -> str:
    """`text` without blanks: how it is broken into lines is the layout's matter."""
    return "".join(text.split())


def _read_page(number: int, page: Any) -> PageText:
    if set(page) - _PAGE:
        raise UnreadableSheetError("page")
    text = page.extract_text()
    resources = page["/Resources"].get_object()
    marks = list(_walk(page.get_contents(), resources, page.pdf))
    return PageText(
        number=number,
        text=text,
        plain=squeeze(text),
        drawn=typeface.as_drawn(glyph for mark in marks if isinstance(mark, list) for glyph in mark),
        images=tuple(mark for mark in marks if isinstance(mark, PageImage)),
        fonts=tuple(sorted({name for inner in _resources(resources) for name in _list_fonts(inner)})),
    )


def _walk(contents: ContentStream, resources: Any, pdf: Any, matrix: Matrix = _IDENTITY) -> Iterator[Mark]:
    """What is drawn, in order: runs of glyph numbers, and pictures with their size on the paper."""
    fonts = {name: _glyph_map(font.get_object()) for name, font in resources.get("/Font", {}).items()}
    state = matrix, b""
    stack = []
    for operands, operator in _operations(contents):
        if operator == b"q":
            stack.append(state)
        elif operator == b"Q":
            state = stack.pop()
        elif operator == b"cm":
            state = _times(operands, state[0]), state[1]
        elif operator == b"Tf":
            state = state[0], fonts[operands[0]]
        elif operator in (b"Tj", b"TJ"):
            yield _glyphs(operands[0], state[1])
        elif operator == b"Do":
            yield from _object(resources["/XObject"][operands[0]].get_object(), pdf, state[0])


def _operations(contents: ContentStream) -> Iterator[tuple[Any, bytes]]:
    for operands, operator in contents.operations:
        if operator not in _OPERATORS:
            raise UnreadableSheetError("operator")
        yield operands, operator


def _object(drawn: Any, pdf: Any, matrix: Matrix) -> Iterator[Mark]:
    if drawn["/Subtype"] == "/Form":
        inner = _times(drawn.get("/Matrix", _IDENTITY), matrix)
        yield from _walk(ContentStream(drawn, pdf), drawn["/Resources"].get_object(), pdf, inner)
    else:
        a, b, c, d, *_ = matrix
        width, height = (a * a + b * b) ** 0.5 * MM_A_POINT, (c * c + d * d) ** 0.5 * MM_A_POINT
        yield PageImage(ink_hash(drawn.decode_as_image()), width, height)


def _glyphs(shown: Any, glyph_map: bytes) -> list[int]:
    """Identity-H: two bytes a code. Numbers between strings only move the pen."""
    strings = [s for s in (shown if isinstance(shown, list) else [shown]) if not isinstance(s, int | float)]
    raw = b"".join(getattr(s, "original_bytes", s) for s in strings)
    codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
    return [int.from_bytes(glyph_map[2 * code : 2 * code + 2], "big") for code in codes] if glyph_map else codes


def _glyph_map(font: Any) -> bytes:
    """The glyph of each code, two bytes each; empty where codes are glyphs."""
    (descendant,) = font["/DescendantFonts"]
    glyph_map = descendant.get_object().get("/CIDToGIDMap", "/Identity")
    return b"" if glyph_map == "/Identity" else bytes(glyph_map.get_data())


def _times(inner: Any, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in inner)
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _resources(resources: Any) -> Iterator[Any]:
    """Of the page and of every form on it, however deep."""
    yield resources
    for reference in resources.get("/XObject", {}).values():
        drawn = reference.get_object()
        if drawn["/Subtype"] == "/Form":
            yield from _resources(drawn["/Resources"].get_object())


def _list_fonts(resources: Any) -> Iterator[str]:
    for reference in resources.get("/Font", {}).values():
        font = reference.get_object()
        descendant = font.get("/DescendantFonts", [font])[0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        if not any(name in descriptor for name in _FONT_FILES):
            raise UnreadableSheetError("font")
        yield str(font["/BaseFont"])[1:].rpartition("+")[2]  # before the plus: the mark of a subset
