"""Cases of the tax certificates: somebody at whom each rule and each difficulty of a form can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.demo.belongings import add_house, add_land, add_vehicle, home_of
from app.demo.cases import CardWish, Case, man, wish
from app.demo.incomes import Earner, file_year, income_row
from app.demo.people import Book, Cells
from app.demo.taxes import FIXED_ASSETS, RESIDENT, VEHICLE, age_of, pay

Fill = Callable[[Book, Cells], None]
EMPLOYEE, SELF_EMPLOYED = 4_380_000, 3_150_000


def alone(case: str, label: str, label_en: str, fill: Fill, age: int = 52) -> Case:
    """Somebody living alone; `fill` writes the tax registers."""

    def invent(book: Book) -> Iterator[CardWish]:
        (number,) = book.add_household(book.surname(), [man(book, age)])
        book.assessed.add(number)
        fill(book, book.persons[-1])
        yield wish(book, case, label, label_en, number)

    return invent


def filed(**cells: str) -> Fill:
    """A salary in three years."""

    def fill(book: Book, row: Cells) -> None:
        for year in book.years:
            earner = Earner(age_of(row, year), salary=EMPLOYEE)
            file_year(book, row["宛名番号"], year, row["住所"], earner, **cells)

    return fill


def without_figures(filing: str, **cells: str) -> Fill:
    """The newest year holds no figures."""

    def fill(book: Book, row: Cells) -> None:
        income_row(book, row["宛名番号"], book.year, row["住所"], 申告区分=filing, **cells)

    return fill


def nothing_earned(book: Book, row: Cells) -> None:
    """Filed a return that says so: the figures are known, and 0."""
    file_year(book, row["宛名番号"], book.year, row["住所"], Earner(age_of(row, book.year)))


def parcels(count: int, **cells: str) -> Fill:
    """So many pieces of land and a house."""

    def fill(book: Book, row: Cells) -> None:
        number, uses = row["宛名番号"], ("宅地", "田", "畑", "山林", "雑種地")
        yen = add_house(book, number, "居宅", home_of(row), **cells)
        for place in range(count):
            where = home_of(row) if place == 0 else None
            yen += add_land(book, number, uses[place % len(uses)], where, **cells)
        pay(book, number, FIXED_ASSETS, book.year, yen // 100 * 100)

    return fill


def paid(is_owing: bool = False, **cells: str) -> Fill:
    """住民税 of three years, of the newest nothing where somebody `is_owing`; `cells` differ in the newest."""

    def fill(book: Book, row: Cells) -> None:
        for year in book.years:
            earner = Earner(age_of(row, year), business=SELF_EMPLOYED)
            yen = file_year(book, row["宛名番号"], year, row["住所"], earner)
            owed = {"納付済額": "0", "未納額（納期到来）": str(yen), "未納額（納期未到来）": "0"} if is_owing else {}
            pay(book, row["宛名番号"], RESIDENT, year, yen, **({**owed, **cells} if year == book.year else {}))

    return fill


def driving(*which: int, **cells: str) -> Fill:
    """Vehicles of these kinds; `cells` differ in the first."""

    def fill(book: Book, row: Cells) -> None:
        number, yen = row["宛名番号"], 0
        for place, kind in enumerate(which):
            yen += add_vehicle(book, number, kind, **({} if place else cells))
        if yen:
            pay(book, number, VEHICLE, book.year, yen)

    return fill


def write_everything(book: Book, head: Cells, spouse: Cells) -> None:
    """What a family of four may have: three years of income, two parcels and a house, two vehicles, all paid."""
    number, home = head["宛名番号"], home_of(head)
    for year in book.years:
        keeps = {"16歳未満扶養": 1, "一般扶養": 1}
        earner = Earner(age_of(head, year), salary=6_240_000 - 90_000 * (book.year - year), dependants=keeps)
        pay(book, number, RESIDENT, year, file_year(book, number, year, head["住所"], earner))
        file_year(book, spouse["宛名番号"], year, head["住所"], Earner(age_of(spouse, year), salary=2_310_000))
    yen = add_land(book, number, "宅地", home) + add_land(book, number, "畑") + add_house(book, number, "居宅", home)
    pay(book, number, FIXED_ASSETS, book.year, yen // 100 * 100)
    pay(book, number, VEHICLE, book.year, add_vehicle(book, number, 0) + add_vehicle(book, number, 2))


NOT_HERE = {"賦課期日在住": "", "賦課期日の住所": ""}
OWED = {"納付日": "", "有効期限": "", "未納の有無": "1"}
_DEPENDANT, _NOT_FILED = without_figures("被扶養"), without_figures("未申告")
_MOVED_IN = without_figures("未申告", **NOT_HERE)
_JOINT, _HEIRS = parcels(2, 所有区分="共有"), parcels(1, 所有区分="相続人代表")
_RETAINED = driving(1, 所有形態="所有権留保")
CASES: dict[str, tuple[Case, ...]] = {
    "wakakusa": (
        alone("thirty-parcels", "土地30筆と家屋（手数料は数で決まる）", "Thirty parcels, one house", parcels(30), 63),
        alone("joint-ownership", "共有の土地がある人（中立の案内）", "Joint ownership: neutral refusal", _JOINT),
        alone("heirs", "相続人代表の土地（中立の案内）", "Land of heirs: neutral refusal", _HEIRS),
        alone("too-many-parcels", "一通に載せられない数の土地（中立の案内）", "Too many parcels", parcels(52), 67),
    ),
    "hoshimi": (
        alone("not-taxed", "非課税（申告あり、0円）", "Not taxed: filed, nothing earned", nothing_earned),
        alone("dependant", "被扶養で申告のない人（金額のない非課税証明）", "Dependant: no figures", _DEPENDANT),
        alone("overdue", "税の未納がある人（中立の案内）", "Overdue tax: neutral refusal", paid(is_owing=True)),
        alone("three-vehicles", "軽自動車3台から選ぶ", "Three vehicles to choose from", driving(0, 2, 3)),
    ),
    "suzune": (alone("no-vehicle", "軽自動車のない人", "No vehicle", driving()),),
    "shirakaba": (
        alone("not-filed", "未申告の人", "Nothing filed", _NOT_FILED),
        alone("under-correction", "更正処理中の年度がある人", "Under correction", filed(更正処理中="1")),
        alone("moved-in", "1月1日に住んでいなかった人", "Not resident on 1 January", _MOVED_IN),
        alone("settling", "納付の反映待ち（中立の案内）", "Payment not yet booked", paid(納付反映待ち="1")),
        alone("vehicle-arrears", "軽自動車税の未納（中立の案内）", "Vehicle tax in arrears", driving(0, **OWED)),
        alone("vehicle-retained", "所有権留保の軽自動車（中立の案内）", "Vehicle of retained ownership", _RETAINED),
    ),
    "hanano": (alone("no-property-here", "資産証明書を扱わない町", "No property certificates here", parcels(1)),),
}
