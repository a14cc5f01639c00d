"""PURE. What 戸籍 and 戸籍の附票 say, as frozen data.

The register is kept where the 本籍 is, not where its people live: a member may live in another town. The town gives
such a person a 宛名番号 of its own (住登外), so that a block can name everybody who stands on a sheet.

Sources: 戸籍法 13条, 戸籍法施行規則 附録第24号 and 第25号 (order and labels of the entries); 住民基本台帳法 17条.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.residents.facts import BlockFacts, RecordedDate
from app.residents.vocabularies import Sex


@dataclass(frozen=True)
class RegisterEvent:
    """戸籍事項 or 身分事項: 「出生」 with its items in printing order, each a label without 【】 and its wording."""

    kind: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FamilyMemberFacts:
    """戸籍に記録されている者. The surname is the register's."""

    member_no: int  # order in the register, from 1
    atena_no: str
    given_name: str  # 名
    given_name_kana: str
    birth_date: RecordedDate
    sex: Sex
    spouse_class: str  # 夫, 妻 or empty
    father: str
    mother: str
    relationship: str  # 父母との続柄: 長男, 二女 …
    adoptive_father: str
    adoptive_mother: str
    adoptive_relationship: str  # 養子, 養女 or empty
    is_removed: bool  # 除籍
    events: tuple[RegisterEvent, ...]


@dataclass(frozen=True)
class FamilyRegisterFacts:
    """One 戸籍 that is in force, with every block on anybody recorded in it, each naming one of them."""

    family_no: str
    registered_domicile: str  # 本籍
    surname: str
    surname_kana: str  # empty: none recorded yet
    head: str  # 筆頭者の氏名
    is_updating: bool  # a notification is accepted and not yet written (B06)
    events: tuple[RegisterEvent, ...]  # 戸籍事項
    members: tuple[FamilyMemberFacts, ...]
    blocks: tuple[BlockFacts, ...]
    register_serial: int

    def member(self, atena_no: str) -> FamilyMemberFacts | None:
        """The person with this number who is in the register and not removed from it."""
        return next((m for m in self.members if m.atena_no == atena_no and not m.is_removed), None)


@dataclass(frozen=True)
class AddressEntry:
    """An address and since when, oldest first in its list."""

    address: str
    since: RecordedDate


@dataclass(frozen=True)
class AddressMemberFacts:
    """One person of the 附票."""

    member_no: int
    atena_no: str
    given_name: str
    birth_date: RecordedDate
    sex: Sex
    is_removed: bool
    addresses: tuple[AddressEntry, ...]
    overseas_voter_place: str  # 在外選挙人名簿登録地, or empty


@dataclass(frozen=True)
class AddressHistoryFacts:
    """戸籍の附票 of one 戸籍, with every block on anybody recorded in it, each naming one of them."""

    family_no: str
    registered_domicile: str
    surname: str
    head: str
    is_updating: bool
    made_on: RecordedDate  # 附票の作成日: addresses from before are not in it
    members: tuple[AddressMemberFacts, ...]
    blocks: tuple[BlockFacts, ...]
    register_serial: int

    def member(self, atena_no: str) -> AddressMemberFacts | None:
        """The person with this number who is in the register and not removed from it."""
        return next((m for m in self.members if m.atena_no == atena_no and not m.is_removed), None)
