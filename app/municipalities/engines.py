"""Engines: how a connection is set up, and how many files are kept open. The measurements are in docs/adr/0003.

SQLite: the driver's own transactions lose updates without an error, and a transaction that begins reading and then
writes fails at once however long the time-out is. So the driver is told to keep out of it (`isolation_level=None`) and
a transaction says at its beginning whether it writes (`writes`); one that does not cannot.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool, QueuePool

from app.municipalities.places import Place

BUSY_SECONDS = 10.0
# The first library without the WAL-reset bug, by which two connections that commit and checkpoint at the same moment
# can corrupt the database. With an older one: a rollback journal, twice as slow to commit and safe.
FIRST_SOUND_WAL = (3, 51, 3)
MAX_FILES = 128  # three descriptors each in WAL mode, and 1,024 is a common limit
POSTGRES = {
    "pool_size": 5,
    "max_overflow": 10,
    "pool_timeout": 2,
    "pool_pre_ping": True,
    "connect_args": {
        # a prepared plan of one town's table would fail in another town's schema
        "prepare_threshold": None,
        "connect_timeout": 3,
    },
}
# said in each transaction and not once a connection: a pooler between us and the server hands connections around
LIMITS = ("SET LOCAL statement_timeout = '60s'", "SET LOCAL lock_timeout = '10s'")


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """WAL where the SQLite library is sound, else TRUNCATE."""
    return "WAL" if version >= FIRST_SOUND_WAL else "TRUNCATE"


def sqlite_connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there: sqlite3 by itself would make an empty one."""
    uri = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    for pragma in ("foreign_keys=ON", "trusted_schema=OFF", f"journal_mode={journal_mode()}", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def engine_options(url: str) -> dict[str, Any]:
    """Arguments of `create_engine` for any database of the house, except a partition's file."""
    common = {"hide_parameters": True}  # a parameter may be a person: never in an error text
    if url == "sqlite://":  # in memory, for a page or a test that needs no union
        return common
    if url.startswith("sqlite"):
        path = Path(sa.make_url(url).database or "")
        return common | {"creator": lambda: sqlite_connect(path), "poolclass": QueuePool, "max_overflow": -1}
    return common | POSTGRES


def begin_explicitly(engine: Engine) -> Engine:
    """Let every transaction of `engine` begin as its execution options say: `writes`, and `route` in PostgreSQL."""
    sa.event.listen(engine, "begin", _begin_sqlite if engine.dialect.name == "sqlite" else _begin_postgres)
    sa.event.listen(engine, "handle_error", _keep_first_line)
    return engine


def _keep_first_line(context: sa.engine.ExceptionContext) -> None:
    """PostgreSQL adds the values that broke a rule ("DETAIL: Key (…)=(…)"); a value may be a person."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).split("\n", 1)[0], *error.args[1:])


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    mode = () if options.get("writes", False) else ("SET TRANSACTION READ ONLY",)
    connection.exec_driver_sql("; ".join((*mode, *LIMITS, *options.get("route", ()))))  # one round trip


@cache
def _first_sqlite_engine() -> Engine:
    """The engine whose dialect and compiled statements all files share.

    SQLAlchemy keeps compiled INSERTs by dialect, about a hundred a mapper: with a dialect a file they are compiled
    again for ever.
    """
    engine = sa.create_engine("sqlite://")
    with engine.connect():  # the first connection completes the dialect
        return engine


def _open_file(place: Place) -> Engine:
    first = _first_sqlite_engine()
    pool = QueuePool(lambda: sqlite_connect(place.path), pool_size=1, max_overflow=-1, dialect=first.dialect)  # type: ignore[arg-type]
    shared = {"compiled_cache": first._compiled_cache}
    url = sa.make_url(place.url)
    return Engine(pool, first.dialect, url, query_cache_size=0, execution_options=shared, hide_parameters=True)


def open_engine(place: Place) -> Engine:
    """A new engine for `place`."""
    engine = _open_file(place) if place.is_file else sa.create_engine(place.url, **engine_options(place.url))
    return begin_explicitly(engine)


@dataclass
class Slot:
    """An engine, how many units of work hold it, and whose stamps were seen through it."""

    engine: Engine
    leases: int = 0
    checked: set[tuple[str, str | None]] = field(default_factory=set)  # (code, schema)


class EngineCache:
    """Engines by URL; the least recently used one that nobody holds is closed when there are more than `limit`."""

    def __init__(self, limit: int = MAX_FILES) -> None:
        self._limit = limit
        self._slots: OrderedDict[str, Slot] = OrderedDict()
        self._lock = threading.Lock()
        self._inherited: list[Pool] = []
        self.closed = 0

    @contextmanager
    def lease(self, place: Place) -> Iterator[Slot]:
        """The engine of `place`, held open until the end of the block."""
        slot = self._take(place)
        try:
            yield slot
        finally:
            self._give_back(slot)

    def forget(self, place: Place) -> None:
        """Close the engine of `place`: what was checked of it must be checked again."""
        with self._lock:
            slot = self._slots.pop(place.url, None)
        if slot is not None:
            slot.engine.dispose()

    def dispose(self) -> None:
        """Close all."""
        with self._lock:
            slots, self._slots = self._slots, OrderedDict()
        for slot in slots.values():
            slot.engine.dispose()

    def abandon(self) -> None:
        """In a forked child: begin anew. The connections are the parent's: kept here unused, and not closed."""
        self._lock = threading.Lock()
        self._inherited += [slot.engine.pool for slot in self._slots.values()]
        self._slots = OrderedDict()

    def __len__(self) -> int:
        return len(self._slots)

    def _take(self, place: Place) -> Slot:
        with self._lock:
            slot = self._slots.get(place.url) or Slot(open_engine(place))
            self._slots[place.url] = slot
            self._slots.move_to_end(place.url)
            slot.leases += 1
            surplus = self._surplus()
        for old in surplus:
            old.engine.dispose()
        return slot

    def _give_back(self, slot: Slot) -> None:
        with self._lock:
            slot.leases -= 1

    def _surplus(self) -> list[Slot]:
        free = [url for url, slot in self._slots.items() if not slot.leases]
        surplus = [self._slots.pop(url) for url in free[: max(0, len(self._slots) - self._limit)]]
        self.closed += len(surplus)
        return surplus


def at_fork(renew: Callable[[], None]) -> None:
    """Call `renew` in every forked child: a database connection must not cross a fork."""
    os.register_at_fork(after_in_child=renew)
