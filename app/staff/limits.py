"""PURE. How long a sign-in lasts, how often one may be wrong, and what a password must be.

NIST SP 800-63B allows at most 30 minutes without a touch and 12 hours in all at its second level (§4.2.3), and asks for
length instead of rules about signs (§5.1.1.2). A counter stands open to the public: it is left alone for less.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=15)  # without anything that a person did
LONGEST = timedelta(hours=10)  # a working day
BETWEEN_STEPS = timedelta(minutes=10)  # from the password to the code, or to the end of the first sign-in
FORGET_AFTER = timedelta(days=30)  # a sign-in that is over: that there was one stays in the audit
WRITE_SIGN_OF_LIFE_AFTER = timedelta(seconds=30)  # a page of many parts writes once

TRIES_WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_SOURCE = 30  # a whole town hall may stand behind one address

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


class Stage(StrEnum):
    """How far a sign-in has come."""

    PASSWORD = "password"  # noqa: S105 the name of a step: the code of the second factor is outstanding
    SIGNED_IN = "signed_in"


class EndReason(StrEnum):
    """Why a sign-in is over."""

    NEXT_STEP = "next_step"  # another one took its place
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "everywhere"
    IDLE = "idle"
    TOO_LONG = "too_long"
    DISABLED = "disabled"
    RESET = "reset"
    UNKNOWN = "unknown"  # no such sign-in: a cookie of somewhere else


class PasswordFault(StrEnum):
    """What is wrong with a new password."""

    SHORT = "short"
    LONG = "long"
    NAMED = "named"  # it holds the account's own name
    SAME = "same"  # the one that was handed out
    UNEQUAL = "unequal"  # typed twice, differently


def lapse(stage: Stage, started_at: datetime, seen_at: datetime, now: datetime) -> EndReason | None:
    """Why a sign-in that nobody ended is over by itself; None while it lasts."""
    if now - started_at > (BETWEEN_STEPS if stage is Stage.PASSWORD else LONGEST):
        return EndReason.TOO_LONG
    return EndReason.IDLE if now - seen_at > IDLE else None


def password_fault(password: str, again: str, staff_id: str) -> PasswordFault | None:
    """The first thing that is wrong; None for a good one."""
    if password != again:
        return PasswordFault.UNEQUAL
    if len(password) < SHORTEST_PASSWORD:
        return PasswordFault.SHORT
    if len(password) > LONGEST_PASSWORD:
        return PasswordFault.LONG
    return PasswordFault.NAMED if staff_id in password.lower() else None
