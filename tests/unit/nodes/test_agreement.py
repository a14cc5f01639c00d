"""Who may serve beside whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.clock import JST
from app.nodes.agreement import (
    BEAT,
    CLOCKS,
    FORGOTTEN,
    KEEPERS,
    MISSED,
    TRUSTED,
    Attendance,
    NodeFacts,
    Role,
    clock_objection,
    is_live,
    missing_keepers,
    objections,
)

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=JST)
ME = NodeFacts("me", Role.WEB, "host-a", "boot-1", "a" * 64, "0007", "0009", NOW, NOW)
OTHER = replace(ME, node_id="other", role=Role.WORKER, seen_at=NOW - timedelta(seconds=7))


def against(other: NodeFacts, *, is_in_files: bool = False) -> list[str]:
    return objections(ME, [ME, other], NOW, is_in_files=is_in_files)


@pytest.mark.parametrize("is_in_files", [True, False])
def test_the_same_program_on_the_same_machine(is_in_files: bool) -> None:
    assert against(OTHER, is_in_files=is_in_files) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"build": "b" * 64}, "is of build bbbbbbbbbbbb, this one of aaaaaaaaaaaa"),
        ({"union_revision": "0006"}, "is made for the schemas 0006/0009, this one for 0007/0009"),
        ({"partition_revision": "0008"}, "is made for the schemas 0007/0008, this one for 0007/0009"),
    ],
)
def test_another_program(change: dict[str, str], says: str) -> None:
    assert against(replace(OTHER, **change)) == [f"worker on host-a, seen 7 s ago, {says}"]


def test_files_are_for_one_machine() -> None:
    elsewhere = replace(OTHER, host="host-b", machine="boot-2")
    assert against(elsewhere) == []
    (says,) = against(elsewhere, is_in_files=True)
    assert "another machine" in says


def test_everything_that_is_wrong_is_said() -> None:
    assert len(against(replace(OTHER, build="b", union_revision="1", machine="x"), is_in_files=True)) == 3


def test_who_fell_silent_is_no_objection() -> None:
    silent = replace(OTHER, build="b" * 64, seen_at=NOW - FORGOTTEN - timedelta(seconds=1))
    assert not is_live(silent, NOW)
    assert against(silent) == []
    assert is_live(replace(silent, seen_at=NOW - FORGOTTEN), NOW)


def test_a_process_does_not_object_to_itself() -> None:
    assert objections(ME, [replace(ME, build="b")], NOW, is_in_files=True) == []


def test_who_is_trusted_is_never_forgotten_by_others() -> None:
    """However their clocks differ; and several signs of life may be lost before."""
    assert TRUSTED + 2 * CLOCKS < FORGOTTEN
    assert 3 * BEAT < TRUSTED


@pytest.mark.parametrize(("seconds", "agrees"), [(0, True), (5, True), (-5, True), (6.5, False), (-6.5, False)])
def test_clocks(seconds: float, agrees: bool) -> None:
    line = clock_objection("the database", NOW + timedelta(seconds=seconds), NOW, NOW)
    assert (line is None) is agrees
    assert agrees or "the database: its clock and this machine's differ by 6 s" in str(line)


def test_a_slow_answer_is_no_wrong_clock() -> None:
    before, after = NOW - timedelta(seconds=20), NOW
    assert clock_objection("x", NOW - timedelta(seconds=10), before, after) is None
    assert clock_objection("x", NOW - timedelta(seconds=30), before, after) is not None


# --- keepers


def keeper(role: Role, seen_at: datetime = NOW) -> NodeFacts:
    return replace(ME, node_id=role.value, role=role, seen_at=seen_at)


def test_a_process_that_has_begun_waits_for_the_keepers_first() -> None:
    attendance = Attendance(1000.0)
    attendance.note([], 1060.0)
    assert attendance.missing(1060.0) == []
    assert attendance.missing(1061.0) == list(KEEPERS)


@pytest.mark.parametrize("dead", KEEPERS)
def test_a_keeper_is_missed_by_what_it_does_not_say(dead: Role) -> None:
    """Its row is still there, and the clock of nobody is asked: only a new sign of life counts."""
    attendance, rest = Attendance(0.0), [keeper(role) for role in KEEPERS]
    attendance.note(rest, 10.0)
    for second in range(20, 80, 10):
        beaten = NOW + timedelta(seconds=second - 3600)  # the clock was set back meanwhile
        rest = [node if node.role is dead else replace(node, seen_at=beaten) for node in rest]
        attendance.note(rest, second)
    assert attendance.missing(70.0) == []
    assert attendance.missing(71.0) == [dead]
    attendance.note([keeper(dead, NOW + MISSED)], 75.0)
    assert attendance.missing(75.0) == []


def test_whoever_looks_once_misses_keepers_only_beside_a_portal_that_serves_for_a_while() -> None:
    old = replace(ME, started_at=NOW - MISSED - timedelta(seconds=1))
    assert missing_keepers([ME], NOW) == []
    assert missing_keepers([], NOW) == []
    assert missing_keepers([old], NOW) == list(KEEPERS)
    assert missing_keepers([old, keeper(Role.RELAY), keeper(Role.WORKER)], NOW) == [Role.RECONCILE]
