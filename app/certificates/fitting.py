"""A document fitted to its form with the real typeface: asked before the price, and again before the drawing."""

from __future__ import annotations

from app.certificates import layouts, typeface
from app.certificates.documents import Document
from app.certificates.errors import MissingGlyphError
from app.certificates.layouts import Fitted


def fit_document(document: Document) -> dict[str, Fitted]:
    """Every field as it will be drawn.

    :raises MissingGlyphError: naming the first field with a character or pair that the typeface lacks.
    :raises TextTooLongError: naming the first field that holds too much.
    """
    for name, text, _cell in layouts.list_fields(document):
        if typeface.find_missing(text):
            raise MissingGlyphError(name)
    return layouts.lay_out(document, typeface.measure)
