"""Real parts: a printer that speaks IPP, its paper, and its plug."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.terminal.conftest import chip_key, device_seed, portal, settings
from tests.printing.box import BINARY, Bus, CutLine, PrinterBox

__all__ = ["chip_key", "device_seed", "portal", "settings"]


@pytest.fixture(scope="session")
def bus(tmp_path_factory) -> Iterator[Bus]:
    assert Path(BINARY).exists(), "the package cups-ipp-utils is missing: script/setup --tests installs it"
    bus = Bus(tmp_path_factory.mktemp("bus"))
    yield bus
    bus.close()


@pytest.fixture
def box(tmp_path: Path, bus: Bus) -> Iterator[PrinterBox]:
    box = PrinterBox(tmp_path / "printer", bus).start()
    yield box
    box.power_cut()


@pytest.fixture
def line(box: PrinterBox) -> Iterator[CutLine]:
    line = CutLine(box.port)
    yield line
    line.close()
