"""Tenders, tries, what a device owes, receipts: the portal's side, on both engines."""

from __future__ import annotations

import pytest

from app.issuance import accounts, relay, service
from app.issuance.errors import (
    ForeignReportError,
    NoLongerAllowedError,
    NoReceiptError,
    TenderMissingError,
    TooLateError,
    VerdictRefusedError,
)
from app.issuance.granting import give_up
from app.issuance.models import AttemptReport, Case, CaseKind, Order
from app.issuance.money_models import PaymentTry
from app.issuance.queries import Receipt, list_cases
from app.issuance.service import Verdict
from app.issuance.states import Payment, State
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, Tender, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, FakeRoom, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


def ready(stage: Stage, *kinds: str) -> Stage:
    stage.place(*kinds)
    stage.render()
    return stage


def close(verdict: Verdict, case_id: int = 1) -> None:
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", case_id, verdict)


def receipt(stage: Stage) -> None:
    order_id = stage.order.order_id
    with partitions.open(HOME, write=True) as p:
        service.ask_receipt(p, order_id)


# --- tenders


@pytest.mark.parametrize("tender", Tender)
def test_money_is_asked_by_the_tender_that_was_chosen(stage: Stage, tender: Tender) -> None:
    ready(stage).ask(tender)
    work = stage.work()
    assert (work.action, work.tender, work.yen) == (WorkAction.COLLECT, tender, FEE)
    assert stage.order.tender is tender


def test_something_to_pay_needs_a_tender(stage: Stage) -> None:
    with pytest.raises(TenderMissingError):
        ready(stage).ask(None)
    assert stage.order.payment is Payment.NONE


def test_another_tender_after_the_first_was_closed(stage: Stage) -> None:
    ready(stage).ask(Tender.EMONEY)
    first = stage.work().payment_key
    assert stage.switch().payment is Payment.SWITCHING
    assert stage.switch().payment is Payment.SWITCHING  # twice is once
    assert stage.work().action is WorkAction.RELEASE
    assert stage.work().payment_key == first
    stage.report(ReportEvent.RELEASED)
    order = stage.order
    assert (order.payment, order.tender, order.is_asked_anew) == (Payment.NONE, None, True)
    stage.ask(Tender.CASH)
    second = stage.work()
    assert (second.action, second.tender) == (WorkAction.COLLECT, Tender.CASH)
    assert second.payment_key != first
    stage.report(ReportEvent.HELD, yen=FEE)
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert [(t.payment_key, t.tender, t.ended_as) for t in rows(PaymentTry)] == [
        (first, Tender.EMONEY, "released"),
        (second.payment_key, Tender.CASH, "committed"),
    ]
    relay.relay_once(HOME)
    assert accounts.compare(HOME).is_equal
    assert rows(Case) == []


def test_what_was_put_in_meanwhile_comes_back(stage: Stage) -> None:
    ready(stage).ask()
    stage.switch()
    stage.report(ReportEvent.INSERTED, yen=100)
    stage.report(ReportEvent.RELEASED, yen=100)
    assert (stage.order.payment, stage.order.yen_inserted) == (Payment.NONE, 0)


def test_a_price_that_was_paid_meanwhile_is_paid(stage: Stage) -> None:
    ready(stage).ask()
    stage.switch()
    stage.report(ReportEvent.HELD, yen=FEE)
    assert stage.order.payment is Payment.HELD
    assert stage.work().action is WorkAction.PRINT


def test_money_that_is_in_is_not_switched(stage: Stage) -> None:
    ready(stage).ask()
    stage.report(ReportEvent.INSERTED, yen=100)
    with pytest.raises(TooLateError):
        stage.switch()


def test_stopping_while_it_switches(stage: Stage) -> None:
    ready(stage).ask()
    stage.switch()
    stage.cancel()
    assert stage.order.payment is Payment.RELEASING
    stage.report(ReportEvent.RELEASED)
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)


def test_stopping_between_two_tries(stage: Stage) -> None:
    ready(stage).ask()
    stage.switch()
    stage.report(ReportEvent.RELEASED)
    stage.cancel()
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)


@pytest.mark.parametrize(
    ("event", "cases"),
    [
        (ReportEvent.INSERTED, []),
        (ReportEvent.HELD, []),
        (ReportEvent.RELEASED, []),
        (ReportEvent.COMMITTED, [CaseKind.PAYMENT_UNKNOWN]),
        (ReportEvent.PAYMENT_UNKNOWN, [CaseKind.PAYMENT_UNKNOWN]),
    ],
)
def test_late_words_about_a_try_that_is_over(stage: Stage, event: ReportEvent, cases: list[CaseKind]) -> None:
    """They move nothing; that money was kept under it is looked at."""
    ready(stage).ask()
    first = stage.order.payment_key
    stage.switch()
    stage.report(ReportEvent.RELEASED)
    stage.ask()
    stage.report(event, yen=FEE, payment_key=first)
    assert (stage.order.payment, stage.order.yen_inserted) == (Payment.ASKED, 0)
    assert [case.kind for case in rows(Case)] == cases


# --- the register is asked before money is


def test_no_coin_goes_in_for_what_was_blocked_meanwhile(stage: Stage, room: FakeRoom) -> None:
    ready(stage)
    room.refuse = "resident_record"
    with pytest.raises(NoLongerAllowedError) as caught:
        stage.ask()
    assert stage.order.payment is Payment.NONE
    with partitions.open(HOME, write=True) as p:
        reference = give_up(p, "visit", caught.value.attempt_id, caught.value)
    assert reference.startswith("N-")
    order = stage.order
    assert (order.payment, order.is_open, order.copies[0].state) == (Payment.RELEASED, False, State.CANCELLED)


# --- what a device owes


def test_change_that_a_device_could_not_give(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE, yen_owed=700)
    order = stage.order
    assert (order.payment, order.yen_owed, order.is_open) == (Payment.COMMITTED, 700, False)
    (case,) = rows(Case)
    assert case.kind is CaseKind.CHANGE_OWED
    with partitions.open(HOME) as p:
        (view,) = list_cases(p)
    assert view.claim == order.claim
    assert view.evidence == ({"event": "committed", "yen_owed": 700, "tender": "cash"},)
    relay.relay_once(HOME)
    assert accounts.compare(HOME).is_equal


def test_a_touch_that_cannot_be_taken_back(stage: Stage) -> None:
    """E-money was taken, nothing was printed: the whole of it is owed, and the town charges nothing."""
    ready(stage).ask(Tender.EMONEY)
    stage.report(ReportEvent.HELD, yen=FEE)
    stage.print_one(ReportEvent.NOT_PRINTED)
    assert stage.work().action is WorkAction.RELEASE
    stage.report(ReportEvent.RELEASED, yen_owed=FEE)
    assert (stage.order.payment, stage.order.yen_owed) == (Payment.RELEASED, FEE)
    relay.relay_once(HOME)
    assert (accounts.compare(HOME).is_equal, accounts.compare(HOME).yen_journal) == (True, 0)


def test_a_touch_in_the_moment_of_switching(stage: Stage) -> None:
    """It cannot be asked anew: the order is off, what was taken is owed."""
    ready(stage).ask(Tender.EMONEY)
    stage.switch()
    stage.report(ReportEvent.RELEASED, yen_owed=FEE)
    order = stage.order
    assert (order.payment, order.yen_owed, order.is_open) == (Payment.RELEASED, FEE, False)
    assert order.copies[0].state is State.CANCELLED


def test_what_is_owed_is_told_once_and_closed_by_paying_alone(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    for _ in range(2):
        stage.report(ReportEvent.COMMITTED, yen=FEE, yen_owed=700)
    for wrong in set(Verdict) - {Verdict.PAID_BACK}:
        with pytest.raises(VerdictRefusedError):
            close(wrong)
    close(Verdict.PAID_BACK)
    stage.report(ReportEvent.COMMITTED, yen=FEE, yen_owed=700)  # the agent never heard that it was heard
    assert [(case.kind, case.verdict) for case in rows(Case)] == [(CaseKind.CHANGE_OWED, "paid_back")]


def test_paid_back_is_no_verdict_on_anything_else(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    with pytest.raises(VerdictRefusedError):
        close(Verdict.PAID_BACK)


# --- what was said first stays


def test_the_first_word_of_a_terminal_stays_beside_later_ones(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one(ReportEvent.PRINTING)
    stage.report(ReportEvent.OUTCOME_UNKNOWN, attempt=attempt, details='{"sheets": 0}')
    stage.report(ReportEvent.OUTCOME_UNKNOWN, attempt=attempt, details='{"sheets": 0}')
    stage.report(ReportEvent.PRINTED, attempt=attempt, details='{"sheets": 1}')
    said = [(row.sequence, row.event, row.details) for row in rows(AttemptReport)]
    assert said == [
        (1, ReportEvent.PRINTING, "{}"),
        (2, ReportEvent.OUTCOME_UNKNOWN, '{"sheets": 0}'),
        (3, ReportEvent.PRINTED, '{"sheets": 1}'),
    ]


# --- receipts


def test_a_receipt_is_asked_for_once_and_names_nobody(stage: Stage, room: FakeRoom) -> None:
    room.fees = {"seal_registration": 200}
    stage.pay("resident_record", "resident_record", "seal_registration")
    for _ in range(3):
        stage.print_one(*PAPER)
    with pytest.raises(NoReceiptError):
        receipt(stage)
    stage.report(ReportEvent.COMMITTED, yen=800)
    assert stage.order.receipt is Receipt.OFFERED
    assert stage.work().action is WorkAction.NONE
    receipt(stage)
    receipt(stage)
    work = stage.work()
    assert (work.action, work.payment_key) == (WorkAction.RECEIPT, stage.order.payment_key)
    lines = work.receipt.splitlines()
    assert lines[:3] == ["領収書", "若草市", "第0000001号"]
    assert "住民票の写し 2通 × 300円 = 600円" in lines
    assert "印鑑登録証明書 1通 × 200円 = 200円" in lines
    assert lines[-3:-1] == ["合計 800円", "お支払い 現金"]
    assert room.name not in work.receipt
    stage.report(ReportEvent.RECEIPT_PRINTED)
    stage.report(ReportEvent.RECEIPT_PRINTED)
    assert stage.order.receipt is Receipt.PRINTED
    receipt(stage)
    assert stage.work().action is WorkAction.NONE
    assert [order.receipt_number for order in rows(Order)] == [1]


def test_numbers_of_receipts_have_no_gaps(stage: Stage) -> None:
    for number in (1, 2):
        stage.key = f"key-{number}"
        stage.pay()
        stage.print_one(*PAPER)
        stage.report(ReportEvent.COMMITTED, yen=FEE)
        receipt(stage)
    assert sorted(order.receipt_number for order in rows(Order)) == [1, 2]


def test_no_receipt_for_what_was_paid_back_or_free(stage: Stage, room: FakeRoom) -> None:
    room.yen = 0
    stage.pay()
    stage.print_one(*PAPER)
    assert stage.order.payment is Payment.COMMITTED
    with pytest.raises(NoReceiptError):
        receipt(stage)


@pytest.mark.parametrize("verdict", [Verdict.NOT_PRINTED, Verdict.CAME_OUT])
def test_the_sum_of_a_receipt_is_that_of_its_lines(stage: Stage, verdict: Verdict) -> None:
    """Both were kept by the machine; staff decide about the second while the resident waits, and give its fee back."""
    stage.pay("resident_record", "resident_record")
    stage.print_one(*PAPER)
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=2 * FEE)
    with pytest.raises(NoReceiptError):
        receipt(stage)
    close(verdict)
    receipt(stage)
    count = 1 if verdict is Verdict.NOT_PRINTED else 2
    lines = stage.work().receipt.splitlines()
    assert f"住民票の写し {count}通 × {FEE}円 = {count * FEE}円" in lines
    assert f"合計 {count * FEE}円" in lines


def test_no_receipt_when_all_was_given_back(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    close(Verdict.MISSING)
    assert (stage.order.payment, stage.order.receipt) == (Payment.COMMITTED, Receipt.NONE)
    with pytest.raises(NoReceiptError):
        receipt(stage)


def test_a_receipt_that_nobody_asked_for_is_refused(stage: Stage) -> None:
    stage.pay()
    with pytest.raises(ForeignReportError):
        stage.report(ReportEvent.RECEIPT_PRINTED)
