"""Where things stand, in millimetres, on every kind of sheet: with the usual content, and with every cell full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from weasyprint import HTML
from weasyprint.formatting_structure.boxes import TableCellBox

from app.certificates import layouts, typeface
from app.certificates.catalogue import get_kind
from app.certificates.documents import Document, page_numbers
from app.certificates.errors import TextTooLongError
from app.certificates.fitting import fit_document, list_fields
from app.certificates.layouts import Cell, Fitted
from app.certificates.pictures import MAX_SEAL_MM
from app.certificates.reading import read_pdf
from app.certificates.rendering import ClosedFetcher, Renderer
from tests.documents.scenes import list_scenes

SCENES = list_scenes()
MM_A_PIXEL = 25.4 / 96
PRINTABLE = (12.0, 5.0, 198.0, 292.0)  # left, top, right, bottom: what every office printer reaches
FOOT_MM = 240.0  # where the certification block begins, from the top edge of the paper
HAIR = 0.1
LONGEST = 400


@dataclass(frozen=True)
class Rectangle:
    """On the paper, in mm from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Rectangle) -> bool:
        return (
            self.left - HAIR <= other.left
            and self.top - HAIR <= other.top
            and other.right <= self.right + HAIR
            and other.bottom <= self.bottom + HAIR
        )


@dataclass(frozen=True)
class Line:
    """A line of a variable text and the cell around it."""

    field: str
    page: int
    text: Rectangle
    cell: Rectangle


def rectangle(box: Any) -> Rectangle:
    left, top = box.position_x, box.position_y
    return Rectangle(*(side * MM_A_PIXEL for side in (left, top, left + box.margin_width(), top + box.margin_height())))


def laid_out(renderer: Renderer, document: Document, fitted: dict[str, Fitted]) -> Any:
    kind = get_kind(document.kind)
    html = renderer._templates.get_template(kind.template).render(
        document=document, fitted=fitted, pages=page_numbers(document), specimen=False
    )
    pictures = {"issuer_seal": document.certification.issuer_seal} | document.pictures
    fetcher = ClosedFetcher({name: picture.png for name, picture in pictures.items()})
    return HTML(string=html, url_fetcher=fetcher).render(
        stylesheets=renderer._styles_of(kind.template), font_config=renderer._fonts
    )


def walk(box: Any, cell: Any) -> Iterator[tuple[Any, Any]]:
    """Every box with the table cell, or the line of the certification, that it stands in."""
    for child in getattr(box, "children", ()):
        inner = getattr(child, "_box", child)
        yield inner, cell
        yield from walk(inner, inner if inner.element_tag in ("td", "p", "h1") else cell)


def list_lines(pages: Any) -> Iterator[Line]:
    for number, page in enumerate(pages, start=1):
        for box, cell in walk(page._page_box, page._page_box):
            name = box.element.get("data-f") if box.element is not None else None
            if name and isinstance(getattr(box, "text", None), str) and box.text.strip():
                yield Line(name, number, rectangle(box), rectangle(cell))


def list_headings(pages: Any) -> list[tuple[int, Rectangle]]:
    """Every heading of a row or a column."""
    return [
        (number, rectangle(box))
        for number, page in enumerate(pages, start=1)
        for box, _ in walk(page._page_box, page._page_box)
        if isinstance(box, TableCellBox) and box.element_tag == "th"
    ]


@cache
def crowd(cell: Cell) -> Fitted:
    """As many of the widest characters as the cell holds."""
    shortest, longest = 0, LONGEST
    while shortest < longest:
        count = (shortest + longest + 1) // 2
        try:
            layouts.fit("", "鑑" * count, cell, typeface.measure)
            shortest = count
        except TextTooLongError:
            longest = count - 1
    return layouts.fit("", "鑑" * shortest, cell, typeface.measure)


@pytest.fixture(scope="module", params=SCENES)
def document(request: pytest.FixtureRequest) -> Document:
    return SCENES[request.param]


@pytest.fixture(scope="module")
def usual(renderer: Renderer, document: Document) -> Any:
    return laid_out(renderer, document, fit_document(document)).pages


@pytest.fixture(scope="module")
def crowded(renderer: Renderer, document: Document) -> Any:
    fitted = {name: crowd(cell) for name, _, cell in list_fields(document)}
    return laid_out(renderer, document, fitted).pages


def test_every_field_stands_on_the_sheet(document: Document, usual: Any) -> None:
    """A template that forgets a field of its kind would print less than was certified."""
    drawn = {line.field for line in list_lines(usual)}
    assert drawn == {name for name, text, _ in list_fields(document) if text.strip()}


def test_every_text_stands_in_its_cell(usual: Any) -> None:
    assert [line for line in list_lines(usual) if not line.cell.holds(line.text)] == []


def test_every_text_stands_in_its_cell_when_every_cell_is_full(crowded: Any) -> None:
    assert [line for line in list_lines(crowded) if not line.cell.holds(line.text)] == []


def test_nothing_stands_outside_of_what_a_printer_reaches(crowded: Any) -> None:
    assert [line for line in list_lines(crowded) if not Rectangle(*PRINTABLE).holds(line.text)] == []


def test_content_moves_no_row(usual: Any, crowded: Any) -> None:
    """Rows have fixed heights, as a 様式 has: headings stand where they stand."""
    assert list_headings(crowded) == list_headings(usual)


def test_the_pages_are_as_many_as_the_document_says(document: Document, usual: Any, crowded: Any) -> None:
    assert len(usual) == len(crowded) == document.sheets


def test_the_certification_stands_at_the_foot_of_the_last_sheet(document: Document, crowded: Any) -> None:
    foot = ("attestation", "issued_on", "issuer_title", "issuer_name", "note", "seal_note")
    lines = list(list_lines(crowded))
    assert {(line.field, line.page) for line in lines if line.field in foot} == {
        (name, document.sheets) for name in foot
    }
    for line in (line for line in lines if line.page == document.sheets):
        assert (line.text.top >= FOOT_MM) is (line.field in foot), line


def test_seals_have_their_size_and_stand_whole_on_the_last_sheet(renderer: Renderer, document: Document) -> None:
    wanted = [document.certification.issuer_seal, *document.pictures.values()]
    *others, last = read_pdf(renderer.render(document).pdf)
    assert [page.images for page in others] == [()] * len(others)
    sizes = sorted((image.width_mm, image.height_mm) for image in last.images)
    for found, said in zip(sizes, sorted((p.width_mm, p.height_mm) for p in wanted), strict=True):
        assert found == pytest.approx(said, abs=0.02)
        assert max(found) <= MAX_SEAL_MM
