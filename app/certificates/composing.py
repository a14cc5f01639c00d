"""PURE. Makes a document of what the registers and the ordinance say: which text stands in which field.

The marks for what is omitted and for what is not recorded are those of `documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from app.certificates.catalogue import CertificateKind, Option
from app.certificates.documents import (
    NOTHING,
    OMITTED,
    Certification,
    ForeignItems,
    PersonEntry,
    Picture,
    ResidentRecordDocument,
    SealRegistrationDocument,
)
from app.certificates.errors import InconsistentHouseholdError
from app.municipalities.ordinances import Ordinance
from app.residents.facts import HouseholdFacts, PersonFacts, RecordedDate, SealFacts
from app.residents.vocabularies import ResidentType, Sex
from app.residents.wareki import format_recorded, to_wareki, to_western


class Issuer(Protocol):
    """首長 or 職務代理者 in office: the title carries prefecture and 郡, the seal is black and at most 25 mm."""

    @property
    def title(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def seal_png(self) -> bytes: ...
    @property
    def seal_mm(self) -> float: ...


def build_certification(
    kind: CertificateKind, is_whole: bool, ordinance: Ordinance, issuer: Issuer, issued_on: date
) -> Certification:
    """The common part. `is_whole`: everybody of the household is shown, which the 認証文 says where a kind has two."""
    return Certification(
        issue_number="",
        title=kind.heading,
        attestation=ordinance.text(kind.attestations[0 if is_whole else -1]),
        note=ordinance.text(f"{kind.code}.note"),
        issued_on=to_wareki(issued_on),
        issuer_title=issuer.title,
        issuer_name=issuer.name,
        issuer_seal=Picture(issuer.seal_png, issuer.seal_mm, issuer.seal_mm),
        seal_note=ordinance.text("seal_note"),
    )


def build_resident_record(
    certification: Certification,
    household: HouseholdFacts,
    shown: tuple[str, ...],
    options: frozenset[Option],
    form: str,
    numbers: Mapping[str, str],
) -> ResidentRecordDocument:
    """`numbers`: 個人番号 by 宛名番号, of those for whom it is printed.

    :raises InconsistentHouseholdError: when the persons shown are recorded at different addresses.
    """
    members = tuple(m for m in household.members if m.atena_no in shown)
    if len({(m.address, m.address_detail) for m in members}) != 1:
        raise InconsistentHouseholdError
    has_head = Option.HEAD_RELATIONSHIP in options
    return ResidentRecordDocument(
        certification=certification,
        form=form,
        address=_address(members[0]),
        household_head=_if_asked(has_head, members[0].household_head),
        persons=tuple(_entry(m, options, numbers.get(m.atena_no, "")) for m in members),
    )


def build_seal_registration(
    certification: Certification, person: PersonFacts, seal: SealFacts
) -> SealRegistrationDocument:
    """The imprint at its true size; the katakana name where a seal may be made from it (foreign residents)."""
    is_foreign = person.resident_type is ResidentType.FOREIGN
    label, other_name = _other_name(person)
    return SealRegistrationDocument(
        certification=certification,
        imprint=Picture(seal.imprint_png, seal.width_mm, seal.height_mm),
        name=_name(person),
        name_kana=person.name_kana if is_foreign else "",
        other_name_label=label if other_name != NOTHING else "",
        other_name=other_name if other_name != NOTHING else "",
        birth_date=_date(person.birth_date, western=is_foreign),
        address=_address(person),
    )


def _entry(person: PersonFacts, options: frozenset[Option], individual_number: str) -> PersonEntry:
    is_foreign = person.resident_type is ResidentType.FOREIGN
    has_domicile = Option.DOMICILE in options
    label, other_name = _other_name(person)
    return PersonEntry(
        name=_name(person),
        name_kana=person.name_kana or NOTHING,
        other_name_label=label,
        other_name=other_name,
        birth_date=_date(person.birth_date, western=is_foreign),
        sex=NOTHING if person.sex is Sex.BLANK else person.sex.japanese,
        relationship=_if_asked(Option.HEAD_RELATIONSHIP in options, person.relationship),
        individual_number=_if_asked(Option.INDIVIDUAL_NUMBER in options, individual_number),
        resident_code=OMITTED,  # never at a machine
        became_resident_on=_date(person.became_resident_on),
        address_since=_date(person.address_since),
        notified_on=_date(person.notified_on),
        previous_address=person.previous_address or NOTHING,
        registered_domicile="" if is_foreign else _if_asked(has_domicile, person.registered_domicile),
        register_head="" if is_foreign else _if_asked(has_domicile, person.register_head),
        foreign=_foreign_items(person, Option.FOREIGN_ITEMS in options),
    )


def _foreign_items(person: PersonFacts, is_asked: bool) -> ForeignItems | None:
    facts = person.foreign
    if facts is None:
        return None
    expiry = to_western(facts.residence_expiry) if facts.residence_expiry else ""
    return ForeignItems(
        nationality=_if_asked(is_asked, facts.nationality),
        foreign_class=_if_asked(is_asked, facts.foreign_class.japanese),
        residence_status=_if_asked(is_asked, facts.residence_status),
        residence_period=_if_asked(is_asked, facts.residence_period),
        residence_expiry=_if_asked(is_asked, expiry),
        residence_card_no=_if_asked(is_asked, facts.residence_card_no),
        resident_since=_date(facts.resident_since),
    )


def _name(person: PersonFacts) -> str:
    """As recorded; a foreign resident's name in Latin letters first, then in kanji where there is one."""
    names = (person.name_latin, person.name if person.name != person.name_latin else "")
    return "　".join(filter(None, names))


def _other_name(person: PersonFacts) -> tuple[str, str]:
    """旧氏 or 通称: always shown with the name when registered (住民基本台帳法施行令30条の13, 30条の16)."""
    is_foreign = person.resident_type is ResidentType.FOREIGN
    label = "通称" if is_foreign else "旧氏"
    text = person.alias if is_foreign else person.former_surname
    kana = person.alias_kana if is_foreign else person.former_surname_kana
    if not text:
        return label, NOTHING
    return label, f"{text}（{kana}）" if kana else text


def _address(person: PersonFacts) -> str:
    """方書 belongs to the address and is always printed (標準仕様書 5.4)."""
    return "　".join(filter(None, (person.address, person.address_detail)))


def _date(recorded: RecordedDate, western: bool = False) -> str:
    return format_recorded(recorded, western) or NOTHING


def _if_asked(is_asked: bool, text: str) -> str:
    return (text or NOTHING) if is_asked else OMITTED
