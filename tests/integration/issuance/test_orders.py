"""From request to settled: the way that should be, and every press that comes twice."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit import service as audit
from app.cards import visits
from app.cards.queries import find_cardholder
from app.cards.vocabularies import VisitState
from app.issuance import aftermath, service
from app.issuance.errors import (
    EmptyOrderError,
    KeyReusedError,
    NotReadyError,
    OrderNotFoundError,
    OrderOpenError,
    OrderRefusedError,
    TooLateError,
)
from app.issuance.models import Attempt, Disposal, Issuance, IssuanceEvent, Order, Outbox, Refusal
from app.issuance.money_models import PaymentEvent
from app.issuance.queries import get_preview
from app.issuance.states import Payment, State
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, KIOSK, OTHER, FakeRoom, Stage, make_request, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


def test_the_whole_way(stage: Stage) -> None:
    assert stage.work().action is WorkAction.NONE
    placed = stage.place("resident_record", "seal_registration")
    assert (placed.yen, placed.payment, [c.state for c in placed.copies]) == (2 * FEE, Payment.NONE, [State.FIXED] * 2)
    assert stage.render().is_ready
    stage.ask()
    work = stage.work()
    assert (work.action, work.yen, work.payment_key) == (WorkAction.COLLECT, 2 * FEE, placed.payment_key)
    stage.report(ReportEvent.INSERTED, yen=500)
    assert stage.order.yen_inserted == 500
    stage.report(ReportEvent.HELD, yen=1000)
    for _ in placed.copies:
        stage.print_one(*PAPER)
    work = stage.work()
    assert (work.action, work.yen) == (WorkAction.COMMIT, 2 * FEE)
    stage.report(ReportEvent.COMMITTED, yen=2 * FEE)
    order = stage.order
    assert [c.state for c in order.copies] == [State.SETTLED] * 2
    assert (order.payment, order.is_open, order.yen_due) == (Payment.COMMITTED, False, 2 * FEE)
    assert stage.work().action is WorkAction.NONE


def test_the_journal_has_every_move_in_order(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    moves = [(e.sequence, e.from_state, e.to_state) for e in rows(IssuanceEvent)]
    path = [State.FIXED, State.READY, State.GRANTED, State.PRINTING, State.PRINTED, State.TAKEN, State.SETTLED]
    assert moves == [(n, b, a) for n, (b, a) in enumerate(zip([None, *path], path, strict=False), start=1)]
    money = [e.to_state for e in rows(PaymentEvent)]
    assert money == [Payment.ASKED, Payment.HELD, Payment.COMMITTING, Payment.COMMITTED]
    with partitions.open(HOME) as p:
        assert audit.verify(p) is None


def test_the_home_town_alone_knows(stage: Stage) -> None:
    stage.pay()
    for model in (Order, Issuance, Attempt, IssuanceEvent, Outbox):
        assert rows(model, OTHER) == []


def test_numbers_are_printed_in_order_and_never_again(stage: Stage) -> None:
    order = stage.place("resident_record", "resident_record")
    with partitions.open(HOME) as p:
        day = p.session.scalars(sa.select(Order.placed_at)).one().strftime("%Y%m%d")
    assert [c.issue_number for c in order.copies] == [f"{day} 若草市 001 0000001", f"{day} 若草市 001 0000002"]
    stage.cancel()
    again = stage.place(key="key-2")
    assert again.copies[0].issue_number == f"{day} 若草市 001 0000003"


def test_the_same_press_gives_the_same_order(stage: Stage, room: FakeRoom) -> None:
    first, second = stage.place(), stage.place()
    assert first == second
    assert len(room.asked) == 1
    with pytest.raises(KeyReusedError):
        stage.place("seal_registration")


def test_two_presses_at_once_make_one_order(stage: Stage) -> None:
    results, barrier = [], threading.Barrier(4)

    def press() -> None:
        barrier.wait()
        results.append(stage.place().order_id)

    # the app's context belongs to a thread: each gets a copy
    threads = [threading.Thread(target=copy_context().run, args=(press,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1
    assert len(rows(Order)) == 1


def test_a_second_basket_in_one_visit_is_refused(stage: Stage) -> None:
    stage.place()
    with pytest.raises(OrderOpenError):
        stage.place(key="key-2")


@pytest.mark.parametrize("count", [0, service.MAX_COPIES + 1])
def test_too_few_or_too_many(stage: Stage, count: int) -> None:
    terminal, requests = stage.terminal, [make_request()] * count
    with partitions.open(HOME, write=True) as p:
        holder = find_cardholder(p, stage.visit_id)
        assert holder is not None
        with pytest.raises(EmptyOrderError):
            service.place_order(p, "visit", holder, terminal, requests, "key")


def test_one_refused_certificate_refuses_the_basket(stage: Stage, room: FakeRoom) -> None:
    room.refuse = "seal_registration"
    with pytest.raises(OrderRefusedError) as refused:
        stage.place("resident_record", "seal_registration")
    error = refused.value
    assert (error.position, error.kind, error.refusal.rule) == (2, "seal_registration", "B01")
    assert rows(Order) == rows(Issuance) == rows(Attempt) == []
    with partitions.open(HOME, write=True) as p:
        reference = service.note_refusal(p, "visit", stage.visit_id, KIOSK, error.kind, error.refusal.rule)
    assert [(r.reference, r.rule) for r in rows(Refusal)] == [(reference, "B01")]
    room.refuse = ""
    number = stage.place().copies[0].issue_number
    assert number.endswith("0000001")  # a refused order has used up no number


def test_money_is_not_asked_before_every_sheet_was_read_back(stage: Stage) -> None:
    stage.place()
    with pytest.raises(NotReadyError):
        stage.ask()
    stage.render()
    assert stage.ask().payment is Payment.ASKED
    assert stage.ask().payment is Payment.ASKED


def test_a_free_certificate_needs_no_device(stage: Stage, room: FakeRoom) -> None:
    room.yen = 0
    stage.place()
    stage.render()
    assert stage.ask().payment is Payment.HELD
    stage.print_one(*PAPER)
    order = stage.order
    assert (order.payment, order.is_open, order.copies[0].state) == (Payment.COMMITTED, False, State.SETTLED)


def test_cancelling_before_money(stage: Stage) -> None:
    stage.place("resident_record", "resident_record")
    stage.render()
    for _ in range(2):
        order = stage.cancel()
        assert (order.payment, order.is_open) == (Payment.RELEASED, False)
    assert [a.disposal for a in rows(Attempt)] == [Disposal.NEVER_PRINTED] * 2
    assert len(rows(Outbox)) == 2  # two void numbers, no charge


def test_cancelling_gives_the_money_back(stage: Stage) -> None:
    stage.pay()
    order = stage.cancel()
    assert (order.payment, order.is_open) == (Payment.RELEASING, True)
    assert stage.work().action is WorkAction.RELEASE
    stage.report(ReportEvent.RELEASED, yen=FEE)
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)


def test_cancelling_is_too_late_after_the_grant(stage: Stage) -> None:
    stage.pay()
    stage.print_one()
    assert not stage.order.may_cancel
    with pytest.raises(TooLateError):
        stage.cancel()


def test_a_preview_belongs_to_its_visit_and_ends_with_it(stage: Stage) -> None:
    stage.place()
    issuance_id = stage.order.copies[0].issuance_id
    with partitions.open(HOME) as p, pytest.raises(OrderNotFoundError):
        get_preview(p, stage.visit_id, issuance_id)  # not rendered yet
    stage.render()
    with partitions.open(HOME) as p:
        assert get_preview(p, stage.visit_id, issuance_id) == f"PNG of {issuance_id}".encode()
        with pytest.raises(OrderNotFoundError):
            get_preview(p, "another visit", issuance_id)
    stage.cancel()
    with partitions.open(HOME) as p, pytest.raises(OrderNotFoundError):
        get_preview(p, stage.visit_id, issuance_id)


def test_the_visit_ends_with_its_order(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.leave()
    aftermath.follow_up(HOME, "test", stage.visit_id)
    assert visits.find_visit(stage.visit_id).state is VisitState.CLOSING
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    aftermath.follow_up(HOME, "test", stage.visit_id)
    assert visits.find_visit(stage.visit_id).state is VisitState.ENDED


# --- What the schema refuses before any code is asked --------------------------------------------------------------


def _refused(statement: str) -> None:
    with partitions.open(HOME, write=True) as p:
        with pytest.raises(IntegrityError):
            p.session.execute(sa.text(statement))
        p.session.rollback()


def test_schema_refuses_a_second_live_attempt(stage: Stage) -> None:
    stage.place()
    _refused(
        "INSERT INTO attempt (attempt_id, issuance_id, number_in_copy, issue_number)"
        " SELECT 'x', issuance_id, 2, 'another' FROM issuance",
    )


def test_schema_refuses_a_number_twice(stage: Stage) -> None:
    stage.place("resident_record", "resident_record")
    _refused("UPDATE attempt SET issue_number = 'same'")


def test_schema_refuses_a_second_open_order(stage: Stage) -> None:
    stage.place()
    stage.cancel()
    stage.place(key="key-2")
    _refused("UPDATE issue_order SET is_open = true")


def test_schema_refuses_money_kept_without_a_sum(stage: Stage) -> None:
    stage.pay()
    _refused("UPDATE issue_order SET payment = 'committed', yen_due = NULL")


def test_schema_refuses_to_close_what_is_not_counted_out(stage: Stage) -> None:
    stage.pay()
    _refused("UPDATE issue_order SET is_open = false")


def test_schema_refuses_a_grant_without_a_sheet(stage: Stage) -> None:
    stage.place()
    _refused("UPDATE attempt SET grant_id = 'g'")
