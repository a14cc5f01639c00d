"""Between an order and its sheet the registers of 戸籍 and of taxes move too: the sheet is made anew, and stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.certificates import service
from app.certificates.kind import Record
from app.issuance.errors import NoLongerAllowedError
from app.municipalities.partitions import Partition
from app.residents.facts import BlockFacts
from app.residents.family_facts import AddressHistoryFacts, FamilyRegisterFacts
from app.residents.tax_facts import IncomeTaxRecord, PropertyRecord, TaxPaymentRecord, VehicleTaxRecord
from app.residents.tax_vocabularies import Ownership
from app.residents.vocabularies import BlockLevel, BlockReason
from tests.functional.kiosk.conftest import Stand
from tests.functional.kiosk.test_kinds import arrived, facts, press, send

__all__ = ["arrived", "facts"]
Change = Callable[[Any], Record | None]
FULL, INDIVIDUAL, ADDRESSES = "family_register_full", "family_register_individual", "family_register_addresses"


def update(record: FamilyRegisterFacts | AddressHistoryFacts) -> Record:
    return replace(record, is_updating=True)


def protect_somebody(record: FamilyRegisterFacts | AddressHistoryFacts) -> Record:
    late = BlockFacts(BlockReason.PROTECTION_MEASURE, BlockLevel.STOP, frozenset(), record.members[-1].atena_no)
    return replace(record, blocks=(late,))


def rename_first(record: FamilyRegisterFacts | AddressHistoryFacts) -> Record:
    first, *others = record.members
    return replace(record, members=(replace(first, given_name="改"), *others))


def remove_everybody(record: FamilyRegisterFacts) -> Record:
    return replace(record, members=tuple(replace(member, is_removed=True) for member in record.members))


def move_somebody(record: AddressHistoryFacts) -> Record:
    *others, last = record.members
    moved = replace(last.addresses[-1], address="青嶺県若草市どこか")
    return replace(record, members=(*others, replace(last, addresses=(*last.addresses, moved))))


def correct(record: IncomeTaxRecord) -> Record:
    return replace(record, years=tuple(replace(year, note="更正") for year in record.years))


def begin_correction(record: IncomeTaxRecord) -> Record:
    return replace(record, years=tuple(replace(year, is_under_correction=True) for year in record.years))


def share(record: PropertyRecord) -> Record:
    return PropertyRecord(tuple(replace(parcel, ownership=Ownership.JOINT) for parcel in record.parcels))


def sell_one(record: PropertyRecord) -> Record:
    return PropertyRecord(record.parcels[1:])


def fall_due(record: TaxPaymentRecord) -> Record:
    return TaxPaymentRecord(tuple(replace(year, overdue_yen=100) for year in record.taxes))


def cancel(record: TaxPaymentRecord) -> Record:
    return TaxPaymentRecord(record.taxes[1:])


def sell(record: VehicleTaxRecord) -> Record:
    return VehicleTaxRecord(record.vehicles[1:])


def sell_all(_record: VehicleTaxRecord) -> None:
    return None


CHANGES = [
    (FULL, update, "B06"),
    (FULL, protect_somebody, "B01"),
    (FULL, rename_first, "R04"),
    (FULL, remove_everybody, "B20"),
    (INDIVIDUAL, update, "B06"),
    (INDIVIDUAL, rename_first, "R04"),
    (ADDRESSES, update, "B06"),
    (ADDRESSES, protect_somebody, "B01"),
    (ADDRESSES, move_somebody, "R04"),
    ("income_tax", correct, "R04"),
    ("income_tax", begin_correction, "B17"),
    ("property", share, "B19"),
    ("property", sell_one, "R04"),
    ("tax_payment", fall_due, "B18"),
    ("tax_payment", cancel, "R06"),  # what was picked is no longer there; nothing else is printed instead
    ("vehicle_tax_payment", sell, "R06"),
    ("vehicle_tax_payment", sell_all, "R06"),
]


def reach_printing(stand: Stand, kind: str) -> None:
    press(stand, kind)
    if stand.path == "/kiosk/options":
        send(stand, pick="1")
    stand.render()
    stand.get(stand.page.request.url)
    stand.submit("/kiosk/pay")
    if stand.order().yen:
        stand.pay(1000)


@pytest.mark.parametrize(("kind", "change", "rule"), CHANGES)
def test_what_a_register_says_by_now_stops_the_sheet(
    arrived: Stand, monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, rule: str
) -> None:
    reach_printing(arrived, kind)
    source = service.get_kind(kind).source
    read = service.READERS[source]

    def read_changed(p: Partition, atena_no: str) -> Record | None:
        return change(read(p, atena_no))

    monkeypatch.setitem(service.READERS, source, read_changed)
    with pytest.raises(NoLongerAllowedError) as refused:
        arrived.grant_next()
    assert refused.value.rule == rule


@pytest.mark.parametrize("kind", sorted({kind for kind, _change, _rule in CHANGES}))
def test_a_register_that_says_the_same_lets_the_sheet_pass(arrived: Stand, kind: str) -> None:
    reach_printing(arrived, kind)
    assert arrived.grant_next()
