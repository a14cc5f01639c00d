"""発行番号: issue date, municipality, terminal number, serial (標準仕様書 5.5); the template adds page/total.

The serial is the town's own and never starts again, so a number is unique without its date: the clock may jump. The
name of the place is not printed, as the specification asks; the terminal's number stands for it.
"""

from __future__ import annotations

from datetime import date

from app.audit.models import Head
from app.issuance.journal import next_in_head
from app.municipalities.partitions import Partition


def take_number(p: Partition, town: str, terminal_number: int, on: date) -> str:
    """The next number of this town, e.g. `20261121 若草市 003 0000123`. Belongs to the transaction that takes it."""
    serial = next_in_head(p, Head.issue_sequence)
    return format_number(on, town, terminal_number, serial)


def format_number(on: date, town: str, terminal_number: int, serial: int) -> str:
    """The printed form."""
    return f"{on:%Y%m%d} {town} {terminal_number:03d} {serial:07d}"
