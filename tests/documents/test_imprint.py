"""A seal is compared with the paper by laying it on: its imprint is printed at its true size, ±0.2 mm."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from PIL import ImageChops

from app.certificates import samples
from app.certificates.documents import Picture
from tests.unit.certificates.people import full_record

DPI = 600
TOLERANCE_MM = 0.2


def ring_mm(pdf: bytes) -> tuple[float, float]:
    """Width and height of the ink in the cell of the imprint, measured on the page at 600 dpi."""
    page = pypdfium2.PdfDocument(pdf)[0]
    image = page.render(scale=DPI / 72).to_pil().convert("L")
    dot = DPI / 25.4
    cell = image.crop((round(22 * dot), round(38 * dot), round(86 * dot), round(94 * dot)))
    left, top, right, bottom = cell.point(lambda level: 255 if level < 128 else 0).getbbox()
    return (right - left) / dot, (bottom - top) / dot


@pytest.mark.parametrize("millimetres", [8.1, 13.5, 18.0, 25.0])
def test_the_imprint_has_its_true_size(renderer, read_back, millimetres):
    imprint = Picture(samples.round_imprint("若草", millimetres), millimetres, millimetres)
    document = replace(samples.sample("seal_registration"), imprint=imprint)
    placed = read_back(document)[0].images[0]
    assert (placed.width_mm, placed.height_mm) == pytest.approx((millimetres, millimetres), abs=0.02)
    assert ring_mm(renderer.render(document).pdf) == pytest.approx((millimetres, millimetres), abs=TOLERANCE_MM)


def test_the_official_seal_is_at_most_25_mm_and_black(renderer, read_back):
    seal = read_back(full_record(1))[0].images[-1]
    assert (seal.width_mm, seal.height_mm) == pytest.approx((24.0, 24.0), abs=0.02)
    page = pypdfium2.PdfDocument(renderer.render(full_record(1)).pdf)[0]
    red, green, blue = page.render(scale=2).to_pil().convert("RGB").split()
    for one, other in ((red, green), (green, blue)):
        assert ImageChops.difference(one, other).getextrema()[1] <= 8  # no colour anywhere
