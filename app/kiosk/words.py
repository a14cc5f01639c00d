"""What is said of certificates, for a resident who has never heard their official names.

Japanese is the source text. A kind or an item without words here is told in the catalogue's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from app.certificates.catalogue import KINDS
from app.certificates.kind import Source
from app.certificates.requests import Option, Picks, Relation
from app.kiosk.basket import Scope
from app.municipalities.ordinances import Fee
from app.web.languages import format_yen

Words: TypeAlias = LazyString | str

TITLES: dict[str, LazyString] = {
    "resident_record": _l("住民票の写し"),
    "resident_record_items": _l("住民票記載事項証明書"),
    "seal_registration": _l("印鑑登録証明書"),
    "family_register_full": _l("戸籍全部事項証明書"),
    "family_register_individual": _l("戸籍個人事項証明書"),
    "family_register_addresses": _l("戸籍の附票の写し"),
    "income_tax": _l("所得・課税証明書"),
    "property": _l("資産証明書"),
    "tax_payment": _l("納税証明書"),
    "vehicle_tax_payment": _l("軽自動車税納税証明書"),
}
# what comes out when it is pressed, or what it is for: short, for it stands on the button
USUAL: dict[str, LazyString] = {
    "resident_record": _l("世帯の全員。基本の項目"),
    "resident_record_items": _l("氏名・性別・住所など"),
    "seal_registration": _l("ご本人の分"),
    "family_register_full": _l("戸籍謄本。戸籍の全員"),
    "family_register_individual": _l("戸籍抄本。ご本人の分"),
    "family_register_addresses": _l("住所のうつりかわり"),
    "income_tax": _l("収入と税額。非課税のかたも"),
    "property": _l("土地と家屋。ご本人の分"),
    "tax_payment": _l("納めた税金の証明"),
    "vehicle_tax_payment": _l("車検用（継続検査用）"),
}
ICONS = {
    "resident_record": "sheet",
    "resident_record_items": "list",
    "seal_registration": "seal",
    "family_register_full": "family",
    "family_register_individual": "person",
    "family_register_addresses": "way",
    "income_tax": "coins",
    "property": "house",
    "tax_payment": "receipt",
    "vehicle_tax_payment": "car",
}
_FAMILY, _TAX = _l("戸籍"), _l("税")
_GROUPS: dict[Source, LazyString] = {
    Source.HOUSEHOLD: _l("住民票・印鑑"),
    Source.SEAL: _l("住民票・印鑑"),
    Source.FAMILY_REGISTER: _FAMILY,
    Source.ADDRESS_HISTORY: _FAMILY,
    Source.INCOME_TAX: _TAX,
    Source.PROPERTY: _TAX,
    Source.TAX_PAYMENT: _TAX,
    Source.VEHICLE_TAX: _TAX,
}

OPTIONS: dict[str, tuple[LazyString, Words]] = {
    "name_kana": (_l("名前のふりがな"), ""),
    "birth_date": (_l("生年月日"), ""),
    "sex": (_l("性別"), ""),
    "address": (_l("住所"), ""),
    "without_address_detail": (_l("建物名・部屋番号なし"), ""),
    "became_resident_on": (_l("住民となった日"), ""),
    "address_since": (_l("いまの住所になった日"), ""),
    "notified_on": (_l("届け出た日"), ""),
    "previous_address": (_l("前の住所"), _l("転入前の住所")),
    "nationality": (_l("国籍・地域"), ""),
    "residence": (_l("在留資格・在留期間など"), ""),
    "residence_card_no": (_l("在留カードの番号"), ""),
    "foreign_resident_since": (_l("外国人住民となった日"), ""),
    "pension": (_l("年金の現況届に使う"), _l("ご本人だけの証明になります")),
    "overseas_voter": (_l("在外選挙人名簿"), _l("登録されている市町村")),
    "head_relationship": (_l("世帯主・続柄"), _l("だれが世帯主で、どんな関係か")),
    "domicile": (_l("本籍・筆頭者"), _l("戸籍のある場所")),
    "foreign_items": (_l("国籍・在留資格など"), _l("外国人住民の方の項目")),
    "individual_number": (
        _l("マイナンバー（個人番号）"),
        _l("出す先が法律で限られています。必要なときだけえらんでください"),
    ),
}

MANY_OPTIONS = 6  # more of them stand under headings
_BASIC, _MOVES, _TIES = _l("基本の項目"), _l("住所のうつりかわり"), _l("世帯・戸籍")
_FOREIGN, _PURPOSE = _l("外国人住民の方の項目"), _l("使いみちが決まっているとき")
OPTION_GROUPS: dict[str, LazyString] = {
    **dict.fromkeys(("name_kana", "birth_date", "sex", "address", "without_address_detail"), _BASIC),
    **dict.fromkeys(("became_resident_on", "address_since", "notified_on", "previous_address"), _MOVES),
    **dict.fromkeys(("head_relationship", "domicile"), _TIES),
    **dict.fromkeys(("nationality", "residence", "residence_card_no", "foreign_resident_since"), _FOREIGN),
    **dict.fromkeys(("pension", "individual_number"), _PURPOSE),
}

PICK_QUESTIONS: dict[str, LazyString] = {
    "income_tax": _l("どの年度の証明ですか？"),
    "tax_payment": _l("どの年度の、どの税ですか？（いくつでも）"),
    "vehicle_tax_payment": _l("どの車の証明ですか？"),
}

# what a resident may be told when the reason is no secret (class I), and what to do; by kind where it differs
REASONS: dict[str, LazyString] = {
    "B21": _l("いまは、この証明書をとれる時間ではありません。"),
    "B07": _l("15歳より下のかたは、この端末では証明書をお取りになれません。"),
    "B15": _l("このカードは、この証明書の利用登録がされていません。"),
    "B09": _l("印鑑登録がありません。"),
    "B16": _l("税の登録がないため、この端末ではお取りになれません。お住まいの市町村の税の窓口にご相談ください。"),
    "income_tax B16": _l(
        "この年度の証明書は、この端末ではお取りになれません。申告がまだのかたは、申告のあとでお取りください。"
        "その年の1月1日にほかの市町村にお住まいだったかたは、その市町村でお取りください。"
    ),
    "property B16": _l("この市町村に、ご本人の土地や家屋の登録がありません。"),
    "tax_payment B16": _l("証明できる年度に、ご本人が納める税金がありません。"),
    "vehicle_tax_payment B16": _l("この市町村に、ご本人の軽自動車などの登録がありません。"),
    "B17": _l("税の計算をなおしている途中です。終わるまで、窓口でご相談ください。"),
    "B20": _l("この市町村に、ご本人の戸籍がありません。戸籍の証明書は、本籍のある市町村でお取りください。"),
    "B24": _l(
        "今日のデータがまだ届いていないため、この証明書をお取りになれません。しばらくしてから、もう一度おためしください。"
    ),
    "B25": _l("いまは、この市町村の証明書をお受けつけできません。しばらくしてから、もう一度おためしください。"),
    "R02": _l("えらんだ内容は、この端末ではのせられません。"),
    "resident_record_items R02": _l(
        "年金の現況届に使う証明には、ほかの人やほかの項目をのせられません。えらびなおしてください。"
    ),
    "R05": _l("手数料の免除は、窓口でお申し出ください。この端末では免除できません。"),
}
NEUTRAL = _l("もうしわけありません。お住まいの市町村の窓口でお取りください。")

_WHOLE: dict[Relation, LazyString] = {
    Relation.SELF: _l("ご本人の分"),
    Relation.HOUSEHOLD: _l("世帯の全員"),
    Relation.FAMILY_REGISTER: _l("戸籍の全員"),
}
_COUNTED: dict[str, tuple[LazyString, ...]] = {"property": (_l("土地%(n)s筆"), _l("家屋%(n)s棟"))}


def title_of(kind: str) -> str:
    """The certificate's name in the reader's language; the code alone of one that is no longer offered."""
    return str(TITLES.get(kind) or (KINDS[kind].title if kind in KINDS else kind))


def icon_of(kind: str) -> str:
    """Its drawing in components/icons.html."""
    return ICONS.get(kind, "sheet")


def usual_of(kind: str) -> str:
    """What one tap brings."""
    return str(USUAL.get(kind, whole_of(kind)))


def whole_of(kind: str) -> str:
    """Everybody who may be on the sheet."""
    return str(_WHOLE[KINDS[kind].who])


def more_of(kind: str) -> str:
    """The button beside the certificate; the same for every resident."""
    entry = KINDS[kind]
    has_contents = entry.who is Relation.HOUSEHOLD or entry.persons or entry.options
    return _("内容をえらぶ") if has_contents else _("通数をえらぶ")


def group_of(kind: str) -> str:
    """The group in which it stands on the choosing screen."""
    return str(_GROUPS[KINDS[kind].source])


def price_words(fee: Fee) -> tuple[str, str]:
    """A price before anything is counted, and for how many things it is."""
    if fee.yen == 0:
        return _("無料"), ""
    if fee.per is None:
        return format_yen(fee.yen), ""
    return format_yen(fee.yen), _("1件ごと") if fee.per == 1 else _("%(n)s件まで", n=fee.per)


def option_words(option: Option) -> tuple[Words, Words]:
    """An item's name and what it is, in the reader's language; the catalogue's own words for a new kind."""
    return OPTIONS.get(option.code, (option.japanese, ""))


def option_groups(options: Sequence[Option]) -> list[tuple[str, list[Option]]]:
    """(heading, its items) in the order of the headings; without headings where there are few."""
    if len(options) <= MANY_OPTIONS:
        return [("", list(options))] if options else []
    order: dict[str, list[Option]] = {str(heading): [] for heading in OPTION_GROUPS.values()} | {_("そのほか"): []}
    for option in options:
        order[str(OPTION_GROUPS.get(option.code, _("そのほか")))].append(option)
    return [(heading, found) for heading, found in order.items() if found]


def scope_words(kind: str) -> dict[Scope, str]:
    """The answers to "of whom?"."""
    is_family = KINDS[kind].who is Relation.FAMILY_REGISTER
    some = _("戸籍の一部の人") if is_family else _("世帯の一部の人")
    return {Scope.SELF: _("わたしだけ"), Scope.ALL: whole_of(kind), Scope.SOME: some}


def pick_question(kind: str) -> str:
    """What is asked about the things that may be picked."""
    return str(PICK_QUESTIONS.get(kind, _("どれの証明ですか？")))


def pick_problem(kind: str, picked: int) -> str:
    """What is missing, if so."""
    picks = KINDS[kind].picks
    if picks is Picks.ONE and picked != 1:
        return _("1つえらんでください。")
    return _("1つ以上えらんでください。") if picks is Picks.SOME and not picked else ""


def people_words(kind: str, scope: Scope, count: int = 0) -> str:
    """Of whom; `count` for some of them."""
    who = KINDS[kind].who
    if who is Relation.SELF or scope is Scope.USUAL:
        return whole_of(kind)
    if scope is not Scope.SOME:
        return scope_words(kind)[scope]
    if who is Relation.FAMILY_REGISTER:
        return ngettext("戸籍のうち%(num)s人", "戸籍のうち%(num)s人", count)
    return ngettext("世帯のうち%(num)s人", "世帯のうち%(num)s人", count)


def item_words(kind: str, options: frozenset[str]) -> list[str]:
    """With which items; of a certificate without any, nothing."""
    entry = KINDS[kind]
    if not entry.options:
        return []
    codes = options or {option.code for option in entry.usual}
    chosen = [str(option_words(option)[0]) for option in entry.options if option.code in codes]
    if chosen:
        return [_("のせる項目：%(items)s", items=_("、").join(chosen))]
    return [_("のせる項目：基本の項目だけ")]


def counted_words(kind: str, counted: Sequence[int]) -> str:
    """How many things stand on the sheet: 「土地5筆、家屋2棟」."""
    own = _COUNTED.get(kind, ())
    if len(own) != len(counted):
        return _("%(n)s件", n=sum(counted))
    return _("、").join(str(text) % {"n": n} for text, n in zip(own, counted, strict=True) if n)


def reason_of(kind: str, rule: str) -> str:
    """Why not, where that is no secret; the neutral sentence for a rule that has no words."""
    return str(REASONS.get(f"{kind} {rule}") or REASONS.get(rule, NEUTRAL))
