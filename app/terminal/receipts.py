"""領収書: lines on a roll, at most once for each payment. A receipt has no person on it: town, what, how much.

A terminal without a receipt printer does not announce one, and nobody is offered a receipt there. A receipt printer
cannot be asked what it has printed. So the journal says first that a receipt is begun; what was begun before a power
cut is printed again only if the printer can prove that nothing came out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from app.durable import DurableFile
from app.protocol.messages import ReportEvent, Work
from app.terminal.journal import Journal


class ReceiptPrinter(Protocol):
    """The demo has one, simulated; a terminal's own goes here by a driver that keeps this protocol."""

    def print(self, key: str, lines: str) -> None: ...

    def has_printed(self, key: str) -> bool | None:
        """None: it cannot say."""
        ...

    def close(self) -> None: ...


class ReceiptRoll(DurableFile):
    """The demo's roll: what it holds was printed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "CREATE TABLE IF NOT EXISTS receipt (payment_key TEXT NOT NULL, lines TEXT NOT NULL)")

    def print(self, key: str, lines: str) -> None:
        with self.step():
            self._db.execute("INSERT INTO receipt VALUES (?, ?)", (key, lines))

    def has_printed(self, key: str) -> bool | None:
        return bool(self._rows("SELECT 1 FROM receipt WHERE payment_key = ?", (key,)))

    def lines(self) -> list[str]:
        """Every receipt that came out, the oldest first."""
        return [lines for (lines,) in self._rows("SELECT lines FROM receipt ORDER BY rowid")]


class Receipts:
    """Used by the loop's thread alone."""

    def __init__(self, journal: Journal, printer: ReceiptPrinter | None) -> None:
        self._journal = journal
        self._printer = printer

    def can_print(self) -> bool:
        """What the terminal announces."""
        return self._printer is not None

    def start(self, work: Work) -> None:
        """Print `work.receipt` for `work.payment_key`, unless that was done or may have been done before."""
        if self._printer is None:
            return  # asked for while there was one; nothing is said to have come out
        is_new = self._journal.begin_receipt(work.payment_key)
        is_known_to_be_missing = not is_new and self._printer.has_printed(work.payment_key) is False
        if is_new or (is_known_to_be_missing and not self._journal.is_receipt_printed(work.payment_key)):
            self._printer.print(work.payment_key, work.receipt)
        self._end(work, self._printer.has_printed(work.payment_key))

    def _end(self, work: Work, is_proved: bool | None) -> None:
        body = {
            "event": ReportEvent.RECEIPT_PRINTED, "visit_id": work.visit_id, "payment_key": work.payment_key,
            "details": json.dumps({"proved": is_proved}),
        }  # fmt: skip
        with self._journal.step():
            self._journal.note_receipt_printed(work.payment_key)
            self._journal.add_report(work.payment_key, ReportEvent.RECEIPT_PRINTED, body)
