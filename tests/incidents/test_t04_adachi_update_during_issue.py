"""T4. 足立区, 2023-03-22 and 04-18: a 住民票 and a 印鑑登録証明書 of other people.

An update of the registers ran into an application that was being served.

Here the resident's household moves house while a certificate is on its way: at the moment at which the register is
read, between reading and rendering, and between payment and printing. A certificate is one state of the register, and
none leaves that says what the register no longer says; what does not leave is not paid for, and asking anew gives the
new address.

In the way: one transaction reads the register and fixes the document, under the lock that the import needs; and before
money is asked for and before each sheet leaves, the whole document is made anew and must be the same
(`check_still_allowed`, at both places).
"""

from __future__ import annotations

import threading

import pytest

from app.issuance import granting, paying
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.registers import move_house
from tests.incidents.station import Station
from tests.incidents.world import RECORD, Card, World, must, words_of
from tests.journey.robot import Page

pytestmark = pytest.mark.timeout(300)


def scenario(world: World) -> None:
    while_reading(world)
    before_rendering(world)
    before_printing(world)


def while_reading(world: World) -> None:
    """The import comes in the middle of an order: it waits, or the order does."""
    card, station = world.somebody("02", "neighbour"), world.station(0)
    station.sign_in(card)
    world.points.set("prepare", "wait")
    pages: list[Page] = []
    ordering = threading.Thread(target=lambda: pages.append(station.choose(RECORD)))
    ordering.start()
    world.wait(lambda: world.points.came("prepare"), "the register is about to be read")
    releasing = threading.Timer(0.3, world.points.let_go, ["prepare"])
    releasing.start()
    addresses = move_house(world, card)
    for thread in (ordering, releasing):
        thread.join()
    _assert_one_state(world, station, pages[0], addresses)


def before_rendering(world: World) -> None:
    card, station = world.somebody("02", "neighbour"), world.station(1)
    station.sign_in(card)
    world.points.set("render", "wait")
    page = station.choose(RECORD)
    world.wait(lambda: world.points.came("render"), "the sheet is about to be made")
    addresses = move_house(world, card)
    world.points.let_go("render")
    _assert_one_state(world, station, page, addresses)


def before_printing(world: World) -> None:
    card, station = world.somebody("02", "neighbour"), world.station(2)
    station.sign_in(card)
    station.pay(station.wait_until_ready(station.choose(RECORD)))
    old, new = move_house(world, card)
    must(not station.print_all(), "a sheet left that says what the register no longer says")
    must(not world.ledger()[station.payment_key], "charged for nothing")
    _assert_new_address(world, station, card, (old, new))


def _assert_one_state(world: World, station: Station, page: Page, addresses: tuple[str, str]) -> None:
    """All of the old register and not printed any more, or all of the new one."""
    old, new = addresses
    pdfs = station.errand(page)
    words = "".join(words_of(pdfs[0])) if pdfs else ""
    must(old not in words, "a sheet left that says what the register no longer says")
    must(not words or new in words, "a sheet of two states of the register")
    if not words and station.payment_key:
        must(not world.ledger()[station.payment_key], "charged for nothing")


def _assert_new_address(world: World, station: Station, card: Card, addresses: tuple[str, str]) -> None:
    old, new = addresses
    station.sign_in(card)
    (pdf,) = station.errand(station.choose(RECORD))
    words = "".join(words_of(pdf))
    must(new in words and old not in words, "the new certificate has the old address")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [Protection(place, "check_still_allowed", nothing) for place in (paying, granting)]
    happens_without(local, monkeypatch, scenario, *layers)
