"""A running installation of the invented union, and what its residents hold in their hands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey import robot
from tests.journey.installation import Installation, copy_of, running


@pytest.fixture(scope="module")
def installation(demo: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A copy of the demo with two terminals running: 若草市 and 星見市."""
    with running(copy_of(demo, tmp_path_factory.mktemp("running") / "home"), terminals=2) as started:
        yield started


@pytest.fixture(autouse=True)
def everybody_goes_home() -> Iterator[None]:
    yield
    robot.close_all()


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """A folder for the sheets that a test takes home."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    return folder
