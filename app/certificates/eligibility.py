"""PURE. Who may have what printed, and what stops it: the rules as one table in the order of the journal.

Every rule is evaluated on every request, so that a refusal takes as long as any other and no rule hides another's
error. B11 to B14 are about the card in hand and are decided where cards are (`app.cards`); B10 (a character or a text
that the form cannot hold) is found when the sheet is laid out, B22 (paper, printer, money) at the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.certificates.ages import has_completed
from app.certificates.catalogue import CertificateKind, Option, Relation, get_kind
from app.municipalities.ordinances import Ordinance
from app.residents.facts import BlockFacts, HouseholdFacts, PersonFacts, SealFacts
from app.residents.vocabularies import BlockLevel, BlockReason, ResidentType, SealStatus

KIOSK = "kiosk"


class MessageClass(StrEnum):
    """What a resident may be told."""

    CARD = "C"  # about the card in hand: the reason
    INFORMATION = "I"  # normal and not secret
    NEUTRAL = "N"  # one sentence and a reference code, the same for every reason


@dataclass(frozen=True)
class Request:
    """What one resident asks for. `persons` empty = the usual content: everybody the kind may show."""

    kind: str
    requester: str  # atena_no
    persons: tuple[str, ...]
    options: frozenset[Option]
    channel: str
    at: datetime  # aware, JST: fees, blocks, officeholder and age are those of this instant


@dataclass(frozen=True)
class Refusal:
    """`rule` is for the journal; only the class may decide what a screen says."""

    rule: str
    message_class: MessageClass


NOT_RESIDENT = Refusal("B02", MessageClass.NEUTRAL)
UNPRINTABLE = Refusal("B10", MessageClass.NEUTRAL)  # found when the text is fitted to the form


@dataclass(frozen=True)
class Case:
    """Everything that a rule may look at."""

    request: Request
    kind: CertificateKind
    household: HouseholdFacts | None
    seal: SealFacts | None
    ordinance: Ordinance
    is_open: bool
    services: frozenset[str] | None  # kinds that the card is registered for; None: the card needs no registration

    @property
    def today(self) -> date:
        return self.request.at.date()

    @property
    def requester(self) -> PersonFacts | None:
        return self.household.member(self.request.requester) if self.household else None

    @property
    def shown(self) -> tuple[PersonFacts, ...]:
        """Those on the sheet, as far as they live in the household."""
        wanted = shown_persons(self.request, self.household)
        return tuple(m for m in self.members if m.atena_no in wanted)

    @property
    def members(self) -> tuple[PersonFacts, ...]:
        return self.household.members if self.household else ()

    @property
    def concerned(self) -> frozenset[str]:
        """Those whose block stops the sheet: everyone shown, and the requester even when not shown."""
        return frozenset({self.request.requester, *shown_persons(self.request, self.household)})


@dataclass(frozen=True)
class Rule:
    """One line of the table: the condition that refuses, what may be told, and where it is written."""

    code: str
    message_class: MessageClass
    applies: Callable[[Case], bool]
    source: str


def shown_persons(request: Request, household: HouseholdFacts | None) -> tuple[str, ...]:
    """宛名番号 of those on the sheet: as asked, or the usual content (世帯全員; for a self-only kind oneself).

    The whole household is what most submissions want, and what the 認証文 of the common form says; a resident
    who wants less chooses.
    """
    if request.persons:
        return request.persons
    if household is None or get_kind(request.kind).who is Relation.SELF:
        return (request.requester,)
    return tuple(member.atena_no for member in household.members)


def offered_options(
    kind: CertificateKind, household: HouseholdFacts, ordinance: Ordinance, channel: str = KIOSK
) -> tuple[Option, ...]:
    """The items that may be chosen: depends on the town and on who lives there, never on a block."""
    return tuple(o for o in kind.options if _is_offered(o, household, ordinance, channel))


def list_refusals(case: Case) -> tuple[Refusal, ...]:
    """All rules that refuse, gravest first; every rule is asked."""
    answers = [(rule, rule.applies(case)) for rule in RULES]
    return tuple(Refusal(rule.code, rule.message_class) for rule, refuses in answers if refuses)


def decide(
    request: Request,
    household: HouseholdFacts | None,
    seal: SealFacts | None,
    ordinance: Ordinance,
    is_open: bool,
    services: frozenset[str] | None = None,
) -> Refusal | None:
    """The gravest refusal, or None: the sheet may be made.

    `services` are the kinds that a card is registered for (B15); None for cards that need no registration (JPKI).
    :raises UnknownKindError: for a kind that is not in the catalogue.
    """
    case = Case(request, get_kind(request.kind), household, seal, ordinance, is_open, services)
    return next(iter(list_refusals(case)), None)


# --- Conditions ------------------------------------------------------------------------------------------------------


def _is_closed(case: Case) -> bool:
    """Not now, or not at all: a kind without a fee or without the town's own 認証文 is not issued there."""
    has_fee = case.ordinance.fee(case.kind.code, case.request.channel) is not None
    has_texts = all(case.ordinance.text(key).strip() for key in case.kind.attestations)
    return not (case.is_open and has_fee and has_texts)


def _is_not_resident(case: Case) -> bool:
    """The requester, or somebody asked for, does not live in the household (any more)."""
    living = {member.atena_no for member in case.members}
    return not case.concerned <= living


def _is_not_entitled(case: Case) -> bool:
    """Oneself only, for a kind that is about oneself."""
    return case.kind.who is Relation.SELF and case.concerned != {case.request.requester}


def _names_somebody_twice(case: Case) -> bool:
    return len(set(case.request.persons)) != len(case.request.persons)


def _is_blocked_for(*reasons: BlockReason) -> Callable[[Case], bool]:
    return lambda case: any(block.reason in reasons for block in _blocks_in_way(case))


def _blocks_in_way(case: Case) -> tuple[BlockFacts, ...]:
    """Blocks on anyone concerned. An alert lets a clerk go on after a look; a machine cannot look."""
    blocks = case.household.blocks if case.household else ()
    return tuple(
        block
        for block in blocks
        if (block.atena_no is None or block.atena_no in case.concerned)
        and (not block.kinds or case.kind.code in block.kinds)
        and (block.level is BlockLevel.STOP or case.request.channel == KIOSK)
    )


def _is_moving_out(case: Case) -> bool:
    """From the day of filing, for the whole household: the sheets of those who stay are about to change too."""
    is_stopped = case.ordinance.switch("moving_out") == "block"
    return is_stopped and any(m.moving_out_on is not None for m in case.members)


def _has_provisional_change(case: Case) -> bool:
    """What is read is always the state before the change; a town may rather wait for the decision."""
    waits = case.ordinance.switch("provisional") == "block"
    return waits and any(m.has_provisional_change for m in case.members if m.atena_no in case.concerned)


def _came_today(case: Case) -> bool:
    """Moved in or notified today: card and register are brought together over night."""
    person = case.requester
    return person is not None and any(
        recorded.day is not None and recorded.day >= case.today
        for recorded in (person.became_resident_on, person.notified_on)
    )


def _has_family_register_pending(case: Case) -> bool:
    return case.kind.needs_family_register and _is_blocked_for(BlockReason.FAMILY_REGISTER_PENDING)(case)


def _is_under_age(case: Case) -> bool:
    age = int(case.ordinance.switch("minimum_age"))
    return case.requester is not None and not has_completed(age, case.requester.birth_date, case.today)


def _is_under_guardianship(case: Case) -> bool:
    """印鑑登録 ends with the capacity to intend; for the rest the town decides."""
    stops = case.kind.needs_seal or case.ordinance.switch("adult_guardianship") == "all"
    return stops and _is_blocked_for(BlockReason.ADULT_GUARDIANSHIP)(case)


def _has_no_seal(case: Case) -> bool:
    return case.kind.needs_seal and case.seal is None


def _has_seal_stopped(case: Case) -> bool:
    if not case.kind.needs_seal:
        return False
    is_inactive = case.seal is not None and case.seal.status is not SealStatus.REGISTERED
    return is_inactive or _is_blocked_for(BlockReason.SEAL_SUSPENDED)(case)


def _is_unregistered_card(case: Case) -> bool:
    return case.services is not None and case.kind.code not in case.services


def _asks_for_more(case: Case) -> bool:
    """An item that this kind or this town does not print here."""
    if case.household is None:
        return False
    offered = offered_options(case.kind, case.household, case.ordinance, case.request.channel)
    return not case.request.options <= frozenset(offered)


def _is_offered(option: Option, household: HouseholdFacts, ordinance: Ordinance, channel: str) -> bool:
    if option is Option.INDIVIDUAL_NUMBER:
        return channel != KIOSK or ordinance.switch("individual_number_at_kiosk") == "yes"
    if option is Option.FOREIGN_ITEMS:
        return any(m.resident_type is ResidentType.FOREIGN for m in household.members)
    if option is Option.DOMICILE:
        return any(m.resident_type is ResidentType.JAPANESE for m in household.members)
    return True


# In the order of the journal: closed for everybody first (it says nothing about a person), then the neutral ones,
# then what may be told.
RULES: tuple[Rule, ...] = (
    Rule("B21", MessageClass.INFORMATION, _is_closed, "条例・告示: 利用時間、休止日、手数料の定め"),
    Rule("B02", MessageClass.NEUTRAL, _is_not_resident, "住民基本台帳法12条1項; 標準仕様書4.2.2"),
    Rule("R01", MessageClass.NEUTRAL, _is_not_entitled, "印鑑条例 (本人のみ); 住民基本台帳法12条1項"),
    Rule("R03", MessageClass.NEUTRAL, _names_somebody_twice, "一人一欄: 標準仕様書5.1"),
    Rule(
        "B01",
        MessageClass.NEUTRAL,
        _is_blocked_for(BlockReason.PROTECTION_MEASURE, BlockReason.PROVISIONAL_PROTECTION),
        "住民基本台帳事務処理要領 第5-10 (支援措置); 標準仕様書3.4",
    ),
    Rule("B03", MessageClass.NEUTRAL, _is_moving_out, "住民基本台帳法24条 (転出届); 標準仕様書5.1"),
    Rule("B04", MessageClass.NEUTRAL, _is_blocked_for(BlockReason.MOVEMENT_PENDING), "標準仕様書3.1, 4.0.8"),
    Rule("B04", MessageClass.NEUTRAL, _has_provisional_change, "標準仕様書4.0.8 (仮登録)"),
    Rule("B05", MessageClass.NEUTRAL, _came_today, "転入・届出の当日: 運用上の定め"),
    Rule("B06", MessageClass.NEUTRAL, _has_family_register_pending, "戸籍の届出の受理から記載の完了まで: 運用上の定め"),
    Rule("B08", MessageClass.NEUTRAL, _is_under_guardianship, "印鑑登録証明事務処理要領 (意思能力を有しない者)"),
    Rule("B09", MessageClass.NEUTRAL, _has_seal_stopped, "印鑑条例 (照会中、一時停止、登録停止)"),
    Rule("B00", MessageClass.NEUTRAL, _is_blocked_for(BlockReason.OTHER), "標準仕様書3.1 (その他の発行抑止)"),
    Rule("B07", MessageClass.INFORMATION, _is_under_age, "利用は15歳以上: 印鑑登録証明事務処理要領、運用上の定め"),
    Rule("B15", MessageClass.INFORMATION, _is_unregistered_card, "カード条例 (証明書ごとの利用登録)"),
    Rule("B09", MessageClass.INFORMATION, _has_no_seal, "印鑑条例 (登録がない)"),
    Rule(
        "R02", MessageClass.INFORMATION, _asks_for_more, "住民基本台帳法12条5項; 番号法 (個人番号の記載は条例等による)"
    ),
)
