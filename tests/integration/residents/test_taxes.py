"""所得, 資産, 納税, 軽自: what comes in, what is refused with its place and reason, what is handed out."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from app.residents import checking, exporting
from app.residents.registers import INCOME_TAXES, PROPERTIES, TAX_PAYMENTS, VEHICLES
from app.residents.tax_models import IncomeTax, Property, TaxPayment, Vehicle
from app.residents.tax_queries import find_income_taxes, find_properties, find_tax_payments, find_vehicle_taxes
from app.residents.tax_vocabularies import AssetKind, Filing, Ownership, Tax, TaxItem, TaxStatus, VehicleHolding

KEY = bytes(range(32))
YEAR = {"宛名番号": "19", "年度": "令和8年度", "履歴番号": "1", "備考": ""}
INCOME = YEAR | {
    "課税区分": "課税",
    "申告区分": "申告あり",
    "更正処理中": "",
    "賦課期日在住": "1",
    "賦課期日の住所": "青嶺県若草市一番地",
    "給与収入": "5,000,000",
    "給与所得": "3560000",
    "合計所得金額": "3560000",
    "総所得金額等": "3560000",
    "社会保険料控除": "700000",
    "配偶者控除": "",
    "基礎控除": "430000",
    "所得控除合計": "1130000",
    "市町村民税所得割": "143300",
    "市町村民税均等割": "3000",
    "県民税所得割": "95500",
    "県民税均等割": "1000",
    "森林環境税": "1000",
    "年税額": "243800",
    "同一生計配偶者": "0",
}
NOTHING_FILED = {title: "" for title in INCOME if title in {item.japanese for item in TaxItem}}
LAND = YEAR | {
    "物件番号": "P-1",
    "資産区分": "土地",
    "所在": "若草市本町",
    "地番": "一番",
    "登記地目": "宅地",
    "現況地目": "宅地",
    "構造": "",
    "地積": "123.45",
    "評価額": "8000000",
    "課税標準額": "1333333",
    "税相当額": "18600",
    "所有区分": "単独",
}
HOUSE = LAND | {
    "物件番号": "P-2",
    "資産区分": "家屋",
    "地番": "",
    "登記地目": "居宅",
    "現況地目": "",
    "構造": "木造・瓦葺・２階建",
    "地積": "98.7",
    "課税標準額": "8000000",
}
PAYMENT = YEAR | {
    "税目": "固定資産税・都市計画税",
    "課税額": "100000",
    "納付済額": "50000",
    "未納額（納期到来）": "20000",
    "未納額（納期未到来）": "30000",
    "法定納期限等": "令和8年6月1日",
    "納付反映待ち": "",
}
VEHICLE = YEAR | {
    "車両管理番号": "V-1",
    "車両番号": "若草　580　あ　12-34",
    "車種": "軽四輪（自家用）",
    "税額": "10800",
    "納付日": "令和8年5月20日",
    "未納の有無": "無",
    "納付反映待ち": "",
    "有効期限": "令和9年5月30日",
    "所有形態": "所有",
}
ROWS = [(INCOME_TAXES, INCOME), (PROPERTIES, LAND), (TAX_PAYMENTS, PAYMENT), (VEHICLES, VEHICLE)]
FINDERS = [find_income_taxes, find_properties, find_tax_payments, find_vehicle_taxes]


def by_name(value):
    return getattr(value, "name", "")


def apply(files, register, *rows):
    return files.apply(files.write(list(rows)), register)


def faults(files, register, *rows):
    return files.faults(files.write(list(rows)), register)


# --- handed out ---


@pytest.mark.parametrize("find", FINDERS)
def test_of_whom_nothing_is_recorded_nothing_is_found(p, find):
    assert find(p, "19") is None


def test_a_year_of_income(files, p):
    older = INCOME | {"年度": "R7", "備考": "更正済み"}
    apply(files, INCOME_TAXES, older, INCOME, INCOME | {"宛名番号": "27"})
    newest, before = find_income_taxes(p, "19").years
    assert (newest.fiscal_year, newest.history_no, before.fiscal_year) == (2026, 1, 2025)
    assert (newest.status, newest.filing) == (TaxStatus.TAXED, Filing.FILED)
    assert (newest.was_resident, newest.address_then) == (True, "青嶺県若草市一番地")
    assert (newest.is_under_correction, before.note) == (False, "更正済み")
    assert newest.amounts[TaxItem.SALARY_REVENUE] == 5_000_000
    assert newest.amounts[TaxItem.DEPENDANT_SPOUSE] == 0
    assert TaxItem.SPOUSE not in newest.amounts  # an empty cell is no figure
    assert len(newest.amounts) == 14


def test_who_filed_nothing_has_a_year_without_figures(files, p):
    apply(files, INCOME_TAXES, INCOME | NOTHING_FILED | {"課税区分": "非課税", "申告区分": "被扶養"})
    (year,) = find_income_taxes(p, "19").years
    assert (year.status, year.filing, year.amounts) == (TaxStatus.NOT_TAXED, Filing.DEPENDANT, {})


def test_land_and_houses_in_their_order(files, p):
    second = LAND | {"物件番号": "P-3", "地番": "三番"}
    apply(files, PROPERTIES, HOUSE, second, LAND, LAND | {"年度": "2025"}, LAND | {"物件番号": "P-4", "宛名番号": "27"})
    parcels = find_properties(p, "19").parcels
    assert [(x.fiscal_year, x.parcel_no) for x in parcels] == [
        (2026, "P-1"),
        (2026, "P-3"),
        (2026, "P-2"),
        (2025, "P-1"),
    ]
    land, _second, house, _older = parcels
    assert (land.asset, land.area, land.assessed_yen, land.ownership) == (
        AssetKind.LAND,
        "123.45",
        8_000_000,
        Ownership.SOLE,
    )
    assert (land.number, land.use_registered, land.use_actual, land.structure) == ("一番", "宅地", "宅地", "")
    assert (house.asset, house.structure, house.area) == (AssetKind.HOUSE, "木造・瓦葺・２階建", "98.7")


def test_payments_by_year_and_tax(files, p):
    apply(files, TAX_PAYMENTS, PAYMENT, PAYMENT | {"税目": "軽自動車税（種別割）"}, PAYMENT | {"年度": "R7"})
    taxes = find_tax_payments(p, "19").taxes
    assert [(t.fiscal_year, t.tax) for t in taxes] == [
        (2026, Tax.FIXED_ASSETS),
        (2026, Tax.VEHICLE),
        (2025, Tax.FIXED_ASSETS),
    ]
    first = taxes[0]
    assert (first.assessed_yen, first.paid_yen, first.overdue_yen, first.not_due_yen) == (
        100_000,
        50_000,
        20_000,
        30_000,
    )
    assert (first.legal_due_on, first.is_settling) == (date(2026, 6, 1), False)


def test_the_newest_year_of_each_vehicle(files, p):
    second = VEHICLE | {
        "車両管理番号": "V-2",
        "車両番号": "若草　480　い　56-78",
        "未納の有無": "有",
        "納付反映待ち": "1",
    }
    apply(files, VEHICLES, VEHICLE | {"年度": "R7"}, VEHICLE, second)
    vehicles = find_vehicle_taxes(p, "19").vehicles
    assert [(v.vehicle_no, v.fiscal_year, v.has_arrears, v.is_settling) for v in vehicles] == [
        ("V-2", 2026, True, True),
        ("V-1", 2026, False, False),
    ]
    assert (vehicles[1].paid_on, vehicles[1].valid_until) == (date(2026, 5, 20), date(2027, 5, 30))
    assert vehicles[1].plate == "若草　580　あ　12-34"


def test_a_vehicle_that_was_sold_is_the_buyers(files, p):
    apply(files, VEHICLES, VEHICLE | {"年度": "R7"}, VEHICLE | {"宛名番号": "27"})
    assert find_vehicle_taxes(p, "19") is None
    assert len(find_vehicle_taxes(p, "27").vehicles) == 1


# --- versions ---


def test_a_correction_becomes_the_current_version_and_the_old_one_stays(files, p):
    apply(files, PROPERTIES, LAND)
    planned = apply(files, PROPERTIES, LAND | {"履歴番号": "2", "宛名番号": "27"})
    assert planned.counts() == {"added": 1, "changed": 0, "unchanged": 0, "ended": 0}
    assert find_properties(p, "19") is None
    assert find_properties(p, "27").parcels[0].history_no == 2
    kept = p.session.query(Property).order_by(Property.history_no).all()
    assert [(row.history_no, row.is_current) for row in kept] == [(1, False), (2, True)]


def test_an_older_version_that_comes_later_does_not_become_current(files, p):
    apply(files, INCOME_TAXES, INCOME | {"履歴番号": "2"})
    apply(files, INCOME_TAXES, INCOME | {"賦課期日の住所": "青嶺県若草市二番地"})
    assert [year.history_no for year in find_income_taxes(p, "19").years] == [2]
    assert checking.check(p, KEY) == []


@pytest.mark.parametrize(("register", "row"), ROWS, ids=by_name)
def test_an_export_comes_back_as_unchanged(files, p, tmp_path, register, row):
    apply(files, register, row, row | {"履歴番号": "2"})
    assert exporting.export(p, "test", register, tmp_path / "out.csv", KEY) == 2
    again = files.plan(tmp_path / "out.csv", register)
    assert (again.counts()["unchanged"], again.faults, again.is_empty) == (2, [], True)
    assert checking.check(p, KEY) == []


# --- refused ---


@pytest.mark.parametrize(("register", "row"), ROWS, ids=by_name)
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"年度": "平成35年度"}, "年度: not a fiscal year"),
        ({"年度": "いつか"}, "年度: not a fiscal year"),
        ({"年度": "2199"}, "年度: in the future"),
        ({"履歴番号": "0"}, "履歴番号: must be at least 1"),
        ({"宛名番号": "18"}, "宛名番号: wrong check digit"),
        ({"宛名番号": ""}, "宛名番号: must not be empty"),
    ],
)
def test_what_every_tax_row_needs(files, register, row, change, fault):
    assert faults(files, register, row | change) == [f"line 2, column {fault}"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"課税区分": "免税"}, ["課税区分: not one of 課税、非課税"]),
        ({"給与収入": "-1"}, ["給与収入: not an amount in whole yen, 0 or more"]),
        ({"給与収入": "五百万"}, ["給与収入: not an amount in whole yen, 0 or more"]),
        ({"給与収入": "12.5"}, ["給与収入: not an amount in whole yen, 0 or more"]),
        ({"給与収入": "3000000"}, ["給与所得: more than 給与収入"]),
        ({"総所得金額等": "3560001"}, ["総所得金額等: more than 合計所得金額"]),
        ({"所得控除合計": "1130001"}, ["所得控除合計: is not the sum of its parts"]),
        ({"基礎控除": "430001"}, ["所得控除合計: is not the sum of its parts"]),
        ({"年税額": "243801"}, ["年税額: is not the sum of its parts"]),
        ({"年税額": "243801", "備考": "減免"}, ["年税額: is not the sum of its parts"]),
        ({"年税額": "243799"}, ["年税額: is not the sum of its parts"]),
        ({"年税額": "0", "備考": "減免"}, ["年税額: must be more than 0 for 課税"]),
        ({"年税額": ""}, ["年税額: must be more than 0 for 課税"]),
        ({"課税区分": "非課税"}, ["年税額: must be 0 for 非課税"]),
        ({"同一生計配偶者": "2"}, ["同一生計配偶者: more than one"]),
        ({"賦課期日の住所": ""}, ["賦課期日の住所: must not be empty for who lived here"]),
        ({"合計所得金額": "", "総所得金額等": "", "所得控除合計": ""}, []),
        ({"年税額": "200000", "備考": "減免（条例第○条）"}, []),
    ],
)
def test_a_year_that_does_not_add_up(files, change, told):
    assert faults(files, INCOME_TAXES, INCOME | change) == [f"line 2, column {fault}" for fault in told]


@pytest.mark.parametrize("filing", ["未申告", "被扶養"])
def test_who_filed_nothing_has_no_figures(files, filing):
    quiet = INCOME | NOTHING_FILED | {"課税区分": "非課税", "申告区分": filing}
    assert faults(files, INCOME_TAXES, quiet) == []
    assert faults(files, INCOME_TAXES, quiet | {"給与収入": "0"}) == [
        f"line 2, column 給与収入: must be empty for {filing}"
    ]
    assert faults(files, INCOME_TAXES, quiet | {"課税区分": "課税"}) == [
        "line 2, column 年税額: must be more than 0 for 課税"
    ]


@pytest.mark.parametrize(
    ("row", "change", "fault"),
    [
        (LAND, {"資産区分": "償却資産"}, "資産区分: not one of 土地、家屋"),
        (LAND, {"地積": "広い"}, "地積・床面積: not an area in square metres with at most two decimals"),
        (LAND, {"地積": "0.00"}, "地積・床面積: not an area in square metres with at most two decimals"),
        (LAND, {"地積": "12.345"}, "地積・床面積: not an area in square metres with at most two decimals"),
        (LAND, {"地積": "-12.34"}, "地積・床面積: not an area in square metres with at most two decimals"),
        (LAND, {"地番": ""}, "地番・家屋番号: must not be empty for 土地"),
        (LAND, {"構造": "木造"}, "構造・屋根・階層: must be empty for 土地"),
        (HOUSE, {"現況地目": "宅地"}, "現況地目: must be empty for 家屋"),
        (LAND, {"課税標準額": "8000001"}, "課税標準額: more than 評価額"),
        (LAND, {"税相当額": "1333334"}, "税相当額: more than 課税標準額"),
        (LAND, {"評価額": "-1"}, "評価額: not an amount in whole yen, 0 or more"),
        (LAND, {"所有区分": "借地"}, "所有区分: not one of 単独、共有、相続人代表、法人"),
    ],
)
def test_a_bad_parcel(files, row, change, fault):
    assert faults(files, PROPERTIES, row | change) == [f"line 2, column {fault}"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"納付済額": "50001"}, "課税額: is not what is paid, overdue and not yet due together"),
        ({"納付済額": "-50000"}, "納付済額: not an amount in whole yen, 0 or more"),
        ({"税目": "たばこ税"}, None),
        ({"法定納期限等": "令和8年6月頃"}, "法定納期限等: must be a full day of the calendar"),
    ],
)
def test_a_bad_payment(files, change, fault):
    (told,) = faults(files, TAX_PAYMENTS, PAYMENT | change)
    assert told == f"line 2, column {fault}" if fault else told.startswith("line 2, column 税目: not one of 市町村民税")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"車両番号": "1234"}, ["車両番号: not a 車両番号"]),
        ({"車両番号": "ＡＢＣ"}, ["車両番号: not a 車両番号"]),
        ({"有効期限": "令和8年5月19日"}, ["有効期限: before 納付日"]),
        ({"納付日": "2199-01-01", "有効期限": ""}, ["納付日: in the future"]),
        ({"納付日": ""}, ["有効期限: must be empty as long as the tax is not paid"]),
        ({"納付日": "", "有効期限": ""}, []),
        ({"納付日": "", "税額": "0"}, []),
        ({"納付日": "", "所有形態": "減免"}, []),
        ({"所有形態": "借用"}, ["所有形態: not one of 所有、所有権留保、法人、減免"]),
    ],
)
def test_a_bad_vehicle(files, change, told):
    assert faults(files, VEHICLES, VEHICLE | change) == [f"line 2, column {fault}" for fault in told]


@pytest.mark.parametrize(
    ("register", "row", "column"),
    [
        (INCOME_TAXES, INCOME, "更正処理中"),
        (TAX_PAYMENTS, PAYMENT, "納付反映待ち"),
        (VEHICLES, VEHICLE, "未納の有無"),
    ],
    ids=by_name,
)
def test_a_column_whose_absence_would_say_that_all_is_well_must_be_there(files, register, row, column):
    with pytest.raises(Exception, match=f"line 1: column missing: {column}"):
        faults(files, register, {name: cell for name, cell in row.items() if name != column})


def test_every_fault_of_a_row_is_told_and_none_repeats_a_figure(files):
    told = faults(files, INCOME_TAXES, INCOME | {"給与収入": "987654321x", "県民税所得割": "-987654", "年度": "R99x"})
    assert len(told) == 3
    assert "9876" not in "".join(told)


# --- impossible in the schema ---

VALID = {
    IncomeTax: {"atena_no": "19", "status": TaxStatus.TAXED, "filing": Filing.FILED, "total_tax": 1},
    Property: {
        "parcel_no": "P-1",
        "atena_no": "19",
        "asset": AssetKind.LAND,
        "location": "若草市本町",
        "use_registered": "宅地",
        "area": "1",
        "assessed_yen": 1,
        "tax_base_yen": 1,
        "tax_yen": 1,
        "ownership": Ownership.SOLE,
    },
    TaxPayment: {
        "atena_no": "19",
        "tax": Tax.RESIDENT,
        "assessed_yen": 3,
        "paid_yen": 1,
        "overdue_yen": 1,
        "not_due_yen": 1,
    },
    Vehicle: {
        "vehicle_no": "V-1",
        "atena_no": "19",
        "plate": "若草市 あ 1",
        "vehicle_kind": "原付",
        "tax_yen": 1,
        "holding": VehicleHolding.OWN,
    },
}
IMPOSSIBLE = [
    (IncomeTax, {"salary_revenue": -1}),
    (IncomeTax, {"total_tax": 0}),
    (IncomeTax, {"total_tax": None}),
    (IncomeTax, {"status": TaxStatus.NOT_TAXED}),
    (IncomeTax, {"status": TaxStatus.NOT_TAXED, "filing": Filing.NOT_FILED, "total_tax": 0}),
    (IncomeTax, {"fiscal_year": 1900}),
    (Property, {"assessed_yen": -1}),
    (Property, {"structure": "木造"}),
    (Property, {"asset": AssetKind.HOUSE, "use_actual": "宅地"}),
    (Property, {"history_no": 0}),
    (TaxPayment, {"paid_yen": 2}),
    (TaxPayment, {"paid_yen": 5, "overdue_yen": -3}),
    (Vehicle, {"tax_yen": -1}),
    (Vehicle, {"paid_on": date(2026, 5, 20), "valid_until": date(2026, 5, 19)}),
]


def row_of(model, **changes):
    return model(**{"fiscal_year": 2026, "history_no": 1, "row_sha256": "", **VALID[model]} | changes)


@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_the_schema_takes_a_row_and_refuses_a_second_current_one(p, model):
    p.session.add(row_of(model))
    p.session.commit()
    p.session.add(row_of(model, history_no=2))
    with pytest.raises(IntegrityError):
        p.session.commit()


@pytest.mark.parametrize(("model", "changes"), IMPOSSIBLE, ids=lambda v: getattr(v, "__name__", str(v)))
def test_the_schema_refuses(p, model, changes):
    p.session.add(row_of(model, **changes))
    with pytest.raises(IntegrityError):
        p.session.commit()
