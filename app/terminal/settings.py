"""What one terminal must know: who it is, where its portal is, which key it signs with and which key it trusts.

A folder holds it all: `device.key` (base64 of a 32-byte Ed25519 seed), `portal.pub` (base64url of the portal's public
key, pinned) and `terminal.json`. Incomplete means no start.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.protocol.canonical import from_base64url
from app.protocol.messages import Tender
from app.terminal.errors import SettingsError

KEY_BYTES = 32
SHEET_SECONDS = 0.7  # an office printer of 85 pages a minute
SETTLE_SECONDS = 3.0  # how far an exit sensor may lag behind the paper
PATIENCE_SECONDS = 60.0  # a printer may warm up, a person may clear a jam
_PIN = re.compile(r"[0-9a-f]{64}")
SIMULATED = "SIM-"  # how the name of a simulated cash machine begins
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Place:
    """Where somebody answers over HTTP, and the file with the secret for it. The demo's devices write down both."""

    token_file: Path
    url: str = ""  # empty: it stands in the file `url` beside the secret, which is another one after each start

    def read(self) -> tuple[str, str]:
        """Address and secret. :raises OSError: they are not there (yet)."""
        url = self.url or (self.token_file.parent / "url").read_text().strip()
        return url, self.token_file.read_text().strip()


@dataclass(frozen=True)
class Settings:
    """One terminal, read once."""

    home: Path
    terminal_id: str
    portal_url: str
    agent_url: str
    seed: bytes = field(repr=False)
    portal_key: bytes
    cards_folder: Path | None = None  # the demo's cards; None = no card reader
    demo: bool = False
    px_per_mm: float | None = None  # of the panel; None = judged by its orientation
    sheet_seconds: float = SHEET_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    printer: str = ""  # ipp:// or ipps://; empty = the simulated one
    printer_fingerprint: str = ""  # SHA-256 of an ipps printer's certificate, 64 hexadecimal digits
    exit_sensor: Path | None = None
    settle_seconds: float = SETTLE_SECONDS
    cash_line: Path | None = None  # the serial line of the cash machine
    cash_machine: str = ""  # and what that machine says that it is
    gateway: Place | None = None
    gateway_tenders: tuple[Tender, ...] = ()
    hands: Place | None = None  # the demo's devices

    def __post_init__(self) -> None:
        """:raises SettingsError: a simulator would stand where residents pay for paper."""
        if not self.demo:
            _refuse_simulators(self)

    @property
    def portal_origin(self) -> str:
        return origin_of(self.portal_url)

    @property
    def host(self) -> str:
        """The one Host header that belongs to this agent."""
        return urlsplit(self.agent_url).netloc


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the folder that `KOIKI_AGENT_HOME` names. :raises SettingsError: with one line that says what is missing."""
    env = os.environ if environ is None else environ
    if not env.get("KOIKI_AGENT_HOME"):
        raise SettingsError("KOIKI_AGENT_HOME is not set: it names the folder that 'agent init' made")
    home = Path(env["KOIKI_AGENT_HOME"]).resolve()
    facts = _read_facts(home / "terminal.json")
    return Settings(
        home=home,
        terminal_id=_text(facts, "terminal_id"),
        portal_url=check_portal_url(env.get("KOIKI_AGENT_PORTAL_URL") or _text(facts, "portal_url")),
        agent_url=(env.get("KOIKI_AGENT_URL") or _text(facts, "agent_url")).rstrip("/"),
        seed=_key(home / "device.key", base64.b64decode),
        portal_key=_key(home / "portal.pub", from_base64url),
        cards_folder=_cards(env, home),
        demo=_is_demo(env),
        px_per_mm=facts.get("px_per_mm"),
        sheet_seconds=float(env.get("KOIKI_AGENT_SHEET_SECONDS", SHEET_SECONDS)),
        patience_seconds=float(env.get("KOIKI_AGENT_PATIENCE_SECONDS", PATIENCE_SECONDS)),
        **_printer(env),
        **_cash(env),
        **_gateway(env),
        **_simulated(env, home, facts),
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of `url` (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check_portal_url(url: str) -> str:
    """Only https, or this very machine: some cards' PINs go to the portal. :raises SettingsError: otherwise."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError("the portal's address must begin with https:// (http:// only on this machine)")
    return url.rstrip("/")


def check_printer(uri: str, fingerprint: str) -> tuple[str, str]:
    """The address of an IPP printer and its pin, tidied. :raises SettingsError: for any other, or ipps unpinned."""
    parts = urlsplit(uri)
    pin = fingerprint.replace(":", "").strip().lower()
    if parts.scheme not in ("ipp", "ipps") or not parts.hostname:
        raise SettingsError("KOIKI_AGENT_PRINTER must begin with ipp:// or ipps:// and name a host")
    if parts.scheme == "ipps" and not _PIN.fullmatch(pin):
        raise SettingsError("an ipps printer needs KOIKI_AGENT_PRINTER_FINGERPRINT: SHA-256 of its certificate, in hex")
    return uri, pin


def _is_demo(env: Mapping[str, str]) -> bool:
    return env.get("KOIKI_DEMO") == "1"


def _refuse_simulators(settings: Settings) -> None:
    """What says that it printed or was paid, and did neither, belongs into a demo alone."""
    for is_simulated, words in (
        (not settings.printer, "KOIKI_AGENT_PRINTER is not set; without it a printer is simulated"),
        (settings.cards_folder is not None, "KOIKI_AGENT_CARDS is set; cards in a folder are simulated"),
        (settings.cash_machine.startswith(SIMULATED), f"KOIKI_AGENT_CASH_MACHINE: {SIMULATED}… is simulated"),
        (settings.hands is not None, "KOIKI_AGENT_DEVICES: these payment devices are simulated"),
    ):
        if is_simulated:
            raise SettingsError(f"{words}, which only a demo may be (KOIKI_DEMO=1)")


def _cards(env: Mapping[str, str], home: Path) -> Path | None:
    folder = env.get("KOIKI_AGENT_CARDS") or (home / "cards" if _is_demo(env) else None)
    return Path(folder) if folder else None


def _printer(env: Mapping[str, str]) -> dict[str, Any]:
    if not (uri := env.get("KOIKI_AGENT_PRINTER", "")):
        return {}
    uri, pin = check_printer(uri, env.get("KOIKI_AGENT_PRINTER_FINGERPRINT", ""))
    sensor = env.get("KOIKI_AGENT_EXIT_SENSOR")
    settle = float(env.get("KOIKI_AGENT_EXIT_SENSOR_SETTLE_SECONDS", SETTLE_SECONDS))
    facts = {"printer": uri, "printer_fingerprint": pin, "settle_seconds": settle}
    return facts | {"exit_sensor": Path(sensor) if sensor else None}


def _cash(env: Mapping[str, str]) -> dict[str, Any]:
    if not (line := env.get("KOIKI_AGENT_CASH_LINE")):
        return {}
    if not (machine := env.get("KOIKI_AGENT_CASH_MACHINE")):
        raise SettingsError("KOIKI_AGENT_CASH_LINE needs KOIKI_AGENT_CASH_MACHINE: the name that the machine gives")
    return {"cash_line": Path(line), "cash_machine": machine}


def _gateway(env: Mapping[str, str]) -> dict[str, Any]:
    if not (url := env.get("KOIKI_AGENT_GATEWAY_URL")):
        return {}
    parts, file = urlsplit(url), Path(env.get("KOIKI_AGENT_GATEWAY_TOKEN_FILE") or "/")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError("KOIKI_AGENT_GATEWAY_URL must begin with https:// (http:// only on this machine)")
    if not file.is_file():
        raise SettingsError("KOIKI_AGENT_GATEWAY_URL needs KOIKI_AGENT_GATEWAY_TOKEN_FILE: the file with its secret")
    tenders = env.get("KOIKI_AGENT_GATEWAY_TENDERS", "emoney qr").split()
    if not tenders or not set(tenders) <= {Tender.EMONEY, Tender.QR}:
        raise SettingsError("KOIKI_AGENT_GATEWAY_TENDERS may name emoney and qr")
    return {"gateway": Place(file, url.rstrip("/")), "gateway_tenders": tuple(Tender(t) for t in tenders)}


def _simulated(env: Mapping[str, str], home: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """The demo's devices, where no real one is named: their folder lies beside that of all agents."""
    if not _is_demo(env):
        return {}
    place = Place(Path(env.get("KOIKI_AGENT_DEVICES") or home.parent.parent / "devices") / "token")
    cash = {"cash_line": home / "cash.line", "cash_machine": f"{SIMULATED}{_text(facts, 'terminal_id')}"}
    gateway = {"gateway": place, "gateway_tenders": (Tender.EMONEY, Tender.QR)}
    return {
        "hands": place,
        **({} if env.get("KOIKI_AGENT_CASH_LINE") else cash),
        **({} if env.get("KOIKI_AGENT_GATEWAY_URL") else gateway),
    }


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text())
    except (OSError, ValueError):
        raise SettingsError(f"{path} is missing or not JSON: run 'agent init'") from None
    if not isinstance(facts, dict):
        raise SettingsError(f"{path} does not hold an object")
    return facts


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"terminal.json has no '{name}'")
    return value


def _key(path: Path, decode: Any) -> bytes:
    try:
        value: bytes = decode(path.read_text().strip())
    except (OSError, ValueError, binascii.Error):
        value = b""
    if len(value) != KEY_BYTES:
        raise SettingsError(f"{path} is missing or not a key of {KEY_BYTES} bytes")
    return value
