"""PURE. What the tax registers say of one person, as frozen data. Yen are integers, a fiscal year its Western number.

Each record holds all years that the register has; which of them a town hands out is a rule of the certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.residents.tax_vocabularies import AssetKind, Filing, Ownership, Tax, TaxItem, TaxStatus, VehicleHolding


@dataclass(frozen=True)
class IncomeTaxYear:
    """住民税 of one year: `fiscal_year` 2026 (令和8年度) taxes what was earned in 2025."""

    fiscal_year: int
    history_no: int
    status: TaxStatus
    filing: Filing
    is_under_correction: bool  # 更正・修正 in progress (B17)
    was_resident: bool  # here on 1 January of `fiscal_year` (賦課期日)
    address_then: str  # on that day
    amounts: Mapping[TaxItem, int]  # an absent item has no figure, which is not 0
    note: str


@dataclass(frozen=True)
class IncomeTaxRecord:
    """Newest year first."""

    years: tuple[IncomeTaxYear, ...]


@dataclass(frozen=True)
class Parcel:
    """一筆 or 一棟 in the 固定資産課税台帳, as of 1 January of `fiscal_year`."""

    parcel_no: str  # the register's own key
    fiscal_year: int
    history_no: int
    asset: AssetKind
    location: str  # 所在
    number: str  # 地番 or 家屋番号
    use_registered: str  # 登記地目, or 種類
    use_actual: str  # 現況地目; empty for a house
    structure: str  # 構造・屋根・階層; empty for land
    area: str  # 地積 or 床面積 in square metres, as registered: 「123.45」
    assessed_yen: int  # 評価額
    tax_base_yen: int  # 課税標準額
    tax_yen: int  # 税相当額
    ownership: Ownership
    note: str


@dataclass(frozen=True)
class PropertyRecord:
    """Newest year first; within a year land before houses, by location and number."""

    parcels: tuple[Parcel, ...]


@dataclass(frozen=True)
class TaxPaymentYear:
    """One 税目 of one fiscal year: assessed = paid + overdue + not yet due."""

    fiscal_year: int
    tax: Tax
    history_no: int
    assessed_yen: int
    paid_yen: int
    overdue_yen: int  # 未納 (納期到来)
    not_due_yen: int  # 納期未到来
    legal_due_on: date | None  # 法定納期限等
    is_settling: bool  # a payment is on its way and not yet booked: two to three weeks
    note: str


@dataclass(frozen=True)
class TaxPaymentRecord:
    """Newest year first, within a year in the order of `Tax`."""

    taxes: tuple[TaxPaymentYear, ...]


@dataclass(frozen=True)
class VehicleTaxYear:
    """軽自動車税（種別割） of one vehicle for one fiscal year."""

    vehicle_no: str  # the register's own key
    plate: str  # 車両番号（標識番号）
    vehicle_kind: str  # 「軽四輪（自家用）」 …
    fiscal_year: int
    history_no: int
    tax_yen: int
    paid_on: date | None
    has_arrears: bool  # of any year
    is_settling: bool
    valid_until: date | None  # 有効期限 of a certificate for the inspection
    holding: VehicleHolding


@dataclass(frozen=True)
class VehicleTaxRecord:
    """The newest year of each vehicle, by plate."""

    vehicles: tuple[VehicleTaxYear, ...]
