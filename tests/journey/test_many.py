"""Two hundred journeys on ten terminals with two portal processes; then the same while portal processes are killed.

What is compared are the sheets in the trays, the money in the machines, the towns' journals and the union's ledger:
four records that different processes keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock, create_app
from app.issuance import reconcile
from app.municipalities.partitions import partitions
from tests.journey import truth
from tests.journey.crowd import Disturbance, Trip, plan, wait_until, walk
from tests.journey.installation import Installation, copy_of, make_demo, running

pytestmark = [pytest.mark.xdist_group("journey"), pytest.mark.load, pytest.mark.timeout(900)]
JOURNEYS, TERMINALS = 200, 10


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A demo with enough cards for a crowd; never started."""
    return make_demo(tmp_path_factory.mktemp("crowd") / "home", residents=1500, cards_per_town=24)


@pytest.fixture
def busy(crowded: Installation, tmp_path: Path) -> Iterator[Installation]:
    with running(copy_of(crowded, tmp_path / "home"), TERMINALS, workers=2) as started:
        yield started


def test_two_hundred_residents_each_get_their_own_sheet(busy: Installation, sheets: Path) -> None:
    trips = walk(busy, plan(busy, JOURNEYS, TERMINALS), sheets)

    assert [trip.trouble for trip in trips if trip.trouble] == []
    assert all(len(trip.files) == 1 for trip in trips)
    assert_everybody_holds_their_own(trips)
    _finish(busy)
    assert_records_agree(busy)
    assert len({slip.attempt_id for slip in truth.slips(busy)}) == JOURNEYS


def test_killing_portal_processes_loses_nothing_and_doubles_nothing(busy: Installation, sheets: Path) -> None:
    with Disturbance(busy.kill_portal_worker, between=(0.8, 2.5)) as killing:
        trips = walk(busy, plan(busy, JOURNEYS, TERMINALS), sheets)

    assert killing.deeds > 10
    assert_everybody_holds_their_own(trips)
    _finish(busy)
    assert_records_agree(busy)
    assert sum(bool(trip.files) for trip in trips) > JOURNEYS * 0.9


def assert_everybody_holds_their_own(trips: list[Trip]) -> None:
    """The requester's name on every sheet, and a number that no other sheet bears."""
    for trip in trips:
        for file in trip.files:
            assert trip.name in truth.text_of(file), "a sheet without the requester's name"
    numbers = [truth.number_of(file) for trip in trips for file in trip.files]
    assert len(numbers) == len(set(numbers))


def _finish(installation: Installation) -> None:
    """Let time pass for whoever walked away, until every order is closed or waits for a person; then relay."""
    app = create_app(installation.config, surfaces=())
    with app.app_context():
        wait_until(lambda: _is_finished(installation), 120, "every order is closed or a case")
        installation.flask("issuance", "relay", "--once")
        partitions.dispose()


def _is_finished(installation: Installation) -> bool:
    with clock.frozen(clock.now() + timedelta(minutes=4)):
        reconcile.reconcile_all(partitions.codes())
    return not _open_orders(installation) - _orders_with_cases(installation)


def _open_orders(installation: Installation) -> set[str]:
    return {order for (order,) in truth.everywhere(installation, "SELECT order_id FROM issue_order WHERE is_open")}


def _orders_with_cases(installation: Installation) -> set[str]:
    sql = "SELECT order_id FROM issue_case WHERE closed_at IS NULL AND order_id IS NOT NULL"
    return {order for (order,) in truth.everywhere(installation, sql)}


def assert_records_agree(installation: Installation) -> None:
    """Trays, machines, journals, ledger."""
    journal = truth.everywhere(
        installation,
        """SELECT a.attempt_id, i.state, i.yen, o.payment_key FROM attempt a
           JOIN issuance i USING (issuance_id) JOIN issue_order o USING (order_id)""",
    )
    settled = {attempt for attempt, state, _, _ in journal if state == "settled"}
    doubtful = {attempt for attempt, state, _, _ in journal if state == "unknown"}
    slips = truth.slips(installation)
    out = {slip.attempt_id for slip in slips}
    assert len(slips) == len({(slip.attempt_id, slip.sheet) for slip in slips}), "a sheet came out twice"
    assert settled <= out <= settled | doubtful

    charged: dict[str, int] = {}
    for _, state, yen, key in journal:
        if state == "settled":
            charged[key] = charged.get(key, 0) + yen
    assert truth.cash_kept(installation) == charged
    assert dict(truth.ledger(installation)) == charged
    assert truth.cash_open(installation) == 0
    numbers = [n for (n,) in truth.everywhere(installation, "SELECT issue_number FROM attempt")]
    assert len(numbers) == len(set(numbers))
