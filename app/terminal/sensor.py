"""The sensor at the paper exit: a capability that not every printer has. Its word goes before the printer's own."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class ExitSensor(Protocol):
    """Knows sheets, not jobs."""

    def count(self) -> int:
        """Sheets that ever passed the exit."""
        ...

    def is_present(self) -> bool:
        """Whether paper lies in the output tray."""
        ...


class FileSensor:
    """Reads what a sensor's driver writes: one line for each sheet, and a file `NAME.present` while paper lies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._present = path.with_name(f"{path.name}.present")

    def count(self) -> int:
        return self._path.read_bytes().count(b"\n") if self._path.exists() else 0

    def is_present(self) -> bool:
        return self._present.exists()
