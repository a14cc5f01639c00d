"""Hands behind the counter and eyes on the paper, for scenarios that are about a register, a town or a sheet.

What a scenario changes in a shared world it puts back: the next one finds the town as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from app import clock
from app.cards.queries import find_cardholder
from app.certificates.reading import PageImage, read_pdf
from app.issuance import service as issuance
from app.issuance.cases import Verdict
from app.issuance.models import Case
from app.municipalities import service as municipalities
from app.municipalities.models import Terminal
from app.municipalities.union import union_write
from tests.incidents.station import Station
from tests.incidents.world import RECORD, Card, World
from tests.journey.robot import Page

STAFF = "staff:test"
Scenario = Callable[[World], None]
Missing = tuple[Scenario, str, Any, str]  # what happens, the protection's dotted name, what stands for it, the words
# the register is asked again before money goes in, and again before a printer gets the sheet
RECHECK = "app.issuance.paying.check_still_allowed app.issuance.granting.check_still_allowed"


def assert_it_happens(world: World, scenario: Scenario, protection: str, instead: Any, what: str) -> None:
    """With this protection out, the scenario finds what it is about. By its own words: a walk that stumbles is none.

    `protection`: its dotted name, or several where it stands in several places.
    """
    asked: set[str] = set()
    with pytest.MonkeyPatch.context() as patched:
        for name in protection.split():
            take_out(patched, name, instead, asked)
        with pytest.raises(AssertionError, match=what):
            scenario(world)
    assert asked == set(protection.split()), "a protection that was never asked proves nothing"


def take_out(patched: pytest.MonkeyPatch, name: str, instead: Any, asked: set[str]) -> None:
    """`instead` under this dotted name; `asked` gets the name of a function that was called, and of what is none."""

    def counted(*args: Any, **values: Any) -> Any:
        asked.add(name)
        return instead(*args, **values)

    if not callable(instead):
        asked.add(name)
    patched.setattr(name, counted if callable(instead) else instead)


# --- At the screen


@contextmanager
def terminal(world: World, number: int = 7) -> Iterator[Station]:
    """A terminal whose agent is played by hand; afterwards nobody stands there."""
    station = world.station(number)
    try:
        yield station
    finally:
        _walk_away(station)
        station.close()


def _walk_away(station: Station) -> None:
    """Press the button that ends the visit, if it still lasts; money that lies there is given back."""
    page = station.browser.get(f"{station.url}/kiosk/now")
    for action in ("/kiosk/finish", "/kiosk/stop"):
        if page.has_form(action):
            station.browser.submit(page, action)
            station.settle()
            return


def order_by_hand(station: Station, card: Card, kind: str = RECORD) -> Page:
    """Sign in and press one button: the page on which the price stands, or wherever it led instead."""
    station.sign_in(card)
    return station.wait_until_ready(station.choose(kind))


def pay_by_hand(station: Station, page: Page) -> bytes | None:
    """Pay for the one copy and print it; None when the page asks for no money, or nothing may be printed."""
    if not page.has_form("/kiosk/pay"):
        return None
    station.work()  # a sign of life: the clock may have jumped
    station.pay(page)
    printed = station.print_next()
    station.settle()
    return printed[1] if printed else None


def get_by_hand(world: World, card: Card, kind: str = RECORD, number: int = 7) -> bytes | None:
    """The whole journey for one copy at a terminal whose agent is played by hand."""
    with terminal(world, number) as station:
        return pay_by_hand(station, order_by_hand(station, card, kind))


# --- On paper


def words_on(pdf: bytes) -> list[str]:
    """Of each page, blanks removed."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def pictures_on(pdf: bytes) -> list[PageImage]:
    """Of the last page, where seals stand."""
    return list(read_pdf(pdf)[-1].images)


# --- In the town's data


def subject_of(world: World, town: str, visit_id: str) -> str:
    """宛名番号 of who is signed in."""
    with world.partition(town) as p:
        holder = find_cardholder(p, visit_id)
    assert holder is not None
    return holder.subject


@contextmanager
def changed(world: World, town: str, rows: sa.Select[Any], **values: Any) -> Iterator[None]:
    """What is recorded is another thing for a while."""
    with world.partition(town, write=True) as p:
        found = p.session.scalars(rows).all()
        assert found, "nothing to change"
        before = [{name: getattr(row, name) for name in values} for row in found]
        for row in found:
            _set(row, values)
    try:
        yield
    finally:
        with world.partition(town, write=True) as p:
            for row, old in zip(p.session.scalars(rows).all(), before, strict=True):
                _set(row, old)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


@contextmanager
def added(world: World, town: str, row: Any) -> Iterator[None]:
    """A row that is there for a while."""
    with world.partition(town, write=True) as p:
        p.session.add(row)
        p.session.flush()
        kind, key = type(row), sa.inspect(row).identity
    try:
        yield
    finally:
        with world.partition(town, write=True) as p:
            p.session.delete(p.session.get_one(kind, key))


@contextmanager
def added_to_union(world: World, row: Any) -> Iterator[None]:
    with world.inside(), union_write() as session:
        session.add(row)
        session.flush()
        kind, key = type(row), sa.inspect(row).identity
    try:
        yield
    finally:
        with world.inside(), union_write() as session:
            session.delete(session.get_one(kind, key))


def close_cases(world: World, town: str, verdict: Verdict = Verdict.CHECKED) -> None:
    """A person has looked at everything that is open in this town, and the terminals may go on."""
    with world.partition(town, write=True) as p:
        cases = p.session.scalars(sa.select(Case).where(Case.closed_at.is_(None))).all()
        terminals = {case.terminal_id for case in cases if case.terminal_id}
        for case in cases:
            issuance.close_case(p, STAFF, case.case_id, verdict)
    for terminal_id in terminals:
        with world.inside():
            municipalities.resume_terminal(STAFF, terminal_id)


@contextmanager
def shifted(world: World, by: timedelta) -> Iterator[None]:
    """It is later for a while, and nothing is judged by a clock that jumps: what waits for the union is carried first.

    Afterwards no terminal was seen in the future, and none counts as silent: their agents call again within seconds.
    """
    world.relay()
    world.pause("reconcile")
    world.points.shift(seconds=by.total_seconds())
    try:
        yield
    finally:
        world.points.shift()
        with world.inside(), union_write() as session:
            seen = sa.update(Terminal).where(Terminal.last_seen_at.is_not(None))
            session.execute(seen.values(last_seen_at=clock.now()))
        world.go_on("reconcile")
