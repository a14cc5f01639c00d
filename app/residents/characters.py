"""PURE. Characters of names: what must not be in a register, and how to name one without printing the name around it.

Names are never normalised. NFC replaces compatibility ideographs (U+FA19 becomes U+795E) and NFKC much more: both would
print another name. A variation selector belongs to the character before it: U+845B U+E0103 is one character.
"""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # what a careless conversion leaves behind
WIDE_BLANK = "\N{IDEOGRAPHIC SPACE}"
_KANA = frozenset(map(chr, range(0x30A1, 0x30FB))) | frozenset(f"ー・ヽヾ{WIDE_BLANK} ")
_INVISIBLE = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})


def is_selector(character: str) -> bool:
    """A variation selector: VS1–VS16, or VS17–VS256 of the ideographic variation database."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def find_forbidden(text: str) -> str:
    """The first character that no register may hold, as 「U+0009」; empty when there is none.

    Controls, line ends, lone surrogates, invisible marks, non-characters, U+FFFD, a selector without a base.
    """
    if text and is_selector(text[0]):
        return describe(text[0])
    if REPLACEMENT not in text and text.replace(WIDE_BLANK, "").isprintable():
        return ""  # the usual text, at a glance: what is forbidden is not printable
    return next((describe(part) for part in text if _is_forbidden(part)), "")


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
    return part == REPLACEMENT or noncharacter or unicodedata.category(part) in _INVISIBLE
