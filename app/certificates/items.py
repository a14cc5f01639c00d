"""PURE. The items of a 住民票 as texts, and those that stand on a sheet only when asked for.

Shared by the kinds that are made from it. 住民基本台帳法 7条 (items), 12条5項 (what is left out unless asked for),
30条の45 (foreign residents).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.certificates.composing import address_of, birth_date_of, date_of, name_of, other_name_of
from app.certificates.documents import NOTHING
from app.certificates.errors import InconsistentHouseholdError
from app.certificates.kind import Case
from app.certificates.requests import Option
from app.residents.facts import ForeignFacts, PersonFacts
from app.residents.vocabularies import ResidentType, Sex
from app.residents.wareki import to_western

HEAD_RELATIONSHIP = Option("head_relationship", "世帯主・続柄")
DOMICILE = Option("domicile", "本籍・筆頭者")
INDIVIDUAL_NUMBER = Option("individual_number", "個人番号（マイナンバー）")  # only where the town's switch allows it


@dataclass(frozen=True)
class ForeignItems:
    """法30条の45. Dates in the Western calendar where the law's form has them so (標準仕様書 1.1.9)."""

    nationality: str
    foreign_class: str
    residence_status: str
    residence_period: str
    residence_expiry: str
    residence_card_no: str
    resident_since: str


@dataclass(frozen=True)
class ResidentItems:
    """Everything that a 住民票 says of one person but the numbers; `NOTHING` where nothing is recorded."""

    name: str
    name_kana: str
    other_name_label: str  # 「旧氏」 or 「通称」
    other_name: str
    birth_date: str
    sex: str
    address: str  # with 方書
    address_without_detail: str
    household_head: str
    relationship: str
    became_resident_on: str
    address_since: str
    notified_on: str
    previous_address: str
    registered_domicile: str
    register_head: str
    foreign: ForeignItems | None


def items_of(person: PersonFacts) -> ResidentItems:
    """The texts as they are printed."""
    label, other_name = other_name_of(person)
    return ResidentItems(
        name=name_of(person),
        name_kana=person.name_kana or NOTHING,
        other_name_label=label,
        other_name=other_name,
        birth_date=birth_date_of(person),
        sex=NOTHING if person.sex is Sex.BLANK else person.sex.japanese,
        address=address_of(person),
        address_without_detail=person.address,
        household_head=person.household_head or NOTHING,
        relationship=person.relationship or NOTHING,
        became_resident_on=date_of(person.became_resident_on),
        address_since=date_of(person.address_since),
        notified_on=date_of(person.notified_on),
        previous_address=person.previous_address or NOTHING,
        registered_domicile=person.registered_domicile or NOTHING,
        register_head=person.register_head or NOTHING,
        foreign=None if person.foreign is None else _foreign_items(person.foreign),
    )


def _foreign_items(facts: ForeignFacts) -> ForeignItems:
    return ForeignItems(
        nationality=facts.nationality or NOTHING,
        foreign_class=facts.foreign_class.japanese,
        residence_status=facts.residence_status or NOTHING,
        residence_period=facts.residence_period or NOTHING,
        residence_expiry=to_western(facts.residence_expiry) if facts.residence_expiry else NOTHING,
        residence_card_no=facts.residence_card_no or NOTHING,
        resident_since=date_of(facts.resident_since),
    )


def is_foreign(person: PersonFacts) -> bool:
    """Has the items of 法30条の45, and neither 本籍 nor 筆頭者."""
    return person.resident_type is ResidentType.FOREIGN


def persons_of(case: Case) -> tuple[PersonFacts, ...]:
    """Those shown, in the order of the household.

    :raises InconsistentHouseholdError: when they are recorded at different addresses.
    """
    shown = tuple(member for member in case.members if member.atena_no in case.shown)
    if len({(member.address, member.address_detail) for member in shown}) != 1:
        raise InconsistentHouseholdError
    return shown


def offer(case: Case, foreign: frozenset[Option]) -> tuple[Option, ...]:
    """The options of the kind that this town and this household have; `foreign`: those of foreign residents alone.

    Depends on the town and on who lives there, never on a block.
    """
    missing = set() if any(map(is_foreign, case.members)) else set(foreign)
    if all(map(is_foreign, case.members)):
        missing.add(DOMICILE)
    if case.is_at_machine and case.ordinance.switch("individual_number_at_kiosk") != "yes":
        missing.add(INDIVIDUAL_NUMBER)
    return tuple(option for option in case.kind.options if option not in missing)
