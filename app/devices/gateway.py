"""The gateway's core: payments by e-money and QR of all terminals, by key, with a record of every yen that moved.

`gateway.db` is the ground truth of both tenders. E-money is taken at the touch and given back only where the card is;
a QR payment is authorised by the scan, then captured (in part, too) or voided; what was captured can be refunded.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from app import clock
from app.durable import DurableFile
from app.errors import RefusedError
from app.protocol.messages import Tender
from app.protocol.money import MoneyRejectedError

CURRENCY = "JPY"
TENDERS = (Tender.EMONEY, Tender.QR)
FAULTS = ("down", "refuse", "whole_only", "no_refund")
_MAX_YEN = 10_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    payment_key TEXT PRIMARY KEY, terminal TEXT NOT NULL, tender TEXT NOT NULL CHECK (tender IN ('emoney', 'qr')),
    yen INTEGER NOT NULL CHECK (yen > 0), state TEXT NOT NULL
    CHECK (state IN ('waiting', 'authorised', 'taken', 'voided')),
    yen_taken INTEGER NOT NULL DEFAULT 0, yen_refunded INTEGER NOT NULL DEFAULT 0,
    CHECK (0 <= yen_refunded AND yen_refunded <= yen_taken AND yen_taken <= yen),
    CHECK ((state = 'taken') = (yen_taken > 0)));
-- one reader, one display
CREATE UNIQUE INDEX IF NOT EXISTS one_waiting ON payment (terminal, tender) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS refund (refund_key TEXT PRIMARY KEY, payment_key TEXT NOT NULL, yen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS movement (
    sequence INTEGER PRIMARY KEY, payment_key TEXT NOT NULL, kind TEXT NOT NULL
    CHECK (kind IN ('authorised', 'taken', 'voided', 'refunded')), yen INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (
    terminal TEXT NOT NULL, tender TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (terminal, tender, kind));
"""


class GatewayRefusedError(RefusedError):
    """The gateway says no. `reason` is one word that its protocol knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Gateway(DurableFile):
    """One file for all terminals. A payment is answered as its row."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA)

    # --- what a terminal asks

    def create(self, key: str, terminal: str, tender: str, currency: str, yen: int) -> dict[str, Any]:
        """Wait for a touch or a scan. :raises GatewayRefusedError: the key is of another payment, or one waits."""
        if tender not in TENDERS or currency != CURRENCY or type(yen) is not int or not 0 < yen <= _MAX_YEN:
            raise GatewayRefusedError("bad_payment")
        with self.step():
            known = self.find(key)
            if known is None:
                self._insert(key, terminal, tender, yen)
            elif (known["terminal"], known["tender"], known["yen"]) != (terminal, tender, yen):
                raise GatewayRefusedError("key_reused")
            return self.get(key)

    def get(self, key: str) -> dict[str, Any]:
        """:raises GatewayRefusedError: `unknown`."""
        found = self.find(key)
        if found is None:
            raise GatewayRefusedError("unknown")
        return found

    def find(self, key: str) -> dict[str, Any] | None:
        rows = self._rows("SELECT * FROM payment WHERE payment_key = ?", (key,))
        return {**dict(rows[0]), "currency": CURRENCY} if rows else None

    def capture(self, key: str, yen: int) -> dict[str, Any]:
        """Take `yen` of what is authorised; the rest is let go."""
        with self.step():
            now = self.get(key)
            if now["state"] == "taken" and now["yen_taken"] == yen:
                return now
            if now["state"] != "authorised":
                raise GatewayRefusedError("not_authorised")
            if type(yen) is not int or not 0 < yen <= now["yen"]:
                raise GatewayRefusedError("bad_amount")
            if yen < now["yen"] and self.has_fault(now["terminal"], now["tender"], "whole_only"):
                raise GatewayRefusedError("whole_only")
            return self._take(key, yen)

    def void(self, key: str) -> dict[str, Any]:
        """Let go of what nobody has taken yet."""
        with self.step():
            now = self.get(key)
            if now["state"] == "taken":
                raise GatewayRefusedError("taken")
            if now["state"] != "voided":
                self._db.execute("UPDATE payment SET state = 'voided' WHERE payment_key = ?", (key,))
                self._note(key, "voided", now["yen"])
            return self.get(key)

    def refund(self, key: str, refund_key: str, yen: int) -> dict[str, Any]:
        """Give back `yen` of what was taken, once for each `refund_key`."""
        with self.step():
            now = self.get(key)
            known = self._rows("SELECT payment_key, yen FROM refund WHERE refund_key = ?", (refund_key,))
            if known:
                if tuple(known[0]) != (key, yen):
                    raise GatewayRefusedError("key_reused")
                return now
            self._check_refund(now, yen)
            self._db.execute("INSERT INTO refund VALUES (?, ?, ?)", (refund_key, key, yen))
            sql = "UPDATE payment SET yen_refunded = yen_refunded + ? WHERE payment_key = ?"
            self._db.execute(sql, (yen, key))
            self._note(key, "refunded", yen)
            return self.get(key)

    def taken(self, terminal: str, tender: str) -> int:
        """Yen taken and not refunded, ever."""
        sql = "SELECT coalesce(sum(yen_taken - yen_refunded), 0) FROM payment WHERE terminal = ? AND tender = ?"
        return int(self._rows(sql, (terminal, tender))[0][0])

    def waiting(self, terminal: str, tender: str) -> dict[str, Any] | None:
        """The payment for which reader or display of this terminal is open."""
        sql = "SELECT payment_key FROM payment WHERE terminal = ? AND tender = ? AND state = 'waiting'"
        rows = self._rows(sql, (terminal, tender))
        return self.find(rows[0][0]) if rows else None

    # --- what hands do

    def touch(self, terminal: str, tender: str) -> dict[str, Any]:
        """A card on the reader, a telephone at the display. :raises MoneyRejectedError: closed, refused."""
        with self.step():
            now = self.waiting(terminal, tender)
            if now is None:
                raise MoneyRejectedError("closed")
            if self.has_fault(terminal, tender, "refuse"):
                raise MoneyRejectedError("refused")
            if tender == Tender.EMONEY:
                return self._take(now["payment_key"], now["yen"])
            self._db.execute("UPDATE payment SET state = 'authorised' WHERE payment_key = ?", (now["payment_key"],))
            self._note(now["payment_key"], "authorised", now["yen"])
            return self.get(now["payment_key"])

    def set_fault(self, terminal: str, tender: str, kind: str, is_on: bool) -> None:
        """`kind` is one of FAULTS."""
        sql = "INSERT OR IGNORE INTO fault VALUES (?, ?, ?)"
        if not is_on:
            sql = "DELETE FROM fault WHERE terminal = ? AND tender = ? AND kind = ?"
        with self.step():
            self._db.execute(sql, (terminal, tender, kind))

    def faults(self, terminal: str, tender: str) -> list[str]:
        sql = "SELECT kind FROM fault WHERE terminal = ? AND tender = ? ORDER BY kind"
        return [kind for (kind,) in self._rows(sql, (terminal, tender))]

    def has_fault(self, terminal: str, tender: str, kind: str) -> bool:
        return kind in self.faults(terminal, tender)

    # --- inside

    def _insert(self, key: str, terminal: str, tender: str, yen: int) -> None:
        sql = "INSERT INTO payment (payment_key, terminal, tender, yen, state) VALUES (?, ?, ?, ?, 'waiting')"
        try:
            self._db.execute(sql, (key, terminal, tender, yen))
        except sqlite3.IntegrityError:
            raise GatewayRefusedError("busy") from None

    def _take(self, key: str, yen: int) -> dict[str, Any]:
        self._db.execute("UPDATE payment SET state = 'taken', yen_taken = ? WHERE payment_key = ?", (yen, key))
        self._note(key, "taken", yen)
        return self.get(key)

    def _check_refund(self, now: dict[str, Any], yen: int) -> None:
        if now["tender"] == Tender.EMONEY:
            raise GatewayRefusedError("card_needed")
        if self.has_fault(now["terminal"], now["tender"], "no_refund"):
            raise GatewayRefusedError("refund_refused")
        if type(yen) is not int or not 0 < yen <= now["yen_taken"] - now["yen_refunded"]:
            raise GatewayRefusedError("bad_amount")

    def _note(self, key: str, kind: str, yen: int) -> None:
        sql = "INSERT INTO movement (payment_key, kind, yen, at) VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (key, kind, yen, clock.now().isoformat()))
