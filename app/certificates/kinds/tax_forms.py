"""PURE. What the four tax certificates share: fiscal years, figures, and the payer at the head of the form.

A figure that the register does not have is not nothing to pay: 「＊＊＊」 is the one, 「0」 the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from app.certificates import composing
from app.certificates.documents import NOTHING
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case
from app.certificates.layouts import Cell, FieldText, fields_of, one_line
from app.residents.wareki import to_wareki

FISCAL_YEAR_BEGINS = "04-01"  # 地方自治法208条; a year's registers of property and payments open with it
YEN = one_line(10, 9, 8, 7, 6)
WORD = one_line(9, 8, 7, 6, then=((6, 2), (5, 2)))
LABEL = one_line(8.5, 7.5, 6.5, 5.5)
NOTE = one_line(8, 7, then=((7, 2), (6, 2), (5.5, 3)))
LINE = one_line(10.5, 9.5, 8.5, then=((8, 2), (7, 2), (6, 3)))
NAME_LINE = one_line(14, 12, 10.5, 9, then=((8.5, 2), (7, 2), (6, 3)))
_PAYER = {"address": Cell(156, LINE), "name": Cell(82, NAME_LINE), "birth_date": Cell(46, LINE)}


@dataclass(frozen=True)
class Payer:
    """納税義務者, as the resident register has them today."""

    address: str
    name: str
    birth_date: str


def payer_of(case: Case) -> Payer:
    """:raises MissingFactsError: when the requester does not live here, which the common rules refuse."""
    person = case.requester
    if person is None:
        raise MissingFactsError(case.kind.code)
    return Payer(composing.address_of(person), composing.name_of(person), composing.birth_date_of(person))


def payer_fields(payer: Payer) -> Iterator[FieldText]:
    return fields_of(payer, _PAYER, "payer.")


def numbered_fields(parts: tuple[object, ...], cells: dict[str, Cell], prefix: str) -> Iterator[FieldText]:
    """The fields of equal parts: 「land0.number」, 「land1.number」 …"""
    return chain.from_iterable(fields_of(part, cells, f"{prefix}{index}.") for index, part in enumerate(parts))


def japanese_year(year: int) -> str:
    """「令和8」, 「令和元」: the era of its last day, as 令和元年度 and 令和元年分 are written."""
    return to_wareki(date(year, 12, 31)).partition("年")[0]


def fiscal_year(year: int) -> str:
    """「令和8年度」."""
    return f"{japanese_year(year)}年度"


def fiscal_year_of(key: str) -> str:
    """「令和8年度」 of 「2026」, as it is picked; empty for what is no year."""
    return fiscal_year(int(key)) if key.isdecimal() else ""


def newest_year(today: date, opens: str = FISCAL_YEAR_BEGINS) -> int:
    """The newest fiscal year that is certified: its own from the day `opens` (MM-DD), before it the one before."""
    return today.year if today.strftime("%m-%d") >= opens else today.year - 1


def yen(amount: int | None) -> str:
    """「1,234,000」; the unit stands on the form."""
    return NOTHING if amount is None else f"{amount:,}"
