"""What really happened, read from the files that the devices and the databases keep: the ground truth of a run."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from app import serve
from tests.journey.installation import Installation

UNDECIDED = frozenset({"collecting", "held", "committing", "releasing", "waiting", "authorised"})
NUMBER = re.compile(r"\d{8} \S+ \d{3} \d{7}")


@dataclass(frozen=True)
class Slip:
    """One sheet that left a printer."""

    terminal: str
    attempt_id: str
    sheet: int
    sheets: int


def rows(database: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Read a SQLite file without disturbing who writes it."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        return connection.execute(sql, values).fetchall()


def partition_files(installation: Installation) -> list[Path]:
    return sorted((installation.home / "partitions").glob("*.db"))


def everywhere(installation: Installation, sql: str) -> list[tuple[Any, ...]]:
    """The rows of all partitions."""
    return [row for file in partition_files(installation) for row in rows(file, sql)]


def slips(installation: Installation) -> list[Slip]:
    """Every sheet in the output trays' own logs."""
    return [slip for folder in serve.agent_folders(installation.config) for slip in slips_of(folder)]


def slips_of(folder: Path) -> list[Slip]:
    """Every sheet in the output tray's own log of one terminal, whether its printer is simulated or a real one."""
    return [slip for log in (folder / "tray.log", folder / "printer" / "tray.log") for slip in _slips_in(log, folder)]


def _slips_in(log: Path, folder: Path) -> Iterator[Slip]:
    for line in log.read_text().splitlines() if log.exists() else []:
        with suppress(ValueError, KeyError):  # torn by a power cut: that sheet was not out yet
            facts = json.loads(line)
            name = facts["attempt_id"] if "attempt_id" in facts else facts["name"]
            yield Slip(folder.name, name, facts["sheet"], facts.get("sheets", 0))


def cash_kept(installation: Installation) -> dict[str, int]:
    """Yen by payment key that the cash devices say they kept."""
    kept: dict[str, int] = {}
    for folder in serve.agent_folders(installation.config):
        file = folder / "cash.db"
        if file.exists():
            kept |= dict(rows(file, "SELECT payment_key, yen_kept FROM session WHERE yen_kept > 0"))
    return kept


def all_kept(installation: Installation) -> dict[str, int]:
    """Yen by payment key that any machine or account of the union has of it, what it owes to the payer included."""
    kept: dict[str, int] = {}
    for folder in serve.agent_folders(installation.config):
        if (folder / "cash.db").exists():
            sql = "SELECT payment_key, yen_kept + yen_owed FROM session WHERE yen_kept + yen_owed > 0"
            kept |= dict(rows(folder / "cash.db", sql))
    gateway = installation.home / "devices" / "gateway.db"
    if gateway.exists():
        sql = "SELECT payment_key, yen_taken - yen_refunded FROM payment WHERE yen_taken > yen_refunded"
        kept |= dict(rows(gateway, sql))
    return kept


def kept_by(installation: Installation, folder: Path, payment_key: str) -> int | None:
    """What the machines have kept of a payment at the terminal of `folder`; None while one of them holds it."""
    cash = rows(folder / "cash.db", "SELECT state FROM session WHERE payment_key = ?", payment_key)
    gateway = installation.home / "devices" / "gateway.db"
    account = rows(gateway, "SELECT state FROM payment WHERE payment_key = ?", payment_key)
    if {state for (state,) in cash + account} & UNDECIDED:
        return None
    return all_kept(installation).get(payment_key, 0)


def cash_open(installation: Installation) -> int:
    """Payments in which money still lies in escrow."""
    files = [folder / "cash.db" for folder in serve.agent_folders(installation.config)]
    sql = "SELECT count(*) FROM session WHERE state IN ('collecting', 'held')"
    return sum(rows(file, sql)[0][0] for file in files if file.exists())


def ledger(installation: Installation) -> Counter[str]:
    """Yen by payment key that the union's ledger says were charged."""
    sql = "SELECT payment_key, yen FROM ledger_entry WHERE entry_type = 'charge'"
    found: Counter[str] = Counter()
    for key, yen in rows(installation.home / "union.db", sql):
        found[key] += yen
    return found


def text_of(pdf: Path) -> str:
    """The words of a sheet, blanks removed."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(pdf).pages))


def number_of(pdf: Path) -> str:
    """The 発行番号 on a sheet."""
    found = NUMBER.search(PdfReader(pdf).pages[0].extract_text())
    assert found, "a sheet without a number"
    return found[0]
