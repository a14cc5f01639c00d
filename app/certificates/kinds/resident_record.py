"""PURE. 住民票の写し: 世帯連記式 (four persons a sheet) or 個人票 (one), as the town has chosen.

住民基本台帳法 7条 (items), 12条 (who may ask), 12条5項 (what is left out unless asked for), 30条の45 (foreign
residents); 標準仕様書 5.1, 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from app.certificates.composing import if_asked
from app.certificates.documents import NOT_PRINTED, OMITTED, Certification, Document
from app.certificates.items import (
    DOMICILE,
    HEAD_RELATIONSHIP,
    INDIVIDUAL_NUMBER,
    ForeignItems,
    is_foreign,
    items_of,
    offer,
    persons_of,
)
from app.certificates.kind import Case, CertificateKind, Wording
from app.certificates.layouts import KANA, NAME, ROOMY, ROOMY_NAME, SMALL, Cell, FieldText, fields_of, one_line
from app.certificates.requests import Option, Relation
from app.certificates.wishes import Place, Wish, places_of, unasked_options, unasked_persons
from app.residents.facts import PersonFacts

CODE = "resident_record"
HOUSEHOLD_FORM = "household"  # 世帯連記式: four persons a sheet
INDIVIDUAL_FORM = "individual"  # 個人票: one person a sheet
PERSONS_A_SHEET = {HOUSEHOLD_FORM: 4, INDIVIDUAL_FORM: 1}

FOREIGN_ITEMS = Option("foreign_items", "国籍・在留資格など")  # 国籍・地域 and the items of 法30条の45

_HEAD = {
    "address": Cell(162, one_line(11, 10, 9, 8, 7, then=((7, 2), (6, 2)))),
    "household_head": Cell(162, one_line(11, 10, 9, 8, 7, then=((7, 2), (6, 2)))),
}
_WIDE, _MIDDLE, _NARROW, _NARROWEST = 156.0, 104.0, 32.0, 30.0
_BLOCK = {
    "name": Cell(_MIDDLE, NAME),
    "name_kana": Cell(_MIDDLE, KANA),
    "other_name_label": Cell(22, one_line(6.2)),
    "other_name": Cell(_MIDDLE, SMALL),
    "birth_date": Cell(_NARROWEST, SMALL),
    "sex": Cell(_NARROWEST, SMALL),
    "relationship": Cell(_NARROWEST, SMALL),
    "became_resident_on": Cell(50, SMALL),
    "address_since": Cell(_NARROW, SMALL),
    "notified_on": Cell(_NARROWEST, SMALL),
    "previous_address": Cell(_WIDE, SMALL),
    "registered_domicile": Cell(_MIDDLE, SMALL),
    "register_head": Cell(_MIDDLE, SMALL),
    "individual_number": Cell(_NARROWEST, SMALL),
    "resident_code": Cell(_NARROWEST, SMALL),
    "nationality": Cell(50, SMALL),
    "foreign_class": Cell(_NARROW, SMALL),
    "residence_status": Cell(50, SMALL),
    "residence_period": Cell(_NARROW, SMALL),
    "residence_expiry": Cell(_NARROW, SMALL),
    "residence_card_no": Cell(50, SMALL),
    "resident_since": Cell(_NARROWEST, SMALL),
}
_FULL, _HALF = 146.0, 54.0  # of the 個人票: a field to a row, or two
_INDIVIDUAL = {
    field: Cell(_FULL if field in {"name", "name_kana", "other_name", "previous_address"} else _HALF, ROOMY)
    for field in _BLOCK
} | {
    "name": Cell(_FULL, ROOMY_NAME),
    "other_name_label": Cell(38, one_line(8.5)),
    "registered_domicile": Cell(_FULL, ROOMY),
    "register_head": Cell(_FULL, ROOMY),
    "address": Cell(_FULL, ROOMY),
    "household_head": Cell(_FULL, ROOMY),
}


@dataclass(frozen=True)
class PersonEntry:
    """One person's block of a 住民票."""

    name: str
    name_kana: str
    other_name_label: str  # 「旧氏」 or 「通称」
    other_name: str
    birth_date: str
    sex: str
    relationship: str
    individual_number: str
    resident_code: str
    became_resident_on: str
    address_since: str
    notified_on: str
    previous_address: str
    registered_domicile: str  # empty, and no such cell, where there are foreign items
    register_head: str
    foreign: ForeignItems | None


@dataclass(frozen=True)
class ResidentRecordDocument(Document):
    """住民票の写し."""

    kind: ClassVar[str] = CODE
    form: str = field(metadata=NOT_PRINTED)
    address: str
    household_head: str
    persons: tuple[PersonEntry, ...]

    @property
    def sheets(self) -> int:
        return -(-len(self.persons) // PERSONS_A_SHEET[self.form])

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        size = PERSONS_A_SHEET[self.form]
        return (self.address, self.household_head, self.persons[(sheet - 1) * size : sheet * size])


def build(case: Case, certification: Certification, numbers: Mapping[str, str]) -> ResidentRecordDocument:
    """:raises InconsistentHouseholdError: when the persons shown are recorded at different addresses."""
    shown = persons_of(case)
    common = items_of(shown[0])
    return ResidentRecordDocument(
        certification=certification,
        form=case.ordinance.switch("resident_record_layout"),
        address=common.address,
        household_head=if_asked(case.has_option(HEAD_RELATIONSHIP), common.household_head),
        persons=tuple(_entry(case, m, numbers.get(m.atena_no, "")) for m in shown),
    )


def _entry(case: Case, person: PersonFacts, individual_number: str) -> PersonEntry:
    items, has_domicile = items_of(person), case.has_option(DOMICILE)
    return PersonEntry(
        name=items.name,
        name_kana=items.name_kana,
        other_name_label=items.other_name_label,
        other_name=items.other_name,
        birth_date=items.birth_date,
        sex=items.sex,
        relationship=if_asked(case.has_option(HEAD_RELATIONSHIP), items.relationship),
        individual_number=if_asked(case.has_option(INDIVIDUAL_NUMBER), individual_number),
        resident_code=OMITTED,  # never at a machine
        became_resident_on=items.became_resident_on,
        address_since=items.address_since,
        notified_on=items.notified_on,
        previous_address=items.previous_address,
        registered_domicile="" if is_foreign(person) else if_asked(has_domicile, items.registered_domicile),
        register_head="" if is_foreign(person) else if_asked(has_domicile, items.register_head),
        foreign=_foreign_items(items.foreign, case.has_option(FOREIGN_ITEMS)),
    )


def _foreign_items(items: ForeignItems | None, is_asked: bool) -> ForeignItems | None:
    """The day on which somebody became a foreign resident is no item of 12条5項: it is always printed."""
    if items is None or is_asked:
        return items
    omitted = dict.fromkeys((f.name for f in fields(items)), OMITTED)
    return ForeignItems(**omitted | {"resident_since": items.resident_since})


def _offered(case: Case) -> tuple[Option, ...]:
    return offer(case, frozenset({FOREIGN_ITEMS}))


def _wording(case: Case) -> Wording:
    """標準仕様書 5.1: the 認証文 says whether everybody of the household is shown."""
    is_whole = len(case.shown) == len(case.members)
    return Wording(case.kind.heading, case.kind.attestations[0 if is_whole else 1])


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, ResidentRecordDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    is_household = document.form == HOUSEHOLD_FORM
    cells = _BLOCK if is_household else _INDIVIDUAL
    yield from fields_of(document, _HEAD if is_household else _INDIVIDUAL)
    for index, person in enumerate(document.persons):
        yield from fields_of(person, cells, f"p{index}.")
        if person.foreign:
            yield from fields_of(person.foreign, cells, f"p{index}.")


def _unasked(document: Document, wish: Wish) -> Iterator[str]:
    assert isinstance(document, ResidentRecordDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from unasked_options(places_of(HEAD_RELATIONSHIP.code, document.household_head), wish.options)
    for person in document.persons:
        yield from unasked_options(_places(person), wish.options)
    yield from unasked_persons(len(document.persons), wish)


def _places(person: PersonEntry) -> Iterator[Place]:
    yield from places_of(HEAD_RELATIONSHIP.code, person.relationship)
    yield from places_of(INDIVIDUAL_NUMBER.code, person.individual_number)
    if person.foreign is None:
        yield from places_of(DOMICILE.code, person.registered_domicile, person.register_head)
    else:
        items = (getattr(person.foreign, f.name) for f in fields(person.foreign) if f.name != "resident_since")
        yield from places_of(FOREIGN_ITEMS.code, *items)


KIND = CertificateKind(
    code=CODE,
    title="住民票の写し",
    heading="住民票",
    who=Relation.HOUSEHOLD,
    template="resident_record.html",
    attestations=(f"{CODE}.attestation_all", f"{CODE}.attestation_part"),
    document=ResidentRecordDocument,
    build=build,
    fields=_fields,
    options=(HEAD_RELATIONSHIP, DOMICILE, FOREIGN_ITEMS, INDIVIDUAL_NUMBER),
    offered=_offered,
    wording=_wording,
    unasked=_unasked,
)
