"""What a terminal's devices have counted against the journals: agreement, ranges, differences, and cases about them."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import clock
from app.audit.actions import Action
from app.audit.models import UnionAuditEntry
from app.issuance import accounts, counting, relay, service
from app.issuance.cases import Verdict
from app.issuance.counting import Books, Range
from app.issuance.errors import BadBookingError
from app.issuance.models import Case, CaseKind
from app.municipalities.errors import UnknownTerminalError
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read, union_write
from app.payments import counts
from app.payments.counts import Booked
from app.payments.models import LedgerEntry, SheetReason, TerminalCount
from app.protocol.messages import Count, ReportEvent, Tender
from tests.integration.issuance.conftest import FEE, HOME, KIOSK, OTHER, OTHER_KIOSK, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
ACTOR = "reconcile"


def count(sheets: int = 0, cash: int = 0, emoney: int = 0, qr: int = 0, terminal: str = KIOSK) -> Count:
    now = int(clock.now().timestamp())
    return Count(terminal, str(uuid.uuid4()), now, sheets, cash, emoney, qr)


def tell(times: int = 2, **counted: int | str) -> bool:
    """The same count, as often as it takes to be sure; what the portal answered to the last."""
    return [counting.take_count(count(**counted)) for _ in range(times)][-1]


def cases() -> list[Case]:
    return [case for case in rows(Case) if case.kind is CaseKind.COUNT_DIFFERS]


def evidence(case: Case) -> list[dict]:
    return json.loads(case.evidence)


def sell(stage: Stage, tender: Tender = Tender.CASH) -> None:
    stage.key = uuid.uuid4().hex
    stage.place()
    stage.render()
    stage.ask(tender)
    stage.report(ReportEvent.HELD, yen=FEE)
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)


@pytest.mark.parametrize(
    ("given", "counted", "more"), [((2, 5), 2, 0), ((2, 5), 4, 0), ((2, 5), 7, 2), ((2, 5), 1, -1), ((0, 0), 0, 0)]
)
def test_how_far_a_count_lies_beside_a_range(given: tuple[int, int], counted: int, more: int) -> None:
    assert Range(*given).more(counted) == more


def test_books_of_towns_add_up() -> None:
    one = Books(sheets=Range(1, 2), cash=Range(300, 300))
    assert one + one == Books(sheets=Range(2, 4), cash=Range(600, 600))


def test_a_terminal_that_agrees_is_left_in_peace(stage: Stage) -> None:
    for tender in Tender:
        sell(stage, tender)
    assert tell(sheets=3, cash=FEE, emoney=FEE, qr=FEE)
    counting.judge_counts(ACTOR)
    assert (cases(), counting.list_differing()) == ([], {})


def test_a_difference_is_told_twice_before_it_is_a_case(stage: Stage) -> None:
    sell(stage)
    assert not tell(1, sheets=2, cash=FEE)
    counting.judge_counts(ACTOR)
    assert cases() == []
    assert tell(1, sheets=2, cash=FEE)  # heard; there is nothing more to say
    counting.judge_counts(ACTOR)
    counting.judge_counts(ACTOR)
    (case,) = cases()
    assert (case.terminal_id, case.order_id) == (KIOSK, None)
    assert evidence(case) == [{"event": "count", "sheets_more": 1}]
    assert counting.list_differing() == {KIOSK: {"sheets_more": 1}}


def test_money_that_the_box_does_not_hold(stage: Stage) -> None:
    sell(stage)
    tell(sheets=1, cash=0)
    counting.judge_counts(ACTOR)
    assert evidence(cases()[0]) == [{"event": "count", "yen_cash_more": -FEE}]


def test_the_tender_matters(stage: Stage) -> None:
    sell(stage, Tender.QR)
    tell(sheets=1, cash=FEE)
    counting.judge_counts(ACTOR)
    assert evidence(cases()[0]) == [{"event": "count", "yen_cash_more": FEE, "yen_qr_more": -FEE}]


def test_another_difference_is_added_and_the_same_after_closing_is_no_news(stage: Stage) -> None:
    tell(sheets=1)
    counting.judge_counts(ACTOR)
    tell(sheets=2)
    counting.judge_counts(ACTOR)
    (case,) = cases()
    assert [e["sheets_more"] for e in evidence(case)] == [1, 2]
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", case.case_id, Verdict.CHECKED)
    tell(sheets=2)
    counting.judge_counts(ACTOR)
    assert len(cases()) == 1
    tell(sheets=3)
    counting.judge_counts(ACTOR)
    assert len(cases()) == 2


def test_what_is_undecided_is_a_range(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    for sheets in (0, 1):
        assert tell(1, sheets=sheets, cash=FEE)
    assert not tell(1, sheets=2, cash=FEE)


def test_money_that_is_undecided_is_a_range(stage: Stage) -> None:
    stage.pay()
    stage.report(ReportEvent.PAYMENT_UNKNOWN)
    for cash in (0, FEE):
        assert tell(1, cash=cash)


def test_what_is_owed_is_not_counted(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE, yen_owed=700)
    assert tell(1, sheets=1, cash=FEE)


def test_all_towns_of_a_terminal_are_in_its_books_and_no_other_terminal(stage: Stage) -> None:
    """A resident of HOME at the terminal of OTHER: the case is where the terminal stands."""
    stage.terminal_id = OTHER_KIOSK
    stage.arrive()
    sell(stage)
    assert tell(sheets=1, cash=FEE, terminal=OTHER_KIOSK)
    assert tell(sheets=0, cash=0)
    tell(sheets=0, cash=0, terminal=OTHER_KIOSK)
    counting.judge_counts(ACTOR)
    assert cases() == []
    assert [case.kind for case in rows(Case, OTHER)] == [CaseKind.COUNT_DIFFERS]


def test_sheets_that_nothing_counts(stage: Stage) -> None:
    sell(stage)
    assert tell(sheets=-1, cash=FEE)
    assert not tell(1, sheets=-1, cash=FEE - 10)


def test_the_same_count_again_is_one_count(stage: Stage) -> None:
    one = count(sheets=1)
    assert [counting.take_count(one), counting.take_count(one)] == [False, False]
    with union_write() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TerminalCount)) == 1
    assert counting.take_count(replace(one, count_id=str(uuid.uuid4())))


def test_a_town_that_cannot_be_asked_makes_no_difference(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "books_of", lambda _terminal_id: None)
    assert tell(sheets=7)
    counting.judge_counts(ACTOR)
    assert cases() == []


def test_accounts_that_differ_are_a_case_once(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    assert accounts.raise_difference(HOME, ACTOR).is_equal
    with union_write() as session:
        on = " ON ledger_entry" if session.connection().dialect.name == "postgresql" else ""
        session.execute(sa.text(f"DROP TRIGGER ledger_entry_kept{on}"))  # the schema itself would refuse
        session.execute(sa.delete(LedgerEntry))
    for _ in range(2):
        accounts.raise_difference(HOME, ACTOR)
    (case,) = [case for case in rows(Case) if case.kind is CaseKind.ACCOUNTS_DIFFER]
    assert evidence(case) == [{"event": "accounts", "lines_missing": 0, "yen_missing": FEE}]
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, "staff:tester", case.case_id, Verdict.CHECKED)
    accounts.raise_difference(HOME, ACTOR)
    assert len(rows(Case)) == 1


# --- Sheets that are nobody's -----------------------------------------------------------------------------------------

STAFF = "staff:tester"


def book(sheets: int, why: SheetReason = SheetReason.TEST_PAGE, terminal: str = KIOSK) -> None:
    counting.book_sheets(STAFF, terminal, sheets, why)


def test_a_test_page_is_a_difference_until_somebody_books_it(stage: Stage) -> None:
    sell(stage)
    tell(sheets=3, cash=FEE)
    counting.judge_counts(ACTOR)
    assert len(cases()) == 1
    book(2)
    assert counting.books_of(KIOSK).sheets == Range(3, 3)
    tell(sheets=3, cash=FEE)
    counting.judge_counts(ACTOR)
    assert counting.list_differing() == {}
    (case,) = cases()
    assert case.closed_at is None  # nothing closes by itself
    with partitions.open(HOME, write=True) as p:
        service.close_case(p, STAFF, case.case_id, Verdict.CHECKED)
    tell(sheets=5, cash=FEE)  # as far off as before it was booked: news again
    counting.judge_counts(ACTOR)
    assert len(cases()) == 2


def test_a_booking_is_of_one_terminal_and_stands_in_the_audit(stage: Stage) -> None:
    book(2, SheetReason.JAM)
    assert counting.books_of(OTHER_KIOSK).sheets == Range(0, 0)
    assert [(b.sheets, b.why, b.actor) for b in counting.list_bookings(KIOSK)] == [(2, SheetReason.JAM, STAFF)]
    with union_read() as session:
        entry = session.scalars(sa.select(UnionAuditEntry).order_by(UnionAuditEntry.sequence.desc())).first()
    assert (entry.action, entry.actor, entry.subject) == (Action.SHEETS_BOOKED, STAFF, KIOSK)
    assert json.loads(entry.details) == {"sheets": 2, "why": "jam"}


def test_a_counter_that_begins_anew_counts_fewer(stage: Stage) -> None:
    sell(stage)
    book(-1, SheetReason.COUNTER_CHANGED)
    assert tell(sheets=0, cash=FEE)
    assert counting.list_differing() == {}


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        (0, SheetReason.JAM),
        (-1, SheetReason.RUINED),
        (counting.MOST_SHEETS + 1, SheetReason.TEST_PAGE),
        (0, SheetReason.COUNTER_CHANGED),
        (counting.MOST_OF_COUNTER + 1, SheetReason.COUNTER_CHANGED),
    ],
)
def test_a_booking_that_cannot_be(stage: Stage, sheets: int, why: SheetReason) -> None:
    with pytest.raises(BadBookingError):
        book(sheets, why)
    with pytest.raises(UnknownTerminalError):
        book(1, terminal="kiosk-99")
    assert counting.list_bookings(KIOSK) == []


@pytest.mark.parametrize("statement", ["UPDATE sheet_booking SET sheets = 5", "DELETE FROM sheet_booking"])
def test_a_booking_is_for_good(stage: Stage, statement: str) -> None:
    book(1)
    with pytest.raises(DBAPIError), union_write() as session:
        session.execute(sa.text(statement))
    assert [b.sheets for b in counting.list_bookings(KIOSK)] == [1]


@pytest.mark.parametrize(("sheets", "why"), [(0, SheetReason.COUNTER_CHANGED), (-1, SheetReason.JAM)])
def test_the_schema_refuses_a_booking_that_cannot_be(stage: Stage, sheets: int, why: SheetReason) -> None:
    with pytest.raises(IntegrityError), union_write() as session:
        counts.add_booking(session, KIOSK, Booked(clock.now(), sheets, why, STAFF))
    assert counting.list_bookings(KIOSK) == []
