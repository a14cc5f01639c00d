"""What the schema refuses by itself, on both engines, by plain SQL: as if code were wrong or a person had a console."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.issuance import relay
from app.issuance.models import Attempt, Issuance, Order
from app.issuance.money_models import PaymentTry
from app.issuance.states import NEXT, NEXT_PAYMENT, Payment, State
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write
from app.protocol.messages import ReportEvent
from tests.integration.issuance.conftest import FEE, HOME, FakeRoom, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
NEW_TRY = """INSERT INTO payment_try (payment_key, order_id, number_in_order, tender, asked_at, lease_epoch)
    SELECT 'pay-2', order_id, 2, 'cash', placed_at, 1 FROM issue_order"""
NEW_ATTEMPT = """INSERT INTO attempt (attempt_id, issuance_id, number_in_copy, issue_number)
    SELECT 'second', issuance_id, 2, 'another number' FROM issuance"""


def refused(statement: str, by: str) -> None:
    """The statement fails, by this rule and no other, and nothing of it stays."""
    with pytest.raises(IntegrityError, match=by), partitions.open(HOME, write=True) as p:
        p.session.execute(sa.text(statement))


def allowed(*statements: str) -> None:
    with partitions.open(HOME, write=True) as p:
        for statement in statements:
            p.session.execute(sa.text(statement))


def sold(stage: Stage) -> Stage:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert not stage.order.is_open
    return stage


def voided(stage: Stage) -> Stage:
    stage.place()
    stage.cancel()
    return stage


def test_a_copy_goes_along_its_arrows_alone(stage: Stage) -> None:
    stage.place()
    for now in State:
        for to in set(State) - {now} - NEXT[now]:
            _refuse_move("issuance", "state", now, to, "copy_moves")


def test_money_goes_along_its_arrows_alone(stage: Stage) -> None:
    stage.place()
    for now in Payment:
        for to in set(Payment) - {now} - NEXT_PAYMENT[now]:
            _refuse_move("issue_order", "payment", now, to, "order_money_moves")


def _refuse_move(table: str, column: str, now: str, to: str, by: str) -> None:
    """The row is put into `now` while no rule is there; then one rule alone is asked."""
    also = ", tender = 'cash', yen_due = yen" if table == "issue_order" and now != Payment.NONE else ""
    with pytest.raises(IntegrityError, match=by), partitions.open(HOME, write=True) as p:  # noqa: PT012 one transaction
        connection = p.session.connection()
        enable = _disable(connection, table, by)
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = '{now}'{also}")  # noqa: S608 words of the states
        connection.exec_driver_sql(enable)
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = '{to}'")  # noqa: S608 words of the states


def _disable(connection: sa.Connection, table: str, by: str) -> str:
    """Take the table's rules away, in this transaction; what brings one of them back."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return f"ALTER TABLE {table} ENABLE TRIGGER {by}"
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    made = dict(tuple(row) for row in connection.exec_driver_sql(query, (table,)))
    for name in made:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return str(made[by])


def test_one_live_attempt_a_copy(stage: Stage) -> None:
    stage.place()
    refused(NEW_ATTEMPT, "issuance_id|one_live_attempt")


def test_a_number_is_void_only_of_a_copy_without_paper_and_stays_void(stage: Stage) -> None:
    void = "UPDATE attempt SET voided_at = '2026-11-21 00:00:00', disposal = 'destroyed'"
    stage.place()
    refused(void, "attempt_void_without_paper")
    stage.cancel()
    assert rows(Attempt)[0].voided_at is not None
    refused("UPDATE attempt SET voided_at = NULL, disposal = NULL", "attempt_once")
    refused("UPDATE attempt SET disposal = 'missing'", "attempt_once")


def test_a_refused_sheet_is_of_a_failed_copy_and_never_granted(stage: Stage) -> None:
    keep = """INSERT INTO refused_sheet (attempt_id, case_id, pdf, refused_at)
        SELECT attempt_id, 1, '', '2026-11-21 00:00:00' FROM attempt"""
    case = """INSERT INTO issue_case (case_id, kind, order_id, issuance_id, terminal_id, evidence, opened_at)
        SELECT {}, '{}', order_id, issuance_id, 'x', '[]', changed_at FROM issuance"""
    sheet = """INSERT INTO sheet (pdf_sha256, attempt_id, pdf, preview, stored_at)
        SELECT 'x', attempt_id, '', '', '2026-11-21 00:00:00' FROM attempt"""
    grant = "UPDATE attempt SET pdf_sha256 = 'x', sheets = 1, grant_id = 'a grant', grant_epoch = 1"
    fail = "UPDATE issuance SET state = 'failed'"
    stage.place()
    refused(keep, "refused_sheet_of_failed_copy")
    allowed(fail, case.format(1, "render_failed"))
    refused(keep, "refused_sheet_of_failed_copy")  # not a case of the guard
    allowed(case.format(2, "guard_mismatch"))
    keep = keep.replace("1, ''", "2, ''")
    with partitions.open(HOME, write=True) as p:
        p.session.execute(sa.text(grant))
        with pytest.raises(IntegrityError, match="refused_sheet_of_failed_copy"):
            p.session.execute(sa.text(keep))
        p.session.rollback()
    allowed(keep)
    refused(grant, "attempt_not_refused")
    refused(sheet, "sheet_not_refused")
    refused("UPDATE refused_sheet SET case_id = 1", "refused_sheet_unchanged")
    refused("DELETE FROM refused_sheet", "refused_sheet_kept")
    allowed("UPDATE issue_case SET closed_at = opened_at, closed_by = 'x'", "DELETE FROM refused_sheet")
    refused(keep, "refused_sheet_of_failed_copy")  # closed


def test_a_sheet_stays_the_sheet_of_its_attempt(stage: Stage) -> None:
    stage.pay()
    refused("UPDATE sheet SET attempt_id = 'another'", "sheet_is_what_it_is|FOREIGN KEY")
    refused("UPDATE sheet SET pdf_sha256 = 'another'", "sheet_is_what_it_is")


def test_settled_excludes_void_and_void_excludes_settled(stage: Stage) -> None:
    sold(stage)
    refused("UPDATE attempt SET voided_at = '2026-11-21 00:00:00', disposal = 'destroyed'", "attempt_void_without")
    refused("UPDATE issuance SET state = 'voided'", "copy_moves")
    event = """INSERT INTO issuance_event (issuance_id, sequence, to_state, actor, note, at)
        SELECT issuance_id, 99, 'voided', 'x', '', changed_at FROM issuance"""
    refused(event, "copy_ends_once|issuance_event.issuance_id")


def test_a_copy_whose_number_is_void_is_not_settled(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    by = "copy_settled_with_number"
    with pytest.raises(IntegrityError, match=by), partitions.open(HOME, write=True) as p:  # noqa: PT012 one transaction
        connection = p.session.connection()
        _disable(connection, "attempt", "attempt_once")
        connection.exec_driver_sql("UPDATE attempt SET voided_at = '2026-11-21 00:00:00', disposal = 'destroyed'")
        connection.exec_driver_sql("UPDATE issuance SET state = 'settled'")


def test_nothing_is_granted_before_money_is_held(stage: Stage) -> None:
    stage.place()
    stage.render()
    grant = "UPDATE issuance SET state = 'granted'"
    refused(grant, "copy_granted_on_money")
    stage.ask()
    refused(grant, "copy_granted_on_money")
    stage.report(ReportEvent.HELD, yen=FEE)
    allowed(grant)


def test_one_copy_of_an_order_is_at_the_printer(stage: Stage) -> None:
    stage.pay("resident_record", "seal_registration")
    refused("UPDATE issuance SET state = 'granted'", "one_at_printer|issuance.order_id")


def test_a_grant_is_given_once(stage: Stage) -> None:
    stage.pay()
    stage.print_one()
    refused("UPDATE attempt SET grant_id = 'another'", "attempt_once")
    refused("UPDATE attempt SET grant_id = NULL", "attempt_once")


def test_two_live_tries_are_refused(stage: Stage) -> None:
    stage.place()
    stage.render()
    stage.ask()
    refused(NEW_TRY, "payment_try_anew")
    refused("UPDATE issue_order SET tender = NULL", "asked_by_tender")
    second = "UPDATE payment_try SET payment_key = 'pay-2'"
    refused(second, "payment_try_is_what_it_is")


def test_two_live_tries_are_refused_by_the_index_too(stage: Stage) -> None:
    """Before anything was asked for: the order would allow a try, and one is live."""
    stage.place()
    first = NEW_TRY.replace("'pay-2'", "'pay-1'").replace(" 2,", " 1,")
    allowed(first)
    refused(NEW_TRY, "one_live_try|payment_try.order_id")


def test_after_kept_money_there_is_no_other_try(stage: Stage) -> None:
    sold(stage)
    assert [t.ended_as for t in rows(PaymentTry)] == ["committed"]
    refused(NEW_TRY, "payment_try_anew")
    refused("UPDATE payment_try SET ended_as = 'released'", "payment_try_ends_once")
    refused("UPDATE payment_try SET device_ended_at = NULL", "payment_try_ends_once")


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ("payment = 'released'", "order_money_moves|order_closed"),
        ("is_open = NOT is_open", "order_closed"),
        ("yen_due = 0", "order_closed"),
        ("yen_owed = 100", "order_closed"),
        ("yen_inserted = 1", "order_closed"),
        ("tender = 'qr'", "order_closed"),
        ("version = version + 1", "order_closed"),
        ("terminal_id = 'another'", "order_is_whose_it_is"),
    ],
)
def test_a_closed_order_does_not_change(stage: Stage, change: str, by: str) -> None:
    sold(stage)
    refused(f"UPDATE issue_order SET {change}", by)  # noqa: S608 words of this test


def test_an_order_with_a_living_copy_does_not_close(stage: Stage) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE - 1)  # in doubt: open
    with pytest.raises(IntegrityError, match="order_open_copies"), partitions.open(HOME, write=True) as p:
        p.session.execute(sa.text("UPDATE issue_order SET payment = 'released', tender = 'cash', is_open = (1 = 0)"))


@pytest.mark.parametrize("column", ["subject", "persons", "kind", "snapshot"])
def test_a_copy_is_of_whom_it_was(stage: Stage, column: str) -> None:
    stage.place()
    refused(f"UPDATE issuance SET {column} = 'another'", "copy_is_whose_it_is")  # noqa: S608 words of this test


def test_a_document_is_forgotten_or_stays(stage: Stage) -> None:
    stage.place()
    refused("UPDATE issuance SET document = 'another'", "copy_says_what_it_said")
    stage.cancel()
    assert rows(Issuance)[0].document == ""


@pytest.mark.parametrize("table", ["issuance_event", "payment_event", "attempt_report"])
def test_events_are_only_added(stage: Stage, table: str) -> None:
    sold(stage)
    refused(f"UPDATE {table} SET at = '2026-01-01 00:00:00'", f"{table}_unchanged")  # noqa: S608 words of this test
    refused(f"DELETE FROM {table}", f"{table}_kept")  # noqa: S608 words of this test


@pytest.mark.parametrize(
    ("table", "by"),
    [("issue_order", "order_kept"), ("issuance", "copy_kept"), ("payment_try", "payment_try_kept"),
     ("attempt", "attempt_kept")],
)  # fmt: skip
def test_what_happened_is_not_taken_away(stage: Stage, table: str, by: str) -> None:
    sold(stage)
    refused(f"DELETE FROM {table}", by)  # noqa: S608 words of this test


def test_money_ends_once(stage: Stage) -> None:
    sold(stage)
    event = """INSERT INTO payment_event (order_id, sequence, to_state, yen, actor, at)
        SELECT order_id, 99, 'released', 0, 'x', changed_at FROM issue_order"""
    refused(event, "money_ends_once|payment_event.order_id")


def test_a_closed_case_stays_as_it_was_closed(stage: Stage) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    refused("DELETE FROM issue_case", "case_kept")
    allowed("UPDATE issue_case SET closed_at = opened_at, closed_by = 'staff:x', verdict = 'came_out'")
    refused("UPDATE issue_case SET closed_at = NULL, closed_by = NULL", "case_closed")
    refused("UPDATE issue_case SET verdict = 'missing'", "case_closed")


# --- the union's ledger


def refused_in_ledger(statement: str, by: str) -> None:
    with pytest.raises(IntegrityError, match=by), union_write() as session:
        session.execute(sa.text(statement))


def line(entry_type: str, yen: str = "yen", sequence: int = 99) -> str:
    """One more line about the number that is in the ledger."""
    rest = "issue_number, payment_key, kind, channel, site, site_municipality, terminal_id"
    tail = '"transaction", occurred_at'
    columns = f"home, epoch, sequence, entry_type, {rest}, yen, {tail}"
    return (
        f"INSERT INTO ledger_entry ({columns}) SELECT home, epoch, {sequence}, '{entry_type}', {rest}, {yen}, {tail}"  # noqa: S608
        " FROM ledger_entry WHERE sequence = 1"
    )


def test_a_refund_is_of_a_charge_and_not_more_than_it(stage: Stage) -> None:
    sold(stage)
    relay.relay_once(HOME)
    refused_in_ledger(line("refund", "yen + 1"), "refund_of_charge")
    with union_write() as session:
        session.execute(sa.text(line("refund")))
    refused_in_ledger(line("refund", sequence=100), "ledger_entry")


def test_a_void_number_is_neither_charged_nor_paid_back(stage: Stage) -> None:
    voided(stage)
    relay.relay_once(HOME)
    refused_in_ledger(line("refund"), "refund_of_charge|money_before_void")
    refused_in_ledger(line("charge", "300"), "money_before_void")


def test_a_charged_number_is_not_void_before_it_is_paid_back(stage: Stage) -> None:
    sold(stage)
    relay.relay_once(HOME)
    refused_in_ledger(line("void", "0"), "void_of_no_charge")
    with union_write() as session:
        session.execute(sa.text(line("refund")))
        session.execute(sa.text(line("void", "0", 100)))


def test_lines_of_the_ledger_are_only_added(stage: Stage) -> None:
    sold(stage)
    relay.relay_once(HOME)
    refused_in_ledger("UPDATE ledger_entry SET yen = 0", "ledger_entry_unchanged")
    refused_in_ledger("DELETE FROM ledger_entry", "ledger_entry_kept")
    assert rows(Order)[0].payment is Payment.COMMITTED


def test_a_free_order_needs_no_tender(stage: Stage, room: FakeRoom) -> None:
    room.yen = 0
    stage.place()
    stage.render()
    stage.ask(None)
    assert (rows(Order)[0].payment, rows(PaymentTry)) == (Payment.HELD, [])
