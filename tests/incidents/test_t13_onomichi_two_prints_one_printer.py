"""尾道市, 22 April 2024 (at the counter): two customers' 戸籍 went to one printer at the same time and were put
together by hand. Each got a sheet of the other.

At a kiosk now: one resident at a time at a terminal, from the card to the last sheet; one copy at a time at the
printer, in the order of the screen; every sheet bears the number of its copy and n/N, so that the last page of each
copy says whether it is whole; and the screen says how many copies and sheets there must be. What the town's journal
says of number and sheets is what a clerk compares with. A separating cover, and the code on the last page for the
clerk's reader, belong to the counter's printing and to the signed 2D code; those are not there yet, and nothing here
claims them.

Layers: one live visit a terminal (unique index `one_live_visit`), and nobody is let in while an order is open
(`arriving._is_served`); one copy of an order at a printer (`granting._is_busy`); a printer that holds a job takes no
other; the terminal compares the grant with the visit that signed in there; the guard reads number and n/N of each
sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.issuance.models import Attempt
from tests.incidents.clerk import assert_it_happens
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, Paper, World
from tests.journey.robot import Page, Resident

pytestmark = pytest.mark.timeout(240)
FIRST, NEXT = "02-hoshimi-register-of-six-sheets", "01-wakakusa-citizen-card"
REGISTER = "family_register_full"
COUNT = re.compile(r"(\d+)通（(\d+)枚）")


def scenario(world: World) -> None:
    """One resident gets two certificates of several sheets; the next one does not wait until they are out."""
    first = world.resident(world.cards[FIRST])
    page = order_two(world, first)
    kiosk = world.kiosks[0].terminal_id
    before = len(world.papers(kiosk))
    with nobody_is_let_in(world, "grant"):
        page = first.pay(page)
    page = first.wait_for_sheet(page)
    papers = world.papers(kiosk)[before:]
    world.empty_tray(kiosk)
    assert_separate(world, papers)
    assert_count_is_shown(page, papers)
    first.leave(page)


@contextmanager
def nobody_is_let_in(world: World, point: str) -> Iterator[None]:
    """What the block begins stands still at this point, and meanwhile the next one presses 「はじめる」."""
    world.points.set(point, "wait")
    try:
        yield
        world.wait(lambda: world.points.came(point), f"the {point} stands still")
        screen = knock(world, world.resident(world.cards[NEXT]))
    finally:
        world.points.let_go(point)
    assert "/kiosk/busy" in screen.url, "the next one was let in while the one before was served"


def order_two(world: World, first: Resident) -> Page:
    """The 戸籍, and then the 住民票 too."""
    menu = first.sign_in()
    with nobody_is_let_in(world, "render"):
        page = first.browser.submit(menu, "/kiosk/choose", button=REGISTER)
    page = first.browser.wait_for(page.url, lambda p: p.has_form("/kiosk/pay"), "the price")
    page = first.browser.submit(page, "/kiosk/confirm", item=item_of(page))
    page = first.order(page, RECORD)
    assert page.has_form("/kiosk/pay")
    return page


def item_of(page: Page) -> str:
    """What the button 「ほかの証明書も追加」 takes along."""
    found = re.search(r'name="item" value="([^"]+)"', page.html)
    assert found, "no second certificate can be added"
    return found[1]


def knock(world: World, somebody: Resident) -> Page:
    """Press 「はじめる」 at the same terminal."""
    page = somebody.browser.get(f"{world.kiosks[0].url}/start")
    return somebody.browser.submit(page, "/kiosk/start")


def assert_separate(world: World, papers: list[Paper]) -> None:
    """Copy after copy in the order of the screen, sheet after sheet, each with its number and n/N."""
    with world.partition(world.cards[FIRST].town) as p:
        names = {paper.attempt_id for paper in papers}
        said = {a.attempt_id: a for a in p.session.scalars(sa.select(Attempt).where(Attempt.attempt_id.in_(names)))}
        numbers = {a.attempt_id: ("".join(a.issue_number.split()), a.sheets or 0) for a in said.values()}
    in_order = list(dict.fromkeys(paper.attempt_id for paper in papers))
    whole = [(name, sheet) for name in in_order for sheet in range(1, numbers[name][1] + 1)]
    assert [(paper.attempt_id, paper.sheet) for paper in papers] == whole, "sheets of two copies are mixed"
    assert [numbers[name][1] for name in in_order] == [6, 1]
    assert numbers[in_order[0]][0] < numbers[in_order[1]][0]  # 発行番号 follow the order of the screen
    for paper in papers:
        number, sheets = numbers[paper.attempt_id]
        assert f"{number}{paper.sheet}/{sheets}" in paper.text
        others = {other for other, _ in numbers.values()} - {number}
        assert not any(other in paper.text for other in others), "a sheet of another copy"


def assert_count_is_shown(page: Page, papers: list[Paper]) -> None:
    found = COUNT.search(page.html)
    assert found, "the screen does not say how many sheets there must be"
    assert (int(found[1]), int(found[2])) == (len({paper.attempt_id for paper in papers}), len(papers))


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    let_in = "let in while the one before was served"
    assert_it_happens(local, scenario, "app.kiosk.arriving._is_served", lambda _older: False, let_in)
