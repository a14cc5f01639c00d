"""Every state with every state, for copies and for money: the table is what the house does."""

from __future__ import annotations

from itertools import product

import pytest

from app.issuance.states import (
    AT_PRINTER,
    KEPT,
    LIVE,
    NEXT,
    NEXT_PAYMENT,
    NOT_GRANTED,
    PAPER_OUT,
    Payment,
    State,
    Step,
    is_final,
    is_terminal,
    may_cancel,
    needs_staff,
    step,
    step_payment,
)

# written out once more, by hand, from docs/issuance.md: the table must not drift without this noticing
ARROWS = {
    "fixed": "ready failed cancelled",
    "ready": "granted cancelled failed",
    "granted": "printing not_printed unknown",
    "printing": "printed not_printed unknown",
    "printed": "taken settled unknown",
    "taken": "settled unknown",
    "unknown": "settled voided",
}
MONEY_ARROWS = {
    "none": "asked held released",
    "asked": "held switching releasing unknown",
    "switching": "none held releasing unknown",
    "held": "committing releasing unknown",
    "committing": "committed unknown",
    "releasing": "released unknown",
    "unknown": "committed released",
}


@pytest.mark.parametrize(("now", "to"), list(product(State, State)))
def test_copy_moves_only_along_arrows(now: State, to: State) -> None:
    is_arrow = to.value in ARROWS.get(now.value, "").split()
    expected = Step.ALREADY if now is to else Step.MOVE if is_arrow else Step.ILLEGAL
    assert step(now, to, by_person=True) is expected
    if now is State.UNKNOWN and expected is Step.MOVE:
        expected = Step.UNDECIDED
    assert step(now, to) is expected


@pytest.mark.parametrize(("now", "to"), list(product(Payment, Payment)))
def test_money_moves_only_along_arrows(now: Payment, to: Payment) -> None:
    is_arrow = to.value in MONEY_ARROWS.get(now.value, "").split()
    expected = Step.ALREADY if now is to else Step.MOVE if is_arrow else Step.ILLEGAL
    assert step_payment(now, to, by_person=True) is expected
    if now is Payment.UNKNOWN and expected is Step.MOVE:
        expected = Step.UNDECIDED
    assert step_payment(now, to) is expected


@pytest.mark.parametrize("state", list(State))
def test_what_may_still_put_paper_into_a_hand_is_not_over(state: State) -> None:
    assert (state in LIVE) is not is_terminal(state)


@pytest.mark.parametrize("state", list(State))
def test_nothing_that_was_granted_ever_goes_back_to_a_printer(state: State) -> None:
    reachable, frontier = set(), {state}
    while frontier:
        frontier = {following for s in frontier for following in NEXT[s]} - reachable
        reachable |= frontier
    if state in AT_PRINTER | PAPER_OUT | {State.UNKNOWN}:
        assert not reachable & (NOT_GRANTED | {State.GRANTED})


@pytest.mark.parametrize(("state", "payment"), list(product(State, Payment)))
def test_cancelling_ends_with_the_grant_or_the_count(state: State, payment: Payment) -> None:
    expected = state in {State.FIXED, State.READY} and payment in {
        Payment.NONE,
        Payment.ASKED,
        Payment.SWITCHING,
        Payment.HELD,
    }
    assert may_cancel(state, payment) is expected


@pytest.mark.parametrize(("state", "payment"), list(product(State, Payment)))
def test_only_doubt_needs_staff(state: State, payment: Payment) -> None:
    assert needs_staff(state, payment) is (state is State.UNKNOWN or payment is Payment.UNKNOWN)


def test_every_state_has_its_row_and_money_ends_twice() -> None:
    assert set(NEXT) == set(State)
    assert set(NEXT_PAYMENT) == set(Payment)
    assert {payment for payment in Payment if is_final(payment)} == {Payment.COMMITTED, Payment.RELEASED}


def test_doubt_is_kept_charged() -> None:
    assert State.UNKNOWN in KEPT
    assert State.VOIDED not in KEPT
