"""PURE. The life of a copy and of the money for it, as data, read by guard, screens, commands and tests.

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

TAKEN_UNSEEN = "unseen"  # noted with a move to TAKEN: no sensor saw it, the sheet is out and that is all


class Payment(StrEnum):
    """Of the money for one order (basket)."""

    NONE = "none"  # not asked for yet
    ASKED = "asked"  # the device collects
    SWITCHING = "switching"  # the device is told to close, for the resident wants to pay in another way
    HELD = "held"  # the whole price is in escrow
    COMMITTING = "committing"  # the device is told to keep `yen_due` and give the rest back
    COMMITTED = "committed"
    RELEASING = "releasing"  # the device is told to give everything back
    RELEASED = "released"
    UNKNOWN = "unknown"  # the device cannot say; a person decides


NEXT_PAYMENT: dict[Payment, frozenset[Payment]] = {
    Payment.NONE: frozenset({Payment.ASKED, Payment.HELD, Payment.RELEASED}),
    Payment.ASKED: frozenset({Payment.HELD, Payment.SWITCHING, Payment.RELEASING, Payment.UNKNOWN}),
    Payment.SWITCHING: frozenset({Payment.NONE, Payment.HELD, Payment.RELEASING, Payment.UNKNOWN}),
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
# nothing has been granted to a printer yet: the copy can still be called off
NOT_GRANTED = frozenset({State.FIXED, State.READY})
# the printer has the copy, or may have it in a moment
AT_PRINTER = frozenset({State.GRANTED, State.PRINTING})
# the copies whose fees are kept when the money is counted out; UNKNOWN stays charged until a person decides
KEPT = frozenset({State.PRINTED, State.TAKEN, State.SETTLED, State.UNKNOWN})
# the device may hold something of the resident's, and has not been told what to do with it
MONEY_IN_DEVICE = frozenset({Payment.ASKED, Payment.SWITCHING, Payment.HELD})


def is_terminal(state: State) -> bool:
    """Nothing more can happen to this copy."""
    return not NEXT[state]


def needs_staff(state: State, payment: Payment) -> bool:
    """Only a person can bring this forward."""
    return state is State.UNKNOWN or payment is Payment.UNKNOWN


def may_cancel(state: State, payment: Payment) -> bool:
    """The resident may still stop: nothing granted to a printer, money not final."""
    return state in NOT_GRANTED and payment in {Payment.NONE} | MONEY_IN_DEVICE


class Step(StrEnum):
    """What the guard answers to a wish to move."""

    MOVE = "move"
    ALREADY = "already"  # it is there: success, nothing to write (a report or a button came twice)
    ILLEGAL = "illegal"  # no such arrow
    UNDECIDED = "undecided"  # the arrow exists, but out of UNKNOWN only a person goes


def step(now: State, to: State, *, by_person: bool = False) -> Step:
    """Whether a copy may move from `now` to `to`."""
    return _answer(now is to, to in NEXT[now], now is State.UNKNOWN, by_person)


def step_payment(now: Payment, to: Payment, *, by_person: bool = False) -> Step:
    """Whether the money of an order may move from `now` to `to`."""
    return _answer(now is to, to in NEXT_PAYMENT[now], now is Payment.UNKNOWN, by_person)


def is_final(payment: Payment) -> bool:
    """Nothing more can happen to this money."""
    return not NEXT_PAYMENT[payment]


def _answer(is_there: bool, is_arrow: bool, is_unknown: bool, by_person: bool) -> Step:
    if is_there:
        return Step.ALREADY
    if not is_arrow:
        return Step.ILLEGAL
    return Step.MOVE if by_person or not is_unknown else Step.UNDECIDED
