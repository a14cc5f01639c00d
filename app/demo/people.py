"""Invents the people of one town and writes them down as register files. The same seed gives the same files.

Everything is drawn from one `random.Random` of seed and town; no clock is asked: ages are those of `BORN_BEFORE`,
and the fiscal year is given.
"""

from __future__ import annotations

import base64
import random
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.demo import drawing
from app.demo.names import FEMALE, HAMLETS, HOUSES, MALE, SURNAMES, Name
from app.demo.towns import TOWNS, Town
from app.residents.checkdigits import modulus_11

BORN_BEFORE = date(2026, 4, 1)
FISCAL_YEAR = 2026
LARGEST_FAMILY = 12
HAMLETS_OF_A_TOWN = 14
SCATTER = 7919  # prime to ten million: spreads running numbers without a repeat
Cells = dict[str, str]


@dataclass
class Member:
    """Somebody of a household still to be written down. `cells` overrides columns of the register file."""

    given: Name
    sex: str
    age: int
    relationship: str
    surname: Name | None = None  # None: the household's
    register_head: str = ""  # "": the head of the household
    kin: str = ""  # how somebody came to stand in that 戸籍, where relationships do not tell: a word of `kinship`
    seal: str = ""  # 登録状態 of a seal, if there is one
    cells: Cells = field(default_factory=dict)


@dataclass
class Book:
    """The files of one town while they are written: a list of rows for each register, under the register's name."""

    town: Town
    dice: random.Random
    year: int = FISCAL_YEAR  # the newest fiscal year of the tax registers
    persons: list[Cells] = field(default_factory=list)
    family_registers: list[Cells] = field(default_factory=list)
    family_members: list[Cells] = field(default_factory=list)
    family_events: list[Cells] = field(default_factory=list)
    family_addresses: list[Cells] = field(default_factory=list)
    income_taxes: list[Cells] = field(default_factory=list)
    properties: list[Cells] = field(default_factory=list)
    tax_payments: list[Cells] = field(default_factory=list)
    vehicles: list[Cells] = field(default_factory=list)
    seals: list[Cells] = field(default_factory=list)
    blocks: list[Cells] = field(default_factory=list)
    households: int = 0
    residents: int = 0
    named: int = 0
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=LARGEST_FAMILY))  # given names
    kin: dict[str, str] = field(default_factory=dict)  # 宛名番号 → `Member.kin`
    settled: set[str] = field(default_factory=set)  # 宛名番号 of who stands in a 戸籍 already
    assessed: set[str] = field(default_factory=set)  # 宛名番号 of who has rows in the tax registers already

    def add_household(self, surname: Name, members: Sequence[Member], **cells: str) -> list[str]:
        """Write down a household; give its 宛名番号 in the order of `members`. `cells` are the same for everybody."""
        self.households += 1
        shared = self._home() | cells | {"世帯番号": _numbered(self.households)}
        head = f"{surname[0]}　{members[0].given[0]}"
        numbers = [self._add_person(member, surname, head, shared) for member in members]
        self.residents += sum(
            row["住民状態"] == "住民" and "仮登録" not in row for row in self.persons[-len(members) :]
        )
        return numbers

    def add_version(self, atena_no: str, **cells: str) -> None:
        """A later version of somebody: all columns again, some of them changed (標準仕様書 1.2.1)."""
        latest = next(row for row in reversed(self.persons) if row["宛名番号"] == atena_no)
        newer = latest | {"履歴番号": str(int(latest["履歴番号"]) + 1)} | cells
        self.residents -= latest["住民状態"] == "住民" and newer["住民状態"] != "住民"
        self.persons.append(newer)

    def add_seal(self, atena_no: str, status: str = "登録", **cells: str) -> str:
        """Register a seal with the surname and given name of its owner; give its number."""
        owner = next(row for row in reversed(self.persons) if row["宛名番号"] == atena_no)
        number = f"{len(self.seals) + 1:06d}"
        imprint = drawing.draw_imprint(owner["氏名"].replace("　", ""), len(self.seals))
        shared = {"印鑑登録番号": number, "宛名番号": atena_no, "印影": base64.b64encode(imprint).decode()}
        dated = {"登録年月日": "平成31年4月1日", "登録方法": "即日", "登録状態": status}
        self.seals.append(shared | dated | {"印影の文字": owner["氏名"].split("　")[0]} | cells)
        return number

    def add_block(self, reason: str, **cells: str) -> None:
        """A block on a person (宛名番号) or a household (世帯番号)."""
        number = f"B{len(self.blocks) + 1:05d}"
        self.blocks.append({"抑止番号": number, "抑止理由": reason, "開始年月日": "令和7年4月1日"} | cells)

    @property
    def years(self) -> tuple[int, int, int]:
        """The fiscal years of which there are incomes, newest first."""
        return self.year, self.year - 1, self.year - 2

    def number_stranger(self) -> str:
        """A 宛名番号 for somebody who is in a register of this town and lives elsewhere, or no more (住登外)."""
        self.named += 1
        return _numbered(self.named)

    def person(self, relationship: str, age: int, sex: str = "", **more: Any) -> Member:
        """Somebody with a drawn given name."""
        sex = sex or self.dice.choice("男女")
        return Member(self.given(sex), sex, age, relationship, **more)

    def given(self, sex: str, taken: Collection[str] = ()) -> Name:
        """A given name, none of those that are `taken` or of the last persons: a family has no name twice."""
        names = MALE if sex == "男" else FEMALE
        while (drawn := self.dice.choice(names))[0] in taken or drawn[0] in self.recent:
            continue
        self.recent.append(drawn[0])
        return drawn

    def surname(self) -> Name:
        return self.dice.choice(SURNAMES)

    def household_of(self, atena_no: str) -> str:
        """世帯番号 of somebody."""
        return next(row["世帯番号"] for row in self.persons if row["宛名番号"] == atena_no)

    def _add_person(self, member: Member, surname: Name, head: str, shared: Cells) -> str:
        self.named += 1
        own, atena_no = member.surname or surname, _numbered(self.named)
        name = f"{own[0]}　{member.given[0]}"
        birth = BORN_BEFORE - timedelta(days=member.age * 365 + member.age // 4 + self.dice.randrange(1, 360))
        since = _later(birth, BORN_BEFORE, self.dice)
        row = shared | {
            "宛名番号": atena_no,
            "履歴番号": "1",
            "住民状態": "住民",
            "住民種別": "日本人",
            "氏名": name,
            "氏名のフリガナ": f"{own[1]}　{member.given[1]}",
            "生年月日": birth.isoformat(),
            "性別": member.sex,
            "世帯主の氏名": head,
            "世帯主との続柄": member.relationship,
            "本籍": shared.get("本籍") or shared["住所"],
            "筆頭者": member.register_head or head,
            "住民となった年月日": since.isoformat(),
            "住所を定めた年月日": since.isoformat(),
            "届出の年月日": since.isoformat(),
            "転入前住所": "" if since == birth else self.elsewhere(),
            "個人番号": self._individual_number(),
            "住民票コード": f"{self._running():011d}",
            "異動事由": "出生" if since == birth else "国内転入",
            "異動日": since.isoformat(),
            "処理日": since.isoformat(),
        }
        self.persons.append(row | member.cells)
        self.kin[atena_no] = member.kin
        if member.seal:
            self.add_seal(atena_no, member.seal)
        return atena_no

    def _home(self) -> Cells:
        hamlet = HAMLETS[(self.dice.randrange(HAMLETS_OF_A_TOWN) + 7 * TOWNS.index(self.town)) % len(HAMLETS)]
        number = f"{self.dice.randrange(1, 9000)}番地" + (
            f"{self.dice.randrange(1, 40)}" if self.dice.random() < 0.4 else ""
        )
        detail = f"{self.dice.choice(HOUSES)}{self.dice.randrange(101, 310)}号" if self.dice.random() < 0.15 else ""
        return {"住所": f"{self.town.address}大字{hamlet}{number}", "方書": detail}

    def elsewhere(self) -> str:
        """An address anywhere in the union."""
        return self.address_in(self.dice.choice(TOWNS))

    def address_in(self, town: Town) -> str:
        """An address in one of the towns, without a house of several flats."""
        return f"{self.hamlet_in(town)}{self.dice.randrange(1, 9000)}番地"

    def hamlet_in(self, town: Town) -> str:
        """A 大字 of one of the towns."""
        return f"{town.address}大字{self.dice.choice(HAMLETS)}"

    def _running(self) -> int:
        """A number that nobody else in the union has."""
        return (TOWNS.index(self.town) * 1_000_000 + self.named) * SCATTER % 10_000_000

    def _individual_number(self) -> str:
        """Begins with 0000, to be told from a real one at a glance."""
        number = f"0000{self._running():07d}"
        return number + modulus_11(number)


def invent(town: Town, seed: int, year: int = FISCAL_YEAR) -> Book:
    """An empty book whose dice depend on seed and town alone."""
    return Book(town, random.Random(f"{seed}:{town.code}"), year)  # noqa: S311 invented people, not secrets


def _numbered(running: int) -> str:
    """A 宛名番号 or 世帯番号: nine digits and a check digit. Every town counts for itself, so towns share numbers."""
    serial = f"{running:09d}"
    return serial + modulus_11(serial)


def _later(birth: date, until: date, dice: random.Random) -> date:
    """The day somebody became a resident: at birth, or once grown up."""
    grown = birth + timedelta(days=18 * 365)
    if grown >= until or dice.random() < 0.5:
        return birth
    return grown + timedelta(days=dice.randrange((until - grown).days))
