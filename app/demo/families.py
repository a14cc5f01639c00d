"""Invented 戸籍 with their 附票, and how one is written down as the rows of four register files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.demo.entries import Entry
from app.demo.names import SURNAMES, Name
from app.demo.people import Book, Cells
from app.demo.towns import TOWNS, Town
from app.residents.wareki import parse_date

SOME_BIRTH = date(1947, 1, 1)  # where none is known, for reckoning alone
BLANK = "　"


def revised_on(town: Town) -> date:
    """When the 戸籍 of a town became files: one after the other, in the years after 1994."""
    return date(2002, 3, 9) + timedelta(weeks=11 * TOWNS.index(town))


@dataclass
class Relative:
    """Somebody of a 戸籍 still to be written down."""

    number: str  # 宛名番号
    given: Name
    sex: str
    born: str  # as a register file has it
    father: str = ""
    mother: str = ""
    rank: str = ""  # 父母との続柄
    spouse: str = ""  # 配偶者区分
    died: date | None = None
    is_removed: bool = False
    entries: list[Entry] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)  # and since when
    cells: Cells = field(default_factory=dict)  # overrides columns of the register file
    surname: Name = ("", "")  # of a resident, as it is now

    @property
    def birth(self) -> date:
        return parse_date(self.born).day or SOME_BIRTH


@dataclass
class Family:
    """A 戸籍 still to be written down. `made_on`: 附票作成日."""

    domicile: str
    surname: str
    head: str
    made_on: date
    entries: list[Entry]
    relatives: list[Relative]
    cells: Cells = field(default_factory=dict)  # overrides columns of the register file

    @property
    def surname_kana(self) -> str:
        """As the residents in it are spoken of, or as the name is in the list."""
        return (dict(SURNAMES) | dict(one.surname for one in self.relatives)).get(self.surname, "")


def relative_of(row: Cells) -> Relative:
    """Who stands in the register of residents, with the addresses that it knows."""
    (surname, _, given), (spoken, _, kana) = (row[name].partition(BLANK) for name in ("氏名", "氏名のフリガナ"))
    made = Relative(row["宛名番号"], (given, kana), row["性別"], row["生年月日"], surname=(surname, spoken))
    since = parse_date(row["住所を定めた年月日"]).day
    if row["転入前住所"] and since:
        before = max(made.birth, since - timedelta(days=365 * (2 + since.day % 9)))
        made.addresses.append((row["転入前住所"], before.isoformat()))
    made.addresses.append((row["住所"] + (BLANK + row["方書"] if row["方書"] else ""), row["住所を定めた年月日"]))
    return made


def rank(relatives: Sequence[Relative]) -> None:
    """Say of brothers and sisters who is 長男, 二女 …, by birth."""
    counts = {"男": 0, "女": 0}
    for child in sorted(relatives, key=lambda one: one.birth):
        child.rank = "長二三四五六七八九十"[counts[child.sex]] + child.sex
        counts[child.sex] += 1


def write_family(book: Book, family: Family) -> str:
    """Write a register down; give its number."""
    number = f"K{len(book.family_registers) + 1:07d}"
    book.family_registers.append(
        {
            "戸籍番号": number,
            "本籍": family.domicile,
            "氏": family.surname,
            "氏の振り仮名": family.surname_kana,
            "筆頭者": family.head,
            "戸籍の状態": "現在戸籍",
            "消除日": "",
            "届出処理中": "",
            "附票作成日": family.made_on.isoformat(),
        }
        | family.cells
    )
    _write_entries(book, number, 0, family.entries)
    for place, one in enumerate(family.relatives, 1):
        _write_relative(book, number, place, one)
    return number


def _write_relative(book: Book, number: str, place: int, one: Relative) -> None:
    book.settled.add(one.number)
    book.family_members.append(
        {
            "戸籍番号": number,
            "記載順": str(place),
            "宛名番号": one.number,
            "除籍": "1" if one.is_removed else "",
            "名": one.given[0],
            "名のフリガナ": one.given[1],
            "生年月日": one.born,
            "性別": one.sex,
            "配偶者区分": one.spouse,
            "父": one.father,
            "母": one.mother,
            "父母との続柄": one.rank,
        }
        | one.cells
    )
    _write_entries(book, number, place, one.entries)
    for order, (address, since) in enumerate(one.addresses, 1):
        cells = {"戸籍番号": number, "記載順": str(place), "住所番号": str(order)}
        book.family_addresses.append(cells | {"住所": address, "住所を定めた年月日": since})


def _write_entries(book: Book, number: str, place: int, entries: Sequence[Entry]) -> None:
    for order, (kind, items) in enumerate(entries, 1):
        cells = {"戸籍番号": number, "記載順": str(place), "事項番号": str(order)}
        book.family_events.append(cells | {"事項": kind, "記載内容": items})
