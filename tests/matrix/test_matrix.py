"""A sample of the crash matrix: everybody dies once and everything breaks once. `script/soak --matrix` plays all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.journey import robot
from tests.journey.installation import Installation, copy_of
from tests.matrix import cases, matrix, points

pytestmark = pytest.mark.timeout(900)


def test_a_sample_of_everything(demo: Installation, tmp_path: Path) -> None:
    found = matrix.run(copy_of(demo, tmp_path / "home"), tmp_path, cases.sample())
    sys.stdout.write("\n".join(matrix.table(found)) + "\n")
    robot.close_all()
    assert [(outcome.case, outcome.wrong) for outcome in found if outcome.wrong] == []
    assert len(found) == len(cases.sample())
    assert matrix.is_played(found), [(outcome.case, outcome.missed) for outcome in matrix.unplayed(found)]
    assert {end for outcome in found for end in outcome.ends} >= {"settled", "voided", "not_printed"}


def test_the_sample_holds_every_point_and_every_fault() -> None:
    drawn = cases.sample()
    assert {case.point for case in drawn} == {point for part in points.PARTS.values() for point in part}
    assert {case.printer for case in drawn if case.printer} == set(cases.PRINTER)
    assert {case.network for case in drawn if case.network} == set(cases.NETWORK)
    assert {case.money for case in drawn if case.money} == set(cases.MONEY)
    assert {case.sensor for case in drawn} == set(cases.SENSORS)
    assert {case.size for case in drawn} == set(cases.SIZES)
    assert any(case.leaves for case in drawn)
    assert any(case.size == cases.SHEETS and case.printer for case in drawn)


def test_the_whole_holds_single_faults_and_pairs_as_the_seed_draws_them() -> None:
    single, pairs = list(cases.every_case(1)), list(cases.every_pair(1))
    assert len(set(single)) > 1000
    assert {len(case.faults) for case in single} == {1}
    assert {len(case.faults) for case in pairs} == {2, 3}
    assert all(case.can_be for case in single + pairs)
    assert {(case.part, case.point, case.when) for case in pairs} == {(c.part, c.point, c.when) for c in single}
    assert pairs == list(cases.every_pair(1)) != list(cases.every_pair(2))
