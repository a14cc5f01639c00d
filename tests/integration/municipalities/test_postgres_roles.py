"""In PostgreSQL the server keeps the towns apart: the login has no rights, and each transaction takes one role."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.municipalities import engines
from app.municipalities.errors import PartitionDownError
from app.municipalities.places import Place
from tests.integration.municipalities.conftest import A, B, Towns


def test_the_schema_of_another_town_is_forbidden(schemas: Towns) -> None:
    with schemas.registry.open(A) as p, pytest.raises(ProgrammingError, match=f"permission denied for schema m{B}"):
        p.session.execute(sa.text(f"TABLE m{B}.person_version"))


def test_without_a_town_there_are_no_tables_and_no_rights(schemas: Towns) -> None:
    engine = engines.open_engine(Place(schemas.config.place_urls["cell"]))
    for table in ("person_version", f"m{A}.person_version"):
        with engine.connect() as connection, pytest.raises(ProgrammingError, match=r"does not exist|permission denied"):
            connection.exec_driver_sql(f"TABLE {table}")
    engine.dispose()


def test_the_role_is_gone_after_the_unit(schemas: Towns) -> None:
    """A pooled connection carries nothing over from one town to the next."""
    seen = []
    for code in (A, B, A):
        with schemas.registry.open(code) as p:
            seen.append(p.session.execute(sa.text("SELECT current_user, current_schema(), pg_backend_pid()")).one())
    assert [row[:2] for row in seen] == [(f"r{code}", f"m{code}") for code in (A, B, A)]
    assert len({row[2] for row in seen}) == 1


def test_the_role_is_gone_after_an_error(schemas: Towns) -> None:
    with pytest.raises(DBAPIError), schemas.registry.open(A) as p:
        p.session.execute(sa.text("SELECT 1/0"))
    with schemas.registry.open(B) as p:
        assert p.session.scalar(sa.text("SELECT current_user")) == f"r{B}"


def test_the_schema_of_a_town_with_the_role_of_another_is_down(schemas: Towns) -> None:
    schemas.change(A, place_role=f"r{B}")
    with pytest.raises(PartitionDownError, match="permission denied|does not exist"), schemas.registry.open(A):
        pytest.fail("opened")


def test_a_role_that_the_login_may_not_take(schemas: Towns) -> None:
    schemas.change(A, place_role="postgres")
    with pytest.raises(PartitionDownError, match="permission denied to set role"), schemas.registry.open(A):
        pytest.fail("opened")


def test_one_pool_serves_all_towns(schemas: Towns) -> None:
    for code in (A, B):
        with schemas.registry.open(code):
            pass
    assert len(schemas.registry._engines) == 1


def test_an_error_text_holds_no_value(schemas: Towns) -> None:
    with schemas.registry.open(A, write=True) as p, pytest.raises(DBAPIError) as caught:
        p.session.execute(sa.text("INSERT INTO stamp (code, stamped_at) VALUES (:c, now())"), {"c": A})
    assert A not in str(caught.value)
    assert "duplicate key" in str(caught.value)
