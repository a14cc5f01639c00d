"""Gives the invented residents what the tax registers have of them: who earns what, owns what, and has paid.

The registers stand as in the autumn of their newest year: earlier years are paid, of this one what has fallen due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from app.demo.belongings import add_house, add_land, add_vehicle, home_of
from app.demo.incomes import Earner, dependants_of, file_year, fiscal_year, income_row
from app.demo.people import Book, Cells
from app.residents.wareki import parse_date

RESIDENT, WITHHELD = "市町村民税・県民税（普通徴収）", "市町村民税・県民税（特別徴収）"
FIXED_ASSETS, VEHICLE, HEALTH = "固定資産税・都市計画税", "軽自動車税（種別割）", "国民健康保険税"
DUE = {  # the first 納期限 of the year, and twelfths that have fallen due by the autumn
    RESIDENT: ((6, 30), 9),
    WITHHELD: ((7, 10), 5),
    FIXED_ASSETS: ((4, 30), 6),
    VEHICLE: ((5, 31), 12),
    HEALTH: ((7, 31), 6),
}
GROWN, RETIRED = 18, 66


def assess(book: Book) -> None:
    """All tax registers, for everybody living here of whom no case wrote them."""
    homes: defaultdict[str, list[Cells]] = defaultdict(list)
    for row in {row["宛名番号"]: row for row in book.persons if not row.get("仮登録")}.values():
        if row["住民状態"] == "住民" and row["宛名番号"] not in book.assessed:
            homes[row["世帯番号"]].append(row)
    for rows in homes.values():
        _assess_household(book, rows)


def pay(book: Book, number: str, tax: str, year: int, yen: int, **cells: str) -> None:
    """A year of a tax, paid as far as it has fallen due unless `cells` say otherwise."""
    (month, day), twelfths = DUE[tax]
    paid = yen * twelfths // 12 // 100 * 100 if year == book.year and twelfths < 12 else yen
    book.tax_payments.append(
        {
            "宛名番号": number,
            "税目": tax,
            "年度": fiscal_year(year),
            "履歴番号": "1",
            "課税額": str(yen),
            "納付済額": str(paid),
            "未納額（納期到来）": "0",
            "未納額（納期未到来）": str(yen - paid),
            "法定納期限等": date(year, month, day).isoformat(),
            "納付反映待ち": "",
            "備考": "",
        }
        | cells
    )


def age_of(row: Cells, year: int) -> int:
    """At the end of the year in which was earned what `year` taxes."""
    born = parse_date(row["生年月日"]).day or date(1947, 1, 1)
    return year - 1 - born.year


def was_here(row: Cells, year: int) -> bool:
    """On 1 January (賦課期日)."""
    since = parse_date(row["住民となった年月日"] or row.get("外国人住民となった年月日", "")).day
    return since is None or since <= date(year, 1, 1)


def _assess_household(book: Book, rows: Sequence[Cells]) -> None:
    """The head earns and keeps the others; some of the others earn too."""
    head = next((row for row in rows if row["世帯主との続柄"] == "世帯主"), rows[0])
    keeps_spouse = False
    for row in rows:
        if row is head or age_of(row, book.year) < GROWN:
            continue
        is_kept = _assess_other(book, row)
        keeps_spouse |= is_kept and row["世帯主との続柄"] in {"夫", "妻"}
    if age_of(head, book.year) < GROWN:
        return
    ages = [age_of(row, book.year) for row in rows if row["世帯主との続柄"] == "子"]
    parents = [age_of(row, book.year) for row in rows if row["世帯主との続柄"] in {"父", "母"}]
    earner = _earner(book, age_of(head, book.year))
    kept = Earner(**{**vars(earner), "has_spouse": keeps_spouse, "dependants": dependants_of(ages, parents)})
    _file(book, head, kept)
    _own(book, head)


def _assess_other(book: Book, row: Cells) -> bool:
    """Spouse, grown-up child or parent of the head. Whether the head keeps this person."""
    age, chance = age_of(row, book.year), book.dice.random()
    if age < 23 or (row["世帯主との続柄"] in {"夫", "妻"} and age < RETIRED and chance < 0.3):
        _without_figures(book, row, "被扶養")
        return True
    if age >= RETIRED:
        _file(book, row, Earner(age, pension=book.dice.randrange(620, 1_090) * 1000))
        return True
    if chance < 0.03:
        _without_figures(book, row, "未申告")
        return False
    low = chance < 0.45
    _file(book, row, Earner(age, salary=book.dice.randrange(*((600, 1_030) if low else (1_900, 4_600))) * 1000))
    return low


def _earner(book: Book, age: int) -> Earner:
    """The one on whom the household lives."""
    chance, dice = book.dice.random(), book.dice
    if age >= RETIRED:
        return Earner(
            age, pension=dice.randrange(1_100, 2_700) * 1000, farm=dice.randrange(90) * 1000 if chance < 0.2 else 0
        )
    if chance < 0.8:
        return Earner(age, salary=dice.randrange(2_300, 8_600) * 1000)
    if chance < 0.92:
        return Earner(age, business=dice.randrange(1_500, 6_200) * 1000)
    return Earner(age, farm=dice.randrange(900, 4_000) * 1000, rent=dice.randrange(600) * 1000)


def _without_figures(book: Book, row: Cells, filing: str) -> None:
    for year in book.years:
        if was_here(row, year) and age_of(row, year) >= GROWN:
            income_row(book, row["宛名番号"], year, row["住所"], 申告区分=filing)


def _file(book: Book, row: Cells, earner: Earner) -> None:
    """Three years, each a little less than the one after it, and what was paid of them."""
    for back, year in enumerate(book.years):
        if not was_here(row, year) or age_of(row, year) < GROWN:
            continue
        scaled = {name: value * (100 - 2 * back) // 100_000 * 1000 for name, value in _amounts(earner).items()}
        then = Earner(earner.age - back, **scaled, has_spouse=earner.has_spouse, dependants=earner.dependants)
        yen = file_year(book, row["宛名番号"], year, row["住所"], then)
        if yen:
            pay(book, row["宛名番号"], WITHHELD if earner.salary else RESIDENT, year, yen, **_trouble(book, year, yen))


def _amounts(earner: Earner) -> dict[str, int]:
    return {name: getattr(earner, name) for name in ("salary", "pension", "business", "farm", "rent")}


def _trouble(book: Book, year: int, yen: int) -> Cells:
    """One of a hundred owes something of last year; for another the payment is on its way."""
    chance = book.dice.random()
    if year == book.year - 1 and chance < 0.01:
        return {"納付済額": "0", "未納額（納期到来）": str(yen)}
    return {"納付反映待ち": "1"} if year == book.year and chance < 0.01 else {}


def _own(book: Book, head: Cells) -> None:
    """What a household has, in the name of its head; paid."""
    number, dice = head["宛名番号"], book.dice
    if dice.random() < 0.35 and was_here(head, book.year):
        home = home_of(head)
        yen = add_land(book, number, "宅地", home) + add_house(book, number, "居宅", home)
        for _more in range(dice.choice((0, 0, 0, 1, 2, 4))):
            yen += add_land(book, number, dice.choice(("田", "畑", "山林", "雑種地")))
        pay(book, number, FIXED_ASSETS, book.year, yen // 100 * 100)
    if dice.random() < 0.4:
        holding = "所有権留保" if dice.random() < 0.03 else "所有"
        pay(book, number, VEHICLE, book.year, add_vehicle(book, number, 所有形態=holding))
    if age_of(head, book.year) < 74 and dice.random() < 0.12:
        pay(book, number, HEALTH, book.year, dice.randrange(60, 420) * 1000)
