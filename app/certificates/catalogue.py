"""PURE. The kinds of certificate. A new one is an entry here, a document, an eligibility rule and a template.

Sources: 住民基本台帳法12条 (self and same household) and 12条5項 (what is left out unless asked for);
印鑑登録証明事務処理要領 (self only at a machine).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import NotFoundError


class UnknownKindError(NotFoundError):
    """No certificate has this code."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Relation(StrEnum):
    """Whose data a resident may have printed."""

    SELF = "self"
    HOUSEHOLD = "household"  # oneself and those in the same household: all, some or one


class Option(StrEnum):
    """An item that is left out unless asked for (住民基本台帳法12条5項)."""

    HEAD_RELATIONSHIP = "head_relationship"  # 世帯主・続柄
    DOMICILE = "domicile"  # 本籍・筆頭者
    FOREIGN_ITEMS = "foreign_items"  # 国籍・地域 and the items of 法30条の45
    INDIVIDUAL_NUMBER = "individual_number"  # 個人番号; only where the town's switch allows it

    @property
    def japanese(self) -> str:
        return _OPTION_NAMES[self]


_OPTION_NAMES = {
    Option.HEAD_RELATIONSHIP: "世帯主・続柄",
    Option.DOMICILE: "本籍・筆頭者",
    Option.FOREIGN_ITEMS: "国籍・在留資格など",
    Option.INDIVIDUAL_NUMBER: "個人番号（マイナンバー）",
}


@dataclass(frozen=True)
class CertificateKind:
    """One product. `title` is what residents ask for, `heading` what stands on top of the sheet."""

    code: str
    title: str
    heading: str
    who: Relation
    template: str
    attestations: tuple[str, ...]  # keys of the town's own wording, without which it does not issue this kind
    options: tuple[Option, ...] = ()
    needs_seal: bool = False
    needs_family_register: bool = False  # made from the 戸籍: stopped while a notification is being written (B06)


KINDS: dict[str, CertificateKind] = {
    kind.code: kind
    for kind in (
        CertificateKind(
            code="resident_record",
            title="住民票の写し",
            heading="住民票",
            who=Relation.HOUSEHOLD,
            template="resident_record.html",
            attestations=("resident_record.attestation_all", "resident_record.attestation_part"),
            options=(Option.HEAD_RELATIONSHIP, Option.DOMICILE, Option.FOREIGN_ITEMS, Option.INDIVIDUAL_NUMBER),
        ),
        CertificateKind(
            code="seal_registration",
            title="印鑑登録証明書",
            heading="印鑑登録証明書",
            who=Relation.SELF,
            template="seal_registration.html",
            attestations=("seal_registration.attestation",),
            needs_seal=True,
        ),
    )
}


def get_kind(code: str) -> CertificateKind:
    """The catalogue entry.

    :raises UnknownKindError: when there is none.
    """
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownKindError(code) from None
