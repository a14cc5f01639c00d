"""The choosing screen: the home town's certificates in groups, with price and hours, the same for everybody there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import g

from app import clock
from app.certificates.catalogue import KINDS
from app.certificates.requests import KIOSK, Picks
from app.kiosk import screens, words
from app.municipalities import hours
from app.municipalities import queries as municipalities
from app.municipalities.hours import Timetable
from app.municipalities.ordinances import Fee


@dataclass(frozen=True)
class Offer:
    """One certificate as it stands on the screen. `when` is empty while it can be had."""

    kind: str
    title: str
    icon: str
    price: str
    per: str  # for how many things that is; empty: for the copy
    usual: str
    must_pick: bool  # pressing it leads to the choices, not to the order
    more: str  # the other button: other contents, or more copies
    when: str = ""


@dataclass(frozen=True)
class Group:
    """Certificates from registers of a sort, in the order of the catalogue."""

    title: str
    offers: tuple[Offer, ...]


def list_groups() -> list[Group]:
    """Every kind that the home town has a price for, open or not; priced as at the beginning of the visit."""
    ordinance = municipalities.get_ordinance(g.visit.home, g.visit.opened_at.date())
    priced = {kind: fee for kind in KINDS if (fee := ordinance.fee(kind, KIOSK)) is not None}
    timetables = municipalities.list_timetables([g.visit.home], priced, g.terminal.site_id, clock.now())
    return group(_offer(kind, fee, timetables[g.visit.home, kind]) for kind, fee in priced.items())


def group(offers: Iterable[Offer]) -> list[Group]:
    """By the register that they are made from."""
    by_title: dict[str, list[Offer]] = {}
    for offer in offers:
        by_title.setdefault(words.group_of(offer.kind), []).append(offer)
    return [Group(title, tuple(found)) for title, found in by_title.items()]


def _offer(kind: str, fee: Fee, timetable: Timetable) -> Offer:
    now = clock.now()
    when = "" if hours.is_open(timetable, now) else screens.opening_words(hours.next_opening(timetable, now))
    return describe(kind, fee, when)


def describe(kind: str, fee: Fee, when: str = "") -> Offer:
    """In words."""
    price, per = words.price_words(fee)
    return Offer(
        kind=kind,
        title=words.title_of(kind),
        icon=words.icon_of(kind),
        price=price,
        per=per,
        usual=words.usual_of(kind),
        must_pick=KINDS[kind].picks is not Picks.NONE,
        more=words.more_of(kind),
        when=when,
    )
