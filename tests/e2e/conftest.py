"""One browser and one running installation for everything here; a kiosk that hears every complaint of the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.chromium import open_browser
from tests.e2e.person import Person, Watcher, new_page
from tests.e2e.terminals import TERMINALS, Terminal, make_slow
from tests.journey import robot
from tests.journey.installation import Installation, copy_of, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """None of these is judged by its time."""
    for item in items:
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker(pytest.mark.e2e)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


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
