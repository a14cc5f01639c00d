"""PURE. The names of the kinds of certificate, for the rooms below the catalogue: a block names the kinds that it
stops, an ordinance prices and words them.

The catalogue announces its kinds here when it is loaded; nothing else writes here. A code that no catalogue knows is
refused wherever one is stored: it would block, price or word nothing, in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOTE = "note"  # the optional text below the 認証文 of every kind


@dataclass(frozen=True)
class KindName:
    """`texts`: the keys of the wording without which a town cannot issue this kind."""

    code: str
    title: str
    texts: tuple[str, ...]

    @property
    def note(self) -> str:
        return f"{self.code}.{NOTE}"


_NAMES: dict[str, KindName] = {}


def announce(code: str, title: str, texts: Iterable[str]) -> None:
    """Make a kind known."""
    _NAMES[code] = KindName(code, title, tuple(texts))


def withdraw(code: str) -> None:
    """Forget a kind: the opposite of `announce`."""
    del _NAMES[code]


def list_names() -> tuple[KindName, ...]:
    """All kinds, in the order of the catalogue."""
    return tuple(_NAMES.values())


def find_code(word: str) -> str | None:
    """The code of a kind by its code or its Japanese title; None for a word that no kind has."""
    return next((name.code for name in _NAMES.values() if word in {name.code, name.title}), None)
