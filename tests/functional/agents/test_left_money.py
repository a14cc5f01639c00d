"""Money that a resident left in the machine, over the real agent, its devices and the portal: nobody pays into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask

from app.cards import visits
from app.devices.bench import Bench, machine_name
from app.devices.gateway import Gateway
from app.issuance import aftermath, service
from app.issuance.queries import has_open_order, list_cases
from app.issuance.service import Verdict
from app.issuance.states import Payment
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, Tender
from app.terminal.cash_line import SerialCash
from app.terminal.parts import Money, Parts, build
from app.terminal.settings import Settings
from tests.functional.agents.conftest import Agent
from tests.integration.issuance.conftest import FEE, HOME, KIOSK, SEEDS, Stage
from tests.integration.issuance.test_reconcile import MINUTE, later

PORTAL = "http://portal"
PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


@pytest.fixture
def settings(agent: Agent, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "terminal", terminal_id=KIOSK, portal_url=PORTAL, agent_url="http://127.0.0.1:9911",
        seed=SEEDS[KIOSK], portal_key=agent.portal_key, cards_folder=tmp_path / "cards", demo=True,
        sheet_seconds=0, patience_seconds=0,
    )  # fmt: skip


@pytest.fixture
def bench(settings: Settings) -> Iterator[Bench]:
    settings.home.mkdir(mode=0o700)
    gateway = Gateway(settings.home / "gateway.db")
    made = Bench(KIOSK, settings.home, gateway)
    yield made
    made.close()
    gateway.close()


@contextmanager
def running(settings: Settings, app: Flask, bench: Bench) -> Iterator[Parts]:
    """The real agent at its cash machine's line, speaking with the portal of this process; the test turns its loop.

    The printer's part is played by hand: this is about money.
    """
    cash = SerialCash(settings.home / "cash.line", machine_name(KIOSK))
    parts = build(settings, money=Money({Tender.CASH: cash}, bench))
    parts.press.start = lambda _work: None
    parts.portal._http = httpx.Client(transport=httpx.WSGITransport(app=app), base_url=PORTAL)
    try:
        yield parts
    finally:
        parts.close()


def turn(parts: Parts, times: int = 2) -> None:
    for _ in range(times):
        parts.loop.turn()


def ask(stage: Stage, parts: Parts, bench: Bench, yen: int) -> None:
    stage.place()
    stage.render()
    stage.ask()
    turn(parts)
    if yen:
        bench.do("insert", yen=yen)
        turn(parts)


def leave_and_decide(stage: Stage, verdict: Verdict) -> None:
    """The resident has gone, the terminal is silent, a person says what became of the money."""
    stage.leave()
    later(1)
    later(11 * MINUTE)
    with partitions.open(HOME, write=True) as p:
        (case,) = list_cases(p)
        service.close_case(p, "staff:tester", case.case_id, verdict)
    aftermath.follow_up(HOME, "staff:tester", stage.visit_id)


def is_served(stage: Stage) -> bool:
    """As the kiosk asks before it lets anybody else begin."""
    with partitions.open(HOME) as p:
        return visits.live_visit_of(KIOSK).visit_id == stage.visit_id and has_open_order(p, stage.visit_id)


def pay_as_next(parts: Parts, bench: Bench) -> None:
    """Another resident pays for a sheet of their own, with their own money."""
    turn(parts)
    assert visits.live_visit_of(KIOSK) is None
    assert parts.till.tenders() == [Tender.CASH]
    following = Stage(key="key-next").arrive()
    ask(following, parts, bench, 500)
    order = following.order
    assert (order.payment, order.yen_inserted) == (Payment.HELD, 500)
    assert bench.machine.query(order.payment_key).yen_in == 500


@pytest.mark.parametrize("yen", [0, 100])
def test_what_a_person_paid_back_is_not_what_the_next_one_pays_into(
    settings: Settings, app: Flask, bench: Bench, stage: Stage, yen: int
) -> None:
    with running(settings, app, bench) as parts:
        ask(stage, parts, bench, yen)
    leave_and_decide(stage, Verdict.REFUNDED)
    assert bench.machine.status().open_key == stage.order.payment_key
    assert is_served(stage)
    with running(settings, app, bench) as parts:
        assert parts.till.tenders() == []
        turn(parts)
        assert bench.machine.status().open_key == ""
        assert bench.machine.query(stage.order.payment_key).yen_kept == 0
        pay_as_next(parts, bench)


def test_what_a_person_found_in_the_machine_is_kept_there_and_its_change_comes_out(
    settings: Settings, app: Flask, bench: Bench, stage: Stage
) -> None:
    with running(settings, app, bench) as parts:
        ask(stage, parts, bench, 500)
    stage.print_one(*PAPER)
    leave_and_decide(stage, Verdict.KEPT)
    assert is_served(stage)
    with running(settings, app, bench) as parts:
        assert parts.till.tenders() == []
        turn(parts)
        assert bench.machine.query(stage.order.payment_key).yen_kept == FEE
        assert parts.till.kept()[Tender.CASH] == FEE
        pay_as_next(parts, bench)
