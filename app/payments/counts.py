"""Counts of the terminals' devices, one row each, with how far they were from the journals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import SheetBooking, SheetReason, TerminalCount


@dataclass(frozen=True)
class Told:
    """What a terminal's devices say that they ever put out and kept."""

    terminal_id: str
    sheets: int
    yen_cash: int
    yen_emoney: int
    yen_qr: int


@dataclass(frozen=True)
class Differences:
    """How much more was counted than the journals say; negative: less; None: nobody could compare."""

    sheets_more: int | None = None
    yen_cash_more: int | None = None
    yen_emoney_more: int | None = None
    yen_qr_more: int | None = None

    def __iter__(self) -> Iterator[int | None]:
        return iter(asdict(self).values())

    def as_words(self) -> dict[str, int]:
        """Those that are not nothing."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Waiting:
    """A sure count that nobody has looked at. `is_news`: it is off, and not by what was found the last time."""

    count_id: str
    terminal_id: str
    differences: Differences
    is_news: bool


@dataclass(frozen=True)
class Booked:
    """Sheets that are nobody's."""

    booked_at: datetime
    sheets: int
    why: SheetReason
    actor: str


def add_booking(session: Session, terminal_id: str, booked: Booked) -> None:
    session.add(SheetBooking(terminal_id=terminal_id, **asdict(booked)))
    session.flush()


def list_bookings(session: Session, terminal_id: str) -> list[Booked]:
    """Oldest first."""
    query = sa.select(SheetBooking).where(SheetBooking.terminal_id == terminal_id).order_by(SheetBooking.sequence)
    return [Booked(row.booked_at, row.sheets, row.why, row.actor) for row in session.scalars(query)]


def booked_sheets(session: Session, terminal_id: str) -> int:
    """The sum of a terminal's bookings."""
    total = sa.func.coalesce(sa.func.sum(SheetBooking.sheets), 0)
    return int(session.scalar(sa.select(total).where(SheetBooking.terminal_id == terminal_id)) or 0)


def add_count(session: Session, count_id: str, at: datetime, told: Told, differences: Differences) -> bool:
    """Keep one count; the same id again is the same count. Whether it is sure: the one before it was as far off."""
    known = session.scalar(sa.select(TerminalCount).where(TerminalCount.count_id == count_id))
    if known is not None:
        return known.is_sure
    of_terminal = sa.select(TerminalCount).where(TerminalCount.terminal_id == told.terminal_id)
    before = session.scalar(of_terminal.order_by(TerminalCount.sequence.desc()).limit(1))
    is_sure = before is not None and _differences(before) == differences != Differences()
    row = {"count_id": count_id, "counted_at": at, "is_sure": is_sure}
    session.add(TerminalCount(**row, **asdict(told), **asdict(differences)))
    session.flush()
    return is_sure


def list_unjudged(session: Session) -> list[Waiting]:
    """The newest sure count of each terminal, unless somebody has looked at it."""
    newest = (
        sa.select(sa.func.max(TerminalCount.sequence)).where(TerminalCount.is_sure).group_by(TerminalCount.terminal_id)
    )
    query = sa.select(TerminalCount).where(TerminalCount.sequence.in_(newest), TerminalCount.is_judged.is_(False))
    return [_waiting(session, row) for row in session.scalars(query.order_by(TerminalCount.sequence))]


def list_differing(session: Session) -> list[Waiting]:
    """The newest sure count of each terminal, where it is off."""
    newest = (
        sa.select(sa.func.max(TerminalCount.sequence)).where(TerminalCount.is_sure).group_by(TerminalCount.terminal_id)
    )
    rows = session.scalars(sa.select(TerminalCount).where(TerminalCount.sequence.in_(newest)))
    return [_waiting(session, row) for row in rows if any(_differences(row))]


def note_judged(session: Session, count_id: str) -> None:
    """Somebody has looked, and raised a case if it was news."""
    judged = sa.update(TerminalCount).where(TerminalCount.count_id == count_id).values(is_judged=True)
    session.execute(judged.execution_options(synchronize_session=False))


def _waiting(session: Session, row: TerminalCount) -> Waiting:
    mine = (
        TerminalCount.terminal_id == row.terminal_id,
        TerminalCount.is_judged,
        TerminalCount.sequence < row.sequence,
    )
    last = session.scalar(sa.select(TerminalCount).where(*mine).order_by(TerminalCount.sequence.desc()).limit(1))
    found = _differences(row)
    is_news = any(found) and (last is None or _differences(last) != found)
    return Waiting(row.count_id, row.terminal_id, found, is_news)


def _differences(row: TerminalCount) -> Differences:
    return Differences(row.sheets_more, row.yen_cash_more, row.yen_emoney_more, row.yen_qr_more)
