"""Settings do not show what they keep."""

from __future__ import annotations

import base64
from pathlib import Path

from app.config import SECRET_NAMES, Config

KEY = b"k" * 32


def test_no_secret_in_a_representation() -> None:
    environ = {f"KOIKI_SECRET_{name.upper()}": base64.b64encode(KEY).decode() for name in SECRET_NAMES}
    places = {"cell": "postgresql://koiki:hidden@db/cell"}
    config = Config(Path("/nowhere"), "postgresql://koiki:hidden@db/union", place_urls=places, environ=environ)
    shown = repr(config) + repr(config.secrets) + str(config.secrets)
    assert config.secrets.session == KEY
    assert "hidden" not in shown
    assert "kkkk" not in shown
    assert environ["KOIKI_SECRET_SESSION"] not in shown
