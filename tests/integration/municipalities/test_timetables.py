"""All timetables in one read: the same as one by one, and no more reads for a hundred than for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from flask import Flask

from app.certificates.catalogue import get_kind
from app.clock import JST
from app.extensions import db
from app.municipalities import decisions, hours, queries, service
from app.municipalities.errors import UnknownMunicipalityError
from app.municipalities.models import MemberState
from tests.integration.municipalities.conftest import A, B

ME = "test"
RECORD, SEAL = get_kind("resident_record").code, get_kind("seal_registration").code
HALL, STATION = "wakakusa-hall", "wakakusa-station"
NOON = datetime(2026, 11, 20, 12, tzinfo=JST)  # a Friday
CODES, KINDS = (A, B), (RECORD, SEAL)


@pytest.fixture
def towns(app: Flask) -> None:
    """Two towns with hours of their own, and a closure of every scope."""
    for code in CODES:
        service.add_member(ME, code, "町", "青嶺県")
    for site in (HALL, STATION):
        service.add_site(ME, site, A, site)
    decisions.set_hours(ME, A, (time(6, 30), time(23)))
    decisions.set_hours(ME, A, (time(9), time(17)), range(5), SEAL)
    decisions.set_hours(ME, B, (time(8), time(20)))
    scopes = ({}, {"code": A}, {"kind": SEAL}, {"site": STATION}, {"code": B, "kind": RECORD})
    for hour, scope in enumerate(scopes):
        begins = NOON + timedelta(hours=hour)
        decisions.add_closure(ME, begins, begins + timedelta(minutes=30), **scope)


@contextmanager
def counted_reads() -> Iterator[list[str]]:
    """The statements that the union's database is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("towns")
@pytest.mark.parametrize("site", [HALL, STATION, None])
def test_together_is_the_same_as_one_by_one(site: str | None) -> None:
    together = queries.list_timetables(CODES, KINDS, site, NOON)
    assert set(together) == set(product(CODES, KINDS))
    for (code, kind), timetable in together.items():
        alone = queries.get_timetable(code, kind, site, NOON)
        assert timetable == alone
        moments = [NOON + timedelta(minutes=30 * step) for step in range(96)]
        assert [hours.is_open(timetable, at) for at in moments] == [hours.is_open(alone, at) for at in moments]


@pytest.mark.usefixtures("towns")
def test_every_scope_of_a_closure_closes_its_own() -> None:
    together = queries.list_timetables(CODES, KINDS, STATION, NOON)
    closed = {
        key: [hour for hour in range(5) if not hours.is_open(timetable, NOON + timedelta(hours=hour))]
        for key, timetable in together.items()
    }
    assert closed == {(A, RECORD): [0, 1, 3], (A, SEAL): [0, 1, 2, 3], (B, RECORD): [0, 3, 4], (B, SEAL): [0, 2, 3]}


@pytest.mark.usefixtures("towns")
def test_a_suspended_town_closes_alone() -> None:
    service.set_member_state(ME, A, MemberState.SUSPENDED)
    together = queries.list_timetables(CODES, KINDS, HALL, NOON + timedelta(hours=6))
    assert {key: hours.is_open(t, NOON + timedelta(hours=6)) for key, t in together.items()} == {
        (A, RECORD): False,
        (A, SEAL): False,
        (B, RECORD): True,
        (B, SEAL): True,
    }


@pytest.mark.usefixtures("towns")
def test_many_are_read_as_often_as_one() -> None:
    with counted_reads() as for_one:
        queries.get_timetable(A, RECORD, HALL, NOON)
    with counted_reads() as for_all:
        queries.list_timetables(CODES, KINDS, HALL, NOON)
    assert len(for_all) == len(for_one) > 0


@pytest.mark.usefixtures("towns")
def test_an_unknown_town_is_said() -> None:
    with pytest.raises(UnknownMunicipalityError):
        queries.get_timetable("999999", RECORD, HALL, NOON)
