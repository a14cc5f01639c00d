"""PURE. 戸籍の附票の写し: where those in a 戸籍 have lived since the 附票 was made, oldest first.

住民基本台帳法 17条 (items), 20条 (who may ask, and what is left out unless asked for). Without the whole register's
本籍 and 筆頭者 each person stands with 氏名; with them, as in the register itself, with 名 alone. 住民票コード is never
printed by a machine. Nothing recorded is told from nothing asked for: those who left the register before an item was
introduced have none.

The usual content lists where a whole family lives, those included who fled from it: everybody recorded is concerned,
and a block on one of them stops the sheet. Of chosen persons, those and the requester are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from app.certificates.composing import date_of, if_asked
from app.certificates.documents import NOTHING, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.items import DOMICILE
from app.certificates.kind import Case, CertificateKind, Rule, Source
from app.certificates.kinds.family_members import full_name, number_all, number_some, offer_standing
from app.certificates.layouts import NAME, Cell, FieldText, fields_of, one_line
from app.certificates.requests import MessageClass, Option, Relation
from app.certificates.wishes import Wish, places_of, unasked_options, unasked_persons
from app.residents.family_facts import AddressHistoryFacts, AddressMemberFacts
from app.residents.vocabularies import Sex

CODE = "family_register_addresses"
OVERSEAS_VOTER = Option("overseas_voter", "在外選挙人名簿登録地")
REMOVED = "除　籍"
CONTINUED = "（前のページから続く）"

# Heights of the form in mm, as in family_register_addresses.css: what heads a person, an address, the space below a
# person, and what a sheet holds between its own head and its 認証文.
HEAD, ROW, GAP, SHEET = 24, 9, 4, 172
TOGETHER = 3  # addresses that are not torn apart by the end of a sheet

_HEADING = one_line(11, 10, 9, 8, then=((8, 2), (7, 2)))
_DATE = one_line(10, 9, 8, 7, then=((7, 2), (6, 2)))
_FIELDS = {
    "registered_domicile": Cell(156, _HEADING),
    "register_head": Cell(156, _HEADING),
    "made_on": Cell(156, one_line(11, 10, 9, 8)),
}
_PART = {
    "number": Cell(10, one_line(11, 9)),
    "removed": Cell(16, one_line(9)),
    "name": Cell(64, NAME),
    "birth_date": Cell(40, _DATE),
    "sex": Cell(8, one_line(10, 6)),
    "overseas_voter_place": Cell(140, one_line(9, 8, 7, 6)),
    "continued": Cell(40, one_line(8, 7)),
}
_ADDRESS = {
    "since": Cell(44, _DATE),
    "address": Cell(130, one_line(10.5, 9.5, 8.5, then=((8.5, 2), (7.5, 2), (6.5, 3)))),
}


@dataclass(frozen=True)
class AddressRow:
    """One address and since when."""

    since: str
    address: str


@dataclass(frozen=True)
class MemberPart:
    """What stands of one person on one sheet: who it is, again on every sheet, and some of the addresses."""

    number: str
    removed: str  # 「除　籍」 in a box, or empty
    name: str
    birth_date: str
    sex: str
    overseas_voter_place: str
    continued: str  # where it goes on from the sheet before
    addresses: tuple[AddressRow, ...]


@dataclass(frozen=True)
class AddressSheet:
    """Those on one sheet."""

    members: tuple[MemberPart, ...]


@dataclass(frozen=True)
class FamilyRegisterAddressesDocument(Document):
    """戸籍の附票の写し."""

    kind: ClassVar[str] = CODE
    registered_domicile: str
    register_head: str
    made_on: str
    pages: tuple[AddressSheet, ...]

    @property
    def sheets(self) -> int:
        return len(self.pages)

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        return (self.registered_domicile, self.register_head, self.made_on, self.pages[sheet - 1])


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> FamilyRegisterAddressesDocument:
    """:raises MissingFactsError: when there is no 附票, or nobody to show."""
    history, members = case.record, _members_of(case)
    if not isinstance(history, AddressHistoryFacts) or not members:
        raise MissingFactsError(CODE)
    has_domicile = case.has_option(DOMICILE)
    return FamilyRegisterAddressesDocument(
        certification=certification,
        registered_domicile=if_asked(has_domicile, history.registered_domicile),
        register_head=if_asked(has_domicile, history.head),
        made_on=date_of(history.made_on),
        pages=fill_sheets(tuple(_whole(case, history, member) for member in members)),
    )


def _members_of(case: Case) -> tuple[AddressMemberFacts, ...]:
    """As asked, of those in the register now; or everybody recorded."""
    members = case.record.members if isinstance(case.record, AddressHistoryFacts) else ()
    wanted = case.request.persons
    return tuple(m for m in members if not wanted or (m.atena_no in wanted and not m.is_removed))


def _whole(case: Case, history: AddressHistoryFacts, member: AddressMemberFacts) -> MemberPart:
    """One person with every address."""
    surname = "" if case.has_option(DOMICILE) else history.surname
    addresses = tuple(AddressRow(date_of(entry.since), entry.address or NOTHING) for entry in member.addresses)
    return MemberPart(
        number=str(member.member_no),
        removed=REMOVED if member.is_removed else "",
        name=full_name(surname, member.given_name) or NOTHING,
        birth_date=date_of(member.birth_date),
        sex=NOTHING if member.sex is Sex.BLANK else member.sex.japanese,
        overseas_voter_place=if_asked(case.has_option(OVERSEAS_VOTER), member.overseas_voter_place),
        continued="",
        addresses=addresses or (AddressRow(NOTHING, NOTHING),),
    )


def fill_sheets(members: Sequence[MemberPart]) -> tuple[AddressSheet, ...]:
    """One person after another; whose addresses do not end on a sheet is named again on the next."""
    pages: list[list[MemberPart]] = [[]]
    used = 0
    for member in members:
        rest, continued = member.addresses, ""
        while rest:
            count = (SHEET - used - HEAD) // ROW
            if count < min(len(rest), TOGETHER):
                pages, used = [*pages, []], 0
                continue
            pages[-1].append(replace(member, addresses=rest[:count], continued=continued))
            used += HEAD + ROW * len(rest[:count]) + GAP
            rest, continued = rest[count:], CONTINUED
    return tuple(AddressSheet(tuple(parts)) for parts in pages)


def _shown(case: Case) -> tuple[str, ...]:
    """The whole register is the usual content, those who left it included."""
    return number_some(case, case.request.persons) if case.request.persons else number_all(case)


def _lacks_addresses(case: Case) -> bool:
    """Of somebody in the register: the town of residence has not yet told."""
    return any(not member.addresses for member in _members_of(case) if not member.is_removed)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, FamilyRegisterAddressesDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from fields_of(document, _FIELDS)
    for index, page in enumerate(document.pages):
        for position, part in enumerate(page.members):
            prefix = f"p{index}.m{position}."
            yield from fields_of(part, _PART, prefix)
            for row, address in enumerate(part.addresses):
                yield from fields_of(address, _ADDRESS, f"{prefix}a{row}.")


def _unasked(document: Document, wish: Wish) -> Iterator[str]:
    """The people are counted unless somebody left: whoever left and came back is recorded twice."""
    assert isinstance(document, FamilyRegisterAddressesDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    parts = [part for page in document.pages for part in page.members]
    head = places_of(DOMICILE.code, document.registered_domicile, document.register_head)
    yield from unasked_options(head, wish.options)
    voters = places_of(OVERSEAS_VOTER.code, *(part.overseas_voter_place for part in parts))
    yield from unasked_options(voters, wish.options)
    if not any(part.removed for part in parts):
        yield from unasked_persons(len({part.number for part in parts}), wish)


KIND = CertificateKind(
    code=CODE,
    title="戸籍の附票の写し",
    heading="戸籍の附票の写し",
    who=Relation.FAMILY_REGISTER,
    template=f"{CODE}.html",
    attestations=(f"{CODE}.attestation",),
    document=FamilyRegisterAddressesDocument,
    build=build,
    fields=_fields,
    source=Source.ADDRESS_HISTORY,
    options=(DOMICILE, OVERSEAS_VOTER),
    persons=offer_standing,
    shown=_shown,
    unasked=_unasked,
    rules=(Rule("B06", MessageClass.NEUTRAL, _lacks_addresses, "住民基本台帳法19条 (住所地からの通知により記載する)"),),
)
