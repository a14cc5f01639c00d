"""An ordinary invented resident. A test names what is different about its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.residents.facts import PersonFacts, RecordedDate
from app.residents.vocabularies import ResidentStatus, ResidentType, Sex

_ORDINARY = PersonFacts(
    atena_no="19",
    history_no=3,
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
    birth_date=RecordedDate(date(1980, 4, 1)),
    sex=Sex.MALE,
    household_head="若草　太郎",
    relationship="世帯主",
    registered_domicile="青嶺県若草市一番地",
    register_head="若草　太郎",
    address="青嶺県若草市緑町二丁目3番4号",
    address_detail="みどり荘201号",
    postal_code="9990001",
    became_resident_on=RecordedDate(date(2001, 5, 1)),
    address_since=RecordedDate(date(2010, 6, 2)),
    notified_on=RecordedDate(date(2010, 6, 5)),
    previous_address="青嶺県谷中郡清水村10番地",
    moving_out_on=None,
    has_provisional_change=False,
    foreign=None,
)


def ordinary_person(**changes: Any) -> PersonFacts:
    """A head of household, but for `changes`."""
    return replace(_ORDINARY, **changes)
