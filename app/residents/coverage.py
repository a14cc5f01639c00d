"""Reads what the certificate font can draw from its character map (cmap formats 12 and 14)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

from app.residents.characters import Coverage

VARIATION_SEQUENCES = 14  # the cmap format of (base, selector) pairs


@lru_cache(maxsize=2)
def read_coverage(font: Path) -> Coverage:
    """The characters and (base, selector) pairs of a font file. IPAmj Mincho has 61,179 glyphs and 11,474 pairs."""
    with TTFont(font, lazy=True) as opened:
        tables = opened["cmap"].tables
        points = frozenset(opened.getBestCmap())
        pairs = frozenset(
            (base, selector)
            for table in tables
            if table.format == VARIATION_SEQUENCES
            for selector, glyphs in table.uvsDict.items()
            for base, _glyph in glyphs
        )
    return Coverage(points, pairs)
