"""The two databases' bases, and the extensions that belong to nobody.

The union is an ordinary Flask-SQLAlchemy `db`. Partitions have a base and a metadata of their own and are reached only
through `app.municipalities.partitions`; the union's session refuses any statement that touches one of their tables
(docs/adr/0002).
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState

from app.clock import JST

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware moment; kept as naive UTC (SQLite has no zones), handed out in JST."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC).astimezone(JST)


def one_of(values: type[StrEnum], name: str) -> sa.Enum:
    """A column type for a closed vocabulary: stored by value, held by a CHECK."""
    return sa.Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda e: [m.value for m in e],
    )


class PartitionBase(DeclarativeBase):
    """Tables that hold residents: one copy of each per municipality, never in the union."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UnionBase(DeclarativeBase):
    """Tables shared by all members: no person is in them."""

    metadata = sa.MetaData(naming_convention=NAMING)


class PartitionTableError(RuntimeError):
    """A statement through the union's session names a partition table: a programming error, stopped before any SQL."""


def _names_partition_table(statement: Any) -> bool:
    """Asked of the metadata: a statement holds annotated copies of a table, not the table."""
    parts = sa.sql.visitors.iterate(statement)
    return any(isinstance(part, sa.Table) and part.metadata is PartitionBase.metadata for part in parts)


class UnionSession(FlaskSession):
    """The union's session: refuses partition tables, however deep they hide in a statement."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any) -> Any:
        target = getattr(mapper, "persist_selectable", None)
        if any(part is not None and _names_partition_table(part) for part in (clause, target)):
            raise PartitionTableError(str(getattr(mapper, "class_", "statement")))
        return super().get_bind(mapper, clause=clause, bind=bind, **options)


@sa.event.listens_for(UnionSession, "do_orm_execute")
def _refuse_partition_tables(state: ORMExecuteState) -> None:
    """`get_bind` is asked for rows to flush; of a statement it may be told no more than one of its mappers."""
    if _names_partition_table(state.statement):
        raise PartitionTableError("statement")


db = SQLAlchemy(model_class=UnionBase, session_options={"class_": UnionSession})
