"""PURE. What a resident has chosen, as short words that travel in the pages' own forms and addresses.

The portal keeps nothing until an order is placed, so a page can be reloaded, left standing or gone back to. The words
name no person: members of the household are counted 1, 2, 3 in the order of the register, and a
keyed mark ties those numbers to the very household that was on the screen.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import ConflictError, InvalidInputError

MAX_COPIES = 5  # of one certificate
MAX_ITEMS = 5  # certificates in a basket
_ITEM = re.compile(
    r"([a-z_]{1,40})~(all|self|some)~((?:\d{1,2})?(?:-\d{1,2}){0,29})~((?:[a-z_]{1,30})?(?:\.[a-z_]{1,30}){0,9})~(\d)~([0-9a-f]{16})?"
)


class Scope(StrEnum):
    """Of whom."""

    SELF = "self"
    ALL = "all"
    SOME = "some"


class BasketError(InvalidInputError):
    """Words that no page of ours has written."""


class HouseholdMovedError(ConflictError):
    """The household is not the one that was on the screen when its members were chosen."""


@dataclass(frozen=True)
class Item:
    """One certificate in `copies` copies. `positions` (from 1) only for Scope.SOME."""

    kind: str
    scope: Scope = Scope.ALL
    positions: tuple[int, ...] = ()
    options: frozenset[str] = frozenset()
    copies: int = 1
    people: str = ""  # with positions: the mark of the household that they count

    def __str__(self) -> str:
        people = "-".join(map(str, self.positions))
        return f"{self.kind}~{self.scope}~{people}~{'.'.join(sorted(self.options))}~{self.copies}~{self.people}"


def parse(words: str) -> Item:
    """The item that `str(item)` wrote. :raises BasketError: for anything else."""
    match = _ITEM.fullmatch(words)
    if match is None:
        raise BasketError("item")
    kind, scope, numbers, options, copies, people = match.groups()
    positions = tuple(sorted({int(number) for number in numbers.split("-") if number}))
    chosen = frozenset(filter(None, options.split(".")))
    item = Item(kind, Scope(scope), positions, chosen, int(copies), people or "")
    check([item])
    return item


def parse_all(words: Iterable[str]) -> tuple[Item, ...]:
    """A basket. :raises BasketError: for an unknown word or more than a basket holds."""
    items = tuple(parse(word) for word in words)
    check(items)
    return items


def check(items: Iterable[Item]) -> None:
    """:raises BasketError: unless counts and positions make sense."""
    held = tuple(items)
    fits = all(1 <= i.copies <= MAX_COPIES and (i.scope is Scope.SOME) == bool(i.positions and i.people) for i in held)
    if not fits or len(held) > MAX_ITEMS:
        raise BasketError("count")


def mark_people(secret: bytes, visit_id: str, people: Iterable[str]) -> str:
    """A keyed mark of exactly these residents in this order, for one visit: says nothing to whoever reads it."""
    message = "\0".join((visit_id, *people)).encode()
    return hmac.new(secret, b"kiosk-people\0" + message, hashlib.sha256).hexdigest()[:16]


def pick(item: Item, members: Sequence[str], people: str) -> tuple[str, ...]:
    """The chosen ones of `members`. :raises HouseholdMovedError: if they are not the ones that were on the screen."""
    if item.people != people or max(item.positions) > len(members):
        raise HouseholdMovedError
    return tuple(members[number - 1] for number in item.positions)
