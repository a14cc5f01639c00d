"""Keys of no installation, and an argon2 that costs next to nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cards import keys
from app.config import SECRET_NAMES, Config


@pytest.fixture(name="settings")
def settings_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    environ = {
        f"KOIKI_SECRET_{name.upper()}": base64.b64encode(bytes([n]) * 32).decode()
        for n, name in enumerate(SECRET_NAMES)
    }
    config = Config(tmp_path, "sqlite://", portal_url="https://portal.test", demo=True, environ=environ)
    monkeypatch.setattr(keys._Holder, "settings", None)
    keys.configure(config, keys.HashCost(passes=1, memory_kib=8))
    return config
