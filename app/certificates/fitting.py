"""A document fitted to its form with the real typeface: asked before the price, and again before the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from app.certificates import layouts, typeface
from app.certificates.catalogue import get_kind
from app.certificates.documents import Document
from app.certificates.errors import MissingGlyphError
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


def list_fields(document: Document) -> Iterator[FieldText]:
    """Name, text and room of every variable field of the document."""
    yield from layouts.certification_fields(document)
    yield from get_kind(document.kind).fields(document)
