"""The one typeface of every sheet, asked directly: what it has, how wide it is, which glyph it draws.

IPAmj Mincho carries the 文字情報基盤 and its 異体字. A selector that the font does not know for its base is dropped by
every layout engine without a word, and another person's name is printed; so coverage is asked of (base, selector)
pairs (cmap format 14), before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import uharfbuzz as hb

from app.errors import UnavailableError

FONT_PATH = Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")  # Debian: fonts-ipamj-mincho; also in fonts.conf
POSTSCRIPT_NAME = "IPAmjMincho"  # of that file: no sheet is drawn with anything else
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class NoTypefaceError(UnavailableError):
    """The font file is not installed."""


def measure(text: str) -> float:
    """Width in em as drawn on one line."""
    buffer = _shape(text)
    return sum(position.x_advance for position in buffer.glyph_positions or ()) / _upem()


def drawn(text: str) -> str:
    """The glyphs of `text`, blanks left out, one character of plane 15 each.

    Two texts that look the same are the same here: 葛 alone and 葛 with the selector of its default form share a
    glyph. Equal strings mean equal ink.
    """
    return as_drawn(glyph.codepoint for glyph in _shape(text).glyph_infos or ())


def as_drawn(glyphs: Iterator[int]) -> str:
    """Glyph numbers of the font (as a content stream has them) in the form of `drawn`."""
    blank = _blank_glyphs()
    return "".join(chr(0xF0000 + glyph) for glyph in glyphs if glyph not in blank)


def pieces(text: str) -> tuple[tuple[int, str], ...]:
    """The glyphs that draw `text` on one line, each with the characters that it stands for."""
    glyphs = [(info.codepoint, info.cluster) for info in _shape(text).glyph_infos or ()]
    ends = [*(start for _, start in glyphs[1:]), len(text)]
    return tuple((glyph, text[start:end]) for (glyph, start), end in zip(glyphs, ends, strict=False))


def glyph_count() -> int:
    """Numbers from here on name no glyph."""
    return int(_font().face.glyph_count)


def glyph_width(glyph: int) -> int:
    """In thousandths of an em."""
    return round(_font().get_glyph_h_advance(glyph) * 1000 / _upem())


def find_missing(text: str) -> tuple[str, ...]:
    """The characters, or (base, selector) pairs, that the font does not have; empty: everything can be printed."""
    return tuple(cluster for cluster in clusters(text) if not has_cluster(cluster))


@lru_cache(maxsize=8192)
def has_cluster(cluster: str) -> bool:
    """Whether the font has this character, or exactly this pair. A selector without a base never prints."""
    return not is_selector(cluster) and bool(_glyph(cluster))


def clusters(text: str) -> Iterator[str]:
    """Characters, each with the selectors behind it: what must not be torn apart by a line break."""
    cluster = ""
    for character in text:
        if cluster and not is_selector(character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def is_selector(character: str) -> bool:
    """A variation selector (SVS or IVS)."""
    return any(ord(character[0]) in block for block in _SELECTORS)


@lru_cache(maxsize=1)
def _font() -> hb.Font:
    if not FONT_PATH.is_file():
        raise NoTypefaceError(str(FONT_PATH))
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FONT_PATH))))


@lru_cache(maxsize=1)
def _upem() -> int:
    return int(_font().face.upem)


@lru_cache(maxsize=1)
def _blank_glyphs() -> frozenset[int]:
    glyphs = (_font().get_nominal_glyph(ord(blank)) for blank in " \u00a0\u3000")
    return frozenset(glyph for glyph in glyphs if glyph is not None)


def _glyph(cluster: str) -> int | None:
    """The glyph of a character or pair; None for what the font does not have."""
    base, *selectors = map(ord, cluster)
    if not selectors:
        return _font().get_nominal_glyph(base)
    return _font().get_variation_glyph(base, selectors[0]) if len(selectors) == 1 else None


def _shape(text: str) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = "ja"
    hb.shape(_font(), buffer)
    return buffer
