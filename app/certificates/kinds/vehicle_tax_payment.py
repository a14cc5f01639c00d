"""PURE. 軽自動車税（種別割）納税証明書（継続検査用）: what the inspection of a vehicle wants to see; free of charge.

道路運送車両法 97条の2; 地方税法 20条の10, 463条の15 ff. A certificate of unpaid tax is worth nothing, so
none is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.certificates.documents import NOTHING, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule, Source
from app.certificates.kinds.tax_forms import Payer, fiscal_year, payer_fields, payer_of, yen
from app.certificates.layouts import ROOMY, ROOMY_NAME, Cell, FieldText, fields_of
from app.certificates.requests import Choice, MessageClass, Picks, Relation
from app.residents.tax_facts import VehicleTaxRecord, VehicleTaxYear
from app.residents.tax_vocabularies import VehicleHolding
from app.residents.wareki import to_wareki

CODE = "vehicle_tax_payment"
_ATTESTATION = f"{CODE}.attestation"
_WIDE, _HALF = 144.0, 52.0  # of the cells, less the wider margins of this form
_CELLS = {
    "plate": Cell(_WIDE, ROOMY_NAME),
    "vehicle_kind": Cell(_WIDE, ROOMY),
    "fiscal_year": Cell(_HALF, ROOMY),
    "tax": Cell(_HALF, ROOMY),
    "paid_on": Cell(_HALF, ROOMY),
    "valid_until": Cell(_HALF, ROOMY),
}


@dataclass(frozen=True)
class VehicleTaxPaymentDocument(Document):
    """軽自動車税（種別割）納税証明書（継続検査用）."""

    kind: ClassVar[str] = CODE
    payer: Payer
    plate: str
    vehicle_kind: str
    fiscal_year: str
    tax: str
    paid_on: str
    valid_until: str


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> VehicleTaxPaymentDocument:
    """The vehicle that was picked."""
    year = _vehicle(case)
    if year is None or year.paid_on is None or year.valid_until is None:
        raise MissingFactsError(CODE)
    return VehicleTaxPaymentDocument(
        certification=certification,
        payer=payer_of(case),
        plate=year.plate,
        vehicle_kind=year.vehicle_kind or NOTHING,
        fiscal_year=fiscal_year(year.fiscal_year),
        tax=f"{yen(year.tax_yen)}円",
        paid_on=to_wareki(year.paid_on),
        valid_until=to_wareki(year.valid_until),
    )


def choices(case: Case) -> tuple[Choice, ...]:
    """Every vehicle of the person, whatever would be said of it."""
    return tuple(Choice(_key(year), year.plate) for year in _vehicles(case))


def _key(year: VehicleTaxYear) -> str:
    """The register's own number, in one word."""
    return "".join(year.vehicle_no.split())


def _vehicles(case: Case) -> tuple[VehicleTaxYear, ...]:
    return case.record.vehicles if isinstance(case.record, VehicleTaxRecord) else ()


def _vehicle(case: Case) -> VehicleTaxYear | None:
    return next((year for year in _vehicles(case) if _key(year) in case.picked), None)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, VehicleTaxPaymentDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from payer_fields(document.payer)
    yield from fields_of(document, _CELLS)


def _has_none(case: Case) -> bool:
    return not _vehicles(case)


def _is_unpaid(case: Case) -> bool:
    year = _vehicle(case)
    return year is not None and (year.has_arrears or year.paid_on is None)


def _is_settling(case: Case) -> bool:
    year = _vehicle(case)
    return year is not None and year.is_settling


def _is_not_valid(case: Case) -> bool:
    """On its last day it still is."""
    year = _vehicle(case)
    return year is not None and (year.valid_until is None or year.valid_until < case.today)


def _is_not_plainly_owned(case: Case) -> bool:
    year = _vehicle(case)
    return year is not None and year.holding is not VehicleHolding.OWN


KIND = CertificateKind(
    code=CODE,
    title="軽自動車税納税証明書（継続検査用）",
    heading="軽自動車税（種別割）納税証明書（継続検査用）",
    who=Relation.SELF,
    template="vehicle_tax_payment.html",
    attestations=(_ATTESTATION,),
    document=VehicleTaxPaymentDocument,
    build=build,
    fields=_fields,
    source=Source.VEHICLE_TAX,
    picks=Picks.ONE,
    choices=choices,
    rules=(
        Rule("B18", MessageClass.NEUTRAL, _is_unpaid, "道路運送車両法97条の2 (未納がある)"),
        Rule("B18", MessageClass.NEUTRAL, _is_settling, "道路運送車両法97条の2 (納付の反映待ち: 運用上の定め)"),
        Rule("B18", MessageClass.NEUTRAL, _is_not_valid, "道路運送車両法97条の2 (有効期限)"),
        Rule("B19", MessageClass.NEUTRAL, _is_not_plainly_owned, "地方税法463条の15 ff. (所有権留保、法人、減免)"),
        Rule("B16", MessageClass.INFORMATION, _has_none, "地方税法463条の15 (課税されている車両がない)"),
    ),
)
