"""PURE. The columns of the files of persons, seals and blocks: names of the standard, ours, how a cell is read.

Item names: 住民記録システム標準仕様書 1.1.1, 1.1.2, 1.2.1. docs/registers.md explains each to an operator.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.residents import values
from app.residents.values import Reader
from app.residents.vocabularies import (
    BlockLevel,
    BlockReason,
    ForeignClass,
    MovementReason,
    ResidentStatus,
    ResidentType,
    SealCancelCause,
    SealRegistrationMethod,
    SealStatus,
    Sex,
)


@dataclass(frozen=True)
class Field:
    """A column: `key` is ours and the database's; `names` are Japanese, the first one is what an export writes."""

    key: str
    names: tuple[str, ...]
    read: Reader
    blank: Any = ""  # the value of an empty cell or an absent column
    is_required: bool = False  # no cell of it may be empty
    is_expected: bool = (
        False  # the column must be there, its cells may be empty: what is absent must not pass for 「無」
    )
    is_printed: bool = False  # appears on a certificate: its characters are looked up in the font
    instead: str = ""  # the key of a field that may stand in its place

    @property
    def title(self) -> str:
        return self.names[0]


def define(key: str, names: str, read: Reader, blank: Any = "", **marks: Any) -> Field:
    """A field; `names` separated by |."""
    return Field(key, tuple(names.split("|")), read, blank, **marks)


PERSON_FIELDS = (
    define("atena_no", "宛名番号", values.register_number, is_required=True),
    define("history_no", "履歴番号", values.counting, is_required=True),
    define("is_provisional", "仮登録", values.flag, False),
    define("setai_no", "世帯番号", values.register_number, is_required=True),
    define("setai_order", "世帯員の並び順", values.counting, 0),
    define("status", "住民状態", values.one_of(ResidentStatus), is_required=True),
    define("resident_type", "住民種別", values.one_of(ResidentType), is_required=True),
    define("name", "氏名|氏名（漢字）", values.text, is_required=True, is_printed=True, instead="name_latin"),
    define("name_kana", "氏名のフリガナ|氏名の振り仮名", values.katakana, is_printed=True),
    define("name_latin", "氏名（アルファベット）", values.text, is_printed=True),
    define("former_surname", "旧氏", values.text, is_printed=True),
    define("former_surname_kana", "旧氏のフリガナ|旧氏の振り仮名", values.katakana, is_printed=True),
    define("alias", "通称", values.text, is_printed=True),
    define("alias_kana", "通称のフリガナ|通称の振り仮名", values.katakana, is_printed=True),
    define("birth_date", "生年月日", values.recorded, is_required=True),
    define("sex", "性別", values.one_of(Sex), Sex.BLANK),
    define("household_head", "世帯主の氏名|世帯主", values.text, is_printed=True),
    define("relationship", "世帯主との続柄|続柄", values.relationship),
    define("registered_domicile", "本籍", values.text, is_printed=True),
    define("register_head", "筆頭者", values.text, is_printed=True),
    define("address", "住所", values.text, is_required=True, is_printed=True),
    define("address_detail", "方書", values.text, is_printed=True),
    define("postal_code", "住所の郵便番号|郵便番号", values.postal_code),
    define("became_resident_on", "住民となった年月日|住民となった日", values.recorded),
    define("address_since", "住所を定めた年月日", values.recorded),
    define("notified_on", "届出の年月日|届出日|届出年月日", values.day_text),
    define("previous_address", "転入前住所", values.text, is_printed=True),
    define("individual_number", "個人番号", values.individual_number),
    define("resident_code", "住民票コード", values.resident_code),
    define("movement_reason", "異動事由", values.one_of(MovementReason), is_required=True),
    define("moved_on", "異動日|異動年月日", values.recorded),
    define("processed_on", "処理日|処理年月日", values.day, None),
    define("moving_out_on", "転出予定年月日|転出予定日", values.day, None),
    define("nationality", "国籍・地域", values.text, is_printed=True),
    define("foreign_class", "法第30条の45の表に規定する区分|30条45区分", values.one_of(ForeignClass), None),
    define("foreign_resident_since", "外国人住民となった年月日", values.recorded),
    define("residence_status", "在留資格", values.text, is_printed=True),
    define("residence_period", "在留期間|上陸期間|仮滞在期間", values.text, is_printed=True),
    define("residence_expiry", "在留期間の満了の日|在留期間の満了日", values.day, None),
    define("residence_card_no", "在留カードの番号|在留カード等の番号|特別永住者証明書の番号", values.identifier),
)

SEAL_FIELDS = (
    define("seal_no", "印鑑登録番号", values.identifier, is_required=True),
    define("atena_no", "宛名番号", values.register_number, is_required=True),
    define("imprint_png", "印影", values.picture, b""),
    define("imprint_file", "印影ファイル", values.text),
    define("width_mm", "印影の幅", values.millimetres, None),
    define("height_mm", "印影の高さ", values.millimetres, None),
    define("seal_text", "印影の文字", values.text),
    define("registered_on", "登録年月日", values.day, is_required=True),
    define("method", "登録方法", values.one_of(SealRegistrationMethod), is_required=True),
    define("status", "登録状態", values.one_of(SealStatus), is_required=True),
    define("cancel_cause", "抹消事由", values.one_of(SealCancelCause), None),
    define("cancelled_on", "抹消年月日", values.day, None),
)

BLOCK_FIELDS = (
    define("block_id", "抑止番号", values.identifier, is_required=True),
    define("atena_no", "宛名番号", values.register_number, None),
    define("setai_no", "世帯番号", values.register_number, None),
    define("reason", "抑止理由", values.one_of(BlockReason), is_required=True),
    define("level", "抑止レベル", values.one_of(BlockLevel), BlockLevel.STOP),
    define("kinds", "対象証明書", values.certificate_codes),
    define("starts_on", "開始年月日|開始日", values.day, is_required=True),
    define("ends_on", "終了年月日|終了日", values.day, None),
    define("lifted_at", "解除日時|解除年月日", values.moment, None),
    define("temporarily_lifted_until", "一時解除の期限|一時解除期限", values.moment, None),
)


def find_field(name: str, fields: Sequence[Field]) -> Field | None:
    """The field of a header cell, by a Japanese name or our key; width, case and blanks do not matter."""
    wanted = _comparable(name)
    return next((f for f in fields if wanted in {_comparable(word) for word in (f.key, *f.names)}), None)


def _comparable(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()
