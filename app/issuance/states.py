"""PURE. The life of a copy and of the money for it, as data. The guard, the screens, the commands and the tests read it.

Order (docs/issuance.md): the document is fixed, rendered and read back before money is asked for; money is held while
the sheet is printed and kept only when it came out. UNKNOWN is decided by a person, never by time.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Of one copy (one row of `issuance`)."""

    FIXED = "fixed"  # document frozen, number taken
    READY = "ready"  # rendered, read back, stored encrypted
    GRANTED = "granted"  # the single-use grant is out; only this terminal's report or a person ends it
    PRINTING = "printing"  # the document has left for the printer
    PRINTED = "printed"  # the printer and the sensor prove the sheets
    TAKEN = "taken"
    SETTLED = "settled"  # sheet out, money kept
    CANCELLED = "cancelled"  # before anything was printed; nothing charged
    FAILED = "failed"  # could not be rendered or did not read back: never shown to a printer; a case
    NOT_PRINTED = "not_printed"  # provably no sheet came out; nothing charged
    UNKNOWN = "unknown"  # may have come out; a person decides
    VOIDED = "voided"  # decided by a person: the sheet does not count; nothing charged or paid back


NEXT: dict[State, frozenset[State]] = {
    State.FIXED: frozenset({State.READY, State.FAILED, State.CANCELLED}),
    State.READY: frozenset({State.GRANTED, State.CANCELLED, State.FAILED}),
    State.GRANTED: frozenset({State.PRINTING, State.NOT_PRINTED, State.UNKNOWN}),
    State.PRINTING: frozenset({State.PRINTED, State.NOT_PRINTED, State.UNKNOWN}),
    State.PRINTED: frozenset({State.TAKEN, State.SETTLED, State.UNKNOWN}),
    State.TAKEN: frozenset({State.SETTLED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.SETTLED, State.VOIDED}),
    State.SETTLED: frozenset(),
    State.CANCELLED: frozenset(),
    State.FAILED: frozenset(),
    State.NOT_PRINTED: frozenset(),
    State.VOIDED: frozenset(),
}


class Payment(StrEnum):
    """Of the money for one order (basket)."""

    NONE = "none"  # not asked for yet
    ASKED = "asked"  # the device collects
    HELD = "held"  # the whole price is in escrow
    COMMITTING = "committing"  # the device is told to keep `yen_due` and give the rest back
    COMMITTED = "committed"
    RELEASING = "releasing"  # the device is told to give everything back
    RELEASED = "released"
    UNKNOWN = "unknown"  # the device cannot say; a person decides


NEXT_PAYMENT: dict[Payment, frozenset[Payment]] = {
    Payment.NONE: frozenset({Payment.ASKED, Payment.HELD, Payment.RELEASED}),
    Payment.ASKED: frozenset({Payment.HELD, Payment.RELEASING, Payment.UNKNOWN}),
    Payment.HELD: frozenset({Payment.COMMITTING, Payment.RELEASING, Payment.UNKNOWN}),
    Payment.COMMITTING: frozenset({Payment.COMMITTED, Payment.UNKNOWN}),
    Payment.RELEASING: frozenset({Payment.RELEASED, Payment.UNKNOWN}),
    Payment.UNKNOWN: frozenset({Payment.COMMITTED, Payment.RELEASED}),
    Payment.COMMITTED: frozenset(),
    Payment.RELEASED: frozenset(),
}

# states in which an attempt may still put paper in somebody's hands: the schema allows one per copy
LIVE = frozenset({State.FIXED, State.READY, State.GRANTED, State.PRINTING, State.PRINTED, State.TAKEN, State.UNKNOWN})
PAPER_OUT = frozenset({State.PRINTED, State.TAKEN, State.SETTLED})


def is_terminal(state: State) -> bool:
    """Nothing more can happen to this copy."""
    return not NEXT[state]


def needs_staff(state: State, payment: Payment) -> bool:
    """Only a person can bring this forward."""
    return state is State.UNKNOWN or payment is Payment.UNKNOWN


def may_cancel(state: State, payment: Payment) -> bool:
    """The resident may still stop: nothing granted to a printer, money not final."""
    return state in {State.FIXED, State.READY} and payment in {Payment.NONE, Payment.ASKED, Payment.HELD}
