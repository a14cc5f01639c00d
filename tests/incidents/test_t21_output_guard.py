"""The one check that would have caught Yokohama, Adachi, Kawasaki, Tokushima, Munakata and Takamatsu: before a sheet
may be shown to a printer, the finished PDF is read again and compared with the document that was fixed.

Here the renderer itself is the traitor: it draws another resident's sheet, it swaps one page of a set, it draws the
seal of another town, it leaves a name half drawn. Nothing comes out, no money is asked for, the terminal takes itself
out of service, and a case waits for a person; a new attempt that would go well closes nothing.

Layers: `worker.make` checks with `guard.check_sheet` before anything is stored; the PDF that is stored is bound to its
attempt by hash and by key; the manifest's hash is checked again by the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from app.certificates.documents import Document, Picture
from app.certificates.rendering import RenderedSheet, Renderer
from app.issuance.models import CaseKind
from app.issuance.states import Payment
from app.issuance.worker import Worker
from app.municipalities import queries
from tests.incidents.clerk import assert_it_happens, close_cases, pay_by_hand, terminal
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import CODES, RECORD, World
from tests.journey.robot import JourneyError

pytestmark = pytest.mark.timeout(240)
TOWN, OTHER_TOWN = CODES["wakakusa"], CODES["hoshimi"]
CARD, STRANGER = "01-wakakusa-household-of-ten", "01-wakakusa-neighbour-1"
Draw = Callable[[Document], RenderedSheet]
Spoil = Callable[[Draw, Document], RenderedSheet]


@dataclass
class Traitor:
    """A renderer that draws something else than it was asked to."""

    spoil: Spoil

    def warm_up(self, _documents: object) -> None:
        """It is warm."""

    def render(self, document: Document) -> RenderedSheet:
        return self.spoil(renderer().render, document)


@cache
def renderer() -> Renderer:
    """Of the test's own thread."""
    return Renderer()


def scenario(world: World) -> None:
    world.pause("worker")
    try:
        for spoil in (of_another_resident(world), a_page_of_another_copy, with_another_seal(world), half_a_name):
            betray(world, spoil)
    finally:
        world.go_on("worker")


def betray(world: World, spoil: Spoil) -> None:
    card = world.cards[CARD]
    with terminal(world) as station:
        station.sign_in(card)
        page = station.choose(RECORD)
        with world.inside():
            Worker(Traitor(spoil)).turn([card.town])  # type: ignore[arg-type]
        pdf = pay_by_hand(station, station.wait_until_ready(page))
        assert pdf is None, "a sheet that is not what was fixed came out"
        order = world.order_of(card, station.visit_id)
        assert (order.payment, order.yen_inserted) == (Payment.RELEASED, 0)
        assert len(world.cases(card.town, CaseKind.GUARD_MISMATCH)) == 1
        assert_out_of_service(world, station.terminal_id)
    close_cases(world, card.town)


def assert_out_of_service(world: World, terminal_id: str) -> None:
    """The start screen lets nobody begin, until a person has looked."""
    with world.inside():
        assert queries.get_terminal(terminal_id).stopped_reason == "mismatch", "the terminal goes on as if nothing were"
    with terminal(world) as station:
        assert station.terminal_id == terminal_id
        with pytest.raises(JourneyError, match="no form /kiosk/start"):
            station.begin()


# --- What the renderer does -----------------------------------------------------------------------------------------


def of_another_resident(world: World) -> Spoil:
    """The sheet of who was at another kiosk in the same moment (横浜, 川崎, 高松)."""
    name = world.cards[STRANGER].name

    def spoil(draw: Draw, document: Document) -> RenderedSheet:
        first, *others = document.persons  # type: ignore[attr-defined]
        return draw(replace(document, persons=(replace(first, name=name), *others)))  # type: ignore[call-arg]

    return spoil


def a_page_of_another_copy(draw: Draw, document: Document) -> RenderedSheet:
    """The second sheet of a set is somebody else's (徳島)."""
    number = document.certification.issue_number
    other = replace(document.certification, issue_number=number[:-1] + ("1" if number[-1] == "0" else "0"))
    own, foreign = draw(document), draw(replace(document, certification=other))
    assert own.pages > 1
    pages = [*PdfReader(BytesIO(own.pdf)).pages]
    pages[1] = PdfReader(BytesIO(foreign.pdf)).pages[1]
    writer, file = PdfWriter(), BytesIO()
    for page in pages:
        writer.add_page(page)
    writer.write(file)
    return RenderedSheet(file.getvalue(), own.pages)


def with_another_seal(world: World) -> Spoil:
    """The mayor of one town, the seal of another."""
    with world.inside():
        wrong = queries.get_issuer(OTHER_TOWN, world.points.now())
    seal = Picture(wrong.seal_png, wrong.seal_mm, wrong.seal_mm)

    def spoil(draw: Draw, document: Document) -> RenderedSheet:
        return draw(replace(document, certification=replace(document.certification, issuer_seal=seal)))

    return spoil


def half_a_name(draw: Draw, document: Document) -> RenderedSheet:
    """The last character of a name does not fit, and is left out without a word."""
    first, *others = document.persons  # type: ignore[attr-defined]
    return draw(replace(document, persons=(replace(first, name=first.name[:-1]), *others)))  # type: ignore[call-arg]


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    unread, came_out = "app.issuance.worker.check_sheet", "a sheet that is not what was fixed came out"
    assert_it_happens(local, scenario, unread, lambda *_: None, came_out)
