"""Between an order and its sheet the world moves: what could not be ordered any more is not printed either (T4, T7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.cards import service as cards
from app.cards.vocabularies import CardState
from app.certificates.kinds.resident_record import ResidentRecordDocument
from app.certificates.requests import Request
from app.issuance.errors import GrantRefusedError, KeyReusedError, NoLongerAllowedError
from app.issuance.granting import give_up
from app.issuance.models import Case, Issuance, Order, Refusal
from app.issuance.states import Payment, State
from app.municipalities import decisions
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, FakeRoom, Stage, make_request, rows

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


def test_a_sheet_on_a_form_that_was_replaced_is_not_printed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.pay()
    monkeypatch.setattr(ResidentRecordDocument, "form_version", 2)
    assert refused(stage).rule == "R04"
    assert (stage.order.copies[0].state, stage.order.payment) == (State.CANCELLED, Payment.RELEASING)


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


WISHES = (
    make_request("seal_registration"),
    make_request(),
    replace(make_request(), persons=("19", "27"), options=frozenset({"domicile", "head_relationship"})),
    replace(make_request(), picks=("2026", "2025")),
)


@pytest.mark.parametrize("wish", WISHES, ids=["a seal", "the usual", "some persons and items", "picks"])
def test_the_recheck_asks_for_what_was_ordered_when_it_was_ordered(stage: Stage, room: FakeRoom, wish: Request) -> None:
    begun = clock.now() - timedelta(minutes=9)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        stage.pay(wish, priced_at=begun)
    stage.print_one()
    ordered, *again = room.asked
    assert again == [ordered, ordered]  # before money was asked for, and before the grant
    assert (ordered.persons, ordered.picks, ordered.options) == (wish.persons, wish.picks, wish.options)
    assert ordered.priced_at == ordered.pricing_instant == begun
    assert ordered.at > begun
    (order,) = rows(Order)
    assert (order.priced_at, order.placed_at) == (begun, ordered.at)


def test_an_order_without_a_visit_s_beginning_is_priced_when_it_is_placed(stage: Stage, room: FakeRoom) -> None:
    stage.place()
    (order,) = rows(Order)
    assert abs(order.priced_at - order.placed_at) < timedelta(seconds=1)
    assert room.asked[0].priced_at == order.priced_at


def test_who_was_asked_for_is_kept_apart_from_who_is_shown(stage: Stage) -> None:
    """Empty stays empty: the usual content of tomorrow's household is not that of today's."""
    stage.place(make_request(), replace(make_request(), persons=("19",), picks=("a", "b")))
    first, second = sorted(rows(Issuance), key=lambda copy: copy.position)
    assert (first.persons_asked, first.persons, first.picks) == ("", "19", "")
    assert (second.persons_asked, second.persons, second.picks) == ("19", "19", "a b")


def test_another_pick_is_another_wish(stage: Stage) -> None:
    stage.place(replace(make_request(), picks=("2026",)))
    with pytest.raises(KeyReusedError):
        stage.place(replace(make_request(), picks=("2025",)))


def test_no_grant_for_another_visit_at_the_same_terminal(stage: Stage) -> None:
    stage.pay()
    attempt, stage.visit_id = stage.work().attempt_id, "another"
    with pytest.raises(GrantRefusedError):
        stage.grant(attempt=attempt)


def test_a_kill_switch_thrown_after_the_order_stops_what_waits(stage: Stage) -> None:
    stage.pay()
    decisions.add_closure("staff:x", clock.now() - timedelta(seconds=1), None, kind="resident_record")
    assert refused(stage).rule == "B21"
    assert stage.order.payment is Payment.RELEASING


def test_closing_time_lets_what_is_paid_finish(stage: Stage) -> None:
    stage.pay()
    now = clock.now()
    decisions.add_closure("staff:x", now - timedelta(seconds=1), now + timedelta(hours=1), kind="resident_record")
    stage.grant()
