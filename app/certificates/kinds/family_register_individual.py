"""PURE. 戸籍個人事項証明書: of a 戸籍, what concerns the register itself and one or some of those who are in it.

戸籍法 10条 (who may ask), 120条 (registers kept by computer); 戸籍法施行規則 73条1項2号. Whoever left the register is
certified at the counter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.certificates.documents import Certification
from app.certificates.kind import Case, CertificateKind, Source
from app.certificates.kinds import family_entries
from app.certificates.kinds.family_entries import members_of
from app.certificates.kinds.family_members import number_some, offer_standing
from app.certificates.requests import Relation

CODE = "family_register_individual"


@dataclass(frozen=True)
class FamilyRegisterIndividualDocument(family_entries.FamilyEntriesDocument):
    """戸籍個人事項証明書."""

    kind: ClassVar[str] = CODE


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> FamilyRegisterIndividualDocument:
    """:raises MissingFactsError: when there is no register, or none of those asked for is in it now."""
    members = (m for m in members_of(case) if m.atena_no in case.shown and not m.is_removed)
    return FamilyRegisterIndividualDocument(**family_entries.parts_of(case, certification, members))


def _shown(case: Case) -> tuple[str, ...]:
    """Oneself, or those asked for."""
    return number_some(case, case.request.persons or (case.request.requester,))


KIND = CertificateKind(
    code=CODE,
    title="戸籍個人事項証明書",
    heading="個人事項証明",
    who=Relation.FAMILY_REGISTER,
    template=family_entries.TEMPLATE,
    attestations=(f"{CODE}.attestation",),
    document=FamilyRegisterIndividualDocument,
    build=build,
    fields=family_entries.list_fields,
    unasked=family_entries.find_unasked,
    source=Source.FAMILY_REGISTER,
    persons=offer_standing,
    shown=_shown,
    rules=family_entries.RULES,
)
