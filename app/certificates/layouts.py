"""PURE. How text is fitted to the cells of the forms: decided here, never by the engine that draws.

Rows have fixed heights, as a 様式 has. A text first shrinks by fixed steps, then is set on as many lines as the cell
holds; when the last step does not hold it the sheet is refused (B10): nothing is ever cut (標準仕様書 5.8). Widths are
those of templates/certificates/sheet.css; a test measures that no drawn character leaves its cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.certificates.documents import Document
from app.certificates.errors import TextTooLongError

MM_A_POINT = 25.4 / 72
PADDING_MM = 2.2  # of a cell, both sides together, and a hair for rounding
_BLANKS = "　 "
_WITHOUT_BLANKS = dict.fromkeys(map(ord, _BLANKS))
_CLOSING = "）」』】、。・ー々"

Measure = Callable[[str], float]  # text -> width in em


@dataclass(frozen=True)
class Step:
    """A type size, the lines that the cell holds at it, and how far apart its characters stand."""

    size_pt: float
    lines: int = 1
    spacing_em: float = 0.0


@dataclass(frozen=True)
class Cell:
    """The room for one field."""

    width_mm: float
    steps: tuple[Step, ...]


FieldText = tuple[str, str, Cell]  # name, text, room: 「p0.name」 is the name of the first person


@dataclass(frozen=True)
class Fitted:
    """A field as it will be drawn."""

    size_pt: float
    lines: tuple[str, ...]
    spacing_em: float = 0.0


def one_line(*sizes: float, then: tuple[tuple[float, int], ...] = ()) -> tuple[Step, ...]:
    return tuple(Step(size) for size in sizes) + tuple(Step(size, lines) for size, lines in then)


def spaced(em: float, *sizes: float) -> tuple[Step, ...]:
    return tuple(Step(size, spacing_em=em) for size in sizes)


SMALL = one_line(9, 8, 7, 6, then=((5, 2),))
NAME = one_line(14, 12.5, 11, 9.5, then=((8.5, 2), (7, 2), (6, 3)))
KANA = one_line(7.5, 6.5, 5.5, then=((4.5, 2),))
ROOMY = one_line(12, 11, 10, 9, then=((9, 2), (8, 2), (7, 2), (6, 3)))
ROOMY_NAME = one_line(17, 15, 13, 11, then=((10, 2), (8.5, 2), (7, 3), (6, 3)))

_CERTIFICATION = {
    "issue_number": Cell(130, one_line(8, 7, 6)),
    "title": Cell(180, (*spaced(0.6, 20), *spaced(0.3, 20), *spaced(0.1, 20, 17, 14, 12))),
    "attestation": Cell(184, one_line(11, 10, 9, then=((9, 2),))),
    "note": Cell(98, one_line(8, 7, 6, then=((6, 2),))),
    "seal_note": Cell(40, one_line(7, 6, 5)),
    "issued_on": Cell(82, one_line(11)),
    "issuer_title": Cell(87, one_line(12, 11, 10, 9, 8)),
    "issuer_name": Cell(87, one_line(16, 14, 12, 10, then=((8, 2),))),
}


def lay_out(texts: Iterable[FieldText], measure: Measure) -> dict[str, Fitted]:
    """Every variable field of a sheet, by the name that the template marks it with (`data-f`).

    :raises TextTooLongError: naming the field that holds too much.
    """
    return {name: fit(name, text, cell, measure) for name, text, cell in texts}


def certification_fields(document: Document) -> Iterator[FieldText]:
    """The fields that every sheet has."""
    return fields_of(document.certification, _CERTIFICATION)


def fields_of(part: object, cells: Mapping[str, Cell], prefix: str = "") -> Iterator[FieldText]:
    """The texts of a document, or of a part of it, that have a cell."""
    for name, cell in cells.items():
        text = getattr(part, name, None)
        if isinstance(text, str):
            yield f"{prefix}{name}", text, cell


def fit(name: str, text: str, cell: Cell, measure: Measure) -> Fitted:
    """The first step that holds `text`. What no step can hold is seen at once, and takes no longer than what fits.

    :raises TextTooLongError: naming the field.
    """
    least = measure(text.translate(_WITHOUT_BLANKS))  # blanks may fall away between lines, nothing else does
    for step in cell.steps:
        width_em = (cell.width_mm - PADDING_MM) / (step.size_pt * MM_A_POINT)
        if least > width_em * step.lines:
            continue
        apart = _spaced_measure(measure, step.spacing_em)
        lines = wrap(text, width_em, apart)
        if lines is not None and len(lines) <= step.lines:
            return Fitted(step.size_pt, _balance(text, lines, width_em, apart), step.spacing_em)
    raise TextTooLongError(name)


def _spaced_measure(measure: Measure, spacing_em: float) -> Measure:
    """The width of characters that stand apart, with as much before the first as behind the last."""
    return lambda text: measure(text) + spacing_em * (len(text) + 1)


def wrap(text: str, width_em: float, measure: Measure) -> tuple[str, ...] | None:
    """Lines no wider than `width_em`, broken at a blank where there is one; None when one character is too wide."""
    lines = []
    rest = text
    while measure(rest) > width_em:
        head = _head(rest, width_em, measure)
        if not head:
            return None
        lines.append(head.rstrip(_BLANKS))
        rest = rest[len(head) :].lstrip(_BLANKS)
    return (*lines, rest)


def _balance(text: str, lines: tuple[str, ...], width_em: float, measure: Measure) -> tuple[str, ...]:
    """The same number of lines, more even, where the last one would hold a few characters only."""
    if len(lines) == 1 or measure(lines[-1]) * 4 > width_em:
        return lines
    narrower = (wrap(text, width_em * percent / 100, measure) for percent in range(50, 100, 5))
    return next((tried for tried in narrower if tried is not None and len(tried) == len(lines)), lines)


def _head(text: str, width_em: float, measure: Measure) -> str:
    """What goes on the first line: as much as fits, back to the last blank when that keeps at least half of it."""
    most = _count_fitting(text, width_em, measure)
    end = next((i for i in range(most, 0, -1) if _may_break(text, i)), 0) or most
    blank = max(text.rfind(mark, 0, end + 1) for mark in _BLANKS)
    return text[: blank + 1] if blank * 2 >= end > 0 else text[:end]


def _count_fitting(text: str, width_em: float, measure: Measure) -> int:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= width_em else (low, middle - 1)
    return low


def _may_break(text: str, index: int) -> bool:
    """Not before a selector or a closing mark, and not inside a number or a word of Latin letters."""
    if index == len(text):
        return True
    before, after = text[index - 1], text[index]
    is_selector = 0xFE00 <= ord(after) <= 0xFE0F or 0xE0100 <= ord(after) <= 0xE01EF
    return not (is_selector or after in _CLOSING or (_is_latin(before) and _is_latin(after)))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
