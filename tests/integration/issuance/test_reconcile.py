"""Everything that was left lying ends paid back or in front of a person; nothing goes back to a printer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.cards import visits
from app.cards.queries import find_cardholder
from app.cards.vocabularies import VisitState
from app.issuance import aftermath, reconcile, service
from app.issuance.models import CaseKind, IssuanceEvent, Outbox
from app.issuance.money_models import PaymentEvent
from app.issuance.queries import list_cases
from app.issuance.service import Verdict
from app.issuance.states import Payment, State
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from app.protocol.messages import ReportEvent, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, KIOSK, OTHER, Stage, rows

PRINTED = (ReportEvent.PRINTING, ReportEvent.PRINTED)
MINUTE = 60


def later(seconds: float, codes: tuple[str, ...] = (HOME, OTHER)) -> int:
    """Reconcile as it will be in a while."""
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        return reconcile.reconcile_all(list(codes))


def cases():
    with partitions.open(HOME) as p:
        return list_cases(p)


def visit_state(stage: Stage) -> VisitState:
    return visits.find_visit(stage.visit_id).state


def test_a_visit_in_use_is_left_alone(stage: Stage) -> None:
    stage.pay()
    assert later(2 * MINUTE) == 0
    assert (visit_state(stage), stage.order.payment) == (VisitState.SIGNED_IN, Payment.HELD)


def test_an_idle_visit_without_an_order_ends(stage: Stage) -> None:
    later(4 * MINUTE)
    assert visit_state(stage) is VisitState.ENDED


@pytest.mark.parametrize("step", ["placed", "ready", "asked"])
def test_a_resident_who_left_before_paying_pays_nothing(stage: Stage, step: str) -> None:
    stage.place()
    if step != "placed":
        stage.render()
    if step == "asked":
        stage.ask()
    later(4 * MINUTE)
    order = stage.order
    assert order.copies[0].state is State.CANCELLED
    if step == "asked":
        assert stage.work().action is WorkAction.RELEASE
        stage.report(ReportEvent.RELEASED)
    later(5 * MINUTE)
    assert (stage.order.is_open, visit_state(stage)) == (False, VisitState.ENDED)


def test_a_resident_who_left_after_paying_is_paid_back(stage: Stage) -> None:
    stage.pay()
    stage.leave()
    later(1)
    assert (stage.order.payment, stage.order.copies[0].state) == (Payment.RELEASING, State.CANCELLED)
    assert visit_state(stage) is VisitState.CLOSING  # the terminal stays theirs until the money is out
    stage.report(ReportEvent.RELEASED, yen=FEE)
    later(1)
    assert visit_state(stage) is VisitState.ENDED


@pytest.mark.parametrize("events", [(), (ReportEvent.PRINTING,)])
def test_a_silent_printer_is_a_case_and_never_a_second_print(stage: Stage, events: tuple) -> None:
    stage.pay("resident_record", "resident_record")
    attempt = stage.print_one(*events)
    later(4 * MINUTE)
    assert stage.order.copies[0].state in {State.GRANTED, State.PRINTING}
    for _ in range(3):
        later(6 * MINUTE)
    assert [c.state for c in stage.order.copies] == [State.UNKNOWN, State.CANCELLED]
    assert [c.kind for c in cases()] == [CaseKind.OUTCOME_UNKNOWN]
    assert get_terminal(KIOSK).stopped_reason == "outcome_unknown"  # its sheet would meet the next resident
    assert stage.work().action is WorkAction.COMMIT
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    stage.report(ReportEvent.PRINTED, attempt=attempt)
    later(3600)
    assert stage.order.copies[0].state is State.UNKNOWN


def test_a_sheet_that_nobody_said_was_taken(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PRINTED)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    later(6 * MINUTE)
    (case,) = cases()
    assert (case.kind, stage.order.copies[0].state) == (CaseKind.NOT_TAKEN, State.UNKNOWN)
    later(6 * MINUTE)
    assert visit_state(stage) is VisitState.CLOSING  # a stranger's sheet may lie in the tray
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", case.case_id, Verdict.DESTROYED)
    later(6 * MINUTE)
    assert (stage.order.is_open, visit_state(stage)) == (False, VisitState.ENDED)


def test_sheets_that_nobody_makes_are_called_off_and_told(stage: Stage) -> None:
    """The worker is dead, and the resident still looks at the screen."""
    stage.place("resident_record", "seal_registration")
    for seconds in (299, 301):
        with clock.frozen(clock.now() + timedelta(seconds=seconds)):
            visits.touch(stage.visit_id)
            reconcile.reconcile_all([HOME])
        assert stage.order.is_open is (seconds == 299)
    assert {copy.state for copy in stage.order.copies} == {State.CANCELLED}
    (case,) = cases()
    assert (case.kind, case.evidence[0]["state"]) == (CaseKind.RENDER_FAILED, "fixed")
    assert get_terminal(KIOSK).stopped_reason is None  # it is no fault of the terminal
    assert later(1) == 0
    assert len(cases()) == 1


def test_a_silent_cash_device_keeps_its_order_and_raises_a_case(stage: Stage) -> None:
    stage.pay()
    stage.cancel()
    for _ in range(2):
        later(11 * MINUTE)
    assert (stage.order.payment, [c.kind for c in cases()]) == (Payment.RELEASING, [CaseKind.PAYMENT_UNKNOWN])
    stage.report(ReportEvent.RELEASED, yen=FEE)  # it is back: the money is out, the case stays for a person
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)
    assert len(cases()) == 1
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", 1, Verdict.CHECKED)
    assert cases() == []


def test_a_cash_device_that_never_comes_back_is_counted_by_a_person(stage: Stage) -> None:
    stage.pay()
    stage.cancel()
    later(11 * MINUTE)
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", 1, Verdict.REFUNDED)
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)


def test_a_terminal_that_does_not_come_for_its_work(stage: Stage) -> None:
    """The progress page polls, so the visit is not idle; the agent is dead."""
    stage.pay()
    with clock.frozen(clock.now() + timedelta(seconds=301)):
        visits.touch(stage.visit_id)
        reconcile.reconcile_all([HOME])
    assert stage.order.payment is Payment.RELEASING


def test_an_open_mismatch_stops_the_terminal_even_after_a_crash(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.MISMATCH)  # the portal dies before it could stop the terminal
    assert get_terminal(KIOSK).stopped_reason is None
    later(1)
    assert get_terminal(KIOSK).stopped_reason == "mismatch"
    later(1)


def test_twice_is_once(stage: Stage) -> None:
    stage.pay()
    stage.leave()
    later(1)
    before = [len(rows(m)) for m in (IssuanceEvent, PaymentEvent, Outbox)]
    later(1)
    assert [len(rows(m)) for m in (IssuanceEvent, PaymentEvent, Outbox)] == before


def test_no_state_is_left_without_an_end(stage: Stage) -> None:
    """Whatever state the journal is in, an hour of reconciling and a willing device close it or raise a case."""
    stage.pay("resident_record", "resident_record")
    stage.print_one(*PRINTED, ReportEvent.TAKEN)
    stage.leave()
    later(1)
    assert (stage.work().action, stage.work().yen) == (WorkAction.COMMIT, FEE)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    later(1)
    assert (stage.order.is_open, visit_state(stage)) == (False, VisitState.ENDED)
    with partitions.open(HOME) as p:
        assert p.session.scalar(sa.text("SELECT count(*) FROM sheet")) == 0


# --- The end of a visit ----------------------------------------------------------------------------------------------


def test_a_visit_does_not_end_over_an_order_that_came_in_between(stage: Stage) -> None:
    """Two pages at once: one leaves while the other orders and pays. The terminal must still hear of the money."""
    stage.place()
    stage.render()
    stage.ask()
    aftermath.end_visit(HOME, stage.visit_id, "stopped")
    visit = visits.find_visit(stage.visit_id)
    assert visit is not None
    assert visit.state is VisitState.CLOSING
    reconcile.reconcile_town(HOME)
    assert stage.work().action is WorkAction.RELEASE


def test_a_visit_that_ends_signs_its_resident_out(stage: Stage) -> None:
    aftermath.end_visit(HOME, stage.visit_id, "replaced")
    with partitions.open(HOME) as p:
        assert find_cardholder(p, stage.visit_id) is None
