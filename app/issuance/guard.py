"""Is the finished PDF the document, the whole document, and nothing of anybody else?

Reads what another library finds in the bytes that would be printed. The published mix-ups of 2023 and 2024 would have
been caught here. A finding is a code and a page, never text of the page: it goes into a case and a log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.certificates.catalogue import get_kind
from app.certificates.documents import NOTHING, Document, Picture, page_numbers
from app.certificates.errors import UnreadableSheetError
from app.certificates.forms import list_words
from app.certificates.pictures import picture_hash
from app.certificates.reading import PageText, read_pdf, shows, squeeze
from app.certificates.typeface import POSTSCRIPT_NAME, drawn
from app.certificates.wishes import Wish
from app.issuance.errors import SheetMismatchError
from app.issuance.names import Names, count_foreign
from app.issuance.sequence import is_in_order

_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")
SIZE_TOLERANCE_MM = 0.2  # of a seal that is certified at its true size


@dataclass(frozen=True)
class Sheet:
    """What is compared."""

    document: Document
    pages: list[PageText]
    names: Names


def check_sheet(document: Document, pdf: bytes, names: Names) -> None:
    """:raises SheetMismatchError: unless the PDF is this document and nothing else."""
    try:
        pages = read_pdf(pdf)
    except UnreadableSheetError:
        raise SheetMismatchError(("unreadable",)) from None
    if findings := find_mismatches(Sheet(document, pages, names)):
        raise SheetMismatchError(findings)


def check_asked(document: Document, wish: Wish) -> None:
    """:raises SheetMismatchError: unless the document is what was ordered: kind, items, people, years."""
    if document.kind != wish.kind:
        raise SheetMismatchError(("kind",))
    if wish.persons_asked and set(wish.persons_asked) != set(wish.persons):
        raise SheetMismatchError(("persons",))
    if findings := tuple(dict.fromkeys(get_kind(wish.kind).unasked(document, wish))):
        raise SheetMismatchError(findings)


def find_mismatches(sheet: Sheet) -> tuple[str, ...]:
    """Codes of all that is not as the document says; empty = the sheet may be printed."""
    if len(sheet.pages) != sheet.document.sheets or not sheet.pages:
        return (f"pages:{len(sheet.pages)}/{sheet.document.sheets}",)
    return tuple(dict.fromkeys(finding for check in _CHECKS for finding in check(sheet)))


def said_by(value: Any) -> list[str]:
    """Every string of a document, depth first; not its pictures."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, tuple):
        return [text for item in value for text in said_by(item)]
    if is_dataclass(value) and not isinstance(value, Picture):
        return [
            text for f in fields(value) if f.metadata.get("printed", True) for text in said_by(getattr(value, f.name))
        ]
    return []


def _numbers(sheet: Sheet) -> Iterator[str]:
    """発行番号 with n/N on every sheet, side by side: they bind the sheets of one certificate."""
    number = squeeze(sheet.document.certification.issue_number)
    for page, position in zip(sheet.pages, page_numbers(sheet.document), strict=True):
        if not number or number not in page.plain:
            yield f"issue_number:{page.number}"
        elif f"{number}{position}" not in page.plain:
            yield f"page_number:{page.number}"


def _attestation(sheet: Sheet) -> Iterator[str]:
    """標準仕様書 5.1: on the last sheet only."""
    attestation = sheet.document.certification.attestation
    for page in sheet.pages:
        if shows(page, attestation) is not (page is sheet.pages[-1]):
            yield f"attestation:{page.number}"


def _content(sheet: Sheet) -> Iterator[str]:
    """Every string of the document stands on its own sheet at least as often as the document says it there.

    Counting matters: the name of a head of household stands in three places, and one of them may be somebody else's.
    Counted twice, in what the file says and in the glyphs that it draws.
    """
    for page in sheet.pages:
        said = said_on(sheet.document, page.number)
        for read, found in ((squeeze, page.plain), (drawn, page.drawn)):
            wanted = [read(text) for text in said]
            for position, text in enumerate(wanted, start=1):
                if found.count(text) < sum(other.count(text) for other in wanted):
                    yield f"content.{position}:{page.number}"


def _order(sheet: Sheet) -> Iterator[str]:
    """The items of every list follow one another, each with its own texts, in what the file says and in the glyphs."""
    for page in sheet.pages:
        content = sheet.document.content_of(page.number)
        if not (is_in_order(content, page.plain, squeeze) and is_in_order(content, page.drawn, drawn)):
            yield f"order:{page.number}"


def said_on(document: Document, number: int) -> list[str]:
    """What the document says on sheet `number`. A mark for nothing is left out: a form may lack that cell."""
    common = document.certification
    said = said_by(common) if number == document.sheets else [common.issue_number, common.title]
    said += said_by(document.content_of(number))
    return [text for text in said if text != NOTHING]


def _words(sheet: Sheet) -> Iterator[str]:
    """Nothing more stands on a sheet than the document's texts and the words of its form, and none of these less.

    Characters and glyphs are counted, not places: where a text stands is the form's matter.
    """
    form = list_words(sheet.document)
    if len(form) != len(sheet.pages):
        yield f"form:{len(form)}/{len(sheet.pages)}"
        return
    for page, words in zip(sheet.pages, form, strict=True):
        for read, found in ((squeeze, page.plain), (drawn, page.drawn)):
            stands, wanted = Counter(found), Counter("".join(map(read, words)))
            if stands - wanted:
                yield f"additional:{page.number}"
            if wanted - stands:
                yield f"form:{page.number}"


def _pictures(sheet: Sheet) -> Iterator[str]:
    """The official seal, the imprint where it is certified, nothing else: last sheet, every pixel, true size."""
    document = sheet.document
    wanted = [document.certification.issuer_seal, *document.pictures.values()]
    for page in sheet.pages:
        found = sorted((i.ink, i.width_mm, i.height_mm) for i in page.images)
        said = sorted((picture_hash(w), w.width_mm, w.height_mm) for w in wanted if page is sheet.pages[-1])
        if len(found) != len(said) or not all(map(_is_same_picture, found, said)):
            yield f"pictures:{page.number}"


def _is_same_picture(found: tuple[str, float, float], said: tuple[str, float, float]) -> bool:
    sizes = zip(found[1:], said[1:], strict=True)
    return found[0] == said[0] and all(abs(a - b) <= SIZE_TOLERANCE_MM for a, b in sizes)


def _twelve_digits(sheet: Sheet) -> Iterator[str]:
    """個人番号, or what looks like one, only where the document has it."""
    said = {digits for text in said_by(sheet.document) for digits in _digits_in(text)}
    for page in sheet.pages:
        if _digits_in(page.text) - said:
            yield f"twelve_digits:{page.number}"


def _digits_in(text: str) -> set[str]:
    return {re.sub(r"\D", "", match.group()) for match in _TWELVE_DIGITS.finditer(text)}


def _fonts(sheet: Sheet) -> Iterator[str]:
    """Another typeface draws another glyph for the same number or character; both texts are read by ours alone."""
    for page in sheet.pages:
        if set(page.fonts) - {POSTSCRIPT_NAME}:
            yield f"fonts:{page.number}"


def _foreign_names(sheet: Sheet) -> Iterator[str]:
    said = said_by(sheet.document)
    for page in sheet.pages:
        if count_foreign(page.text, sheet.names, said):
            yield f"foreign_name:{page.number}"


_CHECKS: tuple[Callable[[Sheet], Iterator[str]], ...] = (
    _numbers, _attestation, _content, _order, _words, _pictures, _fonts, _twelve_digits, _foreign_names,
)  # fmt: skip
