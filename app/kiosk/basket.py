"""PURE. What a resident has chosen, as short words that travel in the pages' own forms and addresses.

The portal keeps nothing until an order is placed, so a page can be reloaded, left standing or gone back to. The words
name no person and no thing: people, years or vehicles are counted 1, 2, 3 in the order of the list that was on the
screen, and a keyed mark ties those numbers to that very list.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.certificates.requests import Choice
from app.errors import ConflictError, InvalidInputError

MAX_COPIES = 5  # of one certificate
MAX_ITEMS = 5  # certificates in a basket
_SELECTION = r"((?:[1-9]\d?(?:-[1-9]\d?){0,29}\.[0-9a-f]{16})?)"
_OPTIONS = r"((?:[a-z0-9_]{1,30}(?:\.[a-z0-9_]{1,30}){0,29})?)"
_ITEM = re.compile(rf"([a-z0-9_]{{1,40}})~(usual|all|self|some)~{_SELECTION}~{_SELECTION}~{_OPTIONS}~(\d)")


class Scope(StrEnum):
    """Of whom."""

    USUAL = "usual"  # whomever the kind shows when nobody is chosen
    SELF = "self"
    ALL = "all"
    SOME = "some"


class BasketError(InvalidInputError):
    """Words that no page of ours has written."""


class ListMovedError(ConflictError):
    """The list is not the one that was on the screen when something was chosen from it."""


@dataclass(frozen=True)
class Selection:
    """Positions (from 1) in a list that was on a screen, and the mark of that list."""

    positions: tuple[int, ...] = ()
    mark: str = ""

    def __bool__(self) -> bool:
        return bool(self.positions)

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.positions))}.{self.mark}" if self else ""


NOTHING = Selection()


@dataclass(frozen=True)
class Listed:
    """What may be chosen, in the order of the screen, and the mark that says that it was this list."""

    choices: tuple[Choice, ...]
    mark: str

    def select(self, positions: Iterable[int]) -> Selection:
        """Those at `positions`; the mark only where there are any."""
        chosen = tuple(sorted(set(positions)))
        return Selection(chosen, self.mark) if chosen else NOTHING

    def read(self, selection: Selection) -> tuple[Choice, ...]:
        """What was selected. :raises ListMovedError: if this is not the list that was on the screen."""
        if selection and (selection.mark != self.mark or max(selection.positions) > len(self.choices)):
            raise ListMovedError
        return tuple(self.choices[position - 1] for position in selection.positions)


def list_choices(secret: bytes, visit_id: str, name: str, choices: Iterable[Choice]) -> Listed:
    """A list for one visit; `name` says of what. Its keyed mark says nothing to whoever reads it."""
    held = tuple(choices)
    message = "\0".join((visit_id, name, *(choice.key for choice in held))).encode()
    return Listed(held, hmac.new(secret, b"kiosk-list\0" + message, hashlib.sha256).hexdigest()[:16])


@dataclass(frozen=True)
class Item:
    """One certificate in `copies` copies. `people` only for Scope.SOME."""

    kind: str
    scope: Scope = Scope.USUAL
    people: Selection = NOTHING
    picks: Selection = NOTHING
    options: frozenset[str] = frozenset()
    copies: int = 1

    def __str__(self) -> str:
        options = ".".join(sorted(self.options))
        return f"{self.kind}~{self.scope}~{self.people}~{self.picks}~{options}~{self.copies}"


def parse(words: str) -> Item:
    """The item that `str(item)` wrote. :raises BasketError: for anything else."""
    match = _ITEM.fullmatch(words)
    if match is None:
        raise BasketError("item")
    kind, scope, people, picks, options, copies = match.groups()
    chosen = frozenset(filter(None, options.split(".")))
    item = Item(kind, Scope(scope), _selection(people), _selection(picks), chosen, int(copies))
    check([item])
    return item


def _selection(words: str) -> Selection:
    if not words:
        return NOTHING
    numbers, mark = words.split(".")
    return Selection(tuple(sorted({int(number) for number in numbers.split("-")})), mark)


def parse_all(words: Iterable[str]) -> tuple[Item, ...]:
    """A basket. :raises BasketError: for an unknown word or more than a basket holds."""
    items = tuple(parse(word) for word in words)
    check(items)
    return items


def check(items: Iterable[Item]) -> None:
    """:raises BasketError: unless counts and positions make sense."""
    held = tuple(items)
    fits = all(1 <= i.copies <= MAX_COPIES and (i.scope is Scope.SOME) == bool(i.people) for i in held)
    if not fits or len(held) > MAX_ITEMS:
        raise BasketError("count")
