"""Money: what the agent asks of a cash device, and the demo's device with escrow, change store and ledger.

The ledger (`cash.db`) is the ground truth of the demo's cash, as `tray.log` is of its paper: it is the device's, not
the agent's, and outlives it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app import clock
from app.terminal.durable import DurableFile
from app.terminal.errors import DeviceBusyError, MoneyRejectedError

# each divides the next, so paying out from the greatest down finds the change whenever there is one
DENOMINATIONS = (10, 50, 100, 500, 1000, 5000, 10000)
FIRST_STORE = {10: 50, 50: 40, 100: 60, 500: 20, 1000: 10, 5000: 0, 10000: 0}


@dataclass(frozen=True)
class CashEvent:
    """`kind`: inserted, held. `yen` = in escrow after it."""

    sequence: int
    kind: str
    yen: int


@dataclass(frozen=True)
class CashState:
    """`state`: none, collecting, held, committed, released, short. `yen_kept` counts once it is final."""

    state: str
    yen: int = 0
    yen_inserted: int = 0
    yen_kept: int = 0


class PaymentDevice(Protocol):
    """Everything is idempotent by key: asked twice, it answers the same and does nothing more."""

    def begin(self, key: str, yen: int) -> None:
        """Open for `yen`. :raises DeviceBusyError: while another key is open."""
        ...

    def events(self, key: str, after: int = 0) -> list[CashEvent]: ...

    def commit(self, key: str, yen: int) -> CashState:
        """Keep `yen`, give the rest back; `short` when there is not enough change."""
        ...

    def release(self, key: str) -> CashState:
        """Give everything back: the very coins and bills that came in."""
        ...

    def query(self, key: str) -> CashState: ...

    def counts(self) -> dict[int, int]:
        """Pieces of each denomination in the change store."""
        ...


_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    payment_key TEXT PRIMARY KEY, yen INTEGER NOT NULL CHECK (yen >= 0), state TEXT NOT NULL,
    yen_kept INTEGER NOT NULL DEFAULT 0 CHECK (yen_kept >= 0));
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON session ((1)) WHERE state IN ('collecting', 'held');
CREATE TABLE IF NOT EXISTS movement (
    sequence INTEGER PRIMARY KEY, payment_key TEXT NOT NULL, kind TEXT NOT NULL
    CHECK (kind IN ('inserted', 'returned', 'rejected', 'collected')), denomination INTEGER NOT NULL,
    pieces INTEGER NOT NULL CHECK (pieces > 0), at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS store (denomination INTEGER PRIMARY KEY, pieces INTEGER NOT NULL CHECK (pieces >= 0));
"""


class CashSimulator(DurableFile):
    """A `PaymentDevice` whose coins come from the desk page."""

    def __init__(self, path: Path, first_store: dict[int, int] | None = None) -> None:
        super().__init__(path, _SCHEMA)
        store = FIRST_STORE if first_store is None else first_store
        with self.step():
            rows = [(d, store.get(d, 0)) for d in DENOMINATIONS]
            self._db.executemany("INSERT OR IGNORE INTO store VALUES (?, ?)", rows)

    # --- what the agent asks

    def begin(self, key: str, yen: int) -> None:
        with self.step():
            if self.query(key).state != "none":
                return
            try:
                state = "held" if yen == 0 else "collecting"
                self._db.execute("INSERT INTO session (payment_key, yen, state) VALUES (?, ?, ?)", (key, yen, state))
            except sqlite3.IntegrityError:
                raise DeviceBusyError from None

    def events(self, key: str, after: int = 0) -> list[CashEvent]:
        due, total, found = self.query(key).yen, 0, []
        sql = (
            "SELECT sequence, denomination FROM movement WHERE payment_key = ? AND kind = 'inserted' ORDER BY sequence"
        )
        for sequence, denomination in self._rows(sql, (key,)):
            total += denomination
            found.append(CashEvent(sequence, "held" if total >= due else "inserted", total))
        return [event for event in found if event.sequence > after]

    def commit(self, key: str, yen: int) -> CashState:
        with self.step():
            now = self.query(key)
            if now.state not in ("collecting", "held"):
                return now
            if yen > now.yen_inserted:
                return self._close(key, "short", 0)  # asked to keep more than there is: a person looks
            self._move_escrow_to_store(key)
            owed = now.yen_inserted - yen
            change = find_change(owed, self.counts())
            self._pay_out(key, change)
            left = owed - sum(d * n for d, n in change.items())
            return self._close(key, "short" if left else "committed", yen + left)

    def release(self, key: str) -> CashState:
        with self.step():
            now = self.query(key)
            if now.state in ("collecting", "held"):
                for denomination, pieces in self._pieces(key, "inserted").items():
                    self._note(key, "returned", denomination, pieces)
                return self._close(key, "released", 0)
            return now

    def query(self, key: str) -> CashState:
        row = self._rows("SELECT state, yen, yen_kept FROM session WHERE payment_key = ?", (key,))
        if not row:
            return CashState("none")
        inserted = sum(d * n for d, n in self._pieces(key, "inserted").items())
        return CashState(row[0][0], row[0][1], inserted, row[0][2])

    def counts(self) -> dict[int, int]:
        return dict(self._rows("SELECT denomination, pieces FROM store ORDER BY denomination", ()))

    # --- what the desk does

    def insert(self, yen: int) -> CashState:
        """One coin or bill. :raises MoneyRejectedError: it comes straight back."""
        with self.step():
            key = self.open_key()
            if yen not in DENOMINATIONS:
                raise MoneyRejectedError("unknown")
            now = self.query(key or "")
            if key is None or now.state != "collecting":
                raise MoneyRejectedError("closed")
            if not self._can_change(key, now, yen):
                raise MoneyRejectedError("no_change")
            self._note(key, "inserted", yen, 1)
            if now.yen_inserted + yen >= now.yen:
                self._db.execute("UPDATE session SET state = 'held' WHERE payment_key = ?", (key,))
            return self.query(key)

    def open_key(self) -> str | None:
        """The payment that takes money now."""
        rows = self._rows("SELECT payment_key FROM session WHERE state IN ('collecting', 'held')", ())
        return rows[0][0] if rows else None

    def returned(self) -> dict[int, int]:
        """What lies in the return tray: change and money given back that nobody has collected."""
        sql = """SELECT denomination, SUM(CASE kind WHEN 'collected' THEN -pieces ELSE pieces END) FROM movement
                 WHERE kind IN ('returned', 'collected') GROUP BY denomination ORDER BY denomination DESC"""
        return {denomination: pieces for denomination, pieces in self._rows(sql, ()) if pieces}

    def collect(self) -> int:
        """Take what lies in the return tray; gives the yen."""
        with self.step():
            lying = self.returned()
            for denomination, pieces in lying.items():
                self._note("", "collected", denomination, pieces)
            return sum(d * n for d, n in lying.items())

    # --- inside

    def _can_change(self, key: str, now: CashState, yen: int) -> bool:
        """Whether the price could be kept and the rest paid out, were this piece taken."""
        over = now.yen_inserted + yen - now.yen
        store = self.counts()
        for denomination, pieces in self._pieces(key, "inserted").items():
            store[denomination] += pieces
        store[yen] += 1
        return over <= 0 or sum(d * n for d, n in find_change(over, store).items()) == over

    def _move_escrow_to_store(self, key: str) -> None:
        for denomination, pieces in self._pieces(key, "inserted").items():
            self._db.execute("UPDATE store SET pieces = pieces + ? WHERE denomination = ?", (pieces, denomination))

    def _pay_out(self, key: str, change: dict[int, int]) -> None:
        for denomination, pieces in change.items():
            self._db.execute("UPDATE store SET pieces = pieces - ? WHERE denomination = ?", (pieces, denomination))
            self._note(key, "returned", denomination, pieces)

    def _close(self, key: str, state: str, yen_kept: int) -> CashState:
        self._db.execute("UPDATE session SET state = ?, yen_kept = ? WHERE payment_key = ?", (state, yen_kept, key))
        return self.query(key)

    def _pieces(self, key: str, kind: str) -> dict[int, int]:
        sql = "SELECT denomination, SUM(pieces) FROM movement WHERE payment_key = ? AND kind = ? GROUP BY denomination"
        return dict(self._rows(sql, (key, kind)))

    def _note(self, key: str, kind: str, denomination: int, pieces: int) -> None:
        sql = "INSERT INTO movement (payment_key, kind, denomination, pieces, at) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(sql, (key, kind, denomination, pieces, clock.now().isoformat()))


def find_change(yen: int, store: dict[int, int]) -> dict[int, int]:
    """Pieces from `store` that make `yen`, as near as it goes from below, few pieces first."""
    change: dict[int, int] = {}
    for denomination in sorted(store, reverse=True):
        pieces = min(yen // denomination, store[denomination])
        if pieces:
            change[denomination] = pieces
            yen -= pieces * denomination
    return change
