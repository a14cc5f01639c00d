"""PURE. The columns of the files of the tax registers. docs/registers.md explains each to an operator.

Item names: the forms of 所得・課税証明書, 固定資産課税台帳 (地方税法 381条), 納税証明書 and 軽自動車税（種別割）.
"""

from __future__ import annotations

from app.residents import values
from app.residents.fields import define
from app.residents.tax_vocabularies import (
    AssetKind,
    Filing,
    ItemGroup,
    Ownership,
    Tax,
    TaxItem,
    TaxStatus,
    VehicleHolding,
)

_PERSON = define("atena_no", "宛名番号", values.register_number, is_required=True)
_TAXPAYER = define("atena_no", "宛名番号|納税義務者の宛名番号", values.register_number, is_required=True)
_YEAR = define("fiscal_year", "年度|課税年度", values.fiscal_year, is_required=True)
_HISTORY = define("history_no", "履歴番号", values.numbering, is_required=True)
_NOTE = define("note", "備考", values.text, is_printed=True)
_SETTLING = define("is_settling", "納付反映待ち", values.flag, False, is_expected=True)

INCOME_TAX_FIELDS = (
    _PERSON,
    _YEAR,
    _HISTORY,
    define("status", "課税区分", values.one_of(TaxStatus), is_required=True),
    define("filing", "申告区分", values.one_of(Filing), is_required=True),
    define("is_under_correction", "更正処理中", values.flag, False, is_expected=True),
    define("was_resident", "賦課期日在住", values.flag, False),
    define("address_then", "賦課期日の住所|賦課期日住所", values.text, is_printed=True),
    *(
        define(
            item.value,
            item.japanese,
            values.counting if item.group is ItemGroup.DEPENDANTS else values.yen,
            None,  # an empty cell is no figure, which is not 0
        )
        for item in TaxItem
    ),
    _NOTE,
)

PROPERTY_FIELDS = (
    define("parcel_no", "物件番号", values.identifier, is_required=True),
    _YEAR,
    _HISTORY,
    _TAXPAYER,
    define("asset", "資産区分", values.one_of(AssetKind), is_required=True),
    define("location", "所在", values.text, is_required=True, is_printed=True),
    define("number", "地番・家屋番号|地番|家屋番号", values.text, is_printed=True),
    define("use_registered", "登記地目・種類|登記地目|種類", values.text, is_required=True, is_printed=True),
    define("use_actual", "現況地目", values.text, is_printed=True),
    define("structure", "構造・屋根・階層|構造", values.text, is_printed=True),
    define("area", "地積・床面積|地積|床面積", values.square_metres, is_required=True),
    define("assessed_yen", "評価額", values.yen, is_required=True),
    define("tax_base_yen", "課税標準額", values.yen, is_required=True),
    define("tax_yen", "税相当額", values.yen, is_required=True),
    define("ownership", "所有区分", values.one_of(Ownership), is_required=True),
    _NOTE,
)

TAX_PAYMENT_FIELDS = (
    _PERSON,
    define("tax", "税目", values.one_of(Tax), is_required=True),
    _YEAR,
    _HISTORY,
    define("assessed_yen", "課税額", values.yen, is_required=True),
    define("paid_yen", "納付済額", values.yen, is_required=True),
    define("overdue_yen", "未納額（納期到来）", values.yen, is_required=True),
    define("not_due_yen", "未納額（納期未到来）|納期未到来額", values.yen, is_required=True),
    define("legal_due_on", "法定納期限等|法定納期限", values.day, None),
    _SETTLING,
    _NOTE,
)

VEHICLE_FIELDS = (
    define("vehicle_no", "車両管理番号", values.identifier, is_required=True),
    _YEAR,
    _HISTORY,
    _TAXPAYER,
    define("plate", "車両番号|標識番号", values.plate, is_required=True, is_printed=True),
    define("vehicle_kind", "車種", values.text, is_required=True, is_printed=True),
    define("tax_yen", "税額", values.yen, is_required=True),
    define("paid_on", "納付日|納付年月日", values.day, None),
    define("has_arrears", "未納の有無", values.flag, False, is_expected=True),
    _SETTLING,
    define("valid_until", "有効期限", values.day, None),
    define("holding", "所有形態", values.one_of(VehicleHolding), is_required=True),
)
