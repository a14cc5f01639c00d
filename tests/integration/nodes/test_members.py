"""One process: what it refuses to begin with, and when it stops going on. Both engines."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import clock
from app.municipalities import engines, migrating
from app.municipalities.models import Member, MemberState
from app.municipalities.partitions import partitions
from app.municipalities.service import set_member_state
from app.municipalities.union import union_write
from app.nodes import checking, equipment, membership, queries, service
from app.nodes.agreement import FORGOTTEN, MISSED, NodeFacts, Role
from app.nodes.errors import UnfitError
from app.nodes.membership import Membership
from tests.integration.nodes.conftest import TOWN, Site

OTHER_BUILD = "f" * 64


@pytest.fixture
def serve(app: Flask) -> Callable[[], Result]:
    """A keeper's whole life."""
    return lambda: app.test_cli_runner().invoke(args=["issuance", "relay", "--once"])


def refused(result: Result) -> str:
    """What the process said before it ended with status 3."""
    assert (result.exit_code, result.stdout) == (3, ""), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("this process does not serve: ")
    return line


def neighbour(**differs: object) -> NodeFacts:
    """Another process that serves at this moment; what it says of itself is what it says."""
    facts = replace(service.describe(Role.WEB), **differs)
    with union_write() as session:
        session.add(queries.Node(**vars(facts)))
    return facts


def test_it_joins_serves_and_leaves(app: Flask, serve: Callable[[], Result]) -> None:
    known = neighbour()
    assert serve().exit_code == 0
    assert [node.node_id for node in queries.list_live()] == [known.node_id]


def test_another_build(serve: Callable[[], Result]) -> None:
    neighbour(build=OTHER_BUILD)
    assert f"is of build {OTHER_BUILD[:12]}" in refused(serve())


def test_another_schema(serve: Callable[[], Result]) -> None:
    neighbour(partition_revision="0000")
    assert "is made for the schemas 0001/0000" in refused(serve())


def test_another_machine(site: Site, serve: Callable[[], Result]) -> None:
    neighbour(host="elsewhere", machine=str(uuid.uuid4()))
    if site.engine == "postgresql":
        assert serve().exit_code == 0
    else:
        assert "web on elsewhere" in refused(serve())


def test_a_town_in_a_file_binds_the_union_too(app: Flask, serve: Callable[[], Result]) -> None:
    with union_write() as session:
        session.execute(sa.text("UPDATE member SET place_key = 'embedded', place_schema = NULL, place_role = NULL"))
    neighbour(machine=str(uuid.uuid4()))
    assert "another machine" in refused(serve())


def test_who_died_is_forgotten(serve: Callable[[], Result]) -> None:
    neighbour(build=OTHER_BUILD, seen_at=clock.now() - FORGOTTEN - timedelta(seconds=1))
    assert serve().exit_code == 0
    with union_write() as session:
        assert queries.facts_of(session) == []


def test_a_schema_that_was_not_migrated(serve: Callable[[], Result]) -> None:
    with union_write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    newest = migrating.newest(migrating.UNION)
    assert f"the union's schema is 0000 instead of {newest}: run 'db upgrade'" in refused(serve())


def test_nothing_is_migrated_under_a_process_that_serves(app: Flask) -> None:
    upgrade = functools.partial(app.test_cli_runner().invoke, args=["db", "upgrade"])
    known = neighbour()
    assert upgrade().exit_code == 0  # nothing to do
    with partitions.open(TOWN, write=True) as p:
        p.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    done = upgrade()
    assert (done.exit_code, done.stdout) == (3, "")
    assert "nothing was migrated: 1 processes serve with the present schema" in done.stderr
    service.leave(known)
    assert upgrade().exit_code == 1  # there is no such revision; but now it is tried


def test_a_clock_that_is_wrong(monkeypatch: pytest.MonkeyPatch, serve: Callable[[], Result]) -> None:
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() - timedelta(seconds=9))
    assert "the union's database: its clock and this machine's differ by 9 s" in refused(serve())


def test_a_lock_that_does_not_lock(site: Site, monkeypatch: pytest.MonkeyPatch, serve: Callable[[], Result]) -> None:
    take_lock_away(site, monkeypatch)
    assert "the union's database lets a second writer in" in refused(serve())


def take_lock_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file on a bad network share, or a pooler that gives two transactions one connection."""
    if site.engine == "sqlite":
        real = engines.sqlite_connect
        monkeypatch.setattr(engines, "sqlite_connect", lambda path: Careless(real(path)))
        return
    real_lock = sa.Select.with_for_update
    monkeypatch.setattr(
        sa.Select, "with_for_update", lambda self, *, nowait=False: real_lock(self, nowait=True) if nowait else self
    )


class Careless:
    """A connection whose transactions take no lock at their beginning."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def cursor(self) -> Careless:
        return Careless(self._real.cursor())

    def execute(self, sql: str, *values: object) -> object:
        return self._real.execute("BEGIN" if sql == "BEGIN IMMEDIATE" else sql, *values)


def test_a_town_whose_lock_does_not_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking.probing, "partition_excludes", lambda _code: False)
    with pytest.raises(UnfitError, match=f"the database of {TOWN} lets a second writer in"):
        checking.check()


def test_a_town_that_is_down_stops_nobody(app: Flask, serve: Callable[[], Result]) -> None:
    set_member_state("test", TOWN, MemberState.DOWN)
    assert serve().exit_code == 0


@pytest.mark.parametrize("state", [MemberState.DOWN, MemberState.MOVING])
def test_a_closed_town_hides_nothing_of_its_place(app: Flask, monkeypatch: pytest.MonkeyPatch, state) -> None:
    first = Member(code="901008", name="早瀬町", prefecture="青嶺県", state=state)
    with union_write() as session:
        first.place_key = session.get_one(Member, TOWN).place_key
        session.add(first)
    monkeypatch.setattr(checking.probing, "partition_excludes", lambda _code: False)
    with pytest.raises(UnfitError, match=f"the database of {TOWN} lets a second writer in"):
        checking.check()


def test_a_place_where_no_town_answers_is_told(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    set_member_state("test", TOWN, MemberState.READ_ONLY)  # its lock cannot be tried
    checking.check()
    assert "its clock and its lock were not tried" in caplog.text


def test_equipment_that_is_missing(monkeypatch: pytest.MonkeyPatch, serve: Callable[[], Result]) -> None:
    monkeypatch.setitem(equipment.LIBRARIES, "libharfbuzz-subset.so.77", "libharfbuzz-subset0")
    assert "the library libharfbuzz-subset.so.77 is missing: install libharfbuzz-subset0" in refused(serve())


# --- going on


@pytest.fixture
def node(app: Flask) -> Membership:
    member = Membership(Role.WEB, app.app_context)
    member.join()
    yield member
    member.leave()


def test_nobody_is_asked_while_all_is_fresh(node: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "beat", lambda _me: pytest.fail("asked"))
    node.ensure()


def test_who_was_frozen_asks_before_it_goes_on(node: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgotten by the others, while another build began."""
    service.leave(node.me)
    neighbour(build=OTHER_BUILD)
    node.ensure()  # nothing was seen of it yet: this process is trusted for as long as it is remembered
    waking = membership._seconds() + FORGOTTEN.total_seconds()
    monkeypatch.setattr(membership, "_seconds", lambda: waking)
    for _ in range(2):
        with pytest.raises(UnfitError, match="is of build ffff"):
            node.ensure()


def test_who_was_frozen_and_is_alone_goes_on(node: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    service.leave(node.me)
    waking = membership._seconds() + FORGOTTEN.total_seconds()
    monkeypatch.setattr(membership, "_seconds", lambda: waking)
    node.ensure()
    assert [other.node_id for other in queries.list_live()] == [node.me.node_id]


def test_keepers_that_are_not_heard_of_are_missed(node: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    assert node.missing_keepers() == []  # they may still be starting
    later = membership._seconds() + MISSED.total_seconds() + 1
    monkeypatch.setattr(membership, "_seconds", lambda: later)
    neighbour(role=Role.RELAY)
    node.ensure()
    assert node.missing_keepers() == [Role.WORKER, Role.RECONCILE]


def test_a_schema_that_moves_under_a_process(node: Membership) -> None:
    with union_write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0002'"))
    with pytest.raises(UnfitError, match="the union's schema is 0002 now"):
        service.beat(node.me)


def test_the_thread_tells_whoever_started_the_process(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "BEAT", timedelta(seconds=0.01))
    told = []
    node = Membership(Role.WEB, app.app_context, on_refusal=told.append)
    node.join()
    neighbour(build=OTHER_BUILD)
    thread = next(t for t in membership.threading.enumerate() if t.name == "node" and t.is_alive())
    thread.join(10)
    assert [type(error) for error in told] == [UnfitError]
    with pytest.raises(UnfitError):
        node.ensure()
    node.leave()
