"""A workshop with its devices switched on, and drivers that do not rest after a silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.terminal import cash_line, gateway
from tests.devices.workshop import Workshop


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cash_line, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(cash_line, "REST_SECONDS", 0.0)
    monkeypatch.setattr(cash_line, "STATUS_SECONDS", 0.0)
    monkeypatch.setattr(gateway, "REST_SECONDS", 0.0)
    monkeypatch.setattr(gateway, "STATUS_SECONDS", 0.0)


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Workshop]:
    """Nothing runs yet."""
    made = Workshop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def workshop(stopped: Workshop) -> Workshop:
    stopped.open()
    return stopped
