"""Alembic on a connection that is already in its transaction and in its place. Two trees: the union, and one partition.

Alembic keeps its state in module globals, so migrations never run in two threads at once.
"""

from __future__ import annotations

import threading
from functools import cache
from io import StringIO
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

UNION = "union"
PARTITION = "partition"
ROOT = Path(__file__).resolve().parents[2] / "migrations"
_one_at_a_time = threading.Lock()


def settings(tree: str) -> Config:
    """Alembic's settings of a tree; `migrations/<tree>/env.py` expects the connection in their attributes."""
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(ROOT / tree))
    config.set_main_option("path_separator", "newline")
    return config


@cache
def newest(tree: str) -> str:
    """The head revision of a tree."""
    return ScriptDirectory.from_config(settings(tree)).get_current_head() or ""


def current(connection: sa.Connection) -> str | None:
    """The revision that lies at the other end; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: sa.Connection, tree: str) -> str:
    """Migrate to the head within the connection's transaction; give the revision."""
    if connection.dialect.name == "postgresql":  # on SQLite the transaction is the only writer anyway
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(coalesce(current_schema(), '')))")
    config = settings(tree)
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")
    return newest(tree)
