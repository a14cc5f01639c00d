"""Two worlds of processes, started when the first incident wants one; and a quick one in this process for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.incidents import local as local_world
from tests.incidents import processes
from tests.incidents.local import LocalWorld, WorkerThread
from tests.incidents.processes import ProcessWorld
from tests.journey import robot
from tests.journey.installation import Installation
from tests.postgres import Cluster, postgres
from tests.printing.box import BINARY, Bus

__all__ = ["postgres"]
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="package")
def worlds(
    demo: Installation, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], ProcessWorld]]:
    """The world of an engine; ended when the last incident of this test process has been played."""
    assert Path(BINARY).exists(), "the package cups-ipp-utils is missing: script/setup --tests installs it"
    started: dict[str, ProcessWorld] = {}
    with ExitStack() as stack:
        bus = Bus(tmp_path_factory.mktemp("bus"))
        stack.callback(bus.close)

        def get(engine: str) -> ProcessWorld:
            if engine not in started:
                cluster: Cluster | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
                folder = tmp_path_factory.mktemp(f"incidents-{engine}")
                started[engine] = stack.enter_context(processes.running(demo, folder, bus, cluster))
            return started[engine]

        yield get


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, worlds: Callable[[str], ProcessWorld]) -> Iterator[ProcessWorld]:
    """A whole installation of real processes, shared by all incidents."""
    found = worlds(str(request.param))
    yield found
    found.tidy()


@pytest.fixture(scope="session")
def warm_worker() -> Iterator[WorkerThread]:
    worker = WorkerThread()
    yield worker
    worker.close()


@pytest.fixture
def local(
    demo: Installation, tmp_path: Path, warm_worker: WorkerThread, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalWorld]:
    """The world in this process, new for each test."""
    with local_world.running(demo, tmp_path / "local", warm_worker, monkeypatch) as started:
        yield started


@pytest.fixture(autouse=True)
def everybody_goes_home() -> Iterator[None]:
    yield
    robot.close_all()
