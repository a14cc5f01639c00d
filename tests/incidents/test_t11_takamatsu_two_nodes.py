"""T11. 高松市, 2024-04-04: somebody else's 住民票, asked for at almost the same moment in another shop.

A build for one server ran on several: each of them locked only itself, and what was to be printed lay in one place.

Here two residents of one town pay at the same moment at two machines, over two nodes. Each gets their own. And what
must be done once is asked of both nodes at once: the same order is pressed on both, the same copy is asked for by two
grants, the same money is reported twice. It is done once.

In the way: no node keeps anything; locks are the database's own (`Head` row, `version`), what must be single is unique
in the schema; a finished sheet is found by its attempt, opens for this attempt alone (`_open_sheet`) and is checked by
the terminal against the manifest (`find_mismatch`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from app.issuance import granting, vault
from app.issuance.models import Attempt, Order, Sheet
from app.municipalities.partitions import Partition
from app.protocol.messages import ReportEvent, WorkAction
from app.terminal import press
from app.terminal.errors import PortalDownError, PortalRefusedError
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.station import Station
from tests.incidents.world import RECORD, Paper, World, assert_own, must
from tests.journey.robot import Page, Resident

pytestmark = pytest.mark.timeout(300)
TOWN = "02"


def scenario(world: World) -> None:
    at_the_same_moment(world)
    asked_of_both_nodes(world)


def at_the_same_moment(world: World) -> None:
    cards = [world.somebody(TOWN, "neighbour") for _ in world.kiosks]
    residents = [world.resident(card, kiosk) for kiosk, card in enumerate(cards)]
    pages = [world.reach_payment(resident, RECORD) for resident in residents]
    together = Barrier(len(cards))

    def print_out(resident: Resident, page: Page) -> list[Paper]:
        together.wait(30)
        return world.print_out(resident, page)

    with ThreadPoolExecutor(len(cards)) as pool:
        printed = list(pool.map(print_out, residents, pages))
    for papers, card in zip(printed, cards, strict=True):
        assert_own(papers, card)


def asked_of_both_nodes(world: World) -> None:
    card, station = world.somebody(TOWN, "neighbour"), world.station(0)
    station.sign_in(card)
    form = station.browser.get(f"{world.portal_url}/kiosk/choose").form("/kiosk/choose").data(RECORD)
    at_once(world, lambda node: station.browser.client.post(f"{node}/kiosk/choose", data=form))
    with world.partition(card.town) as p:
        (order,) = p.session.scalars(sa.select(Order).where(Order.visit_id == station.visit_id)).all()
    station.pay(station.wait_until_ready(station.browser.get(f"{world.portal_url}/kiosk/now")))
    work = station.work()
    assert work.action is WorkAction.PRINT

    given = at_once(world, lambda node: _grant_of(station, node, work.attempt_id))
    must(sum(pdf is not None for pdf in given) <= 1, "one copy was given to two")
    report_twice(world, station, ReportEvent.PRINTED, attempt_id=work.attempt_id)
    world.decide_all()  # who was refused has lost its grant: a person has decided by now
    left = station.work()
    assert left.action in (WorkAction.COMMIT, WorkAction.RELEASE)
    event = ReportEvent.COMMITTED if left.action is WorkAction.COMMIT else ReportEvent.RELEASED
    report_twice(world, station, event, yen=left.yen)
    must(world.ledger()[station.payment_key] in (0, order.yen), "charged twice")


def _grant_of(station: Station, node: str, attempt_id: str) -> bytes | None:
    """Each node is asked with another grant."""
    with at_node(station, node) as twin:
        try:
            return twin.grant(attempt_id, str(uuid.uuid4()))[1]
        except (PortalRefusedError, PortalDownError):
            return None


def report_twice(world: World, station: Station, event: ReportEvent, *, yen: int = 0, attempt_id: str = "") -> None:
    def tell(node: str) -> None:
        with at_node(station, node) as twin:
            twin.report(event, yen=yen, attempt_id=attempt_id)

    at_once(world, tell)


@contextmanager
def at_node(station: Station, node: str) -> Iterator[Station]:
    """The same terminal, calling this node."""
    twin = replace(station, url=node)
    try:
        yield twin
    finally:
        twin.close()


def at_once(world: World, deed: Callable[[str], Any]) -> list[Any]:
    """The same on both nodes in the same moment."""
    together = Barrier(len(world.nodes))

    def begin(node: str) -> Any:
        together.wait(30)
        return deed(node)

    with ThreadPoolExecutor(len(world.nodes)) as pool:
        return list(pool.map(begin, world.nodes))


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def what_lies_there(p: Partition, _attempt: Attempt) -> bytes:
        """The image that came last, whoever asks."""
        sheet = p.session.scalars(sa.select(Sheet).order_by(Sheet.stored_at.desc()).limit(1)).one()
        return vault.unlock(sheet.pdf, vault.sheet_label(p.code, sheet.attempt_id, sheet.pdf_sha256, "pdf"))

    layers = [
        Protection(granting, "_open_sheet", what_lies_there),
        Protection(press, "find_mismatch", nothing),
    ]
    happens_without(local, monkeypatch, at_the_same_moment, *layers)


def test_without_the_journal_s_order_two_nodes_give_one_copy_twice(
    local: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was there: each node asks itself alone whether this was done before."""

    def anywhere(*_: object, **__: object) -> bool:
        return False

    layers = [Protection(granting, "_check", nothing), Protection(granting, "move", anywhere)]
    happens_without(local, monkeypatch, asked_of_both_nodes, *layers)
