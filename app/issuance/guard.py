"""Is the finished PDF the document, the whole document, and nothing of anybody else?

Reads what another library finds in the bytes that would be printed. Every published mix-up of 2023 and 2024 would have been
caught here. A finding is a code and a page, never text of the page: it goes into a case and a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.certificates.documents import Document, Picture, page_numbers, printed_persons
from app.issuance.names import Names, count_foreign

_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")


@dataclass(frozen=True)
class Page:
    """What the reader found on one page. `pictures` are SHA-256 of the pixels."""

    text: str
    pictures: frozenset[str]


@dataclass(frozen=True)
class Expected:
    """The document, and the pictures that must be on it: the official seal and, where there is one, the imprint."""

    document: Document
    seal: str
    imprint: str | None


def find_mismatches(expected: Expected, pages: list[Page], names: Names) -> tuple[str, ...]:
    """Codes of all that is not as the document says; empty = the sheet may be printed."""
    document = expected.document
    if len(pages) != document.sheets or not pages:
        return (f"pages:{len(pages)}/{document.sheets}",)
    bare = [_bare(page.text) for page in pages]
    findings = (
        _numbers(document, bare),
        _attestation(document, bare),
        _content(document, bare),
        _pictures(expected, pages),
        _twelve_digits(document, pages),
        _foreign_names(document, pages, names),
    )
    return tuple(finding for group in findings for finding in group)


def _numbers(document: Document, bare: list[str]) -> Iterator[str]:
    number = _bare(document.certification.issue_number)
    for position, (text, page_number) in enumerate(zip(bare, page_numbers(document), strict=True), start=1):
        if not number or number not in text:
            yield f"issue_number:{position}"
        if f"{number}{page_number}" not in text and page_number not in text:
            yield f"page_number:{position}"


def _attestation(document: Document, bare: list[str]) -> Iterator[str]:
    """標準仕様書 5.1: on the last page only."""
    text = _bare(document.certification.attestation)
    for position, page in enumerate(bare, start=1):
        if (text in page) is not (position == len(bare)):
            yield f"attestation:{position}"


def _content(document: Document, bare: list[str]) -> Iterator[str]:
    """Everything that the document says stands on the sheet; names and birth dates as often as persons have them."""
    whole = "".join(bare)
    for position, text in enumerate(said_by(document), start=1):
        if _bare(text) not in whole:
            yield f"content:{position}"
    persons = [(_bare(name), _bare(birth)) for name, birth in printed_persons(document)]
    for position, pair in enumerate(persons, start=1):
        if any(whole.count(part) < _times(part, persons) for part in pair):
            yield f"person:{position}"


def _times(part: str, persons: list[tuple[str, str]]) -> int:
    return sum(part in pair for pair in persons)


def _pictures(expected: Expected, pages: list[Page]) -> Iterator[str]:
    if expected.seal not in pages[-1].pictures:
        yield "official_seal"
    if expected.imprint is not None and expected.imprint not in pages[-1].pictures:
        yield "imprint"


def _twelve_digits(document: Document, pages: list[Page]) -> Iterator[str]:
    """個人番号 (and anything that looks like one) only where the document has it."""
    said = {digits for text in said_by(document) for digits in _digits_in(text)}
    for position, page in enumerate(pages, start=1):
        if _digits_in(page.text) - said:
            yield f"twelve_digits:{position}"


def _digits_in(text: str) -> set[str]:
    return {re.sub(r"\D", "", match.group()) for match in _TWELVE_DIGITS.finditer(text)}


def _foreign_names(document: Document, pages: list[Page], names: Names) -> Iterator[str]:
    said = said_by(document)
    for position, page in enumerate(pages, start=1):
        if count := count_foreign(page.text, names, said):
            yield f"foreign_name:{position}:{count}"


def said_by(value: Any) -> list[str]:
    """Every string of a document, depth first; pictures and the form's own key are not text on the sheet."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, tuple):
        return [text for item in value for text in said_by(item)]
    if is_dataclass(value) and not isinstance(value, Picture):
        return [text for f in fields(value) if f.name != "form" for text in said_by(getattr(value, f.name))]
    return []


def _bare(text: str) -> str:
    """Without any blanks: how lines are broken is the layout's matter."""
    return "".join(text.split())
