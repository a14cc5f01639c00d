"""What must never be found in a ledger."""

from __future__ import annotations

from app.errors import MismatchError


class LedgerGapError(MismatchError):
    """Lines are missing between the cursor and what a town sends."""

    def __init__(self, home: str, expected_after: int, found: int) -> None:
        super().__init__(f"{home}: after {expected_after} comes {found}")
        self.home, self.expected_after, self.found = home, expected_after, found


class LedgerConflictError(MismatchError):
    """A number is to be charged, refunded or voided a second time, differently."""

    def __init__(self, home: str, sequence: int) -> None:
        super().__init__(f"{home}: line {sequence}")
        self.home, self.sequence = home, sequence
