"""From the register to a document: read, decided, priced and fitted in one partition; the union's answers are given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.certificates import samples, service
from app.certificates.catalogue import KINDS, get_kind
from app.certificates.documents import NOTHING, OMITTED
from app.certificates.errors import EligibilityRefusedError, MissingGlyphError, RegisterMovedError, SubjectMismatchError
from app.certificates.kind import Source
from app.certificates.kinds.resident_record import INDIVIDUAL_FORM, INDIVIDUAL_NUMBER
from app.certificates.requests import Exemption, MessageClass
from app.clock import JST
from app.extensions import PartitionBase
from app.municipalities.hours import Span, Timetable, WeeklyPattern
from app.municipalities.ordinances import Fee
from app.residents import encryption
from app.residents.models import Block, PersonVersion, RegisterArrival, RegisterImport, Seal
from app.residents.registers import REGISTERS
from app.residents.vocabularies import (
    BlockLevel,
    BlockReason,
    MovementReason,
    ResidentStatus,
    ResidentType,
    SealRegistrationMethod,
    SealStatus,
    Sex,
)
from tests.unit.certificates.people import FEES, NOW, TEXTS, Mayor, ordinance, request

KEY = bytes(range(32))
TOWN = "901016"
NUMBER = "123456789018"
IMPRINT = samples.round_imprint("若草")
ALWAYS = Timetable((WeeklyPattern((((Span(time(0), time(23, 59))),),) * 8),))


@dataclass
class OpenPartition:
    session: Session
    code: str = TOWN


def person(atena_no: str, history_no: int = 1, **changes) -> PersonVersion:
    ordinary = {
        "atena_no": atena_no,
        "history_no": history_no,
        "setai_no": "19",
        "status": ResidentStatus.RESIDENT,
        "resident_type": ResidentType.JAPANESE,
        "name": f"若草　{atena_no}郎",
        "name_kana": "ワカクサ",
        "birth_date": "1980-04-01",
        "sex": Sex.MALE,
        "household_head": "若草　19郎",
        "relationship": "世帯主" if atena_no == "19" else "子",
        "address": "青嶺県若草市緑町1番地",
        "movement_reason": MovementReason.BIRTH,
        "row_sha256": "0" * 64,
    }
    return PersonVersion(**ordinary | changes)


@pytest.fixture
def p(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPartition]:
    mayor = Mayor(seal_png=samples.square_seal(("若草市", "長之印")))
    monkeypatch.setattr(service, "get_ordinance", lambda _code, _on: ordinance())
    monkeypatch.setattr(service, "get_issuer", lambda _code, _at: mayor)
    monkeypatch.setattr(service, "get_timetable", lambda *_: ALWAYS)
    engine = sa.create_engine("sqlite://")
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        cell = encryption.Cell(TOWN, "individual_number", "19", 2)
        session.add_all(
            [
                person("19", is_current=False, name="旧姓　太郎"),
                person("19", 2, individual_number=encryption.encrypt(KEY, cell, NUMBER)),
                person("27"),
                person("35", status=ResidentStatus.MOVED_OUT),
                Seal(
                    seal_no="1",
                    atena_no="19",
                    imprint_png=IMPRINT,
                    imprint_sha256=hashlib.sha256(IMPRINT).hexdigest(),
                    width_mm=13.5,
                    height_mm=13.5,
                    registered_on=date(2015, 4, 1),
                    method=SealRegistrationMethod.SAME_DAY,
                    status=SealStatus.REGISTERED,
                    row_sha256="0" * 64,
                ),
                RegisterImport(
                    serial=7, register="persons", file_sha256="0" * 64, applied_at=NOW, added=1, changed=0, unchanged=0
                ),
            ]
        )
        session.commit()
        yield OpenPartition(session)
    engine.dispose()


def prepare(p: OpenPartition, asked, subject: str = "19"):
    return service.prepare(p, subject, asked, "site", KEY)


def refused(p: OpenPartition, asked) -> str:
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, asked)
    return caught.value.refusal.rule


def test_a_household_with_the_usual_content(p):
    prepared = prepare(p, request())
    assert [entry.name for entry in prepared.document.persons] == ["若草　19郎", "若草　27郎"]
    assert prepared.document.certification.attestation == TEXTS["resident_record.attestation_all"]
    assert prepared.document.certification.issue_number == ""
    assert (prepared.yen, prepared.persons, prepared.snapshot) == (200, ("19", "27"), "register=7 19.2 27.1")


def test_a_part_of_it(p):
    prepared = prepare(p, request("resident_record", "27"))
    assert prepared.persons == ("27",)
    assert prepared.document.certification.attestation == TEXTS["resident_record.attestation_part"]


def test_a_seal(p):
    prepared = prepare(p, request("seal_registration"))
    assert (prepared.document.name, prepared.document.imprint.png) == ("若草　19郎", IMPRINT)
    assert prepared.snapshot == f"register=7 19.2 seal={hashlib.sha256(IMPRINT).hexdigest()}"
    assert (prepared.yen, prepared.persons) == (250, ("19",))


def test_an_individual_number_is_opened_only_when_asked_for_and_allowed(p, monkeypatch):
    opened = []

    def watch(*arguments):
        opened.append(arguments[1])
        return service_read(*arguments)

    service_read = service.queries.get_individual_number
    monkeypatch.setattr(service.queries, "get_individual_number", watch)
    assert prepare(p, request()).document.persons[0].individual_number == OMITTED
    assert refused(p, request(options=(INDIVIDUAL_NUMBER,))) == "R02"
    assert opened == []
    monkeypatch.setattr(service, "get_ordinance", lambda *_: ordinance(individual_number_at_kiosk="yes"))
    entries = prepare(p, request(options=(INDIVIDUAL_NUMBER,))).document.persons
    assert [entry.individual_number for entry in entries] == [NUMBER, NOTHING]
    assert opened == ["19", "27"]


def test_the_form_is_the_town_s(p, monkeypatch):
    monkeypatch.setattr(service, "get_ordinance", lambda *_: ordinance(resident_record_layout="individual"))
    document = prepare(p, request()).document
    assert (document.form, document.sheets) == (INDIVIDUAL_FORM, 2)


def arrive(p, hours_ago: dict[str, float]) -> None:
    for register, hours in hours_ago.items():
        at = NOW - timedelta(hours=hours)
        p.session.merge(RegisterArrival(register=register, file_sha256="0" * 64, arrived_at=at))
    p.session.flush()


def test_a_register_whose_file_did_not_arrive_certifies_nothing(p, monkeypatch):
    """A cancelled seal whose message was lost: the newest file is older than the town allows."""
    monkeypatch.setattr(service, "get_ordinance", lambda *_: ordinance(register_hours="24"))
    assert refused(p, request("seal_registration")) == "B24"  # none ever came
    arrive(p, {"persons": 3, "blocks": 3, "seals": 25})
    assert refused(p, request("seal_registration")) == "B24"
    assert prepare(p, request()).yen == 200  # what is not made from seals
    arrive(p, {"seals": 24})
    assert prepare(p, request("seal_registration")).yen == 250
    arrive(p, {"blocks": 25})
    assert refused(p, request()) == "B24"  # of blocks nobody knows whether one is new


def test_every_source_names_the_registers_whose_files_must_arrive():
    assert set(service.REGISTERS_OF) == set(Source)
    named = {name for names in service.REGISTERS_OF.values() for name in names}
    assert named == set(REGISTERS)


def test_a_block_on_a_member(p):
    block = Block(
        block_id="b",
        atena_no="27",
        reason=BlockReason.PROTECTION_MEASURE,
        level=BlockLevel.STOP,
        starts_on=date(2020, 1, 1),
        ends_on=date(2021, 1, 1),  # passing it lifts nothing
        row_sha256="0" * 64,
    )
    p.session.add(block)
    assert refused(p, request()) == "B01"
    assert prepare(p, request("resident_record", "19")).persons == ("19",)


def test_somebody_who_moved_out(p):
    assert refused(p, request("resident_record", "35")) == "B02"
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, request(requester="35"), subject="35")
    assert caught.value.refusal.rule == "B02"


def test_no_seal_any_more(p):
    p.session.delete(p.session.get_one(Seal, "1"))
    assert refused(p, request("seal_registration")) == "B09"


def test_closed(p, monkeypatch):
    monkeypatch.setattr(service, "get_timetable", lambda *_: Timetable(()))
    assert refused(p, request()) == "B21"


# --- Prices -----------------------------------------------------------------------------------------------------------

CHANGE = datetime(2026, 11, 21, tzinfo=JST)  # midnight: a new fee and a new wording
BEFORE, AFTER = CHANGE - timedelta(minutes=2), CHANGE + timedelta(minutes=3)


@pytest.fixture
def changing(monkeypatch) -> None:
    """From CHANGE on a 住民票 costs 990 yen at a kiosk, a seal certificate is free, and the 認証文 is another."""
    fees = FEES | {("resident_record", "kiosk"): Fee(990), ("seal_registration", "kiosk"): Fee(0)}
    new = replace(ordinance(), fees=fees, texts=TEXTS | {"resident_record.attestation_all": "相違ない。"})
    monkeypatch.setattr(service, "get_ordinance", lambda _code, on: new if on >= CHANGE.date() else ordinance())


@pytest.mark.parametrize(
    ("at", "priced_at", "yen"),
    [(BEFORE, None, 200), (AFTER, None, 990), (AFTER, BEFORE, 200), (AFTER, AFTER, 990), (BEFORE, BEFORE, 200)],
)
def test_the_price_is_that_of_the_session_s_beginning(p, changing, at, priced_at, yen):
    assert prepare(p, request(at=at, priced_at=priced_at)).yen == yen


def test_all_but_the_price_is_of_the_instant_of_issue(p, changing):
    """A certificate says what is certified now; only what it costs was promised before."""
    prepared = prepare(p, request(at=AFTER, priced_at=BEFORE))
    assert prepared.document.certification.attestation == "相違ない。"
    assert prepared.document.certification.issued_on == "令和8年11月21日"


def test_what_became_free_in_the_meantime_costs_what_it_cost(p, changing):
    assert prepare(p, request("seal_registration", at=AFTER, priced_at=BEFORE)).yen == 250
    assert prepare(p, request("seal_registration", at=AFTER)).yen == 0


@pytest.mark.parametrize("is_withdrawn_before", [True, False])
def test_a_kind_must_be_offered_when_the_session_began_and_now(p, monkeypatch, is_withdrawn_before):
    bare = replace(ordinance(), fees={key: fee for key, fee in FEES.items() if key[0] != "resident_record"})
    first, second = (bare, ordinance()) if is_withdrawn_before else (ordinance(), bare)
    monkeypatch.setattr(service, "get_ordinance", lambda _code, on: second if on >= CHANGE.date() else first)
    assert refused(p, request(at=AFTER, priced_at=BEFORE)) == "B21"


@pytest.mark.parametrize(
    ("fee", "counted", "yen"),
    [
        (Fee(300, 5), (6, 1), 900),  # land and houses apart
        (Fee(300, 5), (7,), 600),
        (Fee(300, 1), (3,), 900),
        (Fee(300), (6, 1), 300),
        (Fee(0, 5), (6, 1), 0),
    ],
)
def test_what_a_kind_counts_is_what_is_paid_for(p, monkeypatch, fee, counted, yen):
    kind = replace(get_kind("resident_record"), counted=lambda _case: counted)
    monkeypatch.setitem(KINDS, "resident_record", kind)
    rules = replace(ordinance(), fees={("resident_record", "kiosk"): fee})
    monkeypatch.setattr(service, "get_ordinance", lambda *_: rules)
    assert prepare(p, request()).yen == yen


@pytest.mark.parametrize("exemption", list(Exemption))
def test_an_exemption_is_for_a_clerk(p, exemption):
    assert prepare(p, request(channel="counter", exemption=exemption)).yen == 0
    assert prepare(p, request(channel="counter")).yen == 300
    assert refused(p, request(exemption=exemption)) == "R05"


def test_a_character_that_cannot_be_printed_is_a_neutral_refusal(p):
    p.session.get_one(PersonVersion, ("27", 1)).name = "若草\U0001f600"
    with pytest.raises(EligibilityRefusedError) as caught:
        prepare(p, request())
    assert (caught.value.refusal.rule, caught.value.refusal.message_class) == ("B10", MessageClass.NEUTRAL)
    assert isinstance(caught.value.__cause__, MissingGlyphError)
    assert "若草" not in str(caught.value) + str(caught.value.__cause__)


def test_a_request_of_somebody_else(p):
    with pytest.raises(SubjectMismatchError):
        prepare(p, request(), subject="27")


def test_an_import_in_between(p, monkeypatch):
    find = service.queries.find_household_of

    def stale(*arguments):
        return replace(find(*arguments), register_serial=6)

    monkeypatch.setattr(service.queries, "find_household_of", stale)
    with pytest.raises(RegisterMovedError):
        prepare(p, request())
