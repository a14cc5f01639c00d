"""戸籍 and 附票: what comes in, what is refused with its place and reason, what is handed out."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.certificates.eligibility import list_refusals
from app.residents import checking, exporting, queries
from app.residents.facts import RecordedDate
from app.residents.family_facts import AddressEntry, RegisterEvent
from app.residents.family_models import FamilyAddress, FamilyEvent, FamilyMember, FamilyRegister
from app.residents.family_queries import find_address_history_of, find_family_register_of
from app.residents.family_vocabularies import EventKind, FamilyState
from app.residents.registers import BLOCKS, FAMILY_ADDRESSES, FAMILY_EVENTS, FAMILY_MEMBERS, FAMILY_REGISTERS, PERSONS
from app.residents.vocabularies import Sex
from tests.integration.residents.conftest import (
    BORN,
    CHILD,
    COMPILED,
    FIRST_HOME,
    HEAD,
    REGISTER,
    SECOND_HOME,
    SPOUSE,
    WIFE,
)
from tests.unit.certificates.families import ADDRESSES, FULL, INDIVIDUAL, asked

KEY = bytes(range(32))
OTHER = REGISTER | {"戸籍番号": "K-2", "本籍": "青嶺県若草市九番地", "筆頭者": "若草　実"}
OWN = CHILD | {"戸籍番号": "K-2", "記載順": "1"}
BLOCK = {"抑止番号": "B1", "宛名番号": "35", "抑止理由": "支援措置", "開始年月日": "令和7年4月1日"}


@pytest.fixture
def town(files):
    files.family()
    return files


def faults(town, register, *rows):
    return town.faults(town.write(list(rows)), register)


def told(p):
    return [(str(f), f.is_warning) for f in checking.check(p, KEY)]


# --- handed out ---


def test_the_register_is_handed_out_whole(town, p):
    family = find_family_register_of(p, "27")
    assert (family.family_no, family.surname, family.head) == ("K-1", "若草", "若草　太郎")
    assert family.surname_kana == "ワカクサ"
    assert family.registered_domicile == "青嶺県若草市一番地"
    assert family.events == (RegisterEvent("戸籍編製", (("編製日", "平成19年11月22日"),)),)
    assert [(m.member_no, m.given_name, m.relationship) for m in family.members] == [
        (1, "太郎", "長男"),
        (2, "花子", "二女"),
        (3, "実", "長男"),
    ]
    child = family.member("35")
    assert (child.sex, child.birth_date, child.father) == (Sex.MALE, RecordedDate(date(2008, 7, 21)), "若草一郎")
    assert child.events[0].items[1] == ("出生地", "青嶺県若草市")
    assert family.register_serial == queries.get_register_serial(p) == 5
    assert (family.is_updating, family.blocks) == (False, ())


def test_a_surname_whose_reading_is_not_recorded_yet(town, p):
    without = {name: cell for name, cell in REGISTER.items() if name != "氏の振り仮名"}
    town.apply(town.write([without]), FAMILY_REGISTERS)
    assert find_family_register_of(p, "27").surname_kana == ""
    written = REGISTER | {"氏の振り仮名": "若草"}
    assert faults(town, FAMILY_REGISTERS, written) == ["line 2, column 氏の振り仮名: not full-width katakana"]


def test_the_address_history_is_of_the_same_register(town, p):
    history = find_address_history_of(p, "35")
    assert (history.family_no, history.made_on) == ("K-1", RecordedDate(date(2007, 11, 22)))
    assert history.members[0].addresses == (
        AddressEntry("青嶺県若草市二番地", RecordedDate(date(2007, 11, 22))),
        AddressEntry("青嶺県若草市一番地", RecordedDate(date(2010, 4, 1))),
    )
    assert history.member("35").addresses == ()


def test_nobody_is_found_who_does_not_stand_in_a_register_in_force(town, p):
    assert find_family_register_of(p, "43") is None
    town.apply(town.write([SPOUSE | {"除籍": "1", "配偶者区分": ""}]), FAMILY_MEMBERS)
    assert find_family_register_of(p, "27") is None
    family = find_family_register_of(p, "19")
    assert [m.is_removed for m in family.members] == [False, True, False]
    assert family.member("27") is None
    town.apply(town.write([REGISTER | {"戸籍の状態": "除籍", "消除日": "令和8年4月1日"}]), FAMILY_REGISTERS)
    assert find_family_register_of(p, "19") is None
    assert find_address_history_of(p, "19") is None


def test_a_block_on_anybody_in_the_register_comes_with_it(town, p):
    household = BLOCK | {"抑止番号": "B2", "宛名番号": "", "世帯番号": "19"}
    lifted = BLOCK | {"抑止番号": "B3", "解除日時": "令和8年1月1日"}
    to_come = BLOCK | {"抑止番号": "B4", "開始年月日": "2199-01-01"}
    town.apply(town.write([BLOCK, household, lifted, to_come]), BLOCKS)
    for find in (find_family_register_of, find_address_history_of):
        assert [(b.reason, b.atena_no) for b in find(p, "19").blocks] == [
            ("protection_measure", "35"),
            ("protection_measure", "19"),
            ("protection_measure", "27"),
        ]


NEXT_DOOR = {  # the child, in the household of somebody else in this town
    "宛名番号": "35",
    "世帯番号": "27",
    "氏名": "若草　実",
    "生年月日": "平成20年7月21日",
    "世帯主の氏名": "別　人",
    "世帯主との続柄": "同居人",
    "住民となった年月日": "平成20年7月21日",
    "個人番号": "",
}
LANDLORD = NEXT_DOOR | {"宛名番号": "43", "氏名": "別　人", "世帯主との続柄": "世帯主"}
MOVED_HOME = {"世帯番号": "19", "世帯主の氏名": "若草　太郎", "世帯主との続柄": "子"}
DIED = {"住民状態": "死亡", "異動事由": "死亡"}
ON_NEXT_DOOR = BLOCK | {"宛名番号": "", "世帯番号": "27"}


@pytest.fixture
def next_door(town):
    town.apply(town.persons(NEXT_DOOR, LANDLORD))
    town.apply(town.write([ON_NEXT_DOOR]), BLOCKS)
    return town


@pytest.mark.parametrize("find", [find_family_register_of, find_address_history_of])
def test_a_block_on_another_household_is_on_those_of_it_who_stand_in_the_register(next_door, p, find):
    assert [block.atena_no for block in find(p, "19").blocks] == ["35"]
    assert [block.atena_no for block in find(p, "35").blocks] == ["35"]


def test_who_was_removed_is_hidden_by_the_block_on_the_household(next_door, p):
    next_door.apply(next_door.write([CHILD | {"除籍": "1"}]), FAMILY_MEMBERS)
    assert [block.atena_no for block in find_family_register_of(p, "19").blocks] == ["35"]


@pytest.mark.parametrize("change", [MOVED_HOME, DIED])
def test_who_no_longer_lives_in_a_household_has_no_part_in_its_block(next_door, p, change):
    next_door.apply(next_door.persons(NEXT_DOOR | {"履歴番号": "2"} | change))
    assert find_family_register_of(p, "19").blocks == ()


@pytest.mark.parametrize(
    ("kind", "persons", "stops"),
    [
        (FULL, (), True),
        (INDIVIDUAL, (), False),
        (INDIVIDUAL, ("27",), False),
        (INDIVIDUAL, ("19", "35"), True),
        (ADDRESSES, (), True),
        (ADDRESSES, ("19", "27"), False),
        (ADDRESSES, ("35",), True),
    ],
)
def test_a_block_on_another_household_stops_the_sheets_on_which_one_of_it_stands(next_door, p, kind, persons, stops):
    find = find_address_history_of if kind == ADDRESSES else find_family_register_of
    home = queries.find_household_of(p, "19")
    case = asked(kind, *persons, requester="19", household=home, record=find(p, "19"))
    assert bool(case.blocks_in_way) is stops
    assert ("B01" in {refusal.rule for refusal in list_refusals(case)}) is stops


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL, ADDRESSES])
def test_a_block_on_ones_own_household_stops_everything(next_door, p, kind):
    find = find_address_history_of if kind == ADDRESSES else find_family_register_of
    home = queries.find_household_of(p, "35")
    assert [block.atena_no for block in home.blocks] == [None]
    case = asked(kind, "19", requester="35", household=home, record=find(p, "35"))
    assert "B01" in {refusal.rule for refusal in list_refusals(case)}


def test_who_was_removed_still_blocks_the_sheet(town, p):
    town.apply(town.write([CHILD | {"除籍": "1"}]), FAMILY_MEMBERS)
    town.apply(town.write([BLOCK]), BLOCKS)
    assert [b.atena_no for b in find_family_register_of(p, "19").blocks] == ["35"]


def test_a_block_names_nobody_unknown(town):
    reason = "nobody in the register has this number"
    assert faults(town, BLOCKS, BLOCK | {"宛名番号": "43"}) == [f"line 2, column 宛名番号: {reason}"]


def test_the_names_to_look_for_include_members_who_live_elsewhere(town, p):
    assert sorted(queries.other_names(p, {"19"})) == ["若草　実", "若草　花子"]
    assert sorted(queries.other_names(p, {"19", "35"})) == ["若草　花子"]


# --- imported ---


@pytest.mark.parametrize(
    ("register", "rows"),
    [(FAMILY_REGISTERS, 1), (FAMILY_MEMBERS, 3), (FAMILY_EVENTS, 2), (FAMILY_ADDRESSES, 2)],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_export_comes_back_as_unchanged(town, p, tmp_path, register, rows):
    assert exporting.export(p, "test", register, tmp_path / "out.csv", KEY) == rows
    again = town.plan(tmp_path / "out.csv", register)
    assert tuple(again.counts().values()) == (0, 0, rows, 0)
    assert again.faults == []


def test_what_is_stored_contradicts_itself_nowhere(town, p):
    assert told(p) == []


def test_a_change_of_the_register_leaves_its_members_in_it(town, p):
    changed = town.apply(town.write([REGISTER | {"届出処理中": "1"}]), FAMILY_REGISTERS)
    assert changed.counts() == {"added": 0, "changed": 1, "unchanged": 0, "ended": 0}
    assert find_family_register_of(p, "35").is_updating


def test_who_marries_goes_from_one_register_to_another_in_one_file(town, p):
    town.apply(town.write([OTHER]), FAMILY_REGISTERS)
    planned = town.apply(town.write([OWN, CHILD | {"除籍": "1"}]), FAMILY_MEMBERS)
    assert planned.counts() == {"added": 1, "changed": 1, "unchanged": 0, "ended": 1}
    assert find_family_register_of(p, "35").family_no == "K-2"
    assert told(p) == []


def test_a_register_that_goes_to_another_town_is_counted_as_ended(town):
    closed = REGISTER | {"戸籍の状態": "除籍", "消除日": "令和8年4月1日"}
    assert town.apply(town.write([closed]), FAMILY_REGISTERS).counts()["ended"] == 1


def test_after_a_rebuilding_the_old_register_does_not_count(town, p):
    old = REGISTER | {"戸籍の状態": "改製原戸籍", "消除日": "令和8年4月1日"}
    town.apply(town.write([old, OTHER | {"筆頭者": "若草　太郎"}]), FAMILY_REGISTERS)
    town.apply(town.write([row | {"戸籍番号": "K-2"} for row in (HEAD, SPOUSE, CHILD)]), FAMILY_MEMBERS)
    assert find_family_register_of(p, "35").family_no == "K-2"


# --- refused ---


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"戸籍の状態": "有効"}, "戸籍の状態: not one of 現在戸籍、除籍、改製原戸籍"),
        ({"戸籍の状態": "除籍"}, "消除日: a register that is not in force has this day, and no other"),
        ({"消除日": "令和8年4月1日"}, "消除日: a register that is not in force has this day, and no other"),
        ({"附票作成日": "2199-01-01"}, "附票作成日: in the future"),
        (
            {"附票作成日": "平成31年5月1日"},
            "附票作成日: not a date that a register may hold: the day is not in that era",
        ),
        ({"筆頭者": ""}, "筆頭者: must not be empty"),
        ({"届出処理中": "？"}, "届出処理中: not 1 or 0"),
    ],
)
def test_a_bad_register_row(town, change, fault):
    assert faults(town, FAMILY_REGISTERS, REGISTER | change) == [f"line 2, column {fault}"]


def test_a_column_whose_absence_would_say_that_all_is_well_must_be_there(town):
    row = {name: cell for name, cell in REGISTER.items() if name != "届出処理中"}
    with pytest.raises(Exception, match="line 1: column missing: 届出処理中"):
        faults(town, FAMILY_REGISTERS, row)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"戸籍番号": "K-9"}, "戸籍番号: no 戸籍 has this number"),
        ({"宛名番号": "34"}, "宛名番号: wrong check digit"),
        ({"記載順": "0"}, "記載順: must be at least 1"),
        ({"性別": "空欄"}, "性別: must be 男 or 女"),
        ({"配偶者区分": "妻"}, "配偶者区分: contradicts 性別"),
        ({"配偶者区分": "主人"}, "配偶者区分: not a word of the closed list"),
        ({"父母との続柄": "長女"}, "父母との続柄: contradicts 性別"),
        ({"父母との続柄": "次男"}, "父母との続柄: not a word of the closed list"),
        ({"養父母との続柄": "養女", "養父": "若草二郎"}, "養父母との続柄: contradicts 性別"),
        ({"養父": "若草二郎"}, "養父母との続柄: goes with 養父 or 養母, and they with it"),
        ({"養父母との続柄": "養子"}, "養父母との続柄: goes with 養父 or 養母, and they with it"),
        ({"生年月日": "2199-01-01"}, "生年月日: in the future"),
        ({"生年月日": "平成20年13月1日"}, "生年月日: not a date that a register may hold: no such month or day"),
        ({"名": "実\u200b"}, "名: contains the character U+200B"),
        ({"配偶者区分": "夫"}, "配偶者区分: the 戸籍 has another 「夫」"),
    ],
)
def test_a_bad_member_row(town, change, fault):
    assert faults(town, FAMILY_MEMBERS, CHILD | change) == [f"line 2, column {fault}"]


def test_a_person_in_two_registers(town):
    town.apply(town.write([OTHER]), FAMILY_REGISTERS)
    assert faults(town, FAMILY_MEMBERS, OWN) == ["line 2, column 宛名番号: the person stands in another 戸籍 as well"]


def test_a_register_is_not_reopened_over_one_in_which_its_people_stand(town):
    town.apply(town.write([REGISTER | {"戸籍の状態": "除籍", "消除日": "令和8年4月1日"}, OTHER]), FAMILY_REGISTERS)
    town.apply(town.write([OWN]), FAMILY_MEMBERS)
    reason = "somebody in it stands in another 戸籍 that is in force"
    assert faults(town, FAMILY_REGISTERS, REGISTER) == [f"line 2, column 戸籍の状態: {reason}"]


def test_a_register_whose_head_is_not_the_first_in_it(town):
    town.apply(town.write([OTHER]), FAMILY_REGISTERS)
    reason = "the first in a 戸籍 is its 筆頭者, who has another name"
    assert faults(town, FAMILY_MEMBERS, OWN | {"名": "実子", "宛名番号": "43"}) == [f"line 2, column 名: {reason}"]


def test_a_family_with_a_bad_row_is_not_judged_as_a_whole(town):
    town.apply(town.write([OTHER]), FAMILY_REGISTERS)
    first, second = OWN | {"宛名番号": "34"}, OWN | {"記載順": "2", "宛名番号": "43", "名": "花"}
    assert faults(town, FAMILY_MEMBERS, first, second) == ["line 2, column 宛名番号: wrong check digit"]


def test_the_number_of_another_person_is_told_by_the_birth(town):
    reason = "is not the 生年月日 of the resident with this number"
    change = {"記載順": "4", "生年月日": "平成21年7月21日", "宛名番号": "27", "除籍": "1"}
    assert faults(town, FAMILY_MEMBERS, CHILD | change) == [f"line 2, column 生年月日: {reason}"]


FOREIGN = {
    "宛名番号": "35",
    "世帯番号": "35",
    "住民種別": "外国人",
    "生年月日": "平成20年7月21日",
    "本籍": "",
    "筆頭者": "",
    "住民となった年月日": "",
    "個人番号": "",
    "国籍・地域": "架空国",
    "30条45区分": "特別永住者",
    "外国人住民となった年月日": "2012-07-09",
    "在留カードの番号": "ZZ00000001ZZ",
}


def test_a_foreign_resident_stands_in_no_family_register(town):
    town.apply(town.persons(FOREIGN))
    assert faults(town, FAMILY_MEMBERS, CHILD) == ["line 2, column 宛名番号: the resident with this number is a 外国人"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"戸籍番号": "K-9"}, "戸籍番号: no 戸籍 has this number"),
        ({"記載順": "7"}, "記載順: nobody in the 戸籍 has this number"),
        ({"事項": "誕生"}, None),
        ({"事項": "戸籍編製", "記載内容": "【編製日】平成20年7月21日"}, "事項: is no 身分事項"),
        ({"記載順": "0"}, "事項: is no 戸籍事項"),
        ({"記載内容": "平成20年7月21日"}, "記載内容: not 【label】 and wording, one after the other"),
        ({"記載内容": "届【出生日】平成20年7月21日"}, "記載内容: not 【label】 and wording, one after the other"),
        ({"記載内容": "【出生地】青嶺県若草市"}, "記載内容: needs 【出生日】"),
        ({"記載内容": "【出生日】平成20年7月21日【出生地】"}, "記載内容: item 2: without wording"),
        (
            {"記載内容": "【出生日】平成20年7月21日【婚姻日】令和7年1月1日"},
            "記載内容: item 2: its label is none of 「出生」",
        ),
        (
            {"記載内容": "【出生日】平成31年7月21日"},
            "記載内容: item 1: not a date that a register may hold: the day is not in that era",
        ),
        ({"記載内容": "【出生日】平成20年7月22日"}, "記載内容: is not the 生年月日 of the person"),
        ({"記載内容": "【出生日】平成20年7月21日【届出人】父\u200b"}, "記載内容: contains the character U+200B"),
    ],
)
def test_a_bad_entry(town, change, fault):
    (only,) = faults(town, FAMILY_EVENTS, BORN | change)
    if fault:
        assert only == f"line 2, column {fault}"
    else:
        assert only.startswith("line 2, column 事項: not one of 戸籍編製、")


@pytest.mark.parametrize("day", ["年月日不詳", "平成20年7月日不詳", "推定平成20年7月20日", "平成20年7月頃"])
def test_a_day_that_nobody_knows_is_recorded_as_it_is(town, p, day):
    town.apply(town.write([BORN | {"記載内容": f"【出生日】{day}"}]), FAMILY_EVENTS)
    assert find_family_register_of(p, "35").member("35").events[0].items == (("出生日", day),)


def test_what_stood_there_before_a_correction(town, p):
    corrected = {"事項番号": "2", "事項": "更正", "記載内容": "【更正日】令和8年4月1日【従前の記録】【父】若草壱郎"}
    town.apply(town.write([BORN | corrected]), FAMILY_EVENTS)
    assert find_family_register_of(p, "35").member("35").events[1].items == (
        ("更正日", "令和8年4月1日"),
        ("従前の記録", ""),
        ("父", "若草壱郎"),
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"記載順": "7"}, "記載順: nobody in the 戸籍 has this number"),
        ({"戸籍番号": "K-9"}, "記載順: nobody in the 戸籍 has this number"),
        ({"住所": ""}, "住所: must not be empty"),
        ({"住所を定めた年月日": "2199-01-01"}, "住所を定めた年月日: in the future"),
        ({"住所を定めた年月日": "平成18年1月1日"}, "住所を定めた年月日: before the day of the address before it"),
    ],
)
def test_a_bad_address(town, change, fault):
    assert faults(town, FAMILY_ADDRESSES, SECOND_HOME | change) == [f"line 2, column {fault}"]


def test_nothing_of_a_bad_file_is_applied(town, p):
    planned = town.plan(town.write([CHILD | {"記載順": "4", "宛名番号": "43"}, CHILD | {"性別": "女"}]), FAMILY_MEMBERS)
    assert len(planned.faults) == 1
    with pytest.raises(Exception, match=r"1 error\(s\)"):
        town.apply(town.write([CHILD | {"記載順": "4", "宛名番号": "43"}, CHILD | {"性別": "女"}]), FAMILY_MEMBERS)
    assert len(find_family_register_of(p, "19").members) == 3


# --- compared with the resident register ---


@pytest.mark.parametrize(
    ("change", "warnings"),
    [
        ({"本籍": "青嶺県若草市八番地"}, ["family_members 27 2, column 戸籍番号: the resident has another 本籍"]),
        ({"筆頭者": "若草　次郎"}, ["family_members 27 2, column 戸籍番号: the resident has another 筆頭者"]),
        ({"氏名": "若草　華子"}, ["family_members 27 2, column 名: the resident with this number has another name"]),
        ({"性別": "男"}, ["family_members 27 2, column 性別: differs from the resident's"]),
    ],
)
def test_a_difference_between_the_two_registers_is_a_warning(town, p, change, warnings):
    town.apply(town.persons(WIFE | {"履歴番号": "2"} | change))
    assert told(p) == [(warning.replace("27 2", "K-1 2"), True) for warning in warnings]


def test_an_address_that_the_history_does_not_know_yet_is_a_warning(town, p):
    moved = {"履歴番号": "2", "住所": "青嶺県若草市三番地"}
    town.apply(town.persons(moved, WIFE | moved))
    reason = "family_addresses K-1 1 2, column 住所: differs from the address of the resident"
    assert told(p) == [(reason, True)]


def test_an_address_with_its_details_is_the_same_address(town, p):
    detail = {"履歴番号": "2", "方書": "若草荘１０１号"}
    town.apply(town.persons(detail, WIFE | detail))
    assert told(p) == []
    town.apply(town.write([SECOND_HOME | {"住所": "青嶺県若草市一番地　若草荘１０１号"}]), FAMILY_ADDRESSES)
    assert told(p) == []


def test_who_left_the_town_is_compared_no_more(town, p):
    town.apply(town.persons(WIFE | {"履歴番号": "2", "住民状態": "転出", "異動事由": "国内転出", "氏名": "別　人"}))
    assert told(p) == []


def test_a_register_in_force_in_which_nobody_stands(town, p):
    town.apply(town.write([OTHER]), FAMILY_REGISTERS)
    assert told(p) == [("family_registers K-2, column 戸籍の状態: nobody stands in it", False)]


def test_check_finds_what_was_altered_behind_the_importers_back(town, p):
    p.session.execute(sa.update(FamilyMember).where(FamilyMember.member_no == 3).values(birth_date="2008-07-22"))
    assert told(p) == [
        ("family_members K-1 3: differs from what was imported", False),
        ("family_events K-1 3 1, column 記載内容: is not the 生年月日 of the person", False),
    ]


# --- impossible in the schema ---


def row_of(model, **changes):
    rows = {
        FamilyRegister: {
            "family_no": "K-9",
            "registered_domicile": "一番地",
            "surname": "若草",
            "head": "若草　一",
            "state": FamilyState.IN_FORCE,
            "row_sha256": "",
            "closed_on": "",
        },
        FamilyMember: {
            "family_no": "K-1",
            "member_no": 9,
            "atena_no": "43",
            "given_name": "一",
            "birth_date": "2000-01-01",
            "sex": Sex.MALE,
            "row_sha256": "",
        },
        FamilyEvent: {
            "family_no": "K-1",
            "member_no": 3,
            "event_no": 9,
            "kind": EventKind.BIRTH,
            "items": "【出生日】",
            "row_sha256": "",
        },
        FamilyAddress: {"family_no": "K-1", "member_no": 3, "address_no": 9, "address": "一番地", "row_sha256": ""},
    }
    return model(**rows[model] | changes)


IMPOSSIBLE = [
    (FamilyRegister, {"state": FamilyState.CLOSED}),
    (FamilyRegister, {"closed_on": "2026-04-01"}),
    (FamilyMember, {"family_no": "K-9"}),
    (FamilyMember, {"atena_no": "19", "is_standing": True}),
    (FamilyMember, {"is_standing": True, "is_removed": True}),
    (FamilyMember, {"member_no": 0}),
    (FamilyMember, {"relationship": "次男"}),
    (FamilyMember, {"spouse_class": "妻帯者"}),
    (FamilyMember, {"adoptive_relationship": "婿養子"}),
    (FamilyEvent, {"family_no": "K-9", "member_no": 0}),
    (FamilyEvent, {"member_no": 8}),
    (FamilyEvent, {"event_no": 0}),
    (FamilyAddress, {"member_no": 8}),
    (FamilyAddress, {"address_no": 0}),
]


@pytest.mark.parametrize(("model", "changes"), IMPOSSIBLE, ids=lambda v: getattr(v, "__name__", str(v)))
def test_the_schema_refuses(town, p, model, changes):
    p.session.add(row_of(model, **changes))
    with pytest.raises(IntegrityError):
        p.session.commit()


@pytest.mark.parametrize("model", [FamilyRegister, FamilyMember, FamilyEvent, FamilyAddress])
def test_the_schema_takes_the_row_that_the_refused_ones_are_made_of(town, p, model):
    p.session.add(row_of(model))
    p.session.commit()


def test_entries_of_the_register_itself_stand_under_no_member(town, p):
    entry = COMPILED | {
        "事項番号": "2",
        "事項": "転籍",
        "記載内容": "【転籍日】令和8年4月1日【従前本籍】青嶺県若草市五番地",
    }
    town.apply(town.write([entry]), FAMILY_EVENTS)
    assert [event.kind for event in find_family_register_of(p, "19").events] == ["戸籍編製", "転籍"]


def test_an_address_of_unknown_day_keeps_its_place(town, p):
    third = FIRST_HOME | {"住所番号": "3", "住所を定めた年月日": "年月日不詳", "住所": "青嶺県若草市一番地"}
    town.apply(town.write([third]), FAMILY_ADDRESSES)
    assert find_address_history_of(p, "19").members[0].addresses[2].since == RecordedDate(wording="年月日不詳")


def test_persons_come_in_without_families(files, p):
    files.apply(files.persons({}), PERSONS)
    assert find_family_register_of(p, "19") is None
    assert told(p) == []
