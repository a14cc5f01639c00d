"""What tests of several rooms share: one invented union for everything that runs a whole installation."""

from __future__ import annotations

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

import app.certificates.catalogue  # noqa: F401 announces the kinds that a block, a fee or a text may name
from tests.journey.installation import Installation, make_demo

RESIDENTS = 600
CARDS_PER_TOWN = 4
ON_PROCESSES = re.compile(r"^tests/incidents/.*(\[(?:sqlite|postgresql)\])$")


class Sharing(LoadFileScheduling):
    """A file stays on one worker. Incidents on processes stay together by engine: each of their worlds starts once."""

    def _split_scope(self, nodeid: str) -> str:
        found = ON_PROCESSES.match(nodeid)
        return f"incidents{found[1]}" if found else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The crowd first: everything else passes beside it. Browsers last: they like a machine with time for them."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("load") is not None:
        return 0
    is_browser = item.nodeid.startswith(("tests/e2e/", "tests/journey/")) or item.get_closest_marker("e2e") is not None
    is_longest = item.nodeid.startswith("tests/e2e/test_screens.py")  # begun last, the others would be over before it
    return (2 if is_longest else 3) if is_browser else 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Never started: tests run copies of it."""
    return make_demo(tmp_path_factory.mktemp("demo") / "home", RESIDENTS, CARDS_PER_TOWN)
