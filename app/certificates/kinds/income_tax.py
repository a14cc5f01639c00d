"""PURE. 所得・課税（非課税）証明書: what one person earned in a year, and the 住民税 that was laid on it.

地方税法 292条 ff. (住民税), 313条 (課税標準), 314条の2 (所得控除), 318条 (賦課期日); 森林環境税及び森林環境譲与税に
関する法律. No statute fixes the form. A machine hands it to oneself alone, for the years that the town opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.certificates.documents import NOTHING, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule, Source, Wording
from app.certificates.kinds.tax_forms import (
    FISCAL_YEAR_BEGINS,
    LABEL,
    LINE,
    YEN,
    Payer,
    fiscal_year,
    fiscal_year_of,
    japanese_year,
    newest_year,
    numbered_fields,
    payer_fields,
    payer_of,
    yen,
)
from app.certificates.layouts import Cell, FieldText, fields_of, one_line
from app.certificates.requests import Choice, MessageClass, Picks, Relation
from app.certificates.wishes import Wish, unasked_picks
from app.residents.tax_facts import IncomeTaxRecord, IncomeTaxYear
from app.residents.tax_vocabularies import Filing, ItemGroup, TaxItem, TaxStatus
from app.residents.wareki import to_wareki

CODE = "income_tax"
_ATTESTATION = f"{CODE}.attestation"
_CELLS = {
    "fiscal_year": Cell(82, LINE),
    "status": Cell(46, LINE),
    "income_year": Cell(82, LINE),
    "assessed_on": Cell(46, LINE),
    "address_then": Cell(156, LINE),
    "remarks": Cell(84, one_line(9, then=((9, 3), (8, 4), (7, 5), (6, 6)))),
}
_FIGURE = {"label": Cell(46, LABEL), "amount": Cell(37, YEN)}


@dataclass(frozen=True)
class Figure:
    """One line of the form: what is counted, and how much of it."""

    label: str
    amount: str


@dataclass(frozen=True)
class IncomeTaxDocument(Document):
    """所得・課税（非課税）証明書. The parts are those of the form; every line of a part is always there."""

    kind: ClassVar[str] = CODE
    fiscal_year: str
    status: str
    income_year: str
    assessed_on: str  # 賦課期日
    payer: Payer
    address_then: str  # on 賦課期日
    revenue: tuple[Figure, ...]
    income: tuple[Figure, ...]
    base: tuple[Figure, ...]
    credit: tuple[Figure, ...]
    tax: tuple[Figure, ...]
    deduction: tuple[Figure, ...]
    dependants: tuple[Figure, ...]
    remarks: str


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> IncomeTaxDocument:
    """The year that was picked."""
    year = _year(case)
    if year is None:
        raise MissingFactsError(CODE)
    return IncomeTaxDocument(
        certification=certification,
        fiscal_year=fiscal_year(year.fiscal_year),
        status=year.status.japanese,
        income_year=f"{japanese_year(year.fiscal_year - 1)}年分（1月1日から12月31日まで）",
        assessed_on=to_wareki(date(year.fiscal_year, 1, 1)),
        payer=payer_of(case),
        address_then=year.address_then or NOTHING,
        revenue=_figures(year, ItemGroup.REVENUE),
        income=_figures(year, ItemGroup.INCOME),
        base=_figures(year, ItemGroup.BASE),
        credit=_figures(year, ItemGroup.CREDIT),
        tax=_figures(year, ItemGroup.TAX),
        deduction=_figures(year, ItemGroup.DEDUCTION),
        dependants=_figures(year, ItemGroup.DEPENDANTS),
        remarks=year.note or NOTHING,
    )


def _figures(year: IncomeTaxYear, group: ItemGroup) -> tuple[Figure, ...]:
    """Of somebody's dependant who filed nothing no figure is known, and none is certified."""
    known = {} if year.filing is Filing.DEPENDANT else year.amounts
    return tuple(Figure(item.japanese, yen(known.get(item))) for item in TaxItem if item.group is group)


def choices(case: Case) -> tuple[Choice, ...]:
    """The years that the town opens, the same for everybody: what one of them holds is told when it is asked for."""
    newest = newest_year(case.today, case.ordinance.switch("income_tax_new_year_from"))
    opened = range(newest, newest - int(case.ordinance.switch("income_tax_years")), -1)
    return tuple(
        Choice(str(year), f"{fiscal_year(year)}（{japanese_year(year - 1)}年1月から12月までの所得）") for year in opened
    )


def _year(case: Case) -> IncomeTaxYear | None:
    record = case.record
    years = record.years if isinstance(record, IncomeTaxRecord) else ()
    return next((year for year in years if str(year.fiscal_year) in case.picked), None)


def _wording(case: Case) -> Wording:
    """Not taxed is another title; without a return it certifies no income."""
    year = _year(case)
    if year is None:
        return Wording(case.kind.heading, _ATTESTATION)
    if year.status is TaxStatus.TAXED:
        return Wording("所得・課税証明書", _ATTESTATION)
    return Wording("非課税証明書" if year.filing is Filing.DEPENDANT else "所得・非課税証明書", _ATTESTATION)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, IncomeTaxDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from fields_of(document, _CELLS)
    yield from payer_fields(document.payer)
    for group in ItemGroup:
        yield from numbered_fields(getattr(document, group.value), _FIGURE, group.value)


def _has_none(case: Case) -> bool:
    return _year(case) is None


def _lived_elsewhere(case: Case) -> bool:
    year = _year(case)
    return year is not None and not year.was_resident


def _is_not_filed(case: Case) -> bool:
    year = _year(case)
    return year is not None and year.filing is Filing.NOT_FILED


def _is_under_correction(case: Case) -> bool:
    year = _year(case)
    return year is not None and year.is_under_correction


def _is_switching_over(case: Case) -> bool:
    """The fiscal year has begun and its figures are not yet out; most towns go on with the year before."""
    opens, today = case.ordinance.switch("income_tax_new_year_from"), case.today.strftime("%m-%d")
    return case.ordinance.switch("income_tax_switchover") == "stop" and FISCAL_YEAR_BEGINS <= today < opens


def _unasked(document: Document, wish: Wish) -> Iterator[str]:
    assert isinstance(document, IncomeTaxDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    return unasked_picks([document.fiscal_year], map(fiscal_year_of, wish.picks))


KIND = CertificateKind(
    code=CODE,
    title="所得・課税（非課税）証明書",
    heading="所得・課税証明書",
    who=Relation.SELF,
    template="income_tax.html",
    attestations=(_ATTESTATION,),
    document=IncomeTaxDocument,
    build=build,
    fields=_fields,
    source=Source.INCOME_TAX,
    picks=Picks.ONE,
    choices=choices,
    wording=_wording,
    unasked=_unasked,
    rules=(
        Rule("B16", MessageClass.INFORMATION, _has_none, "地方税法317条の6 (課税の資料がない)"),
        Rule("B16", MessageClass.INFORMATION, _lived_elsewhere, "地方税法294条, 318条 (1月1日の住所地が課税する)"),
        Rule("B16", MessageClass.INFORMATION, _is_not_filed, "地方税法317条の2 (未申告)"),
        Rule("B17", MessageClass.INFORMATION, _is_under_correction, "地方税法321条の2 (賦課額の変更の処理中)"),
        Rule("B17", MessageClass.INFORMATION, _is_switching_over, "年度切替期間: 運用上の定め"),
    ),
)
