"""What the journal of a terminal holds: its tables, and the rows as its readers get them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS ticket (nonce TEXT PRIMARY KEY, visit_id TEXT NOT NULL, seen_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS visit (sequence INTEGER PRIMARY KEY, visit_id TEXT NOT NULL, signed_in_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempt (
    attempt_id TEXT PRIMARY KEY, visit_id TEXT NOT NULL, grant_id TEXT NOT NULL UNIQUE,
    sheets INTEGER NOT NULL DEFAULT 0, sha256 TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL);
-- one printer, one sheet path: a second attempt cannot begin while the first may still move
CREATE UNIQUE INDEX IF NOT EXISTS one_moving_attempt ON attempt ((1))
    WHERE state IN ('asking', 'granted', 'sending', 'printing');
CREATE TABLE IF NOT EXISTS attempt_event (
    sequence INTEGER PRIMARY KEY, attempt_id TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payment (
    payment_key TEXT PRIMARY KEY, visit_id TEXT NOT NULL, tender TEXT NOT NULL, yen INTEGER NOT NULL,
    state TEXT NOT NULL, reach TEXT NOT NULL DEFAULT 'nobody',
    yen_to_keep INTEGER NOT NULL DEFAULT 0, yen_owed INTEGER NOT NULL DEFAULT 0,
    events_seen INTEGER NOT NULL DEFAULT 0, changed_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS report (
    sequence INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, body TEXT NOT NULL,
    accepted_at TEXT);
CREATE TABLE IF NOT EXISTS receipt (payment_key TEXT PRIMARY KEY, begun_at TEXT NOT NULL, printed_at TEXT);
-- of the last lease: its epoch, and the folder that held it; `wish`: asked for, perhaps not answered yet
CREATE TABLE IF NOT EXISTS lease (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, mark TEXT NOT NULL,
    wish TEXT NOT NULL, wish_mark TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stop (one INTEGER PRIMARY KEY CHECK (one = 1), reason TEXT NOT NULL, at TEXT NOT NULL);
"""


class AttemptState(StrEnum):
    """How far one attempt has come on this terminal."""

    ASKING = "asking"  # a grant is asked for; nothing has arrived
    GRANTED = "granted"  # checked and found right; nothing has left for the printer
    SENDING = "sending"  # from here on paper may come out
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"  # told to the portal; the sheets may still be taken later


MOVING = (AttemptState.ASKING, AttemptState.GRANTED, AttemptState.SENDING, AttemptState.PRINTING)
PRESENTED = (AttemptState.PRINTED, AttemptState.NOT_TAKEN)
_AT_THE_PRINTER = (AttemptState.SENDING, AttemptState.PRINTING)
# what a state may follow: everything else was said already, or by somebody else, and stays
AFTER = {
    AttemptState.ASKING: (),
    AttemptState.GRANTED: (AttemptState.ASKING,),
    AttemptState.MISMATCH: (AttemptState.ASKING,),
    AttemptState.SENDING: (AttemptState.GRANTED,),
    AttemptState.PRINTING: (AttemptState.SENDING,),
    AttemptState.PRINTED: _AT_THE_PRINTER,
    AttemptState.UNKNOWN: MOVING,
    AttemptState.NOT_PRINTED: MOVING,
    AttemptState.TAKEN: PRESENTED,
    AttemptState.NOT_TAKEN: (AttemptState.PRINTED,),
}


@dataclass(frozen=True)
class Attempt:
    attempt_id: str
    visit_id: str
    grant_id: str
    sheets: int
    sha256: str
    changed_at: str  # ISO 8601 with zone
    state: AttemptState


class Reach(StrEnum):
    """Whether the device can know of a payment."""

    NOBODY = "nobody"  # no question about it ever left
    MAYBE = "maybe"
    DEVICE = "device"  # it has said yes


@dataclass(frozen=True)
class Payment:
    payment_key: str
    visit_id: str
    tender: str  # empty: an order about money that was never asked for here
    yen: int
    state: str  # collecting, held, committing, committed, releasing, released, unknown
    reach: Reach
    yen_to_keep: int
    yen_owed: int
    events_seen: int


@dataclass(frozen=True)
class PendingReport:
    report_id: str
    subject: str
    body: dict[str, Any]


@dataclass(frozen=True)
class LeaseNote:
    epoch: int  # 0: none was ever answered
    mark: str  # of the folder that held it
    wish: str  # lease id; empty: answered
    wish_mark: str  # of the folder that asked
