"""PURE. What a sheet says, as frozen text: decided before anything is drawn, kept in the journal, compared afterwards.

A document holds exactly the strings that are printed, so that a reprint shows what was certified then and a template
decides nothing. Two marks are used: 「（省略）」 for an item that was not asked for (住民基本台帳法12条5項), and
「＊＊＊」 for an item with nothing recorded, so that no cell is left into which something could be written.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, TypeVar

OMITTED = "（省略）"
NOTHING = "＊＊＊"
HOUSEHOLD_FORM = "household"  # 世帯連記式: four persons a sheet
INDIVIDUAL_FORM = "individual"  # 個人票: one person a sheet
PERSONS_A_SHEET = {HOUSEHOLD_FORM: 4, INDIVIDUAL_FORM: 1}


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


def numbered(document: D, issue_number: str) -> D:
    """The same document under the 発行番号 of this copy."""
    return replace(document, certification=replace(document.certification, issue_number=issue_number))


def page_numbers(document: Document) -> tuple[str, ...]:
    """「1/2」, 「2/2」: with the 発行番号 on every sheet (標準仕様書 5.5)."""
    return tuple(f"{n}/{document.sheets}" for n in range(1, document.sheets + 1))


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
