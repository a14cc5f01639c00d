"""PURE. What payment devices can do and say: spoken by the agent's drivers and by the machines. Money is yen."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from app.errors import ConflictError, MismatchError, RefusedError, UnavailableError
from app.protocol.messages import Tender

# each divides the next, so paying out from the greatest down finds the change whenever there is one
DENOMINATIONS = (10, 50, 100, 500, 1000, 5000, 10000)


class Step(StrEnum):
    """How far a device has come with one payment."""

    NONE = "none"  # it never heard of this key
    COLLECTING = "collecting"
    HELD = "held"  # the price is reached: in escrow, authorised, or (e-money) taken at the touch
    MOVING = "moving"  # coins are on their way out: ask again
    COMMITTED = "committed"
    RELEASED = "released"
    UNKNOWN = "unknown"  # the device itself cannot say: a person must look


@dataclass(frozen=True)
class PaymentState:
    """`yen_in` came in; once it is over, of that `yen_kept` is charged and `yen_owed` could not be given back."""

    step: Step
    yen: int = 0
    yen_in: int = 0
    yen_kept: int = 0
    yen_owed: int = 0

    def as_fields(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_fields(cls, given: object) -> Self:
        """:raises PaymentContradictionError: unless it is whole and its sums can be."""
        names = ("yen", "yen_in", "yen_kept", "yen_owed")
        if not isinstance(given, dict) or set(given) != {"step", *names} or given["step"] not in list(Step):
            raise PaymentContradictionError("form")
        amounts = {name: given[name] for name in names}
        if any(type(yen) is not int or yen < 0 for yen in amounts.values()):
            raise PaymentContradictionError("amount")
        if amounts["yen_kept"] + amounts["yen_owed"] > amounts["yen_in"]:
            raise PaymentContradictionError("sum")
        return cls(Step(given["step"]), **amounts)


@dataclass(frozen=True)
class PaymentEvent:
    """`kind`: inserted, held. `yen` = in the device after it."""

    sequence: int
    kind: str
    yen: int


@dataclass(frozen=True)
class Capabilities:
    """What can be asked of a device for one tender."""

    tender: Tender
    can_hold: bool  # False: what was paid is taken at once
    can_refund: bool  # False: what was taken is given back at the counter
    needs_card_for_refund: bool = False


@dataclass(frozen=True)
class DeviceStatus:
    """`faults`: one word each, empty = ready. `open_key`: the payment it works on. `store`: pieces of change."""

    faults: tuple[str, ...] = ()
    open_key: str = ""
    store: dict[int, int] = field(default_factory=dict)


class PaymentBusyError(ConflictError):
    """The device cannot begin now: another payment is open, or a fault is. Nothing was done."""


class PaymentSilentError(UnavailableError):
    """No answer. What was asked may or may not have been done: ask again by the same key."""


class PaymentNotSentError(PaymentSilentError):
    """No answer, and the question certainly never left: nothing was done."""


class PaymentContradictionError(MismatchError):
    """The device says what cannot be, or is another one: nobody may guess, a person looks. `reason` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MoneyRejectedError(RefusedError):
    """A coin, a bill or a card comes straight back. `reason` is one word: closed, unknown, no_change, jam, refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
