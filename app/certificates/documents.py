"""PURE. What a sheet says, as frozen text: decided before anything is drawn, kept in the journal, compared afterwards.

A document holds exactly the strings that are printed, so that a reprint shows what was certified then and a template
decides nothing. Two marks are used: 「（省略）」 for an item that was not asked for (住民基本台帳法12条5項), and
「＊＊＊」 for an item with nothing recorded, so that no cell is left into which something could be written.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, ClassVar, Protocol, TypeVar

from app.certificates.catalogue import CertificateKind, Option
from app.certificates.errors import InconsistentHouseholdError
from app.municipalities.ordinances import Ordinance
from app.residents.facts import HouseholdFacts, PersonFacts, RecordedDate, SealFacts
from app.residents.vocabularies import ResidentType, Sex
from app.residents.wareki import format_recorded, to_wareki, to_western

OMITTED = "（省略）"
NOTHING = "＊＊＊"
HOUSEHOLD_FORM = "household"  # 世帯連記式: four persons a sheet
INDIVIDUAL_FORM = "individual"  # 個人票: one person a sheet
PERSONS_A_SHEET = {HOUSEHOLD_FORM: 4, INDIVIDUAL_FORM: 1}


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


@dataclass(frozen=True)
class Picture:
    """A 1-bit PNG and the size at which it is printed."""

    png: bytes
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class Certification:
    """What every certificate carries: number, 認証文, and who issued it when."""

    issue_number: str  # of this copy; the caller gives it
    title: str
    attestation: str
    note: str  # of the town, may be empty
    issued_on: str
    issuer_title: str
    issuer_name: str
    issuer_seal: Picture
    seal_note: str  # 「この印は黒色です。」, may be empty


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
class PersonEntry:
    """One person's block of a 住民票."""

    name: str
    name_kana: str
    other_name_label: str  # 「旧氏」 or 「通称」
    other_name: str
    birth_date: str
    sex: str
    relationship: str
    individual_number: str
    resident_code: str
    became_resident_on: str
    address_since: str
    notified_on: str
    previous_address: str
    registered_domicile: str  # empty, and no such cell, where there are foreign items
    register_head: str
    foreign: ForeignItems | None


@dataclass(frozen=True)
class ResidentRecordDocument:
    """住民票の写し."""

    kind: ClassVar[str] = "resident_record"
    certification: Certification
    form: str
    address: str
    household_head: str
    persons: tuple[PersonEntry, ...]

    @property
    def sheets(self) -> int:
        return -(-len(self.persons) // PERSONS_A_SHEET[self.form])


@dataclass(frozen=True)
class SealRegistrationDocument:
    """印鑑登録証明書."""

    kind: ClassVar[str] = "seal_registration"
    certification: Certification
    imprint: Picture
    name: str
    name_kana: str
    other_name_label: str
    other_name: str
    birth_date: str
    address: str

    @property
    def sheets(self) -> int:
        return 1


Document = ResidentRecordDocument | SealRegistrationDocument
D = TypeVar("D", bound=Document)
_CLASSES: dict[str, type[ResidentRecordDocument] | type[SealRegistrationDocument]] = {
    cls.kind: cls for cls in (ResidentRecordDocument, SealRegistrationDocument)
}


# --- Making one ------------------------------------------------------------------------------------------------------


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


def numbered(document: D, issue_number: str) -> D:
    """The same document under the 発行番号 of this copy."""
    return replace(document, certification=replace(document.certification, issue_number=issue_number))


def page_numbers(document: Document) -> tuple[str, ...]:
    """「1/2」, 「2/2」: with the 発行番号 on every sheet (標準仕様書 5.5)."""
    return tuple(f"{n}/{document.sheets}" for n in range(1, document.sheets + 1))


def printed_persons(document: Document) -> tuple[tuple[str, str], ...]:
    """Name and birth date of everybody on the sheet, as printed: what a guard looks for first."""
    if isinstance(document, SealRegistrationDocument):
        return ((document.name, document.birth_date),)
    return tuple((person.name, person.birth_date) for person in document.persons)


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


# --- Keeping one -----------------------------------------------------------------------------------------------------


def to_json(document: Document) -> str:
    """Canonical JSON: keys sorted, no blanks, pictures in base64. Equal documents give equal text."""
    content = {"kind": document.kind, **asdict(document)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_encode_bytes)


def from_json(text: str) -> Document:
    """The inverse of `to_json`.

    :raises ValueError | KeyError | TypeError: for anything that `to_json` did not write.
    """
    content = json.loads(text)
    cls = _CLASSES[content.pop("kind")]
    return cls(**{field.name: _DECODERS.get(field.name, _as_is)(content[field.name]) for field in fields(cls)})


def _encode_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _as_is(value: str) -> str:
    return value


def _picture(content: dict[str, Any]) -> Picture:
    return Picture(**{**content, "png": base64.b64decode(content["png"], validate=True)})


def _certification(content: dict[str, Any]) -> Certification:
    return Certification(**{**content, "issuer_seal": _picture(content["issuer_seal"])})


def _persons(content: list[dict[str, Any]]) -> tuple[PersonEntry, ...]:
    return tuple(
        PersonEntry(**{**entry, "foreign": ForeignItems(**entry["foreign"]) if entry["foreign"] else None})
        for entry in content
    )


_DECODERS: dict[str, Any] = {"certification": _certification, "imprint": _picture, "persons": _persons}
