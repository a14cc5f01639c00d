"""What may be chosen, and for whom: the home town's certificates, the resident's own household, requests from words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, g
from flask_babel import gettext as _

from app import clock
from app.cards.queries import Cardholder, find_cardholder
from app.certificates.catalogue import KINDS, Option, Relation
from app.certificates.eligibility import KIOSK, Request, offered_options
from app.issuance.queries import OrderView
from app.kiosk import basket, screens, service_hours
from app.kiosk.basket import BasketError, Item, Scope
from app.municipalities import queries as municipalities
from app.municipalities.ordinances import Ordinance
from app.municipalities.partitions import Partition, partitions
from app.residents.facts import HouseholdFacts
from app.residents.queries import find_household_of
from app.web.access import NoVisitError


@dataclass(frozen=True)
class Offer:
    """One certificate of the home town, as it stands on the choosing screen."""

    kind: str
    title: str
    icon: str
    yen: int
    usual: str
    has_options: bool
    is_open: bool
    when: str


@dataclass(frozen=True)
class Home:
    """The resident's own household and the rules of their town."""

    subject: str
    household: HouseholdFacts | None
    ordinance: Ordinance

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(member.atena_no for member in self.household.members) if self.household else ()

    @property
    def names(self) -> list[str]:
        return [member.name for member in self.household.members] if self.household else []

    @property
    def people(self) -> str:
        return basket.mark_people(current_app.config["KOIKI"].secrets.session, g.visit.visit_id, self.members)

    def options(self, kind: str) -> tuple[Option, ...]:
        return offered_options(KINDS[kind], self.household, self.ordinance, KIOSK) if self.household else ()


def requests_of(p: Partition, items: Sequence[Item]) -> list[Request]:
    """One request a copy, with the persons that the words stand for."""
    home = read_home(p, ordinance_of_home())
    found = []
    for item in items:
        persons = {Scope.ALL: (), Scope.SELF: (home.subject,)}.get(item.scope)
        persons = basket.pick(item, home.members, home.people) if persons is None else persons
        options = frozenset(_option(name) for name in item.options)
        found += [Request(item.kind, home.subject, persons, options, KIOSK, clock.now())] * item.copies
    return found


def _option(name: str) -> Option:
    try:
        return Option(name)
    except ValueError:
        raise BasketError("option") from None


def get_cardholder(p: Partition) -> Cardholder:
    """The person of this visit. :raises NoVisitError: when the town knows of no sign-in (any more)."""
    cardholder = find_cardholder(p, g.visit.visit_id)
    if cardholder is None:
        raise NoVisitError
    return cardholder


def find_home() -> Home:
    ordinance = ordinance_of_home()
    with partitions.open(g.visit.home) as p:
        return read_home(p, ordinance)


def read_home(p: Partition, ordinance: Ordinance) -> Home:
    subject = get_cardholder(p).subject
    return Home(subject, find_household_of(p, subject), ordinance)


def ordinance_of_home() -> Ordinance:
    """What the home town says today."""
    return municipalities.get_ordinance(g.visit.home, clock.today())


def list_offers() -> list[Offer]:
    """Every kind that the home town has a price for, open or not: the same for every resident of the town."""
    ordinance = ordinance_of_home()
    return [_offer(kind, yen) for kind in KINDS if (yen := ordinance.fee(kind, KIOSK)) is not None]


def _offer(kind: str, yen: int) -> Offer:
    now = clock.now()
    is_open = service_hours.is_open(g.visit.home, kind, g.terminal, now)
    when = "" if is_open else screens.opening_words(service_hours.next_opening_of(g.visit.home, kind, g.terminal, now))
    return Offer(
        kind=kind,
        title=screens.title_of(kind),
        icon=screens.ICONS.get(kind, "sheet"),
        yen=yen,
        usual=str(screens.USUAL.get(kind, "")),
        has_options=KINDS[kind].who is Relation.HOUSEHOLD or bool(KINDS[kind].options),
        is_open=is_open,
        when=when,
    )


@dataclass(frozen=True)
class Line:
    """One or more equal copies on the confirmation screen."""

    title: str
    words: list[str]
    yen: int


def lines_of(order: OrderView, items: Sequence[Item]) -> list[Line]:
    """What was chosen, in words; without the words of the choice (a page opened anew), the order's own titles."""
    if sum(item.copies for item in items) != len(order.copies):
        return [Line(screens.title_of(copy.kind), [], copy.yen) for copy in order.copies]
    lines, position = [], 0
    for item in items:
        held = order.copies[position : position + item.copies]
        position += item.copies
        title = _("%(title)s %(n)s通", title=screens.title_of(item.kind), n=item.copies)
        lines.append(Line(title, screens.words_of(item), sum(copy.yen for copy in held)))
    return lines
