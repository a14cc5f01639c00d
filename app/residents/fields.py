"""PURE. The columns of a register file: the item names of the national standard, ours, and how a cell is read.

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
    is_required: bool = False
    is_printed: bool = False  # appears on a certificate: its characters are looked up in the font

    @property
    def title(self) -> str:
        return self.names[0]


def _field(key: str, names: str, read: Reader, blank: Any = "", **marks: bool) -> Field:
    return Field(key, tuple(names.split("|")), read, blank, **marks)


PERSON_FIELDS = (
    _field("atena_no", "宛名番号", values.register_number, is_required=True),
    _field("history_no", "履歴番号", values.counting, is_required=True),
    _field("is_provisional", "仮登録", values.flag, False),
    _field("setai_no", "世帯番号", values.register_number, is_required=True),
    _field("setai_order", "世帯員の並び順", values.counting, 0),
    _field("status", "住民状態", values.one_of(ResidentStatus), is_required=True),
    _field("resident_type", "住民種別", values.one_of(ResidentType), is_required=True),
    _field("name", "氏名|氏名（漢字）", values.text, is_required=True, is_printed=True),
    _field("name_kana", "氏名のフリガナ|氏名の振り仮名", values.katakana, is_printed=True),
    _field("name_latin", "氏名（アルファベット）", values.text, is_printed=True),
    _field("former_surname", "旧氏", values.text, is_printed=True),
    _field("former_surname_kana", "旧氏のフリガナ|旧氏の振り仮名", values.katakana, is_printed=True),
    _field("alias", "通称", values.text, is_printed=True),
    _field("alias_kana", "通称のフリガナ|通称の振り仮名", values.katakana, is_printed=True),
    _field("birth_date", "生年月日", values.recorded, is_required=True),
    _field("sex", "性別", values.one_of(Sex), Sex.BLANK),
    _field("household_head", "世帯主の氏名|世帯主", values.text, is_printed=True),
    _field("relationship", "世帯主との続柄|続柄", values.relationship),
    _field("registered_domicile", "本籍", values.text, is_printed=True),
    _field("register_head", "筆頭者", values.text, is_printed=True),
    _field("address", "住所", values.text, is_required=True, is_printed=True),
    _field("address_detail", "方書", values.text, is_printed=True),
    _field("postal_code", "住所の郵便番号|郵便番号", values.postal_code),
    _field("became_resident_on", "住民となった年月日|住民となった日", values.recorded),
    _field("address_since", "住所を定めた年月日", values.recorded),
    _field("notified_on", "届出の年月日|届出日|届出年月日", values.day_text),
    _field("previous_address", "転入前住所", values.text, is_printed=True),
    _field("individual_number", "個人番号", values.individual_number),
    _field("resident_code", "住民票コード", values.resident_code),
    _field("movement_reason", "異動事由", values.one_of(MovementReason), is_required=True),
    _field("moved_on", "異動日|異動年月日", values.recorded),
    _field("processed_on", "処理日|処理年月日", values.day, None),
    _field("moving_out_on", "転出予定年月日|転出予定日", values.day, None),
    _field("nationality", "国籍・地域", values.text, is_printed=True),
    _field("foreign_class", "法第30条の45の表に規定する区分|30条45区分", values.one_of(ForeignClass), None),
    _field("foreign_resident_since", "外国人住民となった年月日", values.recorded),
    _field("residence_status", "在留資格", values.text, is_printed=True),
    _field("residence_period", "在留期間|上陸期間|仮滞在期間", values.text, is_printed=True),
    _field("residence_expiry", "在留期間の満了の日|在留期間の満了日", values.day, None),
    _field("residence_card_no", "在留カードの番号|在留カード等の番号|特別永住者証明書の番号", values.identifier),
)

SEAL_FIELDS = (
    _field("seal_no", "印鑑登録番号", values.identifier, is_required=True),
    _field("atena_no", "宛名番号", values.register_number, is_required=True),
    _field("imprint_png", "印影", values.picture, b""),
    _field("imprint_file", "印影ファイル", values.text),
    _field("width_mm", "印影の幅", values.millimetres, None),
    _field("height_mm", "印影の高さ", values.millimetres, None),
    _field("seal_text", "印影の文字", values.text),
    _field("registered_on", "登録年月日", values.day, is_required=True),
    _field("method", "登録方法", values.one_of(SealRegistrationMethod), is_required=True),
    _field("status", "登録状態", values.one_of(SealStatus), is_required=True),
    _field("cancel_cause", "抹消事由", values.one_of(SealCancelCause), None),
    _field("cancelled_on", "抹消年月日", values.day, None),
)

BLOCK_FIELDS = (
    _field("block_id", "抑止番号", values.identifier, is_required=True),
    _field("atena_no", "宛名番号", values.register_number, None),
    _field("setai_no", "世帯番号", values.register_number, None),
    _field("reason", "抑止理由", values.one_of(BlockReason), is_required=True),
    _field("level", "抑止レベル", values.one_of(BlockLevel), BlockLevel.STOP),
    _field("kinds", "対象証明書", values.certificate_codes),
    _field("starts_on", "開始年月日|開始日", values.day, is_required=True),
    _field("ends_on", "終了年月日|終了日", values.day, None),
    _field("lifted_at", "解除日時|解除年月日", values.moment, None),
    _field("temporarily_lifted_until", "一時解除の期限|一時解除期限", values.moment, None),
)


def find_field(name: str, fields: Sequence[Field]) -> Field | None:
    """The field of a header cell, by a Japanese name or our key; width, case and blanks do not matter."""
    wanted = _comparable(name)
    return next((f for f in fields if wanted in {_comparable(word) for word in (f.key, *f.names)}), None)


def _comparable(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()
