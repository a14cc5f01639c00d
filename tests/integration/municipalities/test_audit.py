"""An entry that was changed, taken out or put in breaks its chain."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import service as audit
from app.audit.actions import DETAILS, Action
from app.audit.models import AuditEntry, Head, UnionAuditEntry
from app.audit.service import Break, WrongDetailsError
from app.municipalities.union import union_read, union_write
from tests.integration.municipalities.conftest import A, B, Towns


def _record(towns: Towns, count: int) -> None:
    for number in range(count):
        with towns.registry.open(A, write=True) as p:
            audit.record(p, "test", Action.CARD_REGISTERED, f"card:{number}", card_kind="citizen_card")


def _found(towns: Towns) -> Break | None:
    with towns.registry.open(A) as p:
        return audit.verify(p)


def test_a_chain_as_it_was_written_is_whole(towns: Towns) -> None:
    _record(towns, 3)
    assert _found(towns) is None
    with towns.registry.open(B) as p:
        assert audit.verify(p) is None
        assert p.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


TAMPER = {
    "subject": (sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(subject="card:9"), "an entry was changed"),
    "details": (sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(details="{}"), "an entry was changed"),
    "time": (
        sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(at=sa.text("'2020-01-01 00:00:00'")),
        "an entry was changed",
    ),
    "action": (
        sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(action=Action.CARD_UNLOCKED),
        "an entry was changed",
    ),
    "taken out": (sa.delete(AuditEntry).where(AuditEntry.sequence == 2), "an entry is missing"),
}


@pytest.mark.parametrize(("statement", "reason"), TAMPER.values(), ids=TAMPER)
def test_what_was_done_to_an_entry_is_found(towns: Towns, statement: sa.Executable, reason: str) -> None:
    _record(towns, 3)
    with towns.registry.open(A, write=True) as p:
        p.session.execute(statement, execution_options={"synchronize_session": False})
    assert _found(towns) == Break(2, reason)


def test_the_last_entries_cannot_be_cut_off(towns: Towns) -> None:
    _record(towns, 3)
    with towns.registry.open(A, write=True) as p:
        p.session.execute(sa.delete(AuditEntry).where(AuditEntry.sequence == 3))
    assert _found(towns) == Break(3, "the last entries are missing")


def test_an_entry_goes_with_its_transaction(towns: Towns) -> None:
    with pytest.raises(ZeroDivisionError), towns.registry.open(A, write=True) as p:  # noqa: PT012 the block is tried
        audit.record(p, "test", Action.CARD_REGISTERED, "card:1", card_kind="citizen_card")
        raise ZeroDivisionError
    with towns.registry.open(A) as p:
        assert p.session.scalar(sa.select(Head.audit_sequence)) == 0


@pytest.mark.parametrize("details", [{}, {"card_kind": "x", "name": "y"}, {"kind": "x"}])
def test_other_details_than_the_action_has_are_refused(files: Towns, details: dict[str, str]) -> None:
    assert DETAILS[Action.CARD_REGISTERED] == {"card_kind"}
    with files.registry.open(A, write=True) as p, pytest.raises(WrongDetailsError):
        audit.record(p, "test", Action.CARD_REGISTERED, "card:1", **details)


def test_the_union_has_a_chain_of_its_own(app: Flask) -> None:
    with union_write() as session:
        audit.record(session, "test", Action.TERMINAL_STOPPED, "kiosk-1", reason="maintenance")
    with union_read() as session:
        entries = session.scalars(sa.select(UnionAuditEntry).order_by(UnionAuditEntry.sequence)).all()
        assert [e.action for e in entries] == [Action.UNION_INITIALISED, Action.TERMINAL_STOPPED]
        assert entries[1].previous_hash == entries[0].entry_hash
        assert audit.verify(session) is None
