"""The kiosk's browser: Chromium on a fresh profile for each resident, in memory only, wiped when they have left.

A program of its own, which needs no key and no file of the agent: it asks the agent on loopback whether its browser has
served somebody (`screen.py`), and puts a new one in its place; also in the place of one that crashed.
"""

from __future__ import annotations

import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.terminal.errors import SettingsError
from app.terminal.settings import LOOPBACK

LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 5.0  # for Chromium to end when it is asked to
PAUSE_SECONDS = 1.0  # before one that crashed is replaced
IN_MEMORY = ("tmpfs", "ramfs")
# Never --no-sandbox: run it as a user that is not root. Each switch was found in Chromium 156.
FLAGS = (
    "--kiosk",
    "--incognito",
    "--no-first-run",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--autoplay-policy=no-user-gesture-required",
    "--password-store=basic",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-breakpad",  # a crash dump holds what was on the screen
)


@dataclass(frozen=True)
class Kiosk:
    """What the browser of one terminal is made of. `folder` lies in memory."""

    agent_url: str
    folder: Path
    chromium: str

    @property
    def prefix(self) -> str:
        """How the folders of this terminal's browsers begin: another one may be on the same machine."""
        return f"koiki-browser-{urlsplit(self.agent_url).port}-"

    def check(self) -> None:
        """:raises SettingsError: with one line that says what cannot be."""
        if urlsplit(self.agent_url).hostname not in LOOPBACK:
            raise SettingsError("the agent's address must be on this machine")
        if not self.folder.is_dir():
            raise SettingsError(f"{self.folder} is no folder")
        if (kind := file_system(self.folder)) not in IN_MEMORY:
            raise SettingsError(f"{self.folder} is not in memory ({kind}): what a resident did would go to a disk")
        if shutil.which(self.chromium) is None:
            raise SettingsError(f"{self.chromium} is missing: install chromium")


class Browser:
    """One Chromium on one profile. Everything that it writes goes into one folder."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk
        self.name = secrets.token_urlsafe(16)
        self.folder = Path(tempfile.mkdtemp(prefix=kiosk.prefix, dir=kiosk.folder))
        self._process = self._start()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def has_served(self, client: httpx.Client) -> bool:
        """Whether a resident has left it. An agent that does not answer knows of nobody."""
        with suppress(httpx.HTTPError, ValueError):
            told = client.get("/browser.json").json()
            return bool(told["browser"] == self.name and told["is_used"])
        return False

    def end(self) -> None:
        """End every process of it and wipe its folder: both are gone when this returns."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()
        wipe(self.folder)

    def _start(self) -> subprocess.Popen[bytes]:
        data, first = f"--user-data-dir={self.folder}/profile", f"{self._kiosk.agent_url}/start?browser={self.name}"
        own = {name: str(self.folder) for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        return subprocess.Popen(  # noqa: S603 the administrator's own words
            [self._kiosk.chromium, *FLAGS, data, first],
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # Chromium logs addresses
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_no_core_dump,  # noqa: PLW1509 this program has one thread
        )

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def keep(kiosk: Kiosk, stop: threading.Event) -> None:
    """One browser after the other until `stop`. What a killed predecessor left behind goes first."""
    for folder in kiosk.folder.glob(f"{kiosk.prefix}*"):
        end_users_of(folder)
        wipe(folder)
    with httpx.Client(base_url=kiosk.agent_url, timeout=2, trust_env=False) as client:
        while not stop.is_set():
            _serve_one(kiosk, client, stop)


def _serve_one(kiosk: Kiosk, client: httpx.Client, stop: threading.Event) -> None:
    if not _is_there(client):
        stop.wait(PAUSE_SECONDS)
        return
    browser = Browser(kiosk)
    try:
        while browser.is_running() and not browser.has_served(client) and not stop.wait(LOOK_SECONDS):
            continue
        has_crashed = not browser.is_running()
    finally:
        browser.end()
    if has_crashed:
        stop.wait(PAUSE_SECONDS)


def _is_there(client: httpx.Client) -> bool:
    with suppress(httpx.HTTPError):
        return client.get("/browser.json").is_success
    return False


def wipe(folder: Path) -> None:
    """Nothing of it is left; a process that is just ending may still write for a moment."""
    end = time.monotonic() + PATIENCE_SECONDS
    while folder.exists() and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=False) if folder.exists() else None


def end_users_of(folder: Path) -> None:
    """Kill whatever was started with this folder in its words."""
    for process in _processes():
        with suppress(OSError):
            if str(folder).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def _processes() -> Iterator[Path]:
    yield from (path for path in Path("/proc").iterdir() if path.name.isdigit() and int(path.name) != os.getpid())


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies in (proc(5), mountinfo)."""
    lines = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    mounts = {_plain(line[4]): line[line.index("-") + 1] for line in lines}
    place = folder.resolve()
    return next(mounts[str(path)] for path in (place, *place.parents) if str(path) in mounts)


def _plain(mount: str) -> str:
    """Blanks are written as octal numbers there."""
    return re.sub(r"\\([0-7]{3})", lambda number: chr(int(number[1], 8)), mount)


def _no_core_dump() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def policies(portal_url: str, agent_url: str) -> Mapping[str, Any]:
    """For /etc/chromium/policies/managed: what a flag cannot forbid (chromeenterprise.google/policies)."""
    return {
        "URLBlocklist": ["*"],
        "URLAllowlist": [portal_url, agent_url],
        "AudioCaptureAllowed": False,
        "AutofillAddressEnabled": False,
        "AutofillCreditCardEnabled": False,
        "BackgroundModeEnabled": False,
        "BrowserSignin": 0,
        "DefaultGeolocationSetting": 2,
        "DefaultNotificationsSetting": 2,
        "DefaultPopupsSetting": 2,
        "DeveloperToolsAvailability": 2,
        "DownloadRestrictions": 3,
        "MetricsReportingEnabled": False,
        "NetworkPredictionOptions": 2,
        "PasswordManagerEnabled": False,
        "PrintingEnabled": False,
        "SavingBrowserHistoryDisabled": True,
        "SearchSuggestEnabled": False,
        "SpellcheckEnabled": False,
        "SyncDisabled": True,
        "TranslateEnabled": False,
        "VideoCaptureAllowed": False,
    }
