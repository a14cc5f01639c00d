"""The wording of the entries of an invented 戸籍: kind, and items as a register file has them.

Labels and their order follow 戸籍法施行規則 附録第24号 and 第25号.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.residents.family_items import write_items
from app.residents.wareki import format_recorded, parse_date, to_wareki

Entry = tuple[str, str]
ELECTRONIC = "平成6年法務省令第51号附則第2条第1項による改製"


def on(day: date | str) -> str:
    """A day of the calendar, or what a register has recorded, as 戸籍 words it."""
    return to_wareki(day) if isinstance(day, date) else format_recorded(parse_date(day))


def entry(kind: str, *items: tuple[str, str]) -> Entry:
    """Items without wording are left off."""
    return kind, write_items(item for item in items if item[1])


def compiled(day: date) -> Entry:
    return entry("戸籍編製", ("編製日", on(day)))


def revised(day: date) -> Entry:
    """When the town's paper registers became files."""
    return entry("戸籍改製", ("改製日", on(day)), ("改製事由", ELECTRONIC))


def transferred(day: date, former_domicile: str, accepted_by: str) -> Entry:
    sent = on(day + timedelta(days=4))
    return entry(
        "転籍", ("転籍日", on(day)), ("従前本籍", former_domicile), ("送付を受けた日", sent), ("受理者", accepted_by)
    )


def closed(day: date) -> Entry:
    return entry("戸籍消除", ("消除日", on(day)))


def birth(day: date | str, place: str, reported_by: str, accepted_by: str = "") -> Entry:
    """A birth is reported within fourteen days (戸籍法 49条)."""
    known = day if isinstance(day, date) else parse_date(day).day
    told = [("届出日", on(known + timedelta(days=9))), ("届出人", reported_by)] if known else []
    sent = (
        [("送付を受けた日", on(known + timedelta(days=13))), ("受理者", accepted_by)] if known and accepted_by else []
    )
    return entry("出生", ("出生日", on(day)), ("出生地", place), *told, *sent)


def marriage(day: date, spouse: str, former: str) -> Entry:
    """In the register into which somebody marries; `former`: 本籍 and 筆頭者 of the one that was left."""
    return entry("婚姻", ("婚姻日", on(day)), ("配偶者氏名", spouse), ("従前戸籍", former))


def left_by_marriage(day: date, spouse: str, domicile: str, surname: str, accepted_by: str) -> Entry:
    """In the register that somebody left."""
    return entry(
        *("婚姻", ("婚姻日", on(day)), ("配偶者氏名", spouse)),
        *(("送付を受けた日", on(day + timedelta(days=3))), ("受理者", accepted_by)),
        *(("新本籍", domicile), ("称する氏", surname)),
    )


def divorce(day: date, spouse: str, former: str = "") -> Entry:
    return entry("離婚", ("離婚日", on(day)), ("配偶者氏名", spouse), ("従前戸籍", former))


def branching(day: date, former: str) -> Entry:
    """An adult who leaves the parents' register for one of their own (戸籍法 21条)."""
    return entry("分籍", ("分籍日", on(day)), ("従前戸籍", former))


def entrance(day: date, former: str) -> Entry:
    """A child who follows the mother after a divorce (民法 791条)."""
    return entry("入籍", ("届出日", on(day)), ("入籍事由", "母の氏を称する入籍"), ("従前戸籍", former))


def death(day: date | str, place: str, reported_by: str) -> Entry:
    """A death is reported within seven days (戸籍法 86条); of a day that is presumed nobody knows the hour."""
    known = day if isinstance(day, date) else parse_date(day).day
    told = [("届出日", on(known + timedelta(days=2))), ("届出人", reported_by)] if known else []
    hour = "" if known is None else "午前4時20分" if known.day % 2 else "午後9時5分"
    return entry("死亡", ("死亡日", on(day)), ("死亡時分", hour), ("死亡地", place), *told)


def spouse_death(day: date | str) -> Entry:
    return entry("配偶者の死亡", ("配偶者の死亡日", on(day)))
