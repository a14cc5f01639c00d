"""Reckoned by hand with the tables of the laws, not by the code."""

import pytest

from app.demo.incomes import Earner, figures, fiscal_year, pension_income, salary_income


@pytest.mark.parametrize(
    ("revenue", "year", "income"),
    [
        (500_000, 2025, 0),
        (1_030_000, 2025, 480_000),
        (1_030_000, 2026, 380_000),
        (1_800_000, 2025, 1_180_000),
        (3_600_000, 2025, 2_440_000),
        (4_380_000, 2026, 3_064_000),
        (6_600_000, 2026, 4_840_000),
        (8_500_000, 2026, 6_550_000),
        (12_000_000, 2026, 10_050_000),
    ],
)
def test_income_from_a_salary(revenue, year, income):
    assert salary_income(revenue, year) == income


@pytest.mark.parametrize(
    ("revenue", "age", "income"),
    [(1_100_000, 70, 0), (2_000_000, 70, 900_000), (3_500_000, 70, 2_350_000), (2_000_000, 60, 1_225_000)],
)
def test_income_from_a_pension(revenue, age, income):
    assert pension_income(revenue, age) == income


def test_a_year_of_somebody_living_alone():
    made = figures(Earner(52, salary=4_380_000), 2026)
    assert made["合計所得金額"] == 3_064_000
    assert made["所得控除合計"] == 635_100 + 28_000 + 12_500 + 430_000
    assert made["課税標準額（総合）"] == 1_958_000
    assert made["調整控除"] == 2_500
    assert (made["市町村民税所得割"], made["県民税所得割"]) == (115_900, 77_300)
    assert made["年税額"] == 115_900 + 77_300 + 5_000


def test_a_family_pays_less_and_in_the_year_of_the_fixed_cut_still_less():
    family = Earner(45, salary=4_380_000, has_spouse=True, dependants={"特定扶養": 1, "16歳未満扶養": 1})
    made = figures(family, 2025)
    assert (made["配偶者控除"], made["扶養控除"]) == (330_000, 450_000)
    assert made["調整控除"] == (50_000 + 50_000 + 180_000) * 5 // 100
    assert made["年税額"] < figures(Earner(45, salary=4_380_000), 2025)["年税額"]
    cut = figures(family, 2024)
    assert cut["その他の税額控除"] == 40_000
    assert made["年税額"] - cut["年税額"] == pytest.approx(40_000, abs=200)


@pytest.mark.parametrize(
    ("earner", "total"),
    [
        (Earner(70, pension=1_100_000), 0),
        (Earner(40), 0),
        (Earner(40, salary=1_030_000), 0),  # 380,000 of income: not more than the ordinance leaves free
        (Earner(40, salary=1_050_000), 5_000),  # more than that, and all of it deducted
    ],
)
def test_who_is_not_taxed(earner, total):
    made = figures(earner, 2026)
    assert made["年税額"] == total
    assert ("市町村民税均等割" in made) == bool(total)


@pytest.mark.parametrize("salary", range(0, 14_000_000, 317_000))
def test_sums_add_up_and_the_rate_is_ten_per_cent(salary):
    made = figures(Earner(48, salary=salary, farm=120_000), 2026)
    deductions = [made.get(item, 0) for item in ("社会保険料控除", "生命保険料控除", "地震保険料控除", "基礎控除")]
    assert sum(deductions) == made["所得控除合計"]
    assert made["合計所得金額"] == made.get("給与所得", 0) + 120_000
    if "課税標準額（総合）" in made:
        levy = made["市町村民税所得割"] + made["県民税所得割"]
        assert made["課税標準額（総合）"] // 10 - 2_700 <= levy <= made["課税標準額（総合）"] // 10


def test_a_fiscal_year_in_words():
    assert fiscal_year(2026) == "令和8年度"
