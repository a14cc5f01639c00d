"""Units of work on the union's database.

`with union_write() as session:` begins a transaction that may write and commits it at the end of the block;
`with union_read()` cannot write. A unit inside another one joins it: it sees what the outer one wrote, and only the
outermost commits. `db.session` stays unused: a read left open in it would hold a writer up.

Who writes in a town and in the union writes in the town first: two that hold each other's lock would both wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from weakref import WeakSet

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from app.config import Config
from app.extensions import UnionSession, db
from app.municipalities import engines, migrating
from app.municipalities.errors import NestedUnitError, UnionDownError, UnionMissingError

_attached: WeakSet[Engine] = WeakSet()
_unit: ContextVar[tuple[UnionSession, bool] | None] = ContextVar("union_unit", default=None)


def flask_settings(config: Config) -> dict[str, object]:
    """What Flask-SQLAlchemy must be told before `db.init_app`."""
    return {
        "SQLALCHEMY_DATABASE_URI": config.union_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engines.engine_options(config.union_url),
    }


def attach() -> None:
    """After `db.init_app`, in the app's context: let the union's transactions begin explicitly and survive a fork."""
    _attached.add(engines.begin_explicitly(db.engine))


def _renew_after_fork() -> None:
    for engine in _attached:
        engine.dispose(close=False)


def upgrade() -> str:
    """Migrate the union to the newest revision, in one transaction; give the revision. Makes an embedded one's file."""
    if (path := _file()) is not None:
        _make_file(path)
    with db.engine.execution_options(writes=True).begin() as connection:
        return migrating.upgrade(connection, migrating.UNION)


def revision() -> str | None:
    """The revision that the union is at; None before the first migration.

    :raises UnionMissingError: if there is none. :raises UnionDownError: if it cannot be reached.
    """
    try:
        with db.engine.connect() as connection:
            return migrating.current(connection)
    except DBAPIError as error:
        raise _down(error) from error


def _file() -> Path | None:
    """The file of an embedded union."""
    return Path(db.engine.url.database or "") if db.engine.dialect.name == "sqlite" else None


def _down(error: DBAPIError) -> UnionMissingError | UnionDownError:
    path = _file()
    if path is not None and not path.exists():
        return UnionMissingError()
    return UnionDownError(str(error.orig).splitlines()[0])


def _make_file(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def union_write() -> Iterator[UnionSession]:
    """:raises NestedUnitError: inside a `union_read`."""
    with _unit_of_work(writes=True) as session:
        yield session


@contextmanager
def union_read() -> Iterator[UnionSession]:
    """What is added to this session is never written."""
    with _unit_of_work(writes=False) as session:
        yield session


@contextmanager
def _unit_of_work(*, writes: bool) -> Iterator[UnionSession]:
    outer = _unit.get()
    if outer is None:
        with _new_unit(writes) as session:
            yield session
        return
    session, may_write = outer
    if writes and not may_write:
        raise NestedUnitError("union")
    yield session
    if writes:
        session.flush()  # what the schema refuses is refused where it was done


@contextmanager
def _new_unit(writes: bool) -> Iterator[UnionSession]:
    with UnionSession(db, expire_on_commit=False) as session:
        _begin(session, writes)
        token = _unit.set((session, writes))
        try:
            yield session
            if writes:
                session.commit()
        finally:
            _unit.reset(token)


def _begin(session: UnionSession, writes: bool) -> None:
    try:
        session.connection(execution_options={"writes": writes})
    except DBAPIError as error:
        raise _down(error) from error


engines.at_fork(_renew_after_fork)
