"""A whole installation as real processes on private ports: portal, worker, relay, reconciler, agents."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app import serve
from app.config import Config, load

READY_SECONDS = 90


@dataclass
class Installation:
    """`home` is a KOIKI_HOME with a union in it."""

    home: Path
    portal_url: str
    running: list[serve.Part] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)  # more of the environment

    @property
    def environ(self) -> dict[str, str]:
        return {
            # what a crowd does to many processes is not measured line by line: that would halve their speed
            **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
            "KOIKI_HOME": str(self.home),
            "KOIKI_DEMO": "1",
            "KOIKI_PORTAL_URL": self.portal_url,
            "KOIKI_AGENT_PORTAL_URL": self.portal_url,
            "KOIKI_AGENT_SHEET_SECONDS": "0",
            **self.settings,
        }

    @property
    def config(self) -> Config:
        return load(self.environ)

    def flask(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of the portal's command line, to its end."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.run(command, env=self.environ, check=check, capture_output=True, text=True, timeout=600)

    def start(self, terminals: int, workers: int) -> None:
        self.running = serve.parts(self.config, terminals, workers, self.environ)
        for part in self.running:
            part.start()
        urls = [self.portal_url, *self.agent_urls[:terminals]]
        deadline = time.monotonic() + READY_SECONDS
        while not all(serve.is_listening(url) for url in urls):
            assert time.monotonic() < deadline, "the installation did not come up"
            assert not any(part.has_ended() for part in self.running), "a part ended while starting"
            time.sleep(0.1)

    def stop(self) -> None:
        serve.stop_all(self.running)
        self.running = []

    @property
    def agent_urls(self) -> list[str]:
        return [json.loads((f / "terminal.json").read_text())["agent_url"] for f in serve.agent_folders(self.config)]

    @property
    def portal_workers(self) -> list[int]:
        """Process ids of gunicorn's workers."""
        portal = self.running[0].process
        assert portal is not None
        return [int(pid) for pid in Path(f"/proc/{portal.pid}/task/{portal.pid}/children").read_text().split()]

    def kill_portal_worker(self, number: int) -> None:
        """As a machine that loses power would: no farewell."""
        workers = self.portal_workers
        if workers:
            os.kill(workers[number % len(workers)], signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def make_demo(home: Path, residents: int, cards_per_town: int, kiosks_per_town: int = 1) -> Installation:
    """Invent a union under `home`, its terminals on free ports."""
    installation = Installation(home, "")
    installation.portal_url = f"http://127.0.0.1:{free_ports(1)[0]}"
    sizes = {"--residents": residents, "--cards-per-town": cards_per_town, "--kiosks-per-town": kiosks_per_town}
    installation.flask("union", "demo", "--seed", "1", *(str(word) for size in sizes.items() for word in size))
    return move_to_free_ports(installation)


def move_to_free_ports(installation: Installation) -> Installation:
    """Give portal and agents ports of their own, in the files and in the union."""
    folders = serve.agent_folders(installation.config)
    portal, *ports = sorted(free_ports(1 + len(folders)))  # terminals are listed by address: keep their order
    installation.portal_url = f"http://127.0.0.1:{portal}"
    moved = {}
    for folder, port in zip(folders, ports, strict=True):
        facts = json.loads((folder / "terminal.json").read_text())
        facts |= {"portal_url": installation.portal_url, "agent_url": f"http://127.0.0.1:{port}"}
        (folder / "terminal.json").write_text(json.dumps(facts))
        moved[facts["terminal_id"]] = facts["agent_url"]
    _tell_union(installation, moved)
    return installation


def _tell_union(installation: Installation, moved: dict[str, str]) -> None:
    import sqlite3

    with sqlite3.connect(installation.home / "union.db") as union:
        union.executemany("UPDATE terminal SET agent_url = ? WHERE terminal_id = ?", [(u, t) for t, u in moved.items()])


@contextmanager
def running(installation: Installation, terminals: int, workers: int = 2) -> Iterator[Installation]:
    """Started, and stopped whatever happens."""
    try:
        installation.start(terminals, workers)
        yield installation
    finally:
        installation.stop()


def copy_of(installation: Installation, home: Path) -> Installation:
    """The same union again, untouched, on ports of its own."""
    shutil.copytree(installation.home, home)
    return move_to_free_ports(Installation(home, installation.portal_url))
