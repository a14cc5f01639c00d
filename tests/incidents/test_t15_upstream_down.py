"""戸籍情報連携, 1 March and 8 July 2024: one slow system, asked by everybody, and counters all over the country stood
still.

Here a town's database lets everybody wait, and then cannot be reached at all, while one of its residents has money in
the machine. Residents of other towns get their sheets meanwhile. Whoever stands there reads that it is not possible
now, and when the database is back the sheet that was paid for comes out by itself: no payment is stuck, none is lost.

Layers: one partition a town, one short session a unit of work, each with a limit (`BUSY_SECONDS`, `lock_timeout`); a
town that lets everybody wait is left alone for a while (`municipalities.breaker`); its errors are its own and mean "not
now" (`web.errors`); a terminal keeps each report until the portal has accepted it (`Loop._deliver`).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from app.municipalities import breaker, engines, partitions
from app.municipalities.errors import PartitionDownError
from app.municipalities.models import Member
from app.municipalities.union import union_write
from app.terminal.errors import PortalBusyError, PortalRefusedError
from app.terminal.journal import PendingReport
from app.terminal.loop import Loop, _report
from app.web.errors import Problem
from tests.incidents.clerk import assert_it_happens
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, World, assert_own
from tests.journey.robot import Resident

pytestmark = pytest.mark.timeout(240)
HEARD_SECONDS = 1.0  # by then the terminal has said so, and nobody has heard it
IN_VAIN_SECONDS = 8.0
TURN_SECONDS = 0.3  # by then a worker that was not paused yet has begun its turn
SLOW, OTHER = "02-hoshimi-family-head", "01-wakakusa-citizen-card"


def scenario(world: World) -> None:
    slow(world)
    down(world)


def slow(world: World) -> None:
    """Somebody holds the town's lock: its resident waits, the resident of another town does not."""
    card, other = world.cards[SLOW], world.cards[OTHER]
    waiting = world.resident(card)
    page = world.reach_payment(waiting, RECORD)
    before = len(world.papers(world.kiosks[0].terminal_id))
    with ThreadPoolExecutor(1) as hands:
        with world.partition(card.town, write=True):
            paying = hands.submit(waiting.ask_to_pay, page)
            assert_own(world.walk(other, RECORD, kiosk=1), other)
            assert not paying.done(), "the town was not slow at all"
        page = paying.result()
    waiting.desk.insert_price()
    finish(world, waiting, before)


def down(world: World) -> None:
    """The town cannot be reached when the last coin falls."""
    card = world.cards[SLOW]
    resident = world.resident(card)
    page = resident.ask_to_pay(world.reach_payment(resident, RECORD))
    asked = resident.desk.wait_until_asked()
    before = len(world.papers(world.kiosks[0].terminal_id))
    with away(world, card.town):
        resident.desk.insert_price()
        world.wait(lambda: resident.desk.state()["cash"]["state"] == "held", "the money lies there")
        time.sleep(HEARD_SECONDS)
        answer = resident.browser.client.get(page.url)
        told = "ただいまご利用になれません" in answer.text
        assert (answer.status_code, told) == (503, True), "not told that it is not possible now"
        assert asked["yen"] > 0
        assert len(world.papers(world.kiosks[0].terminal_id)) == before
    finish(world, resident, before)


def finish(world: World, resident: Resident, before: int) -> None:
    """The sheet comes out by itself; a terminal without an outbox would wait for ever."""
    terminal = world.kiosks[0].terminal_id
    is_out = "the sheet that was paid for is out"
    world.wait(lambda: len(world.papers(terminal)) > before, is_out, min(world.patience, 60))
    page = resident.wait_for_sheet(resident.browser.get(f"{world.portal_url}/kiosk/now"))
    world.empty_tray(terminal)
    resident.leave(page)
    assert_own(world.papers(terminal)[before:], world.cards[resident.card_id])
    world.wait(lambda: is_settled(world), "the machine has kept the fee")
    assert_money_agrees(world)


def is_settled(world: World) -> bool:
    """No order of the town at the first kiosk is on its way any more."""
    here = world.kiosks[0].terminal_id
    orders = [order for _, order in world.attempts(world.cards[SLOW].town).values()]
    return not any(order.is_open for order in orders if order.terminal_id == here)


def assert_money_agrees(world: World) -> None:
    """What the machines kept for this town is what the union's ledger says, order by order."""
    mine = {order.payment_key for _, order in world.attempts(world.cards[SLOW].town).values()}
    kept, charged = world.cash_kept(), world.ledger()
    assert {key: charged[key] for key in mine & set(kept)} == {key: kept[key] for key in mine & set(kept)}


@contextmanager
def away(world: World, town: str) -> Iterator[None]:
    """The union's entry leads nowhere: the portal can reach the town no more."""
    with world.inside(), union_write() as session:
        place = session.get_one(Member, town).place_key
        session.execute(sa.update(Member).filter_by(code=town).values(place_key="nowhere"))
    try:
        yield
    finally:
        with world.inside(), union_write() as session:
            session.execute(sa.update(Member).filter_by(code=town).values(place_key=place))


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def told_once(self: Loop, pending: PendingReport) -> bool:
    """An agent that says a thing once, and takes it for heard."""
    with suppress(PortalBusyError, PortalRefusedError):
        self._portal.report(_report(self._terminal_id, pending))
    return True


def broken(_error: Exception) -> Problem:
    return Problem(500, "broken", "うまくいきませんでした", "係員に番号をお伝えください。")  # type: ignore[arg-type]


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    assert_it_happens(local, down, "app.web.errors.problem_of", broken, "not told that it is not possible now")


def test_a_terminal_that_forgets_what_was_not_heard_leaves_a_payment_stuck(local: LocalWorld) -> None:
    local.patience = IN_VAIN_SECONDS
    assert_it_happens(local, down, "app.terminal.loop.Loop._deliver", told_once, "until the sheet that was paid for")


# --- A town that lets everybody wait --------------------------------------------------------------------------------


def how_often_asked(world: LocalWorld, requests: int) -> int:
    """So many units of work, one after the other, while the town's file is locked; how many of these waited for it."""
    town, asked, own = world.cards[SLOW].town, 0, threading.current_thread()
    real = partitions._enter

    def count(*words: object) -> None:
        nonlocal asked
        asked += threading.current_thread() is own
        real(*words)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched, locked(world, town):
        patched.setattr(partitions, "_enter", count)
        for _ in range(requests):
            with suppress(PartitionDownError), world.partition(town):
                pass
    return asked


@contextmanager
def locked(world: LocalWorld, town: str) -> Iterator[None]:
    connection = sqlite3.connect(world.home / "partitions" / f"{town}.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


def test_a_town_that_lets_everybody_wait_is_left_alone(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    local.pause("worker")
    time.sleep(TURN_SECONDS)
    local.worker.finish()  # one that found the town well would begin the count anew
    monkeypatch.setattr(engines, "BUSY_SECONDS", breaker.SLOW_SECONDS + 0.1)
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 600)  # a busy machine must not reach its end
    partitions.partitions.dispose()  # connections with the shorter patience
    assert how_often_asked(local, requests=10) <= breaker.SLOW_FAILURES  # others may have waited in vain, too
    monkeypatch.setattr(breaker, "SLOW_FAILURES", 1_000)
    partitions.partitions._breaker.forget()
    assert how_often_asked(local, requests=5) == 5
