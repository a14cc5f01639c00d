"""One browser and one running installation for everything here; a kiosk that hears every complaint of the browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.person import PATIENCE_MS, Person, Watcher, new_page
from tests.e2e.terminals import TERMINALS, Terminal, make_slow
from tests.journey import robot
from tests.journey.installation import Installation, copy_of, running

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these share one worker with the journeys, and none is judged by its time."""
    for item in items:
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("journey"))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Its sandbox needs a user other than root."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def installation(demo: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A copy of the demo with the terminals of `Terminal` running."""
    home = tmp_path_factory.mktemp("browsed") / "home"
    with running(copy_of(demo, home), TERMINALS) as started:
        make_slow(started, Terminal.SLOW)
        yield started


@pytest.fixture(autouse=True)
def everybody_goes_home() -> Iterator[None]:
    yield
    robot.close_all()


@pytest.fixture
def watcher() -> Watcher:
    """What the browsers of one test complained about."""
    return Watcher()


@pytest.fixture
def kiosk(browser: Browser, installation: Installation, watcher: Watcher) -> Iterator[Person]:
    """Somebody at the kiosk of 若草市. The test fails on any error of a page or breach of its content policy."""
    person = Person(new_page(browser, watcher), installation.agent_urls[Terminal.WAKAKUSA])
    yield person
    person.go_home()
    person.page.context.close()
    assert watcher.troubles == []
