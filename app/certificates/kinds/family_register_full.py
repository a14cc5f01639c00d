"""PURE. 戸籍全部事項証明書: everything in a 戸籍, of everybody in it, also of those who left it.

戸籍法 10条 (who may ask), 120条 (registers kept by computer); 戸籍法施行規則 73条1項1号. A machine hands it
to those who are in the register now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.certificates.documents import Certification
from app.certificates.kind import Case, CertificateKind, Rule, Source
from app.certificates.kinds import family_entries
from app.certificates.kinds.family_entries import members_of
from app.certificates.kinds.family_members import number_all
from app.certificates.requests import MessageClass, Relation

CODE = "family_register_full"


@dataclass(frozen=True)
class FamilyRegisterFullDocument(family_entries.FamilyEntriesDocument):
    """戸籍全部事項証明書."""

    kind: ClassVar[str] = CODE


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> FamilyRegisterFullDocument:
    """:raises MissingFactsError: when there is no register."""
    return FamilyRegisterFullDocument(**family_entries.parts_of(case, certification, members_of(case)))


def _asks_for_some(case: Case) -> bool:
    """Some of those in the register are another certificate: 個人事項."""
    return bool(case.request.persons)


KIND = CertificateKind(
    code=CODE,
    title="戸籍全部事項証明書",
    heading="全部事項証明",
    who=Relation.FAMILY_REGISTER,
    template=family_entries.TEMPLATE,
    attestations=(f"{CODE}.attestation",),
    document=FamilyRegisterFullDocument,
    build=build,
    fields=family_entries.list_fields,
    unasked=family_entries.find_unasked,
    source=Source.FAMILY_REGISTER,
    shown=number_all,  # a block on anybody recorded, also on one who left, stops the sheet
    rules=(
        *family_entries.RULES,
        Rule("R01", MessageClass.NEUTRAL, _asks_for_some, "戸籍法施行規則73条1項1号 (全部事項証明書は全員について)"),
    ),
)
