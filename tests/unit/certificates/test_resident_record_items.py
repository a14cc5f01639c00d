"""住民票記載事項証明書: what was asked for and nothing else, and nobody on two sheets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.certificates import samples
from app.certificates.composing import certify
from app.certificates.documents import NOTHING, page_numbers
from app.certificates.eligibility import decide
from app.certificates.errors import InconsistentHouseholdError
from app.certificates.fitting import fit_document
from app.certificates.kind import Case
from app.certificates.kinds import resident_record_items as kind
from app.certificates.kinds.resident_record_items import KIND, ResidentRecordItemsDocument
from app.certificates.requests import COUNTER, KIOSK, MessageClass, Option
from app.certificates.storing import from_json, to_json
from app.issuance.guard import said_by
from app.municipalities.ordinances import Fee, Ordinance
from tests.unit.certificates.people import CHILD, HEAD, NOW, WIFE, Mayor, case, family, foreigner, person

TEXTS = {"resident_record_items.attestation": "ふつうの文", "resident_record_items.attestation_pension": "年金の文"}
FEES = {(kind.CODE, channel): Fee(200) for channel in (KIOSK, COUNTER)}
PRINTABLE = [option for option in KIND.options if option is not kind.PENSION]
# item → the labels of its rows, of a Japanese and of a foreign resident
ROWS = {
    kind.NAME_KANA: (["氏名の振り仮名"], ["氏名の振り仮名"]),
    kind.BIRTH_DATE: (["生年月日"], ["生年月日"]),
    kind.SEX: (["性別"], ["性別"]),
    kind.ADDRESS: (["住所"], ["住所"]),
    kind.HEAD_RELATIONSHIP: (["世帯主の氏名", "世帯主との続柄"], ["世帯主の氏名", "世帯主との続柄"]),
    kind.BECAME_RESIDENT: (["住民となった年月日"], ["住民となった年月日"]),
    kind.ADDRESS_SINCE: (["住所を定めた年月日"], ["住所を定めた年月日"]),
    kind.NOTIFIED: (["届出の年月日"], ["届出の年月日"]),
    kind.PREVIOUS_ADDRESS: (["転入前住所"], ["転入前住所"]),
    kind.DOMICILE: (["本籍", "筆頭者の氏名"], []),
    kind.NATIONALITY: ([], ["国籍・地域"]),
    kind.RESIDENCE: ([], ["法第30条の45の区分", "在留資格", "在留期間等", "在留期間等の満了の日"]),
    kind.RESIDENCE_CARD: ([], ["在留カード等の番号"]),
    kind.FOREIGN_SINCE: ([], ["外国人住民となった年月日"]),
    kind.INDIVIDUAL_NUMBER: (["個人番号"], ["個人番号"]),
}


def asked(*options: Option, persons: tuple[str, ...] = (), **changes) -> Case:
    switches = changes.pop("switches", {})
    rules = Ordinance("901016", NOW.date(), FEES, TEXTS, switches)
    return case(kind.CODE, *persons, options=options, ordinance=rules, fee=Fee(200), **changes)


def build(*options: Option, numbers=None, **changes) -> ResidentRecordItemsDocument:
    found = asked(*options, **changes)
    certification = certify(KIND, KIND.wording_of(found), found.ordinance, Mayor(), found.today)
    return KIND.build(found, certification, numbers or {})


def rows(document: ResidentRecordItemsDocument, position: int = 0) -> dict[str, str]:
    return {row.label: row.text for row in document.persons[position].rows}


def test_the_usual_content():
    document = build()
    assert len(document.persons) == 3
    assert rows(document) == {
        "氏名": "若草　太郎",
        "生年月日": "昭和55年4月1日",
        "性別": "男",
        "住所": "青嶺県若草市緑町二丁目3番4号　みどり荘201号",
    }
    assert (document.purpose, document.certification.attestation) == ("", "ふつうの文")


def test_the_usual_items_ticked_are_the_usual_content():
    assert build(*KIND.usual) == build()


@pytest.mark.parametrize("option", ROWS, ids=lambda option: option.code)
def test_each_item_alone_is_all_that_is_printed(option):
    household = family(person(HEAD), foreigner(WIFE, alias=""))
    document = build(option, household=household)
    japanese, foreign = ([*rows(document, position)] for position in (0, 1))
    assert (japanese, foreign) == (["氏名", *ROWS[option][0]], ["氏名", *ROWS[option][1]])


def test_every_item_that_can_be_asked_for_has_its_rows():
    assert set(ROWS) | {kind.WITHOUT_DETAIL, kind.PENSION} == set(KIND.options)


def test_another_name_always_stands_with_the_name():
    household = family(person(HEAD, former_surname="旧", former_surname_kana="キュウ"), foreigner(WIFE))
    document = build(kind.SEX, household=household)
    assert rows(document, 0) == {"氏名": "若草　太郎", "旧氏": "旧（キュウ）", "性別": "男"}
    assert rows(document, 1) == {"氏名": "SILVA MARIA", "通称": "若草　真理（ワカクサ　マリ）", "性別": "女"}


def test_the_address_without_its_detail():
    assert rows(build(kind.WITHOUT_DETAIL))["住所"] == "青嶺県若草市緑町二丁目3番4号"
    assert rows(build(kind.WITHOUT_DETAIL, kind.ADDRESS)) == {
        "氏名": "若草　太郎",
        "住所": "青嶺県若草市緑町二丁目3番4号",
    }
    assert [*rows(build(kind.WITHOUT_DETAIL, kind.SEX))] == ["氏名", "性別"]


def test_what_is_not_recorded_is_marked_and_western_dates_stay_western():
    bare = person(HEAD, previous_address="", household_head="", name_kana="")
    marked = rows(build(kind.PREVIOUS_ADDRESS, kind.HEAD_RELATIONSHIP, kind.NAME_KANA, household=family(bare)))
    assert [marked[label] for label in ("転入前住所", "世帯主の氏名", "氏名の振り仮名")] == [NOTHING] * 3
    foreign = rows(build(kind.BIRTH_DATE, kind.RESIDENCE, household=family(foreigner(HEAD))))
    assert (foreign["生年月日"], foreign["在留期間等の満了の日"]) == ("1985年2月14日", "2027年3月31日")


def test_an_individual_number_only_by_the_town_s_switch():
    assert decide(asked(kind.INDIVIDUAL_NUMBER)).rule == "R02"
    assert decide(asked(kind.INDIVIDUAL_NUMBER, channel=COUNTER)) is None
    assert decide(asked(kind.INDIVIDUAL_NUMBER, switches={"individual_number_at_kiosk": "yes"})) is None
    document = build(kind.INDIVIDUAL_NUMBER, numbers={HEAD: "123456789018"})
    assert [rows(document, n)["個人番号"] for n in range(3)] == ["123456789018", NOTHING, NOTHING]


def test_the_resident_code_is_nowhere():
    assert not [option for option in KIND.options if "住民票コード" in option.japanese]


def test_what_is_offered_depends_on_who_lives_there():
    offered = {option.code for option in KIND.offered(asked())}
    assert not offered & {option.code for option in kind.FOREIGN}
    abroad = {option.code for option in KIND.offered(asked(household=family(foreigner(HEAD))))}
    assert {option.code for option in kind.FOREIGN} <= abroad
    assert kind.DOMICILE.code not in abroad


def test_persons_at_two_addresses_are_not_certified_together():
    with pytest.raises(InconsistentHouseholdError):
        build(household=family(person(HEAD), person(WIFE, address="青嶺県若草市赤町")))


# --- The variant for a pension ---------------------------------------------------------------------------------------


def test_the_form_for_a_pension_is_about_oneself_in_its_own_words():
    document = build(kind.PENSION)
    assert [rows(document)["氏名"]] == ["若草　太郎"]
    assert len(document.persons) == 1
    assert [*rows(document)] == ["氏名", "生年月日", "性別", "住所"]
    assert (document.purpose, document.certification.attestation) == ("（年金受給権者現況届用）", "年金の文")


@pytest.mark.parametrize(
    ("persons", "options", "expected"),
    [
        ((), (), None),
        ((HEAD,), (), None),
        ((HEAD,), KIND.usual, None),
        ((WIFE,), (), "R02"),
        ((HEAD, CHILD), (), "R02"),
        ((), (kind.DOMICILE,), "R02"),
        ((), (kind.WITHOUT_DETAIL,), "R02"),
        ((), (*KIND.usual, kind.NAME_KANA), "R02"),
    ],
)
def test_nobody_else_and_no_other_item_stands_on_the_form_for_a_pension(persons, options, expected):
    refusal = decide(asked(kind.PENSION, *options, persons=persons))
    assert (refusal and refusal.rule) == expected
    assert refusal is None or refusal.message_class is MessageClass.INFORMATION


def test_a_town_words_both_before_it_issues():
    bare = replace(asked(), ordinance=Ordinance("901016", NOW.date(), FEES, {kind._ATTESTATION: "文"}, {}))
    assert decide(bare).rule == "B21"


# --- Sheets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "rows_each", "expected"),
    [
        (1, 4, [1]),
        (5, 4, [5]),  # as many as one sheet holds: 5 * 39 mm
        (6, 4, [5, 1]),
        (10, 4, [5, 5]),
        (3, 13, [1, 1, 1]),
        (4, 9, [2, 2]),
        (2, 23, [1, 1]),  # higher than any that there is: still one to a sheet
    ],
)
def test_persons_one_after_another(persons, rows_each, expected):
    block = kind.PersonRows(tuple(kind.ItemRow(f"項目{n}", "あ") for n in range(rows_each)))
    document = replace(build(), persons=(block,) * persons)
    assert [len(span) for span in document.spans] == expected
    assert [position for span in document.spans for position in span] == list(range(persons))
    assert document.sheets == len(page_numbers(document)) == len(expected)


def test_the_highest_block_fits_a_sheet():
    everything = [o for o in PRINTABLE if o is not kind.WITHOUT_DETAIL]
    document = build(*everything, household=family(foreigner(HEAD)))
    height = kind.NAME_ROW + kind.ROW * (len(document.persons[0].rows) - 1)
    assert height <= kind.SHEET
    assert document.sheets == 1


def test_the_sheets_together_say_everything_once():
    document = samples.sample(kind.CODE, 7)
    said = [text for sheet in range(1, document.sheets + 1) for text in said_by(document.content_of(sheet))]
    assert document.sheets > 1
    assert said == said_by(document.persons)


def test_every_text_has_a_place():
    document = samples.sample(kind.CODE, 4, options=[option.code for option in KIND.options])
    places = fit_document(document)
    drawn = {"".join(fitted.lines) for name, fitted in places.items() if name.startswith("p")}
    assert drawn == {*said_by(document.persons), document.purpose}


def test_it_is_stored_and_read_again():
    document = samples.sample(kind.CODE, 3, options=["birth_date", "residence", "pension"])
    assert from_json(to_json(document)) == document


def test_a_child_s_certificate_is_a_parent_s_to_ask_for():
    assert [rows(build(kind.BIRTH_DATE, persons=(CHILD,)))] == [{"氏名": "若草　次郎", "生年月日": "平成27年9月9日"}]
