"""戸籍全部事項証明書 and 戸籍個人事項証明書: who, what, in which order, on which line of which sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates import typeface
from app.certificates.documents import NOTHING
from app.certificates.eligibility import decide
from app.certificates.errors import MissingFactsError
from app.certificates.fitting import fit_document
from app.certificates.kinds.family_entries import LINE_EM, LINES_A_SHEET, item_lines, spread, width_of
from app.certificates.requests import COUNTER, MessageClass
from app.certificates.storing import from_json, to_json
from app.residents.facts import RecordedDate
from tests.unit.certificates.families import (
    ADDRESSES,
    ADOPTED,
    DAUGHTER,
    FULL,
    HUSBAND,
    INDIVIDUAL,
    REGISTER,
    SON,
    WIFE,
    asked,
    long_register,
    made,
    protected,
    register_with,
)

BLANK = "　"


def lines_of(case):
    return [line for page in made(case).pages for line in page.lines]


def texts_of(case):
    return [line.text.strip() for line in lines_of(case) if line.text]


def labels_of(case):
    return [line.label.strip() for line in lines_of(case) if line.label]


def refused(case):
    refusal = decide(case)
    return refusal and (refusal.rule, refusal.message_class)


# --- Who -------------------------------------------------------------------------------------------------------------


def test_all_of_it_shows_everybody_also_those_who_left():
    case = asked(FULL)
    assert decide(case) is None
    assert case.shown == (HUSBAND, WIFE, SON, DAUGHTER, ADOPTED)
    assert [text for text in texts_of(case) if text.startswith("【名】")] == [
        f"【名】{member.given_name}" for member in REGISTER.members
    ]


def test_of_one_person_nothing_of_the_others_is_said():
    case = asked(INDIVIDUAL)
    assert case.shown == (HUSBAND,)
    assert [text for text in texts_of(case) if text.startswith("【名】")] == ["【名】鶴之助"]
    assert "戸籍改製" in labels_of(case)


def test_some_stand_in_the_order_of_the_register():
    case = asked(INDIVIDUAL, ADOPTED, HUSBAND)
    assert decide(case) is None
    assert case.shown == (HUSBAND, ADOPTED)
    assert [text for text in texts_of(case) if text.startswith("【名】")] == ["【名】鶴之助", "【名】真\U000e0102春"]


def test_whom_a_machine_offers():
    assert [choice.key for choice in asked(INDIVIDUAL).kind.persons(asked(INDIVIDUAL))] == [HUSBAND, WIFE, ADOPTED]
    assert asked(FULL).kind.persons is None


def test_whoever_is_blocked_is_offered_like_anybody_else():
    blocked = asked(INDIVIDUAL, record=replace(REGISTER, blocks=(protected(WIFE),)))
    assert blocked.kind.persons(blocked) == asked(INDIVIDUAL).kind.persons(asked(INDIVIDUAL))


@pytest.mark.parametrize("stranger", [SON, "99"], ids=["left", "never was in it"])
def test_nobody_else_can_be_asked_for(stranger):
    assert refused(asked(INDIVIDUAL, stranger)) == ("R01", MessageClass.NEUTRAL)
    assert refused(asked(INDIVIDUAL, HUSBAND, stranger)) == ("R01", MessageClass.NEUTRAL)


def test_all_of_it_is_not_asked_for_by_persons():
    assert refused(asked(FULL, HUSBAND)) == ("R01", MessageClass.NEUTRAL)


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_a_requester_without_a_register_here(kind):
    assert refused(asked(kind, record=None)) == ("B20", MessageClass.INFORMATION)


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_a_requester_who_left_the_register(kind):
    assert refused(asked(kind, record=register_with(0, is_removed=True))) == ("B20", MessageClass.INFORMATION)


def test_one_who_left_and_came_back_is_certified_as_standing_now():
    back = replace(REGISTER.members[2], member_no=6, is_removed=False, given_name="隆之助")
    case = asked(INDIVIDUAL, SON, record=replace(REGISTER, members=(*REGISTER.members, back)))
    assert decide(case) is None
    assert [text for text in texts_of(case) if text.startswith("【名】")] == ["【名】隆之助"]
    whole = asked(FULL, record=case.record)
    assert whole.shown.count(SON) == 1
    assert len([text for text in texts_of(whole) if text.startswith("【名】")]) == 6


# --- What stops it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protected_person", [WIFE, SON, DAUGHTER, ADOPTED])
def test_a_block_on_anybody_recorded_stops_all_of_it(protected_person):
    """Also on a spouse who lives in another town, and on one who left."""
    record = replace(REGISTER, blocks=(protected(protected_person),))
    assert refused(asked(FULL, record=record)) == ("B01", MessageClass.NEUTRAL)


def test_a_block_on_another_stops_one_persons_sheet_only_when_that_one_is_shown():
    record = replace(REGISTER, blocks=(protected(ADOPTED),))
    assert decide(asked(INDIVIDUAL, record=record)) is None
    assert refused(asked(INDIVIDUAL, ADOPTED, record=record)) == ("B01", MessageClass.NEUTRAL)
    assert refused(asked(INDIVIDUAL, HUSBAND, ADOPTED, record=record)) == ("B01", MessageClass.NEUTRAL)


def test_a_blocked_requester_gets_nobodys_sheet():
    record = replace(REGISTER, blocks=(protected(HUSBAND),))
    assert refused(asked(INDIVIDUAL, WIFE, record=record)) == ("B01", MessageClass.NEUTRAL)


def test_a_block_for_another_kind_does_not_count():
    assert decide(asked(FULL, record=replace(REGISTER, blocks=(protected(WIFE, ADDRESSES),)))) is None


def test_at_a_counter_a_temporary_lift_counts():
    lifted = replace(protected(WIFE), has_temporary_lift=True)
    case = asked(FULL, record=replace(REGISTER, blocks=(lifted,)))
    assert refused(case) == ("B01", MessageClass.NEUTRAL)
    fees = {(FULL, COUNTER): case.fee}
    at_counter = replace(
        case, request=replace(case.request, channel=COUNTER), ordinance=replace(case.ordinance, fees=fees)
    )
    assert decide(at_counter) is None


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_a_register_that_is_being_written(kind):
    assert refused(asked(kind, record=replace(REGISTER, is_updating=True))) == ("B06", MessageClass.NEUTRAL)


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_a_register_without_entries(kind):
    assert refused(asked(kind, record=replace(REGISTER, events=()))) == ("B06", MessageClass.NEUTRAL)
    assert refused(asked(kind, record=register_with(0, events=()))) == ("B06", MessageClass.NEUTRAL)


def test_entries_missing_of_somebody_who_is_not_shown():
    case = asked(INDIVIDUAL, record=register_with(1, events=()))
    assert decide(case) is None
    assert refused(asked(FULL, record=case.record)) == ("B06", MessageClass.NEUTRAL)


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_no_document_without_a_register(kind):
    with pytest.raises(MissingFactsError):
        made(asked(kind, record=None))


def test_no_document_of_nobody():
    with pytest.raises(MissingFactsError):
        made(asked(INDIVIDUAL, SON))


# --- What it says ----------------------------------------------------------------------------------------------------


def test_the_order_of_the_form():
    assert labels_of(asked(FULL))[:9] == [
        *("戸籍事項", "戸籍改製", "転　　籍", "戸籍に記録されている者", "身分事項", "出　　生", "婚　　姻"),
        *("戸籍に記録されている者", "身分事項"),
    ]
    assert lines_of(asked(FULL))[-1].text.strip() == "以下余白"


def test_what_is_said_of_a_person():
    texts = texts_of(asked(INDIVIDUAL, ADOPTED))
    start = texts.index("【名】真\U000e0102春")
    assert texts[start : start + 9] == [
        "【名】真\U000e0102春",
        "【名の振り仮名】マハル",
        "【生年月日】平成元年春",
        f"【父】{NOTHING}",
        "【母】見本美咲",
        "【続柄】女",
        "【養父】葛\U000e0103城鶴之助",
        "【養母】千歳",
        "【続柄】養女",
    ]


def test_spouses_are_told_apart_on_the_line_of_the_birth_date():
    assert f"【生年月日】昭和23年3月9日{BLANK * 2}【配偶者区分】夫" in texts_of(asked(INDIVIDUAL))


def test_a_long_birth_date_leaves_the_spouse_a_line():
    long = RecordedDate(wording="昭和23年1月3日から昭和23年12月4日頃までの間のいずれかの日")
    texts = texts_of(asked(INDIVIDUAL, record=register_with(0, birth_date=long)))
    assert texts[texts.index(f"【生年月日】{long.wording}") + 1] == "【配偶者区分】夫"


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        (RecordedDate(date(2019, 5, 1)), "令和元年5月1日"),
        (RecordedDate(date(1989, 1, 7)), "昭和64年1月7日"),
        (RecordedDate(wording="年月日不詳"), "年月日不詳"),
        (RecordedDate(date(1912, 7, 30), "明治45年7月30日"), "明治45年7月30日"),
        (RecordedDate(wording="昭和30年2月29日"), "昭和30年2月29日"),
        (RecordedDate(), NOTHING),
    ],
)
def test_birth_dates_as_recorded(recorded, printed):
    case = asked(INDIVIDUAL, record=register_with(0, birth_date=recorded, spouse_class=""))
    assert f"【生年月日】{printed}" in texts_of(case)


def test_a_name_whose_reading_is_not_recorded_has_no_line_for_it():
    case = asked(INDIVIDUAL, record=register_with(0, given_name_kana=""))
    assert not [text for text in texts_of(case) if "振り仮名" in text]


def test_the_surname_is_read_as_recorded():
    document = made(asked(INDIVIDUAL))
    assert document.surname_kana == "カツラギ"
    assert all("カツラギ" in document.content_of(n) for n in range(1, document.sheets + 1))


def test_a_surname_whose_reading_is_not_recorded_has_no_row():
    document = made(asked(FULL, record=replace(REGISTER, surname_kana="")))
    assert document.surname_kana == ""
    assert document.lines_a_sheet == LINES_A_SHEET == made(asked(FULL)).lines_a_sheet + 1


@pytest.mark.parametrize("kana", ["", "カツラギ"])
def test_the_row_of_the_reading_takes_the_place_of_a_line(kana):
    document = made(asked(FULL, record=replace(long_register(20), surname_kana=kana)))
    assert max(len(page.lines) for page in document.pages) == document.lines_a_sheet == LINES_A_SHEET - bool(kana)


def test_what_stood_there_before_is_set_in():
    lines = [line.text for line in lines_of(asked(INDIVIDUAL))]
    position = lines.index("【従前の記録】")
    assert lines[position + 1] == f"{BLANK}【本籍】青嶺県見本市霧ヶ丘二丁目8番地"


def test_the_box_is_beside_those_who_left_and_nobody_else():
    lines = lines_of(asked(FULL))
    boxed = [position for position, line in enumerate(lines) if line.is_boxed]
    names = [lines[position - 2].text for position in boxed]
    assert names == ["【名】隆之", "【名】美代"]
    assert {lines[position].label for position in boxed} == {"除　　籍"}
    assert not any(lines[position + 1].label for position in boxed)


def test_every_entry_is_there_in_full():
    said = "".join(texts_of(asked(FULL))).replace(BLANK, "")
    for person in (REGISTER, *REGISTER.members):
        for event in person.events:
            for label, wording in event.items:
                assert f"【{label}】{wording}".replace(BLANK, "") in said


# --- Lines -----------------------------------------------------------------------------------------------------------


def test_long_wording_goes_on_below_its_beginning():
    first, second, third = item_lines("特記事項", "あ" * 70)
    assert first == "【特記事項】" + "あ" * 30
    assert (second, third) == (BLANK * 6 + "あ" * 30, BLANK * 6 + "あ" * 10)


def test_below_a_long_label_there_is_room():
    first, second = item_lines("平成15年法律第111号3条による裁判発効日", "あ" * 20)
    assert second.startswith(f"{BLANK}あ")
    assert width_of(first) <= LINE_EM


def test_a_line_never_begins_with_a_selector_or_a_closing_mark():
    name = "葛\U000e0103" * 40
    assert all(not line.lstrip(BLANK).startswith("\U000e0103") for line in item_lines("名", name))
    assert all(
        not line.lstrip(BLANK).startswith(("。", "、")) for line in item_lines("特記事項", "あ" * 29 + "。、い" * 20)
    )


@given(st.text(alphabet="あ葛\U000e0103𠮷9aｱ　。", max_size=200), st.integers(0, 1))
def test_lines_hold_everything_and_fit(wording, depth):
    lines = item_lines("特記事項", wording.strip(BLANK), depth)
    assert all(width_of(line) <= LINE_EM for line in lines)
    assert "".join(lines).replace(BLANK, "") == f"【特記事項】{wording}".replace(BLANK, "")


@pytest.mark.parametrize(
    "text",
    ["葛\U000e0103城　鶴之助", "𠮷田𣘺子", "令和8年11月21日", "ｱｲｳ", "ＡＢＣ", "MIHON", "𛀁つ", "①②", "−", "e\u0301"],
)
def test_counting_is_never_less_than_the_typeface(text):
    assert typeface.measure(text) <= width_of(text) + 0.01


def test_labels_of_two_characters_are_spread():
    assert spread("出生") == "出　　生"
    assert spread("戸籍改製") == "戸籍改製"


# --- Sheets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [0, 8, 20, 36])
def test_no_sheet_holds_more_lines_than_the_form(entries):
    document = made(asked(FULL, record=long_register(entries)))
    assert all(0 < len(page.lines) <= LINES_A_SHEET for page in document.pages)
    assert [page.mark for page in document.pages] == [
        f"（{document.sheets}の{n}）" for n in range(1, document.sheets + 1)
    ]


def test_a_register_of_six_sheets():
    document = made(asked(FULL, record=long_register(16)))
    assert document.sheets == 6
    fit_document(document)


def test_an_entry_that_goes_on_is_named_again():
    document = made(asked(FULL, record=long_register(16)))
    for before, page in zip(document.pages, document.pages[1:], strict=False):
        assert page.lines[0].label
        if not page.lines[0].is_ruled and "更" in page.lines[0].label:
            assert page.lines[0].text
        assert before.lines[-1].label.strip() not in {"戸籍事項", "身分事項"}


@pytest.mark.parametrize("entries", range(1, 40))
def test_a_person_and_the_last_words_are_not_torn_apart(entries):
    for page in made(asked(FULL, record=long_register(entries))).pages:
        labels = [line.label for line in page.lines]
        assert page.lines[0].text.strip() != "以下余白"
        if "除　　籍" in labels:
            assert labels[: labels.index("除　　籍")].count("戸籍に記録されている者")


def test_a_very_long_name_takes_lines_of_its_own():
    document = made(asked(INDIVIDUAL, record=register_with(0, given_name="寿" * 60, father="福" * 200)))
    fit_document(document)
    said = "".join(line.text for page in document.pages for line in page.lines).replace(BLANK, "")
    assert "寿" * 60 in said
    assert "福" * 200 in said


# --- Keeping ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FULL, INDIVIDUAL])
def test_a_kept_document_is_the_same_document(kind):
    document = made(asked(kind, record=long_register(9)))
    assert from_json(to_json(document)) == document
