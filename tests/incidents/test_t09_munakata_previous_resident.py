"""T9. 宗像市, 2023-06-28, the machine in the town hall: the 住民票 of the one before.

A mend of 2019 had never come to this customer; it happened eleven days after the "full inspection".

Here somebody leaves with a paid certificate that was not printed yet, and the next one stands there at once. The screen
goes back, an old address is opened, and the terminal asks once more for what it was to print before. Nothing of the one
before comes: no sheet, no page, no preview; what was printed once is never given again. The same at a machine with a
printer, where one leaves from the last screen without a word.

In the way, and all of it is taken out below: a grant is for the visit of who stands there (`grant`), for one order of
this terminal that is paid and not void (`_check`), used once (`grant_id` unique), along the arrows of the journal
(`move`), while the sign-in lasts (`check_still_allowed`); what is over is erased (`erase`).
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from app.cards import visits
from app.issuance import granting, progress, service
from app.issuance.models import Attempt, Issuance, Order
from app.municipalities.partitions import Partition
from app.protocol.messages import GrantRequest, WorkAction
from app.terminal.errors import PortalRefusedError
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.station import Station
from tests.incidents.world import RECORD, Card, World, assert_names, assert_own, must

pytestmark = pytest.mark.timeout(300)


def scenario(world: World) -> None:
    asked_again(world)
    left_standing(world)


def asked_again(world: World) -> None:
    before, after, station = world.somebody("01", "neighbour"), world.somebody("01", "neighbour"), world.station(0)
    attempt_id, old_pages = _pay_and_leave(world, station, before)
    station.sign_in(after)
    for url in old_pages:
        page = station.browser.get(url)
        must(before.name not in page.html.replace("　", ""), "a page of the one before")
        must(".png" not in url or page.status == 404, "the preview of the one before")
    station.pay(station.wait_until_ready(station.choose(RECORD)))
    must(not _asked(station, attempt_id), "the certificate of the one before")
    mine, pdf = station.work().attempt_id, station.print_all()
    must(len(pdf) == 1, "not what was paid for")
    assert_names(pdf[0], after)
    must(not _asked(station, mine), "printed a second time")
    must(not _asked(station, attempt_id), "the certificate of the one before")


def _pay_and_leave(world: World, station: Station, card: Card) -> tuple[str, list[str]]:
    """The attempt that was to be printed, and the addresses that the browser has seen."""
    station.sign_in(card)
    page = station.wait_until_ready(station.choose(RECORD))
    (copy,) = [i for i, o in world.attempts(card.town).values() if o.visit_id == station.visit_id]
    station.pay(page)
    work = station.work()
    assert work.action is WorkAction.PRINT
    with world.inside():
        visits.mark_closing(station.visit_id)
    world.reconcile()
    station.settle()
    return work.attempt_id, [
        page.url,
        f"{station.url}/kiosk/preview/{copy.issuance_id}.png",
        f"{station.url}/kiosk/now",
    ]


def _asked(station: Station, attempt_id: str) -> bytes | None:
    """What the portal gives the terminal that asks for this attempt, under a grant that is new."""
    try:
        return station.grant(attempt_id, str(uuid.uuid4()))[1]
    except PortalRefusedError:
        return None


def left_standing(world: World) -> None:
    """At a machine with a printer: nobody presses the last button."""
    for _ in range(2):
        card = world.somebody("02", "neighbour")
        resident = world.resident(card)
        terminal = world.kiosks[0].terminal_id
        before = len(world.papers(terminal))
        resident.wait_for_sheet(resident.pay(world.reach_payment(resident, RECORD)))
        world.empty_tray(terminal)
        assert_own(world.papers(terminal)[before:], card)


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    real = granting.grant

    def for_anybody(p: Partition, actor: str, wish: GrantRequest, _visit_id: str, *_lease: int) -> Any:
        copy = p.session.get_one(Issuance, p.session.get_one(Attempt, wish.attempt_id).issuance_id)
        return real(p, actor, wish, p.session.get_one(Order, copy.order_id).visit_id)

    def anywhere(*_: object, **__: object) -> bool:
        return False

    layers = [
        Protection(service, "grant", for_anybody),
        Protection(granting, "_check", nothing),
        Protection(granting, "check_still_allowed", nothing),
        Protection(granting, "move", anywhere),
        Protection(progress, "erase", nothing),
    ]
    happens_without(local, monkeypatch, asked_again, *layers)
