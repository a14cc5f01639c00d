"""Settings are refused when they cannot be meant, and do not show what they keep."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.config import SECRET_NAMES, BadSettingError, Config, MissingSecretError, load

KEY = b"k" * 32


@pytest.mark.parametrize("value", ["", "abc", "***", base64.b64encode(b"k" * 31).decode()])
def test_what_is_no_secret_is_told_like_a_missing_one(tmp_path: Path, value: str) -> None:
    config = load({"KOIKI_HOME": str(tmp_path), "KOIKI_SECRET_SESSION": value})
    with pytest.raises(MissingSecretError, match="KOIKI_SECRET_SESSION"):
        config.secrets  # noqa: B018 asking for them is the check


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KOIKI_UNION_URL", "secret@db"),
        ("KOIKI_PLACE_CELL", "mysql://secret@db/x"),
        ("KOIKI_SURFACES", "kiosk,kisok"),
        ("KOIKI_SILENT_SECONDS", "0"),
        ("KOIKI_RELAY_LATE_SECONDS", "secret"),
        ("KOIKI_PROXIES", "-1"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_without_repeating_a_url(name: str, value: str) -> None:
    with pytest.raises(BadSettingError, match=name) as refused:
        load({name: value})
    assert "secret" not in str(refused.value)


def test_limits_are_seconds() -> None:
    config = load({"KOIKI_SILENT_SECONDS": "7", "KOIKI_SILENT_CASE_SECONDS": "70", "KOIKI_RELAY_LATE_SECONDS": "700"})
    assert (config.silent_seconds, config.silent_case_seconds, config.relay_late_seconds) == (7, 70, 700)


def test_surfaces_may_be_written_with_blanks() -> None:
    assert load({"KOIKI_SURFACES": "kiosk, agents,"}).surfaces == ("kiosk", "agents")


def test_no_secret_in_a_representation() -> None:
    environ = {f"KOIKI_SECRET_{name.upper()}": base64.b64encode(KEY).decode() for name in SECRET_NAMES}
    places = {"cell": "postgresql://koiki:hidden@db/cell"}
    config = Config(Path("/nowhere"), "postgresql://koiki:hidden@db/union", place_urls=places, environ=environ)
    shown = repr(config) + repr(config.secrets) + str(config.secrets)
    assert config.secrets.session == KEY
    assert "hidden" not in shown
    assert "kkkk" not in shown
    assert environ["KOIKI_SECRET_SESSION"] not in shown
