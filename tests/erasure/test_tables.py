"""A journal forgets what its sheets said, on both engines; and what a database file holds meanwhile says nothing.

The certificate room is a stand-in here, so that the name stands in no register: it may be nowhere at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.extensions import PartitionBase, db
from app.issuance import progress, vault
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read
from app.protocol.messages import ReportEvent
from tests.erasure.finding import Found, Wanted, in_files, in_rows
from tests.integration.issuance.conftest import (
    HOME,
    OTHER,
    FakeRoom,
    Stage,
    app,
    config,
    engine,
    furnished,
    furnished_database,
    home,
    room,
    stage,
)
from tests.postgres import Cluster, postgres

__all__ = ["app", "config", "engine", "furnished", "furnished_database", "home", "postgres", "room", "stage"]

NAME = "鑢谷　消跡子"
SHEET = "%PDF of"  # as the stand-in's sheets begin
WANTED = Wanted((NAME, SHEET))


@pytest.fixture
def marked(room: FakeRoom, stage: Stage) -> Stage:
    room.name = NAME
    return stage


def walk(stage: Stage) -> None:
    """One certificate, paid and in the hand."""
    stage.pay()
    stage.print_one(ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
    stage.report(ReportEvent.COMMITTED, yen=stage.order.yen)
    assert not stage.order.is_open


def all_cells() -> Iterator[tuple[str, object]]:
    """Every cell of the union and of both towns."""
    for code in (HOME, OTHER):
        with partitions.open(code) as p:
            yield from _cells(p.session, PartitionBase.metadata.sorted_tables)
    with union_read() as session:
        yield from _cells(session, db.metadata.sorted_tables)


def _cells(session, tables) -> Iterator[tuple[str, object]]:
    for table in tables:
        for row in session.execute(sa.select(table)).mappings():
            yield from ((f"{table.name}.{name}", value) for name, value in row.items() if value is not None)


def found_in_tables() -> list[Found]:
    return in_rows(WANTED, all_cells())


def read_without_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what is at rest were not encrypted, so that the search can see what is there."""
    monkeypatch.setattr(vault, "lock", lambda plain, _label: plain)
    monkeypatch.setattr(vault, "unlock", lambda stored, _label: stored)


def test_tables_forget(marked: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read_without_key(monkeypatch)
    marked.pay()
    assert {found.what for found in found_in_tables()} == {NAME, SHEET}  # while it is needed
    marked.print_one(ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
    marked.report(ReportEvent.COMMITTED, yen=marked.order.yen)
    assert found_in_tables() == []


def test_without_erasing_it_would_be_found(marked: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read_without_key(monkeypatch)
    monkeypatch.setattr(progress, "erase", lambda _p, _copy: None)
    walk(marked)
    assert {found.what for found in found_in_tables()} == {NAME, SHEET}


def test_files_of_the_database_never_held_it(
    marked: Stage, home: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    """Also not in a journal of writes, nor in the space of rows that were deleted and not yet vacuumed."""
    marked.pay()
    assert files_of(home, engine, request) == []
    marked.print_one(ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
    assert files_of(home, engine, request) == []


def test_without_the_key_files_would_hold_it(
    marked: Stage, home: Path, engine: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    read_without_key(monkeypatch)
    walk(marked)
    left = {found.what for found in files_of(home, engine, request)}
    # SQLite overwrites what it deletes; PostgreSQL keeps it until the space is used again
    assert left == (set() if engine == "sqlite" else {NAME, SHEET})


def files_of(home: Path, engine: str, request: pytest.FixtureRequest) -> list[Found]:
    if engine == "sqlite":
        return in_files(WANTED, [home])
    cluster: Cluster = request.getfixturevalue("postgres")
    name = db.engine.url.database
    cluster.execute(name, "CHECKPOINT")
    with db.engine.connect() as connection:
        folder = connection.scalar(sa.text("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()"))
    return in_files(WANTED, [cluster.socket / "data" / folder])
