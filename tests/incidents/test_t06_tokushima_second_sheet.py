"""T6. 徳島市, 2023-03-27: a 戸籍 certificate of three sheets, the second of which was another person's.

Here the pages of a certificate are put together from two jobs: the second page is what the job before had there. The
certificate does not leave; asked for again, every sheet of it bears the same number and its own place in the whole.

In the way: the number and n/N stand side by side on each sheet and the guard reads them there, as it reads which
contents belong on which sheet (`check_sheet`).
"""

from __future__ import annotations

import re

import pytest

from app.issuance import worker
from app.issuance.models import CaseKind
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.registers import household_of
from tests.incidents.world import ORDINARY, RECORD, Card, Paper, World, assert_own, must, words_of

pytestmark = pytest.mark.timeout(300)
SHEET = re.compile(r"発行番号(\d{8}\D+\d{10})(\d+)/(\d+)")
TWO_SHEETS = 5  # persons of whom the second does not fit on the first sheet


def scenario(world: World) -> None:
    first, second = large_households(world)
    station = world.station(0)
    world.points.set("render", "second_page")
    station.sign_in(first)
    printed = station.errand(station.choose(RECORD))
    assert printed, "nothing is in the printer's memory yet"
    resident = world.resident(second)
    page = world.reach_payment(resident, RECORD)
    if page.has_form("/kiosk/pay"):
        _assert_bound(world.print_out(resident, page))
        return
    world.points.let_go("render")
    (_case,) = world.cases(second.town, CaseKind.GUARD_MISMATCH)
    resident.leave(page) if page.has_form("/kiosk/stop") or page.has_form("/kiosk/finish") else None
    papers = world.walk(second, RECORD, kiosk=1)
    assert_own(papers, second)
    _assert_bound(papers)


def large_households(world: World) -> list[Card]:
    """Two people of one town whose certificate needs more than one sheet."""
    cards = [card for card in world.cards.values() if ORDINARY.fullmatch(card.card_id) and card.card_id[:2] == "02"]
    found = [card for card in cards if len(household_of(world, card)) >= TWO_SHEETS]
    return [world.cards["01-wakakusa-household-of-ten"], *found][:2]


def _assert_bound(papers: list[Paper]) -> None:
    """One number, and 1/N, 2/N … N/N, in that order."""
    marks = [SHEET.search(paper.text) for paper in papers]
    must(all(marks), "a sheet without its number")
    seen = [mark.groups() for mark in marks if mark]
    number, _, pages = seen[0]
    must(int(pages) == len(words_of(papers[0].pdf)) > 1, "a sheet is missing")
    must(seen == [(number, str(n), pages) for n in range(1, int(pages) + 1)], "a sheet of another certificate in it")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    happens_without(local, monkeypatch, scenario, Protection(worker, "check_sheet", nothing))
