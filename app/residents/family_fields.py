"""PURE. The columns of the files of 戸籍 and 戸籍の附票.

Item names: 戸籍法施行規則 附録第24号; 住民基本台帳法 17条. docs/registers.md explains each to an operator.
"""

from __future__ import annotations

from app.residents import values
from app.residents.family_vocabularies import ADOPTED, PARENTAL_RELATIONSHIPS, SPOUSES, EventKind, FamilyState
from app.residents.fields import define
from app.residents.vocabularies import Sex

_FAMILY = define("family_no", "戸籍番号|戸籍の管理番号", values.identifier, is_required=True)
_MEMBER = define("member_no", "記載順|戸籍内番号", values.numbering, is_required=True)

FAMILY_REGISTER_FIELDS = (
    _FAMILY,
    define("registered_domicile", "本籍", values.text, is_required=True, is_printed=True),
    define("surname", "氏", values.text, is_required=True, is_printed=True),
    define("surname_kana", "氏の振り仮名|氏のフリガナ", values.katakana, is_printed=True),
    define("head", "筆頭者|筆頭者の氏名|筆頭者氏名", values.text, is_required=True, is_printed=True),
    define("state", "戸籍の状態", values.one_of(FamilyState), is_required=True),
    define("closed_on", "消除日|消除年月日", values.recorded),
    define("is_updating", "届出処理中|戸籍届出処理中", values.flag, False, is_expected=True),
    define("made_on", "附票作成日|附票の作成日|附票作成年月日", values.recorded),
)

FAMILY_MEMBER_FIELDS = (
    _FAMILY,
    _MEMBER,
    define("atena_no", "宛名番号", values.register_number, is_required=True),
    define("is_removed", "除籍", values.flag, False, is_expected=True),
    define("given_name", "名", values.text, is_required=True, is_printed=True),
    define("given_name_kana", "名のフリガナ|名の振り仮名", values.katakana, is_printed=True),
    define("birth_date", "生年月日", values.recorded, is_required=True),
    define("sex", "性別|男女の別", values.one_of(Sex), is_required=True),
    define("spouse_class", "配偶者区分", values.word_of(frozenset(SPOUSES.values()))),
    define("father", "父|父の氏名", values.text, is_printed=True),
    define("mother", "母|母の氏名", values.text, is_printed=True),
    define("relationship", "父母との続柄|続柄", values.word_of(PARENTAL_RELATIONSHIPS)),
    define("adoptive_father", "養父|養父の氏名", values.text, is_printed=True),
    define("adoptive_mother", "養母|養母の氏名", values.text, is_printed=True),
    define("adoptive_relationship", "養父母との続柄|養親との続柄", values.word_of(frozenset(ADOPTED.values()))),
    define("overseas_voter_place", "在外選挙人名簿登録地", values.text, is_printed=True),
)

FAMILY_EVENT_FIELDS = (
    _FAMILY,
    define("member_no", "記載順|戸籍内番号", values.counting, is_required=True),
    define("event_no", "事項番号", values.numbering, is_required=True),
    define("kind", "事項", values.one_of(EventKind), is_required=True),
    define("items", "記載内容", values.entry, is_required=True, is_printed=True),
)

FAMILY_ADDRESS_FIELDS = (
    _FAMILY,
    _MEMBER,
    define("address_no", "住所番号|住所の順", values.numbering, is_required=True),
    define("address", "住所", values.text, is_required=True, is_printed=True),
    define("since", "住所を定めた年月日|住所を定めた日", values.recorded),
)
