"""Invented land, houses and vehicles, as the 固定資産課税台帳 and the register of 軽自動車税（種別割） have them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from app.demo.incomes import fiscal_year
from app.demo.people import Book, Cells

SMALL_PLOT = 200  # square metres of a dwelling that count for a sixth (地方税法 349条の3の2)
LAND_PRICES = {"宅地": (9_000, 38_000), "田": (90, 130), "畑": (40, 80), "山林": (15, 45), "雑種地": (2_000, 9_000)}
LAND_AREAS = {"宅地": (120, 620), "田": (400, 2_600), "畑": (150, 1_900), "山林": (900, 21_000), "雑種地": (60, 900)}
STRUCTURES = (
    "木造・かわらぶき・2階建",
    "木造・亜鉛メッキ鋼板ぶき・2階建",
    "鉄骨造・陸屋根・3階建",
    "木造・スレートぶき・平家建",
)
OUTBUILDINGS = ("物置", "車庫", "倉庫")
VEHICLES = (
    ("軽四輪（乗用・自家用）", 10_800),
    ("軽四輪（乗用・自家用）", 12_900),
    ("軽四輪（貨物・自家用）", 5_000),
    ("二輪の小型自動車", 6_000),
)
PLATE_KANA = "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるろ"
_PLACE = re.compile(r"(\D+)(\d+)")


def add_land(book: Book, number: str, use: str, place: tuple[str, str] | None = None, **cells: str) -> int:
    """One 筆; give what is to be paid for it. `place`: 所在 and 地番."""
    location, lot = place or (book.hamlet_in(book.town), f"{book.dice.randrange(1, 9000)}番")
    hundredths = book.dice.randrange(*(100 * area for area in LAND_AREAS[use]))
    area = hundredths / 100 if use in {"宅地", "雑種地"} else hundredths // 100
    assessed = int(area * book.dice.randrange(*LAND_PRICES[use]))
    small = min(area, SMALL_PLOT) / area
    base = int(assessed * (small / 6 + (1 - small) / 3)) if use == "宅地" else assessed
    shown = f"{area:.2f}" if use in {"宅地", "雑種地"} else str(area)
    what = {"資産区分": "土地", "登記地目・種類": use, "現況地目": use, "構造・屋根・階層": "", "地積・床面積": shown}
    return _add(book, number, (location, lot), what, (assessed, base), cells)


def add_house(book: Book, number: str, use: str = "居宅", place: tuple[str, str] | None = None, **cells: str) -> int:
    """One 棟; give what is to be paid for it."""
    location, lot = place or (book.hamlet_in(book.town), f"{book.dice.randrange(1, 9000)}番")
    area = book.dice.randrange(6_800, 18_500) / 100 if use == "居宅" else book.dice.randrange(900, 4_800) / 100
    assessed = int(area * book.dice.randrange(9_000, 62_000))
    structure = book.dice.choice(STRUCTURES)
    what = {"資産区分": "家屋", "登記地目・種類": use, "現況地目": "", "構造・屋根・階層": structure}
    return _add(book, number, (location, lot), what | {"地積・床面積": f"{area:.2f}"}, (assessed, assessed), cells)


def home_of(row: Cells) -> tuple[str, str]:
    """所在 and 地番 of where somebody lives."""
    found = _PLACE.match(row["住所"])
    return (found[1], f"{found[2]}番") if found else (row["住所"], "1番")


def add_vehicle(book: Book, number: str, which: int | None = None, **cells: str) -> int:
    """One vehicle, paid for and good for the next inspection unless `cells` say otherwise; give its tax."""
    running = len(book.vehicles) + 1
    kind, yen = VEHICLES[book.dice.randrange(len(VEHICLES)) if which is None else which]
    book.vehicles.append(
        {
            "車両管理番号": f"V{running:06d}",
            "年度": fiscal_year(book.year),
            "履歴番号": "1",
            "宛名番号": number,
            "車両番号": _plate(running, kind),
            "車種": kind,
            "税額": str(yen),
            "納付日": (date(book.year, 5, 7) + timedelta(days=book.dice.randrange(24))).isoformat(),
            "未納の有無": "",
            "納付反映待ち": "",
            "有効期限": date(book.year + 1, 5, 30).isoformat(),
            "所有形態": "所有",
        }
        | cells
    )
    return yen


def _add(book: Book, number: str, place: tuple[str, str], what: Cells, yen: tuple[int, int], cells: Cells) -> int:
    (assessed, base), (location, lot) = yen, place
    tax = base * 14 // 1000
    row = {
        "物件番号": f"P{len(book.properties) + 1:07d}",
        "年度": fiscal_year(book.year),
        "履歴番号": "1",
        "宛名番号": number,
    }
    row |= {"所在": location, "地番・家屋番号": lot} | what
    row |= {"評価額": str(assessed), "課税標準額": str(base), "税相当額": str(tax), "所有区分": "単独", "備考": ""}
    book.properties.append(row | cells)
    return tax


def _plate(running: int, kind: str) -> str:
    """「青嶺 580 あ 12-34」: a place that does not exist, a number that no two vehicles of a town share."""
    figures = f"{running * 7919 % 10_000:04d}"
    kana = PLATE_KANA[running // 10_000 % len(PLATE_KANA)]
    front = "青嶺" if "二輪" in kind else f"青嶺 {'480' if '貨物' in kind else '580'}"
    return f"{front} {kana} {figures[:2]}-{figures[2:]}"
