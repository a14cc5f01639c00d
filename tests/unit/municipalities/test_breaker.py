"""A town whose database is slow to fail is left alone for a while; one that fails at once, or seldom, is not."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest

from app.municipalities.breaker import PAUSE_SECONDS, SLOW_FAILURES, SLOW_SECONDS, Breaker
from app.municipalities.errors import PartitionDownError

A, B = "901016", "901024"


@dataclass
class Stopwatch:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def breaker(watch: Stopwatch) -> Breaker:
    return Breaker(watch)


def is_asked(breaker: Breaker, watch: Stopwatch, code: str, seconds: float, fails: bool = True) -> bool:
    """Ask the town; it answers, or fails, after `seconds`. Whether its database was asked at all."""
    asked = False
    with contextlib.suppress(PartitionDownError), breaker.watch(code):
        asked = True
        watch.now += seconds
        if fails:
            raise PartitionDownError(code, "is slow")
    return asked


def test_after_slow_failures_the_town_alone_is_refused_at_once(breaker: Breaker, watch: Stopwatch) -> None:
    tries = [is_asked(breaker, watch, A, SLOW_SECONDS) for _ in range(SLOW_FAILURES + 2)]
    assert tries == [True] * SLOW_FAILURES + [False, False]
    assert is_asked(breaker, watch, B, 0, fails=False)


def test_after_the_pause_one_tries_for_all(breaker: Breaker, watch: Stopwatch) -> None:
    for _ in range(SLOW_FAILURES):
        is_asked(breaker, watch, A, SLOW_SECONDS)
    watch.now += PAUSE_SECONDS
    with breaker.watch(A):  # still waiting for the database
        assert not is_asked(breaker, watch, A, 0)
    assert [is_asked(breaker, watch, A, 0, fails=False) for _ in range(2)] == [True, True]  # it has answered


def test_one_that_tries_in_vain_begins_the_next_pause(breaker: Breaker, watch: Stopwatch) -> None:
    for _ in range(SLOW_FAILURES):
        is_asked(breaker, watch, A, SLOW_SECONDS)
    watch.now += PAUSE_SECONDS
    assert [is_asked(breaker, watch, A, 10) for _ in range(2)] == [True, False]


def test_what_fails_at_once_is_asked_every_time(breaker: Breaker, watch: Stopwatch) -> None:
    assert all(is_asked(breaker, watch, A, SLOW_SECONDS / 2) for _ in range(20))


def test_a_town_that_answers_now_and_then_is_not_left_alone(breaker: Breaker, watch: Stopwatch) -> None:
    for _ in range(5):
        assert all(is_asked(breaker, watch, A, 5) for _ in range(SLOW_FAILURES - 1))
        assert is_asked(breaker, watch, A, 0, fails=False)


def test_other_errors_say_nothing_of_the_database(breaker: Breaker, watch: Stopwatch) -> None:
    def fail_otherwise() -> None:
        with breaker.watch(A):
            watch.now += 5
            raise ValueError("ours")

    for _ in range(SLOW_FAILURES):
        with pytest.raises(ValueError, match="ours"):
            fail_otherwise()
    assert is_asked(breaker, watch, A, 0, fails=False)
