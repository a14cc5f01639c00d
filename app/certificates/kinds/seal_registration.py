"""PURE. 印鑑登録証明書: the registered imprint at its true size, and whose it is.

No statute: every town's 印鑑条例 after 印鑑登録証明事務処理要領 (昭和49年自治振第10号). At a machine for oneself alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.certificates import composing
from app.certificates.documents import NOTHING, Certification, Document, Picture
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule, Source
from app.certificates.layouts import ROOMY, ROOMY_NAME, Cell, FieldText, fields_of, one_line
from app.certificates.requests import MessageClass, Relation
from app.residents.facts import SealFacts
from app.residents.vocabularies import BlockReason, ResidentType, SealStatus

CODE = "seal_registration"
_ATTESTATION = f"{CODE}.attestation"
_CELLS = {
    "name": Cell(82, ROOMY_NAME),
    "name_kana": Cell(82, ROOMY),
    "other_name_label": Cell(28, one_line(9)),
    "other_name": Cell(82, ROOMY),
    "birth_date": Cell(82, ROOMY),
    "address": Cell(82, one_line(12, then=((12, 2), (11, 2), (10, 3), (9, 4), (8, 4), (7, 5)))),
}


@dataclass(frozen=True)
class SealRegistrationDocument(Document):
    """印鑑登録証明書."""

    kind: ClassVar[str] = CODE
    imprint: Picture
    name: str
    name_kana: str
    other_name_label: str
    other_name: str
    birth_date: str
    address: str

    @property
    def pictures(self) -> dict[str, Picture]:
        return {"imprint": self.imprint}


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> SealRegistrationDocument:
    """The katakana name too where a seal may be made from it (foreign residents)."""
    person, seal = case.requester, _seal(case)
    if person is None or seal is None:
        raise MissingFactsError(CODE)
    label, other_name = composing.other_name_of(person)
    has_other = other_name != NOTHING
    return SealRegistrationDocument(
        certification=certification,
        imprint=Picture(seal.imprint_png, seal.width_mm, seal.height_mm),
        name=composing.name_of(person),
        name_kana=person.name_kana if person.resident_type is ResidentType.FOREIGN else "",
        other_name_label=label if has_other else "",
        other_name=other_name if has_other else "",
        birth_date=composing.birth_date_of(person),
        address=composing.address_of(person),
    )


def _fields(document: Document) -> Iterator[FieldText]:
    return fields_of(document, _CELLS)


def _seal(case: Case) -> SealFacts | None:
    return case.record if isinstance(case.record, SealFacts) else None


def _is_stopped(case: Case) -> bool:
    seal = _seal(case)
    is_suspended = any(block.reason is BlockReason.SEAL_SUSPENDED for block in case.blocks_in_way)
    return is_suspended or (seal is not None and seal.status is not SealStatus.REGISTERED)


def _is_under_guardianship(case: Case) -> bool:
    """The registration ends with the capacity to intend, whatever the town decides for other kinds."""
    return any(block.reason is BlockReason.ADULT_GUARDIANSHIP for block in case.blocks_in_way)


def _has_none(case: Case) -> bool:
    return case.record is None


KIND = CertificateKind(
    code=CODE,
    title="印鑑登録証明書",
    heading="印鑑登録証明書",
    who=Relation.SELF,
    template="seal_registration.html",
    attestations=(_ATTESTATION,),
    document=SealRegistrationDocument,
    build=build,
    fields=_fields,
    source=Source.SEAL,
    rules=(
        Rule("B08", MessageClass.NEUTRAL, _is_under_guardianship, "印鑑登録証明事務処理要領 (意思能力を有しない者)"),
        Rule("B09", MessageClass.NEUTRAL, _is_stopped, "印鑑条例 (照会中、一時停止、登録停止)"),
        Rule("B09", MessageClass.INFORMATION, _has_none, "印鑑条例 (登録がない)"),
    ),
)
