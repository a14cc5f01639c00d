"""Between an order and its sheet the world moves: what could not be ordered any more is not printed either (T4, T7)."""

from __future__ import annotations

import pytest

from app.cards import service as cards
from app.cards.vocabularies import CardState
from app.issuance.errors import GrantRefusedError, NoLongerAllowedError
from app.issuance.granting import give_up
from app.issuance.models import Case, Refusal
from app.issuance.states import Payment, State
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, FakeRoom, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


def refused(stage: Stage, grant_id: str | None = None) -> NoLongerAllowedError:
    """Ask for the next grant, be refused, and let the portal write down why."""
    attempt = stage.work().attempt_id
    with pytest.raises(NoLongerAllowedError) as refusal:
        stage.grant(grant_id, attempt)
    with partitions.open(HOME, write=True) as p:
        give_up(p, "terminal:x", attempt, refusal.value)
    return refusal.value


def stop_card() -> None:
    with partitions.open(HOME, write=True) as p:
        cards.change_state(p, "staff:x", 1, CardState.SUSPENDED)


def test_a_block_set_after_the_order_stops_the_sheet(stage: Stage, room: FakeRoom) -> None:
    stage.pay()
    room.refuse = "resident_record"
    assert refused(stage).rule == "B01"
    order = stage.order
    assert (order.copies[0].state, order.payment, order.yen_due) == (State.CANCELLED, Payment.RELEASING, 0)
    assert [(r.rule, r.visit_id) for r in rows(Refusal)] == [("B01", stage.visit_id)]
    assert rows(Case) == []  # a rule that did its work: nothing to look into
    assert stage.work().action is WorkAction.RELEASE
    stage.report(ReportEvent.RELEASED, yen=FEE)
    assert not stage.order.is_open


def test_a_sheet_that_would_say_something_else_by_now_is_not_printed(stage: Stage, room: FakeRoom) -> None:
    stage.pay()
    room.name = "若草　次郎"
    assert refused(stage).rule == "R04"
    assert stage.order.copies[0].state is State.CANCELLED


def test_a_card_stopped_after_the_order_stops_the_sheet(stage: Stage) -> None:
    stage.pay()
    stop_card()
    assert refused(stage).rule == "B11"
    assert (stage.order.copies[0].state, stage.order.payment) == (State.CANCELLED, Payment.RELEASING)


def test_what_was_printed_before_the_block_is_kept_and_the_rest_paid_back(stage: Stage, room: FakeRoom) -> None:
    stage.pay("resident_record", "resident_record")
    stage.print_one(*PAPER)
    room.refuse = "resident_record"
    refused(stage)
    order = stage.order
    assert [copy.state for copy in order.copies] == [State.TAKEN, State.CANCELLED]
    assert (order.payment, order.yen_due) == (Payment.COMMITTING, FEE)


def test_a_grant_whose_answer_was_lost_is_not_given_again(stage: Stage, room: FakeRoom) -> None:
    stage.pay()
    attempt = stage.work().attempt_id
    stage.grant("g", attempt)
    room.refuse = "resident_record"
    refused(stage, "g")
    assert stage.order.copies[0].state is State.GRANTED  # its terminal says what became of it
    stage.report(ReportEvent.NOT_PRINTED, attempt=attempt)
    assert (stage.order.copies[0].state, stage.order.payment) == (State.NOT_PRINTED, Payment.RELEASING)


def test_the_recheck_asks_for_what_was_ordered_when_it_was_ordered(stage: Stage, room: FakeRoom) -> None:
    stage.pay("seal_registration")
    stage.print_one()
    ordered, again = room.asked
    assert (again.kind, again.requester, again.persons) == (ordered.kind, ordered.requester, (ordered.requester,))
    assert (again.options, again.channel, again.at) == (ordered.options, ordered.channel, ordered.at)


def test_no_grant_for_another_visit_at_the_same_terminal(stage: Stage) -> None:
    stage.pay()
    attempt, stage.visit_id = stage.work().attempt_id, "another"
    with pytest.raises(GrantRefusedError):
        stage.grant(attempt=attempt)
