"""An agent whose folder was lost in mid-print: the portal remembers what the terminal has forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask

from app.issuance import aftermath, service
from app.issuance.models import CaseKind
from app.issuance.queries import list_cases
from app.issuance.rendered import Finished
from app.issuance.service import Verdict
from app.issuance.states import State
from app.municipalities import service as municipalities
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from app.terminal.journal import AttemptState
from app.terminal.parts import Money, Parts, build
from app.terminal.settings import Settings
from tests.functional.agents.conftest import Agent
from tests.functional.terminal.samples import pdf_of
from tests.integration.issuance import conftest
from tests.integration.issuance.conftest import HOME, KIOSK, SEEDS, Stage

PORTAL = "http://portal"


@pytest.fixture
def settings(agent: Agent, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "terminal", terminal_id=KIOSK, portal_url=PORTAL, agent_url="http://127.0.0.1:9911",
        seed=SEEDS[KIOSK], portal_key=agent.portal_key, cards_folder=tmp_path / "cards", demo=True,
        sheet_seconds=3600, patience_seconds=3600,
    )  # fmt: skip


@contextmanager
def running(settings: Settings, app: Flask, visit_id: str) -> Iterator[Parts]:
    """The real agent on `settings.home`, speaking with the portal of this process; the test turns its loop."""
    parts = build(settings, money=Money({}))
    parts.portal._http = httpx.Client(transport=httpx.WSGITransport(app=app), base_url=PORTAL)
    parts.journal.note_sign_in(visit_id)
    parts.press.recover()
    try:
        yield parts
    finally:
        parts.close()


def cut_off_in_mid_print(settings: Settings, app: Flask, stage: Stage) -> str:
    """A sheet is on its way out, the folder that knows of it is gone, and no word of it has left."""
    with running(settings, app, stage.visit_id) as parts:
        parts.loop._deliver = lambda _pending: False
        parts.loop.turn()
        (attempt,) = parts.journal.attempts_in((AttemptState.PRINTING,))
    shutil.rmtree(settings.home)
    return attempt.attempt_id


@pytest.fixture
def forgotten(settings: Settings, app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The agent has come back without memory, and was refused a second grant."""
    monkeypatch.setattr(conftest, "finished", lambda _mark: Finished(pdf_of(1), b"PNG", 1))  # the agent counts pages
    stage.pay()
    attempt_id = cut_off_in_mid_print(settings, app, stage)
    with running(settings, app, stage.visit_id) as parts:
        parts.loop.turn()
        assert parts.journal.find_attempt(attempt_id).state is AttemptState.NOT_PRINTED  # for all that it knows
        assert parts.journal.stopped_reason() is None  # it does not even know that it should stop
    return stage


def open_case():
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
    return case


def test_its_terminal_rests_until_a_person_has_looked(forgotten: Stage) -> None:
    assert forgotten.order.copies[0].state is State.UNKNOWN
    assert open_case().kind is CaseKind.OUTCOME_UNKNOWN
    assert get_terminal(KIOSK).stopped_reason == "outcome_unknown"
    assert aftermath.is_held_by_case(KIOSK)


def test_opened_too_early_it_is_stopped_again_and_after_the_verdict_it_stays_open(forgotten: Stage) -> None:
    municipalities.resume_terminal("staff:hasty", KIOSK)
    aftermath.follow_up(HOME, "reconcile", forgotten.visit_id)
    assert get_terminal(KIOSK).stopped_reason == "outcome_unknown"
    case_id = open_case().case_id
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", case_id, Verdict.DESTROYED)
    assert not aftermath.is_held_by_case(KIOSK)
    municipalities.resume_terminal("staff:tester", KIOSK)
    aftermath.follow_up(HOME, "reconcile", forgotten.visit_id)
    assert get_terminal(KIOSK).stopped_reason is None
