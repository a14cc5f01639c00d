"""Invented seals: residents' imprints and the official seals of mayors, black on white, one bit a pixel."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from app.certificates.typeface import FONT_PATH
from app.residents.characters import is_selector

IMPRINT_DPI = 400
OFFICIAL_DPI = 600
OFFICIAL_MM = 21.0
MM_PER_INCH = 25.4


def draw_imprint(text: str, variety: int) -> bytes:
    """A round imprint of 12 to 15 mm with `text` from top to bottom. Another `variety` cuts another seal."""
    side = round((12 + variety % 31 / 10) / MM_PER_INCH * IMPRINT_DPI)
    border = 3 + variety // 31 % 5
    image = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(image)
    pen.ellipse((1, 1, side - 2, side - 2), outline=0, width=border)
    letters = _without_selectors(text)[:4]
    size = int(side * (0.62 if len(letters) < 3 else 0.84) / max(len(letters), 1.3))
    top = (side - size * len(letters)) / 2 - size * 0.06 + variety // 155 % 7 - 3
    for place, letter in enumerate(letters):
        left = (side - size) / 2 + variety // 1085 % 7 - 3
        pen.text((left, top + place * size), letter, font=_font(size), fill=0)
    return _png(image, IMPRINT_DPI)


def draw_official_seal(text: str) -> bytes:
    """A square seal of 21 mm with `text` in columns from right to left, as 電子公印."""
    side = round(OFFICIAL_MM / MM_PER_INCH * OFFICIAL_DPI)
    image = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, side - 1, side - 1), outline=0, width=side // 28)
    rows = next(rows for rows in (2, 3, 4) if rows * rows >= len(text))
    columns = -(-len(text) // rows)
    inner = side * 0.88
    size = int(inner / max(rows, columns))
    for place, letter in enumerate(text):
        column, row = divmod(place, rows)
        left = side * 0.06 + inner * (columns - 1 - column) / columns + (inner / columns - size) / 2
        top = side * 0.06 + inner * row / rows + (inner / rows - size) / 2 - size * 0.08
        pen.text((left, top), letter, font=_font(size), fill=0)
    return _png(image, OFFICIAL_DPI)


def _without_selectors(text: str) -> str:
    return "".join(part for part in text if not is_selector(part) and not part.isspace())


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size, layout_engine=ImageFont.Layout.BASIC)


def _png(image: Image.Image, dpi: int) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG", dpi=(dpi, dpi))
    return kept.getvalue()
