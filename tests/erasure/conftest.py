"""A whole installation whose every trace is kept apart: files, output of each process, browser, printer.

One resident has a name, a card and a PIN like nobody else.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app import create_app, serve
from app.cards import service as cards
from app.cards.models import CardUser
from app.cards.vocabularies import CardKind
from app.municipalities.partitions import partitions
from app.terminal.browser import Kiosk
from tests.erasure.finding import Wanted
from tests.journey import robot
from tests.journey.installation import Installation, copy_of, free_ports
from tests.printing.box import BINARY, Bus, PrinterBox

TOWN, CARD, NAME, KANA, PIN = "902012", "01-wakakusa-citizen-card", "鑢谷　消跡子", "ヤスリヤ　ケシアトコ", "0739"
SECONDS = 90
CHROMIUM = """#!/bin/sh
exec /usr/bin/chromium --headless=new --disable-gpu --remote-debugging-port=%d %s "$@"
"""


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@dataclass
class Traces:
    """The installation, and every place in which something of a visit could remain."""

    installation: Installation
    folder: Path  # logs, temporary files, everything beside KOIKI_HOME
    profiles: Path  # in memory
    printer: PrinterBox
    debug_port: int
    wanted: Wanted
    parts: list[serve.Part] = field(default_factory=list)

    @property
    def agent_url(self) -> str:
        return self.installation.agent_urls[0]

    @property
    def partition(self) -> Path:
        return self.installation.home / "partitions" / f"{TOWN}.db"

    @property
    def folders(self) -> list[Path]:
        """Everything that any of the processes was told to write into."""
        return [self.installation.home, self.folder, self.profiles]

    def start(self, terminals: int = 1) -> None:
        (self.folder / "temporary").mkdir()
        environ = self.installation.environ | {"TMPDIR": str(self.folder / "temporary")}
        self.parts = serve.parts(self.installation.config, terminals, 1, environ)
        self.parts.append(serve.Part("browser", self._browser(), environ))
        for part in self.parts:
            if part.name.startswith("agent "):
                part.environ = {**part.environ, "KOIKI_AGENT_PRINTER": self.printer.uri}
            self._start(part)
        until(lambda: serve.is_listening(self.installation.portal_url), "the portal")
        until(lambda: serve.is_listening(self.agent_url), "the agent")

    def _browser(self) -> list[str]:
        chromium = self.folder / "chromium"
        root = "--no-sandbox" if os.geteuid() == 0 else ""
        chromium.write_text(CHROMIUM % (self.debug_port, root))
        chromium.chmod(0o700)
        words = ["--url", self.agent_url, "--folder", str(self.profiles), "--chromium", str(chromium)]
        return [sys.executable, "-m", "flask", "--app", "app.terminal:create_agent", "agent", "browser", *words]

    def _start(self, part: serve.Part) -> None:
        with (self.folder / f"{part.name.replace(' ', '-')}.log").open("wb") as log:
            part.process = subprocess.Popen(
                part.command, env=part.environ, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> None:
        serve.stop_all(self.parts)

    def profile(self) -> Path | None:
        """The folder of the browser that stands there now."""
        found = list(self.profiles.glob(f"{Kiosk(self.agent_url, self.profiles, '').prefix}*"))
        assert len(found) < 2, "two browsers at once"
        return found[0] if found else None

    def is_forgotten_by_the_printer(self) -> bool:
        """Whether the agent has seen that the printer does not know its jobs any more."""
        (book,) = self.installation.home.rglob("jobs.db")
        query = """SELECT count(*), count(memory.forgotten_at) FROM job LEFT JOIN memory USING (attempt_id)
                   WHERE job.job_id > 0"""
        with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as jobs:
            (made, forgotten) = jobs.execute(query).fetchone()
        return made == forgotten > 0

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(f"file:{self.partition}?mode=ro", uri=True) as town:
            return town.execute(query).fetchall()


def _mark_resident(installation: Installation) -> str:
    """One resident gets the name and the PIN; gives the number of the card."""
    number: str = json.loads((installation.home / "tray" / "cards" / f"{CARD}.json").read_text())["card_id"]
    with create_app(installation.config, surfaces=()).app_context():
        with partitions.open(TOWN, write=True) as p:
            card = (
                p.session.query(CardUser).filter_by(kind=CardKind.CITIZEN_CARD).order_by(CardUser.card_user_id).first()
            )
            cards.set_pin(p, "test", card.card_user_id, PIN)
            atena_no = card.atena_no
        partitions.dispose()
    with sqlite3.connect(installation.home / "partitions" / f"{TOWN}.db") as town:
        (old,) = town.execute(
            "SELECT name FROM person_version WHERE atena_no = ? AND is_current", (atena_no,)
        ).fetchone()
        for column in ("name", "household_head", "register_head"):
            town.execute(f"UPDATE person_version SET {column} = ? WHERE {column} = ?", (NAME, old))  # noqa: S608
        town.execute("UPDATE person_version SET name_kana = ? WHERE atena_no = ?", (KANA, atena_no))
    return number


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    assert Path(BINARY).exists(), "the package cups-ipp-utils is missing: script/setup --tests installs it"
    made = Bus(tmp_path_factory.mktemp("bus"))
    yield made
    made.close()


@pytest.fixture
def traces(demo: Installation, bus: Bus, tmp_path: Path) -> Iterator[Traces]:
    """Running, with a printer that keeps a document for as long as its list of jobs: a minute."""
    installation = copy_of(demo, tmp_path / "home")
    profiles = Path(tempfile.mkdtemp(prefix="koiki-test-", dir="/dev/shm"))
    printer = PrinterBox(tmp_path / "printer", bus, keeps=False).start()
    (tmp_path / "beside").mkdir()
    wanted = Wanted((NAME, NAME.replace("　", " "), KANA, _mark_resident(installation)), (PIN,))
    made = Traces(installation, tmp_path / "beside", profiles, printer, free_ports(1)[0], wanted)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        robot.close_all()
        printer.power_cut()
        shutil.rmtree(profiles, ignore_errors=True)
