"""From the tax registers to a document and its price: the rows of one person, of the year asked for, current ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.certificates import samples, service
from app.certificates.catalogue import KINDS
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import KIOSK, Request
from app.extensions import PartitionBase
from app.municipalities.hours import Span, Timetable, WeeklyPattern
from app.municipalities.ordinances import Fee, Ordinance
from app.residents.models import PersonVersion, RegisterImport
from app.residents.tax_models import IncomeTax, Property, TaxPayment, Vehicle
from app.residents.tax_vocabularies import AssetKind, Filing, Ownership, Tax, TaxStatus, VehicleHolding
from app.residents.vocabularies import MovementReason, ResidentStatus, ResidentType, Sex
from tests.unit.certificates.people import NOW, Mayor

TOWN = "901016"
ME, NEIGHBOUR = "19", "27"
TAX_KINDS = ("income_tax", "property", "tax_payment", "vehicle_tax_payment")
FEES = {
    ("income_tax", KIOSK): Fee(300),
    ("property", KIOSK): Fee(300, per=5),
    ("tax_payment", KIOSK): Fee(300, per=1),
    ("vehicle_tax_payment", KIOSK): Fee(0),
}
TEXTS = {key: samples.GENERAL_TEXT for kind in TAX_KINDS for key in KINDS[kind].attestations}
ALWAYS = Timetable((WeeklyPattern((((Span(time(0), time(23, 59))),),) * 8),))
HASH = "0" * 64


@dataclass
class OpenPartition:
    session: Session
    code: str = TOWN


def person(atena_no: str) -> PersonVersion:
    return PersonVersion(
        atena_no=atena_no,
        history_no=1,
        setai_no=atena_no,
        status=ResidentStatus.RESIDENT,
        resident_type=ResidentType.JAPANESE,
        name=f"若草　{atena_no}郎",
        name_kana="ワカクサ",
        birth_date="1980-04-01",
        sex=Sex.MALE,
        household_head=f"若草　{atena_no}郎",
        relationship="世帯主",
        address="青嶺県若草市緑町1番地",
        movement_reason=MovementReason.BIRTH,
        row_sha256=HASH,
    )


def income(atena_no: str, year: int, total: int, history_no: int = 1, is_current: bool = True) -> IncomeTax:
    return IncomeTax(
        atena_no=atena_no,
        fiscal_year=year,
        history_no=history_no,
        is_current=is_current,
        status=TaxStatus.TAXED,
        filing=Filing.FILED,
        was_resident=True,
        address_then="青嶺県若草市緑町1番地",
        row_sha256=HASH,
        total_tax=total,
    )


def land(atena_no: str, number: int, year: int = 2026) -> Property:
    return Property(
        parcel_no=f"{atena_no}-{number}",
        fiscal_year=year,
        history_no=1,
        atena_no=atena_no,
        asset=AssetKind.LAND,
        location="青嶺県若草市緑町",
        number=f"{number}番",
        use_registered="宅地",
        use_actual="宅地",
        area="100.00",
        assessed_yen=1_000_000,
        tax_base_yen=500_000,
        tax_yen=7_000,
        ownership=Ownership.SOLE,
        row_sha256=HASH,
    )


def payment(atena_no: str, tax: Tax, year: int = 2026, assessed: int = 10_000, overdue: int = 0) -> TaxPayment:
    return TaxPayment(
        atena_no=atena_no,
        tax=tax,
        fiscal_year=year,
        history_no=1,
        assessed_yen=assessed,
        paid_yen=assessed - overdue,
        overdue_yen=overdue,
        not_due_yen=0,
        row_sha256=HASH,
    )


def vehicle(atena_no: str, vehicle_no: str) -> Vehicle:
    return Vehicle(
        vehicle_no=vehicle_no,
        fiscal_year=2026,
        history_no=1,
        atena_no=atena_no,
        plate=f"青嶺 580 あ {vehicle_no}",
        vehicle_kind="軽四輪乗用（自家用）",
        tax_yen=10_800,
        paid_on=date(2026, 5, 11),
        valid_until=date(2027, 5, 31),
        holding=VehicleHolding.OWN,
        row_sha256=HASH,
    )


@pytest.fixture
def p(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPartition]:
    mayor = Mayor(seal_png=samples.square_seal(("若草市", "長之印")))
    switches = {"income_tax_years": "2"}
    monkeypatch.setattr(service, "get_ordinance", lambda code, on: Ordinance(code, on, FEES, TEXTS, switches))
    monkeypatch.setattr(service, "get_issuer", lambda _code, _at: mayor)
    monkeypatch.setattr(service, "get_timetable", lambda *_: ALWAYS)
    engine = sa.create_engine("sqlite://")
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        applied = {"file_sha256": HASH, "applied_at": NOW, "added": 1, "changed": 0, "unchanged": 0}
        session.add_all([person(ME), person(NEIGHBOUR), RegisterImport(serial=7, register="persons", **applied)])
        session.add_all([income(ME, 2026, 1, 1, is_current=False), income(ME, 2026, 111_000, 2)])
        session.add_all([income(ME, 2025, 105_000), income(NEIGHBOUR, 2026, 999_000)])
        session.add_all([*(land(ME, n) for n in range(6)), land(ME, 9, year=2025), land(NEIGHBOUR, 7)])
        session.add_all([payment(ME, Tax.RESIDENT), payment(ME, Tax.VEHICLE), payment(ME, Tax.RESIDENT, 2025)])
        session.add_all([payment(NEIGHBOUR, Tax.FIXED_ASSETS, overdue=5_000)])
        session.add_all([vehicle(ME, "1"), vehicle(ME, "2"), vehicle(NEIGHBOUR, "3")])
        session.commit()
        yield OpenPartition(session)
    engine.dispose()


def prepare(p: OpenPartition, kind: str, *picks: str, subject: str = ME) -> service.Prepared:
    asked = Request(kind, subject, (), frozenset(), KIOSK, NOW, picks)
    return service.prepare(p, subject, asked, "site", bytes(32))


def test_the_newest_year_in_its_current_version(p):
    document = prepare(p, "income_tax").document
    assert (document.fiscal_year, document.tax[-1].amount) == ("令和8年度", "111,000")
    assert document.payer.name == "若草　19郎"


def test_an_earlier_year(p):
    assert prepare(p, "income_tax", "2025").document.tax[-1].amount == "105,000"


def test_one_s_own_parcels_of_this_year_by_begun_fives(p):
    prepared = prepare(p, "property")
    (page,) = prepared.document.pages
    assert [row.number for row in page.lands] == [f"{n}番" for n in range(6)]
    assert prepared.yen == 600


def test_every_row_has_its_price(p):
    prepared = prepare(p, "tax_payment", "2026-resident", "2025-resident")
    assert [row.fiscal_year for row in prepared.document.payments] == ["令和8年度", "令和7年度"]
    assert prepared.yen == 600
    assert prepare(p, "tax_payment").yen == 300


def test_a_vehicle_of_one_s_own_for_nothing(p):
    prepared = prepare(p, "vehicle_tax_payment", "2")
    assert (prepared.document.plate, prepared.yen) == ("青嶺 580 あ 2", 0)


@pytest.mark.parametrize(("kind", "pick"), [("vehicle_tax_payment", "3"), ("tax_payment", "2026-fixed_assets")])
def test_what_is_somebody_else_s_cannot_be_picked(p, kind, pick):
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, kind, pick)
    assert caught.value.refusal.rule == "R06"


def test_the_neighbour_who_owes_gets_none(p):
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, "tax_payment", subject=NEIGHBOUR)
    assert caught.value.refusal.rule == "B18"


@pytest.mark.parametrize("kind", TAX_KINDS)
def test_nothing_recorded_is_told(p, kind):
    for table in (IncomeTax, Property, TaxPayment, Vehicle):
        p.session.execute(sa.delete(table))
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, kind)
    assert (caught.value.refusal.rule, caught.value.refusal.message_class.value) == ("B16", "I")
