"""Every text of every kind: it has a cell, is marked on the form, and is refused when no form can hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import NOT_PRINTED, Document, Picture
from app.certificates.fitting import find_unprintable
from app.certificates.kinds.resident_record import INDIVIDUAL_FORM
from app.certificates.rendering import Renderer
from app.issuance.guard import said_on

Path = tuple[str | int, ...]
UNPRINTABLE = "\U000f0000"
TOO_LONG = "葛" * 300
NO_ELEMENT = {"br", "col", "img", "meta"}
NO_CELL = {"assessed", "tax_base", "tax"}  # of a 資産証明書 without values, where they are empty


def documents() -> Iterator[Any]:
    for code, kind in KINDS.items():
        items = [option.code for option in kind.options if option.code != "pension"]
        yield pytest.param(samples.sample(code), id=code)
        if items:
            yield pytest.param(samples.sample(code, options=items), id=f"{code} with every item")
    yield pytest.param(samples.sample("resident_record", 3, INDIVIDUAL_FORM), id="one a sheet")
    yield pytest.param(samples.sample("resident_record_items", options=["pension"]), id="pension")


def list_texts(part: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a document and where it is."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, tuple):
        for position, item in enumerate(part):
            yield from list_texts(item, (*path, position))
    elif is_dataclass(part) and not isinstance(part, Picture):
        for f in fields(part):
            if f.metadata != NOT_PRINTED:
                yield from list_texts(getattr(part, f.name), (*path, f.name))


def put(part: Any, path: Path, text: str) -> Any:
    """The same with another text in one place."""
    if not path:
        return text
    first, *rest = path
    if isinstance(first, int):
        return (*part[:first], put(part[first], tuple(rest), text), *part[first + 1 :])
    return replace(part, **{first: put(getattr(part, first), tuple(rest), text)})


def list_places(document: Document) -> list[Path]:
    """One place of each kind: the first line that says something, of all lines of a list."""
    found: dict[Path, Path] = {}
    for path, text in list_texts(document):
        if text or path[-1] not in NO_CELL:
            found.setdefault(tuple("" if isinstance(step, int) else step for step in path), path)
    return list(found.values())


@pytest.mark.parametrize("document", list(documents()))
def test_no_text_passes_that_cannot_be_drawn(document: Document) -> None:
    assert find_unprintable(document) is None
    for text in (UNPRINTABLE, f"葛{UNPRINTABLE}", TOO_LONG):
        places = list_places(document)
        assert [path for path in places if find_unprintable(put(document, path, text)) is None] == []


class Marked(HTMLParser):
    """The texts that stand in a place of the form with a name (`data-f`), by place."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str | None] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in NO_ELEMENT:
            self._names.append(dict(attrs).get("data-f"))
            self.texts += [""] if self._names[-1] else []

    def handle_endtag(self, tag: str) -> None:
        if tag not in NO_ELEMENT:
            self._names.pop()

    def handle_data(self, data: str) -> None:
        if any(self._names):
            self.texts[-1] += data


@pytest.mark.parametrize("document", list(documents()))
def test_every_text_is_marked_on_the_form(document: Document) -> None:
    """So that a form can be made ready once and filled in later: what is not marked is the same on every sheet."""
    page = Marked()
    page.feed(Renderer()._to_html(document, specimen=False))
    marked = sorted("".join(text.split()) for text in page.texts if text)
    said = [text for number in range(1, document.sheets + 1) for text in said_on(document, number)]
    missing = list(said)
    for text in marked:
        missing = _without_one(missing, text)
    assert missing == []


def _without_one(texts: list[str], read: str) -> list[str]:
    position = next((i for i, text in enumerate(texts) if "".join(text.split()) == read), None)
    return texts if position is None else texts[:position] + texts[position + 1 :]
