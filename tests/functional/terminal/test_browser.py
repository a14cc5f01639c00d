"""The kiosk's browser: a fresh one for each resident, nothing left of the one before. Chromium is a stand-in here."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from app.terminal import browser, commands
from app.terminal.browser import FLAGS, Kiosk, file_system, keep, policies
from app.terminal.errors import SettingsError
from app.terminal.screen import Screen
from tests.functional.terminal.conftest import AGENT_URL

CHROMIUM = """#!/bin/sh
echo "$@" > "$HOME/words"; mkdir -p "$HOME/profile"; echo secret > "$HOME/profile/Cookies"; echo secret > "$TMPDIR/x"
sleep 600 & sleep 600
"""


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


class FakeAgent:
    """Answers `/browser.json`."""

    def __init__(self) -> None:
        self.says: dict[str, object] = {"browser": "", "is_used": False}
        self._server = make_server("127.0.0.1", 0, self._answer, handler_class=Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, _environ, start):
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(self.says).encode()]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Stand:
    """A kiosk whose browsers come and go."""

    def __init__(self, kiosk: Kiosk, agent: FakeAgent) -> None:
        self.kiosk, self.agent, self._stop = kiosk, agent, threading.Event()
        self._thread = threading.Thread(target=keep, args=(kiosk, self._stop), daemon=True)
        self._thread.start()

    def folders(self) -> list[Path]:
        return sorted(self.kiosk.folder.iterdir())

    def browser(self, *, after: Path | None = None) -> Path:
        """The folder of the one that stands there, once it is another than `after` and has written everything."""
        until(lambda: [f for f in self.folders() if f != after and (f / "x").exists()], "a browser")
        (folder,) = self.folders()
        return folder

    def words(self, folder: Path) -> list[str]:
        return (folder / "words").read_text().split()

    def name(self, folder: Path) -> str:
        return parse_qs(urlsplit(self.words(folder)[-1]).query)["browser"][0]

    def close(self) -> None:
        self._stop.set()
        self._thread.join(20)
        self.agent.close()


@pytest.fixture
def memory() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="koiki-test-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def kiosk(memory: Path, tmp_path: Path) -> Kiosk:
    script = tmp_path / "chromium"
    script.write_text(CHROMIUM)
    script.chmod(0o700)
    return Kiosk("http://127.0.0.1:9", memory, str(script))


@pytest.fixture
def stand(kiosk: Kiosk, memory: Path) -> Iterator[Stand]:
    agent = FakeAgent()
    made = Stand(Kiosk(agent.url, memory, kiosk.chromium), agent)
    yield made
    made.close()


def test_it_is_started_on_a_profile_of_its_own(stand: Stand) -> None:
    folder = stand.browser()
    words = stand.words(folder)
    assert set(FLAGS) < set(words)
    assert f"--user-data-dir={folder}/profile" in words
    assert "--no-sandbox" not in words
    assert words[-1].startswith(f"{stand.agent.url}/start?browser=")


def test_a_used_one_is_replaced_and_wiped(stand: Stand) -> None:
    first = stand.browser()
    stand.agent.says = {"browser": "another one", "is_used": True}
    time.sleep(2 * browser.LOOK_SECONDS)  # it is not this one that was used
    assert stand.folders() == [first]
    stand.agent.says = {"browser": stand.name(first), "is_used": True}
    second = stand.browser(after=first)
    assert not first.exists()
    assert stand.name(second)
    assert [p for p in _everybody() if str(first) in p] == []


def test_without_wiping_it_would_be_found(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "wipe", lambda _folder: None)
    first = stand.browser()
    stand.agent.says = {"browser": stand.name(first), "is_used": True}
    until(lambda: len(stand.folders()) == 2, "another browser")
    assert (first / "profile" / "Cookies").read_text() == "secret\n"


def test_one_that_crashes_is_replaced_and_wiped(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PAUSE_SECONDS", 0.0)
    first = stand.browser()
    browser.end_users_of(first)
    stand.browser(after=first)
    assert not first.exists()


def test_at_the_end_nothing_is_left(stand: Stand) -> None:
    stand.browser()
    stand.close()
    assert stand.folders() == []


def test_what_a_killed_predecessor_left_goes_first(kiosk: Kiosk) -> None:
    left, foreign = kiosk.folder / f"{kiosk.prefix}old", kiosk.folder / "koiki-browser-10-old"
    for folder in (left, foreign):
        (folder / "profile").mkdir(parents=True)
    stop = threading.Event()
    stop.set()
    keep(kiosk, stop)
    assert list(kiosk.folder.iterdir()) == [foreign]  # another terminal's


def _everybody() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*/environ"):
        try:
            found.append(process.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


# --- what the agent knows of it


def test_a_browser_is_used_when_it_comes_back(tmp_path: Path) -> None:
    screen = Screen(tmp_path / "browser")
    assert screen.arrive("")  # nobody replaces browsers here
    assert screen.arrive("b-1")
    assert screen.arrive("b-1")  # the first page once more: the portal was not there yet
    assert not screen.arrive("")
    assert not screen.arrive("b-1")
    again = Screen(tmp_path / "browser")  # the agent starts again
    assert (again.browser, again.arrive("")) == ("b-1", False)
    assert again.arrive("b-2")


def test_the_start_of_a_kiosk(agent) -> None:
    client = agent.test_client()
    plain = client.get("/start", base_url=AGENT_URL)
    assert "replaced" not in plain.location
    first = client.get("/start?browser=b-1", base_url=AGENT_URL)
    assert (first.status_code, first.location.endswith("&replaced=1")) == (303, True)
    assert client.get("/browser.json", base_url=AGENT_URL).json == {"browser": "b-1", "is_used": False}
    waiting = client.get("/start", base_url=AGENT_URL)
    assert waiting.status_code == 200
    assert "しばらくお待ちください" in waiting.text
    assert client.get("/browser.json", base_url=AGENT_URL).json["is_used"]


# --- what it is not started with


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"agent_url": "http://kiosk.example:9911"}, "must be on this machine"),
        ({"folder": Path("/nowhere")}, "/nowhere is no folder"),
        ({"folder": Path("/")}, "is not in memory"),
        ({"chromium": "no-such-browser"}, "install chromium"),
    ],
)
def test_what_cannot_be(kiosk: Kiosk, changes: dict[str, object], says: str) -> None:
    kiosk.check()
    with pytest.raises(SettingsError, match=says):
        Kiosk(**(vars(kiosk) | changes)).check()


def test_the_command_says_it_in_one_line(agent, tmp_path: Path) -> None:
    words = ["browser", "--url", AGENT_URL, "--folder", "/proc", "--chromium", "sh"]
    done = agent.test_cli_runner().invoke(commands.group, words)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert file_system(Path("/proc/self")) == "proc"


def test_policies(agent) -> None:
    words = ["browser-policies", "--portal", "https://portal.example", "--url", AGENT_URL]
    told = json.loads(agent.test_cli_runner().invoke(commands.group, words).stdout)
    assert told == policies("https://portal.example", AGENT_URL)
    assert (told["URLBlocklist"], told["URLAllowlist"]) == (["*"], ["https://portal.example", AGENT_URL])
    assert told["PrintingEnabled"] is False
