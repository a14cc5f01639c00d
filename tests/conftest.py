"""What tests of several rooms share: one invented union for everything that runs a whole installation."""

from __future__ import annotations

import pytest

import app.certificates.catalogue  # noqa: F401 announces the kinds that a block, a fee or a text may name
from tests.journey.installation import Installation, make_demo

RESIDENTS = 600
CARDS_PER_TOWN = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The crowd first: everything else passes beside it. Browsers last: they like a machine with time for them."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("load") is not None:
        return 0
    is_browser = item.nodeid.startswith(("tests/e2e/", "tests/journey/")) or item.get_closest_marker("e2e") is not None
    return 2 if is_browser else 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Never started: tests run copies of it."""
    return make_demo(tmp_path_factory.mktemp("demo") / "home", RESIDENTS, CARDS_PER_TOWN)
