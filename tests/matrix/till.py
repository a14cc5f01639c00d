"""The cash machine of a case breaks while somebody's money is in it, and is mended by hand a little later."""

from __future__ import annotations

import time
from typing import Any

from tests.journey import truth
from tests.journey.attendant import Attendant
from tests.matrix.cases import Case
from tests.matrix.lane import Lane

KINDS = {"machine jam": "jam", "short of change": "no_change", "power cut of the machine": "no_power"}
BROKEN_SECONDS = 3.0
SESSION = "SELECT payment_key, state, yen_owed FROM session ORDER BY rowid DESC LIMIT 1"


class Till:
    """`turn` is called again and again. A machine that was broken from the start would not be offered to anybody."""

    def __init__(self, lane: Lane, attendant: Attendant, case: Case) -> None:
        self._lane, self._attendant, self._kind = lane, attendant, KINDS.get(case.money, "")
        # without change only what was held can suffer; a jam or a lost plug also stops what still comes in
        self._when = ("held",) if self._kind == "no_change" or case.dice % 2 else ("collecting", "held")
        self._old = self._session()[0]
        self._broken = ""  # the payment in which it broke
        self._broken_at = 0.0
        self._is_broken = self._was_open = False

    def turn(self) -> None:
        """Break at the right moment of a payment that is new; mend what was broken for long enough."""
        if not self._kind:
            return
        key, state, _ = self._session()
        if not self.has_met and key not in {self._old, self._broken} and state in self._when:
            self._hands(self._kind)
            self._broken, self._broken_at, self._is_broken = key, time.monotonic(), True
            self._was_open = self._session()[1] == "collecting"
        elif self._is_broken and time.monotonic() - self._broken_at > BROKEN_SECONDS:
            self.repair()

    @property
    def has_met(self) -> bool:
        """Whether somebody's money suffered by it: nothing came in any more, nobody answered, or something is owed."""
        if self._kind == "no_power":
            return bool(self._broken)
        return bool(self._broken) and (self._was_open or self._owed(self._broken) > 0)

    def repair(self) -> None:
        self._hands("")
        self._is_broken = False

    # --- inside

    def _hands(self, kind: str) -> None:
        self._attendant.hands(self._lane.terminal_id, "fault", tender="cash", kind=kind)  # type: ignore[attr-defined]

    def _session(self) -> tuple[Any, ...]:
        found = self._rows(SESSION)
        return found[0] if found else ("", "", 0)

    def _owed(self, key: str) -> int:
        return sum(row[0] for row in self._rows("SELECT yen_owed FROM session WHERE payment_key = ?", key))

    def _rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        file = self._lane.folder / "cash.db"
        return truth.rows(file, sql, *values) if file.exists() else []
