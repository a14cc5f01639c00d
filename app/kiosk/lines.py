"""The confirmation screen: what was chosen, in words, how it was counted, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.certificates import fees
from app.certificates.catalogue import KINDS
from app.certificates.kind import CertificateKind, Source
from app.certificates.requests import KIOSK, Picks, Relation
from app.issuance.queries import CopyView, OrderView
from app.kiosk import words
from app.kiosk.basket import Item, ListMovedError, Scope
from app.kiosk.choices import Home, find_home
from app.web.languages import format_yen


@dataclass(frozen=True)
class Line:
    """One or more equal copies. `picks` are the register's own words, in Japanese."""

    title: str
    words: tuple[str, ...]
    yen: int
    picks: tuple[str, ...] = ()


def lines_of(order: OrderView, items: Sequence[Item]) -> list[Line]:
    """What was chosen, in words; without the words of the choice (a page opened anew), the order's own titles."""
    if sum(item.copies for item in items) != len(order.copies):
        return [Line(words.title_of(copy.kind), (), copy.yen) for copy in order.copies]
    lines, position = [], 0
    for item in items:
        held = order.copies[position : position + item.copies]
        position += item.copies
        lines.append(_line(item, held))
    return lines


def _line(item: Item, copies: Sequence[CopyView]) -> Line:
    title = _("%(title)s %(n)s通", title=words.title_of(item.kind), n=item.copies)
    yen = sum(copy.yen for copy in copies)
    kind = KINDS[item.kind]
    if _is_told_by_register(kind):
        return _line_of_register(item, find_home(item.kind), title, yen)
    is_whole = item.scope is Scope.USUAL and kind.who is Relation.HOUSEHOLD
    people = words.people_words(kind.code, Scope.ALL if is_whole else item.scope, len(item.people.positions))
    return Line(title, (people, *words.item_words(kind.code, item.options)), yen)


def _is_told_by_register(kind: CertificateKind) -> bool:
    """Whether the words of the choice alone do not say what stands on the sheet, or how often its fee is due."""
    has_own_people = kind.persons is not None or kind.shown is not None
    return has_own_people or kind.picks is not Picks.NONE or kind.source not in {Source.HOUSEHOLD, Source.SEAL}


def _line_of_register(item: Item, home: Home, title: str, yen: int) -> Line:
    try:
        case = home.case_of(item)
    except ListMovedError:  # since the order was placed; what was ordered is fixed
        return Line(title, (), yen)
    people = words.people_words(item.kind, home.scope_of(case), len(case.shown))
    picks = tuple(choice.label for choice in case.choices if choice.key in case.picked)
    counting = _counting(home, case.kind.counted(case), yen // item.copies)
    return Line(title, (people, *words.item_words(item.kind, item.options), *counting), yen, picks)


def _counting(home: Home, counted: Sequence[int], yen: int) -> tuple[str, ...]:
    """「土地5筆、家屋2棟：300円×2」, where the fee is counted and what is counted explains the price."""
    fee = home.case.fee
    if fee is None or fee.per is None or not fee.yen or fees.price(home.kind.code, fee, counted, KIOSK) != yen:
        return ()
    things = words.counted_words(home.kind.code, counted)
    return (_("%(things)s：%(yen)s×%(n)s", things=things, yen=format_yen(fee.yen), n=yen // fee.yen),)
