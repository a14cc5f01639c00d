"""Union tables of money: what was charged where for whom, by town, and what the terminals' devices have counted.

No person is in them; rows of the ledger never change, and a refund or a void is refused that does not fit its charge.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, db, one_of
from app.triggers import Trigger, append_only, attach


class EntryType(StrEnum):
    CHARGE = "charge"  # a copy came out and was paid
    REFUND = "refund"  # a person paid a charge back
    VOID = "void"  # a number that was never charged: its sheet was not made or is invalid


class SheetReason(StrEnum):
    """Why a terminal's printer has put out sheets that belong to no order."""

    TEST_PAGE = "test_page"
    JAM = "jam"  # pulled out of the machine
    RUINED = "ruined"
    COUNTER_CHANGED = "counter_changed"  # a new board, sensor or folder of the agent: it counts from elsewhere


class LedgerEntry(db.Model):
    """One line per copy and event, applied by the relay exactly once: (home, epoch, outbox sequence) is the key."""

    __tablename__ = "ledger_entry"
    home: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), primary_key=True)
    epoch: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_type: Mapped[EntryType] = mapped_column(one_of(EntryType, "ledger_entry_type"))
    issue_number: Mapped[str] = mapped_column(sa.Text)
    payment_key: Mapped[str | None] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str] = mapped_column(sa.String(20))
    site: Mapped[str] = mapped_column(sa.String(40))
    site_municipality: Mapped[str] = mapped_column(sa.String(6))
    terminal_id: Mapped[str] = mapped_column(sa.String(40))
    yen: Mapped[int] = mapped_column(sa.Integer)
    transaction: Mapped[str] = mapped_column(
        sa.String(64)
    )  # keyed hash of the order: counts transactions, names nobody
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        # money at most once a copy; what a refund and a void need is in the triggers below
        sa.UniqueConstraint("home", "issue_number", "entry_type"),
        sa.CheckConstraint("yen >= 0", name="yen_not_negative"),
        sa.CheckConstraint("entry_type <> 'void' OR yen = 0", name="void_is_free"),
    )


_SAME = "SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number"
_CHARGE, _REFUND, _VOID = (f"{_SAME} AND line.entry_type = '{entry_type}'" for entry_type in EntryType)
_IS_CHARGED = f"EXISTS ({_CHARGE} AND line.yen > 0) AND NOT EXISTS ({_REFUND})"
LEDGER_TRIGGERS = (
    *append_only("ledger_entry"),
    Trigger(
        "refund_of_charge", "INSERT", f"NEW.entry_type = 'refund' AND NOT EXISTS ({_CHARGE} AND line.yen >= NEW.yen)"
    ),
    Trigger("money_before_void", "INSERT", f"NEW.entry_type <> 'void' AND EXISTS ({_VOID})"),
    Trigger("void_of_no_charge", "INSERT", f"NEW.entry_type = 'void' AND {_IS_CHARGED}"),
)
attach(db.metadata.tables[LedgerEntry.__tablename__], LEDGER_TRIGGERS)


class RelayCursor(db.Model):
    """How far the relay has come in a town's outbox. Its row lock lets two relays run at once."""

    __tablename__ = "relay_cursor"
    home: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), primary_key=True)
    epoch: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigId, default=0)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)


class TerminalCount(db.Model):
    """What the devices of a terminal have counted since its home was made, and how far that is from the journals.

    The differences are taken while nothing moves at the terminal: they are None when a town could not be asked.
    """

    __tablename__ = "terminal_count"
    sequence: Mapped[int] = mapped_column(BigId, primary_key=True)
    count_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    terminal_id: Mapped[str] = mapped_column(sa.ForeignKey("terminal.terminal_id"), index=True)
    counted_at: Mapped[datetime] = mapped_column(Instant)
    sheets: Mapped[int] = mapped_column(sa.Integer)
    yen_cash: Mapped[int] = mapped_column(sa.Integer)
    yen_emoney: Mapped[int] = mapped_column(sa.Integer)
    yen_qr: Mapped[int] = mapped_column(sa.Integer)
    sheets_more: Mapped[int | None] = mapped_column(sa.Integer)  # than the journals say; negative: fewer
    yen_cash_more: Mapped[int | None] = mapped_column(sa.Integer)
    yen_emoney_more: Mapped[int | None] = mapped_column(sa.Integer)
    yen_qr_more: Mapped[int | None] = mapped_column(sa.Integer)
    is_sure: Mapped[bool] = mapped_column(default=False)  # the count before it was as far off
    is_judged: Mapped[bool] = mapped_column(default=False)  # `reconcile` has looked


class SheetBooking(db.Model):
    """Sheets of a terminal that are nobody's, said by a person: the books of its paper hold them from then on."""

    __tablename__ = "sheet_booking"
    sequence: Mapped[int] = mapped_column(BigId, primary_key=True)
    terminal_id: Mapped[str] = mapped_column(sa.ForeignKey("terminal.terminal_id"), index=True)
    sheets: Mapped[int] = mapped_column(sa.Integer)
    why: Mapped[SheetReason] = mapped_column(one_of(SheetReason, "sheet_reason"))
    actor: Mapped[str] = mapped_column(sa.String(80))
    booked_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        sa.CheckConstraint("sheets <> 0", name="some_sheets"),
        # paper does not go back into a printer; only a counter that was changed says less than before
        sa.CheckConstraint("sheets > 0 OR why = 'counter_changed'", name="fewer_by_counter_alone"),
    )


attach(db.metadata.tables[SheetBooking.__tablename__], append_only(SheetBooking.__tablename__))
