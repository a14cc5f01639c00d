"""PURE. Closed vocabularies of 戸籍: its states, 父母との続柄, and the entries with the labels that each may carry.

Sources: 戸籍法 12条 (除籍簿), 13条, 戸籍法施行規則 附録第24号 (the model register) and 附録第25号 (how each entry is
worded); 戸籍法施行規則等の一部を改正する省令 平成6年法務省令第51号 (改製).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from app.residents.vocabularies import Sex, Term


class FamilyState(Term):
    """Whether the register is in force. The other two are kept, and no machine certifies them."""

    IN_FORCE = "in_force", "現在戸籍"
    CLOSED = "closed", "除籍"  # everybody left it, or it went to another town
    REPLACED = "replaced", "改製原戸籍"


class EventScope(StrEnum):
    """Where an entry stands: 戸籍事項 concerns the register, 身分事項 one person."""

    REGISTER = "register"
    PERSON = "person"
    BOTH = "both"


# How an entry was reported and what it replaces: allowed in every kind.
COMMON_LABELS = frozenset(
    {
        *("届出日", "届出人", "証書提出日", "申請日", "申請人", "嘱託日", "報告日", "報告者", "通知を受けた日"),
        *("送付を受けた日", "受理者", "許可日", "許可者", "許可を受けた者", "裁判確定日", "裁判発効日", "記録日"),
        *("除籍日", "入籍日", "新本籍", "入籍戸籍", "従前戸籍", "従前本籍", "称する氏", "特記事項", "関連訂正事項"),
        *("従前の記録", "記録の内容", "氏", "名", "父", "母", "続柄", "生年月日", "本籍", "筆頭者", "配偶者区分"),
        *("養父", "養母", "氏の振り仮名", "名の振り仮名", "出生日", "出生地"),
    }
)
FORMER_RECORD = "従前の記録"  # a heading: the labels after it say what stood there before


class EventKind(Term):
    """An entry: where it may stand, the labels of which it needs one, and the further ones that it may carry."""

    scope: EventScope
    needs: frozenset[str]
    labels: frozenset[str]

    def __new__(cls, value: str, japanese: str, scope: EventScope, needs: str, more: str = "") -> EventKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.japanese = japanese
        member.scope = scope
        member.needs = frozenset(needs.split())
        member.labels = frozenset(more.split()) | member.needs | COMMON_LABELS
        return member

    COMPILED = "compiled", "戸籍編製", EventScope.REGISTER, "編製日", "編製事由"
    REVISED = "revised", "戸籍改製", EventScope.REGISTER, "改製日", "改製事由"
    RECREATED = "recreated", "戸籍再製", EventScope.REGISTER, "再製日", "再製事由"
    TRANSFERRED = "transferred", "転籍", EventScope.REGISTER, "転籍日"
    DOMICILE_CORRECTED = "domicile_corrected", "本籍の更正", EventScope.REGISTER, "更正日", "更正事由"
    REGISTER_CLOSED = "register_closed", "戸籍消除", EventScope.REGISTER, "消除日", "消除事由"
    BIRTH = "birth", "出生", EventScope.PERSON, "出生日", "父の国籍 父の生年月日 母の国籍 母の生年月日 国籍留保の届出日"
    ACKNOWLEDGEMENT = (
        *("acknowledgement", "認知", EventScope.PERSON, "認知日 胎児認知日 認知の裁判確定日"),
        "認知者氏名 認知者の戸籍 認知者の国籍 認知した子の氏名 認知した子の戸籍 母の氏名",
    )
    ADOPTION = (
        *("adoption", "養子縁組", EventScope.PERSON, "縁組日"),
        "共同縁組者 養父氏名 養母氏名 養親氏名 養親の戸籍 養子氏名 養女氏名 養子の戸籍 養子の従前戸籍 代諾者",
    )
    SPECIAL_ADOPTION = (
        *("special_adoption", "特別養子縁組", EventScope.PERSON, "特別養子縁組の裁判確定日"),
        "養父氏名 養母氏名 養子氏名 養子の従前戸籍",
    )
    ADOPTION_ENDED = (
        *("adoption_ended", "養子離縁", EventScope.PERSON, "離縁日 離縁の裁判確定日 離縁の調停成立日"),
        "共同離縁者 養父氏名 養母氏名 養子氏名 養女氏名 養子の新本籍 離縁協議者 死亡した養親の氏名",
    )
    MARRIAGE = (
        *("marriage", "婚姻", EventScope.PERSON, "婚姻日"),
        "配偶者氏名 配偶者の国籍 配偶者の生年月日 配偶者の戸籍 配偶者の従前戸籍 婚姻の方式",
    )
    DIVORCE = (
        *("divorce", "離婚", EventScope.PERSON, "離婚日 離婚の調停成立日 離婚の裁判確定日 離婚の和解成立日"),
        "離婚の審判確定日 離婚の請求の認諾日 配偶者氏名 配偶者の国籍 離婚の方式",
    )
    SPOUSE_DEATH = "spouse_death", "配偶者の死亡", EventScope.PERSON, "配偶者の死亡日", "配偶者氏名"
    SURNAME_RESUMED = "surname_resumed", "復氏", EventScope.PERSON, "婚姻前の氏に復した日", "死亡配偶者の氏名"
    AFFINITY_ENDED = (
        *("affinity_ended", "姻族関係の終了", EventScope.PERSON, "姻族関係終了日"),
        "死亡配偶者の氏名 死亡配偶者の戸籍",
    )
    PARENTAL_AUTHORITY = (
        *("parental_authority", "親権", EventScope.PERSON, "親権者を定めた日 親権者変更の裁判確定日 親権に服する日"),
        "親権者 親権者を定められた日 親権喪失の裁判確定日 親権停止の裁判確定日",
    )
    MINOR_GUARDIANSHIP = (
        *("minor_guardianship", "未成年者の後見", EventScope.PERSON, "未成年後見人就職日 未成年者の後見開始日"),
        "未成年者の後見開始事由 未成年後見人 未成年後見人の戸籍 未成年後見人任務終了日",
    )
    DEATH = "death", "死亡", EventScope.PERSON, "死亡日 死亡の推定日", "死亡時分 死亡地"
    DISAPPEARANCE = (
        *("disappearance", "失踪宣告", EventScope.PERSON, "死亡とみなされる日"),
        "失踪宣告の裁判確定日",
    )
    ENTRY = "entry", "入籍", EventScope.PERSON, "入籍日 届出日", "入籍事由"
    BRANCHING = "branching", "分籍", EventScope.PERSON, "分籍日"
    REMOVAL = "removal", "除籍", EventScope.PERSON, "除籍日", "除籍事由"
    NATIONALITY_ACQUIRED = (
        *("nationality_acquired", "国籍取得", EventScope.PERSON, "国籍取得日"),
        "取得の際の国籍 従前の氏名 国籍取得前の身分事項",
    )
    NATURALISATION = (
        *("naturalisation", "帰化", EventScope.PERSON, "帰化日"),
        "帰化の際の国籍 従前の氏名 告示日 帰化前の身分事項",
    )
    NATIONALITY_CHOSEN = "nationality_chosen", "国籍選択", EventScope.PERSON, "国籍選択の宣言日", "喪失した国籍"
    NATIONALITY_LOST = (
        *("nationality_lost", "国籍喪失", EventScope.PERSON, "国籍喪失日"),
        "喪失時の外国籍 喪失事由 国籍喪失の届出日",
    )
    SURNAME_CHANGE = (
        *("surname_change", "氏の変更", EventScope.BOTH, "氏変更日"),
        "氏変更の事由 従前の氏",
    )
    GIVEN_NAME_CHANGE = "given_name_change", "名の変更", EventScope.PERSON, "名の変更日", "従前の名"
    SEX_CHANGE = (
        *("sex_change", "平成15年法律第111号3条", EventScope.PERSON),
        "平成15年法律第111号3条による裁判発効日 平成15年法律第111号3条による裁判確定日",
    )
    DISINHERITANCE = (
        *("disinheritance", "推定相続人廃除", EventScope.PERSON, "推定相続人廃除の裁判確定日"),
        "被相続人",
    )
    CORRECTION = "correction", "更正", EventScope.BOTH, "更正日", "更正事項 更正事由"
    RECTIFICATION = "rectification", "訂正", EventScope.BOTH, "訂正日", "訂正事項 訂正事由"
    DELETION = "deletion", "消除", EventScope.BOTH, "消除日", "消除事項 消除事由"

    def stands_at(self, member_no: int) -> bool:
        """Whether it may stand at a person's number, or (0) with the register itself."""
        return self.scope in {EventScope.PERSON if member_no else EventScope.REGISTER, EventScope.BOTH}


def is_date_label(label: str) -> bool:
    """Every label of a day ends so, and no other does."""
    return label.endswith("日")


_ORDINALS = ("長", *"二三四五六七八九十", *(f"十{digit}" for digit in "一二三四五六七八九"))
CHILDREN = {
    Sex.MALE: frozenset({"男", *(f"{ordinal}男" for ordinal in _ORDINALS)}),
    Sex.FEMALE: frozenset({"女", *(f"{ordinal}女" for ordinal in _ORDINALS)}),
}
SPOUSES = {Sex.MALE: "夫", Sex.FEMALE: "妻"}
ADOPTED = {Sex.MALE: "養子", Sex.FEMALE: "養女"}
PARENTAL_RELATIONSHIPS = frozenset[str]().union(*CHILDREN.values())  # 父母との続柄; 男 and 女 where no order is known


def one_word_of(column: str, words: Iterable[str]) -> str:
    """The SQL condition that a column is one of these words, or empty. The words are ours, never a cell of a file."""
    return f"{column} IN ({', '.join(repr(word) for word in ('', *sorted(words)))})"
