import hashlib
from datetime import UTC, date, datetime

import pytest

from app import clock
from app.clock import JST
from app.residents import encryption, queries
from app.residents.errors import ImprintMismatchError, NoIndividualNumberError
from app.residents.models import Block, PersonVersion, RegisterImport, Seal
from app.residents.vocabularies import (
    BlockReason,
    ForeignClass,
    MovementReason,
    ResidentStatus,
    ResidentType,
    SealCancelCause,
    SealRegistrationMethod,
    SealStatus,
    Sex,
)

KEY = bytes(range(32))


def version(atena_no, relationship="世帯主", history_no=1, **others):
    values = {
        "setai_no": "19",
        "status": ResidentStatus.RESIDENT,
        "resident_type": ResidentType.JAPANESE,
        "name": f"若草　{atena_no}",
        "birth_date": "1980-04-01",
        "sex": Sex.FEMALE,
        "address": "青嶺県若草市一番地",
        "movement_reason": MovementReason.MOVED_IN,
        "row_sha256": "0" * 64,
    }
    return PersonVersion(atena_no=atena_no, history_no=history_no, relationship=relationship, **(values | others))


def block(block_id, **others):
    values = {"reason": BlockReason.OTHER, "starts_on": date(2026, 1, 1), "row_sha256": "0" * 64}
    return Block(block_id=block_id, **(values | others))


def members(p, atena_no):
    household = queries.find_household_of(p, atena_no)
    return None if household is None else [m.atena_no for m in household.members]


def add(p, *rows):
    p.session.add_all(rows)
    p.session.flush()


def test_the_household_is_the_living_in_order(p):
    add(
        p,
        version("3", "子", birth_date="2010-04-01"),
        version("2", "妻"),
        version("1"),
        version("4", "子", status=ResidentStatus.MOVED_OUT),
        version("5", "父", status=ResidentStatus.DECEASED),
        version("6", "子", is_current=False),
        version("7", setai_no="27"),
    )
    assert members(p, "2") == ["1", "2", "3"]
    assert members(p, "7") == ["7"]


@pytest.mark.parametrize("status", [ResidentStatus.MOVED_OUT, ResidentStatus.DECEASED, ResidentStatus.REMOVED])
def test_who_no_longer_lives_here_has_no_household(p, status):
    add(p, version("1"), version("2", "妻", status=status))
    assert members(p, "2") is None
    assert members(p, "999") is None
    person = queries.find_person(p, "2")
    assert person is not None
    assert person.status is status


def test_a_provisional_change_is_flagged_and_never_handed_out(p):
    add(
        p,
        version("1"),
        version("1", history_no=2, is_current=False, is_provisional=True, name="まだ決裁前"),
        version("2", "妻"),
    )
    household = queries.find_household_of(p, "1")
    assert [m.has_provisional_change for m in household.members] == [True, False]
    assert "まだ決裁前" not in [m.name for m in household.members]
    assert "まだ決裁前" not in list(queries.other_names(p, set()))


def test_a_provisional_version_that_was_overtaken_counts_no_more(p):
    add(p, version("1", history_no=3), version("1", history_no=2, is_current=False, is_provisional=True))
    assert not queries.find_person(p, "1").has_provisional_change


def test_blocks_in_force_are_those_begun_and_not_lifted(p):
    lifted = datetime(2026, 2, 1, tzinfo=UTC)
    add(
        p,
        version("1"),
        version("2", "妻"),
        version("9", setai_no="99"),
        block("of-member", atena_no="2", kinds="seal_registration"),
        block("of-household", setai_no="19"),
        block("past-its-end", atena_no="1", ends_on=date(2026, 1, 2)),
        block("lifted", atena_no="1", lifted_at=lifted),
        block("not-begun", atena_no="1", starts_on=date(2026, 11, 22)),
        block("of-others", atena_no="9"),
    )
    with clock.frozen(datetime(2026, 11, 21, 12, tzinfo=JST)):
        blocks = queries.find_household_of(p, "1").blocks
    assert sorted((b.atena_no or "household", tuple(b.kinds)) for b in blocks) == [
        ("1", ()),
        ("2", ("seal_registration",)),
        ("household", ()),
    ]


@pytest.mark.parametrize(("hour", "expected"), [(11, False), (12, False), (13, True)])
def test_a_temporary_lift_ends_by_itself_and_the_block_stays(p, hour, expected):
    until = datetime(2026, 11, 21, hour, tzinfo=JST)
    add(p, version("1"), block("lifted-for-a-while", atena_no="1", temporarily_lifted_until=until))
    with clock.frozen(datetime(2026, 11, 21, 12, tzinfo=JST)):
        (found,) = queries.find_household_of(p, "1").blocks
    assert found.has_temporary_lift is expected


def test_a_lift_written_down_for_tomorrow_lifts_nothing_today(p):
    add(p, version("1"), block("until-tomorrow", atena_no="1", lifted_at=datetime(2026, 11, 22, tzinfo=JST)))
    with clock.frozen(datetime(2026, 11, 21, 12, tzinfo=JST)):
        assert len(queries.find_household_of(p, "1").blocks) == 1
    with clock.frozen(datetime(2026, 11, 22, 0, 1, tzinfo=JST)):
        assert queries.find_household_of(p, "1").blocks == ()


def test_foreign_items_and_recorded_dates_come_out_as_facts(p):
    add(
        p,
        version(
            "1",
            resident_type=ResidentType.FOREIGN,
            birth_date="年月日不詳",
            foreign_class=ForeignClass.MEDIUM_TO_LONG_TERM,
            nationality="架空国",
            foreign_resident_since="2020-05-06",
            residence_expiry=date(2027, 1, 2),
        ),
    )
    facts = queries.find_person(p, "1")
    assert (facts.birth_date.day, facts.birth_date.wording) == (None, "年月日不詳")
    assert facts.foreign.resident_since.day == date(2020, 5, 6)
    assert facts.foreign.residence_expiry == date(2027, 1, 2)


def seal(seal_no, **others):
    png = b"png of " + seal_no.encode()
    values = {
        "atena_no": "1",
        "imprint_png": png,
        "imprint_sha256": hashlib.sha256(png).hexdigest(),
        "width_mm": 15.0,
        "height_mm": 15.0,
        "registered_on": date(2020, 1, 1),
        "method": SealRegistrationMethod.SAME_DAY,
        "status": SealStatus.REGISTERED,
        "row_sha256": "0" * 64,
    }
    return Seal(seal_no=seal_no, **(values | others))


def test_the_live_seal_is_found_and_a_cancelled_one_never(p):
    add(p, seal("1", status=SealStatus.CANCELLED, cancel_cause=SealCancelCause.CHANGED), seal("2"))
    assert queries.find_seal(p, "1").seal_no == "2"
    p.session.get(Seal, "2").status = SealStatus.CANCELLED
    p.session.get(Seal, "2").cancel_cause = SealCancelCause.LOST
    p.session.flush()
    assert queries.find_seal(p, "1") is None


def test_an_imprint_that_was_altered_is_not_handed_out(p):
    add(p, seal("2", imprint_png=b"another"))
    with pytest.raises(ImprintMismatchError):
        queries.find_seal(p, "1")


def test_the_individual_number_is_decrypted_for_its_own_row_only(p):
    cell = encryption.Cell(p.code, "individual_number", "1", 1)
    kept = encryption.encrypt(KEY, cell, "123456789018")
    add(p, version("1", individual_number=kept), version("2", "妻", individual_number=kept), version("3", "子"))
    assert queries.get_individual_number(p, "1", KEY) == "123456789018"
    with pytest.raises(encryption.SealedElsewhereError):
        queries.get_individual_number(p, "2", KEY)
    with pytest.raises(NoIndividualNumberError):
        queries.get_individual_number(p, "3", KEY)


def test_the_household_names_the_import_it_was_read_from(p):
    add(p, version("1"))
    assert queries.find_household_of(p, "1").register_serial == 0
    at = datetime(2026, 1, 1, tzinfo=UTC)
    add(
        p,
        *(
            RegisterImport(serial=n, register="persons", file_sha256="", applied_at=at, added=0, changed=0, unchanged=0)
            for n in (1, 2)
        ),
    )
    assert queries.find_household_of(p, "1").register_serial == 2


def test_an_import_between_two_reads_is_noticed_and_the_household_read_again(p, monkeypatch):
    add(p, version("1"))
    serials = iter([7, 8, 8])
    monkeypatch.setattr(queries, "get_register_serial", lambda _p: next(serials))
    assert queries.find_household_of(p, "1").register_serial == 8


def test_counts_and_other_names(p):
    add(p, version("1"), version("2", "妻"), version("3", "子", status=ResidentStatus.DECEASED))
    assert queries.count_residents(p) == 2
    assert set(queries.other_names(p, {"1"})) == {"若草　2", "若草　3"}
