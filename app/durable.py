"""A SQLite file that has what it was told before its caller goes on: the agent's books, the simulated machines'."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class DurableFile:
    """One file, one connection, used by one thread at a time."""

    def __init__(self, path: Path, schema: str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # a power cut loses nothing that was said to be written
        self._db.executescript(schema)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Everything inside is on the disk when this ends, or nothing of it. Steps nest."""
        with self._lock:
            outermost = not self._db.in_transaction
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            if outermost:
                self._db.execute("COMMIT")

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
