"""PURE. Three wrong PINs lock a card; time gives nothing back (B13; the chip of a マイナンバーカード does the same).

A try is counted and committed before the PIN is looked at (record, then check): a crash or twenty terminals at once
can cost the resident a try, but never give a fourth one.
"""

from __future__ import annotations

import re

MAX_TRIES = 3
_FOUR_DIGITS = re.compile(r"[0-9]{4}", re.ASCII)


def is_well_formed(pin: str) -> bool:
    """Whether `pin` is four ASCII digits, as all card kinds of this house have it."""
    return _FOUR_DIGITS.fullmatch(pin) is not None


def is_locked(tries_left: int) -> bool:
    return tries_left <= 0


def after_attempt(tries_left: int) -> int:
    """Tries left once an attempt is recorded, its outcome still unknown."""
    return max(0, tries_left - 1)


def after_right() -> int:
    """A right PIN gives all tries back."""
    return MAX_TRIES
