"""Reads of the tax registers. Hands out frozen facts, of the current versions and of one person alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.residents.queries import read_one_state
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
from app.residents.tax_models import IncomeTax, Property, TaxPayment, Vehicle
from app.residents.tax_vocabularies import AssetKind, Tax, TaxItem

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


def find_income_taxes(p: Partition, atena_no: str) -> IncomeTaxRecord | None:
    """Every year recorded of this person, newest first; None when there is none."""
    mine = sa.select(IncomeTax).where(IncomeTax.atena_no == atena_no, IncomeTax.is_current)
    return read_one_state(p, lambda _serial: _income_taxes(p, mine.order_by(IncomeTax.fiscal_year.desc())))


def find_properties(p: Partition, atena_no: str) -> PropertyRecord | None:
    """Every parcel and house for whose tax this person answered, year by year; None when there is none."""
    mine = sa.select(Property).where(Property.atena_no == atena_no, Property.is_current)
    return read_one_state(p, lambda _serial: _properties(p, mine))


def find_tax_payments(p: Partition, atena_no: str) -> TaxPaymentRecord | None:
    """Every tax of every year; None when there is none."""
    mine = sa.select(TaxPayment).where(TaxPayment.atena_no == atena_no, TaxPayment.is_current)
    return read_one_state(p, lambda _serial: _tax_payments(p, mine))


def find_vehicle_taxes(p: Partition, atena_no: str) -> VehicleTaxRecord | None:
    """The newest year of each vehicle, where that year is this person's: a vehicle sold since is the buyer's.

    None when there is none.
    """
    newest = (
        sa.select(Vehicle.vehicle_no, sa.func.max(Vehicle.fiscal_year).label("fiscal_year"))
        .group_by(Vehicle.vehicle_no)
        .subquery()
    )
    same = sa.and_(newest.c.vehicle_no == Vehicle.vehicle_no, newest.c.fiscal_year == Vehicle.fiscal_year)
    mine = sa.select(Vehicle).join(newest, same).where(Vehicle.atena_no == atena_no, Vehicle.is_current)
    return read_one_state(p, lambda _serial: _vehicles(p, mine.order_by(Vehicle.plate, Vehicle.vehicle_no)))


def _income_taxes(p: Partition, mine: sa.Select[IncomeTax]) -> IncomeTaxRecord | None:
    years = tuple(map(_income_tax, p.session.scalars(mine)))
    return IncomeTaxRecord(years) if years else None


def _income_tax(row: IncomeTax) -> IncomeTaxYear:
    figures = ((item, getattr(row, item.value)) for item in TaxItem)
    return IncomeTaxYear(
        fiscal_year=row.fiscal_year,
        history_no=row.history_no,
        status=row.status,
        filing=row.filing,
        is_under_correction=row.is_under_correction,
        was_resident=row.was_resident,
        address_then=row.address_then,
        amounts={item: figure for item, figure in figures if figure is not None},
        note=row.note,
    )


def _properties(p: Partition, mine: sa.Select[Property]) -> PropertyRecord | None:
    parcels = sorted(map(_parcel, p.session.scalars(mine)), key=_parcel_order)
    return PropertyRecord(tuple(parcels)) if parcels else None


def _parcel_order(parcel: Parcel) -> tuple[int, bool, str, str, str]:
    """Newest year first; land before houses, by location and number."""
    return -parcel.fiscal_year, parcel.asset is AssetKind.HOUSE, parcel.location, parcel.number, parcel.parcel_no


def _parcel(row: Property) -> Parcel:
    return Parcel(
        parcel_no=row.parcel_no,
        fiscal_year=row.fiscal_year,
        history_no=row.history_no,
        asset=row.asset,
        location=row.location,
        number=row.number,
        use_registered=row.use_registered,
        use_actual=row.use_actual,
        structure=row.structure,
        area=row.area,
        assessed_yen=row.assessed_yen,
        tax_base_yen=row.tax_base_yen,
        tax_yen=row.tax_yen,
        ownership=row.ownership,
        note=row.note,
    )


def _tax_payments(p: Partition, mine: sa.Select[TaxPayment]) -> TaxPaymentRecord | None:
    order = list(Tax)
    taxes = sorted(map(_tax_payment, p.session.scalars(mine)), key=lambda t: (-t.fiscal_year, order.index(t.tax)))
    return TaxPaymentRecord(tuple(taxes)) if taxes else None


def _tax_payment(row: TaxPayment) -> TaxPaymentYear:
    return TaxPaymentYear(
        fiscal_year=row.fiscal_year,
        tax=row.tax,
        history_no=row.history_no,
        assessed_yen=row.assessed_yen,
        paid_yen=row.paid_yen,
        overdue_yen=row.overdue_yen,
        not_due_yen=row.not_due_yen,
        legal_due_on=row.legal_due_on,
        is_settling=row.is_settling,
        note=row.note,
    )


def _vehicles(p: Partition, mine: sa.Select[Vehicle]) -> VehicleTaxRecord | None:
    vehicles = tuple(map(_vehicle, p.session.scalars(mine)))
    return VehicleTaxRecord(vehicles) if vehicles else None


def _vehicle(row: Vehicle) -> VehicleTaxYear:
    return VehicleTaxYear(
        vehicle_no=row.vehicle_no,
        plate=row.plate,
        vehicle_kind=row.vehicle_kind,
        fiscal_year=row.fiscal_year,
        history_no=row.history_no,
        tax_yen=row.tax_yen,
        paid_on=row.paid_on,
        has_arrears=row.has_arrears,
        is_settling=row.is_settling,
        valid_until=row.valid_until,
        holding=row.holding,
    )
