"""PURE. One cell of a register file: from text to value, and back to the text that an export writes.

A reason never repeats the value: it may be a name, an address or a number of a person.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from app.clock import JST
from app.errors import InvalidInputError
from app.municipalities import kinds
from app.residents import characters, wareki
from app.residents.checkdigits import MAX_REGISTER_NUMBER, is_digits, is_individual_number
from app.residents.family_items import UnreadableItemsError, read_items, write_items
from app.residents.vocabularies import is_relationship

Word = TypeVar("Word", bound=StrEnum)
Reader = Callable[[str], Any]
MAX_TEXT = 300  # characters: the longest item of the standard has 200
RESIDENT_CODE_DIGITS = 11
POSTAL_CODE_DIGITS = 7
MAX_YEN_DIGITS = 13
MAX_ITEMS = 40  # of one entry in 戸籍
FIRST_FISCAL_YEAR = 1950  # of 地方税法
_AREA = re.compile(r"\d{1,9}(\.\d{1,2})?")
_PLATE = re.compile(r"[^\W\dA-Za-z_]{1,12} ?[0-9A-Z]{0,3} ?[^\W\d_]? ?[0-9・.\-]{1,7}")  # place, class, kana, number


class CellError(InvalidInputError):
    """Why a cell is refused, in words that fit after 「line 12, column 生年月日:」."""


def text(cell: str) -> str:
    """Kept exactly: no normalisation, no trimming. :raises CellError: for characters that no register may hold."""
    if len(cell) > MAX_TEXT:
        raise CellError(f"longer than {MAX_TEXT} characters")
    if found := characters.find_forbidden(cell):
        raise CellError(f"contains the character {found}")
    if not cell.strip():
        raise CellError("only blanks")
    return cell


def katakana(cell: str) -> str:
    """A フリガナ."""
    if not characters.is_katakana(text(cell)):
        raise CellError("not full-width katakana")
    return cell


def relationship(cell: str) -> str:
    """A 続柄 of the standard's closed list (1.1.11)."""
    if not is_relationship(cell):
        raise CellError("not a 続柄 of the standard")
    return cell


def register_number(cell: str) -> str:
    """A 宛名番号 or 世帯番号; its check digit is a rule of the row, numbers from before the standard have none."""
    number = _plain(cell)
    if not is_digits(number) or len(number) > MAX_REGISTER_NUMBER:
        raise CellError(f"not a number of at most {MAX_REGISTER_NUMBER} digits")
    return number


def individual_number(cell: str) -> str:
    """A 個人番号 with its check digit."""
    number = _plain(cell).replace(" ", "")
    if not is_individual_number(number):
        raise CellError("not 12 digits with the right check digit")
    return number


def resident_code(cell: str) -> str:
    """A 住民票コード: eleven digits."""
    return _digits(cell, RESIDENT_CODE_DIGITS)


def postal_code(cell: str) -> str:
    """Seven digits, with or without 「-」 and 「〒」."""
    return _digits(_plain(cell).removeprefix("〒").replace("-", ""), POSTAL_CODE_DIGITS)


def identifier(cell: str) -> str:
    """A number or key of the town's own making: printable ASCII without blanks."""
    key = _plain(cell)
    if not key.isascii() or not key.isprintable() or " " in key or len(key) > 40:
        raise CellError("not at most 40 letters and digits")
    return key


def recorded(cell: str) -> str:
    """A date that may be incomplete, as a register column keeps it."""
    try:
        return wareki.to_column(wareki.parse_date(cell))
    except wareki.UnreadableDateError as error:
        raise CellError(f"not a date that a register may hold: {error}") from None


def day(cell: str) -> date:
    """A day of the calendar."""
    kept = recorded(cell)
    found = wareki.from_column(kept).day
    if found is None:
        raise CellError("must be a full day of the calendar")
    return found


def day_text(cell: str) -> str:
    """A day of the calendar in a column that keeps text."""
    day(cell)
    return recorded(cell)


def moment(cell: str) -> datetime:
    """A day, or a day and time of day in JST."""
    try:
        given = datetime.fromisoformat(_plain(cell))
    except ValueError:
        found = day(cell)
        return datetime(found.year, found.month, found.day, tzinfo=JST)
    return given.astimezone(JST) if given.tzinfo else given.replace(tzinfo=JST)


def counting(cell: str) -> int:
    """A whole number from 0 to 999,999."""
    number = _plain(cell)
    if not is_digits(number) or len(number) > 6:
        raise CellError("not a whole number")
    return int(number)


def numbering(cell: str) -> int:
    """A whole number from 1."""
    number = counting(cell)
    if not number:
        raise CellError("must be at least 1")
    return number


def yen(cell: str) -> int:
    """An amount in whole yen, with or without thousands marks. Never negative: a loss is recorded as 0."""
    number = _plain(cell).removesuffix("円").replace(",", "")
    if not is_digits(number) or len(number) > MAX_YEN_DIGITS:
        raise CellError("not an amount in whole yen, 0 or more")
    return int(number)


def fiscal_year(cell: str) -> int:
    """A 年度 as 「令和8年度」, 「R8」 or 2026; its Western number. 平成31年度 and 令和元年度 are the same year."""
    written = _plain(cell).removesuffix("度").removesuffix("年")
    try:
        year = int(written) if is_digits(written) else wareki.western_year(written)
    except wareki.UnreadableDateError:
        raise CellError("not a fiscal year") from None
    if not FIRST_FISCAL_YEAR <= year <= 9999:
        raise CellError("not a fiscal year")
    return year


def square_metres(cell: str) -> str:
    """An area such as 「123.45」, kept with the digits that were registered."""
    area = _plain(cell).removesuffix("m2").replace(",", "").strip()
    if not _AREA.fullmatch(area) or not float(area):
        raise CellError("not an area in square metres with at most two decimals")
    return area


def plate(cell: str) -> str:
    """A 車両番号 such as 「若草 580 あ 12-34」 or 「若草市 あ 1234」: loosely, towns write it in many ways."""
    if not _PLATE.fullmatch(" ".join(_plain(text(cell)).split())):
        raise CellError("not a 車両番号")
    return cell


def entry(cell: str) -> str:
    """The items of an entry in 戸籍, each 【label】 and its wording; blanks and line ends between them are dropped."""
    try:
        items = read_items(cell)
    except UnreadableItemsError as error:
        raise CellError(str(error)) from None
    if len(items) > MAX_ITEMS:
        raise CellError(f"more than {MAX_ITEMS} items")
    for label, wording in items:
        text(label)
        if wording:
            text(wording)
    return write_items(items)


def millimetres(cell: str) -> float:
    """A length such as 「15.0」."""
    try:
        return round(float(_plain(cell)), 3)
    except ValueError:
        raise CellError("not a length in mm") from None


def flag(cell: str) -> bool:
    """1 or 0, 有 or 無."""
    words = {"1": True, "true": True, "有": True, "0": False, "false": False, "無": False}
    try:
        return words[_plain(cell).lower()]
    except KeyError:
        raise CellError("not 1 or 0") from None


def picture(cell: str) -> bytes:
    """Base64 of a file."""
    try:
        return base64.b64decode("".join(cell.split()), validate=True)
    except ValueError:  # also of characters that no base64 has
        raise CellError("not base64") from None


def one_of(vocabulary: type[Word]) -> Callable[[str], Word]:
    """A reader of a closed vocabulary, by its Japanese term or its value."""
    words = {_plain(word): member for member in vocabulary for word in (member.value, _japanese(member))}

    def read(cell: str) -> Word:
        try:
            return words[_plain(cell)]
        except KeyError:
            raise CellError(f"not one of {'、'.join(_japanese(m) for m in vocabulary)}") from None

    return read


def word_of(words: Collection[str]) -> Reader:
    """A reader of a closed list of Japanese words, kept as they are."""

    def read(cell: str) -> str:
        word = _plain(cell)
        if word not in words:
            raise CellError("not a word of the closed list")
        return word

    return read


def certificate_codes(cell: str) -> str:
    """Catalogue codes or titles, separated by blanks, 「、」 or 「;」; kept as sorted codes."""
    parts = cell.replace("、", " ").replace(";", " ").split()
    codes = {part: kinds.find_code(part) or kinds.find_code(_plain(part)) for part in parts}
    if None in codes.values():
        raise CellError(f"not one of {'、'.join(name.title for name in kinds.list_names())}")
    return " ".join(sorted({code for code in codes.values() if code}))


def to_text(value: Any) -> str:
    """What an export writes, and what a fingerprint is made of. Reading it gives the value back."""
    if type(value) is str:
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, StrEnum):
        return _japanese(value)
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=4096)
def _plain(cell: str) -> str:
    """Width and blanks do not matter in numbers and words of a closed vocabulary."""
    return unicodedata.normalize("NFKC", cell).strip()


def _japanese(member: StrEnum) -> str:
    return str(getattr(member, "japanese", member.value))


def _digits(cell: str, length: int) -> str:
    number = _plain(cell)
    if not is_digits(number) or len(number) != length:
        raise CellError(f"not {length} digits")
    return number
