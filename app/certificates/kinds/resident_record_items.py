"""PURE. 住民票記載事項証明書: of the items of a 住民票, those that were asked for and no others.

住民基本台帳法 7条 (items), 12条 (who may ask); 標準仕様書 5.1, 5.4 (方書 may be left off here, and here alone).

Which items: the name always, with 旧氏 or 通称 where there is one (住基法施行令30条の13, 30条の16), because a sheet
must say of whom it speaks. Every other item is an option of its own. Nothing chosen is the usual content: 氏名,
生年月日, 性別, 住所, which tell a person from any other of the same name and are what most employers and schools ask to
see. An item that was not asked for has no row, unlike on the copy of the 住民票, which marks it as omitted.

For the 現況届 of a pension there is a variant: its items are the usual ones with 方書, its wording is the town's own
for that purpose, and it is about the pensioner alone. 住民票コード is never printed: no machine may, and the sheet is
the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from app.certificates.documents import NOTHING, Certification, Document
from app.certificates.items import (
    DOMICILE,
    HEAD_RELATIONSHIP,
    INDIVIDUAL_NUMBER,
    ForeignItems,
    ResidentItems,
    items_of,
    offer,
    persons_of,
)
from app.certificates.kind import Case, CertificateKind, Rule, Wording, show_as_asked
from app.certificates.layouts import ROOMY, ROOMY_NAME, Cell, FieldText, fields_of, one_line
from app.certificates.requests import MessageClass, Option, Relation
from app.certificates.wishes import Place, Wish, unasked_options, unasked_persons

CODE = "resident_record_items"

NAME_KANA = Option("name_kana", "氏名の振り仮名")
BIRTH_DATE = Option("birth_date", "生年月日")
SEX = Option("sex", "性別")
ADDRESS = Option("address", "住所")
WITHOUT_DETAIL = Option("without_address_detail", "住所の方書（建物名・部屋番号など）をのせない")
BECAME_RESIDENT = Option("became_resident_on", "住民となった年月日")
ADDRESS_SINCE = Option("address_since", "住所を定めた年月日")
NOTIFIED = Option("notified_on", "届出の年月日")
PREVIOUS_ADDRESS = Option("previous_address", "転入前住所")
NATIONALITY = Option("nationality", "国籍・地域")
RESIDENCE = Option("residence", "在留資格・在留期間など")
RESIDENCE_CARD = Option("residence_card_no", "在留カード等の番号")
FOREIGN_SINCE = Option("foreign_resident_since", "外国人住民となった年月日")
PENSION = Option("pension", "年金の現況届に使う")
USUAL = (BIRTH_DATE, SEX, ADDRESS)
FOREIGN = frozenset({NATIONALITY, RESIDENCE, RESIDENCE_CARD, FOREIGN_SINCE})

_USUAL_CODES = frozenset(option.code for option in USUAL)
_NO_ITEMS = frozenset({WITHOUT_DETAIL.code, PENSION.code})  # they say how, not what

_INDIVIDUAL_NUMBER_LABEL = "個人番号"
PURPOSE = "（年金受給権者現況届用）"
_ATTESTATION, _ATTESTATION_PENSION = f"{CODE}.attestation", f"{CODE}.attestation_pension"

# Heights of the form in mm, as in resident_record_items.css: a name's row, any other row, the space below a person,
# and what a sheet holds above its 認証文.
NAME_ROW, ROW, GAP, SHEET = 11, 8, 4, 195

_HEAD = {"purpose": Cell(120, one_line(11))}
_LABEL = Cell(44, one_line(9, 8, 7))
_TEXT = Cell(128, ROOMY)
_NAME = Cell(128, ROOMY_NAME)


@dataclass(frozen=True)
class ItemRow:
    """One line of the form."""

    label: str
    text: str


@dataclass(frozen=True)
class PersonRows:
    """What is certified of one person: the name first."""

    rows: tuple[ItemRow, ...]


@dataclass(frozen=True)
class ResidentRecordItemsDocument(Document):
    """住民票記載事項証明書."""

    kind: ClassVar[str] = CODE
    purpose: str  # below the heading; empty but for a variant
    persons: tuple[PersonRows, ...]

    @property
    def spans(self) -> tuple[range, ...]:
        """Positions of the persons on each sheet: as many as it holds, one after another, nobody on two sheets."""
        spans, first, used = [], 0, 0
        for position, person in enumerate(self.persons):
            height = NAME_ROW + ROW * (len(person.rows) - 1) + GAP
            if used + height > SHEET and position > first:
                spans.append(range(first, position))
                first, used = position, 0
            used += height
        return (*spans, range(first, len(self.persons)))

    @property
    def sheets(self) -> int:
        return len(self.spans)

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        span = self.spans[sheet - 1]
        return (self.purpose, self.persons[span.start : span.stop])


Line = tuple[Option, str, str]  # asked for by, label, name of the text

_LINES: tuple[Line, ...] = (
    (NAME_KANA, "氏名の振り仮名", "name_kana"),
    (BIRTH_DATE, "生年月日", "birth_date"),
    (SEX, "性別", "sex"),
    (ADDRESS, "住所", "address"),
    (HEAD_RELATIONSHIP, "世帯主の氏名", "household_head"),
    (HEAD_RELATIONSHIP, "世帯主との続柄", "relationship"),
    (BECAME_RESIDENT, "住民となった年月日", "became_resident_on"),
    (ADDRESS_SINCE, "住所を定めた年月日", "address_since"),
    (NOTIFIED, "届出の年月日", "notified_on"),
    (PREVIOUS_ADDRESS, "転入前住所", "previous_address"),
)
_DOMICILE_LINES: tuple[Line, ...] = (
    (DOMICILE, "本籍", "registered_domicile"),
    (DOMICILE, "筆頭者の氏名", "register_head"),
)
_FOREIGN_LINES: tuple[Line, ...] = (
    (NATIONALITY, "国籍・地域", "nationality"),
    (RESIDENCE, "法第30条の45の区分", "foreign_class"),
    (RESIDENCE, "在留資格", "residence_status"),
    (RESIDENCE, "在留期間等", "residence_period"),
    (RESIDENCE, "在留期間等の満了の日", "residence_expiry"),
    (RESIDENCE_CARD, "在留カード等の番号", "residence_card_no"),
    (FOREIGN_SINCE, "外国人住民となった年月日", "resident_since"),
)


def build(case: Case, certification: Certification, numbers: Mapping[str, str]) -> ResidentRecordItemsDocument:
    """:raises InconsistentHouseholdError: when the persons shown are recorded at different addresses."""
    return ResidentRecordItemsDocument(
        certification=certification,
        purpose=PURPOSE if case.has_option(PENSION) else "",
        persons=tuple(
            PersonRows(tuple(_rows(case, items_of(person), numbers.get(person.atena_no, ""))))
            for person in persons_of(case)
        ),
    )


def _rows(case: Case, items: ResidentItems, individual_number: str) -> Iterator[ItemRow]:
    """Only what was asked for, and of that what a 住民票 of this person has."""
    if case.has_option(WITHOUT_DETAIL):
        items = replace(items, address=items.address_without_detail)
    yield ItemRow("氏名", items.name)
    if items.other_name != NOTHING:
        yield ItemRow(items.other_name_label, items.other_name)
    yield from _chosen(case, _LINES, items)
    yield from _chosen(case, _FOREIGN_LINES, items.foreign) if items.foreign else _chosen(case, _DOMICILE_LINES, items)
    if case.has_option(INDIVIDUAL_NUMBER):
        yield ItemRow(_INDIVIDUAL_NUMBER_LABEL, individual_number or NOTHING)


def _chosen(case: Case, lines: tuple[Line, ...], items: ResidentItems | ForeignItems) -> Iterator[ItemRow]:
    chosen = _chosen_codes(case.request.options)
    return (ItemRow(label, getattr(items, name)) for option, label, name in lines if option.code in chosen)


def _chosen_codes(options: frozenset[str]) -> frozenset[str]:
    """Of the items: those asked for, or the usual ones."""
    return options - _NO_ITEMS or _USUAL_CODES


def _offered(case: Case) -> tuple[Option, ...]:
    return offer(case, FOREIGN)


def _shown(case: Case) -> tuple[str, ...]:
    """Of the variant for a pension, the usual content is oneself, not the household."""
    if case.has_option(PENSION) and not case.request.persons:
        return (case.request.requester,)
    return show_as_asked(case)


def _wording(case: Case) -> Wording:
    return Wording(case.kind.heading, _ATTESTATION_PENSION if case.has_option(PENSION) else _ATTESTATION)


def _asks_more_for_a_pension(case: Case) -> bool:
    """The variant says what a pension office asks for, of the pensioner alone: nobody else, and no other item."""
    is_oneself = case.shown == (case.request.requester,)
    has_more = bool(case.request.options - _USUAL_CODES - {PENSION.code})
    return case.has_option(PENSION) and (has_more or not is_oneself)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, ResidentRecordItemsDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from fields_of(document, _HEAD)
    for index, person in enumerate(document.persons):
        for line, row in enumerate(person.rows):
            cells = {"label": _LABEL, "text": _TEXT if line else _NAME}
            yield from fields_of(row, cells, f"p{index}.r{line}.")


def _unasked(document: Document, wish: Wish) -> Iterator[str]:
    assert isinstance(document, ResidentRecordItemsDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    asked = _chosen_codes(wish.options) | wish.options
    yield from unasked_options([(PENSION.code, bool(document.purpose))], asked)
    for person in document.persons:
        yield from unasked_options(_places(person), asked)
    yield from unasked_persons(len(document.persons), wish)


def _places(person: PersonRows) -> Iterator[Place]:
    """本籍 and what only foreign residents have is no item of everybody: a row that is there was asked for."""
    labels = {row.label for row in person.rows}
    of_all = (*_LINES, (INDIVIDUAL_NUMBER, _INDIVIDUAL_NUMBER_LABEL, ""))
    yield from ((option.code, label in labels) for option, label, _name in of_all)
    of_some = (*_DOMICILE_LINES, *_FOREIGN_LINES)
    yield from ((option.code, True) for option, label, _name in of_some if label in labels)


KIND = CertificateKind(
    code=CODE,
    title="住民票記載事項証明書",
    heading="住民票記載事項証明書",
    who=Relation.HOUSEHOLD,
    template="resident_record_items.html",
    attestations=(_ATTESTATION, _ATTESTATION_PENSION),
    document=ResidentRecordItemsDocument,
    build=build,
    fields=_fields,
    options=(
        BIRTH_DATE,
        SEX,
        ADDRESS,
        WITHOUT_DETAIL,
        NAME_KANA,
        HEAD_RELATIONSHIP,
        DOMICILE,
        BECAME_RESIDENT,
        ADDRESS_SINCE,
        NOTIFIED,
        PREVIOUS_ADDRESS,
        NATIONALITY,
        RESIDENCE,
        RESIDENCE_CARD,
        FOREIGN_SINCE,
        INDIVIDUAL_NUMBER,
        PENSION,
    ),
    usual=USUAL,
    offered=_offered,
    shown=_shown,
    wording=_wording,
    unasked=_unasked,
    rules=(
        Rule(
            "R02",
            MessageClass.INFORMATION,
            _asks_more_for_a_pension,
            "国民年金法施行規則、厚生年金保険法施行規則 (現況届は受給権者について)",
        ),
    ),
)
