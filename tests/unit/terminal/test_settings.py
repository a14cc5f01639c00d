"""Who a terminal is: complete or no start, and never a PIN over an open line."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.protocol.canonical import to_base64url
from app.terminal.errors import SettingsError
from app.terminal.settings import check_portal_url, check_printer, load


@pytest.fixture
def home(tmp_path: Path) -> Path:
    facts = {"terminal_id": "kiosk-01", "portal_url": "https://portal.example/", "agent_url": "http://127.0.0.1:9911/"}
    (tmp_path / "terminal.json").write_text(json.dumps(facts))
    (tmp_path / "device.key").write_text(base64.b64encode(b"s" * 32).decode() + "\n")
    (tmp_path / "portal.pub").write_text(to_base64url(b"p" * 32) + "\n")
    return tmp_path


def env_of(home: Path, **more: str) -> dict[str, str]:
    """Of a real terminal: it has a printer."""
    return {"KOIKI_AGENT_HOME": str(home), "KOIKI_AGENT_PRINTER": "ipp://printer.local/ipp/print"} | more


def test_a_complete_folder(home) -> None:
    settings = load(env_of(home))
    assert (settings.terminal_id, settings.portal_url, settings.agent_url) == (
        "kiosk-01", "https://portal.example", "http://127.0.0.1:9911",
    )  # fmt: skip
    assert (settings.host, settings.portal_origin, settings.demo) == ("127.0.0.1:9911", "https://portal.example", False)
    assert (settings.cards_folder, settings.hands) == (None, None)
    assert "sss" not in repr(settings)


def test_the_environment_goes_first(home) -> None:
    env = {"KOIKI_AGENT_HOME": str(home), "KOIKI_AGENT_PORTAL_URL": "http://localhost:1", "KOIKI_DEMO": "1"}
    settings = load(env | {"KOIKI_AGENT_URL": "http://127.0.0.1:2", "KOIKI_AGENT_CARDS": "/cards"})
    assert (settings.portal_url, settings.agent_url) == ("http://localhost:1", "http://127.0.0.1:2")
    assert (settings.cards_folder, settings.demo) == (Path("/cards"), True)


@pytest.mark.parametrize("name", ["terminal.json", "device.key", "portal.pub"])
@pytest.mark.parametrize("content", [None, "", "x", "[]", "ä"])
def test_incomplete_is_no_start(home, name, content) -> None:
    (home / name).unlink()
    if content is not None:
        (home / name).write_text(content)
    with pytest.raises(SettingsError, match=name):
        load({"KOIKI_AGENT_HOME": str(home)})


@pytest.mark.parametrize("name", ["terminal_id", "portal_url", "agent_url"])
def test_a_missing_fact_is_named(home, name) -> None:
    facts = json.loads((home / "terminal.json").read_text())
    (home / "terminal.json").write_text(json.dumps(facts | {name: ""}))
    with pytest.raises(SettingsError, match=name):
        load({"KOIKI_AGENT_HOME": str(home)})


def test_no_folder_at_all() -> None:
    with pytest.raises(SettingsError, match="KOIKI_AGENT_HOME"):
        load({})


@pytest.mark.parametrize(
    "url", ["http://portal.example", "ftp://127.0.0.1", "portal.example", "", "http://127.0.0.1.evil"]
)
def test_no_open_line_to_the_portal(url) -> None:
    with pytest.raises(SettingsError):
        check_portal_url(url)


def test_without_a_printer_the_simulated_one_in_a_demo(home) -> None:
    settings = load({"KOIKI_AGENT_HOME": str(home), "KOIKI_AGENT_EXIT_SENSOR": "/sensor", "KOIKI_DEMO": "1"})
    assert (settings.printer, settings.printer_fingerprint, settings.exit_sensor) == ("", "", None)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"KOIKI_AGENT_PRINTER": ""}, "KOIKI_AGENT_PRINTER is not set"),
        ({"KOIKI_AGENT_CARDS": "/cards"}, "KOIKI_AGENT_CARDS"),
        ({"KOIKI_AGENT_CASH_LINE": "/dev/cash", "KOIKI_AGENT_CASH_MACHINE": "SIM-kiosk-01"}, "CASH_MACHINE"),
    ],
)
@pytest.mark.parametrize("demo", ["", "0", "true"])
def test_simulators_are_no_start_outside_a_demo(home, change, name, demo) -> None:
    with pytest.raises(SettingsError, match=name):
        load(env_of(home, **change, KOIKI_DEMO=demo))
    assert load(env_of(home, **change, KOIKI_DEMO="1")).demo


def test_settings_made_by_hand_are_held_to_the_same(home) -> None:
    settings = load(env_of(home, KOIKI_DEMO="1"))
    with pytest.raises(SettingsError, match="KOIKI_DEMO"):
        replace(settings, demo=False)


def test_a_printer_with_its_pin_and_its_sensor(home) -> None:
    env = {"KOIKI_AGENT_PRINTER": "ipps://printer.local/ipp/print", "KOIKI_AGENT_EXIT_SENSOR": "/sensor"}
    env |= {"KOIKI_AGENT_PRINTER_FINGERPRINT": ":".join(["AB"] * 32)}
    settings = load(env | {"KOIKI_AGENT_HOME": str(home)})
    assert (settings.printer, settings.printer_fingerprint) == ("ipps://printer.local/ipp/print", "ab" * 32)
    assert settings.exit_sensor == Path("/sensor")


@pytest.mark.parametrize(
    ("uri", "pin"),
    [
        *(("http://printer", ""), ("printer", ""), ("ipp://", ""), ("ipps://printer", "")),
        *(("ipps://printer", "ab" * 31), ("ipps://printer", "xy" * 32)),
    ],
)
def test_a_printer_that_cannot_be_known_is_no_start(uri, pin) -> None:
    with pytest.raises(SettingsError, match="KOIKI_AGENT_PRINTER"):
        check_printer(uri, pin)


# --- money


def test_without_a_word_about_money_no_device(home) -> None:
    settings = load(env_of(home))
    assert (settings.cash_line, settings.gateway, settings.gateway_tenders, settings.hands) == (None, None, (), None)


def test_a_cash_machine_and_a_gateway(home) -> None:
    secret = home / "gateway.token"
    secret.write_text("s3cret\n")
    env = {"KOIKI_AGENT_CASH_LINE": "/dev/serial/by-id/cash", "KOIKI_AGENT_CASH_MACHINE": "CM-7"}
    env |= {"KOIKI_AGENT_GATEWAY_URL": "https://pay.example/", "KOIKI_AGENT_GATEWAY_TOKEN_FILE": str(secret)}
    settings = load(env_of(home, **env, KOIKI_AGENT_GATEWAY_TENDERS="qr"))
    assert (settings.cash_line, settings.cash_machine) == (Path("/dev/serial/by-id/cash"), "CM-7")
    assert settings.gateway.read() == ("https://pay.example", "s3cret")
    assert settings.gateway_tenders == ("qr",)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"KOIKI_AGENT_CASH_LINE": "/dev/ttyUSB0"}, "KOIKI_AGENT_CASH_MACHINE"),
        ({"KOIKI_AGENT_GATEWAY_URL": "http://pay.example"}, "https"),
        ({"KOIKI_AGENT_GATEWAY_URL": "https://pay.example"}, "KOIKI_AGENT_GATEWAY_TOKEN_FILE"),
        (
            {"KOIKI_AGENT_GATEWAY_URL": "https://pay.example", "KOIKI_AGENT_GATEWAY_TOKEN_FILE": "/nowhere"},
            "KOIKI_AGENT_GATEWAY_TOKEN_FILE",
        ),
    ],
)
def test_money_that_cannot_be_trusted_is_no_start(home, env, name) -> None:
    with pytest.raises(SettingsError, match=name):
        load(env | {"KOIKI_AGENT_HOME": str(home)})


@pytest.mark.parametrize("tenders", ["cash", "qr gold", " "])
def test_a_gateway_for_what_it_cannot_do_is_no_start(home, tenders) -> None:
    env = {"KOIKI_AGENT_GATEWAY_URL": "http://127.0.0.1:1", "KOIKI_AGENT_GATEWAY_TOKEN_FILE": str(home / "device.key")}
    with pytest.raises(SettingsError, match="TENDERS"):
        load(env | {"KOIKI_AGENT_HOME": str(home), "KOIKI_AGENT_GATEWAY_TENDERS": tenders})


def test_the_demo_simulates_what_is_not_named(home) -> None:
    demo = {"KOIKI_AGENT_HOME": str(home), "KOIKI_DEMO": "1"}
    settings = load(demo)
    assert (settings.cash_line, settings.cash_machine) == (home / "cash.line", "SIM-kiosk-01")
    assert settings.gateway.token_file == settings.hands.token_file == home.parent.parent / "devices" / "token"
    assert settings.gateway_tenders == ("emoney", "qr")
    with pytest.raises(OSError, match="No such file"):
        load(demo | {"KOIKI_AGENT_DEVICES": str(home / "devices")}).gateway.read()
    real = load(demo | {"KOIKI_AGENT_CASH_LINE": "/dev/ttyUSB0", "KOIKI_AGENT_CASH_MACHINE": "CM-7"})
    assert (real.cash_machine, real.gateway) == ("CM-7", settings.gateway)
