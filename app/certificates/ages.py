"""PURE. Age on a day, also of a birth date that the register does not hold in full."""

from __future__ import annotations

import re
from datetime import date

from app.residents.facts import RecordedDate
from app.residents.wareki import ERAS


def has_completed(age: int, birth: RecordedDate, today: date) -> bool:
    """Whether `birth` lies `age` years back: on the birthday or later. Of a date not known in full the year must do."""
    if birth.day is not None:
        attained = (birth.day.year + age, birth.day.month, birth.day.day)
        return attained <= (today.year, today.month, today.day)
    year = _year_in_words(birth.wording)
    return year is not None and year + age < today.year


def _year_in_words(wording: str) -> int | None:
    """The Western year of 「推定昭和10年」, or None for 「年月日不詳」 and eras before 明治."""
    names = "|".join(era.name for era in ERAS)
    match = re.search(rf"({names})(元|\d+)年", wording)
    if match is None:
        return None
    before = next(era.before_first_year for era in ERAS if era.name == match[1])
    return before + (1 if match[2] == "元" else int(match[2]))
