"""What is shown on a screen before paying: the first sheet, and that it is not one."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

from app.certificates.pictures import preview, to_image
from tests.unit.certificates.people import full_record


def test_a_preview_is_900_pixels_wide_and_marked(renderer):
    pdf = renderer.render(full_record(5)).pdf
    image = Image.open(io.BytesIO(preview(pdf)))
    assert image.width == 900
    assert image.height == 1273
    bare = to_image(pdf, dpi=900 / 595.28 * 72)
    changed = ImageChops.difference(image.convert("L"), bare.convert("L")).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] > 450  # across more than half of the sheet
