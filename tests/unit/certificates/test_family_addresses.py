"""戸籍の附票の写し: whose addresses, under which name, and what stops the sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.certificates.documents import NOTHING, OMITTED
from app.certificates.eligibility import decide
from app.certificates.errors import MissingFactsError
from app.certificates.fitting import fit_document
from app.certificates.items import DOMICILE, INDIVIDUAL_NUMBER
from app.certificates.kinds.family_register_addresses import (
    CONTINUED,
    GAP,
    HEAD,
    OVERSEAS_VOTER,
    REMOVED,
    ROW,
    SHEET,
    TOGETHER,
)
from app.certificates.requests import MessageClass
from app.certificates.storing import from_json, to_json
from app.residents.facts import RecordedDate
from app.residents.family_facts import AddressEntry
from app.residents.vocabularies import Sex
from tests.unit.certificates.families import (
    ADDRESSES,
    ADOPTED,
    DAUGHTER,
    FULL,
    HISTORY,
    HUSBAND,
    SON,
    WIFE,
    asked,
    history_with,
    made,
    protected,
    restless_history,
)


def parts_of(case):
    return [part for page in made(case).pages for part in page.members]


def refused(case):
    refusal = decide(case)
    return refusal and (refusal.rule, refusal.message_class)


# --- Who -------------------------------------------------------------------------------------------------------------


def test_the_usual_content_is_everybody_recorded():
    case = asked(ADDRESSES)
    assert decide(case) is None
    assert case.shown == (HUSBAND, WIFE, SON, DAUGHTER, ADOPTED)
    assert [(part.number, bool(part.removed)) for part in parts_of(case)] == [
        ("1", False),
        ("2", False),
        ("3", True),
        ("4", True),
        ("5", False),
    ]


def test_some_of_them():
    case = asked(ADDRESSES, ADOPTED, HUSBAND)
    assert case.shown == (HUSBAND, ADOPTED)
    assert [part.number for part in parts_of(case)] == ["1", "5"]


def test_those_who_left_are_not_asked_for_by_name():
    case = asked(ADDRESSES)
    assert [choice.key for choice in case.kind.persons(case)] == [HUSBAND, WIFE, ADOPTED]
    assert refused(asked(ADDRESSES, SON)) == ("R01", MessageClass.NEUTRAL)
    assert refused(asked(ADDRESSES, "99")) == ("R01", MessageClass.NEUTRAL)


@pytest.mark.parametrize("record", [None, history_with(0, is_removed=True)], ids=["elsewhere", "left"])
def test_a_requester_who_is_not_in_it(record):
    assert refused(asked(ADDRESSES, record=record)) == ("B20", MessageClass.INFORMATION)


@pytest.mark.parametrize("protected_person", [WIFE, SON, ADOPTED])
def test_a_block_on_anybody_recorded_stops_the_whole(protected_person):
    """A spouse who fled, living in another town, in the register or out of it by now."""
    record = replace(HISTORY, blocks=(protected(protected_person),))
    assert refused(asked(ADDRESSES, record=record)) == ("B01", MessageClass.NEUTRAL)


def test_a_block_on_somebody_who_is_not_shown():
    record = replace(HISTORY, blocks=(protected(WIFE),))
    assert decide(asked(ADDRESSES, HUSBAND, record=record)) is None
    assert refused(asked(ADDRESSES, HUSBAND, WIFE, record=record)) == ("B01", MessageClass.NEUTRAL)


def test_a_block_for_another_kind_does_not_count():
    assert decide(asked(ADDRESSES, record=replace(HISTORY, blocks=(protected(WIFE, FULL),)))) is None


def test_a_register_that_is_being_written():
    assert refused(asked(ADDRESSES, record=replace(HISTORY, is_updating=True))) == ("B06", MessageClass.NEUTRAL)


def test_somebody_whose_address_is_not_written_yet():
    record = history_with(4, addresses=())
    assert refused(asked(ADDRESSES, record=record)) == ("B06", MessageClass.NEUTRAL)
    assert decide(asked(ADDRESSES, HUSBAND, record=record)) is None


def test_somebody_who_left_before_addresses_were_written():
    case = asked(ADDRESSES, record=history_with(2, addresses=()))
    assert decide(case) is None
    (row,) = parts_of(case)[2].addresses
    assert (row.since, row.address) == (NOTHING, NOTHING)


def test_no_document_without_a_register():
    with pytest.raises(MissingFactsError):
        made(asked(ADDRESSES, record=None))
    with pytest.raises(MissingFactsError):
        made(asked(ADDRESSES, SON))


def test_no_number_of_any_kind_can_be_asked_for():
    assert refused(asked(ADDRESSES, options=(INDIVIDUAL_NUMBER,))) == ("R02", MessageClass.INFORMATION)


# --- What it says ----------------------------------------------------------------------------------------------------


def test_without_the_domicile_everybody_has_a_full_name():
    document = made(asked(ADDRESSES))
    assert (document.registered_domicile, document.register_head) == (OMITTED, OMITTED)
    assert [part.name for part in parts_of(asked(ADDRESSES))][:2] == ["葛\U000e0103城　鶴之助", "葛\U000e0103城　千歳"]


def test_with_the_domicile_everybody_has_the_given_name_alone():
    case = asked(ADDRESSES, options=(DOMICILE,))
    document = made(case)
    assert decide(case) is None
    assert (document.registered_domicile, document.register_head) == (HISTORY.registered_domicile, HISTORY.head)
    assert [part.name for part in parts_of(case)] == [member.given_name for member in HISTORY.members]


def test_where_somebody_votes_from_abroad_is_said_when_asked_for():
    assert {part.overseas_voter_place for part in parts_of(asked(ADDRESSES))} == {OMITTED}
    said = [part.overseas_voter_place for part in parts_of(asked(ADDRESSES, options=(OVERSEAS_VOTER,)))]
    assert said == [NOTHING] * 4 + ["青嶺県見本市"]


def test_what_is_said_of_a_person():
    part = parts_of(asked(ADDRESSES))[4]
    assert (part.birth_date, part.sex, part.removed) == ("平成元年春", "女", "")
    assert [(row.since, row.address) for row in part.addresses] == [
        ("平成18年10月28日", "青嶺県見本市霧ヶ丘一丁目2番地　霧ヶ丘荘"),
        ("平成23年4月2日", "青嶺県谷中郡見本村大字水上字上之段204番地"),
        ("平成26年8月20日", "ニュージーランド"),
        ("令和元年5月1日", "青嶺県見本市霧ヶ丘三丁目15番2号　見本ハイツ301号室"),
    ]


def test_who_left_is_marked():
    assert [part.removed for part in parts_of(asked(ADDRESSES))] == ["", "", REMOVED, REMOVED, ""]


def test_what_is_not_recorded():
    record = history_with(0, sex=Sex.BLANK, addresses=(AddressEntry("", RecordedDate(wording="年月日不詳")),))
    part = parts_of(asked(ADDRESSES, record=replace(record, made_on=RecordedDate())))[0]
    assert (part.sex, part.addresses[0].since, part.addresses[0].address) == (NOTHING, "年月日不詳", NOTHING)
    assert made(asked(ADDRESSES, record=replace(record, made_on=RecordedDate()))).made_on == NOTHING


# --- Sheets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", range(1, 60))
def test_every_address_once_in_order_and_no_sheet_too_full(moves):
    document = made(asked(ADDRESSES, record=restless_history(moves)))
    for page in document.pages:
        assert page.members
        assert sum(HEAD + ROW * len(part.addresses) for part in page.members) + GAP * (len(page.members) - 1) <= SHEET
    often = [part for page in document.pages for part in page.members if part.number == "2"]
    assert [row.address for part in often for row in part.addresses] == [
        f"青嶺県見本市水上{n}番地" for n in range(1, moves + 1)
    ]
    assert all(len(part.addresses) >= min(moves, TOGETHER) for part in often[:1])
    assert [part.continued for part in often] == ["", *[CONTINUED] * (len(often) - 1)]
    assert {part.name for part in often} == {"葛\U000e0103城　千歳"}


def test_a_long_name_and_a_long_address_fit_or_are_refused():
    long = AddressEntry("青嶺県谷中郡清水村大字水上字上之段" * 6, RecordedDate(date(2019, 5, 1)))
    fit_document(made(asked(ADDRESSES, record=history_with(0, given_name="寿" * 57, addresses=(long,)))))


def test_a_kept_document_is_the_same_document():
    document = made(asked(ADDRESSES, options=(DOMICILE,), record=restless_history()))
    assert from_json(to_json(document)) == document
