"""What a sheet says is decided here, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.certificates import samples
from app.certificates.composing import certify
from app.certificates.documents import NOTHING, OMITTED, Certification, numbered, page_numbers
from app.certificates.errors import InconsistentHouseholdError, MissingFactsError
from app.certificates.kind import Case
from app.certificates.kinds.resident_record import (
    DOMICILE,
    FOREIGN_ITEMS,
    HEAD_RELATIONSHIP,
    INDIVIDUAL_NUMBER,
    ForeignItems,
    ResidentRecordDocument,
)
from app.certificates.kinds.seal_registration import SealRegistrationDocument
from app.certificates.requests import Option
from app.municipalities.ordinances import Ordinance
from app.residents.facts import HouseholdFacts, PersonFacts, RecordedDate
from app.residents.vocabularies import Sex
from tests.unit.certificates.people import (
    CHILD,
    FEES,
    HEAD,
    NOW,
    TEXTS,
    WIFE,
    Mayor,
    case,
    family,
    foreigner,
    person,
    seal,
)


def certification(case: Case) -> Certification:
    return certify(case.kind, case.kind.wording_of(case), case.ordinance, Mayor(), case.today)


def build(case: Case, numbers=None):
    return case.kind.build(case, certification(case), numbers or {})


def record(*options: Option, household: HouseholdFacts | None = None, numbers=None) -> ResidentRecordDocument:
    return build(case("resident_record", options=options, household=household or family()), numbers)


def seal_document(holder: PersonFacts) -> SealRegistrationDocument:
    return build(case("seal_registration", household=family(holder), record=seal()))


def test_the_usual_content_leaves_out_what_the_law_lets_out():
    entry = record().persons[0]
    omitted = (entry.relationship, entry.registered_domicile, entry.register_head, entry.individual_number)
    assert set(omitted) == {OMITTED}
    assert record().household_head == OMITTED
    assert entry.resident_code == OMITTED


def test_every_item_appears_only_when_it_is_asked_for():
    head = record(HEAD_RELATIONSHIP)
    assert (head.household_head, head.persons[1].relationship) == ("若草　太郎", "妻")
    assert head.persons[0].registered_domicile == OMITTED
    domicile = record(DOMICILE).persons[0]
    assert (domicile.registered_domicile, domicile.register_head) == ("青嶺県若草市一番地", "若草　太郎")
    assert domicile.relationship == OMITTED


def test_an_individual_number_is_printed_for_those_who_have_one():
    entries = record(INDIVIDUAL_NUMBER, numbers={HEAD: "123456789018"}).persons
    assert [e.individual_number for e in entries] == ["123456789018", NOTHING, NOTHING]


def test_a_number_that_was_not_asked_for_is_not_printed_even_when_it_is_handed_in():
    assert record(numbers={HEAD: "123456789018"}).persons[0].individual_number == OMITTED


def test_an_empty_cell_is_filled():
    bare = person(previous_address="", name_kana="", sex=Sex.BLANK, notified_on=RecordedDate(), household_head="")
    entry = record(HEAD_RELATIONSHIP, household=family(bare))
    assert entry.household_head == NOTHING
    assert {entry.persons[0].previous_address, entry.persons[0].name_kana, entry.persons[0].sex} == {NOTHING}
    assert entry.persons[0].notified_on == NOTHING


def test_dates_are_japanese_and_kept_as_recorded():
    entry = record(household=family(person(birth_date=RecordedDate(wording="昭和20年頃")))).persons[0]
    assert entry.birth_date == "昭和20年頃"
    assert entry.became_resident_on == "平成13年5月1日"


def test_a_foreign_resident():
    entry = record(FOREIGN_ITEMS, DOMICILE, household=family(foreigner(HEAD))).persons[0]
    assert entry.birth_date == "1985年2月14日"
    assert entry.became_resident_on == "平成13年5月1日"
    assert (entry.other_name_label, entry.other_name) == ("通称", "若草　真理（ワカクサ　マリ）")
    assert (entry.registered_domicile, entry.register_head) == ("", "")
    assert entry.foreign == ForeignItems(
        nationality="ブラジル",
        foreign_class="中長期在留者",
        residence_status="永住者の配偶者等",
        residence_period="3年",
        residence_expiry="2027年3月31日",
        residence_card_no="AB12345678CD",
        resident_since="平成24年7月9日",
    )


def test_the_items_of_a_foreign_resident_are_omitted_unless_asked_for():
    items = record(household=family(foreigner(HEAD))).persons[0].foreign
    assert items is not None
    assert {items.nationality, items.residence_status, items.residence_expiry, items.residence_card_no} == {OMITTED}


def test_no_expiry_is_nothing_recorded():
    permanent = foreigner(HEAD)
    permanent = replace(permanent, foreign=replace(permanent.foreign, residence_expiry=None))
    assert record(FOREIGN_ITEMS, household=family(permanent)).persons[0].foreign.residence_expiry == NOTHING


def test_names_in_latin_letters_and_in_kanji():
    both = foreigner(HEAD, name="王　小明", name_latin="WANG XIAOMING")
    assert record(household=family(both)).persons[0].name == "WANG XIAOMING　王　小明"
    assert record(household=family(foreigner(HEAD))).persons[0].name == "SILVA MARIA"


def test_a_former_surname_is_shown_with_the_name():
    entry = record(household=family(person(former_surname="𣘺本", former_surname_kana="ハシモト"))).persons[0]
    assert (entry.other_name_label, entry.other_name) == ("旧氏", "𣘺本（ハシモト）")


def test_only_those_asked_for_are_on_the_sheet_in_the_order_of_the_household():
    some = build(case("resident_record", CHILD, HEAD))
    assert [p.name for p in some.persons] == ["若草　太郎", "若草　次郎"]


def test_the_address_has_its_detail():
    assert record().address == "青嶺県若草市緑町二丁目3番4号　みどり荘201号"


def test_two_addresses_in_one_household_are_not_printed():
    with pytest.raises(InconsistentHouseholdError):
        record(household=family(person(), person(WIFE, address_detail="")))


@pytest.mark.parametrize(
    ("persons", "key"),
    [
        ((), "attestation_all"),
        ((CHILD, WIFE, HEAD), "attestation_all"),
        ((HEAD,), "attestation_part"),
        ((HEAD, WIFE), "attestation_part"),
    ],
)
def test_the_attestation_says_whether_it_is_the_whole_household(persons, key):
    assert certification(case("resident_record", *persons)).attestation == TEXTS[f"resident_record.{key}"]


@pytest.mark.parametrize("persons", [(), (HEAD,)])
def test_a_kind_with_one_attestation(persons):
    assert certification(case("seal_registration", *persons)).attestation == TEXTS["seal_registration.attestation"]


def test_the_issuer_the_date_and_the_town_s_notes():
    rules = Ordinance("901016", NOW.date(), FEES, TEXTS | {"seal_note": "この印は黒色です。"}, {})
    made = certification(case("resident_record", ordinance=rules))
    assert (made.issuer_title, made.issuer_name, made.issued_on) == ("青嶺県若草市長", "見本　花子", "令和8年11月21日")
    assert (made.seal_note, made.note, made.title) == ("この印は黒色です。", "", "住民票")
    assert (made.issuer_seal.png, made.issuer_seal.width_mm) == (b"png", 24.0)
    assert made.issue_number == ""


def test_the_town_s_note_is_of_one_kind():
    rules = Ordinance("901016", NOW.date(), FEES, TEXTS | {"seal_registration.note": "再発行はしません。"}, {})
    assert certification(case("seal_registration", ordinance=rules)).note == "再発行はしません。"
    assert certification(case("resident_record", ordinance=rules)).note == ""


def test_a_seal_certificate():
    document = seal_document(person(former_surname="緑川"))
    assert (document.name, document.birth_date) == ("若草　太郎", "昭和55年4月1日")
    assert (document.other_name_label, document.other_name, document.name_kana) == ("旧氏", "緑川", "")
    assert document.imprint.width_mm == 13.5


def test_a_seal_certificate_of_a_foreign_resident_has_the_katakana_name():
    document = seal_document(foreigner(HEAD))
    assert (document.name_kana, document.birth_date) == ("シルバ　マリア", "1985年2月14日")


@pytest.mark.parametrize("missing", [{"record": None}, {"household": None}])
def test_no_seal_certificate_of_nothing(missing):
    """A kind whose rules let through what is not there makes no sheet."""
    with pytest.raises(MissingFactsError):
        build(case("seal_registration", **missing))


def test_no_other_name_no_row():
    document = seal_document(person())
    assert (document.other_name_label, document.other_name) == ("", "")


@pytest.mark.parametrize(
    ("form", "count", "numbers"),
    [
        ("household", 1, ("1/1",)),
        ("household", 4, ("1/1",)),
        ("household", 5, ("1/2", "2/2")),
        ("household", 10, ("1/3", "2/3", "3/3")),
        ("individual", 3, ("1/3", "2/3", "3/3")),
    ],
)
def test_page_numbers(form, count, numbers):
    assert page_numbers(samples.sample("resident_record", count, form)) == numbers


def test_a_copy_gets_its_number_and_nothing_else_changes():
    document = samples.sample("seal_registration")
    copy = numbered(document, "20261121 若草市 01 000123")
    assert copy.certification.issue_number == "20261121 若草市 01 000123"
    assert replace(copy.certification, issue_number=document.certification.issue_number) == document.certification
    assert (copy.name, copy.imprint) == (document.name, document.imprint)
