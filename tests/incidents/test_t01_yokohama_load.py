"""T1. 横浜市, 2023-03-27 11:40–14:00: other people's 住民票 and 印鑑登録証明書 at convenience stores.

The load rose, making print images became slow, a time-out released the lock by force, and the next job picked up the
image that lay there: 10 copies, 18 people.

Here the renderer itself has that fault: it is slow, and gives every job the image of the job before. Twice over fifty
requests arrive at once, for over fifty copies; some of those who asked have gone before theirs is made. Whatever is
handed out names who asked for it and bears a number of its own; who pressed seven times has one order; who gets nothing
pays nothing; who has gone leaves nothing behind.

In the way: a finished sheet of an order that is over is thrown away (`store_sheet`), and the guard reads every finished
PDF and holds it against the document that it was made from (`check_sheet`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from app.cards import visits
from app.issuance import worker
from app.issuance.models import CaseKind
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.station import Station
from tests.incidents.world import RECORD, SEAL, Card, World, assert_names, must, words_of
from tests.journey.robot import Page

pytestmark = pytest.mark.timeout(300)
CROWD, TAPS = 8, 7  # terminals; how often everybody presses the button at once: 56 requests, over both nodes
COPIES_GONE, COPIES = 5, 2  # of each who does not wait, of each who does: 52 in all
MIXED_UP = 5  # images that are another's, before the renderer is well again


@dataclass
class Errand:
    station: Station
    card: Card
    copies: int
    page: Page | None = None
    pdfs: list[bytes] = field(default_factory=list)

    def order(self) -> None:
        """Everybody is in a hurry: the same form is sent several times in the same moment."""
        self.station.sign_in(self.card)
        browser, kind = self.station.browser, SEAL if "family" in self.card.card_id else RECORD
        page = browser.get(f"{self.station.url}/kiosk/options?kind={kind}")
        form = page.form("/kiosk/options").data(copies=str(self.copies))
        with ThreadPoolExecutor(TAPS) as fingers:
            taps = [fingers.submit(browser.client.post, page.url, data=form) for _ in range(TAPS)]
        self.page = browser.get(str(taps[0].result().url))

    def fetch(self) -> None:
        assert self.page is not None
        self.pdfs = self.station.errand(self.page)


def scenario(world: World) -> None:
    with world.inside():
        gone = they_go(world)
        waiting = crowd(world, COPIES)
        all_at_once(Errand.order, waiting)
        world.points.set("render", "late", seconds=0.05)
        world.wait(lambda: world.points.came("render") > MIXED_UP, "images were mixed up")
        world.points.let_go("render")
        all_at_once(Errand.fetch, waiting)
    for errand in waiting:
        for pdf in errand.pdfs:
            assert_names(pdf, errand.card)
    _assert_whole_and_paid(world, waiting)
    _assert_nothing_of(world, gone)
    assert any(errand.pdfs for errand in waiting), "nobody was served"


def they_go(world: World) -> list[Errand]:
    """Everybody orders, the first sheet is being made and takes for ever, and everybody walks away."""
    gone = crowd(world, COPIES_GONE)
    gone[0].copies = 1  # what a worker has begun it makes to its end: the images of the others must not be theirs
    world.points.set("render", "wait")
    gone[0].order()
    world.wait(lambda: world.points.came("render"), "the first sheet is being made")
    all_at_once(Errand.order, gone[1:])
    for errand in gone:
        visits.mark_closing(errand.station.visit_id)
    world.reconcile()
    return gone


def crowd(world: World, copies: int) -> list[Errand]:
    return [Errand(world.station(number), world.somebody(), copies) for number in range(CROWD)]


def all_at_once(deed: Callable[[Errand], None], errands: list[Errand]) -> None:
    with ThreadPoolExecutor(CROWD) as hands:
        list(hands.map(deed, errands))


def _assert_whole_and_paid(world: World, errands: list[Errand]) -> None:
    """All copies of an order or none, each under its own number, and money for exactly what came out."""
    ledger = world.ledger()
    for errand in errands:
        of_order = [
            (i, o) for i, o in world.attempts(errand.card.town).values() if o.visit_id == errand.station.visit_id
        ]
        must(len({o.order_id for _, o in of_order}) == 1, "ordered twice")
        order = of_order[0][1]
        must(len(errand.pdfs) in (0, errand.copies), "a part of an order")
        fees = order.yen if errand.pdfs else 0
        must(ledger[order.payment_key] == fees, "money for what did not come out")
        if not errand.pdfs:
            assert world.cases(errand.card.town, CaseKind.GUARD_MISMATCH), "stopped, and nobody knows"
    printed = [words_of(pdf)[0].split("/")[0] for errand in errands for pdf in errand.pdfs]
    must(len(printed) == len(set(printed)), "one number on two certificates")


def _assert_nothing_of(world: World, gone: list[Errand]) -> None:
    for errand in gone:
        states = {
            i.state for i, o in world.attempts(errand.card.town).values() if o.visit_id == errand.station.visit_id
        }
        assert states, "nothing was ordered"
        must(states == {"cancelled"}, "a sheet for somebody who has gone")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    happens_without(local, monkeypatch, scenario, Protection(worker, "check_sheet", nothing))
