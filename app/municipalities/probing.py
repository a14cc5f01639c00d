"""Looks whether a database does what everything above relies on: excludes a second writer, and knows the time.

Only trying tells. A file on a network share may grant two locks, a pooler may hand two transactions one connection.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.models import Head, UnionHead
from app.extensions import db
from app.municipalities import engines, queries
from app.municipalities.partitions import partitions
from app.municipalities.places import Place
from app.municipalities.union import union_read, union_write

_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
}
_LOCK_NOT_AVAILABLE = "55P03"
# Another process, because SQLite keeps connections of one process apart without asking the file system. Ends with 0:
# refused, 1: let in, anything else: could not be tried.
_SECOND = """
import sqlite3, sys
file = sqlite3.connect(f"file:{sys.argv[1]}?mode=rw", uri=True, timeout=0, isolation_level=None)
try:
    file.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(0 if error.sqlite_errorcode == sqlite3.SQLITE_BUSY else 2)
sys.exit(1)
"""


def union_time() -> datetime:
    """What the union's database takes for now."""
    with union_read() as session:
        return _time(session)


def partition_time(code: str) -> datetime:
    """What the database of this town takes for now."""
    with partitions.open(code) as p:
        return _time(p.session)


def union_excludes() -> bool:
    """Whether a second writer is refused while one holds the union's head row."""
    with union_write() as session:
        session.execute(sa.select(UnionHead.head_id).with_for_update())
        return _is_second_refused(Place(db.engine.url.render_as_string(hide_password=False)), UnionHead.head_id)


def partition_excludes(code: str) -> bool:
    """Whether a second writer is refused while one holds this town's head row."""
    place = partitions.place_of(queries.get_member(code))
    with partitions.open(code, write=True):
        return _is_second_refused(place, Head.head_id)


def _time(session: Session) -> datetime:
    told = session.scalar(sa.text(_NOW[session.get_bind().dialect.name]))
    return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)


def _is_second_refused(place: Place, head: Any) -> bool:
    return _is_file_held(place) if place.is_file else _is_row_held(place, head)


def _is_file_held(place: Place) -> bool:
    words = [sys.executable, "-I", "-S", "-c", _SECOND, quote(str(place.path))]
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603 own words
    return done.returncode == 0


def _is_row_held(place: Place, head: Any) -> bool:
    engine = engines.open_engine(place)
    try:
        with engine.execution_options(**place.options(writes=True)).connect() as second:
            second.execute(sa.select(head).with_for_update(nowait=True))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return True
    finally:
        engine.dispose()
    return False
