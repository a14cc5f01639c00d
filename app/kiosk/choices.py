"""What may be chosen, and for whom: the home town's certificates, the resident's own household, requests from words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, g
from flask_babel import gettext as _

from app import clock
from app.cards.queries import Cardholder, find_cardholder
from app.certificates.catalogue import KINDS
from app.certificates.kind import Case
from app.certificates.requests import KIOSK, Choice, Option, Relation, Request
from app.certificates.service import read_case
from app.issuance.queries import OrderView
from app.kiosk import basket, screens, service_hours
from app.kiosk.basket import Item, Scope
from app.municipalities import queries as municipalities
from app.municipalities.partitions import Partition, partitions
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
    """What one kind may show of the resident and of those who go with them on a sheet."""

    case: Case

    @property
    def subject(self) -> str:
        return self.case.request.requester

    @property
    def persons(self) -> tuple[Choice, ...]:
        """Who may be on the sheet."""
        if self.case.kind.persons:
            return self.case.kind.persons(self.case)
        return tuple(Choice(member.atena_no, member.name) for member in self.case.members)

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(person.key for person in self.persons)

    @property
    def names(self) -> list[str]:
        return [person.label for person in self.persons]

    @property
    def people(self) -> str:
        return basket.mark_people(current_app.config["KOIKI"].secrets.session, g.visit.visit_id, self.members)

    @property
    def options(self) -> tuple[Option, ...]:
        return self.case.kind.offered(self.case) if self.case.household else ()


def requests_of(p: Partition, items: Sequence[Item]) -> list[Request]:
    """One request a copy, with the persons that the words stand for."""
    found = []
    for item in items:
        home = read_home(p, item.kind)
        persons = {Scope.ALL: (), Scope.SELF: (home.subject,)}.get(item.scope)
        persons = basket.pick(item, home.members, home.people) if persons is None else persons
        found += [Request(item.kind, home.subject, persons, item.options, KIOSK, clock.now())] * item.copies
    return found


def get_cardholder(p: Partition) -> Cardholder:
    """The person of this visit. :raises NoVisitError: when the town knows of no sign-in (any more)."""
    cardholder = find_cardholder(p, g.visit.visit_id)
    if cardholder is None:
        raise NoVisitError
    return cardholder


def find_home(kind: str) -> Home:
    with partitions.open(g.visit.home) as p:
        return read_home(p, kind)


def read_home(p: Partition, kind: str) -> Home:
    subject = get_cardholder(p).subject
    asked = Request(kind, subject, (), frozenset(), KIOSK, clock.now(), priced_at=g.visit.opened_at)
    return Home(read_case(p, asked, g.terminal.site_id))


def list_offers() -> list[Offer]:
    """Every kind that the home town has a price for, open or not: the same for every resident of the town."""
    ordinance = municipalities.get_ordinance(g.visit.home, g.visit.opened_at.date())
    return [_offer(kind, fee.yen) for kind in KINDS if (fee := ordinance.fee(kind, KIOSK)) is not None]


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
