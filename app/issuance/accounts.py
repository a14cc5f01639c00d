"""Does the union's ledger say what the town's journal says? Any difference is a matter for a person.

journal: the fees of copies that are settled and whose money was not given back
ledger:  charges less refunds, plus what waits in the outbox behind the relay's cursor
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.audit.models import Head
from app.issuance.journal import open_case_of_none
from app.issuance.models import Case, CaseKind, Issuance, Order, Outbox
from app.issuance.states import Payment, State
from app.municipalities.partitions import Partition, partitions
from app.municipalities.union import union_read
from app.payments.models import EntryType
from app.payments.queries import LedgerTotals, ledger_totals
from app.payments.service import get_cursor

_TRIES = 5  # a relay that is at work between two looks makes them incomparable
_SIGN = {EntryType.CHARGE: 1, EntryType.REFUND: -1, EntryType.VOID: 0}


@dataclass(frozen=True)
class Comparison:
    """In yen and in lines; equal or not."""

    home: str
    yen_journal: int
    yen_ledger: int
    yen_waiting: int
    lines_written: int
    lines_carried: int
    lines_waiting: int
    is_sure: bool = True  # False: a relay moved between the two looks

    @property
    def is_equal(self) -> bool:
        """Nothing lost, nothing doubled."""
        is_complete = self.lines_written == self.lines_carried + self.lines_waiting
        return is_complete and self.yen_journal == self.yen_ledger + self.yen_waiting

    def as_evidence(self) -> dict[str, Any]:
        """What is missing, not what there is: the same loss reads the same tomorrow."""
        return {
            "event": "accounts",
            "yen_missing": self.yen_journal - self.yen_ledger - self.yen_waiting,
            "lines_missing": self.lines_written - self.lines_carried - self.lines_waiting,
        }


def compare(code: str) -> Comparison:
    """Look at both sides of one town while no relay moves between them."""
    for _ in range(_TRIES):
        with partitions.open(code) as p:
            epoch = p.session.scalars(sa.select(Head.epoch)).one()
        before = _read_ledger(code, epoch)
        with partitions.open(code) as p:
            comparison = _compare(p, *before)
        if _read_ledger(code, epoch) == before:
            return comparison
    return replace(comparison, is_sure=False)


def raise_difference(code: str, actor: str) -> Comparison:
    """Compare, and raise a case for what differs for sure. The same difference is told once."""
    comparison = compare(code)
    if not comparison.is_equal and comparison.is_sure:
        evidence = comparison.as_evidence()
        with partitions.open(code) as p:
            is_told = _last_told(p) == evidence
        if not is_told:
            with partitions.open(code, write=True) as p:
                open_case_of_none(p, actor, CaseKind.ACCOUNTS_DIFFER, "", evidence)
    return comparison


def _last_told(p: Partition) -> dict[str, Any] | None:
    """Of the newest case, open or closed: what a person has seen is not news."""
    query = sa.select(Case.evidence).where(Case.kind == CaseKind.ACCOUNTS_DIFFER).order_by(Case.case_id.desc())
    last = p.session.scalar(query.limit(1))
    told: dict[str, Any] | None = json.loads(last)[-1] if last else None
    return told


def _read_ledger(code: str, epoch: int) -> tuple[LedgerTotals, int | None]:
    with union_read() as session:
        return ledger_totals(session, code), get_cursor(session, code, epoch)


def _compare(p: Partition, ledger: LedgerTotals, cursor: int | None) -> Comparison:
    written = p.session.scalars(sa.select(Head.outbox_sequence)).one()
    bodies = [json.loads(b) for b in p.session.scalars(sa.select(Outbox.body).where(Outbox.sequence > (cursor or 0)))]
    return Comparison(
        home=p.code,
        yen_journal=_yen_of_journal(p),
        yen_ledger=ledger.yen,
        yen_waiting=sum(_SIGN[EntryType(body["entry_type"])] * body["yen"] for body in bodies),
        lines_written=written,
        # before the first relay of this epoch nothing of it is carried
        lines_carried=written - len(bodies) if cursor is None else cursor,
        lines_waiting=len(bodies),
    )


def _yen_of_journal(p: Partition) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(Issuance.yen), 0)).join(Order, Order.order_id == Issuance.order_id)
    kept = (Issuance.state == State.SETTLED, Order.payment != Payment.RELEASED)
    return int(p.session.scalar(query.where(*kept)) or 0)
