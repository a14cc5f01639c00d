"""Invented people, and what a town says: only what a test names differs from an ordinary case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.certificates import samples
from app.certificates.catalogue import get_kind
from app.certificates.kind import Case, Source
from app.certificates.kinds.resident_record import (
    DOMICILE,
    FOREIGN_ITEMS,
    HEAD_RELATIONSHIP,
    HOUSEHOLD_FORM,
    ResidentRecordDocument,
)
from app.certificates.requests import Exemption, Option, Request
from app.clock import JST
from app.municipalities.ordinances import Fee, Ordinance
from app.residents.facts import (
    BlockFacts,
    ForeignFacts,
    HouseholdFacts,
    PersonFacts,
    RecordedDate,
    SealFacts,
)
from app.residents.vocabularies import (
    BlockLevel,
    BlockReason,
    ForeignClass,
    ResidentType,
    SealStatus,
    Sex,
)
from tests.unit.people import ordinary_person

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=JST)
HEAD, WIFE, CHILD = "19", "27", "35"


def person(atena_no: str = HEAD, **changes: Any) -> PersonFacts:
    return ordinary_person(atena_no=atena_no, **changes)


def foreigner(atena_no: str = WIFE, **changes: Any) -> PersonFacts:
    foreign = ForeignFacts(
        nationality="ブラジル",
        foreign_class=ForeignClass.MEDIUM_TO_LONG_TERM,
        resident_since=RecordedDate(date(2012, 7, 9)),
        residence_status="永住者の配偶者等",
        residence_period="3年",
        residence_expiry=date(2027, 3, 31),
        residence_card_no="AB12345678CD",
    )
    ordinary = person(
        atena_no,
        resident_type=ResidentType.FOREIGN,
        name="SILVA MARIA",
        name_kana="シルバ　マリア",
        name_latin="SILVA MARIA",
        alias="若草　真理",
        alias_kana="ワカクサ　マリ",
        birth_date=RecordedDate(date(1985, 2, 14)),
        sex=Sex.FEMALE,
        relationship="妻",
        registered_domicile="",
        register_head="",
        foreign=foreign,
    )
    return replace(ordinary, **changes)


def family(*members: PersonFacts, blocks: tuple[BlockFacts, ...] = ()) -> HouseholdFacts:
    ordinary = (
        person(HEAD),
        person(WIFE, name="若草　花子", sex=Sex.FEMALE, relationship="妻", birth_date=RecordedDate(date(1982, 8, 8))),
        person(CHILD, name="若草　次郎", relationship="子", birth_date=RecordedDate(date(2015, 9, 9))),
    )
    return HouseholdFacts("19", members or ordinary, blocks, register_serial=12)


def block(
    reason: BlockReason, atena_no: str | None = HEAD, level: BlockLevel = BlockLevel.STOP, kinds: tuple[str, ...] = ()
) -> BlockFacts:
    return BlockFacts(reason, level, frozenset(kinds), atena_no)


def seal(status: SealStatus = SealStatus.REGISTERED, png: bytes = b"png") -> SealFacts:
    return SealFacts("00001", status, png, "0" * 64, 13.5, 13.5, date(2015, 4, 1))


FEES = {
    ("resident_record", "kiosk"): Fee(200),
    ("resident_record", "counter"): Fee(300),
    ("seal_registration", "kiosk"): Fee(250),
    ("seal_registration", "counter"): Fee(300),
}
TEXTS = {
    "resident_record.attestation_all": "この写しは、世帯全員の住民票の原本と相違ないことを証明する。",
    "resident_record.attestation_part": "この写しは、住民票の原本と相違ないことを証明する。",
    "seal_registration.attestation": "この写しは、登録された印影と相違ないことを証明する。",
}


def ordinance(**switches: str) -> Ordinance:
    return Ordinance("901016", NOW.date(), FEES, TEXTS, switches)


def request(
    kind: str = "resident_record",
    *persons: str,
    requester: str = HEAD,
    options: tuple[Option, ...] = (),
    channel: str = "kiosk",
    at: datetime = NOW,
    picks: tuple[str, ...] = (),
    priced_at: datetime | None = None,
    exemption: Exemption | None = None,
) -> Request:
    codes = frozenset(option.code for option in options)
    return Request(kind, requester, persons, codes, channel, at, picks, priced_at, exemption)


def case(kind: str = "resident_record", *persons: str, **changes: Any) -> Case:
    """An ordinary request and what the register and the town say to it, but for `changes`: of the request or the case.

    :raises UnknownKindError: for a kind that is not in the catalogue.
    """
    of_request = ("requester", "options", "channel", "at", "picks", "priced_at", "exemption")
    asked = request(kind, *persons, **{name: changes.pop(name) for name in of_request if name in changes})
    entry = changes.pop("entry", None) or get_kind(kind)
    rules = changes.get("ordinance", ordinance())
    facts: dict[str, Any] = {
        "household": family(),
        "record": seal() if entry.source is Source.SEAL else None,
        "ordinance": rules,
        "fee": rules.fee(kind, asked.channel),
        "is_open": True,
        "services": None,
    }
    return Case(asked, entry, **(facts | changes))


@dataclass(frozen=True)
class Mayor:
    title: str = "青嶺県若草市長"
    name: str = "見本　花子"
    seal_png: bytes = b"png"
    seal_mm: float = 24.0


def full_record(persons: int = 4, form: str = HOUSEHOLD_FORM) -> ResidentRecordDocument:
    """The sample of a 住民票 with every item that a household may ask for but the 個人番号."""
    items = (HEAD_RELATIONSHIP, DOMICILE, FOREIGN_ITEMS)
    document = samples.sample("resident_record", persons, form, [item.code for item in items])
    assert isinstance(document, ResidentRecordDocument)
    return document
