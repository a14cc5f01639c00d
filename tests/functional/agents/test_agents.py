"""The sealed calls: who may make them, what a stopped terminal still gets, and that nothing is said twice in vain."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import UnionAuditEntry
from app.cards import service as cards
from app.cards import visits
from app.cards.errors import CardRefusedError
from app.cards.vocabularies import VisitState
from app.issuance import aftermath
from app.issuance.states import Payment, State
from app.municipalities import service as municipalities
from app.municipalities.queries import get_terminal
from app.municipalities.union import union_read
from app.protocol.canonical import from_base64url
from app.protocol.messages import (
    CALL_SECONDS,
    CardFailure,
    Count,
    CountResult,
    Evidence,
    GrantRequest,
    Manifest,
    ReportEvent,
    Statement,
    StatementResult,
    Work,
    WorkAction,
    WorkCall,
)
from app.protocol.signatures import Signer
from app.web.access import Rule, rule_of
from tests.functional.agents.conftest import Agent
from tests.integration.issuance.conftest import FEE, KIOSK, OTHER_KIOSK, SEEDS, FakeRoom, Stage

ROUTES = ("leases", "statements", "work", "grants", "reports", "counts")

EPOCH = 1  # of the one agent that starts in a test


def wish(attempt: str, terminal_id: str = KIOSK, grant: str | None = None) -> GrantRequest:
    return GrantRequest(terminal_id, attempt, grant or str(uuid.uuid4()), int(time.time()), EPOCH)


def call(at: float | None = None, terminal_id: str = KIOSK) -> WorkCall:
    return WorkCall(terminal_id, "call", int(at or time.time()), "ready", 100, 5000, epoch=EPOCH)


def test_an_order_from_coin_to_tray(agent: Agent, stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask()
    work = agent.work()
    assert (work.action, work.yen, work.visit_id) == (WorkAction.COLLECT, FEE, stage.visit_id)
    assert agent.report(ReportEvent.HELD, stage.visit_id, key=work.payment_key, yen=500)
    work = agent.work()
    assert work.action is WorkAction.PRINT
    response = agent.post("grants", wish(work.attempt_id))
    manifest, pdf = agent.open(response, Manifest), base64.b64decode(response.get_json()["pdf"])
    assert (manifest.visit_id, manifest.sha256) == (stage.visit_id, hashlib.sha256(pdf).hexdigest())
    for event in (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN):
        assert agent.report(event, stage.visit_id, attempt=work.attempt_id)
    work = agent.work()
    assert (work.action, work.yen) == (WorkAction.COMMIT, FEE)
    stage.leave()
    assert agent.report(ReportEvent.COMMITTED, stage.visit_id, key=work.payment_key, yen=FEE)
    assert stage.order.copies[0].state is State.SETTLED
    assert visits.find_visit(stage.visit_id).state is VisitState.ENDED
    assert agent.work().visit_id == ""


def test_nobody_there(agent: Agent) -> None:
    work = agent.work()
    assert (work.action, work.visit_id) == (WorkAction.NONE, "")
    assert get_terminal(KIOSK).last_seen_at is not None
    assert '"sheets_left": 100' in get_terminal(KIOSK).device_state


def test_a_sign_of_life_is_written_for_a_change_or_now_and_then(agent: Agent) -> None:
    agent.work()
    first = get_terminal(KIOSK).last_seen_at
    agent.work()
    assert get_terminal(KIOSK).last_seen_at == first
    assert (
        agent.post("work", WorkCall(KIOSK, "c", int(time.time()), "media-jam", 100, 5000, epoch=EPOCH)).status_code
        == 200
    )
    assert get_terminal(KIOSK).last_seen_at > first
    assert "media-jam" in get_terminal(KIOSK).device_state


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", [None, [], "text", {}, {"envelope": 1}, {"envelope": "x"}, {"envelope": "e30.e30"}])
def test_what_is_not_sealed_is_not_read(agent: Agent, route: str, body: object) -> None:
    response = agent.client.post(f"/agents/{route}", json=body)
    assert response.status_code in {403, 404}
    assert set(response.get_json()) == {"error"}


def test_a_body_that_is_nested_too_deep(agent: Agent) -> None:
    response = agent.client.post("/agents/work", data=b"[" * 90_000, content_type="application/json")
    assert (response.status_code, response.get_json()) == (403, {"error": "BadEnvelope"})


def test_another_terminals_key_is_refused(agent: Agent) -> None:
    response = agent.post("work", call(), signer=Signer(SEEDS[OTHER_KIOSK]))
    assert (response.status_code, response.get_json()) == (403, {"error": "BadEnvelope"})
    assert agent.post("work", call(terminal_id="nobody"), signer=Signer(b"9" * 32)).status_code == 404


def test_a_message_of_another_kind_is_refused(agent: Agent) -> None:
    assert agent.post("work", wish("attempt")).status_code == 403


@pytest.mark.parametrize("seconds", [-CALL_SECONDS - 5, CALL_SECONDS + 5])
def test_a_call_of_another_time_is_refused(agent: Agent, seconds: int) -> None:
    response = agent.post("work", call(time.time() + seconds))
    assert (response.status_code, response.get_json()) == (403, {"error": "StaleCall"})


def test_a_body_that_is_too_large(agent: Agent) -> None:
    response = agent.client.post("/agents/work", json={"envelope": "x" * 200_000})
    assert response.status_code in {403, 413}


def test_grants_of_another_terminal_or_attempt(agent: Agent, stage: Stage, app: Flask) -> None:
    stage.pay()
    attempt = stage.work().attempt_id
    other = Agent(agent.client, agent.portal_key, OTHER_KIOSK)
    other.start()
    assert other.post("grants", wish(attempt, OTHER_KIOSK)).status_code == 409  # nobody stands there
    assert agent.post("grants", wish("nothing")).status_code == 404
    assert agent.post("grants", wish(attempt, grant="g")).status_code == 200
    assert agent.post("grants", wish(attempt, grant="g")).status_code == 200
    assert agent.post("grants", wish(attempt, grant="another")).status_code == 409
    assert stage.order.copies[0].state is State.UNKNOWN  # a terminal without memory: a person looks


def test_reports_about_others_are_not_accepted(agent: Agent, stage: Stage) -> None:
    stage.pay()
    key = stage.order.payment_key
    other = Agent(agent.client, agent.portal_key, OTHER_KIOSK)
    other.start()
    assert not other.report(ReportEvent.RELEASED, stage.visit_id, key=key, yen=FEE)
    assert not agent.report(ReportEvent.RELEASED, "no visit", key=key, yen=FEE)
    assert not agent.report(ReportEvent.RELEASED, stage.visit_id, key="pay-other", yen=FEE)
    assert stage.order.payment is Payment.HELD


def test_a_mismatch_stops_the_terminal_at_once(agent: Agent, stage: Stage) -> None:
    stage.pay()
    attempt = agent.work().attempt_id
    agent.post("grants", wish(attempt))
    assert agent.report(ReportEvent.MISMATCH, stage.visit_id, attempt=attempt)
    assert get_terminal(KIOSK).stopped_reason == "mismatch"
    assert agent.work().action is WorkAction.RELEASE  # the money still goes back


def test_a_stopped_terminal_gets_no_card_no_coin_and_no_paper(agent: Agent, stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask()
    municipalities.stop_terminal("staff:tester", KIOSK, "test")
    work = agent.work()
    assert (work.action, work.payment_key, work.visit_id) == (WorkAction.NONE, "", stage.visit_id)
    stage.report(ReportEvent.HELD, yen=FEE)
    assert agent.work().attempt_id == ""
    assert agent.post("grants", wish(stage.work().attempt_id)).status_code == 409
    result = agent.open(agent.post("statements", statement()), StatementResult)
    assert result.failure is CardFailure.UNAVAILABLE


def statement() -> Statement:
    return Statement(
        "s1", KIOSK, "nonce", Evidence.FAILURE, "", "", "", "", "", CardFailure.CANCELLED, int(time.time()), EPOCH
    )


@pytest.mark.parametrize(
    ("raised", "failure", "tries"),
    [(None, CardFailure.NONE, -1), (CardRefusedError(CardFailure.WRONG_PIN, 2), CardFailure.WRONG_PIN, 2)],
)
def test_statements(agent: Agent, monkeypatch: pytest.MonkeyPatch, raised, failure: CardFailure, tries: int) -> None:
    asked = []

    def sign_in(given: Statement, terminal) -> None:
        asked.append((given.statement_id, terminal.terminal_id))
        if raised:
            raise raised

    monkeypatch.setattr(cards, "sign_in", sign_in)
    result = agent.open(agent.post("statements", statement()), StatementResult)
    assert (result.statement_id, result.failure, result.tries_left) == ("s1", failure, tries)
    assert asked == [("s1", KIOSK)]


def test_the_portals_key(agent: Agent) -> None:
    shown = agent.client.get("/agents/portal-key").get_json()
    assert from_base64url(shown["public_key"]) == agent.portal_key


def test_every_route_has_its_rule(app: Flask) -> None:
    endpoints = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("agents.")]
    rules = {endpoint: rule_of(app, endpoint) for endpoint in endpoints}
    assert rules.pop("agents.show_portal_key") is Rule.PUBLIC
    assert set(rules.values()) == {Rule.AGENT}
    assert len(rules) == len(ROUTES)


def test_a_block_set_while_money_is_held_gives_it_back(agent: Agent, stage: Stage, room: FakeRoom) -> None:
    stage.pay()
    attempt = agent.work().attempt_id
    room.refuse = "resident_record"
    response = agent.post("grants", wish(attempt))
    assert (response.status_code, response.get_json()) == (409, {"error": "NoLongerAllowed"})
    assert stage.order.copies[0].state is State.CANCELLED
    assert agent.work().action is WorkAction.RELEASE
    assert agent.report(ReportEvent.NOT_PRINTED, stage.visit_id, attempt=attempt)  # what the agent makes of a 409
    assert get_terminal(KIOSK).stopped_reason is None


def test_nothing_more_is_printed_for_a_resident_who_has_gone(agent: Agent, stage: Stage) -> None:
    stage.pay()
    attempt = agent.work().attempt_id
    stage.leave()
    assert agent.post("grants", wish(attempt)).status_code == 409
    assert stage.order.copies[0].state is State.READY
    assert agent.report(ReportEvent.NOT_PRINTED, stage.visit_id, attempt=attempt)
    assert stage.order.payment is Payment.RELEASING


# --- counts


@pytest.mark.parametrize(("sheets", "answers"), [(0, [True, True]), (3, [False, True])])
def test_a_count_that_differs_is_asked_for_once_more(agent: Agent, sheets: int, answers: list[bool]) -> None:
    counts = [Count(KIOSK, str(uuid.uuid4()), int(time.time()), sheets, 0, 0, 0, EPOCH) for _ in answers]
    results = [agent.open(agent.post("counts", count), CountResult) for count in counts]
    assert [(result.count_id, result.accepted) for result in results] == [
        (count.count_id, answer) for count, answer in zip(counts, answers, strict=True)
    ]


def test_a_count_is_believed_of_the_terminal_that_sealed_it(agent: Agent) -> None:
    count = Count(OTHER_KIOSK, str(uuid.uuid4()), int(time.time()), 0, 0, 0, 0)
    assert agent.post("counts", count, Signer(SEEDS[KIOSK])).status_code != 200


# --- a stop of the agent's own, and its end

STOP = "2026-11-21T10:00:00.000001+09:00"


def test_a_stop_that_a_person_has_ended_is_told_with_the_next_work(agent: Agent) -> None:
    def told(stopped_at: str) -> str:
        call = WorkCall(
            KIOSK, "c", int(time.time()), "outcome_unknown", 100, 5000, epoch=agent.epoch, stopped_at=stopped_at
        )
        return agent.open(agent.post("work", call), Work).clear

    assert told(STOP) == ""
    for _ in range(2):
        municipalities.resume_terminal("staff:tester", KIOSK, STOP)
    assert told(STOP) == STOP
    assert told("") == ""
    assert told("2026-11-21T11:00:00+09:00") == ""  # a new one wants a new look
    municipalities.stop_terminal("staff:tester", KIOSK, "maintenance")
    assert told(STOP) == ""  # not while the portal has stopped it
    with union_read() as session:
        query = sa.select(UnionAuditEntry.actor).where(UnionAuditEntry.action == "terminal.resumed")
        assert list(session.scalars(query)) == ["staff:tester"]


def test_a_case_about_paper_holds_its_own_terminal_alone(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    assert aftermath.is_held_by_case(KIOSK)
    assert not aftermath.is_held_by_case(OTHER_KIOSK)
