"""What may be chosen, and for whom: the resident's own lists for one certificate, and requests from words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import current_app, g

from app import clock
from app.cards.queries import Cardholder, find_cardholder
from app.certificates.kind import Case, CertificateKind
from app.certificates.requests import KIOSK, Choice, Option, Picks, Relation, Request
from app.certificates.service import read_case
from app.kiosk.basket import Item, Listed, Scope, list_choices
from app.municipalities.partitions import Partition, partitions
from app.web.access import NoVisitError


@dataclass(frozen=True)
class Home:
    """What one kind may show of the resident and of those who go with them on a sheet."""

    case: Case
    persons: Listed
    picks: Listed

    @property
    def kind(self) -> CertificateKind:
        return self.case.kind

    @property
    def subject(self) -> str:
        return self.case.request.requester

    @property
    def options(self) -> tuple[Option, ...]:
        return self.kind.offered(self.case) if self.case.household else ()

    @property
    def usual(self) -> Scope:
        """Whom the sheet shows when nobody is chosen."""
        return self.scope_of(self.case)

    def scope_of(self, case: Case) -> Scope:
        """Whom the sheet of this case shows. USUAL: there is nobody to choose from."""
        shown, known = set(case.shown), {person.key for person in self.persons.choices}
        if len(known) < 2:
            return Scope.USUAL
        if shown == {self.subject}:
            return Scope.SELF
        return Scope.ALL if shown >= known else Scope.SOME

    @property
    def is_one_picked(self) -> bool:
        """Whether a fresh page marks the first thing: where one stands on a sheet, or there is one only."""
        return bool(self.picks.choices) and (self.kind.picks is Picks.ONE or len(self.picks.choices) == 1)

    def case_of(self, item: Item) -> Case:
        """The case with what was chosen. :raises ListMovedError: when it was chosen from another list."""
        picks = tuple(choice.key for choice in self.picks.read(item.picks))
        wish = replace(self.case.request, persons=self._persons_of(item), options=item.options, picks=picks)
        return replace(self.case, request=wish)

    def _persons_of(self, item: Item) -> tuple[str, ...]:
        """Nobody where the usual content is meant: whoever that is when the sheet is made."""
        if item.scope is Scope.SELF:
            return (self.subject,)
        if item.scope is Scope.SOME:
            return tuple(person.key for person in self.persons.read(item.people))
        is_usual = item.scope is Scope.USUAL or self.usual is Scope.ALL
        return () if is_usual else tuple(person.key for person in self.persons.choices)


def requests_of(p: Partition, items: Sequence[Item]) -> list[Request]:
    """One request a copy, with the persons and things that the words stand for.

    :raises ListMovedError: when something was chosen from another list than today's.
    """
    wishes = [(read_home(p, item.kind).case_of(item).request, item.copies) for item in items]
    return [wish for wish, copies in wishes for _copy in range(copies)]


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
    case = read_case(p, asked, g.terminal.site_id)
    return Home(case, _list(f"{kind} persons", list_persons(case)), _list(f"{kind} picks", case.choices))


def list_persons(case: Case) -> tuple[Choice, ...]:
    """Who may be on the sheet, where that can be chosen."""
    if case.kind.persons:
        return case.kind.persons(case)
    is_household = case.kind.who is Relation.HOUSEHOLD
    return tuple(Choice(member.atena_no, member.name) for member in case.members) if is_household else ()


def _list(name: str, choices: tuple[Choice, ...]) -> Listed:
    return list_choices(current_app.config["KOIKI"].secrets.session, g.visit.visit_id, name, choices)
