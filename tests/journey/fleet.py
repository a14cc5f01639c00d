"""A big installation for a long run: many agents in few processes, every process started again when it ends.

As an init system would: whoever is killed is back within a second, and nobody is told that it happened.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import time as daytime
from pathlib import Path

from app import create_app, serve
from app.demo.towns import TOWNS
from app.municipalities import decisions
from app.municipalities.partitions import partitions
from tests.journey.boxes import BoxDesk, place
from tests.journey.installation import Installation
from tests.journey.robot import Desk
from tests.printing.box import Bus, PrinterBox

AGENTS_IN_A_PROCESS = 5
LOOK_SECONDS = 0.3
READY_SECONDS = 300  # forty agents on two cores
ALL_DAY = daytime(0), daytime(23, 59, 59)
VICTIMS = ("portal", "worker", "relay", "reconcile", "agents")
FAMILY_KINDS = ("family_register_full", "family_register_individual", "family_register_addresses")


@dataclass
class Fleet:
    """`kills` counts whom it has killed, by name."""

    installation: Installation
    terminals: int
    issuance_workers: int = 2
    portal_workers: int = 2
    real_printers: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    parts: list[serve.Part] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _boxes: dict[str, PrinterBox] = field(default_factory=dict)
    _bus: Bus | None = None

    @property
    def folders(self) -> list[Path]:
        """Of the terminals that run, in the order of their addresses."""
        return serve.agent_folders(self.installation.config)[: self.terminals]

    @property
    def urls(self) -> list[str]:
        return [serve.agent_url(folder) for folder in self.folders]

    def desk_of(self, folder: Path) -> Desk:
        """Hands at this terminal."""
        url, box = serve.agent_url(folder), self._boxes.get(folder.name)
        return BoxDesk(url, box=box) if box else Desk(url)

    def start(self) -> None:
        if self.real_printers:
            self._bus = Bus(self.installation.home.parent)
            self._boxes = place(self.folders[-self.real_printers :], self._bus)
        environ = self.installation.environ
        common = serve.parts(self.installation.config, 0, self.portal_workers, environ)
        more = [serve.Part("worker", serve.flask("issuance", "worker"), environ)] * (self.issuance_workers - 1)
        self.parts = [*common, *(serve.Part(p.name, p.command, p.environ) for p in more), *self._agents()]
        for part in self.parts:
            part.start()
        self._wait()
        self.installation.running = self.parts
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        self._over.set()
        serve.stop_all(self.parts)
        for box in self._boxes.values():
            box.power_cut()
        if self._bus is not None:
            self._bus.close()

    def kill(self, dice: random.Random) -> None:
        """One process, without a farewell: a kind of victim first, so that every kind has its turn."""
        kind = dice.choice(VICTIMS)
        part = dice.choice([part for part in self.parts if part.name == kind])
        pids = self.installation.portal_workers if kind == "portal" else [part.process.pid] if part.process else []
        if pids:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(pids), signal.SIGKILL)
            self.kills[kind] += 1

    def _agents(self) -> Iterator[serve.Part]:
        home = self.installation.home
        around = {"KOIKI_AGENT_CARDS": str(home / "tray" / "cards"), "KOIKI_AGENT_DEVICES": str(home / "devices")}
        for group in _grouped(self.folders, AGENTS_IN_A_PROCESS):
            command = [sys.executable, "-m", "tests.journey.agents", *map(str, group)]
            yield serve.Part("agents", command, self.installation.environ | around)

    def _wait(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not all(serve.is_listening(url) for url in (self.installation.portal_url, *self.urls)):
            assert time.monotonic() < deadline, "the installation did not come up"
            time.sleep(0.2)

    def _keep(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            for part in self.parts:
                if part.has_ended() and not self._over.is_set():
                    part.start()


@contextmanager
def sailing(fleet: Fleet) -> Iterator[Fleet]:
    """Started, and stopped whatever happens."""
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.stop()


def open_day_and_night(installation: Installation) -> None:
    """Let all ten towns issue everything at any hour: a long run knows no office hours."""
    with create_app(installation.config, surfaces=()).app_context():
        for town in TOWNS:
            decisions.set_hours("soak", town.code, ALL_DAY)
            for kind in FAMILY_KINDS:
                decisions.set_hours("soak", town.code, ALL_DAY, kind=kind)
    partitions.dispose()


def _grouped(folders: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    for start in range(0, len(folders), size):
        yield folders[start : start + size]
