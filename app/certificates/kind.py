"""PURE. What a kind of certificate is made of: its entry in the catalogue, and what its own rules may look at.

A kind is one entry, one document, its own rules and one template. Everything else (price, calendar, blocks, journal,
screens, commands) works for a kind that it has never heard of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.certificates.documents import Certification, Document
from app.certificates.layouts import FieldText
from app.certificates.requests import KIOSK, Choice, MessageClass, Option, Picks, Relation, Request
from app.certificates.wishes import Wish
from app.municipalities.ordinances import Fee, Ordinance
from app.residents.facts import BlockFacts, HouseholdFacts, PersonFacts, SealFacts
from app.residents.family_facts import AddressHistoryFacts, FamilyRegisterFacts
from app.residents.tax_facts import IncomeTaxRecord, PropertyRecord, TaxPaymentRecord, VehicleTaxRecord
from app.residents.vocabularies import BlockLevel


class Source(StrEnum):
    """The register that a kind is made from, besides the household that every request is judged by."""

    HOUSEHOLD = "household"
    SEAL = "seal"
    FAMILY_REGISTER = "family_register"
    ADDRESS_HISTORY = "address_history"
    INCOME_TAX = "income_tax"
    PROPERTY = "property"
    TAX_PAYMENT = "tax_payment"
    VEHICLE_TAX = "vehicle_tax"


Record = (
    SealFacts
    | FamilyRegisterFacts
    | AddressHistoryFacts
    | IncomeTaxRecord
    | PropertyRecord
    | TaxPaymentRecord
    | VehicleTaxRecord
)
FAMILY_SOURCES = frozenset({Source.FAMILY_REGISTER, Source.ADDRESS_HISTORY})


@dataclass(frozen=True)
class Case:
    """Everything that a rule may look at."""

    request: Request
    kind: CertificateKind
    household: HouseholdFacts | None
    record: Record | None  # of the kind's source; None: the register has nothing of this person
    ordinance: Ordinance
    fee: Fee | None  # by the ordinance of the instant at which the session was priced
    is_open: bool
    services: frozenset[str] | None  # kinds that the card is registered for; None: the card needs no registration
    arrived_at: datetime | None = None  # when the files of its registers had all arrived; None: one never has

    @property
    def today(self) -> date:
        return self.request.at.date()

    @property
    def is_at_machine(self) -> bool:
        return self.request.channel == KIOSK

    @property
    def members(self) -> tuple[PersonFacts, ...]:
        return self.household.members if self.household else ()

    @property
    def requester(self) -> PersonFacts | None:
        return self.household.member(self.request.requester) if self.household else None

    @property
    def shown(self) -> tuple[str, ...]:
        """宛名番号 of everybody whose data stands on the sheet, in the order of the sheet."""
        return self.kind.shown(self) if self.kind.shown else show_as_asked(self)

    @property
    def concerned(self) -> frozenset[str]:
        """Those whose block stops the sheet: everyone shown, and the requester even when not shown."""
        return frozenset({self.request.requester, *self.shown})

    @property
    def blocks(self) -> tuple[BlockFacts, ...]:
        """Blocks in force on anybody in the household or in the register that the sheet is made from."""
        own = self.household.blocks if self.household else ()
        is_family = isinstance(self.record, FamilyRegisterFacts | AddressHistoryFacts)
        return (*own, *(self.record.blocks if is_family else ()))  # type: ignore[union-attr]

    @property
    def blocks_in_way(self) -> tuple[BlockFacts, ...]:
        """Those on anyone concerned."""
        return self.blocks_on(self.concerned)

    def blocks_on(self, persons: frozenset[str]) -> tuple[BlockFacts, ...]:
        """Those on any of `persons` that stop this kind here.

        An alert, or a temporary lift, lets a clerk go on after a look; a machine cannot look (標準仕様書 3.1).
        """
        return tuple(
            block
            for block in self.blocks
            if (block.atena_no is None or block.atena_no in persons)
            and (not block.kinds or self.kind.code in block.kinds)
            and (self.is_at_machine or (block.level is BlockLevel.STOP and not block.has_temporary_lift))
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be picked."""
        return self.kind.choices(self) if self.kind.choices else ()

    @property
    def picked(self) -> tuple[str, ...]:
        """Keys of what stands on the sheet: as asked, or the first choice."""
        if self.request.picks or self.kind.picks is Picks.NONE:
            return self.request.picks
        return tuple(choice.key for choice in self.choices[:1])

    def has_option(self, option: Option) -> bool:
        """Whether it was asked for."""
        return option.code in self.request.options


def show_as_asked(case: Case) -> tuple[str, ...]:
    """As asked, or the usual content: 世帯全員; of what is about oneself, oneself.

    The whole household is what most submissions want, and what the 認証文 of the common form says; a resident who wants
    less chooses.
    """
    wanted = case.request.persons
    if case.kind.who is Relation.HOUSEHOLD and case.household:
        members = tuple(member.atena_no for member in case.household.members)
        strangers = tuple(number for number in wanted if number not in members)
        return tuple(number for number in members if not wanted or number in wanted) + strangers
    return wanted or (case.request.requester,)


@dataclass(frozen=True)
class Rule:
    """One line of the table: the condition that refuses, what may be told, and where it is written."""

    code: str
    message_class: MessageClass
    applies: Callable[[Case], bool]
    source: str


@dataclass(frozen=True)
class Wording:
    """The heading of a sheet, and the key of the 認証文 below it, where they depend on what is shown."""

    heading: str
    attestation: str


def _one_copy(_case: Case) -> tuple[int, ...]:
    return (1,)


def _every_option(case: Case) -> tuple[Option, ...]:
    return case.kind.options


def _tells_nothing(_document: Document, _wish: Wish) -> tuple[str, ...]:
    return ()


Build = Callable[[Case, Certification, Mapping[str, str]], Document]


@dataclass(frozen=True)
class CertificateKind:
    """One product. `title` is what residents ask for, `heading` what stands on top of the sheet.

    `build` makes the document of a case that no rule refuses; its last argument gives the 個人番号 by 宛名番号 of those
    for whom it is printed. `fields` says how its texts are fitted to the form.
    """

    code: str
    title: str
    heading: str
    who: Relation
    template: str
    attestations: tuple[str, ...]  # keys of the town's own wording, without which it does not issue this kind
    document: type[Document]
    build: Build
    fields: Callable[[Document], Iterator[FieldText]]
    source: Source = Source.HOUSEHOLD
    options: tuple[Option, ...] = ()
    usual: tuple[Option, ...] = ()  # ticked beforehand where items are chosen one by one; none asked for is the same
    offered: Callable[[Case], tuple[Option, ...]] = _every_option  # by town and household, never by a block
    picks: Picks = Picks.NONE
    choices: Callable[[Case], tuple[Choice, ...]] | None = None
    persons: Callable[[Case], tuple[Choice, ...]] | None = None  # who may be shown, where it is not the household
    shown: Callable[[Case], tuple[str, ...]] | None = None
    wording: Callable[[Case], Wording] | None = None  # None: the heading and the first attestation
    counted: Callable[[Case], tuple[int, ...]] = _one_copy  # things on the sheet, by groups priced apart
    unasked: Callable[[Document, Wish], Iterable[str]] = _tells_nothing  # codes of what is not as it was ordered
    rules: tuple[Rule, ...] = field(default=(), repr=False)

    @property
    def note(self) -> str:
        """Key of the town's own note below the 認証文; may be empty."""
        return f"{self.code}.note"

    def wording_of(self, case: Case) -> Wording:
        """What stands above and below the content."""
        return self.wording(case) if self.wording else Wording(self.heading, self.attestations[0])
