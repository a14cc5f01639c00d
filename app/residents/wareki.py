"""PURE. Japanese era dates, and the dates that a register holds although the calendar does not.

標準仕様書 1.1.8 lists what must be kept as recorded: fourteen 不詳 forms, days that do not exist (29 February of a
common year), 明治45年7月30日 and 大正15年12月25日, which are also the first days of the next era. Japan left the
lunisolar calendar on 1873-01-01: a date before it is never converted, its wording is printed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.errors import InvalidInputError
from app.residents.facts import RecordedDate

Parts = tuple[int, int, int]  # Western year, month, day; need not exist


class UnreadableDateError(InvalidInputError):
    """Neither a date nor one of the recorded forms. Does not repeat what was written: it is somebody's."""


@dataclass(frozen=True)
class Era:
    """An era with the first and the last day that may be written in it."""

    name: str
    letter: str
    first: Parts
    last: Parts

    @property
    def before_first_year(self) -> int:
        return self.first[0] - 1


ERAS = (
    Era("令和", "R", (2019, 5, 1), (9999, 12, 31)),
    Era("平成", "H", (1989, 1, 8), (2019, 4, 30)),
    Era("昭和", "S", (1926, 12, 25), (1989, 1, 7)),
    Era("大正", "T", (1912, 7, 30), (1926, 12, 25)),
    Era("明治", "M", (1868, 1, 25), (1912, 7, 30)),
)
OLD_ERAS = ("慶応", "元治", "文久", "万延", "安政", "嘉永", "弘化", "天保")
FIRST_SOLAR_DAY = date(1873, 1, 1)

_ERA_BY_NAME = {word: era for era in ERAS for word in (era.name, era.letter)}
_ERA_WORD = "|".join([*_ERA_BY_NAME, *OLD_ERAS])
_YEAR = rf"(?:(?P<era>{_ERA_WORD})(?P<era_year>元|\d{{1,2}})|(?:西暦)?(?P<western>\d{{4}}))"
_FULL = re.compile(rf"{_YEAR}[年./-](?P<month>\d{{1,2}})[月./-](?P<day>\d{{1,2}})日?")
_COMPACT = re.compile(r"(?P<western>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<era>)(?P<era_year>)")
_Y, _M, _D = rf"{_YEAR}年", r"(?P<month>\d{1,2})月", r"(?P<day>\d{1,2})日"
_M2, _D2 = r"(?P<month2>\d{1,2})月", r"(?P<day2>\d{1,2})日"
_INCOMPLETE = tuple(
    re.compile(form)
    for form in (
        rf"{_Y}頃",
        rf"{_Y}{_M}頃",
        rf"{_Y}{_M}{_D}頃",
        rf"推定{_Y}{_M}{_D}",
        rf"推定{_Y}{_M}",
        rf"{_Y}[春夏秋冬]",
        rf"{_Y}{_M}[上中下]旬",
        rf"{_Y}{_M}[上中下]旬頃",
        r"年月日不詳",
        rf"{_Y}月日不詳",
        rf"{_Y}{_M}日不詳",
        rf"{_Y}{_M}{_D}から{_M2}{_D2}頃までの間",
        rf"{_Y}{_M}推定{_D}から{_D2}までの間",
        rf"{_Y}{_M}{_D}頃から{_D2}頃までの間",
    )
)


def to_wareki(day: date) -> str:
    """「令和8年11月21日」, 「令和元年5月1日」.

    :raises ValueError: before 1873, where only the recorded wording may be printed.
    """
    if day < FIRST_SOLAR_DAY:
        raise ValueError("before the solar calendar: print the recorded wording")
    parts = (day.year, day.month, day.day)
    era = next(era for era in ERAS if parts >= era.first)
    year = day.year - era.before_first_year
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def to_western(day: date) -> str:
    """「1990年5月3日」: for foreign residents (標準仕様書 1.1.9: Western only, no double notation)."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_recorded(recorded: RecordedDate, western: bool = False) -> str:
    """What to print: the recorded wording when there is one, else the day; empty when nothing is recorded."""
    if recorded.wording:
        return recorded.wording
    if recorded.day is None:
        return ""
    return to_western(recorded.day) if western else to_wareki(recorded.day)


@lru_cache(maxsize=65536)
def parse_date(text: str) -> RecordedDate:
    """Read a date in the Japanese or Western calendar, or a recorded form; blank is nothing recorded.

    The wording is kept, character for character, where printing the day would not give it back.
    :raises UnreadableDateError: for anything else, and for a day outside its era (平成31年5月1日).
    """
    squeezed = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not squeezed:
        return RecordedDate()
    full = _FULL.fullmatch(squeezed) or _COMPACT.fullmatch(squeezed)
    if full:
        return _recorded_day(full, text.strip())
    for form in _INCOMPLETE:
        if match := form.fullmatch(squeezed):
            _check_incomplete(match)
            return RecordedDate(wording=text.strip())
    raise UnreadableDateError("not a date")


def year_of(recorded: RecordedDate) -> int | None:
    """The Western year, also of a wording: 「推定S10年3月」, 「1955年月日不詳」. None where none is recorded.

    That of an era before 明治 is only surely too early.
    """
    if recorded.day is not None:
        return recorded.day.year
    match = re.search(rf"{_YEAR}年", re.sub(r"\s", "", unicodedata.normalize("NFKC", recorded.wording)))
    return None if match is None else _western_year(match)


def western_year(text: str) -> int:
    """The Western number of a year such as 「令和8」, 「H31」 or 「令和元」. :raises UnreadableDateError:"""
    match = re.fullmatch(_YEAR, text)
    if not match or match["era_year"] in {"0", "00"} or match["era"] in OLD_ERAS:
        raise UnreadableDateError("not a year")
    year, era = _western_year(match), _ERA_BY_NAME.get(match["era"] or "")
    if era and not era.first[0] <= year <= era.last[0]:
        raise UnreadableDateError("the year is not in that era")
    return year


def to_column(recorded: RecordedDate) -> str:
    """How a register column keeps it: the wording when there is one, else the ISO day."""
    return recorded.wording or (recorded.day.isoformat() if recorded.day else "")


def from_column(kept: str) -> RecordedDate:
    """The inverse of `to_column`."""
    return parse_date(kept)


def _recorded_day(match: re.Match[str], written: str) -> RecordedDate:
    """The day, or only its wording when the calendar has no such day or had none yet."""
    parts = (_western_year(match), int(match["month"]), int(match["day"]))
    _check_ranges(match)
    era = _ERA_BY_NAME.get(match["era"] or "")
    if era and not era.first <= parts <= era.last and parts >= (1873, 1, 1):
        raise UnreadableDateError("the day is not in that era")
    day = _calendar_day(parts)
    if day is None:
        return RecordedDate(wording=_in_words(match, written))
    if era and not to_wareki(day).startswith(era.name):
        return RecordedDate(day=day, wording=_in_words(match, written))  # the last day of 明治 or 大正
    return RecordedDate(day=day)


def _calendar_day(parts: Parts) -> date | None:
    """A day of the solar calendar in Japan, or None."""
    try:
        day = date(*parts)
    except ValueError:
        return None
    return day if day >= FIRST_SOLAR_DAY else None


def _in_words(match: re.Match[str], written: str) -> str:
    """Kept as written when it was written in words; 「S30.2.29」 and 「1955-02-29」 are spelled out."""
    if "年" in written:
        return written
    era = _ERA_BY_NAME.get(match["era"] or "")
    year = f"{era.name}{match['era_year']}" if era else match["western"]
    return f"{year}年{int(match['month'])}月{int(match['day'])}日"


def _western_year(match: re.Match[str]) -> int:
    if match["western"]:
        return int(match["western"])
    year = 1 if match["era_year"] == "元" else int(match["era_year"])
    era = _ERA_BY_NAME.get(match["era"])
    if era is None:  # before 明治: 天保 began in 1831, so every such year sorts before the solar calendar
        return 1800 + year
    return era.before_first_year + year


def _check_incomplete(match: re.Match[str]) -> None:
    """A year that the era had (昭和65年頃 never was), months and days that can be."""
    groups = match.groupdict()
    if not groups:
        return
    _check_ranges(match)
    era = _ERA_BY_NAME.get(groups["era"] or "")
    if era and not era.first[0] <= _western_year(match) <= era.last[0]:
        raise UnreadableDateError("the year is not in that era")


def _check_ranges(match: re.Match[str]) -> None:
    groups = match.groupdict()
    if groups.get("era_year") in {"0", "00"}:
        raise UnreadableDateError("there is no year 0")
    months = [groups[name] for name in ("month", "month2") if groups.get(name)]
    days = [groups[name] for name in ("day", "day2") if groups.get(name)]
    if not all(1 <= int(m) <= 12 for m in months) or not all(1 <= int(d) <= 31 for d in days):
        raise UnreadableDateError("no such month or day")
