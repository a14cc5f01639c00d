"""PURE. What is asked for, and what may be answered: the words that all rules share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KIOSK = "kiosk"
COUNTER = "counter"


class Relation(StrEnum):
    """Whose data a resident may have printed."""

    SELF = "self"
    HOUSEHOLD = "household"  # oneself and those in the same household: all, some or one
    FAMILY_REGISTER = "family_register"  # those in the same 戸籍, as long as one is in it oneself


class Picks(StrEnum):
    """How many of the choices that a kind offers stand on one copy."""

    NONE = "none"  # nothing to choose: the sheet shows what there is
    ONE = "one"
    SOME = "some"


class MessageClass(StrEnum):
    """What a resident may be told."""

    CARD = "C"  # about the card in hand: the reason
    INFORMATION = "I"  # normal and not secret
    NEUTRAL = "N"  # one sentence and a reference code, the same for every reason


class Exemption(StrEnum):
    """A law that makes a certificate free. A clerk looks at the papers, so no machine knows any of these."""

    NATIONAL_PENSION = "national_pension"  # 国民年金法 104条
    EMPLOYEES_PENSION = "employees_pension"  # 厚生年金保険法 95条
    WORKERS_COMPENSATION = "workers_compensation"  # 労働者災害補償保険法 45条
    CHILD_REARING_ALLOWANCE = "child_rearing_allowance"  # 児童扶養手当法 27条
    OFFICIAL_USE = "official_use"  # 公用, the town's own ordinance


@dataclass(frozen=True)
class Option:
    """An item or a variant that stands on the sheet only when it is asked for. Equal codes mean the same item."""

    code: str
    japanese: str


@dataclass(frozen=True)
class Choice:
    """One thing that can be picked: a year, a vehicle. `key` is for requests, never for an address or a log."""

    key: str
    label: str


@dataclass(frozen=True)
class Request:
    """What one resident asks for. `persons` and `picks` empty = the usual content of the kind."""

    kind: str
    requester: str  # atena_no
    persons: tuple[str, ...]
    options: frozenset[str]  # codes
    channel: str
    at: datetime  # aware, JST: blocks, officeholder and age are those of this instant
    picks: tuple[str, ...] = ()  # keys of choices
    priced_at: datetime | None = None  # when the visit began: a session keeps the price it started with
    exemption: Exemption | None = None

    @property
    def pricing_instant(self) -> datetime:
        """Whose ordinance prices the copy."""
        return self.priced_at or self.at


@dataclass(frozen=True)
class Refusal:
    """`rule` is for the journal; only the class may decide what a screen says."""

    rule: str
    message_class: MessageClass
