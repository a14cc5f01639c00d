"""Partition tables of the tax registers. Written by `importing` alone; all above read frozen facts (`tax_queries`).

A correction stores all columns again under the next `history_no`; `is_current` marks the newest one. Whoever pays a tax
need not live here: `atena_no` is then a number that the town gave to somebody living elsewhere (住登外).
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import PartitionBase, one_of
from app.residents.tax_vocabularies import AssetKind, Filing, Ownership, Tax, TaxItem, TaxStatus, VehicleHolding

FIRST_FISCAL_YEAR = 1950  # of 地方税法


def _one_current(table: str, *columns: str) -> sa.Index:
    """Of all versions of one thing, one is the current one."""
    name, where = f"one_current_{table}", sa.text("is_current")
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


def _rules(*yen: str) -> tuple[sa.CheckConstraint, ...]:
    """No amount is negative; years and versions count from their first."""
    return (
        *(sa.CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in yen),
        sa.CheckConstraint(f"history_no > 0 AND fiscal_year >= {FIRST_FISCAL_YEAR}", name="numbers_positive"),
    )


class IncomeTax(PartitionBase):
    """住民税 of one person for one year. A column for each `TaxItem`: NULL = no figure, which is not 0."""

    __tablename__ = "income_tax"
    atena_no: Mapped[str] = mapped_column(sa.String(15), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    history_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    status: Mapped[TaxStatus] = mapped_column(one_of(TaxStatus, "tax_status"))
    filing: Mapped[Filing] = mapped_column(one_of(Filing, "filing"))
    is_under_correction: Mapped[bool] = mapped_column(default=False)  # B17
    was_resident: Mapped[bool] = mapped_column(default=False)  # on 1 January (賦課期日)
    address_then: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        *(sa.Column(item.value, sa.BigInteger) for item in TaxItem),
        *_rules(*(item.value for item in TaxItem)),
        _one_current("income_tax", "atena_no", "fiscal_year"),
        sa.CheckConstraint("status = 'taxed' OR coalesce(total_tax, 0) = 0", name="not_taxed_owes_nothing"),
        sa.CheckConstraint("status = 'not_taxed' OR coalesce(total_tax, 0) > 0", name="taxed_owes_something"),
        sa.CheckConstraint(
            f"filing = 'filed' OR coalesce({', '.join(item.value for item in TaxItem)}) IS NULL",
            name="nothing_filed_no_figures",
        ),
    )


class Property(PartitionBase):
    """一筆 or 一棟 of the 固定資産課税台帳, as of 1 January. `atena_no`: who pays the tax (納税義務者)."""

    __tablename__ = "property"
    parcel_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    history_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    atena_no: Mapped[str] = mapped_column(sa.String(15), index=True)
    asset: Mapped[AssetKind] = mapped_column(one_of(AssetKind, "asset_kind"))
    location: Mapped[str] = mapped_column(sa.Text)
    number: Mapped[str] = mapped_column(sa.Text, default="")
    use_registered: Mapped[str] = mapped_column(sa.Text)
    use_actual: Mapped[str] = mapped_column(sa.Text, default="")
    structure: Mapped[str] = mapped_column(sa.Text, default="")
    area: Mapped[str] = mapped_column(sa.Text)  # square metres as registered: 「123.45」
    assessed_yen: Mapped[int] = mapped_column(sa.BigInteger)
    tax_base_yen: Mapped[int] = mapped_column(sa.BigInteger)
    tax_yen: Mapped[int] = mapped_column(sa.BigInteger)
    ownership: Mapped[Ownership] = mapped_column(one_of(Ownership, "ownership"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        *_rules("assessed_yen", "tax_base_yen", "tax_yen"),
        _one_current("property", "parcel_no", "fiscal_year"),
        sa.CheckConstraint("asset = 'house' OR structure = ''", name="land_has_no_structure"),
        sa.CheckConstraint("asset = 'land' OR use_actual = ''", name="house_has_no_other_use"),
    )


class TaxPayment(PartitionBase):
    """One 税目 of one person for one year."""

    __tablename__ = "tax_payment"
    atena_no: Mapped[str] = mapped_column(sa.String(15), primary_key=True)
    tax: Mapped[Tax] = mapped_column(one_of(Tax, "tax"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    history_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    assessed_yen: Mapped[int] = mapped_column(sa.BigInteger)
    paid_yen: Mapped[int] = mapped_column(sa.BigInteger)
    overdue_yen: Mapped[int] = mapped_column(sa.BigInteger)
    not_due_yen: Mapped[int] = mapped_column(sa.BigInteger)
    legal_due_on: Mapped[date | None] = mapped_column(sa.Date)  # 法定納期限等
    is_settling: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        *_rules("assessed_yen", "paid_yen", "overdue_yen", "not_due_yen"),
        _one_current("tax_payment", "atena_no", "tax", "fiscal_year"),
        sa.CheckConstraint("assessed_yen = paid_yen + overdue_yen + not_due_yen", name="sum_of_payments"),
    )


class Vehicle(PartitionBase):
    """軽自動車税（種別割） of one vehicle for one year."""

    __tablename__ = "vehicle"
    vehicle_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    history_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    atena_no: Mapped[str] = mapped_column(sa.String(15), index=True)
    plate: Mapped[str] = mapped_column(sa.Text)
    vehicle_kind: Mapped[str] = mapped_column(sa.Text)
    tax_yen: Mapped[int] = mapped_column(sa.BigInteger)
    paid_on: Mapped[date | None] = mapped_column(sa.Date)
    has_arrears: Mapped[bool] = mapped_column(default=False)
    is_settling: Mapped[bool] = mapped_column(default=False)
    valid_until: Mapped[date | None] = mapped_column(sa.Date)
    holding: Mapped[VehicleHolding] = mapped_column(one_of(VehicleHolding, "vehicle_holding"))
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        *_rules("tax_yen"),
        _one_current("vehicle", "vehicle_no", "fiscal_year"),
        sa.CheckConstraint("valid_until >= paid_on", name="valid_after_payment"),
    )
