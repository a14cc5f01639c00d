"""The sensor at the paper exit: a capability that not every printer has. Its word goes before the printer's own.

A sensor and its driver lag behind the paper: a sheet that has just passed may not be counted yet. So a count says what
did *not* come out only once it has stood still for `settle_seconds` after the job was over.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol


class ExitSensor(Protocol):
    """Knows sheets, not jobs."""

    @property
    def settle_seconds(self) -> float:
        """How far its count may lag behind the paper, at most."""
        ...

    def count(self) -> int | None:
        """Sheets that ever passed the exit; None when it does not say: a driver that is dead has not counted zero."""
        ...

    def is_present(self) -> bool:
        """Whether paper lies in the output tray."""
        ...


class FileSensor:
    """Reads what a sensor's driver writes: a file from its start on, with one line for each sheet, and beside it
    `NAME.present` while paper lies.
    """

    def __init__(self, path: Path, settle_seconds: float) -> None:
        self._path = path
        self.settle_seconds = settle_seconds
        self._present = path.with_name(f"{path.name}.present")

    def count(self) -> int | None:
        try:
            return self._path.read_bytes().count(b"\n")
        except OSError:
            return None

    def is_present(self) -> bool:
        return self._present.exists()


class Stillness:
    """How long a count has not moved. It forgets with the process: after a restart the waiting begins anew."""

    def __init__(self) -> None:
        self._seen: tuple[str, int] | None = None
        self._since = 0.0  # monotonic seconds

    def has_lasted(self, attempt_id: str, count: int, seconds: float) -> bool:
        """Whether this very count was seen for this attempt all through the last `seconds`."""
        if self._seen != (attempt_id, count):
            self._seen, self._since = (attempt_id, count), time.monotonic()
        return time.monotonic() - self._since >= seconds
