"""PURE. Characters of names: what is one, what a font can draw, and what must not be in a register.

Names are never normalised. NFC replaces compatibility ideographs (U+FA19 神 becomes U+795E 神) and NFKC much more: both
would print another name. A variation selector belongs to the character before it: 「葛」+U+E0103 is one character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

Pair = tuple[int, int]  # base, variation selector
REPLACEMENT = "�"  # what a careless conversion leaves behind
_KANA = frozenset(map(chr, range(0x30A1, 0x30FB))) | frozenset("ー・ヽヾ　 ")


@dataclass(frozen=True)
class Coverage:
    """What a font can draw: characters by themselves, and (base, selector) pairs of its variation table."""

    codepoints: frozenset[int]
    pairs: frozenset[Pair]

    def covers(self, character: str) -> bool:
        """Whether every part of one character (a base with its selectors and marks) has its own glyph."""
        points = [ord(part) for part in character]
        for before, point in zip([None, *points], points, strict=False):
            if not is_selector(chr(point)):
                if point not in self.codepoints:
                    return False
            elif before is None or (before, point) not in self.pairs:
                return False
        return True


def is_selector(character: str) -> bool:
    """A variation selector: VS1–VS16, or VS17–VS256 of the ideographic variation database."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def split(text: str) -> Iterator[str]:
    """The characters of `text`, each with the selectors and combining marks that belong to it."""
    held = ""
    for part in text:
        if held and not (is_selector(part) or unicodedata.combining(part)):
            yield held
            held = ""
        held += part
    if held:
        yield held


def find_pairs(text: str) -> tuple[Pair, ...]:
    """The (base, selector) pairs in `text`, in order."""
    return tuple((ord(base), ord(mark)) for base, mark in zip(text, text[1:], strict=False) if is_selector(mark))


def find_unprintable(text: str, coverage: Coverage) -> tuple[str, ...]:
    """The characters that the font lacks, each once: a sheet with one of them is refused (B10)."""
    if all(ord(part) in coverage.codepoints for part in text):
        return ()
    return tuple(dict.fromkeys(part for part in split(text) if not coverage.covers(part)))


def find_forbidden(text: str) -> str:
    """The first character that no register may hold, as 「U+0009」; empty when there is none.

    Controls, line ends, lone surrogates, invisible marks, non-characters, U+FFFD, a selector without a base.
    """
    if text and is_selector(text[0]):
        return f"U+{ord(text[0]):04X}"
    return next((f"U+{ord(part):04X}" for part in text if _is_forbidden(part)), "")


def is_katakana(text: str) -> bool:
    """Whether a フリガナ is full-width katakana, ー, ・ and spaces only."""
    return _KANA.issuperset(text)


def describe(character: str) -> str:
    """「U+845B U+E0103」: names a character without printing the name it stands in."""
    return " ".join(f"U+{ord(part):04X}" for part in character)


def _is_forbidden(part: str) -> bool:
    if part.isascii():
        return not part.isprintable()
    noncharacter = ord(part) & 0xFFFE == 0xFFFE
    return part == REPLACEMENT or noncharacter or unicodedata.category(part) in {"Cc", "Cs", "Cf", "Zl", "Zp"}
