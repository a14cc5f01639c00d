"""PURE. What tax registers would say of somebody who lives nowhere: for samples, previews and warming up.

The sums are those of a register: income is the sum of its kinds, the tax about a tenth of what is taxable.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.certificates.invented import ADDRESS
from app.residents.tax_facts import (
    IncomeTaxRecord,
    IncomeTaxYear,
    Parcel,
    PropertyRecord,
    TaxPaymentRecord,
    TaxPaymentYear,
    VehicleTaxRecord,
    VehicleTaxYear,
)
from app.residents.tax_vocabularies import (
    AssetKind,
    Filing,
    Ownership,
    Tax,
    TaxItem,
    TaxStatus,
    VehicleHolding,
)

YEAR = 2025  # the newest on the day of the samples
FIGURES = {
    TaxItem.SALARY_REVENUE: 4_860_000,
    TaxItem.PENSION_REVENUE: 1_234_000,
    TaxItem.SALARY_INCOME: 3_448_000,
    TaxItem.PENSION_INCOME: 134_000,
    TaxItem.BUSINESS_INCOME: 0,
    TaxItem.REAL_ESTATE_INCOME: 600_000,
    TaxItem.TOTAL_INCOME: 4_182_000,
    TaxItem.GROSS_INCOME: 4_182_000,
    TaxItem.SOCIAL_INSURANCE: 712_345,
    TaxItem.LIFE_INSURANCE: 70_000,
    TaxItem.EARTHQUAKE_INSURANCE: 9_800,
    TaxItem.MEDICAL: 48_200,
    TaxItem.SPOUSE: 380_000,
    TaxItem.DEPENDANT: 330_000,
    TaxItem.BASIC: 430_000,
    TaxItem.TOTAL_DEDUCTION: 1_980_345,
    TaxItem.TAXABLE_GENERAL: 2_201_000,
    TaxItem.ADJUSTMENT_CREDIT: 2_500,
    TaxItem.DONATION_CREDIT: 28_000,
    TaxItem.MUNICIPAL_INCOME_LEVY: 113_700,
    TaxItem.MUNICIPAL_PER_CAPITA: 3_000,
    TaxItem.PREFECTURAL_INCOME_LEVY: 75_800,
    TaxItem.PREFECTURAL_PER_CAPITA: 1_000,
    TaxItem.FOREST_TAX: 1_000,
    TaxItem.TOTAL_TAX: 194_500,
    TaxItem.DEPENDANT_SPOUSE: 1,
    TaxItem.DEPENDANTS_GENERAL: 1,
    TaxItem.DEPENDANTS_UNDER_16: 0,
}
_INCOME = IncomeTaxYear(
    fiscal_year=YEAR,
    history_no=1,
    status=TaxStatus.TAXED,
    filing=Filing.FILED,
    is_under_correction=False,
    was_resident=True,
    address_then=ADDRESS,
    amounts=FIGURES,
    note="",
)
_LAND = Parcel(
    parcel_no="",
    fiscal_year=YEAR,
    history_no=1,
    asset=AssetKind.LAND,
    location="青嶺県見本市霧ヶ丘三丁目",
    number="",
    use_registered="",
    use_actual="",
    structure="",
    area="",
    assessed_yen=0,
    tax_base_yen=0,
    tax_yen=0,
    ownership=Ownership.SOLE,
    note="",
)
_USES = (("宅地", "宅地"), ("田", "田"), ("山林", "雑種地"), ("畑", "宅地"))
_HOUSES = (("居宅", "木造瓦葺2階建"), ("車庫・物置", "軽量鉄骨造亜鉛メッキ鋼板葺平家建"))
_PAYMENT = TaxPaymentYear(
    fiscal_year=YEAR,
    tax=Tax.RESIDENT,
    history_no=1,
    assessed_yen=194_500,
    paid_yen=194_500,
    overdue_yen=0,
    not_due_yen=0,
    legal_due_on=None,
    is_settling=False,
    note="",
)
_DUE = {Tax.RESIDENT: (6, 30), Tax.FIXED_ASSETS: (4, 30), Tax.VEHICLE: (5, 31)}
_VEHICLE = VehicleTaxYear(
    vehicle_no="1",
    plate="青嶺580あ1234",
    vehicle_kind="軽四輪乗用（自家用）",
    fiscal_year=YEAR,
    history_no=1,
    tax_yen=10_800,
    paid_on=date(YEAR, 5, 12),
    has_arrears=False,
    is_settling=False,
    valid_until=date(YEAR + 1, 6, 1),
    holding=VehicleHolding.OWN,
)


def incomes() -> IncomeTaxRecord:
    """Five years, the newest first, all alike."""
    return IncomeTaxRecord(tuple(replace(_INCOME, fiscal_year=YEAR - back) for back in range(5)))


def properties(lands: int = 3, houses: int = 2) -> PropertyRecord:
    """So much land and so many houses, owned alone."""
    return PropertyRecord((*map(_land, range(lands)), *map(_house, range(houses))))


def payments() -> TaxPaymentRecord:
    """Three years of three taxes; of the newest year one instalment is not due yet."""
    pending = replace(_PAYMENT, tax=Tax.FIXED_ASSETS, assessed_yen=86_400, paid_yen=64_800, not_due_yen=21_600)
    vehicle = replace(_PAYMENT, tax=Tax.VEHICLE, assessed_yen=10_800, paid_yen=10_800)
    settled = replace(pending, paid_yen=86_400, not_due_yen=0)
    years = ((YEAR - back, pending if back == 0 else settled) for back in range(3))
    return TaxPaymentRecord(
        tuple(
            replace(tax, fiscal_year=year, legal_due_on=date(year, *_DUE[tax.tax]))
            for year, fixed in years
            for tax in (_PAYMENT, fixed, vehicle)
        )
    )


def vehicles() -> VehicleTaxRecord:
    """Two of them."""
    lorry = replace(_VEHICLE, vehicle_no="2", plate="青嶺480い5678", vehicle_kind="軽四輪貨物（自家用）", tax_yen=5_000)
    return VehicleTaxRecord((_VEHICLE, lorry))


def _land(index: int) -> Parcel:
    registered, actual = _USES[index % len(_USES)]
    value = 3_000_000 + index * 123_400
    return replace(
        _LAND,
        parcel_no=f"L{index}",
        number=f"{204 + index}番{index % 5 + 1}",
        use_registered=registered,
        use_actual=actual,
        area=f"{165 + index * 31}.{index * 7 % 100:02}",
        assessed_yen=value,
        tax_base_yen=value // 6,
        tax_yen=value // 6 * 14 // 1000,
    )


def _house(index: int) -> Parcel:
    use, structure = _HOUSES[index % len(_HOUSES)]
    value = 5_600_000 // (index + 1)
    return replace(
        _LAND,
        parcel_no=f"H{index}",
        asset=AssetKind.HOUSE,
        number=f"{204 + index}番{index % 5 + 1}",
        use_registered=use,
        structure=structure,
        area=f"{128 - index % 5 * 20}.34",
        assessed_yen=value,
        tax_base_yen=value,
        tax_yen=value * 14 // 1000,
    )
