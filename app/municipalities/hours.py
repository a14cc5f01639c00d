"""PURE. When a certificate of a town may be asked for: weekly patterns, holidays and closures; the strictest wins.

A session that is open at closing time finishes what is paid and takes nothing new, so only the start of an order asks
whether it is open. A kill switch is a closure without an end: it is asked again before paper. 年末年始 (29 December to
3 January) is a closure like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

HOLIDAY = 7  # the eighth day of a pattern: 国民の祝日
SEARCH_DAYS = 400


@dataclass(frozen=True)
class Span:
    """From `opens` until just before `closes`, on one day."""

    opens: time
    closes: time

    def covers(self, at: time) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True)
class WeeklyPattern:
    """`days[0]` is Monday … `days[6]` Sunday, `days[7]` a national holiday. An empty day is closed."""

    days: tuple[tuple[Span, ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != HOLIDAY + 1:
            raise ValueError("a pattern has eight days")


@dataclass(frozen=True)
class Period:
    """Closed from `starts_at` until just before `ends_at`; None = until somebody lifts it."""

    starts_at: datetime
    ends_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def _no_holiday(_day: date) -> bool:
    return False


@dataclass(frozen=True)
class Timetable:
    """All that bears on one kind of certificate of one town at one site. No pattern at all = closed."""

    patterns: tuple[WeeklyPattern, ...]
    closures: tuple[Period, ...] = ()
    is_holiday: Callable[[date], bool] = field(default=_no_holiday, compare=False)


def is_open(timetable: Timetable, at: datetime) -> bool:
    """Whether an order may begin at `at` (aware, JST): every pattern covers it and no closure does."""
    if not timetable.patterns or any(closure.covers(at) for closure in timetable.closures):
        return False
    return all(_covers(spans, at) for spans in _spans_of_day(timetable, at.date()))


def is_stopped(timetable: Timetable, at: datetime) -> bool:
    """Whether somebody threw the switch: a closure without an end. It stops what waits, too; closing time does not."""
    return any(closure.ends_at is None and closure.covers(at) for closure in timetable.closures)


def next_opening(timetable: Timetable, at: datetime) -> datetime | None:
    """`at` itself when open; else the first moment at which it opens, within 400 days; else None."""
    if is_open(timetable, at):
        return at
    days = (at.date() + timedelta(days=ahead) for ahead in range(SEARCH_DAYS))
    candidates = (moment for day in days for moment in _changes(timetable, day, at))
    return next((moment for moment in candidates if moment > at and is_open(timetable, moment)), None)


def _covers(spans: tuple[Span, ...], at: datetime) -> bool:
    return any(span.covers(at.timetz().replace(tzinfo=None)) for span in spans)


def _spans_of_day(timetable: Timetable, day: date) -> Iterator[tuple[Span, ...]]:
    index = HOLIDAY if timetable.is_holiday(day) else day.weekday()
    return (pattern.days[index] for pattern in timetable.patterns)


def _changes(timetable: Timetable, day: date, at: datetime) -> list[datetime]:
    """The moments of `day` at which it could open: where a span begins or a closure ends."""
    begins = [datetime.combine(day, s.opens, at.tzinfo) for spans in _spans_of_day(timetable, day) for s in spans]
    ends = [c.ends_at for c in timetable.closures if c.ends_at and c.ends_at.astimezone(at.tzinfo).date() == day]
    return sorted(begins + ends)
