"""PURE. 資産証明書: the land and the houses that one person owns, as the 固定資産課税台帳 has them on 1 January.

地方税法 382条の3 (証明書の交付), 381条 (登録事項), 359条 (賦課期日). The town decides whether values stand on it, and
how it counts what it charges for. A machine certifies what one living person owns alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app.certificates.documents import NOT_PRINTED, NOTHING, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule, Source, Wording
from app.certificates.kinds.tax_forms import (
    LINE,
    NOTE,
    Payer,
    fiscal_year,
    newest_year,
    numbered_fields,
    payer_fields,
    payer_of,
    yen,
)
from app.certificates.layouts import SMALL, Cell, FieldText, fields_of, one_line
from app.certificates.requests import MessageClass, Relation
from app.residents.tax_facts import Parcel, PropertyRecord
from app.residents.tax_vocabularies import AssetKind, Ownership
from app.residents.wareki import to_wareki

CODE = "property"
LANDS_A_SHEET, HOUSES_A_SHEET = 10, 4
_ATTESTATION = f"{CODE}.attestation"
_HEAD = {"fiscal_year": Cell(82, LINE), "recorded_on": Cell(46, LINE)}
_FIGURE = one_line(9, 8, 7, 6)
_ROW = {
    "location": Cell(50, SMALL),
    "number": Cell(50, SMALL),
    "use": Cell(31, SMALL),
    "use_actual": Cell(31, SMALL),
    "area": Cell(19, _FIGURE),
    "note": Cell(24, NOTE),
}
_VALUES = {"assessed": Cell(23, _FIGURE), "tax_base": Cell(23, _FIGURE), "tax": Cell(21, _FIGURE)}
_WITHOUT_VALUES = {
    "location": Cell(62, SMALL),
    "number": Cell(62, SMALL),
    "use": Cell(44, SMALL),
    "use_actual": Cell(44, SMALL),
    "area": Cell(19, _FIGURE),
    "note": Cell(45, NOTE),
}
_SUM = {"count": Cell(31, _FIGURE), "area": Cell(19, _FIGURE), **_VALUES}


@dataclass(frozen=True)
class Holding:
    """一筆 or 一棟. The values are empty, and no such cell is there, on a form without them."""

    location: str
    number: str
    use: str  # 登記地目, or 種類
    use_actual: str  # 現況地目, or 構造・屋根・階層
    area: str
    assessed: str
    tax_base: str
    tax: str
    note: str


@dataclass(frozen=True)
class Sum:
    """Of the rows of one sheet, or of all."""

    count: str
    area: str
    assessed: str
    tax_base: str
    tax: str


@dataclass(frozen=True)
class PropertySheet:
    """What stands on one sheet, land and houses apart, each with the sum of the sheet."""

    lands: tuple[Holding, ...]
    lands_sum: Sum
    houses: tuple[Holding, ...]
    houses_sum: Sum


@dataclass(frozen=True)
class PropertyDocument(Document):
    """資産証明書, with or without values. The sums of all stand on the last sheet."""

    kind: ClassVar[str] = CODE
    lands_a_sheet: ClassVar[int] = LANDS_A_SHEET
    houses_a_sheet: ClassVar[int] = HOUSES_A_SHEET
    has_values: bool = field(metadata=NOT_PRINTED)
    fiscal_year: str
    recorded_on: str
    payer: Payer
    pages: tuple[PropertySheet, ...]
    lands_total: Sum
    houses_total: Sum

    @property
    def sheets(self) -> int:
        return len(self.pages)

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        head = (self.fiscal_year, self.recorded_on, self.payer, self.pages[sheet - 1])
        return (*head, self.lands_total, self.houses_total) if sheet == self.sheets else head


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> PropertyDocument:
    """Everything of the newest year."""
    lands, houses = _split(_parcels(case))
    if not lands and not houses:
        raise MissingFactsError(CODE)
    has_values, year = _has_values(case), _year(case)
    return PropertyDocument(
        certification=certification,
        has_values=has_values,
        fiscal_year=fiscal_year(year),
        recorded_on=to_wareki(date(year, 1, 1)),
        payer=payer_of(case),
        pages=_sheets(lands, houses, has_values),
        lands_total=_sum(lands, has_values, "筆"),
        houses_total=_sum(houses, has_values, "棟"),
    )


def _sheets(lands: Sequence[Parcel], houses: Sequence[Parcel], has_values: bool) -> tuple[PropertySheet, ...]:
    """A fixed number of rows a sheet: as many sheets as the longer of the two lists needs."""
    count = max(-(-len(lands) // LANDS_A_SHEET), -(-len(houses) // HOUSES_A_SHEET))
    return tuple(
        _sheet(
            lands[n * LANDS_A_SHEET : (n + 1) * LANDS_A_SHEET],
            houses[n * HOUSES_A_SHEET : (n + 1) * HOUSES_A_SHEET],
            has_values,
        )
        for n in range(count)
    )


def _sheet(lands: Sequence[Parcel], houses: Sequence[Parcel], has_values: bool) -> PropertySheet:
    return PropertySheet(
        lands=tuple(_holding(parcel, has_values) for parcel in lands),
        lands_sum=_sum(lands, has_values, "筆"),
        houses=tuple(_holding(parcel, has_values) for parcel in houses),
        houses_sum=_sum(houses, has_values, "棟"),
    )


def _holding(parcel: Parcel, has_values: bool) -> Holding:
    actual = parcel.use_actual if parcel.asset is AssetKind.LAND else parcel.structure
    return Holding(
        location=parcel.location or NOTHING,
        number=parcel.number or NOTHING,
        use=parcel.use_registered or NOTHING,
        use_actual=actual or NOTHING,
        area=f"{Decimal(parcel.area):,}",
        assessed=yen(parcel.assessed_yen) if has_values else "",
        tax_base=yen(parcel.tax_base_yen) if has_values else "",
        tax=yen(parcel.tax_yen) if has_values else "",
        note=parcel.note or NOTHING,
    )


def _sum(parcels: Sequence[Parcel], has_values: bool, counter: str) -> Sum:
    return Sum(
        count=f"{len(parcels)}{counter}",
        area=f"{sum((Decimal(parcel.area) for parcel in parcels), Decimal('0.00')):,}",
        assessed=yen(sum(parcel.assessed_yen for parcel in parcels)) if has_values else "",
        tax_base=yen(sum(parcel.tax_base_yen for parcel in parcels)) if has_values else "",
        tax=yen(sum(parcel.tax_yen for parcel in parcels)) if has_values else "",
    )


def _year(case: Case) -> int:
    return newest_year(case.today)


def _parcels(case: Case) -> tuple[Parcel, ...]:
    """Of the newest year; what was owned before is certified at the counter."""
    parcels = case.record.parcels if isinstance(case.record, PropertyRecord) else ()
    return tuple(parcel for parcel in parcels if parcel.fiscal_year == _year(case))


def _split(parcels: Sequence[Parcel]) -> tuple[tuple[Parcel, ...], tuple[Parcel, ...]]:
    """Land and houses."""
    lands = tuple(parcel for parcel in parcels if parcel.asset is AssetKind.LAND)
    return lands, tuple(parcel for parcel in parcels if parcel.asset is AssetKind.HOUSE)


def _has_values(case: Case) -> bool:
    return case.ordinance.switch("property_values") == "yes"


def _counted(case: Case) -> tuple[int, ...]:
    lands, houses = _split(_parcels(case))
    return len(lands), len(houses)


def _wording(case: Case) -> Wording:
    return Wording("固定資産評価・公課証明書" if _has_values(case) else case.kind.heading, _ATTESTATION)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, PropertyDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    row = _ROW | _VALUES if document.has_values else _WITHOUT_VALUES
    yield from fields_of(document, _HEAD)
    yield from payer_fields(document.payer)
    yield from fields_of(document.lands_total, _SUM, "lands.")
    yield from fields_of(document.houses_total, _SUM, "houses.")
    for index, page in enumerate(document.pages):
        yield from numbered_fields(page.lands, row, f"p{index}.land")
        yield from numbered_fields(page.houses, row, f"p{index}.house")
        yield from fields_of(page.lands_sum, _SUM, f"p{index}.lands.")
        yield from fields_of(page.houses_sum, _SUM, f"p{index}.houses.")


def _has_none(case: Case) -> bool:
    return not _parcels(case)


def _is_not_sole_owner(case: Case) -> bool:
    return any(parcel.ownership is not Ownership.SOLE for parcel in _parcels(case))


def _has_too_many(case: Case) -> bool:
    return len(_parcels(case)) > int(case.ordinance.switch("property_limit"))


KIND = CertificateKind(
    code=CODE,
    title="資産証明書",
    heading="資産証明書",
    who=Relation.SELF,
    template="property.html",
    attestations=(_ATTESTATION,),
    document=PropertyDocument,
    build=build,
    fields=_fields,
    source=Source.PROPERTY,
    wording=_wording,
    counted=_counted,
    rules=(
        Rule("B19", MessageClass.NEUTRAL, _is_not_sole_owner, "地方税法343条, 10条の2 (共有、相続、法人)"),
        Rule("B19", MessageClass.NEUTRAL, _has_too_many, "条例・規則 (一通に載せる物件の数)"),
        Rule("B16", MessageClass.INFORMATION, _has_none, "地方税法381条 (その年度の登録がない)"),
    ),
)
