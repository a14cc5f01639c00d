"""A town's data is reached by naming the town, and by nothing else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.audit.models import Head
from app.cards.models import CardUser
from app.cards.vocabularies import CardKind
from app.municipalities.errors import (
    NestedUnitError,
    PartitionDownError,
    UnknownMunicipalityError,
    WrongMunicipalityError,
)
from app.municipalities.models import MemberState, Stamp
from tests.integration.municipalities.conftest import A, B, Towns


def card(credential: str, atena_no: str = "19") -> CardUser:
    return CardUser(atena_no=atena_no, kind=CardKind.CITIZEN_CARD, credential=credential, pin_hash="x")


def count(towns: Towns, code: str) -> int:
    with towns.registry.open(code) as p:
        return p.session.scalar(sa.select(sa.func.count()).select_from(CardUser)) or 0


def test_a_clean_end_commits(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.add(card("one"))
    assert count(towns, A) == 1
    assert count(towns, B) == 0


def test_an_error_rolls_back(towns: Towns) -> None:
    with pytest.raises(ZeroDivisionError), towns.registry.open(A, write=True) as p:  # noqa: PT012 the whole block is tried
        p.session.add(card("one"))
        p.session.flush()
        raise ZeroDivisionError
    assert count(towns, A) == 0


def test_a_reader_cannot_write(towns: Towns) -> None:
    with pytest.raises(DBAPIError, match="read-?only"), towns.registry.open(A) as p:  # noqa: PT012 the whole block is tried
        p.session.add(card("one"))
        p.session.flush()


def test_what_a_reader_adds_is_gone(towns: Towns) -> None:
    with towns.registry.open(A) as p:
        p.session.add(card("one"))
    assert count(towns, A) == 0


def test_raw_sql_runs_in_the_town(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.execute(sa.text("UPDATE head SET issue_sequence = 7"))
    with towns.registry.open(A) as a, towns.registry.open(B) as b:
        query = sa.select(Head.issue_sequence)
        assert (a.session.scalar(query), b.session.scalar(query)) == (7, 0)


def test_rows_can_be_used_after_the_unit(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        row = card("one")
        p.session.add(row)
    assert row.credential == "one"


@pytest.mark.parametrize("code", ["901017", "90101", "９０１０１６", "../../x", "202096", ""])
def test_only_a_member_with_a_good_code_is_opened(towns: Towns, code: str) -> None:
    with pytest.raises(UnknownMunicipalityError), towns.registry.open(code):
        pytest.fail("opened")


def test_the_stamp_is_looked_at(towns: Towns) -> None:
    """The union points A's code at B's place."""
    other = towns.members[B]
    towns.change(A, place_schema=other.place_schema, place_role=other.place_role)
    if other.place_schema is None:
        towns.registry.dispose()
        (towns.config.home / "partitions" / f"{B}.db").replace(towns.config.home / "partitions" / f"{A}.db")
    with pytest.raises(WrongMunicipalityError, match=f"expected {A}, found {B}"), towns.registry.open(A):
        pytest.fail("opened")


def test_the_stamp_is_looked_at_again_by_every_process(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.execute(sa.update(Stamp).values(code=B))
    with pytest.raises(WrongMunicipalityError), towns.new_registry().open(A):
        pytest.fail("opened")


def test_another_revision_is_down_for_this_town_only(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    registry = towns.new_registry()
    with pytest.raises(PartitionDownError, match="at revision 0000"), registry.open(A):
        pytest.fail("opened")
    with registry.open(B):
        pass


@pytest.mark.parametrize("state", [MemberState.DOWN, MemberState.MOVING])
def test_a_town_that_is_down_is_not_opened(towns: Towns, state: MemberState) -> None:
    towns.change(A, state=state)
    with pytest.raises(PartitionDownError), towns.registry.open(A):
        pytest.fail("opened")


def test_a_town_that_may_only_be_read(towns: Towns) -> None:
    towns.change(A, state=MemberState.READ_ONLY)
    with towns.registry.open(A):
        pass
    with pytest.raises(PartitionDownError, match="only be read"), towns.registry.open(A, write=True):
        pytest.fail("opened")


def test_a_place_that_the_settings_do_not_know(towns: Towns) -> None:
    towns.change(A, place_key="elsewhere")
    with pytest.raises(PartitionDownError, match="KOIKI_PLACE_ELSEWHERE"), towns.registry.open(A):
        pytest.fail("opened")


def test_a_writer_finds_its_head_row(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.execute(sa.delete(Head))
    with pytest.raises(PartitionDownError, match="no head row"), towns.registry.open(A, write=True):
        pytest.fail("opened")


@pytest.mark.parametrize(("outer", "inner"), [(False, True), (True, False), (True, True)])
def test_a_unit_that_would_wait_for_itself_is_refused(towns: Towns, outer: bool, inner: bool) -> None:
    with pytest.raises(NestedUnitError), towns.registry.open(A, write=outer), towns.registry.open(A, write=inner):
        pytest.fail("opened")


def test_two_towns_at_once(towns: Towns) -> None:
    with towns.registry.open(A) as reader, towns.registry.open(B, write=True) as writer:
        writer.session.add(card("one"))
        assert reader.session.scalars(sa.select(CardUser)).all() == []
    assert count(towns, B) == 1


def test_each_goes_on_past_a_town_that_fails(towns: Towns) -> None:
    towns.change(A, state=MemberState.DOWN)
    outcomes = towns.registry.each(lambda code: count(towns, code))
    assert [(o.code, o.answer, bool(o.error)) for o in outcomes] == [(A, None, True), (B, 0, False)]


def test_making_a_partition_again_is_harmless(towns: Towns) -> None:
    with towns.registry.open(A, write=True) as p:
        p.session.add(card("one"))
    assert towns.registry.upgrade(A) == towns.registry.revision_of(A) == "0001"
    assert towns.registry.create(A) == "0001"
    assert count(towns, A) == 1


def test_a_partition_is_not_made_over_another_towns(towns: Towns) -> None:
    other = towns.members[B]
    towns.change(A, place_schema=other.place_schema, place_role=other.place_role)
    if other.place_schema is None:
        towns.registry.dispose()
        (towns.config.home / "partitions" / f"{B}.db").replace(towns.config.home / "partitions" / f"{A}.db")
    with pytest.raises(WrongMunicipalityError):
        towns.registry.create(A)


def test_the_status_says_who_is_where(towns: Towns) -> None:
    assert [(o.code, o.answer) for o in towns.registry.status()] == [(A, "0001"), (B, "0001")]
