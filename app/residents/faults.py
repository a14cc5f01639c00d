"""PURE. What is wrong with a row, told by its place: never by the value, which may be somebody's name or number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """A reason at a line and a column of a file. Line 0 = the stored register; `subject` then names the row."""

    line: int
    column: str
    reason: str
    subject: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else self.subject
        return f"{place}, column {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """A row with the values of every field of its register. Its representation says only where it stands."""

    line: int
    values: dict[str, Any] = field(repr=False)
    subject: str = ""

    def fault(self, column: str, reason: str) -> Fault:
        """A fault of this row."""
        return Fault(self.line, column, reason, self.subject)
