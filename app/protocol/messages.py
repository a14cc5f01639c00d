"""PURE. Every message between portal and agent as a frozen dataclass. Times are Unix seconds, money is integer yen."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, Self

TICKET_SECONDS = 60  # to reach the agent
TRIP_SECONDS = 300  # to come back: laying a card and typing a PIN takes some people minutes
CALL_SECONDS = 60  # an agent's call is refused when its clock differs by more


class MessageError(ValueError):
    """A message with missing, unknown or wrongly typed fields."""


@dataclass(frozen=True)
class Message:
    """Fields are exactly those declared; nothing optional, nothing extra."""

    KIND: ClassVar[str]

    def as_fields(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_fields(cls, given: dict[str, Any]) -> Self:
        """:raises MessageError: unless the keys are exact and the plain types right."""
        declared = {f.name: f.type for f in fields(cls)}
        if set(given) != set(declared):
            raise MessageError(f"{cls.KIND}: fields {sorted(set(given) ^ set(declared))}")
        for name, type_name in declared.items():
            if type(given[name]).__name__ != _PLAIN.get(str(type_name), "str"):
                raise MessageError(f"{cls.KIND}.{name}: not {type_name}")
        try:
            return cls(
                **{
                    name: _WORDS[str(t)](given[name]) if str(t) in _WORDS else given[name]
                    for name, t in declared.items()
                }
            )
        except ValueError as error:
            raise MessageError(f"{cls.KIND}: {error.__class__.__name__}") from None


class CardFailure(StrEnum):
    """Why a trip to the card reader did not end in a sign-in. All are class C: about the card in hand."""

    NONE = "none"
    UNKNOWN_CARD = "unknown_card"
    WRONG_PIN = "wrong_pin"
    LOCKED = "locked"
    CARD_REMOVED = "card_removed"
    NOT_A_MEMBER = "not_a_member"
    STOPPED = "stopped"
    EXPIRED = "expired"
    CONTINUED_USE_PENDING = "continued_use_pending"
    USABLE_TOMORROW = "usable_tomorrow"
    UNDER_AGE = "under_age"
    TICKET_EXPIRED = "ticket_expired"
    TICKET_USED = "ticket_used"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    UNAVAILABLE = "unavailable"


class Evidence(StrEnum):
    """What a statement proves its card with."""

    JPKI = "jpki"  # certificate + signature over the challenge; the chip checked the PIN
    SERVER_PIN = "server_pin"  # card id + PIN, for card kinds whose PIN is in the town's card register
    FAILURE = "failure"  # the trip ended without either


class Tender(StrEnum):
    """What a resident pays with."""

    CASH = "cash"  # in escrow until it is kept; change is given
    EMONEY = "emoney"  # IC: taken at the touch, nothing to hold; given back only at the counter
    QR = "qr"  # authorised, then captured or let go


class WorkAction(StrEnum):
    NONE = "none"
    COLLECT = "collect"  # take `yen` into escrow under `payment_key`, by `tender`
    PRINT = "print"  # ask for the grant of `attempt_id`
    COMMIT = "commit"  # keep `yen`, give the rest back
    RELEASE = "release"  # give everything back
    RECEIPT = "receipt"  # print `receipt`, once for each `payment_key`


class ReportEvent(StrEnum):
    INSERTED = "inserted"  # `yen` so far in escrow
    HELD = "held"  # the price is reached
    COMMITTED = "committed"
    RELEASED = "released"
    PAYMENT_UNKNOWN = "payment_unknown"
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    MISMATCH = "mismatch"  # the manifest is not of the agent's own session, or the bytes are others
    RECEIPT_PRINTED = "receipt_printed"


@dataclass(frozen=True)
class Hello(Message):
    """Agent → browser → portal: this browser stands at this terminal."""

    KIND: ClassVar[str] = "hello"
    terminal_id: str
    nonce: str
    at: int


@dataclass(frozen=True)
class Ticket(Message):
    """Portal → browser → agent: you may ask the resident at your terminal for a card, once."""

    KIND: ClassVar[str] = "ticket"
    nonce: str  # base64url of 32 random bytes
    visit_id: str
    terminal_id: str
    origin: str  # of the portal, to which the browser goes back
    purpose: str  # "sign_in"
    language: str
    expires_at: int


@dataclass(frozen=True)
class Statement(Message):
    """Agent → portal: what the card and the resident proved. Unused fields are empty."""

    KIND: ClassVar[str] = "statement"
    statement_id: str
    terminal_id: str
    ticket_nonce: str
    evidence: Evidence
    card_kind: str  # a value of cards.models.CardKind
    certificate: str  # JPKI: base64url DER
    signature: str  # JPKI: base64url, RSA PKCS#1 v1.5 SHA-256 over `challenge(...)`
    card_id: str  # server PIN kinds: card number
    pin: str = field(repr=False)  # server PIN kinds only
    failure: CardFailure
    at: int
    epoch: int = 0  # of the lease that the agent holds; 0: of none


@dataclass(frozen=True)
class StatementResult(Message):
    """Portal → agent: signed in, or why not. `tries_left` is -1 where it means nothing."""

    KIND: ClassVar[str] = "statement_result"
    statement_id: str
    failure: CardFailure
    tries_left: int


@dataclass(frozen=True)
class WorkCall(Message):
    """Agent → portal, every second or so: I live, this is the state of my devices, is there anything to do?"""

    KIND: ClassVar[str] = "work_call"
    terminal_id: str
    call_id: str
    at: int
    printer: str  # "ready" or space-separated faults
    sheets_left: int
    change_left: int  # yen in the change store
    tenders: str = Tender.CASH.value  # what can be paid with now, space-separated; empty: nothing that costs money
    epoch: int = 0  # of the lease that the agent holds; 0: of none
    prints_receipts: bool = False  # there is a receipt printer, and it works
    stopped_at: str = ""  # since when the agent has stopped itself (ISO 8601); empty: it has not


@dataclass(frozen=True)
class Work(Message):
    """Portal → agent: one thing to do. Doing it twice is harmless: everything is keyed."""

    KIND: ClassVar[str] = "work"
    call_id: str
    action: WorkAction
    visit_id: str
    payment_key: str
    yen: int
    attempt_id: str
    tender: str = ""  # of `collect`
    receipt: str = ""  # of `receipt`: its lines, no person in them
    clear: str = ""  # the `stopped_at` of a stop that a person has ended: serve again


@dataclass(frozen=True)
class GrantRequest(Message):
    """Agent → portal: I am about to print `attempt_id`; `grant_id` is mine and in my journal already."""

    KIND: ClassVar[str] = "grant_request"
    terminal_id: str
    attempt_id: str
    grant_id: str
    at: int
    epoch: int = 0  # of the lease that the agent holds; 0: of none


@dataclass(frozen=True)
class Manifest(Message):
    """Portal → agent, with the PDF: what these bytes are and for whom. The agent checks it against its own session."""

    KIND: ClassVar[str] = "manifest"
    attempt_id: str
    grant_id: str
    visit_id: str
    terminal_id: str
    home: str
    kind: str
    issue_number: str
    sheets: int
    sha256: str


@dataclass(frozen=True)
class Report(Message):
    """Agent → portal: what happened. Sent again until it is accepted; `report_id` makes that harmless."""

    KIND: ClassVar[str] = "report"
    terminal_id: str
    report_id: str
    event: ReportEvent
    visit_id: str
    payment_key: str
    attempt_id: str
    yen: int
    details: str  # JSON: printer states, sensor counts
    at: int
    yen_owed: int = 0  # `committed`, `released`: what should have been given back and could not be
    epoch: int = 0  # of the lease that the agent holds; 0: of none


@dataclass(frozen=True)
class ReportResult(Message):
    KIND: ClassVar[str] = "report_result"
    report_id: str
    accepted: bool


@dataclass(frozen=True)
class Count(Message):
    """Agent → portal, when nothing moves at the terminal: all that its devices ever counted, by their own records."""

    KIND: ClassVar[str] = "count"
    terminal_id: str
    count_id: str
    at: int
    sheets: int  # that ever came out; -1: nothing counts them but the jobs themselves
    yen_cash: int  # kept and not owed, ever, by tender
    yen_emoney: int
    yen_qr: int
    epoch: int = 0  # of the lease that the agent holds; 0: of none


@dataclass(frozen=True)
class CountResult(Message):
    KIND: ClassVar[str] = "count_result"
    count_id: str
    accepted: bool


_PLAIN = {"int": "int", "bool": "bool", "str": "str"}
_WORDS: dict[str, Any] = {e.__name__: e for e in (CardFailure, Evidence, WorkAction, ReportEvent)}
_CHALLENGE_LABEL = b"KOIKI-JPKI-AUTH-v1\0"


def challenge(origin: str, terminal_id: str, nonce: bytes) -> bytes:
    """What a JPKI card signs: bound to this product, portal, terminal and ticket (as in Web eID)."""
    parts = (hashlib.sha256(origin.encode()).digest(), hashlib.sha256(terminal_id.encode()).digest(), nonce)
    return _CHALLENGE_LABEL + b"".join(parts)
