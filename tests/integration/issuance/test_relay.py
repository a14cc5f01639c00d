"""The ledger learns every line once, whatever dies in between."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit.models import Head
from app.issuance import accounts, relay
from app.issuance.models import Outbox
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read, union_write
from app.payments import service as payments
from app.payments.errors import LedgerConflictError, LedgerGapError
from app.payments.models import EntryType, LedgerEntry, RelayCursor
from app.payments.queries import LedgerTotals, ledger_totals
from app.protocol.messages import ReportEvent
from tests.integration.issuance.conftest import FEE, HOME, KIOSK, SUBJECT, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


class Killed(BaseException):
    """Stands for kill -9: no handler of the house catches it."""


def sell(stage: Stage, copies: int = 1) -> None:
    """Copies that came out, in an order of their own."""
    stage.key += "x"
    stage.pay(*["resident_record"] * copies)
    for _ in range(copies):
        stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=copies * FEE)


def ledger() -> list[LedgerEntry]:
    with union_read() as session:
        return list(session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.epoch, LedgerEntry.sequence)))


def test_lines_arrive_once_and_leave_home(stage: Stage) -> None:
    sell(stage, 2)
    assert relay.relay_once(HOME) == 2
    assert relay.relay_once(HOME) == 0
    assert [(e.home, e.sequence, e.entry_type, e.yen) for e in ledger()] == [
        (HOME, 1, EntryType.CHARGE, FEE),
        (HOME, 2, EntryType.CHARGE, FEE),
    ]
    assert rows(Outbox) == []
    assert accounts.compare(HOME).is_equal


def test_no_person_is_in_the_ledger(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    (entry,) = ledger()
    text = " ".join(str(value) for value in vars(entry).values())
    assert SUBJECT not in text.split()
    assert stage.visit_id not in text
    assert entry.terminal_id == KIOSK
    assert len(entry.transaction) == 64
    assert entry.transaction not in stage.order.order_id


def test_copies_of_one_order_are_one_transaction(stage: Stage) -> None:
    sell(stage, 2)
    sell(stage, 1)
    relay.relay_once(HOME)
    marks = [e.transaction for e in ledger()]
    assert marks[0] == marks[1] != marks[2]


@pytest.mark.parametrize("place", ["before the union", "in the union", "after the union", "in the deletion"])
def test_killed_anywhere(stage: Stage, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    sell(stage, 2)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if place == "before the union":
            patch.setattr(relay, "apply_entries", die)
        elif place == "in the union":
            original = payments._append
            seen: list[object] = []
            patch.setattr(payments, "_append", lambda *a: die() if seen else (seen.append(1), original(*a)))
        elif place == "after the union":
            patch.setattr(relay, "delete_carried", die)
        else:
            patch.setattr(relay, "get_cursor", die)
        with pytest.raises(Killed):
            relay.relay_once(HOME)
    assert accounts.compare(HOME).is_equal
    while relay.relay_once(HOME):
        pass
    assert [e.sequence for e in ledger()] == [1, 2]
    assert rows(Outbox) == []
    assert accounts.compare(HOME).is_equal


def test_two_relays_at_once(stage: Stage) -> None:
    for _ in range(3):
        sell(stage)
    barrier, failures = threading.Barrier(3), []

    def run() -> None:
        barrier.wait()
        try:
            relay.relay_once(HOME)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=copy_context().run, args=(run,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [e.sequence for e in ledger()] == [1, 2, 3]
    assert rows(Outbox) == []


def test_a_gap_carries_nothing(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    sell(stage, 2)
    with partitions.open(HOME, write=True) as p:
        p.session.execute(sa.delete(Outbox).where(Outbox.sequence == 2))
    with pytest.raises(LedgerGapError):
        relay.relay_once(HOME)
    assert len(ledger()) == 1
    assert relay.relay_all([HOME]) == 0  # the loop goes on to the next town
    assert not accounts.compare(HOME).is_equal


def test_a_restored_town_sends_again_and_nothing_is_doubled(stage: Stage) -> None:
    sell(stage, 2)
    kept = rows(Outbox)
    relay.relay_once(HOME)
    with partitions.open(HOME, write=True) as p:  # the backup was taken before the relay ran
        p.session.execute(sa.update(Head).values(epoch=2))
        p.session.execute(sa.insert(Outbox), [{"sequence": r.sequence, "body": r.body} for r in kept])
    sell(stage)
    assert relay.relay_once(HOME) == 3
    assert [(e.epoch, e.sequence) for e in ledger()] == [(1, 1), (1, 2), (2, 3)]
    assert accounts.compare(HOME).is_equal


def test_a_restored_town_that_tells_another_story_is_stopped(stage: Stage) -> None:
    sell(stage)
    (kept,) = rows(Outbox)
    relay.relay_once(HOME)
    with partitions.open(HOME, write=True) as p:
        p.session.execute(sa.update(Head).values(epoch=2))
        p.session.add(Outbox(sequence=1, body=kept.body.replace(f'"yen": {FEE}', '"yen": 1')))
    with pytest.raises(LedgerConflictError):
        relay.relay_once(HOME)
    assert len(ledger()) == 1


def test_an_old_relay_does_not_delete_what_a_restore_brought_back(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    with partitions.open(HOME, write=True) as p:
        p.session.execute(sa.update(Head).values(epoch=2))
        p.session.add(Outbox(sequence=1, body="{}"))
    assert relay.delete_carried(HOME, 1) == 0
    assert len(rows(Outbox)) == 1


def test_the_ledger_refuses_a_second_charge(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    columns = "entry_type, issue_number, payment_key, kind, channel, site, site_municipality, terminal_id, yen"
    rest = f'{columns}, "transaction", occurred_at'
    again = f"INSERT INTO ledger_entry (home, epoch, sequence, {rest}) SELECT home, epoch, 99, {rest} FROM ledger_entry"  # noqa: S608
    with union_write() as session:
        with pytest.raises(IntegrityError):
            session.execute(sa.text(again))
        session.rollback()


def test_the_ledger_adds_up(stage: Stage) -> None:
    sell(stage, 2)
    stage.key = "other"
    stage.place()
    stage.cancel()
    relay.relay_once(HOME)
    with union_read() as session:
        assert ledger_totals(session, HOME) == LedgerTotals(lines=3, yen=2 * FEE)  # two charges and a void
        assert ledger_totals(session, "901024") == LedgerTotals(lines=0, yen=0)


def test_accounts_notice_a_lost_line(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    with union_write() as session:
        on = " ON ledger_entry" if session.connection().dialect.name == "postgresql" else ""
        session.execute(sa.text(f"DROP TRIGGER ledger_entry_kept{on}"))  # the schema itself would refuse
        session.execute(sa.delete(LedgerEntry))
    comparison = accounts.compare(HOME)
    assert not comparison.is_equal
    assert (comparison.yen_journal, comparison.yen_ledger) == (FEE, 0)


def test_the_cursor_is_the_sum_of_what_was_carried(stage: Stage) -> None:
    sell(stage)
    relay.relay_once(HOME)
    with union_read() as session:
        assert session.get(RelayCursor, (HOME, 1)).sequence == 1
