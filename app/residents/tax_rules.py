"""PURE. What contradicts itself in a row of a tax register: identities that hold for everybody, and no others.

A figure that a reduction by ordinance or a transitional rule may change is not judged. Sources: 地方税法 23条 and 292条
(合計所得金額, 総所得金額等), 34条 and 314条の2 (所得控除), 295条 and 323条 (非課税, 減免), 349条 (課税標準), 20条の10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from app.residents.faults import Fault, Row
from app.residents.tax_vocabularies import AssetKind, Filing, ItemGroup, TaxItem, TaxStatus, VehicleHolding

NOT_MORE = (  # the first is the second after something was taken off
    (TaxItem.SALARY_INCOME, TaxItem.SALARY_REVENUE),
    (TaxItem.PENSION_INCOME, TaxItem.PENSION_REVENUE),
    (TaxItem.GROSS_INCOME, TaxItem.TOTAL_INCOME),
)
ITEMS = tuple((item.value, item) for item in TaxItem)
TOTALS: Mapping[TaxItem, tuple[TaxItem, ...]] = {
    total: tuple(item for item in TaxItem if item.group is group and item is not total)
    for total, group in ((TaxItem.TOTAL_DEDUCTION, ItemGroup.DEDUCTION), (TaxItem.TOTAL_TAX, ItemGroup.TAX))
}


def check_income_tax(row: Row, today: date) -> Iterator[Fault]:
    """One person's year."""
    yield from _check_year(row, today)
    if row.values["was_resident"] and not row.values["address_then"]:
        yield row.fault("address_then", "must not be empty for who lived here")
    figures = {item: row.values[name] for name, item in ITEMS if row.values[name] is not None}
    if row.values["filing"] is Filing.FILED:
        yield from _check_figures(row, figures)
    else:
        filing = row.values["filing"].japanese
        yield from (row.fault(item.value, f"must be empty for {filing}") for item in figures)
    yield from _check_status(row, figures.get(TaxItem.TOTAL_TAX, 0))


def check_property(row: Row, today: date) -> Iterator[Fault]:
    """One parcel or house."""
    v = row.values
    yield from _check_year(row, today)
    if v["asset"] is AssetKind.LAND and not v["number"]:
        yield row.fault("number", "must not be empty for 土地")  # a house that nobody registered has none
    lacking = "structure" if v["asset"] is AssetKind.LAND else "use_actual"
    if v[lacking]:
        yield row.fault(lacking, f"must be empty for {v['asset'].japanese}")
    if v["tax_base_yen"] > v["assessed_yen"]:
        yield row.fault("tax_base_yen", "more than 評価額")
    if v["tax_yen"] > v["tax_base_yen"]:
        yield row.fault("tax_yen", "more than 課税標準額")


def check_tax_payment(row: Row, today: date) -> Iterator[Fault]:
    """One tax of one year."""
    v = row.values
    yield from _check_year(row, today)
    if v["assessed_yen"] != v["paid_yen"] + v["overdue_yen"] + v["not_due_yen"]:
        yield row.fault("assessed_yen", "is not what is paid, overdue and not yet due together")


def check_vehicle(row: Row, today: date) -> Iterator[Fault]:
    """One vehicle's year."""
    v = row.values
    yield from _check_year(row, today)
    if v["paid_on"] and v["paid_on"] > today:
        yield row.fault("paid_on", "in the future")
    if v["valid_until"] and v["paid_on"] and v["valid_until"] < v["paid_on"]:
        yield row.fault("valid_until", "before 納付日")
    is_owed = v["tax_yen"] > 0 and v["paid_on"] is None and v["holding"] is not VehicleHolding.EXEMPTED
    if v["valid_until"] and is_owed:
        yield row.fault("valid_until", "must be empty as long as the tax is not paid")


def _check_year(row: Row, today: date) -> Iterator[Fault]:
    """A year is assessed from its 1 January on (賦課期日)."""
    if row.values["fiscal_year"] > today.year:
        yield row.fault("fiscal_year", "in the future")


def _check_status(row: Row, total_tax: int) -> Iterator[Fault]:
    if row.values["status"] is TaxStatus.TAXED and not total_tax:
        yield row.fault(TaxItem.TOTAL_TAX.value, "must be more than 0 for 課税")
    if row.values["status"] is TaxStatus.NOT_TAXED and total_tax:
        yield row.fault(TaxItem.TOTAL_TAX.value, "must be 0 for 非課税")


def _check_figures(row: Row, figures: Mapping[TaxItem, int]) -> Iterator[Fault]:
    for less, more in NOT_MORE:
        if less in figures and more in figures and figures[less] > figures[more]:
            yield row.fault(less.value, f"more than {more.japanese}")
    for total, parts in TOTALS.items():
        given = [figures[part] for part in parts if part in figures]
        if total in figures and given and not _is_sum(row, total, figures[total], sum(given)):
            yield row.fault(total.value, "is not the sum of its parts")
    if figures.get(TaxItem.DEPENDANT_SPOUSE, 0) > 1:
        yield row.fault(TaxItem.DEPENDANT_SPOUSE.value, "more than one")


def _is_sum(row: Row, total: TaxItem, said: int, parts: int) -> bool:
    """A tax may be less than its parts where 備考 says why (減免, 323条); never more."""
    is_reduced = total is TaxItem.TOTAL_TAX and bool(row.values["note"])
    return said == parts or (is_reduced and said < parts)
