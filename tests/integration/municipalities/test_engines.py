"""Connections: how they are set up, how many stay open, and what a fork leaves of them."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.audit.models import Head
from app.municipalities import engines
from app.municipalities.engines import EngineCache
from app.municipalities.errors import PartitionDownError
from app.municipalities.partitions import partitions
from app.municipalities.places import Place
from tests.integration.municipalities.conftest import A, B, Towns


def test_a_connection_is_set_up(files: Towns) -> None:
    with files.registry.open(A) as p:
        pragmas = ("foreign_keys", "trusted_schema", "synchronous", "journal_mode")
        found = [p.session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in pragmas]
    assert found == [1, 0, 2, engines.journal_mode().lower()]


def test_foreign_keys_are_held(files: Towns) -> None:
    with pytest.raises(sa.exc.IntegrityError), files.registry.open(A, write=True) as p:
        p.session.execute(sa.text("INSERT INTO card_service (card_user_id, kind) VALUES (99, 'x')"))


def test_a_savepoint_goes_with_its_transaction(files: Towns) -> None:
    """With the driver's own transactions a row of a released savepoint outlived the rollback."""
    with pytest.raises(ZeroDivisionError), files.registry.open(A, write=True) as p:  # noqa: PT012 the whole block is tried
        with p.session.begin_nested():
            p.session.execute(sa.update(Head).values(issue_sequence=5))
        raise ZeroDivisionError
    with files.registry.open(A) as p:
        assert p.session.scalar(sa.select(Head.issue_sequence)) == 0


def test_a_missing_file_is_not_made(files: Towns) -> None:
    path = files.config.home / "partitions" / f"{A}.db"
    path.unlink()
    with pytest.raises(PartitionDownError, match="file is missing"), files.registry.open(A):
        pytest.fail("opened")
    assert not path.exists()


def test_not_even_by_an_engine(tmp_path: Path) -> None:
    engine = engines.open_engine(Place(f"sqlite:///{tmp_path}/none.db"))
    with pytest.raises(OperationalError, match="unable to open"), engine.connect():
        pytest.fail("connected")
    assert not (tmp_path / "none.db").exists()


def test_a_partition_is_for_its_owners_eyes(files: Towns) -> None:
    files.members.pop(B)
    path = files.config.home / "partitions" / f"{B}.db"
    path.unlink()
    files.members[B] = files.members[A].__class__(**{**files.members[A].__dict__, "code": B})
    files.registry.create(B)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_partition_that_could_not_be_made_leaves_no_file(files: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.config.home / "partitions" / f"{A}.db"
    path.unlink()
    monkeypatch.setattr("app.municipalities.migrating.upgrade", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        files.registry.create(A)
    assert not path.exists()


def _make_files(folder: Path, count: int) -> list[Place]:
    for number in range(count):
        with sqlite3.connect(folder / f"{number}.db") as connection:
            connection.execute("CREATE TABLE number AS SELECT ? AS number", [number])
        connection.close()
    return [Place(f"sqlite:///{folder}/{number}.db") for number in range(count)]


def test_engines_share_one_dialect(tmp_path: Path) -> None:
    first, second = (engines.open_engine(place) for place in _make_files(tmp_path, 2))
    assert first.dialect is second.dialect
    for engine in (first, second):
        engine.dispose()


def test_the_least_recently_used_engine_is_closed(tmp_path: Path) -> None:
    cache, places = EngineCache(limit=2), _make_files(tmp_path, 3)
    for place in (*places[:2], places[0], places[2]):
        with cache.lease(place) as slot, slot.engine.connect():
            pass
    assert (len(cache), cache.closed) == (2, 1)
    assert list(cache._slots) == [places[0].url, places[2].url]
    cache.dispose()


def test_an_engine_in_use_is_never_closed(tmp_path: Path) -> None:
    cache, places = EngineCache(limit=1), _make_files(tmp_path, 3)
    with cache.lease(places[0]) as held, held.engine.connect() as connection:
        for place in places[1:]:
            with cache.lease(place):
                pass
        assert places[0].url in cache._slots
        assert connection.exec_driver_sql("SELECT number FROM number").scalar() == 0
    cache.dispose()


def test_threads_that_evict_each_others_engines(tmp_path: Path) -> None:
    cache, places = EngineCache(limit=3), _make_files(tmp_path, 12)
    wrong: list[object] = []

    def work(seed: int) -> None:
        for turn in range(60):
            number = (seed * 7 + turn * 5) % len(places)
            try:
                with cache.lease(places[number]) as slot, slot.engine.connect() as connection:
                    found = connection.exec_driver_sql("SELECT number FROM number").scalar()
                    wrong.extend([found] if found != number else [])
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.closed > 100
    assert all(slot.leases == 0 for slot in cache._slots.values())
    cache.dispose()


def test_a_forked_child_takes_no_connection_along(towns: Towns) -> None:
    """The registry of the process, because it alone is renewed by the fork itself."""
    partitions.configure(towns.config, towns.find)
    with partitions.open(A):
        pass
    parent_pools = [slot.engine.pool for slot in partitions._engines._slots.values()]
    status = os.waitpid(_fork(lambda: _child(parent_pools)), 0)[1]
    assert os.waitstatus_to_exitcode(status) == 0
    with partitions.open(A) as p:  # and the parent's connection still works
        assert p.session.scalar(sa.select(Head.issue_sequence)) == 1
    partitions.dispose()


def _child(parent_pools: list[object]) -> bool:
    with partitions.open(A, write=True) as p:
        p.session.execute(sa.update(Head).values(issue_sequence=1))
    return not any(slot.engine.pool in parent_pools for slot in partitions._engines._slots.values())


def _fork(work: object) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)  # type: ignore[operator]
        finally:
            os._exit(2)
    return pid
