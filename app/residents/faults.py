"""PURE. What is wrong with a row, told by its place: never by the value, which may be somebody's name or number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Key = tuple[object, ...]


@dataclass(frozen=True)
class Fault:
    """A reason at a line and a column of a file. Line 0 = the stored register; `subject` then names the row.

    `is_warning`: to be looked at, but it may be right, as between two registers of which one was written first.
    """

    line: int
    column: str
    reason: str
    subject: str = ""
    is_warning: bool = False

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

    def warning(self, column: str, reason: str) -> Fault:
        """What to look at in this row."""
        return Fault(self.line, column, reason, self.subject, is_warning=True)


class Outlook(Protocol):
    """The registers as they would be with a file applied; without a file, as they are. What rules between rows see."""

    @property
    def rows(self) -> Collection[Row]:
        """The rows of the file, or all of the register: to be judged one by one."""

    @property
    def current(self) -> Mapping[Key, Row]:
        """Those of `rows` that would be the current version, by what they are a version of."""

    @property
    def doubtful(self) -> Collection[str]:
        """Households or families with a bad row in the file: not judged as a whole."""

    def after(self, register: str) -> Mapping[Key, Row]:
        """The current rows of a register by name, with the columns that its declaration says are judged."""

    def opened(self, column: str) -> Collection[tuple[str, Row]]:
        """The numbers of an encrypted column, of the current rows of this register that have one."""
