"""The same portal and the same agents in the test's own process, on SQLite, so that a test can take a protection out.

Two portal nodes and two agents are served by threads; the worker is a thread; relay and reconcile are turned by hand
(`World.relay`, `World.reconcile`). Printers are the simulated ones; what they printed is kept beside them.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app import create_app, serve
from app.config import Config, load
from app.devices.server import Devices
from app.issuance.worker import Worker
from app.municipalities.partitions import partitions
from app.nodes import checking
from app.nodes import service as nodes
from app.nodes.agreement import Role
from app.nodes.errors import UnfitError
from app.terminal import create_agent, loop
from app.terminal import settings as agent_settings
from app.terminal.parts import Parts, parts_of
from tests.incidents.balancer import Balancer
from tests.incidents.oddness import make_odd
from tests.incidents.points import EndedError, Points, install
from tests.incidents.world import Kiosk, Paper, World
from tests.journey import truth
from tests.journey.installation import Installation, copy_of, free_ports

KIOSKS = 2
WORKER_PAUSE = 0.02


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """A request is no news here."""


class WorkerThread:
    """The one thread in which a renderer may work, warm for all local worlds of this test process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "renderer")
        self.worker: Worker = self._pool.submit(Worker).result()

    def turn(self, app: Flask) -> int:
        """One turn over all towns; raises what it raises."""
        return self._pool.submit(self._turn, app).result()

    def finish(self) -> None:
        """Wait until the turn that was begun is over."""
        self._pool.submit(int).result()

    def close(self) -> None:
        self._pool.shutdown()

    def _turn(self, app: Flask) -> int:
        with app.app_context():
            return self.worker.turn(partitions.codes())


class LocalWorld(World):
    engine = "local"
    patience = 120.0  # a slow machine is no incident

    def __init__(self, demo: Installation, folder: Path, worker: WorkerThread) -> None:
        ports = free_ports(2)
        self._balancer = Balancer(ports)
        self.portal_url = self._balancer.url
        self.nodes = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
        self._installation = copy_of(demo, folder / "home")
        self._installation.portal_url = self.portal_url
        self.home = self._installation.home
        self.points = Points(folder / "points")
        self.config: Config = load(self._installation.environ)
        self._remember(self.config)
        self.worker = worker
        self._servers: list[BaseWSGIServer] = []
        self._agents: dict[str, Parts] = {}
        self._worker_runs, self._stop = threading.Event(), threading.Event()
        self._worker_thread: threading.Thread | None = None

    def start(self) -> None:
        for node in self.nodes:
            self._serve(create_app(self.config, surfaces=("kiosk", "agents")), node)
        folders = serve.agent_folders(self.config)[:KIOSKS]
        self._devices = Devices(self.home / "devices", {folder.name: folder for folder in folders}, 0)
        self.kiosks = [self._start_agent(folder) for folder in folders]
        partitions.configure(self.config)
        self._worker_runs.set()
        self.revive()
        self.wait_for_kiosks()

    def stop(self) -> None:
        self.points.clear()
        self.close_stations()
        self._stop.set()
        self._worker_runs.set()
        for parts in self._agents.values():
            parts.close()
        self._devices.close()
        if self._worker_thread:
            self._worker_thread.join(20)
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._balancer.close()
        self._let_go()

    # --- ground truth

    def papers(self, terminal_id: str = "") -> list[Paper]:
        chosen = [terminal_id] if terminal_id else list(self._agents)
        return [paper for name in chosen for paper in self._papers_of(name)]

    def _papers_of(self, terminal_id: str) -> list[Paper]:
        folder = self._agents[terminal_id].settings.home
        log = folder / "tray.log"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [
            Paper(terminal_id, line["attempt_id"], line["sheet"], (folder / f"{line['attempt_id']}.kept").read_bytes())
            for line in lines
        ]

    def empty_tray(self, terminal_id: str) -> None:
        self._agents[terminal_id].printer.take()  # type: ignore[union-attr]

    def cash_kept(self) -> dict[str, int]:
        return truth.cash_kept(self._installation)

    def agent(self, kiosk: int = 0) -> Parts:
        """The parts of an agent that runs here."""
        return self._agents[self.kiosks[kiosk].terminal_id]

    # --- what runs

    def pause(self, name: str) -> None:
        if name == "worker":
            self._worker_runs.clear()

    def go_on(self, name: str) -> None:
        if name == "worker":
            self._worker_runs.set()

    def has_ended(self, name: str) -> bool:
        return name == "worker" and self._worker_thread is not None and not self._worker_thread.is_alive()

    def revive(self) -> None:
        if self._worker_thread is None or not self._worker_thread.is_alive():
            self._worker_thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._worker_thread.start()

    def try_to_serve(self, odd: Mapping[str, str]) -> str:
        """At the rooms' own doors: what `create_app` asks of a server. One like the others is there already."""
        with self.inside(), pytest.MonkeyPatch.context() as patched:
            first = nodes.describe(Role.WEB)
            nodes.beat(first)
            make_odd(odd, patched.setattr)
            second = nodes.describe(Role.WEB)
            try:
                checking.check()
                nodes.beat(second)
            except UnfitError as error:
                return str(error)
            finally:
                for node in (first, second):
                    nodes.leave(node)
            return ""

    def _work(self) -> None:
        try:
            while not self._stop.wait(WORKER_PAUSE):
                self._worker_runs.wait()
                self.worker.turn(self.app)
        except EndedError:
            return  # killed

    def _serve(self, app: Flask, url: str) -> None:
        port = int(url.rsplit(":", maxsplit=1)[-1])
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _start_agent(self, folder: Path) -> Kiosk:
        own = {"KOIKI_AGENT_HOME": str(folder), "KOIKI_AGENT_CARDS": str(self.home / "tray" / "cards")}
        settings = agent_settings.load(self._installation.environ | own)
        app = create_agent(settings)
        parts = parts_of(app)
        _keep_what_is_printed(parts)
        self._serve(app, settings.agent_url)
        parts.loop.start()
        self._agents[settings.terminal_id] = parts
        return Kiosk(settings.terminal_id, settings.agent_url)


def _keep_what_is_printed(parts: Parts) -> None:
    """The tray's PDF is gone once it is taken; the test wants to read it then."""
    real: Callable[..., None] = parts.printer.send
    folder = parts.settings.home

    def send(attempt_id: str, pdf: bytes, sheets: int, sha256: str) -> None:
        (folder / f"{attempt_id}.kept").write_bytes(pdf)
        real(attempt_id, pdf, sheets, sha256)

    parts.printer.send = send  # type: ignore[method-assign]


@contextmanager
def running(
    demo: Installation, folder: Path, worker: WorkerThread, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalWorld]:
    """Started, and stopped whatever happens."""
    monkeypatch.setattr(loop, "BUSY_SECONDS", 0.03)
    monkeypatch.setattr(loop, "IDLE_SECONDS", 0.1)
    install(folder / "points", False, monkeypatch.setattr)
    world = LocalWorld(demo, folder, worker)
    try:
        world.start()
        yield world
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)
