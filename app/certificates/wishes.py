"""PURE. Whether a document answers what was asked for: the items, the people, the years.

Read from the document's texts alone, against what the journal has of the order: neither knows how the other was made.
A form that leaves out what was not asked for has no place that says so; there, what stands on it must have been asked
for. 住民基本台帳法 12条5項: what is left out unless asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.certificates.documents import OMITTED

Place = tuple[str, bool]  # code of an option, and whether its item stands at this place of the form


@dataclass(frozen=True)
class Wish:
    """What one copy was ordered with. `persons`: 宛名番号 of everybody shown; asked for by name, where they were."""

    kind: str
    options: frozenset[str]
    persons: tuple[str, ...]
    persons_asked: tuple[str, ...]
    picks: tuple[str, ...]


def places_of(code: str, *texts: str) -> Iterator[Place]:
    """Of a form that marks what was not asked for."""
    return ((code, text != OMITTED) for text in texts)


def unasked_options(places: Iterable[Place], asked: frozenset[str]) -> Iterator[str]:
    """`option:CODE` for what stands there and was not asked for, or the other way round."""
    return (f"option:{code}" for code, stands in places if stands is not (code in asked))


def unasked_persons(count: int, wish: Wish) -> Iterator[str]:
    """`persons:COUNT/COUNT` when there are more or fewer people on the document."""
    if count != len(wish.persons):
        yield f"persons:{count}/{len(wish.persons)}"


def unasked_picks(shown: Iterable[str], asked: Iterable[str]) -> Iterator[str]:
    """`picks` unless the same stands there as was picked. Nothing picked: the first choice, whichever that was."""
    stands, wanted = Counter(shown), Counter(asked)
    if stands != wanted if wanted else stands.total() != 1:
        yield "picks"
