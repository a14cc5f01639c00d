"""T2. 横浜市 again, the part that a restart plays: what was between rendering and printing when the process died.

The worker is killed when the sheet is made and read back, and nothing of it is stored yet; then it is started again.
The resident, who still stands there, gets the certificate, once; nothing of it lies in a file in between.

In the way: no worker takes a copy out of the queue. It stays `fixed` until the finished sheet and the step to `ready`
are written in one transaction, so whoever comes next finds it (`list_waiting`).
"""

from __future__ import annotations

import pytest

from app.issuance import worker
from app.issuance.models import Sheet
from app.issuance.rendered import Waiting
from app.municipalities.partitions import Partition
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without
from tests.incidents.world import RECORD, World, assert_own, must
from tests.journey.robot import JourneyError

pytestmark = pytest.mark.timeout(300)


def scenario(world: World) -> None:
    card = world.somebody(role="neighbour")
    resident = world.resident(card)
    choosing = resident.sign_in()
    world.points.set("store", "die")
    page = resident.browser.submit(choosing, "/kiosk/choose", button=RECORD)
    world.wait(lambda: world.has_ended("worker"), "the worker is killed")
    must(not world.leftovers(), "a file with somebody's document")
    with world.partition(card.town) as p:
        assert not p.session.query(Sheet).all(), "stored before it was whole"
    world.revive()
    try:
        page = resident.browser.wait_for(page.url, lambda p: p.has_form("/kiosk/pay"), "the price")
    except JourneyError:
        resident.leave(page)
        must(False, "the certificate is lost")
    papers = world.print_out(resident, page)
    assert_own(papers, card)
    must(len({paper.attempt_id for paper in papers}) == 1, "printed twice")
    must(not world.leftovers(), "a file with somebody's document")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    real, taken = worker.list_waiting, set[str]()

    def take_out(p: Partition, limit: int) -> list[Waiting]:
        """A queue: what one worker has taken, no other one sees."""
        found = [copy for copy in real(p, limit) if copy.issuance_id not in taken]
        taken.update(copy.issuance_id for copy in found)
        return found

    protection = Protection(worker, "list_waiting", take_out)
    happens_without(local, monkeypatch, scenario, protection, before=lambda: setattr(local, "patience", 8.0))
