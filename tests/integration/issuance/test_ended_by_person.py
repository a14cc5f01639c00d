"""Money that a person has ended while its terminal was away: the device is told, and what it says is heard."""

from __future__ import annotations

import pytest

from app.cards import visits
from app.cards.vocabularies import VisitState
from app.issuance import aftermath, service
from app.issuance.models import Case, CaseKind
from app.issuance.money_models import PaymentTry
from app.issuance.queries import has_open_order, list_cases
from app.issuance.service import Verdict
from app.issuance.states import Payment
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent, Tender, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, Stage, rows
from tests.integration.issuance.test_reconcile import MINUTE, later

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


def left_unpaid(stage: Stage, tender: Tender = Tender.CASH) -> None:
    """Asked for; the terminal went away, and so did the resident; a person says that all money was given back."""
    stage.place()
    stage.render()
    stage.ask(tender)
    gone(stage)
    decide(Verdict.REFUNDED)


def left_paid(stage: Stage, *kinds: str) -> None:
    """The sheet is out, the terminal went away, the resident has it; a person says that the fee is in the machine."""
    stage.pay(*kinds)
    stage.print_one(*PAPER)
    gone(stage)
    decide(Verdict.KEPT)


def gone(stage: Stage) -> None:
    stage.leave()
    later(1)
    later(11 * MINUTE)


def decide(verdict: Verdict, expected: CaseKind = CaseKind.PAYMENT_UNKNOWN) -> None:
    with partitions.open(HOME, write=True) as p:
        (case,) = list_cases(p)
        assert case.kind is expected
        service.close_case(p, "staff:tester", case.case_id, verdict)


def open_cases() -> list[tuple[CaseKind, str]]:
    with partitions.open(HOME) as p:
        return [(case.kind, case.evidence[-1]["event"]) for case in list_cases(p)]


def is_over(stage: Stage) -> bool:
    aftermath.follow_up(HOME, "staff:tester", stage.visit_id)
    later(1)
    return visits.find_visit(stage.visit_id).state is VisitState.ENDED


# --- the device is told


def test_a_device_is_told_to_give_back_what_a_person_says_was_given_back(stage: Stage) -> None:
    left_unpaid(stage)
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)
    work = stage.work()
    assert (work.action, work.payment_key, work.yen) == (WorkAction.RELEASE, stage.order.payment_key, 0)
    stage.report(ReportEvent.RELEASED)
    assert (stage.work().action, open_cases()) == (WorkAction.NONE, [])


def test_a_device_is_told_to_keep_what_a_person_says_is_in_it(stage: Stage) -> None:
    left_paid(stage)
    assert (stage.order.payment, stage.order.is_open) == (Payment.COMMITTED, False)
    work = stage.work()
    assert (work.action, work.payment_key, work.yen) == (WorkAction.COMMIT, stage.order.payment_key, FEE)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert (stage.work().action, open_cases()) == (WorkAction.NONE, [])


@pytest.mark.parametrize("way", [left_unpaid, left_paid])
def test_the_terminal_serves_nobody_else_until_its_device_has_said(stage: Stage, way) -> None:
    way(stage)
    assert not is_over(stage)
    with partitions.open(HOME) as p:
        assert has_open_order(p, stage.visit_id)
    stage.report(ReportEvent.PAYMENT_UNKNOWN)  # the till of the terminal does nothing more with it
    assert is_over(stage)
    assert open_cases() == [(CaseKind.PAYMENT_UNKNOWN, "payment_unknown")]  # for a person to look once more


def test_money_comes_before_the_next_order_of_the_same_visit(stage: Stage) -> None:
    """Staff decide while the resident still stands there, who orders anew."""
    stage.place()
    stage.render()
    stage.ask()
    stage.cancel()
    later(11 * MINUTE)
    decide(Verdict.REFUNDED)
    first = stage.order.payment_key
    stage.key = "key-2"
    stage.place()
    stage.render()
    stage.ask()
    assert (stage.work().action, stage.work().payment_key) == (WorkAction.RELEASE, first)
    stage.report(ReportEvent.RELEASED, payment_key=first)
    assert (stage.work().action, stage.work().payment_key) == (WorkAction.COLLECT, stage.order.payment_key)


@pytest.mark.parametrize("word", [ReportEvent.COMMITTED, ReportEvent.RELEASED, ReportEvent.PAYMENT_UNKNOWN])
def test_what_the_device_has_ended_itself_is_not_told_again(stage: Stage, word: ReportEvent) -> None:
    """Its word left money in doubt, and a person decided."""
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(word, yen=FEE + 100)
    decide(Verdict.KEPT)
    assert (stage.order.payment, stage.work().action) == (Payment.COMMITTED, WorkAction.NONE)


def test_a_device_that_only_held_too_little_is_told(stage: Stage) -> None:
    """A wrong word that ends nothing at the terminal: it would go on collecting."""
    stage.place()
    stage.render()
    stage.ask()
    stage.report(ReportEvent.HELD, yen=FEE - 100)
    decide(Verdict.REFUNDED)
    assert stage.work().action is WorkAction.RELEASE


def test_a_try_that_was_given_up_for_another_tender_is_over_at_the_device(stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask(Tender.QR)
    stage.switch()
    stage.report(ReportEvent.RELEASED)
    stage.ask(Tender.CASH)
    assert [t.device_ended_at is not None for t in rows(PaymentTry)] == [True, False]
    assert stage.work().action is WorkAction.COLLECT


# --- and heard


@pytest.mark.parametrize("word", [ReportEvent.INSERTED, ReportEvent.HELD])
def test_money_in_a_device_that_a_person_has_ended_is_a_case(stage: Stage, word: ReportEvent) -> None:
    """Perhaps it is somebody else's."""
    left_unpaid(stage)
    stage.report(word, yen=FEE)
    assert open_cases() == [(CaseKind.PAYMENT_UNKNOWN, word.value)]
    decide(Verdict.CHECKED)
    assert stage.order.yen_inserted == 0


@pytest.mark.parametrize("word", [ReportEvent.INSERTED, ReportEvent.HELD])
def test_a_word_that_was_overtaken_by_the_last_one_is_none(stage: Stage, word: ReportEvent) -> None:
    left_unpaid(stage)
    stage.report(ReportEvent.RELEASED, yen=FEE)
    stage.report(word, yen=FEE)
    assert open_cases() == []


def test_change_that_is_owed_after_the_verdict_that_it_was_kept(stage: Stage) -> None:
    left_paid(stage)
    for _ in range(2):
        stage.report(ReportEvent.COMMITTED, yen=FEE, yen_owed=700)
    assert open_cases() == [(CaseKind.CHANGE_OWED, "committed")]
    (_, case) = rows(Case)
    assert '"yen_owed": 700' in case.evidence


def test_a_touch_that_is_owed_after_the_verdict_that_it_was_given_back(stage: Stage) -> None:
    """E-money cannot be given back by the machine, so it was not. Paid by hand, it is owed no second time."""
    left_unpaid(stage, Tender.EMONEY)
    stage.report(ReportEvent.RELEASED, yen_owed=FEE)
    decide(Verdict.PAID_BACK, CaseKind.CHANGE_OWED)
    stage.report(ReportEvent.RELEASED, yen_owed=FEE)  # the terminal never heard that it was heard
    assert open_cases() == []


@pytest.mark.parametrize(("way", "word"), [(left_unpaid, ReportEvent.COMMITTED), (left_paid, ReportEvent.RELEASED)])
def test_a_device_that_has_done_the_opposite_is_a_case(stage: Stage, way, word: ReportEvent) -> None:
    way(stage)
    stage.report(word, yen=FEE)
    assert open_cases() == [(CaseKind.PAYMENT_UNKNOWN, word.value)]
    assert stage.work().action is WorkAction.NONE
