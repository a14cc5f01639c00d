"""What this terminal has done and is about to do, in one SQLite file: written and on the disk before the effect.

After a power cut the journal and the devices' own ground truth say together what happened; nothing is guessed, nothing
is done a second time. No PIN, card number or document is ever in here: numbers of tickets, visits and attempts only.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from pathlib import Path
from typing import Any

from app import clock
from app.durable import DurableFile
from app.terminal.errors import AttemptMovedError
from app.terminal.records import (
    AFTER,
    MOVING,
    PRESENTED,
    SCHEMA,
    Attempt,
    AttemptState,
    LeaseNote,
    Payment,
    PendingReport,
    Reach,
)

__all__ = [
    "MOVING",
    "PRESENTED",
    "Attempt",
    "AttemptState",
    "Journal",
    "LeaseNote",
    "Payment",
    "PendingReport",
    "Reach",
]

_NAMESPACE = uuid.UUID("6f6b6f69-6b69-4000-8000-7265706f7274")


class Journal(DurableFile):
    """One file, one connection, one lock: the web threads and the loop share it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    # --- the lease

    def find_lease(self) -> LeaseNote | None:
        row = self._one("SELECT epoch, mark, wish, wish_mark FROM lease")
        return LeaseNote(*row) if row else None

    def note_lease_wish(self, wish: str, mark: str) -> None:
        sql = """INSERT INTO lease VALUES (1, 0, '', ?, ?)
                 ON CONFLICT (one) DO UPDATE SET wish = excluded.wish, wish_mark = excluded.wish_mark"""
        self._write(sql, (wish, mark))

    def note_lease(self, epoch: int, mark: str) -> None:
        self._write("UPDATE lease SET epoch = ?, mark = ?, wish = '', wish_mark = ''", (epoch, mark))

    # --- tickets and visits

    def claim_ticket(self, nonce: str, visit_id: str) -> bool:
        """True for the first claim of this ticket, ever."""
        row = (nonce, visit_id, _now())
        return self._write("INSERT OR IGNORE INTO ticket VALUES (?, ?, ?)", row) == 1

    def note_sign_in(self, visit_id: str) -> None:
        self._write("INSERT INTO visit (visit_id, signed_in_at) VALUES (?, ?)", (visit_id, _now()))

    def last_visit(self) -> str:
        """Of the last sign-in that ended well here; empty before the first."""
        row = self._one("SELECT visit_id FROM visit ORDER BY sequence DESC LIMIT 1")
        return row["visit_id"] if row else ""

    # --- attempts

    def begin_attempt(self, attempt_id: str, visit_id: str) -> Attempt | None:
        """A new attempt with a grant id of its own; None when it was begun before or another one still moves."""
        row = (attempt_id, visit_id, str(uuid.uuid4()), AttemptState.ASKING, _now())
        with self.step():
            sql = """INSERT OR IGNORE INTO attempt (attempt_id, visit_id, grant_id, state, changed_at)
                     VALUES (?, ?, ?, ?, ?)"""
            if self._write(sql, row) == 0:
                return None
            self._note_attempt(attempt_id, AttemptState.ASKING, "")
            return self.find_attempt(attempt_id)

    def move_attempt(self, attempt_id: str, state: AttemptState, why: str = "") -> None:
        """:raises AttemptMovedError: it is not where it could go there from; nothing is written."""
        with self.step():
            sql = """UPDATE attempt SET state = ?, why = ?, changed_at = ?
                     WHERE attempt_id = ? AND state IN (SELECT value FROM json_each(?))"""
            if self._write(sql, (state, why, _now(), attempt_id, json.dumps(AFTER[state]))) == 0:
                raise AttemptMovedError(state)
            self._note_attempt(attempt_id, state, why)

    def note_granted(self, attempt_id: str, sheets: int, sha256: str) -> Attempt:
        """The manifest was checked: what it promised is now what the printer must prove."""
        with self.step():
            sql = "UPDATE attempt SET sheets = ?, sha256 = ? WHERE attempt_id = ?"
            self._write(sql, (sheets, sha256, attempt_id))
            self.move_attempt(attempt_id, AttemptState.GRANTED)
            return self.attempts_in((AttemptState.GRANTED,))[0]

    def find_attempt(self, attempt_id: str) -> Attempt | None:
        row = self._one("SELECT * FROM attempt WHERE attempt_id = ?", (attempt_id,))
        return _attempt(row) if row else None

    def attempts_in(self, states: tuple[AttemptState, ...]) -> list[Attempt]:
        sql = "SELECT * FROM attempt WHERE state IN (SELECT value FROM json_each(?)) ORDER BY rowid"
        return [_attempt(row) for row in self._rows(sql, (json.dumps(states),))]

    def latest_attempts(self, most: int) -> list[sqlite3.Row]:
        """The newest first."""
        return self._rows("SELECT * FROM attempt ORDER BY rowid DESC LIMIT ?", (most,))

    def history_of(self, attempt_id: str) -> list[sqlite3.Row]:
        """Every step, in order: `state`, `why`, `at`."""
        return self._rows("SELECT * FROM attempt_event WHERE attempt_id = ? ORDER BY sequence", (attempt_id,))

    def reports_about(self, attempt_id: str) -> list[sqlite3.Row]:
        """What the portal was to be told, in order: `body`, `accepted_at`."""
        return self._rows("SELECT * FROM report WHERE subject = ? ORDER BY sequence", (attempt_id,))

    def _note_attempt(self, attempt_id: str, state: AttemptState, why: str) -> None:
        row = (attempt_id, state, why, _now())
        self._write("INSERT INTO attempt_event (attempt_id, state, why, at) VALUES (?, ?, ?, ?)", row)

    # --- money

    def begin_payment(self, payment_key: str, visit_id: str, tender: str, yen: int) -> None:
        sql = """INSERT OR IGNORE INTO payment (payment_key, visit_id, tender, yen, state, changed_at)
                 VALUES (?, ?, ?, ?, 'collecting', ?)"""
        self._write(sql, (payment_key, visit_id, tender, yen, _now()))

    def note_reach(self, payment_key: str, reach: Reach) -> None:
        self._write("UPDATE payment SET reach = ? WHERE payment_key = ?", (reach, payment_key))

    def move_payment(self, payment_key: str, state: str, yen_to_keep: int = 0, yen_owed: int = 0) -> None:
        sql = "UPDATE payment SET state = ?, yen_to_keep = ?, yen_owed = ?, changed_at = ? WHERE payment_key = ?"
        self._write(sql, (state, yen_to_keep, yen_owed, _now(), payment_key))

    def yen_owed(self, tender: str) -> int:
        """Of all payments, ever: what the device could not give back."""
        row = self._one("SELECT coalesce(sum(yen_owed), 0) AS yen FROM payment WHERE tender = ?", (tender,))
        return int(row["yen"]) if row else 0

    def note_events_seen(self, payment_key: str, sequence: int) -> None:
        self._write("UPDATE payment SET events_seen = ? WHERE payment_key = ?", (sequence, payment_key))

    def find_payment(self, payment_key: str) -> Payment | None:
        row = self._one("SELECT * FROM payment WHERE payment_key = ?", (payment_key,))
        return _payment(row) if row else None

    def open_payments(self) -> list[Payment]:
        rows = self._rows(
            "SELECT * FROM payment WHERE state NOT IN ('committed', 'released', 'unknown') ORDER BY rowid"
        )
        return [_payment(row) for row in rows]

    # --- receipts

    def begin_receipt(self, payment_key: str) -> bool:
        """True for the first time, ever: from here on it may come out."""
        return self._write("INSERT OR IGNORE INTO receipt VALUES (?, ?, NULL)", (payment_key, _now())) == 1

    def note_receipt_printed(self, payment_key: str) -> None:
        sql = "UPDATE receipt SET printed_at = ? WHERE payment_key = ? AND printed_at IS NULL"
        self._write(sql, (_now(), payment_key))

    def is_receipt_printed(self, payment_key: str) -> bool:
        row = self._one("SELECT printed_at FROM receipt WHERE payment_key = ?", (payment_key,))
        return row is not None and row["printed_at"] is not None

    # --- reports

    def count_reports(self) -> int:
        """That were ever made: it stands still while nothing happens at the terminal."""
        return int(self._rows("SELECT COUNT(*) FROM report")[0][0])

    def add_report(self, subject: str, key: str, body: dict[str, Any]) -> None:
        """To be sent until accepted. `subject` and `key` make the report id; said again, it is sent again."""
        report_id = str(uuid.uuid5(_NAMESPACE, f"{subject}|{key}"))
        sql = """INSERT INTO report (report_id, subject, body) VALUES (?, ?, ?)
                 ON CONFLICT (report_id) DO UPDATE SET accepted_at = NULL"""
        self._write(sql, (report_id, subject, json.dumps(body)))

    def repeat_last_report(self, subject: str) -> None:
        """The last thing that was said of it is said again."""
        sql = """UPDATE report SET accepted_at = NULL
                 WHERE sequence = (SELECT max(sequence) FROM report WHERE subject = ?)"""
        self._write(sql, (subject,))

    def pending_reports(self) -> list[PendingReport]:
        rows = self._rows("SELECT * FROM report WHERE accepted_at IS NULL ORDER BY sequence")
        return [PendingReport(row["report_id"], row["subject"], json.loads(row["body"])) for row in rows]

    def note_accepted(self, report_id: str) -> None:
        self._write("UPDATE report SET accepted_at = ? WHERE report_id = ?", (_now(), report_id))

    # --- out of service

    def stop(self, reason: str) -> None:
        """Out of service until a person clears it. The first reason stays."""
        self._write("INSERT OR IGNORE INTO stop VALUES (1, ?, ?)", (reason, _now()))

    def clear_stop(self) -> None:
        self._write("DELETE FROM stop", ())

    def stopped_reason(self) -> str | None:
        row = self._one("SELECT reason FROM stop")
        return row["reason"] if row else None

    def stopped_at(self) -> str:
        """Since when, ISO 8601 with zone; empty when it is in service. Which stop it is, as the portal names it."""
        row = self._one("SELECT at FROM stop")
        return row["at"] if row else ""

    # --- the file

    def _write(self, sql: str, values: tuple[Any, ...]) -> int:
        with self.step():
            return self._db.execute(sql, values).rowcount

    def _one(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Row | None:
        return next(iter(self._rows(sql, values)), None)


def _now() -> str:
    return clock.now().isoformat()


def _attempt(row: sqlite3.Row) -> Attempt:
    facts = {name: row[name] for name in ("attempt_id", "visit_id", "grant_id", "sheets", "sha256", "changed_at")}
    return Attempt(**facts, state=AttemptState(row["state"]))


def _payment(row: sqlite3.Row) -> Payment:
    names = ("payment_key", "visit_id", "tender", "yen", "state", "yen_to_keep", "yen_owed", "events_seen")
    return Payment(**{name: row[name] for name in names}, reach=Reach(row["reach"]))
