"""Two people at the same moment, on both engines: what happens, happens once."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEntry
from app.certificates import service as certificates
from app.municipalities.partitions import partitions
from app.staff import service, sign_in
from app.staff.errors import LockedError, WrongSignInError
from app.staff.limits import TRIES_OF_ACCOUNT
from tests.functional.counter.conftest import (
    CLERK,
    PASSWORD,
    SENIOR,
    Browser,
    Journal,
    address,
    demo_config,
    employ,
    opened,
)
from tests.integration.issuance.conftest import HOME, FakeRoom, furnished_database
from tests.postgres import postgres

__all__ = ["furnished_database", "postgres"]  # fixtures


@pytest.fixture(scope="module")
def staffed_database(postgres, furnished_database, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same union in PostgreSQL, copied for each test."""
    name = postgres.make_database(furnished_database)
    employ(demo_config(tmp_path_factory.mktemp("staffed"), postgres.url(name, "admin")))
    return str(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """By the real clock: a frozen one stands still in one thread only."""
    monkeypatch.setattr(certificates, "prepare", FakeRoom().prepare)
    if request.param == "sqlite":
        config = demo_config(Path(shutil.copytree(request.getfixturevalue("staffed"), tmp_path / "home")))
    else:
        cluster = request.getfixturevalue("postgres")
        database = cluster.make_database(request.getfixturevalue("staffed_database"))
        config = demo_config(tmp_path, cluster.url(database, "admin"))
    with opened(config) as app:
        yield app


def at_once(*deeds) -> list[object]:
    """Each in a thread of its own, all let go in the same moment; what they gave or raised."""
    barrier, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = deeds[number]()
        except (WrongSignInError, LockedError) as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_two_verdicts_at_once_one_holds(app: Flask) -> None:
    journal = Journal(app)
    case = journal.unknown_outcome()
    pages = []
    for who, verdict in ((CLERK, "came_out"), (SENIOR, "missing")):
        browser = Browser(app).sign_in(who)
        browser.get(address(case))
        form = browser.form("/verdict")
        pages.append((browser, form.action, form.data(None, verdict=verdict, confirmed="yes")))
    answers = at_once(*(lambda b=b, a=a, d=d: b.client.post(a, data=d) for b, a, d in pages))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    won = [answer.status_code for answer in answers].index(303)
    closed = journal.case(case.case_id)
    assert (closed.closed_by, closed.verdict) == [(f"staff:{CLERK}", "came_out"), (f"staff:{SENIOR}", "missing")][won]
    with app.app_context(), partitions.open(HOME) as p:
        query = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "case.closed")
        assert p.session.scalar(query) == 1


def test_of_many_guesses_at_once_no_more_are_looked_at_than_allowed(app: Flask) -> None:
    def guess() -> object:
        with app.app_context():
            return sign_in.show_password(CLERK, "wrong", "192.0.2.1")

    answers = at_once(*[guess] * (TRIES_OF_ACCOUNT + 3))
    assert sum(isinstance(answer, WrongSignInError) for answer in answers) == TRIES_OF_ACCOUNT
    assert sum(isinstance(answer, LockedError) for answer in answers) == 3


def test_one_code_opens_one_door(app: Flask) -> None:
    """Two browsers show the same code in the same moment: it is accepted once."""
    with app.app_context():
        halves = [sign_in.show_password(CLERK, PASSWORD, "192.0.2.1") for _ in range(2)]
        code = service.demo_code(CLERK)

    def show(half: str) -> object:
        with app.app_context():
            return sign_in.show_code(half, code, "192.0.2.1")

    answers = at_once(*(lambda half=half: show(half) for half in halves))
    assert sorted(type(answer) is str for answer in answers) == [False, True]
