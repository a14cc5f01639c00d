"""Everything that the journal knows about one case, for the person who decides it. Read in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from app.issuance.journal import found
from app.issuance.models import Attempt, Case, Issuance, IssuanceEvent, Order
from app.issuance.money_models import PaymentEvent
from app.issuance.queries import CaseView, OrderView, view_case, view_order
from app.issuance.refused import has_refused
from app.issuance.states import Payment, State
from app.municipalities.partitions import Partition
from app.protocol.canonical import digest


class About(StrEnum):
    """What a line of the history is about."""

    COPY = "copy"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened. `position`: of the copy in its order, 0 for money; `yen` of money alone."""

    at: datetime
    about: About
    position: int
    to: str
    actor: str
    note: str = ""
    yen: int | None = None


@dataclass(frozen=True)
class CaseFile:
    """A case and what belongs to it. `version` changes with everything that a verdict depends on."""

    case: CaseView
    order: OrderView | None
    placed_at: datetime | None
    subject: str  # atena_no of whose order it is; empty without an order
    lines: tuple[HistoryLine, ...]
    version: str
    has_refused_sheet: bool  # one that can be looked at


def read_case(p: Partition, case_id: int) -> CaseFile:
    """:raises OrderNotFoundError: this town has no such case."""
    case: Case = found(p.session.get(Case, case_id))
    order = p.session.get(Order, case.order_id) if case.order_id else None
    copies = _copies(p, order)
    return CaseFile(
        case=view_case(p, case),
        order=view_order(p, order) if order else None,
        placed_at=order.placed_at if order else None,
        subject=copies[0].subject if copies else "",
        lines=tuple(sorted(_lines(p, order, copies), key=lambda line: line.at)),
        version=_version(case, order, copies),
        has_refused_sheet=has_refused(p, case_id),
    )


def _copies(p: Partition, order: Order | None) -> list[Issuance]:
    if order is None:
        return []
    query = sa.select(Issuance).where(Issuance.order_id == order.order_id).order_by(Issuance.position)
    return list(p.session.scalars(query))


def _lines(p: Partition, order: Order | None, copies: list[Issuance]) -> Iterable[HistoryLine]:
    if order is not None:
        yield from _money_lines(p, order)
    for copy in copies:
        yield from _copy_lines(p, copy)
        yield from _number_lines(p, copy)


def _money_lines(p: Partition, order: Order) -> Iterable[HistoryLine]:
    query = sa.select(PaymentEvent).where(PaymentEvent.order_id == order.order_id).order_by(PaymentEvent.sequence)
    for event in p.session.scalars(query):
        yield HistoryLine(event.at, About.MONEY, 0, Payment(event.to_state).value, event.actor, yen=event.yen)


def _copy_lines(p: Partition, copy: Issuance) -> Iterable[HistoryLine]:
    of_copy = IssuanceEvent.issuance_id == copy.issuance_id
    for event in p.session.scalars(sa.select(IssuanceEvent).where(of_copy).order_by(IssuanceEvent.sequence)):
        yield HistoryLine(
            event.at, About.COPY, copy.position, State(event.to_state).value, event.actor, note=event.note
        )


def _number_lines(p: Partition, copy: Issuance) -> Iterable[HistoryLine]:
    query = sa.select(Attempt).where(Attempt.issuance_id == copy.issuance_id, Attempt.voided_at.is_not(None))
    for attempt in p.session.scalars(query):
        if attempt.voided_at is not None and attempt.disposal is not None:
            number, disposal = attempt.issue_number, attempt.disposal.value
            yield HistoryLine(attempt.voided_at, About.NUMBER, copy.position, disposal, "", note=number)


def _version(case: Case, order: Order | None, copies: list[Issuance]) -> str:
    """The same for two looks between which nothing happened."""
    moves = [order.version if order else 0, *(copy.version for copy in copies)]
    return digest([case.case_id, case.evidence, str(case.closed_at), moves])[:32]
