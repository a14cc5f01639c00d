"""The forms in words: a template filled with a document, before anything is laid out.

The renderer lays out what comes of it. The guard reads from it, in a filling of its own, all that may stand on a
sheet: the document's texts and the form's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2

from app.certificates.catalogue import get_kind
from app.certificates.documents import Document, page_numbers
from app.certificates.errors import RenderingError
from app.certificates.fitting import list_fields
from app.certificates.layouts import Fitted

TEMPLATES = Path(__file__).parents[2] / "templates" / "certificates"
_ANY_SIZE = 1.0
_SHEET = "section"  # the element that is one sheet, in every template


def make_templates() -> jinja2.Environment:
    """A kind's template is a file of `TEMPLATES`, or a whole path where a town keeps its own."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(
    templates: jinja2.Environment, document: Document, fitted: Mapping[str, Fitted], specimen: bool = False
) -> str:
    """HTML of every sheet of a document.

    :raises RenderingError: when the template asks for what the document does not have.
    """
    try:
        template = templates.get_template(get_kind(document.kind).template)
        return template.render(document=document, fitted=fitted, pages=page_numbers(document), specimen=specimen)
    except jinja2.TemplateError:  # its message may say what there is
        raise RenderingError("template") from None


def list_words(document: Document) -> tuple[tuple[str, ...], ...]:
    """Every text of every sheet, as they come in the form; where lines break is left out.

    :raises RenderingError: as `fill`.
    """
    unfitted = {name: Fitted(_ANY_SIZE, (text,)) for name, text, _room in list_fields(document)}
    reader = _Words()
    reader.feed(fill(_own_templates(), document, unfitted))
    reader.close()
    return tuple(map(tuple, reader.sheets))


@cache
def _own_templates() -> jinja2.Environment:
    return make_templates()


class _Words(HTMLParser):
    """The texts below each sheet's element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[list[str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == _SHEET:
            self.sheets.append([])
            self._is_inside = True

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != _SHEET

    def handle_data(self, data: str) -> None:
        if self._is_inside and data.strip():
            self.sheets[-1].append(data)
