"""The measurement of the functional tests can tell, and does not tell what is not there."""

from __future__ import annotations

import random

import pytest

from tests.functional.kiosk.timing import ALPHA, Measured, p_of_no_difference, told_apart

ROUNDS = 24


def measured(seed: int, slower: float = 0.0) -> Measured:
    """Twelve people answered in about 30 ms on a machine with other things to do; one is `slower` by so many ms."""
    dice = random.Random(seed)
    rounds = [30 + dice.expovariate(1 / 20) for _round in range(ROUNDS)]
    people = {f"person {n}": [slow + dice.gauss(0, 0.5) for slow in rounds] for n in range(11)}
    return people | {"the one": [slow + slower + dice.gauss(0, 0.5) for slow in rounds]}


@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_told_apart_who_is_not_slower(seed):
    assert told_apart(measured(seed)) == []


@pytest.mark.parametrize("seed", range(5))
def test_who_takes_two_milliseconds_more_is_found_among_slow_rounds(seed):
    found = told_apart(measured(seed, slower=2.0))
    assert {slower for slower, _quicker in found} == {"the one"}
    assert len(found) == 11


@pytest.mark.parametrize("seed", range(5))
def test_who_is_quicker_is_found_too(seed):
    assert {quicker for _slower, quicker in told_apart(measured(seed, slower=-2.0))} == {"the one"}


def test_the_p_value_is_one_when_all_are_equal_in_turn():
    rotating = {str(n): [float((n + turn) % 4) for turn in range(8)] for n in range(4)}
    assert p_of_no_difference(rotating) == 1.0


def test_the_p_value_is_small_when_the_order_is_always_the_same():
    assert p_of_no_difference({str(n): [float(n)] * 12 for n in range(4)}) < ALPHA
