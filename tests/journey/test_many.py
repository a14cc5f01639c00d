"""A crowd at six terminals with two portal processes; then another one while portal processes are killed.

Small, because the matrix kills everybody at every point and the incidents play what has happened elsewhere;
`script/soak` walks as many as one likes.

What is compared are the sheets in the trays, the money in the machines, the towns' journals and the union's ledger:
four records that different processes keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey import truth
from tests.journey.agreement import assert_everybody_holds_their_own, assert_records_agree, finish
from tests.journey.crowd import Disturbance, plan, walk
from tests.journey.installation import Installation, copy_of, running

pytestmark = [pytest.mark.load, pytest.mark.timeout(900)]
JOURNEYS, KILLED_JOURNEYS, TERMINALS = 24, 32, 6


@pytest.fixture
def busy(demo: Installation, tmp_path: Path) -> Iterator[Installation]:
    with running(copy_of(demo, tmp_path / "home"), TERMINALS, workers=2) as started:
        yield started


def test_a_crowd_gets_each_their_own_sheet(busy: Installation, sheets: Path) -> None:
    trips = walk(busy, plan(busy, JOURNEYS, TERMINALS), sheets)

    assert [trip.trouble for trip in trips if trip.trouble] == []
    assert all(len(trip.files) == 1 for trip in trips)
    assert_everybody_holds_their_own(trips)
    finish(busy)
    assert_records_agree(busy)
    assert len({slip.attempt_id for slip in truth.slips(busy)}) == JOURNEYS


def test_killing_portal_processes_loses_nothing_and_doubles_nothing(busy: Installation, sheets: Path) -> None:
    with Disturbance(busy.kill_portal_worker, between=(3.0, 6.0)) as killing:
        trips = walk(busy, plan(busy, KILLED_JOURNEYS, TERMINALS), sheets)

    assert killing.deeds > 5
    assert_everybody_holds_their_own(trips)
    finish(busy)
    assert_records_agree(busy)
    assert sum(bool(trip.files) for trip in trips) > KILLED_JOURNEYS * 0.9
