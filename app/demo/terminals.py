"""Enrols the kiosks of each town, and makes the folder from which the agent of each starts on this machine."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from app.config import Config
from app.demo.towns import TOWNS, Town
from app.municipalities import service
from app.municipalities.models import TerminalKind
from app.protocol.canonical import to_base64url
from app.protocol.signatures import Signer

FIRST_PORT = 8811
SEED_BYTES = 32


def add_kiosk(actor: str, config: Config, town: Town, number: int = 1) -> None:
    """The town's kiosk with this number at its office: enrolled with a fresh device key, its folder under `agents/`."""
    terminal_id = f"{town.slug}-{number}"
    url = f"http://127.0.0.1:{FIRST_PORT + TOWNS.index(town) + len(TOWNS) * (number - 1)}"
    seed = os.urandom(SEED_BYTES)
    service.enrol_terminal(actor, terminal_id, f"{town.slug}-office", TerminalKind.KIOSK, Signer(seed).public_key, url)
    folder = config.home / "agents" / terminal_id
    folder.mkdir(parents=True, mode=0o700)
    (folder / "cards").mkdir(mode=0o700)
    facts = {"terminal_id": terminal_id, "portal_url": config.portal_url, "agent_url": url}
    _write(folder / "terminal.json", json.dumps(facts, indent=2))
    _write(folder / "portal.pub", to_base64url(Signer(config.secrets.ticket).public_key))
    _write(folder / "device.key", base64.b64encode(seed).decode())


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n")
