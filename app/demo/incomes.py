"""Invented 住民税: what somebody earned, what is deducted, and what is laid on it, with sums that add up.

The arithmetic follows the laws as far as the demo's people need it.
所得税法: 28条 (給与所得控除), 35条 (公的年金等控除).
地方税法: 34条, 314条の2 (所得控除), 35条, 314条の3 (税率), 37条, 314条の6 (調整控除), 295条 (非課税).
Besides, 森林環境税 and the 定額減税 of 令和6年度. A figure that is nothing is left empty, as registers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.demo.people import Book, Cells

BASIC, SPOUSE, GENERAL, SPECIFIED, ELDERLY, LIVING_PARENT = 430_000, 330_000, 330_000, 450_000, 380_000, 450_000
MUNICIPAL_PER_HEAD, PREFECTURAL_PER_HEAD, FOREST = 3_000, 1_000, 1_000
FIXED_CUT, FIXED_CUT_YEAR = 10_000, 2024


@dataclass(frozen=True)
class Earner:
    """One person's year, before tax. Dependants by kind: their number."""

    age: int  # at the end of the year in which it was earned
    salary: int = 0
    pension: int = 0
    business: int = 0
    farm: int = 0
    rent: int = 0
    has_spouse: bool = False  # 同一生計配偶者 with little or no income
    dependants: dict[str, int] = field(default_factory=dict)  # 「一般扶養」 … → persons

    @property
    def persons(self) -> int:
        """Who lives on it besides oneself."""
        return self.has_spouse + sum(self.dependants.values())


def fiscal_year(year: int) -> str:
    """「令和8年度」."""
    return f"令和{year - 2018}年度"


def salary_income(revenue: int, year: int) -> int:
    """給与所得; the least deduction rose with the income of 2025."""
    least = 650_000 if year >= 2026 else 550_000
    if revenue <= 1_800_000:
        off = max(least, revenue * 2 // 5 - 100_000)
    elif revenue <= 3_600_000:
        off = max(least, revenue * 3 // 10 + 80_000)
    elif revenue <= 6_600_000:
        off = revenue // 5 + 440_000
    else:
        off = min(revenue // 10 + 1_100_000, 1_950_000)
    return max(revenue - off, 0)


def pension_income(revenue: int, age: int) -> int:
    """公的年金等の雑所得, of people with little other income."""
    least = 1_100_000 if age >= 65 else 600_000
    return max(revenue - max(least, revenue // 4 + 275_000 if revenue > 1_300_000 else 0), 0)


def figures(earner: Earner, year: int) -> dict[str, int]:
    """Item of the register → yen or persons; only those that are something, and the totals."""
    income = _income(earner, year)
    total = sum(income.values())
    deductions = _deductions(earner, total)
    taxable = max(total - sum(deductions.values()), 0) // 1000 * 1000
    revenue = {"給与収入": earner.salary, "公的年金等収入": earner.pension}
    sums = {"合計所得金額": total, "総所得金額等": total, "所得控除合計": sum(deductions.values())}
    people = {"同一生計配偶者": int(earner.has_spouse)} | earner.dependants
    kept = {item: amount for item, amount in (revenue | income | deductions | people).items() if amount}
    if _is_free(earner, total):
        return kept | sums | {"年税額": 0}
    credits = _credits(earner, taxable, year)
    taxes = _taxes(taxable, sum(credits.values()))
    return kept | sums | {"課税標準額（総合）": taxable} | credits | taxes | {"年税額": sum(taxes.values())}


def income_row(book: Book, number: str, year: int, address: str, **cells: str) -> Cells:
    """A row of the register without figures; add them and whatever else differs."""
    row = {"宛名番号": number, "年度": fiscal_year(year), "履歴番号": "1", "課税区分": "非課税", "申告区分": "申告あり"}
    row |= {"更正処理中": "", "賦課期日在住": "1", "賦課期日の住所": address} | cells
    book.income_taxes.append(row)
    book.assessed.add(number)
    return row


def file_year(book: Book, number: str, year: int, address: str, earner: Earner, **cells: str) -> int:
    """A year with figures; give what is to be paid."""
    amounts = figures(earner, year)
    status = "課税" if amounts["年税額"] else "非課税"
    written = {item: str(amount) for item, amount in amounts.items()}
    income_row(book, number, year, address, 課税区分=status, **written, **cells)
    return amounts["年税額"]


def dependants_of(ages: Sequence[int], parents: Sequence[int] = ()) -> dict[str, int]:
    """Children and parents whom somebody keeps, by the kinds of the form; ages at the end of the year."""
    return {
        "16歳未満扶養": sum(age < 16 for age in ages),
        "一般扶養": sum(16 <= age < 19 for age in ages),
        "特定扶養": sum(19 <= age < 23 for age in ages),
        "同居老親等": sum(age >= 70 for age in parents),
    }


def _income(earner: Earner, year: int) -> dict[str, int]:
    return {
        "給与所得": salary_income(earner.salary, year),
        "公的年金等所得": pension_income(earner.pension, earner.age),
        "営業等所得": earner.business,
        "農業所得": earner.farm,
        "不動産所得": earner.rent,
    }


def _deductions(earner: Earner, total: int) -> dict[str, int]:
    revenue = earner.salary + earner.pension + earner.business + earner.farm + earner.rent
    people = earner.dependants
    return {
        "社会保険料控除": revenue * (145 if earner.salary else 90) // 1000,
        "生命保険料控除": 28_000 if revenue > 3_000_000 else 0,
        "地震保険料控除": 12_500 if earner.age > 40 and revenue > 2_500_000 else 0,
        "配偶者控除": SPOUSE if earner.has_spouse and total <= 9_000_000 else 0,
        "扶養控除": sum(
            people.get(kind, 0) * yen
            for kind, yen in (
                *(("一般扶養", GENERAL), ("特定扶養", SPECIFIED)),
                *(("老人扶養", ELDERLY), ("同居老親等", LIVING_PARENT)),
            )
        ),
        "基礎控除": BASIC,
    }


def _is_free(earner: Earner, total: int) -> bool:
    """均等割 too is not imposed below what the ordinances of small towns say (地方税法施行令 47条の3: 三級地)."""
    return total <= 280_000 * (1 + earner.persons) + 100_000 + (168_000 if earner.persons else 0)


def _credits(earner: Earner, taxable: int, year: int) -> dict[str, int]:
    """Taken off the tax: 調整控除, and in one year a fixed sum for everybody who lives on it."""
    adjustment = _adjustment(earner, taxable)
    cut = FIXED_CUT * (1 + earner.persons) if year == FIXED_CUT_YEAR else 0
    credits = {"調整控除": adjustment, "その他の税額控除": min(cut, max(taxable // 10 - adjustment, 0))}
    return {item: yen for item, yen in credits.items() if yen}


def _taxes(taxable: int, credit: int) -> dict[str, int]:
    """Six parts of the tax to the town, four to the prefecture; each rounded down to 100 yen."""
    return {
        "市町村民税所得割": max(taxable * 6 // 100 - credit * 3 // 5, 0) // 100 * 100,
        "市町村民税均等割": MUNICIPAL_PER_HEAD,
        "県民税所得割": max(taxable * 4 // 100 - credit * 2 // 5, 0) // 100 * 100,
        "県民税均等割": PREFECTURAL_PER_HEAD,
        "森林環境税": FOREST,
    }


def _adjustment(earner: Earner, taxable: int) -> int:
    """調整控除: five per cent of the difference between the personal deductions of the two income taxes."""
    people = earner.dependants
    difference = 50_000 * (1 + earner.has_spouse + people.get("一般扶養", 0)) + 180_000 * people.get("特定扶養", 0)
    difference += 100_000 * people.get("老人扶養", 0) + 130_000 * people.get("同居老親等", 0)
    if taxable > 2_000_000:
        difference = max(difference - (taxable - 2_000_000), 50_000)
    return min(difference, taxable) * 5 // 100
