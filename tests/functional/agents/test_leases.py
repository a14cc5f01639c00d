"""Two agents with the device key of one terminal: whoever started last is the terminal, the other one is fenced."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.agents import views
from app.issuance import service
from app.issuance.models import CaseKind
from app.issuance.queries import list_cases
from app.issuance.rendered import Finished
from app.issuance.states import Payment, State
from app.municipalities import service as municipalities
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from app.municipalities.union import union_write
from app.protocol.messages import Count, GrantRequest, Report, ReportEvent, WorkAction, WorkCall
from app.terminal.errors import LeaseLostError, PortalBusyError
from app.terminal.journal import AttemptState
from app.terminal.parts import Parts
from app.terminal.press import Press
from app.terminal.settings import Settings
from tests.functional.agents.conftest import Agent
from tests.functional.agents.test_agents import statement
from tests.functional.agents.test_wiped_home import running, settings  # noqa: F401 - a fixture
from tests.functional.terminal.samples import pdf_of
from tests.integration.issuance import conftest
from tests.integration.issuance.conftest import (  # noqa: F401 - fixtures
    FEE,
    HOME,
    KIOSK,
    Stage,
    furnished_database,
    postgres,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """The lease stands in the union, the grant in the town: both engines hold them."""
    return str(request.param)


def take(before: int = 0, lease_id: str = "", *, is_same_folder: bool = False) -> tuple[int, bool]:
    wish = lease_id or str(uuid.uuid4())
    lease = municipalities.take_lease("terminal:x", KIOSK, wish, before, is_same_folder=is_same_folder)
    return lease.epoch, lease.is_successor


def wish(attempt: str, grant: str, epoch: int) -> GrantRequest:
    return GrantRequest(KIOSK, attempt, grant, int(time.time()), epoch)


# --- the numbers


def test_the_number_only_grows(app: Flask) -> None:
    assert take(lease_id="first") == (1, False)
    assert take(lease_id="first") == (1, False)  # asked again
    assert take(1, "second", is_same_folder=True) == (2, True)
    assert take(1, "second", is_same_folder=True) == (2, True)
    assert take(2, "a copy") == (3, False)
    assert take(2, is_same_folder=True) == (4, False)  # the folder from which that copy was made
    assert take(9, is_same_folder=True) == (10, False)  # the union was restored from an old backup
    assert get_terminal(KIOSK).lease_epoch == 10


def test_two_starts_in_one_moment_are_two_numbers(app: Flask) -> None:
    got, barrier = [], threading.Barrier(4)

    def start() -> None:
        with app.app_context():
            barrier.wait()
            got.append(take()[0])

    threads = [threading.Thread(target=copy_context().run, args=(start,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change", ["lease_id = 'another'", "lease_epoch = 0", "lease_epoch = 9", "lease_root = 9", "lease_id = NULL"]
)
def test_the_schema_gives_no_number_twice(app: Flask, change: str) -> None:
    take()
    with pytest.raises(sa.exc.DBAPIError), union_write() as session:
        session.execute(sa.text(f"UPDATE terminal SET {change} WHERE terminal_id = '{KIOSK}'"))  # noqa: S608


# --- what the portal hears


def test_of_an_older_agent_nothing_but_reports_is_heard(agent: Agent, stage: Stage) -> None:
    stage.pay()
    attempt = agent.work().attempt_id
    seen = get_terminal(KIOSK).last_seen_at
    newer = Agent(agent.client, agent.portal_key)
    newer.start()
    now = int(time.time())
    for epoch in (0, agent.epoch, newer.epoch + 1):
        for path, message in (
            ("work", WorkCall(KIOSK, "c", now, "jam", 0, 0, epoch=epoch)),
            ("grants", wish(attempt, "g", epoch)),
            ("counts", Count(KIOSK, "c", now, 0, 0, 0, 0, epoch)),
            ("statements", replace(statement(), epoch=epoch)),
        ):
            response = agent.post(path, message)
            assert (response.status_code, response.get_json()) == (423, {"error": "LeaseLost"}), path
    assert get_terminal(KIOSK).last_seen_at == seen  # nor is it a sign of life
    assert stage.order.copies[0].state is State.READY
    assert newer.work().attempt_id == attempt


def test_an_older_agent_may_tell_the_truth_about_what_it_was_given(agent: Agent, stage: Stage) -> None:
    stage.pay()
    attempt, key = agent.work().attempt_id, stage.order.payment_key
    assert agent.post("grants", wish(attempt, "g", agent.epoch)).status_code == 200
    newer = Agent(agent.client, agent.portal_key)
    newer.start()
    for event in (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN):
        assert agent.report(event, stage.visit_id, attempt=attempt)
    assert newer.work().action is WorkAction.COMMIT
    assert agent.report(ReportEvent.COMMITTED, stage.visit_id, key=key, yen=FEE)
    assert stage.order.payment is Payment.COMMITTED


def test_an_older_agent_may_not_tell_of_what_it_was_never_given(agent: Agent, stage: Stage) -> None:
    newer = Agent(agent.client, agent.portal_key)
    newer.start()
    stage.pay()
    attempt, key = newer.work().attempt_id, stage.order.payment_key
    assert newer.post("grants", wish(attempt, "g", newer.epoch)).status_code == 200
    for event in (ReportEvent.NOT_PRINTED, ReportEvent.PRINTED, ReportEvent.MISMATCH):
        assert not agent.report(event, stage.visit_id, attempt=attempt)
    assert not agent.report(ReportEvent.RELEASED, stage.visit_id, key=key)
    assert stage.order.copies[0].state is State.GRANTED
    assert stage.order.payment is Payment.HELD
    assert newer.report(ReportEvent.PRINTED, stage.visit_id, attempt=attempt)


@pytest.mark.parametrize(("is_same_folder", "status"), [(True, 200), (False, 409)])
def test_a_grant_is_repeated_for_the_folder_that_got_it_alone(
    agent: Agent, stage: Stage, is_same_folder: bool, status: int
) -> None:
    stage.pay()
    attempt = agent.work().attempt_id
    assert agent.post("grants", wish(attempt, "g", agent.epoch)).status_code == 200
    assert agent.start(agent.epoch, is_same_folder=is_same_folder).is_successor is is_same_folder
    assert agent.post("grants", wish(attempt, "g", agent.epoch)).status_code == status
    assert stage.order.copies[0].state is (State.GRANTED if is_same_folder else State.UNKNOWN)


# --- two real agents, one of them on a copy of the other's folder


@pytest.fixture
def paid(agent: Agent, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A resident has paid; the sheet is ready."""
    monkeypatch.setattr(conftest, "finished", lambda _mark: Finished(pdf_of(1), b"PNG", 1))
    stage.pay()
    return stage


@contextmanager
def copied_while_asking(original: Parts, app: Flask, stage: Stage) -> Iterator[Parts]:
    """Somebody copies the folder in the moment in which the grant is asked for; the sheet comes out, untold as yet."""
    ask, tell, copy = original.portal.ask_grant, original.portal.report, original.settings.home.with_name("copy")

    def is_cut_off(_report: Report) -> bool:
        raise PortalBusyError

    def ask_grant(request: GrantRequest):
        shutil.copytree(original.settings.home, copy, symlinks=True)
        return ask(request)

    original.portal.ask_grant, original.portal.report = ask_grant, is_cut_off  # type: ignore[method-assign]
    original.loop.turn()
    with running(replace(original.settings, home=copy), app, stage.visit_id) as other:
        for _ in range(5):
            turn(other)
        original.portal.report = tell  # type: ignore[method-assign]
        for _ in range(5):
            turn(original, other)
        yield other


def sheets_of(*agents: Parts) -> int:
    """Ground truth: what lies in the trays."""
    return sum(len(agent.printer.sheets()) for agent in agents)


def turn(*agents: Parts) -> None:
    for agent in agents:
        try:
            agent.loop.turn()
        except LeaseLostError:
            continue


def test_the_copy_of_a_folder_prints_nothing_that_the_other_may_have(
    settings: Settings,  # noqa: F811
    app: Flask,
    paid: Stage,
) -> None:
    with (
        running(replace(settings, sheet_seconds=0), app, paid.visit_id) as original,
        copied_while_asking(original, app, paid) as copy,
    ):
        assert original.loop.is_fenced()
        assert not copy.loop.is_fenced()
        assert sheets_of(original, copy) == 1
        assert len(copy.journal.attempts_in((AttemptState.UNKNOWN,))) == 1
        assert paid.order.copies[0].state is State.UNKNOWN
        with partitions.open(HOME) as p:
            (case,) = [case for case in list_cases(p) if case.kind is CaseKind.OUTCOME_UNKNOWN]
        assert "printed" in {told["event"] for told in case.evidence}  # the truth of the fenced one is not lost


def test_without_the_lease_the_sheet_comes_out_twice(
    settings: Settings,  # noqa: F811
    app: Flask,
    paid: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the protections are for: taken away, the copy asks by the same grant and prints the same sheet."""
    monkeypatch.setattr(views, "check_lease", lambda *_: None)
    monkeypatch.setattr(Press, "disown", lambda _self: None)
    real = service.grant
    monkeypatch.setattr(views.issuance, "grant", lambda p, actor, asked, visit, _root: real(p, actor, asked, visit))
    with (
        running(replace(settings, sheet_seconds=0), app, paid.visit_id) as original,
        copied_while_asking(original, app, paid) as copy,
    ):
        assert sheets_of(original, copy) == 2
