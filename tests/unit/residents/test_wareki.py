from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.residents.facts import RecordedDate
from app.residents.wareki import (
    UnreadableDateError,
    format_recorded,
    from_column,
    parse_date,
    to_column,
    to_wareki,
    to_western,
    year_of,
)

ERA_STARTS = [
    (date(2019, 4, 30), "平成31年4月30日"),
    (date(2019, 5, 1), "令和元年5月1日"),
    (date(1989, 1, 7), "昭和64年1月7日"),
    (date(1989, 1, 8), "平成元年1月8日"),
    (date(1926, 12, 24), "大正15年12月24日"),
    (date(1926, 12, 25), "昭和元年12月25日"),
    (date(1912, 7, 29), "明治45年7月29日"),
    (date(1912, 7, 30), "大正元年7月30日"),
    (date(1873, 1, 1), "明治6年1月1日"),
]

INCOMPLETE = [
    "令和3年頃",
    "昭和25年8月頃",
    "昭和25年8月15日頃",
    "推定昭和25年8月15日",
    "推定昭和25年8月",
    "昭和25年春",
    "昭和25年8月上旬",
    "昭和25年8月中旬頃",
    "年月日不詳",
    "昭和25年 月日不詳",
    "昭和25年8月 日不詳",
    "昭和25年8月1日から9月3日頃までの間",
    "昭和25年8月推定1日から5日までの間",
    "昭和25年8月1日頃から5日頃までの間",
]


@pytest.mark.parametrize(("day", "words"), ERA_STARTS)
def test_an_era_begins_and_ends_on_its_day(day, words):
    assert to_wareki(day) == words
    assert parse_date(words) == RecordedDate(day)


@given(st.dates(date(1873, 1, 1), date(2099, 12, 31)))
def test_every_day_since_1873_reads_back_from_words_and_from_iso(day):
    for written in (to_wareki(day), to_western(day), day.isoformat(), day.strftime("%Y%m%d"), f"{day:%Y/%m/%d}"):
        assert parse_date(written) == RecordedDate(day)
    assert from_column(to_column(RecordedDate(day))) == RecordedDate(day)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Ｒ８．１１．２１", date(2026, 11, 21)),
        ("S64.1.7", date(1989, 1, 7)),
        ("H元.1.8", date(1989, 1, 8)),
        ("令和８年１１月２１日", date(2026, 11, 21)),
        (" 令和 8年 11月 21日 ", date(2026, 11, 21)),
        ("西暦2026年11月21日", date(2026, 11, 21)),
        ("T1/7/30", date(1912, 7, 30)),
    ],
)
def test_the_ways_that_registers_write_a_day(written, day):
    assert parse_date(written).day == day


@pytest.mark.parametrize("words", ["明治45年7月30日", "大正15年12月25日"])
def test_the_last_day_of_meiji_and_taisho_keeps_its_wording(words):
    recorded = parse_date(words)
    assert recorded.day is not None
    assert format_recorded(recorded) == words
    assert from_column(to_column(recorded)) == recorded


@pytest.mark.parametrize("words", INCOMPLETE)
def test_the_fourteen_unknown_forms_are_kept_as_written(words):
    recorded = parse_date(words)
    assert recorded == RecordedDate(None, words)
    assert format_recorded(recorded) == format_recorded(recorded, western=True) == words
    assert from_column(to_column(recorded)) == recorded


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("昭和30年2月29日", "昭和30年2月29日"),
        ("S30.2.29", "昭和30年2月29日"),
        ("1955-02-29", "1955年2月29日"),
        ("昭和30年4月31日", "昭和30年4月31日"),
    ],
)
def test_a_recorded_day_that_does_not_exist_is_kept_as_wording(written, printed):
    assert parse_date(written) == RecordedDate(None, printed)
    assert from_column(to_column(parse_date(written))) == parse_date(written)


@pytest.mark.parametrize("written", ["明治5年12月2日", "慶応3年10月14日", "1850-01-01"])
def test_a_date_before_the_solar_calendar_is_never_converted(written):
    recorded = parse_date(written)
    assert recorded.day is None
    assert recorded.wording


@pytest.mark.parametrize(
    "written",
    [
        "平成31年5月1日",
        "昭和64年1月8日",
        "令和元年4月30日",
        "明治45年7月31日",
        "令和0年1月1日",
        "令和8年13月1日",
        "令和8年0月1日",
        "令和8年1月32日",
        "昭和65年頃",
        "昭和25年13月頃",
        "昭和25年8月0日頃",
        "2026-13-01",
        "20261301",
        "きのう",
        "8年11月21日",
        "R8",
        "12345678901",
        "年月日不詳です",
    ],
)
def test_what_is_no_date_is_refused_without_repeating_it(written):
    with pytest.raises(UnreadableDateError) as refused:
        parse_date(written)
    assert written not in str(refused.value)


def test_nothing_recorded_is_nothing():
    assert not parse_date("  　")
    assert format_recorded(RecordedDate()) == ""
    assert to_column(RecordedDate()) == ""


def test_a_foreign_resident_reads_the_western_calendar():
    assert format_recorded(RecordedDate(date(1990, 5, 3)), western=True) == "1990年5月3日"


def test_a_day_before_1873_has_no_wareki():
    with pytest.raises(ValueError, match="solar"):
        to_wareki(date(1872, 12, 31))


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("令和元年頃", 2019),
        ("推定昭和10年3月", 1935),
        ("Ｓ２５年８月頃", 1950),
        ("1955年 月日不詳", 1955),
        ("西暦1955年春", 1955),
        ("昭和30年2月29日", 1955),
        ("慶応3年3月3日", 1803),  # before every day of the solar calendar
        ("平成元年1月8日", 1989),
        ("年月日不詳", None),
        ("", None),
    ],
)
def test_the_year_of_a_wording(written, year):
    assert year_of(parse_date(written)) == year


@pytest.mark.parametrize("written", [form for form in INCOMPLETE if form != "年月日不詳"])
def test_every_incomplete_form_but_one_has_a_year(written):
    assert year_of(parse_date(written)) in {1950, 2021}
