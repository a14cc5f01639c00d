"""Finds names of other residents on a page.

The rule (docs/issuance.md): a name of the register that stands in the text is foreign unless it stands wholly inside
one of the strings that the document says. Names are compared code point by code point, with one space between their
parts; without the space, or of fewer than three characters, only as a whole word: 「東」 is a name and half of an
address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST_INSIDE = 3
_SPACES = re.compile(r"[^\S\n]+")  # also the ideographic one
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Names:
    """All names of a register, in the forms in which they are looked for."""

    spaced: frozenset[str]
    words: frozenset[str]
    lengths: tuple[int, ...]


def fold(text: str) -> str:
    """One plain space for every run of blanks; line breaks stay."""
    return _SPACES.sub(" ", text).strip()


def index(names: Iterable[str]) -> Names:
    """Prepare a register once for many pages."""
    folded = {fold(name) for name in names} - {""}
    spaced = frozenset(name for name in folded if len(name) >= SHORTEST_INSIDE)
    words = frozenset(form for name in folded for form in (name, name.replace(" ", "")))
    return Names(spaced, words, tuple(sorted({len(name) for name in spaced})))


def count_foreign(text: str, names: Names, said: Iterable[str]) -> int:
    """How many places of `text` hold a name of the register outside of every string in `said`."""
    page = fold(text)
    found = _inside_text(page, names) | _whole_words(page, names)
    excused = _spans(page, said) if found else []
    return sum(not any(a <= start and end <= b for a, b in excused) for start, end in found)


def _inside_text(page: str, names: Names) -> set[tuple[int, int]]:
    """Length by length: some thousand look-ups a page, however many residents there are."""
    return {
        (start, start + length)
        for length in names.lengths
        for start in range(len(page) - length + 1)
        if page[start : start + length] in names.spaced
    }


def _whole_words(page: str, names: Names) -> set[tuple[int, int]]:
    return {match.span() for match in _WORD.finditer(page) if match.group() in names.words}


def _spans(page: str, said: Iterable[str]) -> list[tuple[int, int]]:
    """Where the document's strings stand, however their lines are broken."""
    patterns = {r"\s*".join(map(re.escape, "".join(text.split()))) for text in said} - {""}
    return [match.span() for pattern in patterns for match in re.finditer(pattern, page)]
