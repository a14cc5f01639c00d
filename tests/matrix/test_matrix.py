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
    wrong = [(outcome.case, outcome.wrong) for outcome in found if outcome.wrong]
    assert wrong == []
    assert len(found) == len(cases.sample())
    assert sum(outcome.has_died for outcome in found) > len(found) * 0.8
    assert {end for outcome in found for end in outcome.ends} >= {"settled", "voided"}


def test_the_sample_holds_every_point_and_every_fault() -> None:
    drawn = cases.sample()
    assert {case.point for case in drawn} == {point for part in points.PARTS.values() for point in part}
    assert {case.printer for case in drawn if case.printer} == set(cases.PRINTER)
    assert {case.network for case in drawn if case.network} == set(cases.NETWORK)
    assert {case.money for case in drawn if case.money} == set(cases.MONEY)
    assert len(set(cases.every_case())) > 1000
