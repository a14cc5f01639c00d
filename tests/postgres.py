"""A PostgreSQL server of the tests' own: made in about a second, reached by a socket alone, gone afterwards.

No server is no skip: a partition suite that ran on one engine only has not run.
"""

from __future__ import annotations

import glob
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

ACCOUNT = "postgres"
# Nothing here outlives the tests: durability would only cost time.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "listen_addresses": "",
}


@dataclass
class Cluster:
    """A running server. `admin` may make roles and schemas, `web` may nothing of its own; neither is superuser."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str, user: str = ACCOUNT) -> str:
        return f"postgresql+psycopg://{user}@/{database}?host={self.socket}"

    def make_database(self, template: str = "template1") -> str:
        """A new database, empty or a copy of another one; its name."""
        name = f"test{next(self._numbers)}"
        create = f"CREATE DATABASE {name} TEMPLATE {template}"
        self.execute("postgres", create, f"GRANT CREATE ON DATABASE {name} TO admin")
        self.execute(name, "GRANT ALL ON SCHEMA public TO admin")
        return name

    def execute(self, database: str, *statements: str, user: str = ACCOUNT) -> None:
        engine = sa.create_engine(self.url(database, user), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def find_binaries() -> Path:
    """The folder of initdb and pg_ctl; fails the test when there is none."""
    folders = [os.environ.get("PG_BINDIR", ""), *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    found = shutil.which("pg_ctl")
    folders += [str(Path(found).parent)] if found else []
    for folder in filter(None, folders):
        if Path(folder, "initdb").is_file():
            return Path(folder)
    pytest.fail("PostgreSQL is missing: install the package postgresql (its service need not run), or set PG_BINDIR")


def _as_server(*words: str | Path) -> list[str]:
    """PostgreSQL refuses to run as root."""
    before = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
    return [*before, *map(str, words)]


def start(folder: Path) -> Cluster:
    """Make and start a server in an empty folder."""
    binaries, data = find_binaries(), folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT)
        folder.chmod(0o755)
    init = _as_server(binaries / "initdb", "--no-sync", "-A", "trust", "-U", ACCOUNT, "-D", data)
    subprocess.run(init, check=True, capture_output=True, cwd=folder)
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    run = _as_server(
        binaries / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", f"-k {folder} {options}"
    )
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    cluster = Cluster(folder)
    cluster.execute("postgres", "CREATE ROLE admin LOGIN NOINHERIT CREATEROLE", "CREATE ROLE web LOGIN NOINHERIT")
    return cluster


def stop(folder: Path) -> None:
    """End the server at once and leave nothing behind."""
    command = _as_server(find_binaries() / "pg_ctl", "stop", "-m", "immediate", "-D", folder / "data")
    subprocess.run(command, check=False, capture_output=True, cwd="/")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The server of this test process."""
    folder = Path(tempfile.mkdtemp(prefix="koiki-pg-", dir="/tmp"))  # a socket's path must stay short
    try:
        yield start(folder)
    finally:
        stop(folder)
