"""The machine's core: coins and bills in escrow, a change store, and a ledger of every piece that ever moved.

The ledger (`cash.db`) is the ground truth of the demo's cash, as `tray.log` is of its paper. A piece that left cannot
be called back, so each is written down by itself: after a power cut the machine pays out what is still to be paid.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from app import clock
from app.durable import DurableFile
from app.protocol.messages import Tender
from app.protocol.money import (
    DENOMINATIONS,
    Capabilities,
    DeviceStatus,
    MoneyRejectedError,
    PaymentBusyError,
    PaymentContradictionError,
    PaymentEvent,
    PaymentState,
    Step,
)

FIRST_STORE = {10: 50, 50: 40, 100: 60, 500: 20, 1000: 10, 5000: 0, 10000: 0}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    payment_key TEXT PRIMARY KEY, yen INTEGER NOT NULL CHECK (yen >= 0), state TEXT NOT NULL
    CHECK (state IN ('collecting', 'held', 'committing', 'releasing', 'committed', 'released')),
    yen_kept INTEGER NOT NULL DEFAULT 0 CHECK (yen_kept >= 0),
    yen_owed INTEGER NOT NULL DEFAULT 0 CHECK (yen_owed >= 0));
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON session ((1)) WHERE state NOT IN ('committed', 'released');
CREATE TABLE IF NOT EXISTS movement (
    sequence INTEGER PRIMARY KEY, payment_key TEXT NOT NULL, kind TEXT NOT NULL
    CHECK (kind IN ('inserted', 'returned', 'rejected', 'collected', 'emptied', 'filled')),
    denomination INTEGER NOT NULL, pieces INTEGER NOT NULL CHECK (pieces > 0), at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS store (denomination INTEGER PRIMARY KEY, pieces INTEGER NOT NULL CHECK (pieces >= 0));
-- what the open payment still has to pay out
CREATE TABLE IF NOT EXISTS payout (denomination INTEGER PRIMARY KEY, pieces INTEGER NOT NULL CHECK (pieces > 0));
-- jammed: no piece moves any more, once so many have still come out
CREATE TABLE IF NOT EXISTS jam (one INTEGER PRIMARY KEY CHECK (one = 1), pieces_before INTEGER NOT NULL);
"""


class CashMachine(DurableFile):
    """A `PaymentDevice` whose coins come from the desk page. Comes up as a machine does: first it finishes."""

    capabilities = Capabilities(Tender.CASH, can_hold=True, can_refund=True)

    def __init__(self, path: Path, first_store: dict[int, int] | None = None) -> None:
        super().__init__(path, _SCHEMA)
        store = FIRST_STORE if first_store is None else first_store
        with self.step():
            rows = [(d, store.get(d, 0)) for d in DENOMINATIONS]
            self._db.executemany("INSERT OR IGNORE INTO store VALUES (?, ?)", rows)
        self._pay_out(self.open_key())

    # --- what the agent asks

    def begin(self, key: str, yen: int) -> None:
        with self.step():
            known = self.query(key)
            if known.step is not Step.NONE:
                if known.yen != yen:
                    raise PaymentContradictionError("yen")
                return
            if self._is_jammed():
                raise PaymentBusyError("jam")
            try:
                state = "held" if yen == 0 else "collecting"
                self._db.execute("INSERT INTO session (payment_key, yen, state) VALUES (?, ?, ?)", (key, yen, state))
            except sqlite3.IntegrityError:
                raise PaymentBusyError("open") from None

    def events(self, key: str, after: int = 0) -> list[PaymentEvent]:
        due, total, found = self.query(key).yen, 0, []
        sql = (
            "SELECT sequence, denomination FROM movement WHERE payment_key = ? AND kind = 'inserted' ORDER BY sequence"
        )
        for sequence, denomination in self._rows(sql, (key,)):
            total += denomination
            found.append(PaymentEvent(sequence, "held" if total >= due else "inserted", total))
        return [event for event in found if event.sequence > after]

    def commit(self, key: str, yen: int) -> PaymentState:
        """:raises PaymentContradictionError: asked to keep more than there is; it stays in escrow for a person."""
        with self.step():
            now = self.query(key)
            if now.step in (Step.COLLECTING, Step.HELD):
                if yen > now.yen_in:
                    raise PaymentContradictionError("more than came in")
                self._move_escrow_to_store(key)
                change = find_change(now.yen_in - yen, self.counts())
                self._plan(key, "committing", yen, now.yen_in - yen - worth(change), change)
        return self._pay_out(key)

    def release(self, key: str) -> PaymentState:
        """The very coins and bills that came in."""
        with self.step():
            if self.query(key).step in (Step.COLLECTING, Step.HELD):
                self._move_escrow_to_store(key)
                self._plan(key, "releasing", 0, 0, self._pieces(key, "inserted"))
        return self._pay_out(key)

    def query(self, key: str) -> PaymentState:
        row = self._rows("SELECT state, yen, yen_kept, yen_owed FROM session WHERE payment_key = ?", (key,))
        if not row:
            return PaymentState(Step.NONE)
        state, yen, kept, owed = row[0]
        step = Step.MOVING if state in ("committing", "releasing") else Step(state)
        return PaymentState(step, yen, worth(self._pieces(key, "inserted")), kept, owed)

    def counts(self) -> dict[int, int]:
        return dict(self._rows("SELECT denomination, pieces FROM store ORDER BY denomination", ()))

    def taken(self) -> int:
        sql = "SELECT coalesce(sum(yen_kept + yen_owed), 0) FROM session WHERE state IN ('committed', 'released')"
        return int(self._rows(sql)[0][0])

    def status(self) -> DeviceStatus:
        return DeviceStatus(("jam",) if self._is_jammed() else (), self.open_key() or "", self.counts())

    # --- what hands do

    def insert(self, yen: int) -> PaymentState:
        """One coin or bill. :raises MoneyRejectedError: it comes straight back."""
        with self.step():
            key = self.open_key()
            now = self.query(key or "")
            if yen not in DENOMINATIONS:
                raise MoneyRejectedError("unknown")
            if key is None or now.step is not Step.COLLECTING:
                raise MoneyRejectedError("closed")
            if self._is_jammed():
                raise MoneyRejectedError("jam")
            if not self._can_change(key, now, yen):
                raise MoneyRejectedError("no_change")
            self._note(key, "inserted", yen, 1)
            if now.yen_in + yen >= now.yen:
                self._db.execute("UPDATE session SET state = 'held' WHERE payment_key = ?", (key,))
            return self.query(key)

    def open_key(self) -> str | None:
        """The payment that it works on."""
        rows = self._rows("SELECT payment_key FROM session WHERE state NOT IN ('committed', 'released')", ())
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
            return worth(lying)

    def jam(self, pieces_before: int = 0) -> None:
        """A coin gets stuck, at once or when so many pieces have still come out."""
        with self.step():
            self._db.execute("INSERT OR REPLACE INTO jam VALUES (1, ?)", (pieces_before,))

    def repair(self) -> None:
        """The stuck coin is taken out and put into the store."""
        with self.step():
            self._db.execute("DELETE FROM jam")

    def empty(self) -> None:
        """Staff take all the change out."""
        self._fill_to(dict.fromkeys(DENOMINATIONS, 0))

    def fill(self) -> None:
        """Staff bring the change store to what it held on the first day."""
        self._fill_to(FIRST_STORE)

    def pull_lever(self) -> None:
        """Staff give back by hand what is in escrow and of which nobody knows any more."""
        if key := self.open_key():
            self.release(key)

    # --- inside

    def _can_change(self, key: str, now: PaymentState, yen: int) -> bool:
        """Whether the price could be kept and the rest paid out, were this piece taken."""
        over = now.yen_in + yen - now.yen
        store = self.counts()
        for denomination, pieces in self._pieces(key, "inserted").items():
            store[denomination] += pieces
        store[yen] += 1
        return over <= 0 or worth(find_change(over, store)) == over

    def _move_escrow_to_store(self, key: str) -> None:
        for denomination, pieces in self._pieces(key, "inserted").items():
            self._db.execute("UPDATE store SET pieces = pieces + ? WHERE denomination = ?", (pieces, denomination))

    def _plan(self, key: str, state: str, yen_kept: int, yen_owed: int, pieces: dict[int, int]) -> None:
        sql = "UPDATE session SET state = ?, yen_kept = ?, yen_owed = ? WHERE payment_key = ?"
        self._db.execute(sql, (state, yen_kept, yen_owed, key))
        self._db.executemany("INSERT INTO payout VALUES (?, ?)", pieces.items())

    def _pay_out(self, key: str | None) -> PaymentState:
        """Piece by piece; what a jam holds back is owed."""
        now = self.query(key or "")
        while now.step is Step.MOVING:
            with self.step():
                left = dict(self._rows("SELECT denomination, pieces FROM payout ORDER BY denomination DESC"))
                if left and not self._is_jammed():
                    self._drop(key or "", next(iter(left)))
                else:
                    self._close(key or "", worth(left))
            now = self.query(key or "")
        return now

    def _drop(self, key: str, denomination: int) -> None:
        """One piece falls into the return tray."""
        self._db.execute("UPDATE store SET pieces = pieces - 1 WHERE denomination = ?", (denomination,))
        self._db.execute("DELETE FROM payout WHERE denomination = ? AND pieces = 1", (denomination,))
        self._db.execute("UPDATE payout SET pieces = pieces - 1 WHERE denomination = ?", (denomination,))
        self._db.execute("UPDATE jam SET pieces_before = pieces_before - 1")
        self._note(key, "returned", denomination, 1)

    def _close(self, key: str, yen_stuck: int) -> None:
        sql = """UPDATE session SET yen_owed = yen_owed + ?,
                 state = CASE state WHEN 'committing' THEN 'committed' ELSE 'released' END WHERE payment_key = ?"""
        self._db.execute(sql, (yen_stuck, key))
        self._db.execute("DELETE FROM payout")

    def _is_jammed(self) -> bool:
        return bool(self._rows("SELECT 1 FROM jam WHERE pieces_before <= 0"))

    def _fill_to(self, wanted: dict[int, int]) -> None:
        with self.step():
            for denomination, pieces in self.counts().items():
                more = wanted.get(denomination, 0) - pieces
                if more:
                    self._note("", "filled" if more > 0 else "emptied", denomination, abs(more))
                    sql = "UPDATE store SET pieces = pieces + ? WHERE denomination = ?"
                    self._db.execute(sql, (more, denomination))

    def _pieces(self, key: str, kind: str) -> dict[int, int]:
        sql = "SELECT denomination, SUM(pieces) FROM movement WHERE payment_key = ? AND kind = ? GROUP BY denomination"
        return dict(self._rows(sql, (key, kind)))

    def _note(self, key: str, kind: str, denomination: int, pieces: int) -> None:
        sql = "INSERT INTO movement (payment_key, kind, denomination, pieces, at) VALUES (?, ?, ?, ?, ?)"
        values: tuple[Any, ...] = (key, kind, denomination, pieces, clock.now().isoformat())
        self._db.execute(sql, values)


def worth(pieces: dict[int, int]) -> int:
    """Yen."""
    return sum(denomination * n for denomination, n in pieces.items())


def find_change(yen: int, store: dict[int, int]) -> dict[int, int]:
    """Pieces from `store` that make `yen`, as near as it goes from below, few pieces first."""
    change: dict[int, int] = {}
    for denomination in sorted(store, reverse=True):
        pieces = min(yen // denomination, store[denomination])
        if pieces:
            change[denomination] = pieces
            yen -= pieces * denomination
    return change
