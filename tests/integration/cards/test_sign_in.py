"""Signing in: the right person, and every way for nobody to be signed in."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import service as audit
from app.audit.models import AuditEntry, UnionAuditEntry
from app.cards import hashing, keys, routes, service, signing_in, visits
from app.cards.errors import CardRefusedError
from app.cards.models import CardUser, CredentialRoute, SignIn
from app.cards.queries import Cardholder
from app.cards.vocabularies import CardState, Method, VisitState
from app.config import Config
from app.extensions import PartitionBase, db
from app.municipalities.models import Member, MemberState
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read, union_write
from app.protocol.messages import CardFailure, Evidence, Statement
from app.residents.vocabularies import ResidentStatus
from tests.integration.cards.conftest import (
    NOW,
    PIN,
    TOWN_A,
    TOWN_B,
    WRONG,
    Agent,
    add_chip,
    add_numbered,
    add_person,
    authority,
    everything_in,
    holder_of,
)

TOMORROW, YESTERDAY = NOW.date() + timedelta(days=1), NOW.date() - timedelta(days=1)


@pytest.fixture(autouse=True)
def residents(house: Flask) -> None:
    add_person(TOWN_A, "A1")
    add_person(TOWN_B, "B1")


def refused(agent: Agent, statement: Statement) -> tuple[CardFailure, int]:
    with pytest.raises(CardRefusedError) as caught:
        agent.sign_in(statement)
    assert PIN not in repr(caught.value)
    return caught.value.failure, caught.value.tries_left


def tries_left(code: str, card_user_id: int) -> int:
    with partitions.open(code) as p:
        return p.session.get_one(CardUser, card_user_id).tries_left


def journal(code: str) -> list[tuple[str, dict[str, object]]]:
    with partitions.open(code) as p:
        assert audit.verify(p) is None
        rows = p.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence))
        return [(row.action.value, json.loads(row.details)) for row in rows]


def union_journal() -> list[dict[str, object]]:
    with union_read() as session:
        assert audit.verify(session) is None
        return [json.loads(details) for details in session.scalars(sa.select(UnionAuditEntry.details))]


def sign_ins(code: str) -> list[SignIn]:
    with partitions.open(code) as p:
        return list(p.session.scalars(sa.select(SignIn)))


# --- Who ------------------------------------------------------------------------------------------------------------


def test_a_resident_of_b_signs_in_at_a_kiosk_of_a(agent: Agent) -> None:
    card = add_chip(TOWN_B, "B1", 1)
    ticket = agent.ask()
    holder = agent.sign_in(agent.chip(1))
    assert holder == Cardholder(Method.JPKI, TOWN_B, "B1", card, ticket.visit_id)
    visit = visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce)
    assert (visit.state, visit.home) == (VisitState.SIGNED_IN, TOWN_B)
    assert holder_of(TOWN_B, ticket.visit_id) == holder
    assert holder_of(TOWN_A, ticket.visit_id) is None
    assert sign_ins(TOWN_A) == []
    [sign_in] = sign_ins(TOWN_B)
    assert (sign_in.site, sign_in.site_municipality) == ("site-1", TOWN_A)


def test_a_numbered_card_signs_in_with_its_pin(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    assert agent.sign_in(agent.numbered("C-1")) == Cardholder(Method.SERVER_PIN, TOWN_A, "A1", card, ticket.visit_id)
    assert ("resident.signed_in", {"method": "server_pin", "terminal": "kiosk-1"}) in journal(TOWN_A)


def test_the_same_number_of_two_kinds_is_two_cards(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    assert refused(agent, agent.numbered("C-1", card_kind="juki_card"))[0] is CardFailure.UNKNOWN_CARD


def test_the_union_knows_no_person_and_no_card(agent: Agent) -> None:
    add_numbered(TOWN_B, "B1-SECRET", "CARD-NUMBER")
    add_chip(TOWN_B, "B1", 99887766)
    agent.ask()
    agent.sign_in(agent.chip(99887766))
    with union_read() as session:
        held = everything_in(session, db.metadata)
    assert "kiosk-1" in held
    for secret in ("B1-SECRET", "CARD-NUMBER", "99887766"):
        assert secret not in held


def test_nobody_is_found_once_the_sign_in_has_ended(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    agent.sign_in(agent.numbered("C-1"))
    with partitions.open(TOWN_A, write=True) as p:
        service.end_sign_in(p, ticket.visit_id)
    assert holder_of(TOWN_A, ticket.visit_id) is None


# --- Which card -----------------------------------------------------------------------------------------------------


def test_an_unknown_number_is_an_unknown_card_and_costs_a_hash(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[str] = []
    monkeypatch.setattr(hashing, "spend_the_same_time", lambda *given: spent.append(given[1]))
    agent.ask()
    assert refused(agent, agent.numbered("C-404")) == (CardFailure.UNKNOWN_CARD, -1)
    assert spent == [PIN]


def test_a_good_chip_card_without_a_route_is_of_no_member(agent: Agent) -> None:
    agent.ask()
    assert refused(agent, agent.chip(404)) == (CardFailure.NOT_A_MEMBER, -1)


def test_a_route_to_a_town_that_does_not_know_the_card_is_an_unknown_card(agent: Agent) -> None:
    routes.claim(keys.fingerprint("citizen_card", keys.UNION_ISSUER, "C-9"), TOWN_A)
    agent.ask()
    assert refused(agent, agent.numbered("C-9"))[0] is CardFailure.UNKNOWN_CARD


@pytest.mark.parametrize(
    ("state", "given", "failure"),
    [
        (CardState.LOST, {}, CardFailure.STOPPED),
        (CardState.SUSPENDED, {}, CardFailure.STOPPED),
        (CardState.RETURNED, {}, CardFailure.STOPPED),
        (CardState.CONTINUED_USE_PENDING, {}, CardFailure.CONTINUED_USE_PENDING),
        (CardState.ACTIVE, {"valid_until": YESTERDAY}, CardFailure.EXPIRED),
        (CardState.ACTIVE, {"usable_from": TOMORROW}, CardFailure.USABLE_TOMORROW),
    ],
)
@pytest.mark.parametrize("is_chip", [True, False], ids=["chip", "numbered"])
def test_a_card_that_may_not_be_used_says_why_and_costs_no_try(
    is_chip: bool, state: CardState, given: dict[str, date], failure: CardFailure, agent: Agent
) -> None:
    card = add_chip(TOWN_A, "A1", 1, **given) if is_chip else add_numbered(TOWN_A, "A1", "C-1", **given)
    with partitions.open(TOWN_A, write=True) as p:
        service.change_state(p, "staff:test", card, state)
    agent.ask()
    statement = agent.chip(1) if is_chip else agent.numbered("C-1", WRONG)
    assert refused(agent, statement) == (failure, -1)
    assert tries_left(TOWN_A, card) == 3
    assert journal(TOWN_A)[-1] == ("resident.sign_in_refused", {"reason": failure.value, "terminal": "kiosk-1"})


@pytest.mark.parametrize("status", [s for s in ResidentStatus if s is not ResidentStatus.RESIDENT])
def test_whoever_left_or_died_is_told_what_a_stopped_card_is_told(status: ResidentStatus, agent: Agent) -> None:
    add_person(TOWN_B, "B2", status=status)
    add_chip(TOWN_B, "B2", 2)
    agent.ask()
    assert refused(agent, agent.chip(2))[0] is CardFailure.STOPPED
    assert sign_ins(TOWN_B) == []


def test_a_card_of_nobody_in_the_register_is_stopped(agent: Agent) -> None:
    add_numbered(TOWN_A, "A404", "C-1")
    agent.ask()
    assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.STOPPED


def test_fifteen_is_the_age(agent: Agent, other_agent: Agent) -> None:
    add_person(TOWN_A, "A2", birth="2011-11-22")
    add_person(TOWN_A, "A3", birth="2011-11-21")
    add_numbered(TOWN_A, "A2", "C-2")
    add_numbered(TOWN_A, "A3", "C-3")
    agent.ask()
    assert refused(agent, agent.numbered("C-2"))[0] is CardFailure.UNDER_AGE
    other_agent.ask()
    assert other_agent.sign_in(other_agent.numbered("C-3")).subject == "A3"


def test_what_concerns_no_town_is_in_the_unions_journal(agent: Agent, other_agent: Agent) -> None:
    agent.ask()
    other_agent.ticket = agent.ticket
    refused(agent, agent.numbered("C-404"))
    refused(agent, agent.chip(404, origin="https://other.test"))
    refused(agent, agent.numbered("", "", evidence=Evidence.FAILURE, failure=CardFailure.CANCELLED))
    refused(other_agent, other_agent.numbered("C-404"))
    assert union_journal() == [
        {"reason": "unknown_card", "terminal": "kiosk-1"},
        {"reason": "unknown_card", "terminal": "kiosk-1"},
        {"reason": "ticket_used", "terminal": "kiosk-2"},
    ]


def test_the_trips_own_failure_is_kept_for_the_screen(agent: Agent) -> None:
    ticket = agent.ask()
    gone = agent.numbered("", "", evidence=Evidence.FAILURE, failure=CardFailure.CARD_REMOVED)
    assert refused(agent, gone)[0] is CardFailure.CARD_REMOVED
    assert visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce).failure is CardFailure.CARD_REMOVED


# --- Three tries ----------------------------------------------------------------------------------------------------


def test_three_wrong_pins_lock_and_the_right_one_comes_too_late(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    answers = [refused(agent, agent.numbered("C-1", WRONG)) for _ in range(3)]
    assert answers == [(CardFailure.WRONG_PIN, 2), (CardFailure.WRONG_PIN, 1), (CardFailure.LOCKED, 0)]
    assert refused(agent, agent.numbered("C-1")) == (CardFailure.LOCKED, 0)
    assert tries_left(TOWN_A, card) == 0
    told = visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce)
    assert (told.failure, told.tries_left) == (CardFailure.LOCKED, 0)
    assert [action for action, _ in journal(TOWN_A)][1:] == [
        "pin.failed",
        "pin.failed",
        "pin.failed",
        "pin.locked",
        "resident.sign_in_refused",
    ]


def test_time_gives_nothing_back_and_a_counter_does(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    for _ in range(3):
        refused(agent, agent.numbered("C-1", WRONG))
    with clock.frozen(NOW + timedelta(days=3650)):
        agent.ask()
        assert refused(agent, agent.numbered("C-1")) == (CardFailure.LOCKED, 0)
        with partitions.open(TOWN_A, write=True) as p:
            service.unlock(p, "staff:test", card)
        assert agent.sign_in(agent.numbered("C-1")).subject == "A1"


def test_the_right_pin_gives_all_tries_back(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    assert refused(agent, agent.numbered("C-1", WRONG)) == (CardFailure.WRONG_PIN, 2)
    assert agent.sign_in(agent.numbered("C-1")).subject == "A1"
    assert tries_left(TOWN_A, card) == 3


def test_a_wrong_pin_sent_again_costs_one_try_and_gives_the_same_answer(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    statement = agent.numbered("C-1", WRONG)
    again = [statement, replace(statement, at=statement.at + 30), statement]
    assert [refused(agent, one) for one in again] == [(CardFailure.WRONG_PIN, 2)] * 3
    assert tries_left(TOWN_A, card) == 2


def test_another_pin_cannot_hide_behind_the_same_statement_id(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    statement = agent.numbered("C-1", WRONG)
    for n in range(3):
        refused(agent, replace(statement, pin=f"000{n}"))
    assert tries_left(TOWN_A, card) == 0


def test_a_try_is_on_record_before_the_pin_is_looked_at(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    seen: list[int] = []

    def crash(*_: object) -> bool:
        seen.append(tries_left(TOWN_A, card))
        raise KeyboardInterrupt

    statement = agent.numbered("C-1")
    with monkeypatch.context() as patched:
        patched.setattr(hashing, "is_right_pin", crash)
        with pytest.raises(KeyboardInterrupt):
            agent.sign_in(statement)
    assert seen == [2]
    assert tries_left(TOWN_A, card) == 2
    assert agent.sign_in(statement).subject == "A1", "the same statement after the crash is the same try"
    assert tries_left(TOWN_A, card) == 3


def test_twenty_wrong_pins_at_once_are_three_tries(house: Flask, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    looks: list[str] = []
    really = hashing.is_right_pin
    monkeypatch.setattr(hashing, "is_right_pin", lambda *given: bool(looks.append(given[1])) or really(*given))
    answers = at_once(house, [lambda n=n: refused(agent, agent.numbered("C-1", f"00{n:02}")) for n in range(20)])
    assert len(looks) == 3
    assert sorted(answers)[:17] == [(CardFailure.LOCKED, 0)] * 17
    assert sorted(answers)[17:] == [(CardFailure.LOCKED, 0), (CardFailure.WRONG_PIN, 1), (CardFailure.WRONG_PIN, 2)]
    assert tries_left(TOWN_A, card) == 0
    failed = [action for action, _ in journal(TOWN_A)]
    assert (failed.count("pin.failed"), failed.count("pin.locked")) == (3, 1)


def at_once(house: Flask, calls: list) -> list:
    """Each call in a thread of its own, all beginning together."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call) -> None:
        with house.app_context(), clock.frozen(NOW):
            start.wait()
            outcomes.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(calls)
    return outcomes


def test_wrong_pins_in_several_processes_are_three_tries(agent: Agent, config: Config) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    nonce = agent.ask().nonce
    command = [sys.executable, "-m", "tests.integration.cards.guessing", nonce]
    root, environ = Path(__file__).parents[3], os.environ | environ_of(config)
    running = [
        subprocess.Popen(
            [*command, str(n * 5), str(n * 5 + 5)], cwd=root, env=environ, stdout=subprocess.PIPE, text=True
        )
        for n in range(3)
    ]
    answers = sorted(line for process in running for line in process.communicate(timeout=60)[0].splitlines())
    assert answers == ["locked 0"] * 13 + ["wrong_pin 1", "wrong_pin 2"]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert tries_left(TOWN_A, card) == 0
    assert [action for action, _ in journal(TOWN_A)].count("pin.failed") == 3


def environ_of(config: Config) -> dict[str, str]:
    environ = {f"KOIKI_PLACE_{key.upper()}": url for key, url in config.place_urls.items()}
    environ |= {"KOIKI_HOME": str(config.home), "KOIKI_UNION_URL": config.union_url, "KOIKI_DEMO": "1"}
    return environ | {"KOIKI_PORTAL_URL": config.portal_url}


def test_a_pin_changed_while_the_old_one_is_being_checked_signs_nobody_in(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    really = hashing.is_right_pin

    def meanwhile(*given: str) -> bool:
        with partitions.open(TOWN_A, write=True) as p:
            service.set_pin(p, "staff:test", card, "8642")
        return really(*given)

    monkeypatch.setattr(hashing, "is_right_pin", meanwhile)
    assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.UNAVAILABLE
    assert sign_ins(TOWN_A) == []


# --- Statements and tickets -----------------------------------------------------------------------------------------

OF_THE_DOOR = ("statement_id", "at", "failure", "epoch")  # of a call, not of a card: the agents' surface judges them


@pytest.mark.parametrize("name", [f.name for f in fields(Statement) if f.name not in OF_THE_DOOR])
def test_a_statement_with_any_field_changed_signs_nobody_in(name: str, agent: Agent) -> None:
    add_chip(TOWN_A, "A1", 1)
    add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    statement = agent.chip(1)
    changes = {"evidence": Evidence.SERVER_PIN, "card_kind": "citizen_card", "terminal_id": "kiosk-2"}
    refused(agent, replace(statement, **{name: changes.get(name, getattr(statement, name)[:-2] + "zz")}))
    assert sign_ins(TOWN_A) == []


def test_a_signature_for_another_origin_terminal_or_ticket(agent: Agent, other_agent: Agent) -> None:
    add_chip(TOWN_A, "A1", 1)
    agent.ask()
    assert refused(agent, agent.chip(1, origin="https://other.test"))[0] is CardFailure.UNKNOWN_CARD
    assert refused(agent, agent.chip(1, terminal_id="kiosk-2"))[0] is CardFailure.UNKNOWN_CARD
    old = agent.chip(1)
    agent.ask()
    assert agent.ticket is not None
    assert refused(agent, replace(old, ticket_nonce=agent.ticket.nonce))[0] is CardFailure.UNKNOWN_CARD
    assert sign_ins(TOWN_A) == []


def test_another_terminals_ticket(agent: Agent, other_agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    other_agent.ticket = ticket
    assert refused(other_agent, other_agent.numbered("C-1"))[0] is CardFailure.TICKET_USED
    assert refused(other_agent, other_agent.numbered("C-1", terminal_id="kiosk-1"))[0] is CardFailure.TICKET_USED
    assert refused(agent, agent.numbered("C-1", terminal_id="kiosk-2"))[0] is CardFailure.TICKET_USED
    assert sign_ins(TOWN_A) == []


def test_a_ticket_signs_in_once_and_the_same_statement_gets_the_same_answer(agent: Agent) -> None:
    card = add_numbered(TOWN_A, "A1", "C-1")
    add_numbered(TOWN_B, "B1", "C-2")
    agent.ask()
    statement = agent.numbered("C-1")
    holder = agent.sign_in(statement)
    assert agent.sign_in(statement) == holder
    assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.TICKET_USED
    assert refused(agent, agent.numbered("C-2"))[0] is CardFailure.TICKET_USED
    assert refused(agent, replace(statement, pin=WRONG))[0] is CardFailure.TICKET_USED
    assert tries_left(TOWN_A, card) == 3
    assert len(sign_ins(TOWN_A)) == 1
    assert sign_ins(TOWN_B) == []


def test_a_statement_from_the_visit_before_signs_nobody_in(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    replayed = agent.numbered("C-1")
    agent.sign_in(replayed)
    ticket = agent.ask()
    assert refused(agent, replayed)[0] is CardFailure.TICKET_USED
    assert holder_of(TOWN_A, ticket.visit_id) is None


def test_a_ticket_lives_three_hundred_seconds(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    with clock.frozen(NOW + timedelta(seconds=301)):
        assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.TICKET_EXPIRED
        visit = visits.find_visit(ticket.visit_id)
        assert visit is not None
        assert visit.failure is CardFailure.TICKET_EXPIRED, "the screen can say it"
    with clock.frozen(NOW + timedelta(seconds=300)):
        assert agent.sign_in(agent.numbered("C-1")).subject == "A1"


def test_a_statement_after_the_resident_came_back_signs_nobody_in(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce)
    assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.TICKET_USED


def test_a_second_trip_of_the_same_visit_after_a_wrong_pin(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    refused(agent, agent.numbered("C-1", WRONG))
    visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce)
    agent.ask_again(ticket.visit_id)
    assert agent.sign_in(agent.numbered("C-1")).visit_id == ticket.visit_id


def test_two_cards_for_one_ticket_at_once_are_one_sign_in(house: Flask, agent: Agent) -> None:
    add_chip(TOWN_A, "A1", 1)
    add_chip(TOWN_B, "B1", 2)
    ticket = agent.ask()

    def attempt(serial: int) -> str:
        try:
            return agent.sign_in(agent.chip(serial)).home
        except CardRefusedError as refusal:
            return refusal.failure.value

    outcomes = at_once(house, [lambda n=n: attempt(1 + n % 2) for n in range(6)])
    homes = [outcome for outcome in outcomes if outcome in (TOWN_A, TOWN_B)]
    visit = visits.find_visit(ticket.visit_id)
    assert visit is not None
    assert homes == [visit.home]
    other = TOWN_B if visit.home == TOWN_A else TOWN_A
    assert holder_of(other, ticket.visit_id) is None
    assert holder_of(str(visit.home), ticket.visit_id) is not None


# --- Crashes and outages --------------------------------------------------------------------------------------------


def crash_between_the_commits(agent: Agent, statement: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(visits, "mark_signed_in", crash)
        with pytest.raises(KeyboardInterrupt):
            agent.sign_in(statement)


def test_a_crash_between_the_commits_is_finished_by_the_same_statement(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    statement = agent.numbered("C-1")
    crash_between_the_commits(agent, statement, monkeypatch)
    visit = visits.find_visit(ticket.visit_id)
    assert visit is not None
    assert not visit.is_signed_in
    assert agent.sign_in(statement).subject == "A1"
    assert visits.accept_nonce(ticket.visit_id, "kiosk-1", ticket.nonce).home == TOWN_A
    assert [action for action, _ in journal(TOWN_A)].count("resident.signed_in") == 1


def test_a_half_done_visit_is_never_taken_over_by_another_card(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    add_person(TOWN_A, "A2")
    add_numbered(TOWN_A, "A1", "C-1")
    second = add_numbered(TOWN_A, "A2", "C-2")
    ticket = agent.ask()
    crash_between_the_commits(agent, agent.numbered("C-1"), monkeypatch)
    agent.ask_again(ticket.visit_id)
    assert refused(agent, agent.numbered("C-2"))[0] is CardFailure.UNAVAILABLE
    assert tries_left(TOWN_A, second) == 3
    visit = visits.find_visit(ticket.visit_id)
    assert visit is not None
    assert not visit.is_live, "the resident begins again with a visit of their own"
    agent.ask()
    assert agent.sign_in(agent.numbered("C-2")).subject == "A2"


def test_a_visit_that_ended_meanwhile_leaves_no_sign_in_behind(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    add_chip(TOWN_A, "A1", 1)
    ticket = agent.ask()
    really = signing_in.admit

    def meanwhile(*given):
        visits.close_visit(ticket.visit_id, "idle")
        return really(*given)

    monkeypatch.setattr(signing_in, "admit", meanwhile)
    assert refused(agent, agent.chip(1))[0] is CardFailure.TICKET_USED
    assert holder_of(TOWN_A, ticket.visit_id) is None


@pytest.mark.parametrize("state", [MemberState.DOWN, MemberState.MOVING, MemberState.READ_ONLY])
def test_a_town_that_is_down_refuses_for_now_and_takes_no_try(state: MemberState, agent: Agent) -> None:
    card = add_numbered(TOWN_B, "B1", "C-1")
    agent.ask()
    set_state(TOWN_B, state)
    assert refused(agent, agent.numbered("C-1"))[0] is CardFailure.UNAVAILABLE
    set_state(TOWN_B, MemberState.ACTIVE)
    assert tries_left(TOWN_B, card) == 3
    assert agent.sign_in(agent.numbered("C-1")).home == TOWN_B


def test_an_answer_that_cannot_be_looked_up_again_is_refused_for_now(agent: Agent) -> None:
    add_numbered(TOWN_B, "B1", "C-1")
    agent.ask()
    statement = agent.numbered("C-1")
    agent.sign_in(statement)
    set_state(TOWN_B, MemberState.DOWN)
    assert refused(agent, statement)[0] is CardFailure.UNAVAILABLE


def set_state(code: str, state: MemberState) -> None:
    with union_write() as session:
        session.execute(sa.update(Member).where(Member.code == code).values(state=state))


def test_a_revoked_certificate_and_a_stale_list(agent: Agent) -> None:
    add_chip(TOWN_A, "A1", 1)
    folder = keys.crl_folder()
    folder.mkdir()
    agent.ask()
    (folder / "today.crl").write_bytes(authority().revocation_list([1], NOW - timedelta(hours=1)))
    assert refused(agent, agent.chip(1))[0] is CardFailure.STOPPED
    (folder / "today.crl").write_bytes(authority().revocation_list([], NOW - timedelta(days=7)))
    assert refused(agent, agent.chip(1))[0] is CardFailure.UNAVAILABLE


def test_a_test_card_is_unknown_outside_the_demo(agent: Agent, config: Config) -> None:
    add_chip(TOWN_A, "A1", 1)
    agent.ask()
    keys.configure(replace(config, demo=False), keys.hash_cost())
    assert refused(agent, agent.chip(1))[0] is CardFailure.UNKNOWN_CARD


# --- Nothing is left behind -----------------------------------------------------------------------------------------


def test_no_pin_and_no_card_number_in_logs_files_or_messages(
    agent: Agent, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add_numbered(TOWN_A, "A1", "CARD-4711")
    agent.ask()
    wrong, right = agent.numbered("CARD-4711", "5820"), agent.numbered("CARD-4711")
    refused(agent, wrong)
    agent.sign_in(right)
    with union_read() as session, partitions.open(TOWN_A) as p:
        kept = everything_in(session, db.metadata) + everything_in(p.session, PartitionBase.metadata)
    files = b"".join(file.read_bytes() for file in config.home.rglob("*") if file.is_file())
    for secret in ("'5820'", f"'{PIN}'", f'"{PIN}"', "CARD-4711"):
        assert secret not in caplog.text + repr(agent) + kept
        assert secret.encode() not in files
    assert PIN not in repr(right)
    assert "5820" not in repr(wrong)


def test_the_schema_holds_one_sign_in_a_visit_and_one_a_statement(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    agent.ask()
    agent.sign_in(agent.numbered("C-1"))
    [sign_in] = sign_ins(TOWN_A)
    row = {c.name: getattr(sign_in, c.name) for c in SignIn.__table__.columns}
    for change in ({"statement_mark": "x"}, {"visit_id": "x"}):
        with pytest.raises(sa.exc.IntegrityError), partitions.open(TOWN_A, write=True) as p:
            p.session.execute(sa.insert(SignIn).values(row | change))


def test_a_credential_leads_to_one_town(agent: Agent) -> None:
    add_numbered(TOWN_A, "A1", "C-1")
    with union_read() as session:
        assert session.scalars(sa.select(CredentialRoute.municipality)).all() == [TOWN_A]
