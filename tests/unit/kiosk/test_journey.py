"""Every state of an order leads to exactly one step, and the steps say what may be done there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from app.issuance.states import Payment, State
from app.kiosk import journey
from app.kiosk.journey import Step


@dataclass(frozen=True)
class Visit:
    home: str | None = "901017"


@dataclass(frozen=True)
class Copy:
    state: State


@dataclass(frozen=True)
class Order:
    payment: Payment
    copies: tuple[Copy, ...]
    yen_inserted: int = 0
    is_open: bool = True
    yen_owed: int = 0
    is_asked_anew: bool = False


def order(payment: Payment, *states: State, **more: int | bool) -> Order:
    return Order(payment, tuple(Copy(state) for state in states), **more)


def test_nobody_is_at_the_card() -> None:
    assert journey.step_of(None, None) is Step.CARD
    assert journey.step_of(Visit(home=None), None) is Step.CARD


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (None, Step.CHOOSE),
        (order(Payment.NONE, State.FIXED), Step.CONFIRM),
        (order(Payment.NONE, State.READY, State.FIXED), Step.CONFIRM),
        (order(Payment.ASKED, State.READY), Step.PAY),
        (order(Payment.SWITCHING, State.READY), Step.PAY),
        (order(Payment.NONE, State.READY, is_asked_anew=True), Step.TENDER),
        (order(Payment.COMMITTED, State.PRINTED, yen_owed=700), Step.TAKE),
        (order(Payment.COMMITTED, State.TAKEN, yen_owed=700), Step.OWED),
        (order(Payment.COMMITTED, State.SETTLED, is_open=False, yen_owed=700), Step.OWED),
        (order(Payment.RELEASED, State.NOT_PRINTED, is_open=False, yen_owed=300), Step.OWED),
        (order(Payment.RELEASED, State.CANCELLED, is_open=False, yen_owed=300), Step.OWED),
        (order(Payment.COMMITTED, State.UNKNOWN, yen_owed=300), Step.STAFF),
        (order(Payment.HELD, State.READY), Step.PROGRESS),
        (order(Payment.HELD, State.GRANTED), Step.PROGRESS),
        (order(Payment.HELD, State.PRINTING, State.READY), Step.PROGRESS),
        (order(Payment.HELD, State.PRINTED, State.READY), Step.PROGRESS),
        (order(Payment.COMMITTING, State.PRINTED), Step.TAKE),
        (order(Payment.COMMITTED, State.PRINTED, State.PRINTED), Step.TAKE),
        (order(Payment.COMMITTING, State.TAKEN), Step.DONE),
        (order(Payment.COMMITTED, State.SETTLED, is_open=False), Step.DONE),
        (order(Payment.COMMITTING, State.PRINTED, State.NOT_PRINTED), Step.TAKE),
        (order(Payment.COMMITTED, State.SETTLED, State.NOT_PRINTED, is_open=False), Step.DONE),
        (order(Payment.RELEASING, State.NOT_PRINTED), Step.RETURNED),
        (order(Payment.RELEASED, State.NOT_PRINTED, is_open=False, yen_inserted=300), Step.RETURNED),
        (order(Payment.RELEASED, State.FAILED, State.CANCELLED, is_open=False), Step.RETURNED),
        (order(Payment.RELEASING, State.CANCELLED, yen_inserted=100), Step.RETURNED),
        (order(Payment.RELEASED, State.CANCELLED, yen_inserted=100, is_open=False), Step.RETURNED),
        (order(Payment.RELEASED, State.CANCELLED, State.CANCELLED, is_open=False), Step.CHOOSE),
        (order(Payment.HELD, State.UNKNOWN), Step.STAFF),
        (order(Payment.HELD, State.PRINTED, State.UNKNOWN), Step.STAFF),
        (order(Payment.UNKNOWN, State.PRINTED), Step.STAFF),
    ],
)
def test_step_follows_from_what_the_databases_say(given: Order | None, step: Step) -> None:
    assert journey.step_of(Visit(), given) is step


EVERY = [(payment, first, second) for payment, first, second in product(Payment, State, State)]


def test_no_combination_is_without_a_page() -> None:
    assert all(journey.step_of(Visit(), order(*states)) in journey.PAGES for states in EVERY)


def test_what_is_unknown_always_waits_for_a_person() -> None:
    unknown = [s for s in EVERY if State.UNKNOWN in s[1:] or s[0] is Payment.UNKNOWN]
    assert unknown
    assert all(journey.step_of(Visit(), order(*states)) is Step.STAFF for states in unknown)


def test_stopping_is_never_offered_once_a_printer_had_a_sheet() -> None:
    had = {State.GRANTED, State.PRINTING, State.PRINTED, State.TAKEN}
    steps = {journey.step_of(Visit(), order(*states)) for states in EVERY if had & set(states[1:])}
    assert steps
    assert not any(journey.may_stop(step) for step in steps)


def test_only_a_working_machine_is_patient() -> None:
    assert {step for step in Step if journey.is_patient(step)} == {Step.PROGRESS, Step.TAKE}


def test_time_to_answer_is_at_least_what_wcag_asks() -> None:
    assert journey.GRACE_SECONDS >= 20
    assert journey.IDLE_SECONDS >= 60
