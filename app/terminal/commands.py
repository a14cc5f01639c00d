"""What a person does to a terminal without a browser: make its key, pin the portal's key, put it back into service."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import threading
from pathlib import Path
from typing import NoReturn

import click
import httpx
from flask.cli import AppGroup

from app.protocol.canonical import from_base64url, to_base64url
from app.protocol.signatures import Signer
from app.terminal import dossier
from app.terminal.browser import Kiosk, keep, policies
from app.terminal.errors import SettingsError
from app.terminal.jobs import JobBook
from app.terminal.journal import Journal
from app.terminal.press import PRINTER_CHANGED
from app.terminal.settings import KEY_BYTES, check_portal_url

group = AppGroup("agent", help="The agent of one terminal.")
_home = click.option("--home", required=True, type=click.Path(path_type=Path), help="The agent's folder.")


@group.command("init")
@_home
@click.option("--terminal", required=True, help="The terminal's id, as it is enrolled at the portal.")
@click.option("--portal", required=True, help="Address of the portal, https://…")
@click.option("--url", required=True, help="Address of this agent for the kiosk's browser, http://127.0.0.1:PORT")
@click.option("--portal-key", default="", help="The portal's public key (base64url); can be pinned later with 'pin'.")
def init(home: Path, terminal: str, portal: str, url: str, portal_key: str) -> None:
    """Make the device key and print its public half, for `terminals enrol`."""
    if (home / "device.key").exists():
        _fail(f"{home} holds a device key already; a new terminal needs a new folder")
    facts = {"terminal_id": terminal, "portal_url": _checked_portal(portal), "agent_url": url.rstrip("/")}
    pinned = _checked_key(portal_key) if portal_key else None
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "cards").mkdir(exist_ok=True, mode=0o700)
    (home / "terminal.json").write_text(json.dumps(facts, indent=2) + "\n")
    if pinned:
        (home / "portal.pub").write_text(pinned + "\n")
    click.echo(to_base64url(_make_key(home / "device.key")))


@group.command("pin")
@_home
@click.option("--key", default="", help="The key as the portal's operator told it; without, it is asked of the portal.")
def pin(home: Path, key: str) -> None:
    """Trust this portal's key from now on. Compare the printed key with the one that the portal's operator has."""
    path = home / "portal.pub"
    value = _checked_key(key or _ask_portal(home))
    if path.exists() and path.read_text().strip() != value:
        _fail(f"{path} holds another key. If the portal's key was changed on purpose, remove the file first")
    path.write_text(value + "\n")
    click.echo(value)


@group.command("public-key")
@_home
def public_key(home: Path) -> None:
    """Print the public half of the device key again."""
    try:
        click.echo(to_base64url(Signer(base64.b64decode((home / "device.key").read_text())).public_key))
    except (OSError, ValueError):
        _fail(f"{home} holds no device key")


@group.command("clear")
@_home
def clear(home: Path) -> None:
    """Back into service, after a person has looked into the machine and emptied the paper path."""
    if not (home / "journal.db").exists():
        _fail(f"{home} holds no journal")
    journal, book = Journal(home / "journal.db"), JobBook(home / "jobs.db")
    reason = journal.stopped_reason()
    if reason == PRINTER_CHANGED:
        book.forget_printer()  # first: the running agent compares at any moment
    journal.clear_stop()
    journal.close()
    book.close()
    click.echo(f"was stopped: {reason}" if reason else "was in service")


@group.command("show")
@_home
@click.argument("attempt", default="")
@click.option("--sensor", envvar="KOIKI_AGENT_EXIT_SENSOR", type=click.Path(path_type=Path), help="Its driver's file.")
def show(home: Path, attempt: str, sensor: Path | None) -> None:
    """What journal, printer and exit sensor recorded of one ATTEMPT, for who decides its case; without, the latest."""
    if not (home / "journal.db").exists():
        _fail(f"{home} holds no journal")
    lines = dossier.read_attempt(home, attempt, sensor) if attempt else list(dossier.list_latest(home))
    if not lines and attempt:
        _fail(f"nothing is known of the attempt {attempt} here")
    for line in lines:
        click.echo(line)


@group.command("browser")
@click.option("--url", required=True, help="Address of the agent, http://127.0.0.1:PORT")
@click.option("--folder", default="/dev/shm", show_default=True, type=click.Path(path_type=Path))  # noqa: S108
@click.option("--chromium", default="chromium", show_default=True, help="The browser's program.")
def browser(url: str, folder: Path, chromium: str) -> None:
    """Keep a Chromium before the resident, each on a fresh profile in FOLDER (in memory), until SIGTERM or Ctrl-C."""
    kiosk = Kiosk(url.rstrip("/"), folder, chromium)
    try:
        kiosk.check()
    except SettingsError as error:
        _fail(str(error))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keep(kiosk, stop)


@group.command("browser-policies")
@click.option("--portal", required=True, help="Address of the portal, https://…")
@click.option("--url", required=True, help="Address of the agent, http://127.0.0.1:PORT")
def browser_policies(portal: str, url: str) -> None:
    """Print what belongs into /etc/chromium/policies/managed/koiki.json."""
    click.echo(json.dumps(policies(_checked_portal(portal), url.rstrip("/")), indent=2))


def _make_key(path: Path) -> bytes:
    seed = secrets.token_bytes(KEY_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(base64.b64encode(seed).decode() + "\n")
    return Signer(seed).public_key


def _checked_portal(url: str) -> str:
    try:
        return check_portal_url(url)
    except SettingsError as error:
        _fail(str(error))


def _checked_key(text: str) -> str:
    try:
        is_key = len(from_base64url(text.strip())) == KEY_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        _fail("the portal's key is not base64url of 32 bytes")
    return text.strip()


def _ask_portal(home: Path) -> str:
    try:
        url = json.loads((home / "terminal.json").read_text())["portal_url"]
        answer = httpx.get(f"{url}/agents/portal-key", timeout=5, trust_env=False)
        return str(answer.raise_for_status().json()["public_key"])
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        _fail("the portal did not tell its key; give it with --key")


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(2)
