"""Nothing of one town gets into another one through a session."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.cards.models import CardUser
from app.extensions import PartitionBase, PartitionTableError, UnionBase
from app.municipalities.errors import WrongMunicipalityError
from app.municipalities.models import Member
from app.municipalities.union import union_read, union_write
from tests.integration.municipalities.conftest import A, B, Towns
from tests.integration.municipalities.test_partitions import card

SMUGGLE: dict[str, Callable[[Session, CardUser], object]] = {
    "add": lambda session, row: session.add(row),
    "add_all": lambda session, row: session.add_all([row]),
    "merge": lambda session, row: session.merge(row),
    "merge without load": lambda session, row: session.merge(row, load=False),
    "merge_all": lambda session, row: session.merge_all([row]),
    "delete": lambda session, row: session.delete(row),
}


def _row_of_a(towns: Towns) -> CardUser:
    for code in (A, B):  # the same primary key in both: nothing but the session tells them apart
        with towns.registry.open(code, write=True) as p:
            p.session.add(card(f"card of {code}"))
    with towns.registry.open(A) as p:
        return p.session.scalars(sa.select(CardUser)).one()


@pytest.mark.parametrize("way", SMUGGLE.values(), ids=SMUGGLE)
def test_a_row_of_one_town_is_refused_by_another(towns: Towns, way: Callable[[Session, CardUser], object]) -> None:
    row = _row_of_a(towns)
    with pytest.raises(WrongMunicipalityError), towns.registry.open(B, write=True) as p:
        way(p.session, row)
    with towns.registry.open(B) as p:
        assert [c.credential for c in p.session.scalars(sa.select(CardUser))] == [f"card of {B}"]


def test_a_new_row_belongs_to_the_first_town_it_was_added_to(towns: Towns) -> None:
    row = card("new")
    with towns.registry.open(A) as p:
        p.session.add(row)
    with pytest.raises(WrongMunicipalityError), towns.registry.open(B, write=True) as p:
        p.session.add(row)


@pytest.mark.parametrize("way", ["add", "merge", "merge_all"])
def test_a_row_may_go_back_to_its_own_town(towns: Towns, way: str) -> None:
    row = _row_of_a(towns)
    with towns.registry.open(A, write=True) as p:
        row.atena_no = "27"
        SMUGGLE[way](p.session, row)
    with towns.registry.open(A) as p:
        assert p.session.scalars(sa.select(CardUser.atena_no)).one() == "27"


def test_the_same_key_in_two_towns_is_two_rows(towns: Towns) -> None:
    """The identity map of a session shared by two towns handed out A's person for B."""
    row = _row_of_a(towns)
    with towns.registry.open(A) as a, towns.registry.open(B) as b:
        mine, theirs = (p.session.get(CardUser, row.card_user_id) for p in (a, b))
        assert mine is not None
        assert theirs is not None
        assert (mine.credential, theirs.credential) == (f"card of {A}", f"card of {B}")


def test_a_row_of_the_union_is_refused_by_a_partition(towns: Towns) -> None:
    with pytest.raises(WrongMunicipalityError), towns.registry.open(A, write=True) as p:
        p.session.add(Member(code=A, name="x", prefecture="x"))


def test_no_table_is_in_both_databases() -> None:
    assert not set(PartitionBase.metadata.tables) & set(UnionBase.metadata.tables)


_CARDS = sa.select(CardUser.card_user_id)
HIDDEN: dict[str, sa.Executable] = {
    "select": sa.select(CardUser),
    "column": _CARDS,
    "table": sa.select(CardUser.__table__),
    "exists": sa.select(Member).where(sa.exists().where(CardUser.atena_no == Member.code)),
    "in": sa.select(Member).where(Member.code.in_(sa.select(CardUser.atena_no))),
    "join": sa.select(Member).join(CardUser, CardUser.atena_no == Member.code),
    "scalar subquery": sa.select(Member.code, sa.select(sa.func.count(CardUser.card_user_id)).scalar_subquery()),
    "cte": sa.select(_CARDS.cte()),
    "union": sa.union_all(sa.select(Member.code), sa.select(CardUser.atena_no)),
    "alias": sa.select(sa.alias(CardUser.__table__)),
    "insert": sa.insert(CardUser).values(atena_no="19"),
    "insert from": sa.insert(Member).from_select(["code"], sa.select(CardUser.atena_no)),
    "update": sa.update(CardUser).values(atena_no="19"),
    "delete": sa.delete(CardUser),
    "delete where": sa.delete(Member).where(Member.code.in_(sa.select(CardUser.atena_no))),
}


@pytest.mark.parametrize("statement", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_unions_session_refuses_partition_tables(app: Flask, statement: sa.Executable) -> None:
    with pytest.raises(PartitionTableError), union_write() as session:
        session.execute(statement)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_unions_session_refuses_partition_rows(app: Flask) -> None:
    with pytest.raises(PartitionTableError), union_write() as session:  # noqa: PT012 the whole block is tried
        session.add(card("one"))
        session.flush()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_unions_own_tables_are_welcome(app: Flask) -> None:
    with union_read() as session:
        assert session.execute(sa.select(Member).where(sa.exists().where(Member.code == A))).all() == []
