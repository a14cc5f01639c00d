"""PURE. A 戸籍 and its 附票 that are kept nowhere: for samples, previews and warming up.

They have what real ones have: somebody who married away, somebody of whom only about when is known that they died, an
adopted child, an item that was corrected, names with selectors and characters beyond the basic plane.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.certificates.invented import ADDRESS, ADDRESS_DETAIL, DOMICILE, HEAD
from app.residents.facts import RecordedDate
from app.residents.family_facts import (
    AddressEntry,
    AddressHistoryFacts,
    AddressMemberFacts,
    FamilyMemberFacts,
    FamilyRegisterFacts,
    RegisterEvent,
)
from app.residents.family_items import read_items
from app.residents.vocabularies import Sex

SURNAME, SURNAME_KANA = HEAD.partition("　")[0], "カツラギ"
FAMILY_NO = "1"


def _on(year: int, month: int, day: int) -> RecordedDate:
    return RecordedDate(date(year, month, day))


def event(kind: str, items: str) -> RegisterEvent:
    """An entry, its items written as in a file: 「【出生日】昭和23年3月9日【出生地】…」."""
    return RegisterEvent(kind, read_items(items))


_HUSBAND = FamilyMemberFacts(
    member_no=1,
    atena_no="1",
    given_name="鶴之助",
    given_name_kana="ツルノスケ",
    birth_date=_on(1948, 3, 9),
    sex=Sex.MALE,
    spouse_class="夫",
    father=f"{SURNAME}亀吉",
    mother="千鶴",
    relationship="長男",
    adoptive_father="",
    adoptive_mother="",
    adoptive_relationship="",
    is_removed=False,
    events=(
        event(
            "出生",
            "【出生日】昭和23年3月9日【出生地】青嶺県見本市【届出日】昭和23年3月15日【届出人】父",
        ),
        event(
            "婚姻",
            f"【婚姻日】昭和50年5月18日【配偶者氏名】𣘺本千歳【従前戸籍】{DOMICILE}　{SURNAME}亀吉",
        ),
    ),
)
_WIFE = replace(
    _HUSBAND,
    member_no=2,
    atena_no="2",
    given_name="千歳",
    given_name_kana="チトセ",
    birth_date=_on(1951, 11, 30),
    sex=Sex.FEMALE,
    spouse_class="妻",
    father="𣘺本一郎",
    mother="百合",
    relationship="二女",
    events=(
        event(
            "出生",
            "【出生日】昭和26年11月30日【出生地】青嶺県谷中郡見本村【届出日】昭和26年12月5日【届出人】父"
            "【送付を受けた日】昭和26年12月9日【受理者】青嶺県谷中郡見本村長",
        ),
        event(
            "婚姻",
            f"【婚姻日】昭和50年5月18日【配偶者氏名】{HEAD.replace('　', '')}"
            "【従前戸籍】青嶺県谷中郡見本村大字水上字上之段204番地　𣘺本一郎",
        ),
    ),
)
_SON = replace(
    _HUSBAND,
    member_no=3,
    atena_no="11",
    given_name="隆之",
    given_name_kana="",
    birth_date=_on(1977, 1, 8),
    spouse_class="",
    father=HEAD.replace("　", ""),
    mother="千歳",
    relationship="長男",
    is_removed=True,
    events=(
        event("出生", "【出生日】昭和52年1月8日【出生地】青嶺県見本市【届出日】昭和52年1月12日【届出人】父"),
        event(
            "婚姻",
            "【婚姻日】平成19年9月3日【配偶者氏名】ミホン，サラアン【配偶者の国籍】ニュージーランド"
            f"【配偶者の生年月日】西暦1983年2月14日【新本籍】{DOMICILE}【称する氏】夫の氏",
        ),
    ),
)
_DAUGHTER = replace(
    _SON,
    member_no=4,
    atena_no="12",
    given_name="美代",
    birth_date=_on(1979, 10, 2),
    sex=Sex.FEMALE,
    relationship="長女",
    events=(
        event("出生", "【出生日】昭和54年10月2日【出生地】青嶺県見本市【届出日】昭和54年10月9日【届出人】父"),
        event(
            "死亡",
            "【死亡日】平成23年3月11日頃から31日頃までの間【死亡時分】時刻不詳【死亡地】青嶺県沖"
            "【届出日】平成23年9月1日【届出人】親族　" + HEAD.replace("　", ""),
        ),
    ),
)
_ADOPTED = replace(
    _WIFE,
    member_no=5,
    atena_no="13",
    given_name="真󠄂春",
    given_name_kana="マハル",
    birth_date=RecordedDate(wording="平成元年春"),
    spouse_class="",
    father="",
    mother="見本美咲",
    relationship="女",
    adoptive_father=HEAD.replace("　", ""),
    adoptive_mother="千歳",
    adoptive_relationship="養女",
    events=(
        event(
            "出生",
            "【出生日】平成元年春【出生地】不詳【許可日】平成2年6月1日【特記事項】就籍許可の審判により、"
            "出生の年月日が不詳のまま、この戸籍に入る前の戸籍に記録されたもの",
        ),
        event(
            "養子縁組",
            f"【縁組日】令和元年5月1日【共同縁組者】養父母【養父氏名】{HEAD.replace('　', '')}【養母氏名】{SURNAME}千歳"
            "【従前戸籍】青嶺県見本市霧ヶ丘一丁目2番地　見本美咲",
        ),
        event(
            "更正",
            "【更正日】令和2年2月29日【更正事項】母の氏名【更正事由】母の氏の変更届出【従前の記録】【母】水上美咲",
        ),
    ),
)

REGISTER = FamilyRegisterFacts(
    family_no=FAMILY_NO,
    registered_domicile=DOMICILE,
    surname=SURNAME,
    surname_kana=SURNAME_KANA,
    head=HEAD,
    is_updating=False,
    events=(
        event(
            "戸籍改製",
            "【改製日】平成18年10月28日【改製事由】平成6年法務省令第51号附則第2条第1項による改製",
        ),
        event("転籍", "【転籍日】平成25年4月1日【従前の記録】【本籍】青嶺県見本市霧ヶ丘二丁目8番地"),
    ),
    members=(_HUSBAND, _WIFE, _SON, _DAUGHTER, _ADOPTED),
    blocks=(),
    register_serial=1,
)

_HERE = f"{ADDRESS}　{ADDRESS_DETAIL}"
_OLD_HOUSE = AddressEntry("青嶺県見本市霧ヶ丘二丁目8番地", RecordedDate())
_ADDRESSES = {
    "1": (_OLD_HOUSE, AddressEntry(_HERE, _on(1990, 4, 1))),
    "2": (_OLD_HOUSE, AddressEntry(_HERE, _on(1990, 4, 1))),
    "11": (_OLD_HOUSE, AddressEntry(_HERE, _on(1990, 4, 1)), AddressEntry("青嶺県見本市水上4番1号", _on(2001, 10, 6))),
    "12": (_OLD_HOUSE, AddressEntry(_HERE, RecordedDate(wording="平成2年4月上旬"))),
    "13": (
        AddressEntry("青嶺県見本市霧ヶ丘一丁目2番地　霧ヶ丘荘", _on(2006, 10, 28)),
        AddressEntry("青嶺県谷中郡見本村大字水上字上之段204番地", _on(2011, 4, 2)),
        AddressEntry("ニュージーランド", _on(2014, 8, 20)),
        AddressEntry(_HERE, _on(2019, 5, 1)),
    ),
}


def _living(member: FamilyMemberFacts) -> AddressMemberFacts:
    return AddressMemberFacts(
        member_no=member.member_no,
        atena_no=member.atena_no,
        given_name=member.given_name,
        birth_date=member.birth_date,
        sex=member.sex,
        is_removed=member.is_removed,
        addresses=_ADDRESSES[member.atena_no],
        overseas_voter_place="青嶺県見本市" if member is _ADOPTED else "",
    )


ADDRESSES = AddressHistoryFacts(
    family_no=FAMILY_NO,
    registered_domicile=DOMICILE,
    surname=SURNAME,
    head=HEAD,
    is_updating=False,
    made_on=_on(2006, 10, 28),
    members=tuple(map(_living, REGISTER.members)),
    blocks=(),
    register_serial=1,
)


def register() -> FamilyRegisterFacts:
    """The 戸籍."""
    return REGISTER


def addresses() -> AddressHistoryFacts:
    """Its 附票."""
    return ADDRESSES
