"""PURE. People who live nowhere, as the registers would tell of them: for samples, previews and warming up.

Their names have what real names have: variants with selectors, characters beyond the basic plane, Latin letters.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.residents.facts import ForeignFacts, HouseholdFacts, PersonFacts, RecordedDate
from app.residents.vocabularies import ForeignClass, ResidentStatus, ResidentType, Sex

TOWN = "000000"
ADDRESS, ADDRESS_DETAIL = "青嶺県見本市霧ヶ丘三丁目15番2号", "見本ハイツ301号室"
HEAD = "葛󠄃城　鶴之助"
DOMICILE = "青嶺県見本市霧ヶ丘三丁目15番地"


def _on(year: int, month: int, day: int) -> RecordedDate:
    return RecordedDate(date(year, month, day))


GRANDFATHER = PersonFacts(
    atena_no="1",
    history_no=1,
    setai_no="1",
    status=ResidentStatus.RESIDENT,
    resident_type=ResidentType.JAPANESE,
    name=HEAD,
    name_kana="カツラギ　ツルノスケ",
    name_latin="",
    former_surname="",
    former_surname_kana="",
    alias="",
    alias_kana="",
    birth_date=_on(1948, 3, 9),
    sex=Sex.MALE,
    household_head=HEAD,
    relationship="世帯主",
    registered_domicile=DOMICILE,
    register_head=HEAD,
    address=ADDRESS,
    address_detail=ADDRESS_DETAIL,
    postal_code="0000000",
    became_resident_on=_on(1948, 3, 9),
    address_since=_on(1990, 4, 1),
    notified_on=_on(1990, 4, 4),
    previous_address="",
    moving_out_on=None,
    has_provisional_change=False,
    foreign=None,
)
GRANDMOTHER = replace(
    GRANDFATHER,
    atena_no="2",
    name="葛󠄃城　千歳",
    name_kana="カツラギ　チトセ",
    former_surname="𣘺本",
    former_surname_kana="ハシモト",
    birth_date=_on(1951, 11, 30),
    sex=Sex.FEMALE,
    relationship="妻",
    became_resident_on=_on(1975, 5, 18),
    notified_on=_on(1975, 5, 20),
    previous_address="青嶺県谷中郡見本村大字水上204番地",
)
GRANDSON = replace(
    GRANDFATHER,
    atena_no="3",
    name="葛󠄃城　悠真",
    name_kana="カツラギ　ユウマ",
    birth_date=_on(2008, 7, 21),
    relationship="子の子",
    became_resident_on=_on(2008, 7, 21),
    address_since=_on(2008, 7, 21),
    notified_on=_on(2008, 8, 1),
)
DAUGHTER_IN_LAW = replace(
    GRANDFATHER,
    atena_no="4",
    resident_type=ResidentType.FOREIGN,
    name="MIHON SARAH ANNE",
    name_kana="ミホン　サラ　アン",
    name_latin="MIHON SARAH ANNE",
    alias="葛󠄃城　沙羅",
    alias_kana="カツラギ　サラ",
    birth_date=_on(1983, 2, 14),
    sex=Sex.FEMALE,
    relationship="子の妻",
    registered_domicile="",
    register_head="",
    became_resident_on=_on(2007, 9, 3),
    address_since=_on(2007, 9, 3),
    notified_on=_on(2007, 9, 10),
    foreign=ForeignFacts(
        nationality="ニュージーランド",
        foreign_class=ForeignClass.MEDIUM_TO_LONG_TERM,
        resident_since=_on(2012, 7, 9),
        residence_status="永住者",
        residence_period="無期限",
        residence_card_no="AB00000000CD",
    ),
)
FAMILY = (GRANDFATHER, GRANDMOTHER, GRANDSON, DAUGHTER_IN_LAW)


def household(count: int = len(FAMILY)) -> HouseholdFacts:
    """A household of `count`: the family, and again the family."""
    members = tuple(replace(FAMILY[i % len(FAMILY)], atena_no=str(i + 1)) for i in range(count))
    return HouseholdFacts("1", members, (), 1)
