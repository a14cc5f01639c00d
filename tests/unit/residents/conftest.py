"""Invented people for the tests of this package."""

from dataclasses import replace
from datetime import date

import pytest

from app.residents.facts import PersonFacts, RecordedDate
from app.residents.vocabularies import ResidentStatus, ResidentType, Sex

BLANK = PersonFacts(
    atena_no="19",
    history_no=1,
    setai_no="19",
    status=ResidentStatus.RESIDENT,
    resident_type=ResidentType.JAPANESE,
    name="若草　太郎",
    name_kana="ワカクサ　タロウ",
    name_latin="",
    former_surname="",
    former_surname_kana="",
    alias="",
    alias_kana="",
    birth_date=RecordedDate(date(1960, 4, 1)),
    sex=Sex.MALE,
    household_head="若草　太郎",
    relationship="世帯主",
    registered_domicile="青嶺県若草市一番地",
    register_head="若草　太郎",
    address="青嶺県若草市一番地",
    address_detail="",
    postal_code="",
    became_resident_on=RecordedDate(date(1960, 4, 1)),
    address_since=RecordedDate(date(1960, 4, 1)),
    notified_on=RecordedDate(),
    previous_address="",
    moving_out_on=None,
    has_provisional_change=False,
    foreign=None,
)


@pytest.fixture
def person():
    """A maker of household members."""
    return _person


def _person(atena_no: str, relationship: str, born: int = 1980, register: str = "若草　太郎", **others) -> PersonFacts:
    """One member of a household, born on 1 April of a year."""
    birth = RecordedDate(date(born, 4, 1))
    others.setdefault("name", f"若草　{atena_no}")
    return replace(
        BLANK, atena_no=atena_no, relationship=relationship, birth_date=birth, register_head=register, **others
    )
