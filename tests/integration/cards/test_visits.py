"""Visits and their tickets: one resident a terminal, one ticket a trip."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app import clock
from app.cards import visits
from app.cards.errors import TerminalBusyError, TicketRefusedError, VisitEndedError, VisitMovedError
from app.cards.models import Visit
from app.cards.vocabularies import VisitState
from app.municipalities.union import union_write
from app.protocol.canonical import from_base64url
from app.protocol.messages import CardFailure, Ticket
from app.protocol.signatures import open_sealed
from tests.integration.cards.conftest import NOW, ORIGIN, PORTAL, TOWN_A, TOWN_B

pytestmark = pytest.mark.usefixtures("house")


def asked(terminal_id: str = "kiosk-1") -> tuple[str, Ticket]:
    visit = visits.open_visit(terminal_id, "ja")
    envelope, _ = visits.issue_ticket(visit.visit_id, PORTAL, ORIGIN)
    return visit.visit_id, open_sealed(envelope, Ticket, PORTAL.public_key)


def refusal(visit_id: str, terminal_id: str, nonce: str) -> CardFailure:
    with pytest.raises(TicketRefusedError) as caught:
        visits.accept_nonce(visit_id, terminal_id, nonce)
    return caught.value.failure


def test_a_ticket_says_what_the_agent_must_know() -> None:
    visit_id, ticket = asked()
    assert len(from_base64url(ticket.nonce)) == 32
    assert (ticket.visit_id, ticket.terminal_id, ticket.origin) == (visit_id, "kiosk-1", ORIGIN)
    assert (ticket.purpose, ticket.language) == ("sign_in", "ja")
    assert ticket.expires_at == int(NOW.timestamp()) + 60


def test_homes_are_those_of_who_is_here_now() -> None:
    visit_id, ticket = asked()
    assert visits.list_homes() == []
    visits.mark_signed_in(visit_id, ticket.nonce, TOWN_B)
    assert visits.list_homes() == [TOWN_B]
    visits.close_visit(visit_id, "finished")
    assert visits.list_homes() == []


def test_nobody_else_begins_while_an_order_is_open() -> None:
    first = visits.open_visit("kiosk-1", "ja")
    with pytest.raises(TerminalBusyError):
        visits.open_visit("kiosk-1", "ja", lambda visit: visit.visit_id == first.visit_id)
    assert visits.live_visit_of("kiosk-1") == first


def test_an_older_visit_without_an_order_ends_when_the_next_begins() -> None:
    first = visits.open_visit("kiosk-1", "ja")
    second = visits.open_visit("kiosk-1", "en", lambda _: False)
    assert visits.live_visit_of("kiosk-1") == second
    ended = visits.find_visit(first.visit_id)
    assert ended is not None
    assert not ended.is_live


def test_whoever_signed_in_may_have_money_in_the_machine_unless_somebody_knows_better() -> None:
    visit_id, ticket = asked()
    visits.mark_signed_in(visit_id, ticket.nonce, TOWN_B)
    with pytest.raises(TerminalBusyError):
        visits.open_visit("kiosk-1", "ja")
    assert visits.open_visit("kiosk-1", "ja", lambda _: False).visit_id != visit_id


def test_two_terminals_serve_two_residents() -> None:
    assert visits.open_visit("kiosk-1", "ja") != visits.open_visit("kiosk-2", "ja")


def test_the_schema_refuses_a_second_live_visit() -> None:
    visits.open_visit("kiosk-1", "ja")
    row = {"visit_id": "x", "terminal_id": "kiosk-1", "state": "open", "language": "ja", "failure": "none"}
    with pytest.raises(IntegrityError, match="terminal_id"), union_write() as session:
        session.execute(sa.insert(Visit).values(row | {"opened_at": NOW, "last_seen_at": NOW}))


def test_a_race_for_a_terminal_has_one_winner(house: Flask) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def begin() -> None:
        with house.app_context():
            start.wait()
            try:
                outcomes.append(visits.open_visit("kiosk-1", "ja", lambda _: True).visit_id)
            except TerminalBusyError:
                outcomes.append("busy")

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("busy") == 7
    assert visits.live_visit_of("kiosk-1") is not None


def test_the_return_without_a_sign_in_uses_the_ticket_up_and_tells_why() -> None:
    visit_id, ticket = asked()
    visits.note_failure(visit_id, ticket.nonce, CardFailure.WRONG_PIN, 2)
    back = visits.accept_nonce(visit_id, "kiosk-1", ticket.nonce)
    assert (back.state, back.failure, back.tries_left) == (VisitState.OPEN, CardFailure.WRONG_PIN, 2)
    assert refusal(visit_id, "kiosk-1", ticket.nonce) is CardFailure.TICKET_USED
    assert not visits.mark_signed_in(visit_id, ticket.nonce, TOWN_A)


def test_the_return_after_a_sign_in_may_be_reloaded() -> None:
    visit_id, ticket = asked()
    assert visits.mark_signed_in(visit_id, ticket.nonce, TOWN_B)
    for _ in range(2):
        back = visits.accept_nonce(visit_id, "kiosk-1", ticket.nonce)
        assert (back.is_signed_in, back.home) == (True, TOWN_B)


def test_a_ticket_of_another_visit_or_terminal_is_none() -> None:
    visit_id, ticket = asked("kiosk-1")
    other_id, other = asked("kiosk-2")
    assert refusal(visit_id, "kiosk-1", other.nonce) is CardFailure.TICKET_USED
    assert refusal(other_id, "kiosk-1", other.nonce) is CardFailure.TICKET_USED
    assert refusal(visit_id, "kiosk-1", "") is CardFailure.TICKET_USED
    assert visits.accept_nonce(visit_id, "kiosk-1", ticket.nonce).state is VisitState.OPEN


def test_a_new_ticket_voids_the_one_before_and_forgets_its_failure() -> None:
    visit_id, first = asked()
    visits.note_failure(visit_id, first.nonce, CardFailure.WRONG_PIN, 2)
    _, visit = visits.issue_ticket(visit_id, PORTAL, ORIGIN)
    assert (visit.failure, visit.tries_left) == (CardFailure.NONE, None)
    assert refusal(visit_id, "kiosk-1", first.nonce) is CardFailure.TICKET_USED
    assert not visits.mark_signed_in(visit_id, first.nonce, TOWN_A)
    visits.note_failure(visit_id, first.nonce, CardFailure.STOPPED, None)
    assert visits.touch(visit_id).failure is CardFailure.NONE, "a late failure of the old trip is not of this one"


def test_no_ticket_for_a_visit_that_is_signed_in_or_over() -> None:
    visit_id, ticket = asked()
    visits.mark_signed_in(visit_id, ticket.nonce, TOWN_A)
    with pytest.raises(VisitMovedError):
        visits.issue_ticket(visit_id, PORTAL, ORIGIN)
    visits.close_visit(visit_id, "left")
    with pytest.raises(VisitEndedError):
        visits.issue_ticket(visit_id, PORTAL, ORIGIN)
    with pytest.raises(VisitEndedError):
        visits.touch(visit_id)
    assert refusal(visit_id, "kiosk-1", ticket.nonce) is CardFailure.TICKET_USED


def test_ending_twice_keeps_the_first_reason() -> None:
    visit_id, _ = asked()
    assert visits.close_visit(visit_id, "left")
    assert not visits.close_visit(visit_id, "idle")
    with union_write() as session:
        assert session.scalar(sa.select(Visit.end_reason).where(Visit.visit_id == visit_id)) == "left"


def test_closing_still_holds_the_terminal() -> None:
    visit_id, ticket = asked()
    assert not visits.mark_closing(visit_id), "only somebody who signed in can leave an order behind"
    visits.mark_signed_in(visit_id, ticket.nonce, TOWN_A)
    assert visits.mark_closing(visit_id)
    with pytest.raises(TerminalBusyError):
        visits.open_visit("kiosk-1", "ja")


def test_being_seen_is_written_every_five_seconds_at_most() -> None:
    visit = visits.open_visit("kiosk-1", "ja")
    with clock.frozen(NOW + timedelta(seconds=4)):
        assert visits.touch(visit.visit_id).last_seen_at == NOW
    with clock.frozen(NOW + timedelta(seconds=5)):
        assert visits.touch(visit.visit_id).last_seen_at == NOW + timedelta(seconds=5)


def test_idle_is_who_was_not_seen_and_is_not_at_the_card_reader() -> None:
    visit_id, _ = asked("kiosk-1")
    here = visits.open_visit("kiosk-2", "ja")
    later = NOW + timedelta(seconds=90)
    with clock.frozen(later):
        assert [visit.visit_id for visit in visits.list_idle(later)] == [here.visit_id]
        assert visits.list_idle(NOW) == []
    with clock.frozen(NOW + timedelta(seconds=301)):
        assert {visit.visit_id for visit in visits.list_idle(later)} == {visit_id, here.visit_id}
