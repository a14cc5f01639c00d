"""Lets the text of a finished sheet be read back code point by code point, selectors included.

A PDF names each code of a font once. WeasyPrint's codes are glyph numbers, so two spellings that share a glyph (葛
alone, and with the selector of its default form) would both come back as the one that was drawn first. Here every
further (glyph, text) pair gets a code of its own, above the glyphs of the font, and the map back to the glyph
(ISO 32000-1, 9.7.4.3: CIDToGIDMap). The ink stays as it was.

Which text a run of glyphs stands for is asked of the boxes of the layout, by their place on the page. These, and the
form of the content stream, are internals of the pinned WeasyPrint; whatever is not as expected stops the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pydyf

from app.certificates import typeface
from app.certificates.errors import RenderingError

_HIGHEST_CODE = 0xFFFF
_HEX = re.compile(rb"<([0-9a-f]*)>")
_ENTRIES_A_BLOCK = 100  # of bfchar, by the CMap specification
_HEAD = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange"
)
_FOOT = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"

Place = tuple[str, str]  # left end of the base line, as the content stream writes it


class Codes:
    """The codes of one PDF: a glyph's first text keeps the glyph's number, each further one gets a number above."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}  # code → what it stands for
        self.glyphs: dict[int, int] = {}  # code above the font's glyphs → glyph
        self._codes: dict[tuple[int, str], int] = {}
        self._next = typeface.glyph_count()

    def of(self, glyph: int, text: str) -> int:
        """:raises RenderingError: when one sheet has more spellings than there are codes."""
        if (glyph, text) not in self._codes:
            self._add(glyph, text)
        return self._codes[glyph, text]

    def _add(self, glyph: int, text: str) -> None:
        code = glyph
        if glyph in self.texts:
            code, self._next = self._next, self._next + 1
            self.glyphs[code] = glyph
        if code > _HIGHEST_CODE or not text:
            raise RenderingError("codes")
        self.texts[code] = text
        self._codes[glyph, text] = code


def name_every_text(page_boxes: Iterable[Any], pdf: pydyf.PDF) -> None:
    """Change codes and maps of a PDF that is laid out and not yet written; one box of the layout a page.

    :raises RenderingError: when what is drawn is not, glyph by glyph, the text of the layout.
    """
    codes = Codes()
    pages = [thing for thing in pdf.objects if isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/Page"]
    for page, box in zip(pages, page_boxes, strict=True):
        _recode(_find(pdf, page["Contents"]), _texts_by_place(box), codes)
    if codes.texts:
        _describe(pdf, codes)


def _texts_by_place(page_box: Any) -> dict[Place, str]:
    """Every line of text of a page."""
    texts: dict[Place, str] = {}
    for box in page_box.descendants(placeholders=True):
        text = getattr(box, "text", None)
        if isinstance(text, str) and text.strip():
            place = _place(box.position_x, box.position_y + box.baseline)
            if texts.setdefault(place, text) != text:
                raise RenderingError("text")
    return texts


def _place(x: float, y: float) -> Place:
    return f"{x:f}", f"{y:f}"


def _recode(stream: pydyf.Stream, texts: dict[Place, str], codes: Codes) -> None:
    """Give every glyph of a page the code of its text. `Tm` says where a run begins, `TJ` draws it."""
    pieces: Iterator[tuple[int, str]] = iter(())
    for index, operation in enumerate(stream.stream):
        if operation.endswith(b" Tm"):
            _check_finished(pieces)
            x, y = map(float, operation.split()[4:6])
            pieces = iter(typeface.pieces(texts.pop(_place(x, y), "")))
        elif operation.endswith(b" TJ"):
            stream.stream[index] = _HEX.sub(partial(_encode, pieces, codes), operation)
    _check_finished(pieces)
    if texts:
        raise RenderingError("text")


def _check_finished(pieces: Iterator[tuple[int, str]]) -> None:
    if next(pieces, None) is not None:
        raise RenderingError("text")


def _encode(pieces: Iterator[tuple[int, str]], codes: Codes, run: re.Match[bytes]) -> bytes:
    encoded = b""
    for start in range(0, len(run[1]), 4):
        glyph, text = next(pieces, (-1, ""))
        if glyph != int(run[1][start : start + 4], 16):
            raise RenderingError("text")
        encoded += b"%04x" % codes.of(glyph, text)
    return b"<%b>" % encoded


def _describe(pdf: pydyf.PDF, codes: Codes) -> None:
    """Tell the font of its new codes: their text, their glyph, their width."""
    fonts = [t for t in pdf.objects if isinstance(t, pydyf.Dictionary) and t.get("Subtype") == "/Type0"]
    if len(fonts) != 1:
        raise RenderingError("fonts")
    _find(pdf, fonts[0]["ToUnicode"]).stream[:] = [_HEAD, *_bfchars(codes.texts), _FOOT]
    if codes.glyphs:
        descendant = _find(pdf, fonts[0]["DescendantFonts"][0])
        glyph_map = pydyf.Stream([_to_glyphs(codes)], compress=True)
        pdf.add_object(glyph_map)
        descendant["CIDToGIDMap"] = glyph_map.reference
        for code, glyph in codes.glyphs.items():
            descendant["W"] += [code, pydyf.Array([typeface.glyph_width(glyph)])]


def _bfchars(texts: dict[int, str]) -> Iterator[bytes]:
    entries = [f"<{code:04x}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(texts.items())]
    for start in range(0, len(entries), _ENTRIES_A_BLOCK):
        block = entries[start : start + _ENTRIES_A_BLOCK]
        yield "\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]).encode()


def _to_glyphs(codes: Codes) -> bytes:
    """Two bytes a code, up to the highest; codes that are not drawn have glyph 0."""
    table = bytearray(2 * (max(codes.texts) + 1))
    for code in codes.texts:
        table[2 * code : 2 * code + 2] = codes.glyphs.get(code, code).to_bytes(2, "big")
    return bytes(table)


def _find(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
