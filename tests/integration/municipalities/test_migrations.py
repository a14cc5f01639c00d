"""What the migrations build is what the models say, down to CHECKs and partial indexes, on both engines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.extensions import PartitionBase, UnionBase
from app.municipalities import engines, migrating
from app.municipalities.places import Place
from app.schema import import_models
from tests.postgres import Cluster

import_models()
TREES = {migrating.UNION: UnionBase.metadata, migrating.PARTITION: PartitionBase.metadata}
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('alembic_version'), 0)
"""
INDEXES = (
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname='public' AND tablename<>'alembic_version'"
)
COLUMNS = """
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""


def _empty_database(request: pytest.FixtureRequest, folder: Path) -> sa.Engine:
    if request.param == "sqlite":
        path = folder / f"{len(list(folder.iterdir()))}.db"
        path.touch()
        return engines.open_engine(Place(f"sqlite:///{path}"))
    cluster: Cluster = request.getfixturevalue("postgres")
    return engines.open_engine(Place(cluster.url(cluster.make_database(), "admin")))


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[sa.Connection]]:
    """Two empty databases, in a transaction each."""
    made = [_empty_database(request, tmp_path) for _ in range(2)]
    connections = [engine.execution_options(writes=True).connect() for engine in made]
    yield connections
    for connection, engine in zip(connections, made, strict=True):
        connection.close()
        engine.dispose()


def _schema(connection: sa.Connection) -> set[object]:
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'"
        return {(row[0], row[1], _normal(row[2])) for row in connection.exec_driver_sql(query)}
    return {tuple(row) for query in (CONSTRAINTS, INDEXES, COLUMNS) for row in connection.exec_driver_sql(query)}


def _normal(statement: str | None) -> frozenset[str]:
    """The lines of a CREATE in any order: what was said, not in which order."""
    return frozenset(re.sub(r"[\s,]+$", "", line).strip() for line in (statement or "").splitlines())


@pytest.mark.parametrize("tree", TREES)
def test_head_is_what_the_models_say(databases: list[sa.Connection], tree: str) -> None:
    migrated, modelled = databases
    assert migrating.upgrade(migrated, tree) == migrating.current(migrated) == migrating.newest(tree)
    TREES[tree].create_all(modelled)
    assert _schema(migrated) ^ _schema(modelled) == set()
    assert compare_metadata(MigrationContext.configure(migrated), TREES[tree]) == []


@pytest.mark.parametrize("tree", TREES)
def test_a_failed_migration_leaves_nothing(
    databases: list[sa.Connection], tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = databases[0]
    monkeypatch.setattr("alembic.op.create_index", lambda *_args, **_options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(connection, tree)
    connection.rollback()
    assert sa.inspect(connection).get_table_names() == []


@pytest.mark.parametrize("tree", TREES)
def test_doing_it_again_changes_nothing(databases: list[sa.Connection], tree: str) -> None:
    connection = databases[0]
    migrating.upgrade(connection, tree)
    before = _schema(connection)
    assert migrating.upgrade(connection, tree) == migrating.newest(tree)
    assert _schema(connection) == before


def test_one_live_attempt_is_in_the_schema(databases: list[sa.Connection]) -> None:
    """A partial unique index that is lost in a migration is lost without a sound."""
    connection = databases[0]
    migrating.upgrade(connection, migrating.PARTITION)
    indexes = {i["name"]: i for i in sa.inspect(connection).get_indexes("attempt")}
    assert indexes["one_live_attempt"]["unique"]
