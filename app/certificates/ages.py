"""PURE. Age on a day, also of a birth date that the register does not hold in full."""

from __future__ import annotations

from datetime import date

from app.residents.facts import RecordedDate
from app.residents.wareki import year_of


def is_younger_than(age: int, birth: RecordedDate, today: date) -> bool:
    """Whether `age` years are not yet completed on `today`; they are from the birthday on.

    Of a date not known in full the year must do: whoever may still be too young in that year is. 「年月日不詳」 is
    found with the very old and shows of nobody that it is a child: the sign-in lets such a card in, and so does this.
    """
    if birth.day is not None:
        return (birth.day.year + age, birth.day.month, birth.day.day) > (today.year, today.month, today.day)
    year = year_of(birth)
    return year is not None and year + age >= today.year
