"""Opening hours: holidays, closures, and the strictest of all wins."""

from datetime import date, datetime, time, timedelta

import pytest

from app.clock import JST
from app.municipalities.hours import HOLIDAY, Period, Span, Timetable, WeeklyPattern, is_open, next_opening

DAY = (Span(time(6, 30), time(23, 0)),)
OFFICE = (Span(time(8, 30), time(17, 15)),)
EVERY_DAY = WeeklyPattern((DAY,) * 8)
WEEKDAYS = WeeklyPattern((OFFICE,) * 5 + ((),) * 3)  # 戸籍: closed on Saturday, Sunday and holidays
NEW_YEAR = Period(datetime(2026, 12, 29, tzinfo=JST), datetime(2027, 1, 4, tzinfo=JST))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20T06:29:59", False),
        ("2026-11-20T06:30:00", True),
        ("2026-11-20T22:59:59", True),
        ("2026-11-20T23:00:00", False),  # closing time itself is closed
        ("2026-12-28T22:59:59", True),
        ("2026-12-29T12:00:00", False),
        ("2027-01-03T22:59:59", False),
        ("2027-01-04T06:30:00", True),
    ],
)
def test_a_town_with_a_new_year_closure(moment: str, expected: bool) -> None:
    assert is_open(Timetable((EVERY_DAY,), (NEW_YEAR,)), at(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20T08:30", True),  # Friday
        ("2026-11-20T07:00", False),  # the town is open, the kind is not
        ("2026-11-21T12:00", False),  # Saturday
        ("2026-11-23T12:00", False),  # 勤労感謝の日, a Monday
        ("2026-11-24T12:00", True),
    ],
)
def test_a_kind_narrows_what_the_town_says(moment: str, expected: bool) -> None:
    is_holiday = {date(2026, 11, 23)}.__contains__
    assert is_open(Timetable((EVERY_DAY, WEEKDAYS), is_holiday=is_holiday), at(moment)) is expected


def test_a_wider_kind_does_not_widen_the_town() -> None:
    assert not is_open(Timetable((WEEKDAYS, EVERY_DAY)), at("2026-11-20T20:00"))


def test_no_pattern_is_closed() -> None:
    assert not is_open(Timetable(()), at("2026-11-20T12:00"))
    assert next_opening(Timetable(()), at("2026-11-20T12:00")) is None


def test_a_holiday_has_a_day_of_its_own() -> None:
    days = [DAY] * 7 + [OFFICE]
    timetable = Timetable((WeeklyPattern(tuple(days)),), is_holiday=lambda _day: True)
    assert len(days) == HOLIDAY + 1
    assert not is_open(timetable, at("2026-11-20T20:00"))
    assert is_open(timetable, at("2026-11-20T12:00"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20T12:00", "2026-11-20T12:00"),  # open: now
        ("2026-11-20T18:00", "2026-11-24T08:30"),  # over the week-end and the holiday
        ("2026-11-24T06:00", "2026-11-24T08:30"),
        ("2026-12-28T18:00", "2027-01-04T08:30"),  # a Monday after the new year
    ],
)
def test_the_next_opening(moment: str, expected: str) -> None:
    is_holiday = {date(2026, 11, 23), date(2027, 1, 1)}.__contains__
    timetable = Timetable((EVERY_DAY, WEEKDAYS), (NEW_YEAR,), is_holiday)
    assert next_opening(timetable, at(moment)) == at(expected)


def test_it_opens_when_a_closure_ends_during_the_day() -> None:
    pause = Period(at("2026-11-20T10:00"), at("2026-11-20T13:20"))
    assert next_opening(Timetable((EVERY_DAY,), (pause,)), at("2026-11-20T11:00")) == at("2026-11-20T13:20")


def test_two_closures_that_meet() -> None:
    first = Period(at("2026-11-20T10:00"), at("2026-11-20T13:00"))
    second = Period(at("2026-11-20T12:00"), at("2026-11-20T15:00"))
    assert next_opening(Timetable((EVERY_DAY,), (first, second)), at("2026-11-20T11:00")) == at("2026-11-20T15:00")


def test_a_closure_without_an_end() -> None:
    stopped = Timetable((EVERY_DAY,), (Period(at("2026-11-20T10:00")),))
    assert is_open(stopped, at("2026-11-20T09:59"))
    assert not is_open(stopped, at("2030-01-01T12:00"))
    assert next_opening(stopped, at("2026-11-20T10:00")) is None


def test_a_pause_at_noon_is_two_spans() -> None:
    spans = (Span(time(9), time(12)), Span(time(13), time(17)))
    timetable = Timetable((WeeklyPattern((spans,) * 8),))
    assert not is_open(timetable, at("2026-11-20T12:30"))
    assert next_opening(timetable, at("2026-11-20T12:30")) == at("2026-11-20T13:00")


def test_next_opening_is_open_and_nothing_before_it_is() -> None:
    timetable = Timetable((EVERY_DAY, WEEKDAYS), (NEW_YEAR,))
    for hours in range(0, 24 * 60, 7):
        begin = at("2026-11-15T00:00") + timedelta(hours=hours)
        found = next_opening(timetable, begin)
        assert found is not None
        assert is_open(timetable, found)
        quarter = timedelta(minutes=15)
        assert not any(is_open(timetable, begin + quarter * n) for n in range(int((found - begin) / quarter)))


def test_a_pattern_has_eight_days() -> None:
    with pytest.raises(ValueError, match="eight"):
        WeeklyPattern((DAY,) * 7)
