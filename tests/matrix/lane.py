"""One terminal of the matrix with everything that is its own: agent, portal process, printer, lines, and who mends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app import serve
from tests.journey.installation import Installation, free_ports
from tests.matrix.cases import NONE, Case
from tests.matrix.line import Line
from tests.matrix.paper import Exit
from tests.printing.box import Bus, PrinterBox

START_SECONDS = 60
PATIENCE_SECONDS, SHEET_SECONDS = 2.0, 6.0  # a jam for good is given up soon, however many sheets there are
LEFT_SECONDS, TAKEN_SECONDS = 3.0, 60.0  # until a sheet counts as left behind


class Nursery:
    """Gives birth to the parts of one side of the house: `portal` or `agents`."""

    def __init__(self, side: str, environ: dict[str, str]) -> None:
        words = [sys.executable, "-m", "tests.matrix.nursery", side]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True, start_new_session=True
        )
        self._lock = threading.Lock()
        assert self._say("") == "ready"

    def bear(self, kind: str, points: Path, environ: dict[str, str]) -> int:
        """Its process number."""
        with self._lock:
            return int(self._say(json.dumps({"kind": kind, "points": str(points), "environ": environ}) + "\n"))

    def close(self) -> None:
        """And of everybody who was born here."""
        self._process.communicate(timeout=20)

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@dataclass
class Part:
    """One process that is brought back whenever it is dead. `points` is where its orders to die lie."""

    kind: str
    nursery: Nursery
    points: Path
    environ: dict[str, str]
    pid: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_alive(self) -> bool:
        """A child that nobody waits for is gone from the table as soon as it is dead."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return bool(self.pid)
        return False

    def revive(self) -> None:
        """Once, whoever of the lanes sees it first."""
        with self._lock:
            if not self.is_alive:
                self.points.mkdir(parents=True, exist_ok=True)
                self.pid = self.nursery.bear(self.kind, self.points, self.environ)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)


@dataclass
class Lane:
    """A terminal `folder` of the installation; its portal process is reached through a line that can be cut."""

    installation: Installation
    folder: Path
    cards: list[tuple[str, str]]
    portal_side: Nursery
    agent_side: Nursery
    bus: Bus
    parts: dict[str, Part] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.terminal_id = self.folder.name
        self.agent_url = serve.agent_url(self.folder)
        self.box = PrinterBox(self.folder / "printer", self.bus).start()
        self.exit = Exit(self.box)
        node_port = free_ports(1)[0]
        gateway = (self.installation.home / "devices" / "url").read_text().strip()
        self.lines = {
            "printer": Line(self.box.port), "portal": Line(node_port), "gateway": Line(urlsplit(gateway).port or 0)
        }  # fmt: skip
        self.portal_url = f"http://127.0.0.1:{self.lines['portal'].port}"
        self._place_devices()
        self.parts = {"node": self._node(node_port), "agent": self._agent(Case("", "", ""))}

    def start(self) -> None:
        self.revive()
        deadline = time.monotonic() + START_SECONDS
        while not all(serve.is_listening(url) for url in (self._node_url, self.agent_url)):
            assert time.monotonic() < deadline, "a lane did not come up"
            time.sleep(0.05)

    def revive(self) -> None:
        for part in self.parts.values():
            part.revive()

    def fit(self, case: Case) -> None:
        """The sensor that the case has, and an agent that knows of it: a new one, if the last was another."""
        self.exit.sensor = case.sensor
        wanted = self._agent(case).environ
        if self.parts["agent"].environ != wanted:
            self.parts["agent"].end()
            self.parts["agent"].environ = wanted

    def plan(self, case: Case) -> None:
        """What the printer shall do wrong."""
        (self.box.folder / "fault-met").unlink(missing_ok=True)
        self.box.plan(*case.plan)

    @property
    def has_met_plan(self) -> bool:
        return (self.box.folder / "fault-met").exists()

    def renew_printer(self) -> None:
        """Switched off and on, its paper path empty, as staff leaves it; what has gone wrong once does not again."""
        self.box.power_cut()
        if self.has_met_plan:
            self.box.plan()
        self.box.start()

    def close(self) -> None:
        for part in self.parts.values():
            part.end()
        self.exit.close()
        self.box.power_cut()
        for line in self.lines.values():
            line.close()

    # --- inside

    def _place_devices(self) -> None:
        """The gateway as this terminal sees it: by a line of its own."""
        self._devices = self.folder / "devices"
        self._devices.mkdir(exist_ok=True)
        shutil.copy(self.installation.home / "devices" / "token", self._devices / "token")
        (self._devices / "url").write_text(f"http://127.0.0.1:{self.lines['gateway'].port}\n")

    def _node(self, port: int) -> Part:
        """It knows itself under the address of the line; it listens behind it."""
        self._node_url = f"http://127.0.0.1:{port}"
        own = self.installation.environ | {"KOIKI_PORTAL_URL": self.portal_url, "KOIKI_MATRIX_LISTEN": self._node_url}
        return Part("node", self.portal_side, self.folder / "points-node", own)

    def _agent(self, case: Case) -> Part:
        own = {
            "KOIKI_AGENT_HOME": str(self.folder), "KOIKI_AGENT_PORTAL_URL": self.portal_url, "KOIKI_DEMO": "1",
            "KOIKI_AGENT_CARDS": str(self.installation.home / "tray" / "cards"),
            "KOIKI_AGENT_DEVICES": str(self._devices),
            "KOIKI_AGENT_PRINTER": f"ipp://localhost:{self.lines['printer'].port}/ipp/print",
            "KOIKI_AGENT_EXIT_SENSOR": "" if case.sensor == NONE else str(self.exit.file),
            "KOIKI_AGENT_PATIENCE_SECONDS": str(PATIENCE_SECONDS - SHEET_SECONDS * case.sheets),
            "KOIKI_MATRIX_LEFT_SECONDS": str(LEFT_SECONDS if case.leaves else TAKEN_SECONDS),
        }  # fmt: skip
        return Part("agent", self.agent_side, self.folder / "points-agent", self.installation.environ | own)


@contextmanager
def nurseries(environ: dict[str, str]) -> Iterator[tuple[Nursery, Nursery]]:
    """Of the portal's side, and of the agents'."""
    portal, agents = Nursery("portal", environ), Nursery("agents", environ)
    try:
        yield portal, agents
    finally:
        portal.close()
        agents.close()
