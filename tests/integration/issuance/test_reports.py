"""What a terminal says: in order, twice, late, wrong, or about somebody else."""

from __future__ import annotations

import json
import uuid

import pytest

from app.issuance import service
from app.issuance.errors import (
    CaseClosedError,
    ForeignReportError,
    GrantLostError,
    GrantRefusedError,
    OrderNotFoundError,
    SheetLostError,
    UndecidedError,
    VerdictRefusedError,
)
from app.issuance.granting import give_up
from app.issuance.journal import move
from app.issuance.models import Attempt, CaseKind, Disposal, Issuance, IssuanceEvent, Outbox, Sheet
from app.issuance.queries import list_cases
from app.issuance.service import Verdict
from app.issuance.states import TAKEN_UNSEEN, Payment, State
from app.municipalities.partitions import partitions
from app.payments.models import EntryType
from app.protocol.messages import ReportEvent, WorkAction
from tests.integration.issuance.conftest import FEE, HOME, OTHER_KIOSK, FakeRoom, Stage, rows

PRINTED = (ReportEvent.PRINTING, ReportEvent.PRINTED)
PAPER = (*PRINTED, ReportEvent.TAKEN)


def cases(closed: bool = False):
    with partitions.open(HOME) as p:
        return list_cases(p, closed=closed)


def close(verdict: Verdict, case_id: int | None = None):
    chosen = case_id or cases()[0].case_id
    with partitions.open(HOME, write=True) as p:
        return service.close_case(p, "staff:tester", chosen, verdict)


def entries() -> list[tuple[str, int]]:
    bodies = [json.loads(row.body) for row in rows(Outbox)]
    return [(body["entry_type"], body["yen"]) for body in bodies]


# --- The grant -----------------------------------------------------------------------------------------------------


def test_the_same_grant_gives_the_same_bytes_until_printing(stage: Stage) -> None:
    stage.pay()
    attempt, grant = stage.work().attempt_id, str(uuid.uuid4())
    first, second = stage.grant(grant, attempt), stage.grant(grant, attempt)
    assert first == second
    manifest, pdf = first
    assert pdf == f"%PDF of {stage.order.copies[0].issuance_id}".encode()
    assert (manifest.home, manifest.visit_id, manifest.grant_id) == (HOME, stage.visit_id, grant)
    assert manifest.issue_number == stage.order.copies[0].issue_number
    assert stage.work().attempt_id == attempt  # an answer that was lost may be asked for again
    stage.report(ReportEvent.PRINTING, attempt=attempt)
    assert stage.work().action is WorkAction.NONE
    with pytest.raises(GrantRefusedError):
        stage.grant(grant, attempt)


def test_another_grant_is_refused_and_a_person_looks(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one()
    with pytest.raises(GrantLostError) as lost:
        stage.grant(attempt=attempt)
    with partitions.open(HOME, write=True) as p:
        give_up(p, "terminal:x", attempt, lost.value)
    assert stage.order.copies[0].state is State.UNKNOWN
    assert [c.kind for c in cases()] == [CaseKind.OUTCOME_UNKNOWN]
    stage.report(ReportEvent.NOT_PRINTED, attempt=attempt)  # what such a terminal says proves nothing any more
    assert stage.order.copies[0].state is State.UNKNOWN


def test_one_copy_at_a_time(stage: Stage) -> None:
    stage.pay("resident_record", "resident_record")
    stage.print_one()
    with partitions.open(HOME) as p:
        waiting = [a.attempt_id for a in p.session.query(Attempt) if a.grant_id is None]
    with pytest.raises(GrantRefusedError):
        stage.grant(attempt=waiting[0])


def test_a_grant_id_is_for_one_attempt(stage: Stage) -> None:
    stage.pay("resident_record", "resident_record")
    grant = str(uuid.uuid4())
    attempt = stage.work().attempt_id
    stage.grant(grant, attempt)
    for event in PAPER:
        stage.report(event, attempt=attempt)
    with pytest.raises(GrantRefusedError):
        stage.grant(grant, stage.work().attempt_id)


def test_no_grant_without_money_or_for_another_terminal(stage: Stage) -> None:
    stage.place()
    stage.render()
    attempt = rows(Attempt)[0].attempt_id
    with pytest.raises(GrantRefusedError):
        stage.grant(attempt=attempt)
    stage.ask()
    stage.report(ReportEvent.HELD, yen=FEE)
    with pytest.raises(OrderNotFoundError):
        stage.grant(attempt=attempt, terminal_id=OTHER_KIOSK)
    with pytest.raises(OrderNotFoundError):
        stage.grant(attempt="nothing")


def test_a_stored_sheet_that_is_not_itself_is_never_printed(stage: Stage) -> None:
    """Its bytes; that its name and its attempt are others, the schema refuses."""
    stage.pay()
    attempt = stage.work().attempt_id
    with partitions.open(HOME, write=True) as p:
        sheet = p.session.query(Sheet).one()
        sheet.pdf = sheet.pdf[:-1] + b"x"
    with pytest.raises(SheetLostError) as lost:
        stage.grant(attempt=attempt)
    with partitions.open(HOME, write=True) as p:
        give_up(p, "terminal:x", attempt, lost.value)
    order = stage.order
    assert (order.copies[0].state, order.payment) == (State.FAILED, Payment.RELEASING)
    assert [c.kind for c in cases()] == [CaseKind.GUARD_MISMATCH]


# --- Paper ---------------------------------------------------------------------------------------------------------


def test_replays_change_nothing(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one(*PAPER)
    before = len(rows(IssuanceEvent))
    for event in PAPER:
        stage.report(event, attempt=attempt)
    for _ in range(2):
        stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert len(rows(IssuanceEvent)) == before + 1
    assert (stage.order.copies[0].state, cases()) == (State.SETTLED, [])
    assert entries() == [("charge", FEE)]


def test_a_report_that_overtakes_walks_the_whole_way(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one(ReportEvent.TAKEN)
    stage.report(ReportEvent.PRINTING, attempt=attempt)
    assert stage.order.copies[0].state is State.TAKEN
    path = [State.FIXED, State.READY, State.GRANTED, State.PRINTING, State.PRINTED, State.TAKEN]
    assert [e.to_state for e in rows(IssuanceEvent)] == path


@pytest.mark.parametrize("field", ["terminal_id", "visit_id", "payment_key"])
def test_a_strangers_report_is_refused(stage: Stage, field: str) -> None:
    stage.pay()
    with pytest.raises(ForeignReportError):
        stage.report(ReportEvent.RELEASED, yen=FEE, **{field: "another"})
    assert stage.order.payment is Payment.HELD


def test_an_attempt_of_another_order_is_refused(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    stage.key = "key-2"
    key = stage.pay().payment_key
    with pytest.raises(ForeignReportError):
        stage.report(ReportEvent.NOT_PRINTED, attempt=attempt, payment_key=key)
    with pytest.raises(ForeignReportError):
        stage.report(ReportEvent.PRINTED, attempt="nothing")


def test_not_printed_costs_nothing(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.PRINTING, ReportEvent.NOT_PRINTED)
    assert stage.work().action is WorkAction.RELEASE
    stage.report(ReportEvent.RELEASED, yen=FEE)
    order = stage.order
    assert (order.copies[0].state, order.is_open) == (State.NOT_PRINTED, False)
    assert entries() == [("void", 0)]
    assert [a.disposal for a in rows(Attempt)] == [Disposal.NEVER_PRINTED]


def test_the_resident_pays_for_what_came_out(stage: Stage) -> None:
    stage.pay(*["resident_record"] * 3)
    stage.print_one(*PAPER)
    stage.print_one(ReportEvent.NOT_PRINTED)
    work = stage.work()
    assert (work.action, work.yen) == (WorkAction.COMMIT, FEE)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    states = [c.state for c in stage.order.copies]
    assert states == [State.SETTLED, State.NOT_PRINTED, State.CANCELLED]
    assert sorted(entries()) == [("charge", FEE), ("void", 0), ("void", 0)]


def test_a_printer_that_is_not_ready_before_the_grant(stage: Stage) -> None:
    stage.pay()
    stage.report(ReportEvent.NOT_PRINTED, attempt=stage.work().attempt_id)
    assert (stage.order.copies[0].state, stage.order.payment) == (State.CANCELLED, Payment.RELEASING)


def test_unknown_is_charged_until_a_person_has_looked(stage: Stage) -> None:
    stage.pay("resident_record", "resident_record")
    attempt = stage.print_one(ReportEvent.PRINTING, ReportEvent.OUTCOME_UNKNOWN)
    assert (stage.work().action, stage.work().yen) == (WorkAction.COMMIT, FEE)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    stage.report(ReportEvent.PRINTED, attempt=attempt, details='{"late": 1}')  # too late to decide anything
    order = stage.order
    assert (order.copies[0].state, order.is_open, order.needs_staff) == (State.UNKNOWN, True, True)
    (case,) = cases()
    assert [e["event"] for e in case.evidence] == ["outcome_unknown", "printed"]
    with partitions.open(HOME, write=True) as p, pytest.raises(UndecidedError):
        move(p, p.session.get(Issuance, case.issuance_id), State.SETTLED, "reconcile")


@pytest.mark.parametrize(
    ("verdict", "state", "lines", "disposal"),
    [
        (Verdict.CAME_OUT, State.SETTLED, [("charge", FEE)], None),
        (Verdict.NOT_PRINTED, State.VOIDED, [("charge", FEE), ("refund", FEE), ("void", 0)], Disposal.NEVER_PRINTED),
        (Verdict.DESTROYED, State.VOIDED, [("charge", FEE), ("refund", FEE), ("void", 0)], Disposal.DESTROYED),
        (Verdict.MISSING, State.VOIDED, [("charge", FEE), ("refund", FEE), ("void", 0)], Disposal.MISSING),
    ],
)
def test_verdicts_on_a_copy(stage: Stage, verdict: Verdict, state: State, lines: list, disposal) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert rows(Sheet)  # evidence, until somebody has looked
    case = close(verdict)
    assert (case.closed_by, case.verdict) == ("staff:tester", verdict.value)
    assert (stage.order.copies[0].state, stage.order.is_open) == (state, False)
    assert entries() == lines
    assert rows(Attempt)[0].disposal is disposal
    assert (rows(Sheet), rows(Issuance)[0].document) == ([], "")
    with pytest.raises(CaseClosedError):
        close(verdict, case.case_id)


def test_verdicts_that_do_not_fit(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    for verdict in (Verdict.CHECKED, Verdict.KEPT, Verdict.REFUNDED):
        with pytest.raises(VerdictRefusedError):
            close(verdict)
    with partitions.open(HOME, write=True) as p, pytest.raises(OrderNotFoundError):
        service.close_case(p, "staff:tester", 999, Verdict.CHECKED)
    assert len(cases()) == 1


def test_a_sheet_left_behind_waits_for_a_person(stage: Stage) -> None:
    stage.pay()
    attempt = stage.print_one(*PRINTED, ReportEvent.NOT_TAKEN)
    stage.report(ReportEvent.NOT_TAKEN, attempt=attempt)
    stage.report(ReportEvent.TAKEN, attempt=attempt)  # somebody took it: evidence, not proof
    assert stage.order.copies[0].state is State.UNKNOWN
    (case,) = cases()
    assert (case.kind, [e["event"] for e in case.evidence]) == (CaseKind.NOT_TAKEN, ["not_taken", "taken"])


@pytest.mark.parametrize(
    ("before", "state"),
    [((), State.NOT_PRINTED), ((ReportEvent.PRINTING,), State.UNKNOWN)],
)
def test_a_mismatch_stops_everything(stage: Stage, before: tuple, state: State) -> None:
    stage.pay("resident_record", "resident_record")
    stage.print_one(*before, ReportEvent.MISMATCH)
    assert [c.state for c in stage.order.copies] == [state, State.CANCELLED]
    assert [c.kind for c in cases()] == [CaseKind.MANIFEST_MISMATCH]


def test_a_sheet_that_cannot_exist_is_a_mismatch(stage: Stage) -> None:
    stage.pay()
    attempt = stage.work().attempt_id
    stage.cancel()
    stage.report(ReportEvent.PRINTED, attempt=attempt)
    assert stage.order.copies[0].state is State.CANCELLED
    assert [c.kind for c in cases()] == [CaseKind.MANIFEST_MISMATCH]


MAY_BE_OUT = [ReportEvent.OUTCOME_UNKNOWN, ReportEvent.NOT_TAKEN, *PAPER]


@pytest.mark.parametrize("event", MAY_BE_OUT)
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_sheet_that_may_be_out_without_a_grant(stage: Stage, event: ReportEvent, is_cancelled: bool) -> None:
    """The town was restored to before the grant; the terminal knows more. Nothing more is printed, a person looks."""
    stage.pay("resident_record", "resident_record")
    attempt = stage.work().attempt_id
    if is_cancelled:
        stage.cancel()
    for _ in range(2):
        stage.report(event, attempt=attempt)
    assert [c.state for c in stage.order.copies] == [State.CANCELLED] * 2
    assert [(c.kind, c.issuance_id) for c in cases()] == [
        (CaseKind.MANIFEST_MISMATCH, stage.order.copies[0].issuance_id)
    ]
    assert stage.work().action is WorkAction.RELEASE


@pytest.mark.parametrize("event", [ReportEvent.OUTCOME_UNKNOWN, ReportEvent.NOT_TAKEN])
def test_a_terminal_that_comes_back_after_the_verdict_opens_no_second_case(stage: Stage, event: ReportEvent) -> None:
    """Of a copy that was granted, and that a person has decided about, it says what the person knew."""
    stage.pay()
    attempt = stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    close(Verdict.DESTROYED)
    stage.report(event, attempt=attempt)
    assert cases() == []


# --- Money ---------------------------------------------------------------------------------------------------------


def test_escrow_only_grows(stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask()
    stage.report(ReportEvent.INSERTED, yen=200)
    stage.report(ReportEvent.INSERTED, yen=100)
    assert stage.order.yen_inserted == 200
    stage.report(ReportEvent.HELD, yen=200)  # less than the price: the device is wrong
    assert stage.order.payment is Payment.UNKNOWN


def test_the_return_button_of_the_device_calls_the_order_off(stage: Stage) -> None:
    stage.pay()
    stage.report(ReportEvent.RELEASED, yen=FEE)
    order = stage.order
    assert (order.payment, order.copies[0].state, order.is_open) == (Payment.RELEASED, State.CANCELLED, False)
    assert cases() == []


def test_a_late_coin_of_a_cancelled_order_is_given_back(stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask()
    stage.cancel()
    stage.report(ReportEvent.HELD, yen=FEE)
    assert (stage.order.payment, stage.work().action) == (Payment.RELEASING, WorkAction.RELEASE)


@pytest.mark.parametrize("event", [ReportEvent.PAYMENT_UNKNOWN, ReportEvent.COMMITTED])
def test_money_in_doubt_before_printing(stage: Stage, event: ReportEvent) -> None:
    stage.pay()
    stage.report(event, yen=FEE)
    assert (stage.order.payment, stage.order.copies[0].state) == (Payment.UNKNOWN, State.CANCELLED)
    stage.report(ReportEvent.RELEASED, yen=FEE)  # evidence, no decision
    assert stage.order.payment is Payment.UNKNOWN
    with pytest.raises(VerdictRefusedError):
        close(Verdict.KEPT)  # nothing came out
    with pytest.raises(VerdictRefusedError):
        close(Verdict.CHECKED)
    close(Verdict.REFUNDED)
    assert (stage.order.payment, stage.order.is_open) == (Payment.RELEASED, False)
    assert entries() == [("void", 0)]


def test_another_sum_than_was_due_is_in_doubt(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE + 100)
    assert stage.order.payment is Payment.UNKNOWN
    close(Verdict.KEPT)
    assert (stage.order.payment, stage.order.copies[0].state) == (Payment.COMMITTED, State.SETTLED)
    assert entries() == [("charge", FEE)]


def test_money_given_back_although_the_sheet_is_out(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.RELEASED, yen=FEE)
    assert stage.order.payment is Payment.UNKNOWN
    close(Verdict.REFUNDED)
    assert stage.order.copies[0].state is State.SETTLED
    assert entries() == [("charge", 0)]


def test_a_verdict_on_the_copy_before_the_verdict_on_its_money(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.PAYMENT_UNKNOWN)
    by_kind = {case.kind: case.case_id for case in cases()}
    close(Verdict.CAME_OUT, by_kind[CaseKind.OUTCOME_UNKNOWN])
    assert stage.order.is_open
    close(Verdict.REFUNDED, by_kind[CaseKind.PAYMENT_UNKNOWN])
    assert entries() == [("charge", FEE), ("refund", FEE)]
    assert not stage.order.is_open


def test_a_mixed_basket_whose_paid_copy_did_not_come(stage: Stage, room: FakeRoom) -> None:
    """A free copy is out, the paid one is not: everything goes back, and the free one counts."""
    room.fees["resident_record_items"] = 0
    stage.place("resident_record_items", "resident_record")
    stage.render()
    stage.ask()
    stage.report(ReportEvent.HELD, yen=FEE)
    stage.print_one(*PAPER)
    stage.print_one(ReportEvent.NOT_PRINTED)
    assert stage.work().action is WorkAction.RELEASE
    stage.report(ReportEvent.RELEASED, yen=FEE)
    assert [c.state for c in stage.order.copies] == [State.SETTLED, State.NOT_PRINTED]
    assert sorted(entries()) == [("charge", 0), ("void", 0)]


def test_a_number_is_charged_by_one_name_only() -> None:
    assert {e.value for e in EntryType} == {"charge", "refund", "void"}


@pytest.mark.parametrize(
    ("details", "note"),
    [('{"taken": "unknown"}', TAKEN_UNSEEN), ('{"taken": "seen"}', ""), ("no json", ""), ("[]", "")],
)
def test_that_nobody_saw_a_sheet_leave_is_noted_with_the_move(stage: Stage, details: str, note: str) -> None:
    stage.pay()
    attempt = stage.print_one(*PRINTED)
    stage.report(ReportEvent.TAKEN, attempt=attempt, details=details)
    (event,) = [event for event in rows(IssuanceEvent) if event.to_state is State.TAKEN]
    assert event.note == note
    assert {e.note for e in rows(IssuanceEvent) if e.to_state is State.PRINTED} == {""}
