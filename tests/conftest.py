"""What tests of several rooms share: one invented union for everything that runs a whole installation."""

from __future__ import annotations

import pytest

from tests.journey.installation import Installation, make_demo

RESIDENTS = 600
CARDS_PER_TOWN = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file begins first: everything else passes beside it, and no worker waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("load") is None)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Never started: tests run copies of it."""
    return make_demo(tmp_path_factory.mktemp("demo") / "home", RESIDENTS, CARDS_PER_TOWN)
