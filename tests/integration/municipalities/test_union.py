"""Units of work on the union: one that writes commits once, one that reads cannot write."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.config import Config
from app.extensions import db
from app.municipalities import union
from app.municipalities.errors import NestedUnitError, UnionMissingError
from app.municipalities.models import HolidayOverride, Union
from app.municipalities.union import union_read, union_write


def _rename(name: str) -> sa.Executable:
    return sa.update(Union).values(name=name)


def _name() -> str | None:
    with union_read() as session:
        return session.scalar(sa.select(Union.name))


def test_a_clean_end_commits(app: Flask) -> None:
    with union_write() as session:
        session.execute(_rename("x"))
    assert _name() == "x"


def test_an_error_rolls_back(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), union_write() as session:  # noqa: PT012 the whole block is tried
        session.execute(_rename("x"))
        raise ZeroDivisionError
    assert _name() == "みどりの広域連合"


def test_a_reader_cannot_write(app: Flask) -> None:
    with pytest.raises(DBAPIError, match="read-?only"), union_read() as session:
        session.execute(_rename("x"))


def test_an_inner_unit_joins_the_outer_one(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), union_write():  # noqa: PT012 the whole block is tried
        with union_write() as inner:
            inner.execute(_rename("x"))
        assert _name() == "x"
        raise ZeroDivisionError
    assert _name() == "みどりの広域連合"


def test_what_the_schema_refuses_is_refused_in_the_inner_unit(app: Flask) -> None:
    with pytest.raises(IntegrityError), union_write():  # noqa: PT012 the whole block is tried
        with union_write() as inner:
            inner.add(Union(union_id=2, name="a second one"))
        pytest.fail("noticed by the outer unit alone")


def test_a_reader_does_not_become_a_writer(app: Flask) -> None:
    with pytest.raises(NestedUnitError), union_read(), union_write():
        pytest.fail("opened")


def test_writers_come_one_after_the_other(app: Flask) -> None:
    """On SQLite a second writer waits at its beginning, before it has read anything."""
    with union_write():
        options = {"writes": True}
        with db.engine.connect().execution_options(**options) as other:
            if db.engine.dialect.name != "sqlite":
                return
            other.connection.execute("PRAGMA busy_timeout=1")  # type: ignore[attr-defined]
            with pytest.raises(DBAPIError, match="locked"):
                other.execute(sa.select(HolidayOverride))


def test_a_missing_union_is_said_and_not_made(tmp_path: object) -> None:
    config = Config(tmp_path, f"sqlite:///{tmp_path}/none/union.db")  # type: ignore[arg-type]
    app = Flask("koiki")
    app.config.update(union.flask_settings(config))
    db.init_app(app)
    with app.app_context():
        union.attach()
        with pytest.raises(UnionMissingError), union_read():
            pytest.fail("opened")
        with pytest.raises(UnionMissingError):
            union.revision()
        db.engine.dispose()


def test_an_error_text_holds_no_value(app: Flask) -> None:
    with pytest.raises(IntegrityError) as caught, union_write() as session:
        session.execute(sa.insert(Union).values(union_id=1, name="secret-name"))
    assert "secret-name" not in str(caught.value)
