"""A few cells of the matrix for every day: each part dies once. `test_matrix.py` and `script/soak --matrix` go on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.journey import robot
from tests.journey.installation import Installation, copy_of
from tests.matrix import cases, matrix
from tests.matrix.points import PARTS

pytestmark = pytest.mark.timeout(300)


def test_each_part_dies_once(demo: Installation, tmp_path: Path) -> None:
    few = cases.few()
    assert {case.part for case in few} == set(PARTS)
    found = matrix.run(copy_of(demo, tmp_path / "home"), tmp_path, few, lanes=2)
    sys.stdout.write("\n".join(matrix.table(found)) + "\n")
    robot.close_all()
    assert [(outcome.case, outcome.wrong) for outcome in found if outcome.wrong] == []
    assert [(outcome.case, outcome.missed) for outcome in matrix.unplayed(found)] == []
    assert {end for outcome in found for end in outcome.ends} >= {"settled", "voided"}
