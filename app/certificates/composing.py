"""PURE. The texts that several kinds share: the certification, names, addresses, dates.

The marks for what is omitted and for what is not recorded are those of `documents`.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from app.certificates.documents import NOTHING, OMITTED, Certification, Picture
from app.certificates.kind import CertificateKind, Wording
from app.municipalities.ordinances import Ordinance
from app.residents.facts import PersonFacts, RecordedDate
from app.residents.vocabularies import ResidentType
from app.residents.wareki import format_recorded, to_wareki


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


def certify(
    kind: CertificateKind, wording: Wording, ordinance: Ordinance, issuer: Issuer, issued_on: date
) -> Certification:
    """The part that every certificate carries; unnumbered."""
    return Certification(
        issue_number="",
        title=wording.heading,
        attestation=ordinance.text(wording.attestation),
        note=ordinance.text(kind.note),
        issued_on=to_wareki(issued_on),
        issuer_title=issuer.title,
        issuer_name=issuer.name,
        issuer_seal=Picture(issuer.seal_png, issuer.seal_mm, issuer.seal_mm),
        seal_note=ordinance.text("seal_note"),
    )


def name_of(person: PersonFacts) -> str:
    """As recorded; a foreign resident's name in Latin letters first, then in kanji where there is one."""
    names = (person.name_latin, person.name if person.name != person.name_latin else "")
    return "　".join(filter(None, names))


def other_name_of(person: PersonFacts) -> tuple[str, str]:
    """旧氏 or 通称 with its label: always shown with the name when registered (住基法施行令30条の13, 30条の16)."""
    is_foreign = person.resident_type is ResidentType.FOREIGN
    label = "通称" if is_foreign else "旧氏"
    text = person.alias if is_foreign else person.former_surname
    kana = person.alias_kana if is_foreign else person.former_surname_kana
    if not text:
        return label, NOTHING
    return label, f"{text}（{kana}）" if kana else text


def address_of(person: PersonFacts) -> str:
    """方書 belongs to the address and is always printed (標準仕様書 5.4)."""
    return "　".join(filter(None, (person.address, person.address_detail)))


def date_of(recorded: RecordedDate, western: bool = False) -> str:
    """和暦; in the Western calendar alone where the law's form has it so (標準仕様書 1.1.9)."""
    return format_recorded(recorded, western) or NOTHING


def birth_date_of(person: PersonFacts) -> str:
    """西暦 for foreign residents, 和暦 for everybody else."""
    return date_of(person.birth_date, western=person.resident_type is ResidentType.FOREIGN)


def if_asked(is_asked: bool, text: str) -> str:
    """The item, or the mark that it was not asked for."""
    return (text or NOTHING) if is_asked else OMITTED
