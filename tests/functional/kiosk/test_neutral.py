"""Neutral refusals look the same: on the menu, on the screen, and on a clock beside the screen."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from app import clock
from app.cards.queries import find_cardholder
from app.certificates import service
from app.certificates.documents import Document
from app.certificates.errors import UnprintableError
from app.certificates.kind import Case
from app.certificates.requests import KIOSK, Request
from app.issuance import service as issuance
from app.issuance.errors import OrderRefusedError
from app.issuance.models import Refusal
from app.municipalities import queries
from app.municipalities.partitions import partitions
from tests.functional.kiosk.conftest import RECORD, SEAL, Stand, in_app
from tests.functional.kiosk.neighbours import (
    NEIGHBOURS,
    Neighbour,
    become,
    let_registers_refuse,
    offer_everything,
    settle,
)
from tests.functional.kiosk.timing import Measured, told_apart

FAMILY = "01-wakakusa-family-head"
ROUNDS = 24
TIMES = 6  # of the work that the control leaves out for everybody else
Seconds = tuple[float, float]  # on the wall, of the processor
Ask = Callable[[Neighbour], Seconds]


@pytest.fixture
def stand(app: Flask, now: datetime) -> Stand:
    """Nothing is drawn here: no worker has to be warmed."""
    return Stand(app, "hanano-1", None)  # type: ignore[arg-type]


@pytest.fixture
def street(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Everybody, in a town that offers every kind, and their 宛名番号."""
    stand.sign_in(FAMILY)
    offer_everything(stand)
    let_registers_refuse(monkeypatch)
    return settle(stand)


# --- Screen and menu -------------------------------------------------------------------------------------------------


def test_menu_and_screen_are_the_same_to_the_byte(stand: Stand, street: dict[str, str]) -> None:
    menus, screens = set(), set()
    for neighbour in NEIGHBOURS:
        become(stand, street[neighbour.name])
        menus.add(without_keys(stand.get("/kiosk/choose").text))
        ask_for(stand, neighbour)
        assert "reference=N-" in stand.page.request.url, neighbour
        assert (stand.path, stand.page.status_code, rule_behind(stand)) == ("/kiosk/refused", 200, neighbour.rule)
        screens.add(without_keys(stand.page.text))
    assert (len(menus), len(screens)) == (1, 1)


def ask_for(stand: Stand, neighbour: Neighbour) -> None:
    stand.submit("/kiosk/choose", button=neighbour.kind)
    if stand.path == "/kiosk/options":  # something must be picked
        form = stand.form("/kiosk/options")
        stand.page = stand.client.post(form.action, data={**form.fields, "pick": "1"}, follow_redirects=True)


def without_keys(html: str) -> str:
    """Without what is new on every page: the reference, the key of a form, the mark against forgery."""
    return re.sub(r"N-[0-9A-Z]{6}|\b[0-9a-f]{32}\b|(?<=name=\"csrf_token\" value=\")[^\"]*", "", html)


@in_app
def rule_behind(stand: Stand) -> str:
    """What the town's journal says of the reference on the screen."""
    reference = re.findall(r"N-[0-9A-Z]{6}", stand.page.text)[0]
    with partitions.open(stand.town) as p:
        return str(p.session.query(Refusal).filter_by(reference=reference).one().rule)


# --- The clock -------------------------------------------------------------------------------------------------------


def look() -> tuple[float, float]:
    """At the clock on the wall, and at how long the processor has worked for us."""
    return time.perf_counter(), time.thread_time()


@contextmanager
def untraced() -> Iterator[None]:
    """Coverage counts lines, and makes a difference of many lines out of nothing: no resident measures through it."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@untraced()
def take_turns(kind: str, ask: Ask, rounds: int) -> list[Measured]:
    """Seconds of every answer by both clocks, in rounds in which each is asked once, in another order every time."""
    people, dice = [n for n in NEIGHBOURS if n.kind == kind], random.Random(kind)
    ask_once = [ask(neighbour) for neighbour in people]  # caches are filled, files are opened
    assert len(ask_once) == len(people)
    measured: list[Measured] = [{neighbour.name: [] for neighbour in people} for _clock in look()]
    for _round in range(rounds):
        for neighbour in dice.sample(people, len(people)):
            for by_clock, seconds in zip(measured, ask(neighbour), strict=True):
                by_clock[neighbour.name].append(seconds)
    return measured


def since(begun: Seconds) -> Seconds:
    wall, processor = look()
    return wall - begun[0], processor - begun[1]


def asker(stand: Stand, street: dict[str, str]) -> Ask:
    """Places the neighbour's order, which is refused; how long that took."""
    with partitions.open(stand.town) as p:
        holder, terminal = find_cardholder(p, stand.visit_id), queries.get_terminal(stand.terminal_id)
    assert holder is not None

    def ask(neighbour: Neighbour) -> Seconds:
        atena_no = street[neighbour.name]
        request = Request(neighbour.kind, atena_no, (), frozenset(), KIOSK, clock.now())
        begun = look()
        with pytest.raises(OrderRefusedError) as refused, partitions.open(stand.town, write=True) as p:
            issuance.place_order(p, "test", replace(holder, subject=atena_no), terminal, [request], "key")
        seconds = since(begun)
        assert refused.value.refusal.rule == neighbour.rule
        return seconds

    return ask


@pytest.mark.parametrize("kind", [RECORD, SEAL])
def test_no_order_tells_by_the_clock_why_it_is_refused(stand: Stand, street: dict[str, str], kind: str) -> None:
    with stand.app.app_context():
        measured = take_turns(kind, asker(stand, street), ROUNDS)
    assert [told_apart(by_clock) for by_clock in measured] == [[], []]


def test_no_page_tells_by_the_clock_why_it_refuses(stand: Stand, street: dict[str, str]) -> None:
    def ask(neighbour: Neighbour) -> Seconds:
        become(stand, street[neighbour.name])
        stand.get("/kiosk/choose")
        begun = look()
        answer = stand.submit("/kiosk/choose", button=RECORD, follow=False)
        seconds = since(begun)
        assert "reference=N-" in answer.location
        return seconds

    measured = take_turns(RECORD, ask, ROUNDS // 2)
    assert [told_apart(by_clock) for by_clock in measured] == [[], []]


def test_a_rule_that_answers_before_the_sheet_is_fitted_would_be_told_apart(
    stand: Stand, street: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is measured can be seen: without the equal work, a clock knows B10 from all that is decided before it.

    The work is done several times, so that it stands out on a machine that is busy with something else.
    """
    make = service._try_to_make

    def be_quick(case: Case, may_be_made: bool) -> tuple[Document | None, UnprintableError | None]:
        return [make(case, may_be_made) for _again in range(TIMES)][-1] if may_be_made else (None, None)

    monkeypatch.setattr(service, "_try_to_make", be_quick)
    with stand.app.app_context():
        _wall, processor = take_turns(RECORD, asker(stand, street), ROUNDS // 2)
    assert ("a name without a glyph", "protected") in told_apart(processor)
