"""PURE. The entries of a 戸籍 as the lines of the official form: what 全部事項 and 個人事項 share.

戸籍法施行規則 73条 (the certificates), 附録第24号 (the model of the entries): a ruled column at the left names what the
lines at its right are, an item is 【label】 with its wording, an entry that replaced another one says below
【従前の記録】 what stood there before. Where the lines break and which line stands on which sheet is decided here, by
counting characters; the layout only confirms that each line fits.

The sheets of a machine are not bound. So every sheet begins with 本籍 and 筆頭者, and an entry that goes on from the
sheet before is named again. 氏の振り仮名 (戸籍法 13条 1項 2号, since 2025-05-26) stands where it is recorded: after
a notification, or once the 市町村長 has entered it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from app.certificates.composing import date_of
from app.certificates.documents import NOTHING, REST_BLANK, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, Rule
from app.certificates.layouts import Cell, FieldText, fields_of, one_line, wrap
from app.certificates.requests import MessageClass
from app.certificates.wishes import Wish, unasked_persons
from app.residents.family_facts import FamilyMemberFacts, FamilyRegisterFacts, RegisterEvent
from app.residents.family_items import Items
from app.residents.family_vocabularies import FORMER_RECORD

TEMPLATE = "family_register.html"
LINES_A_SHEET = 35  # rows of the table, as in family_register.css; 氏の振り仮名 takes the place of one
LINE_EM = 36.0  # what a line holds, in characters of full width
_DEEPEST_HANG = 8  # wording that goes on stands below its beginning, unless the label is longer than this
_TOGETHER = 12  # lines about a person that are not torn apart by the end of a sheet
_BOX_AT = 2  # the line of a person beside which the box 「除籍」 begins
_HEADINGS = frozenset({FORMER_RECORD, "記録の内容"})  # the items after them belong to them
_BLANK = "　"
_DIGITS, _DIGIT_EM = "0123456789", 0.625
_RECORDED = "戸籍に記録されている者"
_REMOVED = f"除{_BLANK * 2}籍"

_HEAD = {
    "registered_domicile": Cell(140, one_line(11, 10, 9, 8, then=((8, 2), (7, 2), (6, 2)))),
    "register_head": Cell(140, one_line(11, 10, 9, 8, then=((8, 2), (7, 2), (6, 2)))),
    "surname_kana": Cell(140, one_line(10, 9, 8, 7, 6, 5)),
}
_SHEET = {"mark": Cell(26, one_line(10.5, 9))}
_LINE = {"label": Cell(44, one_line(10.5, 9.5, 8.5, 7.5, 6.5, 5.5)), "text": Cell(140, one_line(10.5))}


@dataclass(frozen=True)
class Line:
    """One row of the form. A box around the label is two rows high: the row below it has no label."""

    label: str = ""
    text: str = ""
    is_ruled: bool = False  # a rule above: something new begins
    is_boxed: bool = False


@dataclass(frozen=True)
class RegisterSheet:
    """One sheet: which of how many, as the model counts them (「（2の1）」), and its lines."""

    mark: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class FamilyEntriesDocument(Document):
    """全部事項証明 or 個人事項証明: what heads every sheet, and the lines of each."""

    registered_domicile: str
    register_head: str
    surname_kana: str  # or empty: no row
    pages: tuple[RegisterSheet, ...]

    @property
    def sheets(self) -> int:
        return len(self.pages)

    @property
    def lines_a_sheet(self) -> int:
        return _count_lines(self.surname_kana)

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        return (self.registered_domicile, self.register_head, self.surname_kana, self.pages[sheet - 1])


def parts_of(case: Case, certification: Certification, members: Iterable[FamilyMemberFacts]) -> dict[str, Any]:
    """The fields of a document about the register and about these members.

    :raises MissingFactsError: when there is no register, or nobody to show.
    """
    register, listed = case.record, tuple(members)
    if not isinstance(register, FamilyRegisterFacts) or not listed:
        raise MissingFactsError(case.kind.code)
    pages = fill_sheets(register, listed)
    return {
        "certification": certification,
        "registered_domicile": register.registered_domicile or NOTHING,
        "register_head": register.head or NOTHING,
        "surname_kana": register.surname_kana,
        "pages": tuple(
            RegisterSheet(f"（{len(pages)}の{number}）", lines) for number, lines in enumerate(pages, start=1)
        ),
    }


def members_of(case: Case) -> tuple[FamilyMemberFacts, ...]:
    """Everybody recorded in the 戸籍, in its order."""
    return case.record.members if isinstance(case.record, FamilyRegisterFacts) else ()


def _lacks_entries(case: Case) -> bool:
    """The register itself, and each person in it, came there by an entry; without one it is not yet written."""
    if not isinstance(case.record, FamilyRegisterFacts):
        return False
    shown = (member for member in case.record.members if member.atena_no in case.shown)
    return not case.record.events or any(not member.events for member in shown)


RULES = (
    Rule(
        "B06",
        MessageClass.NEUTRAL,
        _lacks_entries,
        "戸籍法13条; 戸籍法施行規則 附録第24号 (編製・改製と各人の身分事項の記録がある)",
    ),
)


def list_fields(document: Document) -> Iterator[FieldText]:
    """Every text of the form and its room."""
    assert isinstance(document, FamilyEntriesDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from fields_of(document, _HEAD)
    for index, page in enumerate(document.pages):
        yield from fields_of(page, _SHEET, f"p{index}.")
        for row, line in enumerate(page.lines):
            yield from fields_of(line, _LINE, f"p{index}.r{row}.")


def find_unasked(document: Document, wish: Wish) -> Iterator[str]:
    """The people. Whoever left and came back is recorded twice: with somebody who left, they are not counted."""
    assert isinstance(document, FamilyEntriesDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    lines = [line for page in document.pages for line in page.lines]
    if not any(line.is_boxed for line in lines):
        yield from unasked_persons(sum(line.label == _RECORDED for line in lines), wish)


# --- Sheets ----------------------------------------------------------------------------------------------------------


class _Chunk(NamedTuple):
    """Lines that stand on one sheet together, and the entry that they belong to."""

    lines: tuple[Line, ...]
    entry: str = ""


def _count_lines(surname_kana: str) -> int:
    return LINES_A_SHEET - bool(surname_kana)


def fill_sheets(register: FamilyRegisterFacts, members: Iterable[FamilyMemberFacts]) -> tuple[tuple[Line, ...], ...]:
    """The lines about the register and about these members, sheet by sheet, closed by 以下余白."""
    chunks = [*_section("戸籍事項", register.events)]
    for member in members:
        chunks += [*_person(member), *_section("身分事項", member.events)]
    pages: list[list[Line]] = [[]]
    most = _count_lines(register.surname_kana)
    for lines, entry in _close(chunks):
        if len(pages[-1]) + len(lines) > most:
            pages.append([])
        first = lines[0] if pages[-1] else replace(lines[0], label=lines[0].label or entry)
        pages[-1] += [first, *lines[1:]]
    return tuple(map(tuple, pages))


def _close(chunks: list[_Chunk]) -> list[_Chunk]:
    """以下余白 never stands on a sheet alone."""
    *before, last = chunks
    return [*before, last._replace(lines=(*last.lines, Line(text=_BLANK * 12 + REST_BLANK, is_ruled=True)))]


def _section(heading: str, events: Iterable[RegisterEvent]) -> Iterator[_Chunk]:
    """The heading stays with the first line below it; each entry may break between any two of its lines."""
    held: tuple[Line, ...] = (Line(heading, is_ruled=True),)
    for event in events:
        entry = _BLANK + spread(event.kind)
        for position, text in enumerate(_event_lines(event.items)):
            yield _Chunk((*held, Line(entry if position == 0 else "", text)), entry)
            held = ()
    if held:
        yield _Chunk(held)


def _person(member: FamilyMemberFacts) -> Iterator[_Chunk]:
    """戸籍に記録されている者, with the box of one who was removed."""
    texts = tuple(line for text in _person_items(member) for line in text)
    lines = [Line(text=text) for text in texts]
    lines[0] = replace(lines[0], label=_RECORDED, is_ruled=True)
    if member.is_removed:
        lines[_BOX_AT] = replace(lines[_BOX_AT], label=_REMOVED, is_boxed=True)
    yield _Chunk(tuple(lines[:_TOGETHER]))
    yield from (_Chunk((line,)) for line in lines[_TOGETHER:])


# --- Lines -----------------------------------------------------------------------------------------------------------


def _person_items(member: FamilyMemberFacts) -> Iterator[tuple[str, ...]]:
    """In the order of the model. 振り仮名, 配偶者区分 and 養親 are there when they are recorded."""
    yield item_lines("名", member.given_name or NOTHING)
    if member.given_name_kana:
        yield item_lines("名の振り仮名", member.given_name_kana)
    yield from _birth_and_spouse(member)
    yield item_lines("父", member.father or NOTHING)
    yield item_lines("母", member.mother or NOTHING)
    yield item_lines("続柄", member.relationship or NOTHING)
    if member.adoptive_father:
        yield item_lines("養父", member.adoptive_father)
    if member.adoptive_mother:
        yield item_lines("養母", member.adoptive_mother)
    if member.adoptive_relationship:
        yield item_lines("続柄", member.adoptive_relationship)


def _birth_and_spouse(member: FamilyMemberFacts) -> Iterator[tuple[str, ...]]:
    """On one line, as in the model, where there is room."""
    born = item_lines("生年月日", date_of(member.birth_date))
    if not member.spouse_class:
        yield born
        return
    spouse = item_lines("配偶者区分", member.spouse_class)
    together = f"{born[-1]}{_BLANK * 2}{spouse[0]}"
    if width_of(together) <= LINE_EM:
        yield (*born[:-1], together)
    else:
        yield from (born, spouse)


def _event_lines(items: Items) -> Iterator[str]:
    """What was recorded before stands one character further in than what is recorded now."""
    depth = 0
    for label, wording in items:
        is_heading = label in _HEADINGS
        yield from item_lines(label, wording, 0 if is_heading else depth)
        depth = 1 if is_heading else depth


def item_lines(label: str, wording: str, depth: int = 0) -> tuple[str, ...]:
    """「【出生地】青嶺県若草市」 on as many lines as it needs."""
    head = f"【{label}】"
    first, *rest = _wrapped(head + wording, LINE_EM - depth)
    if not rest:
        return (_BLANK * depth + first,)
    hang = round(width_of(head)) if width_of(head) <= _DEEPEST_HANG else 1
    remainder = (head + wording)[len(first) :].strip()
    further = _wrapped(remainder, LINE_EM - depth - hang)
    return (_BLANK * depth + first, *(_BLANK * (depth + hang) + line for line in further))


def _wrapped(text: str, width_em: float) -> tuple[str, ...]:
    return wrap(text, width_em, width_of) or (text,)


def width_of(text: str) -> float:
    """In characters of full width, never less than the typeface needs: narrow is counted what surely is."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if "VARIATION SELECTOR" in unicodedata.name(character, ""):
        return 0
    if character in _DIGITS:
        return _DIGIT_EM
    return 0.5 if unicodedata.east_asian_width(character) == "H" else 1


def spread(label: str) -> str:
    """「出生」 is set as wide as labels of four characters."""
    return f"{label[0]}{_BLANK * 2}{label[1]}" if len(label) == 2 else label
