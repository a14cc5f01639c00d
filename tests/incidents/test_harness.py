"""That the worlds are what the incidents believe: everybody gets their own paper, in each of them, on each engine."""

from __future__ import annotations

import pytest

from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.world import RECORD, World, assert_names, assert_own

pytestmark = pytest.mark.timeout(240)


def at_a_kiosk_and_by_hand(world: World) -> None:
    card = world.somebody("02", "neighbour")
    papers = world.walk(card)
    assert_own(papers, card)
    order = world.attempts(card.town)[papers[0].attempt_id][1]
    assert world.cash_kept()[order.payment_key] == order.yen_due > 0

    other, station = world.somebody("02", "neighbour"), world.station()
    with world.inside():
        page = station.sign_in(other)
        station.pay(station.wait_until_ready(station.choose(RECORD, copies=2)))
        printed = [station.print_next(), station.print_next()]
        station.settle()
    assert page.has_form("/kiosk/choose")
    for made in printed:
        assert made is not None
        assert_names(made[1], other)
    assert world.ledger()[order.payment_key] == order.yen_due
    assert world.ledger()[station.payment_key] == 2 * order.yen_due


def test_processes(world: ProcessWorld) -> None:
    at_a_kiosk_and_by_hand(world)


def test_local(local: LocalWorld) -> None:
    at_a_kiosk_and_by_hand(local)
