"""精算: what a terminal's devices have counted against what the journals of all towns say of it.

The terminal counts while nothing moves at it and waits for the answer, so both sides look at the same moment. What the
journals do not know is a range: an undecided copy may or may not have come out. A difference that two counts in a row
tell is a case for a person in the town where the terminal stands; the same difference is told once. Sheets that are
nobody's (a test page, a sheet that was ruined) are booked by whoever knows of them, under their name.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.errors import KoikiError
from app.issuance.errors import BadBookingError
from app.issuance.journal import open_case_of_none
from app.issuance.models import Attempt, CaseKind, Disposal, Issuance, Order
from app.issuance.states import AT_PRINTER, PAPER_OUT, Payment, State
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import get_terminal
from app.municipalities.union import union_read, union_write
from app.payments import counts
from app.payments.counts import Booked, Differences, Told, Waiting
from app.payments.models import SheetReason
from app.protocol.messages import Count, Tender

MOST_SHEETS = 1000  # of one booking: more is a slip of the pen, or another counter
MOST_OF_COUNTER = 10_000_000  # the life of the machine, and more
_NOT_COUNTED = -1
_MAYBE_OUT = AT_PRINTER | {State.UNKNOWN}
_MAYBE_FOUND = (Disposal.DESTROYED, Disposal.MISSING)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Range:
    """From what is proved to what may be."""

    least: int = 0
    most: int = 0

    def __add__(self, other: Range) -> Range:
        return Range(self.least + other.least, self.most + other.most)

    def more(self, counted: int) -> int:
        """How far a count lies above (or, negative, below) the range."""
        return counted - min(max(counted, self.least), self.most)


@dataclass(frozen=True)
class Books:
    """What the journals say that a terminal has put out and kept: sheets, and yen by tender."""

    sheets: Range = Range()
    cash: Range = Range()
    emoney: Range = Range()
    qr: Range = Range()

    def __add__(self, other: Books) -> Books:
        return Books(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def take_count(count: Count) -> bool:
    """Keep a count and how far it is off. False: it differs and should be told once more, to be sure."""
    told = Told(count.terminal_id, count.sheets, count.yen_cash, count.yen_emoney, count.yen_qr)
    differences = _compare(count, books_of(count.terminal_id))
    with union_write() as session:
        is_sure = counts.add_count(session, count.count_id, clock.now(), told, differences)
    return is_sure or not any(differences)


def books_of(terminal_id: str) -> Books | None:
    """Over all towns, and what is nobody's; None when a town cannot be asked now."""
    try:
        return sum((_books_of_town(code, terminal_id) for code in partitions.codes()), _books_of_nobody(terminal_id))
    except KoikiError as error:
        log.warning("count of %s: %s", terminal_id, type(error).__name__)
        return None


def book_sheets(actor: str, terminal_id: str, sheets: int, why: SheetReason) -> None:
    """Say of sheets that a terminal has put out, or that its new counter does not know, that they are nobody's.

    :raises BadBookingError: none, too many, or fewer for another reason than a changed counter.
    """
    most = MOST_OF_COUNTER if why is SheetReason.COUNTER_CHANGED else MOST_SHEETS
    least = -most if why is SheetReason.COUNTER_CHANGED else 1
    if not sheets or not least <= sheets <= most:
        raise BadBookingError(f"{sheets} sheets for {why}")
    get_terminal(terminal_id)
    with union_write() as session:
        counts.add_booking(session, terminal_id, Booked(clock.now(), sheets, why, actor))
        audit.record(session, actor, Action.SHEETS_BOOKED, terminal_id, sheets=sheets, why=why)


def list_bookings(terminal_id: str) -> list[Booked]:
    """Oldest first. :raises UnknownTerminalError:"""
    get_terminal(terminal_id)
    with union_read() as session:
        return counts.list_bookings(session, terminal_id)


def judge_counts(actor: str) -> int:
    """A case for every difference that is sure and new; how many counts were looked at. Doing it twice does nothing."""
    with union_read() as session:
        waiting = counts.list_unjudged(session)
    for count in waiting:
        try:
            _judge(actor, count)
        except KoikiError as error:  # a town that is down does not hold up the terminals of others
            log.error("count of %s: %s", count.terminal_id, type(error).__name__)
    return len(waiting)


def list_differing() -> dict[str, dict[str, int]]:
    """Terminals whose newest sure count is off, and by how much: whether a person has looked or not."""
    with union_read() as session:
        return {count.terminal_id: count.differences.as_words() for count in counts.list_differing(session)}


def _judge(actor: str, count: Waiting) -> None:
    if count.is_news:
        with partitions.open(get_terminal(count.terminal_id).site_municipality, write=True) as p:
            evidence = {"event": "count", **count.differences.as_words()}
            open_case_of_none(p, actor, CaseKind.COUNT_DIFFERS, count.terminal_id, evidence)
    with union_write() as session:
        counts.note_judged(session, count.count_id)


def _compare(count: Count, books: Books | None) -> Differences:
    if books is None:
        return Differences()
    return Differences(
        sheets_more=None if count.sheets == _NOT_COUNTED else books.sheets.more(count.sheets),
        yen_cash_more=books.cash.more(count.yen_cash),
        yen_emoney_more=books.emoney.more(count.yen_emoney),
        yen_qr_more=books.qr.more(count.yen_qr),
    )


def _books_of_nobody(terminal_id: str) -> Books:
    with union_read() as session:
        sheets = counts.booked_sheets(session, terminal_id)
    return Books(sheets=Range(sheets, sheets))


def _books_of_town(code: str, terminal_id: str) -> Books:
    with partitions.open(code) as p:
        return Books(_sheets(p, terminal_id), *(_yen(p, terminal_id, tender) for tender in Tender))


def _sheets(p: Partition, terminal_id: str) -> Range:
    is_found = sa.and_(Issuance.state == State.VOIDED, Attempt.disposal.in_(_MAYBE_FOUND))
    is_maybe = sa.or_(Issuance.state.in_(_MAYBE_OUT), is_found)
    query = (
        sa.select(_sum(Issuance.state.in_(PAPER_OUT), Attempt.sheets), _sum(is_maybe, Attempt.sheets))
        .join_from(Attempt, Issuance, Issuance.issuance_id == Attempt.issuance_id)
        .join(Order, Order.order_id == Issuance.order_id)
        .where(Order.terminal_id == terminal_id)
    )
    return _range(p, query)


def _yen(p: Partition, terminal_id: str, tender: Tender) -> Range:
    is_unknown = Order.payment == Payment.UNKNOWN
    maybe = sa.case((Order.yen_inserted > Order.yen, Order.yen_inserted), else_=Order.yen)
    query = sa.select(_sum(Order.payment == Payment.COMMITTED, Order.yen_due), _sum(is_unknown, maybe))
    return _range(p, query.where(Order.terminal_id == terminal_id, Order.tender == tender))


def _sum(condition: sa.ColumnElement[bool], column: Any) -> sa.Function[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, column), else_=0)), 0)


def _range(p: Partition, query: sa.Select[int, int]) -> Range:
    sure, maybe = p.session.execute(query).one()
    return Range(int(sure), int(sure) + int(maybe))
