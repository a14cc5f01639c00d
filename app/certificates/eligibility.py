"""PURE. Who may have what printed, and what stops it: the rules that hold for every kind, and how all are asked.

A kind adds its own rules (`kinds`). Every rule is evaluated on every request, so that a refusal takes as long as any
other and no rule hides another's error. B11 to B14 are about the card in hand and are decided where cards are
(`app.cards`); B10 (a character or a text that the form cannot hold) is found when the sheet is laid out, B22 (paper,
printer, money) at the terminal, B25 (the town reports too late to the union) when an order is placed.
"""

from __future__ import annotations

from collections.abc import Callable

from app.certificates.ages import is_younger_than
from app.certificates.kind import FAMILY_SOURCES, Case, Rule
from app.certificates.requests import MessageClass, Picks, Refusal, Relation
from app.municipalities.serviceability import is_register_old
from app.residents.family_facts import AddressHistoryFacts, FamilyRegisterFacts
from app.residents.vocabularies import BlockReason

UNPRINTABLE = Refusal("B10", MessageClass.NEUTRAL)  # found when the text is fitted to the form
RELAY_LATE = Refusal("B25", MessageClass.INFORMATION)  # found when an order is placed; what is ordered goes on


def list_rules(case: Case) -> tuple[Rule, ...]:
    """All rules for a kind, gravest first.

    What holds for the whole town comes first (it says nothing about a person), then the neutral ones, then what may be
    told.
    """
    rules = (*RULES, *case.kind.rules)
    first = tuple(rule for rule in rules if rule.code in _OF_TOWN)
    neutral = tuple(rule for rule in rules if rule.message_class is MessageClass.NEUTRAL)
    told = tuple(r for r in rules if r.message_class is MessageClass.INFORMATION and r.code not in _OF_TOWN)
    return first + neutral + told


def list_refusals(case: Case) -> tuple[Refusal, ...]:
    """All rules that refuse, gravest first; every rule is asked."""
    answers = [(rule, rule.applies(case)) for rule in list_rules(case)]
    return tuple(Refusal(rule.code, rule.message_class) for rule, refuses in answers if refuses)


def decide(case: Case) -> Refusal | None:
    """The gravest refusal, or None: the sheet may be made."""
    return next(iter(list_refusals(case)), None)


# --- Conditions ------------------------------------------------------------------------------------------------------


def _is_closed(case: Case) -> bool:
    """Not now, or not at all: a kind without a fee or without the town's own 認証文 is not issued there."""
    has_fee = case.ordinance.fee(case.kind.code, case.request.channel) is not None and case.fee is not None
    has_texts = all(case.ordinance.text(key).strip() for key in case.kind.attestations)
    return not (case.is_open and has_fee and has_texts)


def _is_not_resident(case: Case) -> bool:
    """The requester does not live here (any more); or, of a sheet on a household, somebody asked for does not."""
    living = {member.atena_no for member in case.members}
    wanted = case.concerned if case.kind.who is Relation.HOUSEHOLD else {case.request.requester}
    return not wanted <= living


def _is_not_entitled(case: Case) -> bool:
    """Somebody else's data, on a kind that is about oneself, or of a 戸籍 that the person does not stand in."""
    wanted = set(case.request.persons)
    if case.kind.who is Relation.SELF:
        return not wanted <= {case.request.requester}
    if case.kind.who is Relation.FAMILY_REGISTER and wanted:
        return not wanted <= _living_in_register(case)
    return False


def _living_in_register(case: Case) -> set[str]:
    if isinstance(case.record, FamilyRegisterFacts | AddressHistoryFacts):
        return {member.atena_no for member in case.record.members if not member.is_removed}
    return set()


def _names_somebody_twice(case: Case) -> bool:
    return len(set(case.request.persons)) != len(case.request.persons)


def _picks_wrongly(case: Case) -> bool:
    """What nobody offered, the same thing twice, or more than stands on one copy."""
    keys, wanted = {choice.key for choice in case.choices}, case.request.picks
    most = {Picks.NONE: 0, Picks.ONE: 1, Picks.SOME: len(keys)}[case.kind.picks]
    return not set(wanted) <= keys or len(set(wanted)) != len(wanted) or len(wanted) > most


def is_blocked_for(*reasons: BlockReason) -> Callable[[Case], bool]:
    """Whether a block for one of these reasons is on anyone concerned."""
    return lambda case: any(block.reason in reasons for block in case.blocks_in_way)


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


def _is_family_register_pending(case: Case) -> bool:
    """From the acceptance of a notification until it is written down, for everybody in the register, shown or not."""
    if case.kind.source not in FAMILY_SOURCES:
        return False
    is_updating = isinstance(case.record, FamilyRegisterFacts | AddressHistoryFacts) and case.record.is_updating
    together = case.concerned | _living_in_register(case)
    return is_updating or any(b.reason is BlockReason.FAMILY_REGISTER_PENDING for b in case.blocks_on(together))


def _has_no_family_register(case: Case) -> bool:
    """本籍 elsewhere, or no longer in the register: 戸籍 and 附票 are kept where the 本籍 is."""
    is_in = case.request.requester in _living_in_register(case)
    return case.kind.source in FAMILY_SOURCES and not is_in


def _is_under_age(case: Case) -> bool:
    age = int(case.ordinance.switch("minimum_age"))
    return case.requester is not None and is_younger_than(age, case.requester.birth_date, case.today)


def _is_under_guardianship(case: Case) -> bool:
    """Since 2019 what counts is the capacity to intend; the town decides whether a guardianship stops other kinds."""
    stops = case.ordinance.switch("adult_guardianship") == "all"
    return stops and is_blocked_for(BlockReason.ADULT_GUARDIANSHIP)(case)


def _is_unregistered_card(case: Case) -> bool:
    return case.services is not None and case.kind.code not in case.services


def _asks_for_more(case: Case) -> bool:
    """An item that this kind or this town does not print here."""
    offered = {option.code for option in case.kind.offered(case)}
    return case.household is not None and not case.request.options <= offered


def _claims_exemption(case: Case) -> bool:
    return case.is_at_machine and case.request.exemption is not None


def _is_register_old(case: Case) -> bool:
    """By the town's own limit: a cancelled seal whose file never came must not be certified."""
    limit = case.ordinance.switch("register_hours")
    return is_register_old(case.arrived_at, case.request.at, None if limit == "none" else int(limit))


CLOSED = "B21"
REGISTER_OLD = "B24"
_OF_TOWN = (CLOSED, REGISTER_OLD)
RULES: tuple[Rule, ...] = (
    Rule(CLOSED, MessageClass.INFORMATION, _is_closed, "条例・告示: 利用時間、休止日、手数料の定め"),
    Rule(REGISTER_OLD, MessageClass.INFORMATION, _is_register_old, "条例・規則: 証明は最新の登録による (運用上の定め)"),
    Rule("B02", MessageClass.NEUTRAL, _is_not_resident, "住民基本台帳法12条1項; 標準仕様書4.2.2"),
    Rule("R01", MessageClass.NEUTRAL, _is_not_entitled, "住民基本台帳法12条1項, 20条; 戸籍法10条; 条例 (本人のみ)"),
    Rule("R03", MessageClass.NEUTRAL, _names_somebody_twice, "一人一欄: 標準仕様書5.1"),
    Rule("R06", MessageClass.NEUTRAL, _picks_wrongly, "条例・規則: 証明できる年度・物件"),
    Rule(
        "B01",
        MessageClass.NEUTRAL,
        is_blocked_for(BlockReason.PROTECTION_MEASURE, BlockReason.PROVISIONAL_PROTECTION),
        "住民基本台帳事務処理要領 第5-10 (支援措置); 標準仕様書3.4",
    ),
    Rule("B03", MessageClass.NEUTRAL, _is_moving_out, "住民基本台帳法24条 (転出届); 標準仕様書5.1"),
    Rule("B04", MessageClass.NEUTRAL, is_blocked_for(BlockReason.MOVEMENT_PENDING), "標準仕様書3.1, 4.0.8"),
    Rule("B04", MessageClass.NEUTRAL, _has_provisional_change, "標準仕様書4.0.8 (仮登録)"),
    Rule("B05", MessageClass.NEUTRAL, _came_today, "転入・届出の当日: 運用上の定め"),
    Rule(
        "B06",
        MessageClass.NEUTRAL,
        _is_family_register_pending,
        "戸籍法施行規則: 届出の受理から記載の完了まで (運用上の定め)",
    ),
    Rule("B08", MessageClass.NEUTRAL, _is_under_guardianship, "条例・規則 (意思能力を有しない者)"),
    Rule("B00", MessageClass.NEUTRAL, is_blocked_for(BlockReason.OTHER), "標準仕様書3.1 (その他の発行抑止)"),
    Rule("B07", MessageClass.INFORMATION, _is_under_age, "利用は15歳以上: 印鑑登録証明事務処理要領、運用上の定め"),
    Rule("B15", MessageClass.INFORMATION, _is_unregistered_card, "カード条例 (証明書ごとの利用登録)"),
    Rule("B20", MessageClass.INFORMATION, _has_no_family_register, "戸籍法6条, 10条: 本籍地の市町村が作り、証明する"),
    Rule(
        "R02", MessageClass.INFORMATION, _asks_for_more, "住民基本台帳法12条5項; 番号法 (個人番号の記載は条例等による)"
    ),
    Rule("R05", MessageClass.INFORMATION, _claims_exemption, "手数料の免除は窓口だけ: 国民年金法104条ほか"),
)
