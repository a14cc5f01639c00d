"""PURE. What the registers say, as frozen data: the only form in which a resident leaves this package.

Dates that a register may hold as 不詳 are `RecordedDate`: the day when it is known, and the wording to print where
the day alone would not say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.residents.vocabularies import (
    BlockLevel,
    BlockReason,
    ForeignClass,
    ResidentStatus,
    ResidentType,
    SealStatus,
    Sex,
)


@dataclass(frozen=True)
class RecordedDate:
    """A calendar day, or the recorded wording (「年月日不詳」, 「令和○年頃」 …), or nothing (both empty).

    Both for a day whose wording must be kept: 「明治45年7月30日」 is also the first day of 大正.
    """

    day: date | None = None
    wording: str = ""

    def __bool__(self) -> bool:
        return self.day is not None or bool(self.wording)


@dataclass(frozen=True)
class ForeignFacts:
    """法30条の45 items of a foreign resident."""

    nationality: str
    foreign_class: ForeignClass
    resident_since: RecordedDate
    residence_status: str = ""
    residence_period: str = ""
    residence_expiry: date | None = None
    residence_card_no: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """One resident at one history number."""

    atena_no: str
    history_no: int
    setai_no: str
    status: ResidentStatus
    resident_type: ResidentType
    name: str
    name_kana: str
    name_latin: str
    former_surname: str
    former_surname_kana: str
    alias: str
    alias_kana: str
    birth_date: RecordedDate
    sex: Sex
    household_head: str
    relationship: str
    registered_domicile: str
    register_head: str
    address: str
    address_detail: str
    postal_code: str
    became_resident_on: RecordedDate
    address_since: RecordedDate
    notified_on: RecordedDate
    previous_address: str
    moving_out_on: date | None
    has_provisional_change: bool  # a 仮登録 exists beside this version (B04)
    foreign: ForeignFacts | None


@dataclass(frozen=True)
class BlockFacts:
    """A block in force (not lifted, begun). `kinds` empty = every kind."""

    reason: BlockReason
    level: BlockLevel
    kinds: frozenset[str]
    atena_no: str | None  # None: the whole household
    has_temporary_lift: bool = False  # 一時解除, running now: no machine may know of it (標準仕様書 3.1)


@dataclass(frozen=True)
class HouseholdFacts:
    """The living members in the order of the 世帯連記式 (標準仕様書 5.2), and the blocks on any of them."""

    setai_no: str
    members: tuple[PersonFacts, ...]
    blocks: tuple[BlockFacts, ...]
    register_serial: int  # the import that this was read from

    def member(self, atena_no: str) -> PersonFacts | None:
        """The member with this number, if living here."""
        return next((m for m in self.members if m.atena_no == atena_no), None)


@dataclass(frozen=True)
class SealFacts:
    """印鑑登録 of one person. `imprint_png` is printed 1:1 at `width_mm` x `height_mm`."""

    seal_no: str
    status: SealStatus
    imprint_png: bytes
    imprint_sha256: str
    width_mm: float
    height_mm: float
    registered_on: date
