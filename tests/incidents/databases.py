"""The invented union once more, in a PostgreSQL database: a schema and a role for each town, the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import create_app
from app.audit.models import Head
from app.config import Config
from app.extensions import PartitionBase, UnionBase, db
from app.municipalities import union
from app.municipalities.models import Member, Stamp
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write

PLACE = "cell"
BATCH = 500


def move(home: Path, config: Config) -> None:
    """Copy the union of files in `home` to where `config` says: the union in public, a town in its own schema."""
    app = create_app(config, surfaces=())
    with app.app_context():
        union.upgrade()
        with union_write() as session:
            for table in UnionBase.metadata.sorted_tables:
                _insert(session, table, home / "union.db", _in_cell if table is Member.__table__ else None)
        for code in partitions.codes():
            partitions.create(code)
            _fill(code, home / "partitions" / f"{code}.db")
        db.engine.dispose()
    partitions.dispose()


def _in_cell(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"place_key": PLACE, "place_schema": f"m{row['code']}", "place_role": f"r{row['code']}"}


def _fill(code: str, file: Path) -> None:
    with partitions.open(code, write=True) as p:
        for table in PartitionBase.metadata.sorted_tables:
            if table is Head.__table__:
                p.session.execute(sa.update(table).values(**next(_rows(table, file))))
            elif table is not Stamp.__table__:
                _insert(p.session, table, file)


def _insert(session: Any, table: sa.Table, file: Path, change: Any = None) -> None:
    rows = [change(row) if change else row for row in _rows(table, file)]
    for start in range(0, len(rows), BATCH):
        session.connection().execute(sa.insert(table), rows[start : start + BATCH])
    for column in table.primary_key:
        if rows and column is table.autoincrement_column:
            value = max(row[column.name] for row in rows)
            args = {"name": table.name, "column": column.name, "value": value}
            # no sequence, no effect: pg_get_serial_sequence gives NULL then
            session.connection().execute(sa.text("SELECT setval(pg_get_serial_sequence(:name, :column), :value)"), args)


def _rows(table: sa.Table, file: Path) -> Iterator[dict[str, Any]]:
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        stored = [column for column in table.columns if column.computed is None]
        yield from (dict(row) for row in connection.execute(sa.select(*stored)).mappings())
