"""A document fitted to its form with the real typeface: asked before the price, and again before the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from app.certificates import layouts, typeface
from app.certificates.catalogue import get_kind
from app.certificates.documents import Document
from app.certificates.errors import MissingGlyphError, TextTooLongError, UnprintableError
from app.certificates.layouts import FieldText, Fitted


def fit_document(document: Document) -> dict[str, Fitted]:
    """Every field as it will be drawn.

    :raises MissingGlyphError: naming the first field with a character or pair that the typeface lacks.
    :raises TextTooLongError: naming the first field that holds too much.
    """
    texts = tuple(list_fields(document))
    for name, text, _cell in texts:
        if typeface.find_missing(text):
            raise MissingGlyphError(name)
    return layouts.lay_out(texts, typeface.measure)


def find_unprintable(document: Document) -> UnprintableError | None:
    """The first field that cannot be drawn as recorded. Every field is tried, so that the answer takes as long."""
    found: UnprintableError | None = None
    for name, text, cell in list_fields(document):
        is_missing = bool(typeface.find_missing(text))
        try:
            layouts.fit(name, text, cell, typeface.measure)
        except TextTooLongError as error:
            found = found or error
        if is_missing:
            found = found or MissingGlyphError(name)
    return found


def list_fields(document: Document) -> Iterator[FieldText]:
    """Name, text and room of every variable field of the document."""
    yield from layouts.certification_fields(document)
    yield from get_kind(document.kind).fields(document)
