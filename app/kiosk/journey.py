"""PURE. Where a resident stands, from what the databases say: never from the page that was on the screen.

Every page first asks for the step and goes to its own page when it is another one. So a page left standing, the
browser's back button and a second press all end at the right place, and nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from app.issuance.states import NOT_GRANTED, PAPER_OUT, Payment, State

IDLE_SECONDS = 60  # without a touch before the screen asks
GRACE_SECONDS = 20  # to answer (WCAG 2.2.1: at least 20 s, one simple action); there is no limit on how often
ALARM_SECONDS = 20  # a sheet in the tray before light and sound call the resident back
LEAVE_SECONDS = 30  # a screen with nothing left to do
CLAIM_SECONDS = 120  # the screen with a claim that somebody may want to write down
SLOW = 2  # all of these are doubled with the largest text


class Step(StrEnum):
    """Where the journey goes on."""

    CARD = "card"  # nobody is known yet: the start screen
    CHOOSE = "choose"
    CONFIRM = "confirm"
    TENDER = "tender"  # the resident has given up one way of paying, and chooses another
    PAY = "pay"
    PROGRESS = "progress"
    TAKE = "take"
    DONE = "done"  # sheets taken, money counted out
    RETURNED = "returned"  # nothing (more) is printed: money goes back, or none was taken
    OWED = "owed"  # all is done, but the machine could not give back what it should
    STAFF = "staff"  # only a person can bring this forward


class VisitLike(Protocol):
    @property
    def home(self) -> str | None: ...


class CopyLike(Protocol):
    @property
    def state(self) -> State: ...


class OrderLike(Protocol):
    @property
    def payment(self) -> Payment: ...
    @property
    def yen_inserted(self) -> int: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def yen_owed(self) -> int: ...
    @property
    def is_asked_anew(self) -> bool: ...
    @property
    def copies(self) -> Sequence[CopyLike]: ...


# the page of each step: an endpoint of the kiosk
PAGES: dict[Step, str] = {
    Step.CARD: "kiosk.start",
    Step.CHOOSE: "kiosk.choose",
    Step.CONFIRM: "kiosk.confirm",
    Step.TENDER: "kiosk.tender",
    Step.PAY: "kiosk.pay",
    Step.PROGRESS: "kiosk.progress",
    Step.TAKE: "kiosk.take",
    Step.DONE: "kiosk.outcome",
    Step.RETURNED: "kiosk.outcome",
    Step.OWED: "kiosk.outcome",
    Step.STAFF: "kiosk.outcome",
}

# which of the five dots is lit
DOTS: dict[Step, int] = {
    Step.CARD: 1,
    Step.CHOOSE: 2,
    Step.CONFIRM: 3,
    Step.TENDER: 4,
    Step.PAY: 4,
    Step.PROGRESS: 5,
    Step.TAKE: 5,
    Step.DONE: 5,
    Step.OWED: 5,
}

# here the machine works or holds something of the resident's: nobody is asked whether they are still there
_PATIENT = frozenset({Step.PROGRESS, Step.TAKE})
_BEFORE_PAPER = frozenset({Step.CARD, Step.CHOOSE, Step.CONFIRM, Step.TENDER, Step.PAY})


def step_of(visit: VisitLike | None, order: OrderLike | None) -> Step:
    """The one step that is right now."""
    if visit is None or visit.home is None:
        return Step.CARD
    if order is None or _was_called_off(order):
        return Step.CHOOSE
    step = _by_trouble(order) or _by_paper(order) or _by_money(order)
    return Step.OWED if order.yen_owed and step in {Step.DONE, Step.RETURNED} else step


def _was_called_off(order: OrderLike) -> bool:
    """Given up by the resident before any money went in: as if it had never been."""
    all_cancelled = all(copy.state is State.CANCELLED for copy in order.copies)
    return not order.is_open and all_cancelled and order.yen_inserted == 0 and order.yen_owed == 0


def _by_trouble(order: OrderLike) -> Step | None:
    if order.payment is Payment.UNKNOWN or any(copy.state is State.UNKNOWN for copy in order.copies):
        return Step.STAFF
    return None


def _by_paper(order: OrderLike) -> Step | None:
    states = {copy.state for copy in order.copies}
    if states & {State.GRANTED, State.PRINTING}:
        return Step.PROGRESS
    if states & PAPER_OUT and not states & NOT_GRANTED:
        return Step.DONE if not order.is_open or states.isdisjoint({State.PRINTED}) else Step.TAKE
    if states & PAPER_OUT:
        return Step.PROGRESS
    return None


def _by_money(order: OrderLike) -> Step:
    states = {copy.state for copy in order.copies}
    if not states & NOT_GRANTED or order.payment in {Payment.RELEASING, Payment.RELEASED}:
        return Step.RETURNED
    if order.payment is Payment.NONE:
        return Step.TENDER if order.is_asked_anew else Step.CONFIRM
    return Step.PAY if order.payment in {Payment.ASKED, Payment.SWITCHING} else Step.PROGRESS


def is_patient(step: Step) -> bool:
    """Whether this screen waits without asking."""
    return step in _PATIENT


def may_stop(step: Step) -> bool:
    """Whether 「やめる」 is offered: nothing is with the printer."""
    return step in _BEFORE_PAPER
