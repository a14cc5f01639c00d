"""PURE. Closed vocabularies of the registers; values are what the database keeps, `japanese` what files say.

Sources: 住民記録システム標準仕様書 1.1.2 (30条45区分), 1.1.11 (続柄), 1.2.2 (異動事由), 3.1 and 3.4 (抑止); the
letters of cancelled seals are the rows of the 印鑑登録統計.
"""

from __future__ import annotations

from enum import StrEnum


class Term(StrEnum):
    """A vocabulary member with its Japanese term."""

    japanese: str

    def __new__(cls, value: str, japanese: str) -> Term:
        member = str.__new__(cls, value)
        member._value_ = value
        member.japanese = japanese
        return member


class ResidentStatus(Term):
    RESIDENT = "resident", "住民"
    MOVED_OUT = "moved_out", "転出"
    DECEASED = "deceased", "死亡"
    REMOVED = "removed", "消除"


class ResidentType(Term):
    JAPANESE = "japanese", "日本人"
    FOREIGN = "foreign", "外国人"


class Sex(Term):
    MALE = "male", "男"
    FEMALE = "female", "女"
    BLANK = "blank", "空欄"


class ForeignClass(Term):
    """法30条の45の表の区分."""

    MEDIUM_TO_LONG_TERM = "medium_to_long_term", "中長期在留者"
    SPECIAL_PERMANENT = "special_permanent", "特別永住者"
    TEMPORARY_REFUGE = "temporary_refuge", "一時庇護許可者"
    PROVISIONAL_STAY = "provisional_stay", "仮滞在許可者"
    TRANSITIONAL_BIRTH = "transitional_birth", "出生による経過滞在者"
    TRANSITIONAL_LOSS = "transitional_loss", "国籍喪失による経過滞在者"


class MovementReason(Term):
    """異動事由."""

    MOVED_IN = "moved_in", "国内転入"
    MOVED_IN_ABROAD = "moved_in_abroad", "国外転入等"
    BIRTH = "birth", "出生"
    NATURALISED = "naturalised", "職権記載（帰化等）"
    NATIONALITY_LOST = "nationality_lost", "職権記載（国籍喪失）"
    ENTERED_EX_OFFICIO = "entered_ex_officio", "職権記載（一般）"
    REBUILT = "rebuilt", "改製"
    RECREATED = "recreated", "再製"
    MOVED_OUT = "moved_out", "国内転出"
    MOVED_OUT_ABROAD = "moved_out_abroad", "国外転出"
    DEATH = "death", "死亡"
    REMOVED_EX_OFFICIO = "removed_ex_officio", "職権消除"
    MOVED_WITHIN = "moved_within", "転居"
    MINOR_CORRECTION = "minor_correction", "軽微な修正"
    CORRECTED_EX_OFFICIO = "corrected_ex_officio", "職権修正"
    ERROR_CORRECTED = "error_corrected", "誤記修正"
    INDIVIDUAL_NUMBER_CHANGED = "individual_number_changed", "個人番号の変更"
    INDIVIDUAL_NUMBER_ENTERED = "individual_number_entered", "個人番号の記載"
    RESIDENT_CODE_CHANGED = "resident_code_changed", "住民票コードの変更"
    RESIDENT_CODE_ENTERED = "resident_code_entered", "住民票コードの記載"
    HOUSEHOLD_SPLIT = "household_split", "世帯分離"
    HOUSEHOLD_MERGED = "household_merged", "世帯合併"
    HOUSEHOLD_CHANGED = "household_changed", "世帯変更"
    HEAD_CHANGED = "head_changed", "世帯主変更"
    FORMER_SURNAME_ENTERED = "former_surname_entered", "旧氏の記載"
    FORMER_SURNAME_CHANGED = "former_surname_changed", "旧氏の変更"
    FORMER_SURNAME_DELETED = "former_surname_deleted", "旧氏の削除"
    ALIAS_ENTERED = "alias_entered", "通称の記載"
    ALIAS_DELETED = "alias_deleted", "通称の削除"
    CANCELLED_INCREASE = "cancelled_increase", "異動の取消し（増）"
    CANCELLED_DECREASE = "cancelled_decrease", "異動の取消し（減）"
    CANCELLED_CORRECTION = "cancelled_correction", "異動の取消し（修正）"


class SealStatus(Term):
    REGISTERED = "registered", "登録"
    ENQUIRY = "enquiry", "照会中"
    SUSPENDED = "suspended", "一時停止"
    CANCELLED = "cancelled", "抹消"


class SealRegistrationMethod(Term):
    SAME_DAY = "same_day", "即日"
    ENQUIRY_LETTER = "enquiry_letter", "照会"
    GUARANTOR = "guarantor", "保証"


class SealCancelCause(Term):
    """One cause a cancelled registration, by the letter of its row in the statistics."""

    ABOLISHED = "B", "廃止"
    CHANGED = "D", "改印"
    LOST = "E", "亡失"
    MOVED_OUT = "I", "転出"
    DECEASED = "J", "死亡"
    NAME_CHANGED = "K", "氏名変更"
    OTHER = "L", "その他抹消"


class BlockReason(Term):
    """Why issuing is stopped. Never on a resident's screen; the B-numbers are those of eligibility."""

    PROTECTION_MEASURE = "protection_measure", "支援措置"  # B01
    PROVISIONAL_PROTECTION = "provisional_protection", "仮支援措置"  # B01
    MOVEMENT_PENDING = "movement_pending", "異動処理中"  # B04
    FAMILY_REGISTER_PENDING = "family_register_pending", "戸籍届出処理中"  # B06
    ADULT_GUARDIANSHIP = "adult_guardianship", "成年被後見人"  # B08
    SEAL_SUSPENDED = "seal_suspended", "印鑑登録停止"  # B09
    OTHER = "other", "その他抑止"


class BlockLevel(Term):
    STOP = "stop", "エラー"
    WARN = "warn", "アラート"  # staff may go on; a kiosk may not


# 続柄 (1.1.11): a chain of at most four of these with 「の」, or one of the words that stand alone.
RELATIONSHIP_ALONE = frozenset({"世帯主", "縁故者", "同居人"})
RELATIONSHIP_LINKS = frozenset(
    {
        "夫",
        "妻",
        "夫（未届）",
        "妻（未届）",
        "子",
        "子（子の夫）",
        "子（子の妻）",
        "父",
        "母",
        "兄",
        "姉",
        "弟",
        "妹",
    }
)
MAX_RELATIONSHIP_LINKS = 4


def is_relationship(text: str) -> bool:
    """Whether `text` is a 続柄 of the standard: 「子の子」 yes, 「孫」 no. Empty is allowed (not recorded)."""
    if not text or text in RELATIONSHIP_ALONE or text in RELATIONSHIP_LINKS:
        return True
    links = text.split("の")
    return 1 < len(links) <= MAX_RELATIONSHIP_LINKS and all(link in RELATIONSHIP_LINKS for link in links)
