"""Real processes: gunicorn and a worker, of this tree and of a copy that differs by one line. Both engines."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app import serve
from app.nodes import queries
from app.nodes.agreement import Role
from app.nodes.build import PARTS, ROOT
from tests.integration.nodes.conftest import Site
from tests.journey.installation import free_ports

SECONDS = 60


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree as it is now: somebody may be working on it."""
    tree = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        put = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        put(ROOT / part, tree / part)
    return tree


@pytest.fixture(scope="module")
def copy(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same again, in another folder: the same build."""
    return shutil.copytree(tree, tmp_path_factory.mktemp("copy") / "tree")


@contextmanager
def changed(path: Path, text: str | None) -> Iterator[None]:
    """A file says something else for a while, or is gone."""
    before = path.read_text()
    path.unlink()
    if text is not None:
        path.write_text(before + text)
    try:
        yield
    finally:
        path.write_text(before)


class Programs:
    """Processes of one site, ended with the test."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._folder, self._running = folder, []
        quiet = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self._environ = quiet | site.environ

    def start(self, *command: str, tree: Path, **environ: str) -> subprocess.Popen[bytes]:
        stderr = (self._folder / f"stderr-{len(self._running)}").open("wb")
        with stderr:
            words = {"env": self._environ | environ, "cwd": tree, "start_new_session": True}
            self._running.append(subprocess.Popen(command, stdout=stderr, stderr=stderr, **words))
        return self._running[-1]

    def web(self, tree: Path, **environ: str) -> tuple[subprocess.Popen[bytes], str]:
        url = f"http://127.0.0.1:{free_ports(1)[0]}"
        return self.start(*serve.gunicorn("wsgi:app", url, "-w", "1"), tree=tree, **environ), url

    def said(self, process: subprocess.Popen[bytes]) -> str:
        """What it printed, once it has ended."""
        process.wait(SECONDS)
        return (self._folder / f"stderr-{self._running.index(process)}").read_text()

    def close(self) -> None:
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def programs(site: Site, tmp_path: Path) -> Iterator[Programs]:
    made = Programs(site, tmp_path)
    yield made
    made.close()


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("this process does not serve: ")]


def test_an_update_must_end_the_old_program_first(app: Flask, programs: Programs, tree: Path, copy: Path) -> None:
    old, url = programs.web(tree)
    until(lambda: serve.is_listening(url) and len(queries.list_live()) == 1, "the portal")
    twin = programs.start(*serve.flask("issuance", "relay"), tree=copy)
    until(lambda: {node.role for node in queries.list_live()} == {Role.WEB, Role.RELAY}, "the same build elsewhere")
    twin.terminate()
    assert programs.said(twin) == ""
    with changed(copy / "templates" / "errors" / "kind.html", "\n"):
        worker = programs.start(*serve.flask("issuance", "worker"), tree=copy)
        new, _url = programs.web(copy)
        says = programs.said(worker)
        assert (worker.returncode, says.splitlines()) == (3, lines_of(says))
        assert "web on" in says
        assert "is of build" in says
        says = programs.said(new)  # gunicorn itself ends: it starts no worker again and again
        assert new.returncode == 3
        assert set(lines_of(says)) != set()
        assert "Traceback" not in says
        assert (old.poll(), len(queries.list_live())) == (None, 1)
        old.terminate()  # what docs/operators.md says: end the old one, then begin
        assert old.wait(SECONDS) == 0
        assert queries.list_live() == []
        begun = programs.start(*serve.flask("issuance", "relay"), tree=copy)
        until(lambda: [node.role for node in queries.list_live()] == [Role.RELAY], "the new program")
        begun.terminate()
        assert (programs.said(begun), begun.returncode) == ("", 0)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_missing_template_and_flask_run_is_no_way_around(programs: Programs, copy: Path) -> None:
    with changed(copy / "templates" / "kiosk" / "take.html", None):
        run = serve.flask("run", "--port", str(free_ports(1)[0]))
        process = programs.start(*run, tree=copy, FLASK_RUN_FROM_CLI="true")
        says = programs.said(process)
    assert process.returncode == 3
    assert "take.html is missing" in lines_of(says)[0]


def test_the_supervisor_does_not_start_it_again() -> None:
    part = serve.Part("portal", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    part.start()
    with pytest.raises(SystemExit, match="portal must not serve"):
        serve.supervise([part])
