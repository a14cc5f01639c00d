"""Making, migrating and checking one partition. `partitions` decides when; nobody else calls this."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app import clock
from app.audit.models import Head
from app.municipalities import engines, migrating
from app.municipalities.errors import PartitionDownError, WrongMunicipalityError
from app.municipalities.models import Stamp
from app.municipalities.places import Place


@contextmanager
def made(place: Place) -> Iterator[None]:
    """The place is there inside the block. A file that was made for it is gone again if the block fails."""
    is_new = _make_file(place) if place.is_file else _make_schema(place)
    try:
        yield
    except BaseException:
        if is_new:
            place.path.unlink()
        raise


def furnish(engine: Engine, place: Place, code: str) -> str:
    """Tables, stamp and head row, in one transaction; give the revision. Harmless where they are already."""
    with _writing(engine, place) as connection:
        _refuse_other_stamp(connection, code)
        revision = migrating.upgrade(connection, migrating.PARTITION)
        if connection.execute(sa.select(Stamp.code)).one_or_none() is None:
            connection.execute(sa.insert(Stamp).values(code=code, stamped_at=clock.now()))
        if connection.execute(sa.select(Head.head_id)).one_or_none() is None:
            connection.execute(sa.insert(Head).values(head_id=1))
        return revision


def upgrade(engine: Engine, place: Place, code: str) -> str:
    """Migrate to the newest revision in one transaction: the whole of it or nothing."""
    with _writing(engine, place) as connection:
        check_stamp(connection, code)
        return migrating.upgrade(connection, migrating.PARTITION)


def inspect(engine: Engine, place: Place, code: str) -> str | None:
    """The revision, once the stamp is seen to be right."""
    with engine.execution_options(**place.options(writes=False)).connect() as connection:
        check_stamp(connection, code)
        return migrating.current(connection)


def check(connection: sa.Connection, code: str) -> None:
    """:raises WrongMunicipalityError: another town's. :raises PartitionDownError: at a revision that is not ours."""
    check_stamp(connection, code)
    revision = migrating.current(connection)
    if revision != migrating.newest(migrating.PARTITION):
        raise PartitionDownError(code, f"is at revision {revision}: run 'db upgrade'")


def check_stamp(connection: sa.Connection, code: str) -> None:
    """:raises WrongMunicipalityError: if the partition is not stamped with `code`."""
    found = connection.execute(sa.select(Stamp.code)).scalars().all()
    if list(found) != [code]:
        raise WrongMunicipalityError(code, " ".join(found) or "no stamp")


def _refuse_other_stamp(connection: sa.Connection, code: str) -> None:
    if sa.inspect(connection).has_table(Stamp.__tablename__):
        found = connection.execute(sa.select(Stamp.code)).scalar_one_or_none()
        if found not in (None, code):
            raise WrongMunicipalityError(code, found or "")


@contextmanager
def _writing(engine: Engine, place: Place) -> Iterator[sa.Connection]:
    with engine.execution_options(**place.options(writes=True)).begin() as connection:
        yield connection


def _make_file(place: Place) -> bool:
    """An empty file that its owner alone may read. Whether it was not there before."""
    place.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if place.path.exists():
        return False
    os.close(os.open(place.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return True


def _make_schema(place: Place) -> bool:
    """The town's role and schema, unless an administrator made them. Never taken away again: always False."""
    engine = engines.open_engine(Place(place.url))
    try:
        with engine.execution_options(writes=True).begin() as connection:
            for statement in _missing(connection, place):
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
    return False


def _missing(connection: sa.Connection, place: Place) -> Iterator[str]:
    role, schema = place.role, place.schema
    if role and not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = :name", role):
        yield f'CREATE ROLE "{role}" NOLOGIN'
        yield f'GRANT "{role}" TO CURRENT_USER'
    if schema and not _exists(connection, "SELECT 1 FROM pg_namespace WHERE nspname = :name", schema):
        yield f'CREATE SCHEMA "{schema}"' + (f' AUTHORIZATION "{role}"' if role else "")


def _exists(connection: sa.Connection, query: str, name: str) -> bool:
    return connection.execute(sa.text(query), {"name": name}).one_or_none() is not None
