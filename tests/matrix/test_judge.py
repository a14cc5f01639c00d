"""What the matrix calls wrong, and what it calls not played: a judge that finds nothing proves nothing."""

from __future__ import annotations

import pytest

from tests.matrix.cases import LAGGING, NONE, RIGHT, Case
from tests.matrix.judge import is_lie, wrong_with_paper
from tests.matrix.matrix import is_played, unplayed
from tests.matrix.play import Outcome

CASE = Case("agent", "looking", "after")


@pytest.mark.parametrize(
    ("out", "state", "disposal", "sheets"),
    [
        ([1, 1], "voided", "destroyed", 1),  # twice
        ([1], "not_printed", "never_printed", 1),  # false NOT_PRINTED
        ([1], "cancelled", "never_printed", 3),
        ([2], "voided", "never_printed", 3),
        ([1, 2], "settled", "", 3),
        ([], "settled", "", 1),
    ],
)
def test_what_must_never_be(out: list[int], state: str, disposal: str, sheets: int) -> None:
    assert list(wrong_with_paper(out, state, disposal, sheets))


@pytest.mark.parametrize(
    ("out", "state", "disposal", "sheets"),
    [
        ([], "not_printed", "never_printed", 1),
        ([1, 2, 3], "settled", "", 3),
        ([1], "voided", "destroyed", 3),
        ([], "voided", "never_printed", 1),
    ],
)
def test_what_may_be(out: list[int], state: str, disposal: str, sheets: int) -> None:
    assert list(wrong_with_paper(out, state, disposal, sheets)) == []


@pytest.mark.parametrize(("sensor", "fault", "is_excused"), [
    (NONE, "printer lies", True), (NONE, "jam cleared", False), (LAGGING, "printer lies", False),
    (RIGHT, "printer lies", False),
])  # fmt: skip
def test_only_a_liar_without_a_sensor_is_excused(sensor: str, fault: str, is_excused: bool) -> None:
    case = Case("agent", "looking", "after", printer=fault, sensor=sensor)
    assert is_lie(case, [], 1) is is_excused
    assert not is_lie(case, [1, 1], 2)


def test_a_case_that_did_not_happen_is_not_played() -> None:
    """One of twenty-five may be missed, not two."""
    played, missed = Outcome(CASE), Outcome(CASE, missed=["agent did not die"])
    assert unplayed([played, missed]) == [missed]
    assert is_played([played] * 24 + [missed])
    assert not is_played([played] * 23 + [missed] * 2)
