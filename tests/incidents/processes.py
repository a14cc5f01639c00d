"""A whole installation as processes: two portal nodes, worker, relay, reconcile, two agents, each with a real printer.

Started once for each engine and used by all scenarios, each with residents of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from app import serve
from app.cli.output import UNFIT
from app.config import load
from tests.incidents import databases
from tests.incidents.balancer import Balancer
from tests.incidents.launch import FOLDER
from tests.incidents.oddness import ODD
from tests.incidents.points import Points
from tests.incidents.world import Kiosk, Paper, World
from tests.journey import truth
from tests.journey.installation import READY_SECONDS, Installation, copy_of, free_ports
from tests.postgres import Cluster
from tests.printing.box import Bus, PrinterBox

KIOSKS = 2
NODE = ("-w", "1", "--threads", "8", "--keep-alive", "30")


class ProcessWorld(World):
    """Without a cluster everything is SQLite files; with one, union and towns are in a database of it."""

    def __init__(self, demo: Installation, folder: Path, bus: Bus, cluster: Cluster | None = None) -> None:
        self.engine = "postgresql" if cluster else "sqlite"
        ports = free_ports(2)
        self._balancer = Balancer(ports)
        self.portal_url = self._balancer.url
        self.nodes = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
        self._installation = copy_of(demo, folder / "home")
        self._installation.portal_url = self.portal_url
        self.home = self._installation.home
        self.points = Points(folder / "points")
        (folder / "tmp").mkdir()
        self._environ = self._installation.environ | {FOLDER: str(self.points.folder), "TMPDIR": str(folder / "tmp")}
        if cluster:
            url = cluster.url(cluster.make_database(), "admin")
            self._environ |= {"KOIKI_UNION_URL": url, f"KOIKI_PLACE_{databases.PLACE.upper()}": url}
            databases.move(self.home, load(self._environ))
        self._remember(load(self._environ))
        folders = serve.agent_folders(self._installation.config)[:KIOSKS]
        self.kiosks = [Kiosk(f.name, json.loads((f / "terminal.json").read_text())["agent_url"]) for f in folders]
        self.printers = {k.terminal_id: PrinterBox(folder / f"p{n}", bus) for n, k in enumerate(self.kiosks)}
        self._parts = list(self._plan())

    def start(self) -> None:
        for printer in self.printers.values():
            printer.start()
        for part in self._parts:
            part.start()
        urls = [*self.nodes, *(kiosk.url for kiosk in self.kiosks)]
        deadline = time.monotonic() + READY_SECONDS
        while not all(serve.is_listening(url) for url in urls):
            assert time.monotonic() < deadline, "the world did not come up"
            assert not any(part.has_ended() for part in self._parts), "a part ended while starting"
            time.sleep(0.1)
        self.wait_for_kiosks()

    def stop(self) -> None:
        self.points.clear()
        for part in self._parts:  # nobody needs this world again: no farewell
            _signal(part, signal.SIGKILL)
        for printer in self.printers.values():
            printer.power_cut()
        self._balancer.close()
        self._let_go()

    # --- ground truth

    def papers(self, terminal_id: str = "") -> list[Paper]:
        chosen = [terminal_id] if terminal_id else list(self.printers)
        return [paper for name in chosen for paper in self._papers_of(name)]

    def _papers_of(self, terminal_id: str) -> list[Paper]:
        """The paper path writes a line for each sheet; the document stays in the printer's spool."""
        box = self.printers[terminal_id]
        spool = box.folder / "spool"
        found = []
        for line in box.tray():
            (document,) = spool.glob(f"*{line['name']}*.pdf")
            found.append(Paper(terminal_id, line["name"], line["sheet"], document.read_bytes()))
        return found

    def empty_tray(self, terminal_id: str) -> None:
        """No sensor says that paper lies there: it counts as taken."""

    def cash_kept(self) -> dict[str, int]:
        return truth.cash_kept(self._installation)

    # --- what runs

    def pause(self, name: str) -> None:
        _signal(self.part(name), signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        _signal(self.part(name), signal.SIGCONT)

    def kill(self, name: str) -> None:
        """As a power cut would: "portal 1", "portal 2", "worker", "relay", "reconcile", "agent TERMINAL"."""
        _signal(self.part(name), signal.SIGKILL)

    def has_ended(self, name: str) -> bool:
        return self.part(name).has_ended()

    def revive(self) -> None:
        for part in self._parts:
            if part.has_ended():
                part.start()

    def try_to_serve(self, odd: Mapping[str, str]) -> str:
        url = f"http://127.0.0.1:{free_ports(1)[0]}"
        part = self._around(serve.Part("portal 3", serve.gunicorn("wsgi:app", url, *NODE), self._environ))
        environ = {**part.environ, ODD: json.dumps(dict(odd))}
        with subprocess.Popen(part.command, env=environ, stderr=subprocess.PIPE, start_new_session=True) as process:
            try:
                self.wait(lambda: process.poll() is not None or _answers(url), "one more portal has decided")
                return "" if process.poll() is None else _last_words(process)
            finally:
                process.terminate()  # it takes leave of the others

    def part(self, name: str) -> serve.Part:
        return next(part for part in self._parts if part.name == name)

    def _plan(self) -> Iterator[serve.Part]:
        for number, node in enumerate(self.nodes, start=1):
            yield self._around(serve.Part(f"portal {number}", serve.gunicorn("wsgi:app", node, *NODE), self._environ))
        for part in serve.parts(self._installation.config, KIOSKS, 1, self._environ):
            if part.name != "portal":
                yield self._around(part)

    def _around(self, part: serve.Part) -> serve.Part:
        """The same process, with the points around it, and at an agent a printer."""
        command = list(part.command)
        if command[1] == "-m":
            command.insert(2, "tests.incidents.launch")
        terminal_id = part.name.removeprefix("agent ")
        more = {"KOIKI_AGENT_PRINTER": self.printers[terminal_id].uri} if terminal_id in self.printers else {}
        return replace(part, command=command, environ={**part.environ, **more})


def _answers(url: str) -> bool:
    """A master listens before its worker has looked at anything."""
    try:
        return httpx.get(f"{url}/agents/portal-key", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _last_words(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    assert process.returncode == UNFIT
    return process.stderr.read().decode()


def _signal(part: serve.Part, number: signal.Signals) -> None:
    """To the part and all that it has started."""
    if part.process is not None and part.process.poll() is None:
        os.killpg(part.process.pid, number)
        if number is signal.SIGKILL:
            part.process.wait()


@contextmanager
def running(demo: Installation, folder: Path, bus: Bus, cluster: Cluster | None) -> Iterator[ProcessWorld]:
    """Started, and stopped whatever happens."""
    world = ProcessWorld(demo, folder, bus, cluster)
    try:
        world.start()
        yield world
    finally:
        world.stop()
