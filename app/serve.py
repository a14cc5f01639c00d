"""Start an embedded installation on one machine and stop it again: portal, worker, relay, reconciler, payment
devices, terminal agents.

For a demonstration and for development (`script/run`). In production each of these is a unit of the init system
(docs/operators.md): the commands are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app import config as settings
from app.cli.output import UNFIT
from app.config import Config

START_SECONDS = 60
STOP_SECONDS = 10
RESTART_PAUSE_SECONDS = 1.0


@dataclass
class Part:
    """One process of the installation, started again when it ends by itself."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # a session of its own: Ctrl-C reaches the supervisor alone, which then stops the parts in order
        self.process = subprocess.Popen(self.command, env=self.environ, start_new_session=True)  # noqa: S603 own commands

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def must_not_serve(self) -> bool:
        """It ended because of what it saw of itself or of others: started again, it would see the same."""
        return self.process is not None and self.process.poll() == UNFIT

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until it has ended; after a while it is ended."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def stop_all(running: Sequence[Part]) -> None:
    """Terminals first: what they hold is reported to a portal that still listens."""
    for part in reversed(running):
        part.ask_to_stop()
    for part in reversed(running):
        part.stop()


def say(line: str) -> None:
    """One plain line for the person at the keyboard."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def gunicorn(app: str, url: str, *options: str) -> list[str]:
    """A gunicorn command line that listens on the host and port of `url`."""
    address = urlsplit(url)
    bind = f"{address.hostname}:{address.port}"
    return [
        sys.executable,
        "-m",
        "gunicorn",
        app,
        "-b",
        bind,
        "-k",
        "gthread",
        "--no-control-socket",
        "--log-level",
        "warning",
        *options,
    ]


def flask(*words: str) -> list[str]:
    """A command of the portal's command line."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


def agent_folders(config: Config) -> list[Path]:
    """The terminals that were enrolled on this machine, in the order of their addresses."""
    return sorted((path.parent for path in config.home.glob("agents/*/terminal.json")), key=agent_url)


def agent_url(folder: Path) -> str:
    """Where the agent of this folder listens."""
    url: str = json.loads((folder / "terminal.json").read_text())["agent_url"]
    return url


def devices_part(config: Config, environ: Mapping[str, str]) -> Part:
    """The simulated payment devices of all terminals on this machine: one process."""
    folders = [str(folder) for folder in agent_folders(config)]
    command = [sys.executable, "-m", "app.devices", str(config.home / "devices"), *folders]
    return Part("devices", command, environ)


def agent_part(config: Config, folder: Path, environ: Mapping[str, str]) -> Part:
    """The agent of one terminal: one process, loopback only."""
    own = {
        "KOIKI_AGENT_HOME": str(folder),
        "KOIKI_AGENT_CARDS": str(config.home / "tray" / "cards"),
        "KOIKI_AGENT_DEVICES": str(config.home / "devices"),
    }
    command = gunicorn("app.terminal:create_agent(start_loop=True)", agent_url(folder), "-w", "1", "--threads", "16")
    return Part(f"agent {folder.name}", command, {**environ, **own})


def parts(config: Config, terminals: int, workers: int, environ: Mapping[str, str]) -> list[Part]:
    """Everything that runs, in the order of starting, each with `environ`."""
    # agents call every two seconds: a connection that the portal drops after two would be gone when it is needed
    options = ("-w", str(workers), "--threads", "8", "--keep-alive", "30")
    portal = Part("portal", gunicorn("wsgi:app", config.portal_url, *options), environ)
    keepers = [Part(name, flask("issuance", name), environ) for name in ("worker", "relay", "reconcile")]
    agents = [agent_part(config, folder, environ) for folder in agent_folders(config)[:terminals]]
    return [portal, *keepers, devices_part(config, environ), *agents]


def is_listening(url: str) -> bool:
    """Whether somebody accepts connections there."""
    address = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address.hostname or "", address.port or 80)) == 0


def refuse_taken_ports(config: Config, running: Sequence[Part]) -> None:
    """Say in plain words which address is taken already, before anything starts."""
    urls = [config.portal_url, *(p.command[p.command.index("-b") + 1] for p in running if "-b" in p.command)]
    taken = [url for url in urls if is_listening(url if "://" in url else f"http://{url}")]
    if taken:
        sys.exit(
            f"{taken[0]} is in use by another program: stop it,"
            " or set KOIKI_PORTAL_URL and enrol the terminals elsewhere"
        )


def wait_until_ready(config: Config, running: Sequence[Part]) -> None:
    """Wait for the portal to accept connections; end in plain words when it does not come up."""
    deadline = time.monotonic() + START_SECONDS
    while not is_listening(config.portal_url):
        if time.monotonic() > deadline or running[0].has_ended():
            sys.exit("the portal did not start; the lines above say why")
        time.sleep(0.1)


def announce(config: Config, terminals: int) -> None:
    """Where to go next."""
    say(f"\nKoiki runs. The portal is {config.portal_url}/kiosk/ ; open a terminal instead:")
    for folder in agent_folders(config)[:terminals]:
        url = agent_url(folder)
        say(f"  terminal {folder.name}:  kiosk screen {url}/start    simulated cards, cash and output tray {url}/desk")
    if config.demo:
        say(f"  staff at the counter:  {config.portal_url}/counter/ , as wakakusa-senior (or any of docs/counter.md),")
        say("    password koiki-demo-only; the code for it, from another window:")
        say(f"    KOIKI_DEMO=1 KOIKI_HOME={config.home} .venv/bin/flask --app wsgi staff code wakakusa-senior")
    say("Stop with Ctrl-C.\n")


def supervise(running: Sequence[Part]) -> None:
    """Start again what ends by itself, until a signal ends the wait. What must not serve ends everything."""
    while True:
        time.sleep(RESTART_PAUSE_SECONDS)
        for part in running:
            if part.must_not_serve():
                sys.exit(f"{part.name} must not serve; the lines above say why")
            if part.has_ended():
                say(f"{part.name} ended by itself and is started again")
                part.start()


def _end(*_: object) -> None:
    sys.exit(0)


def _on_signals(handler: Callable[..., object] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m app.serve [--terminals N] [--workers N] [--printer URI]`."""
    parser = argparse.ArgumentParser(prog="script/run", description=__doc__)
    parser.add_argument(
        "--terminals", type=int, default=1, help="how many of the enrolled terminals to start (default 1)"
    )
    parser.add_argument("--workers", type=int, default=2, help="portal processes (default 2)")
    parser.add_argument("--printer", default="", help="ipp:// or ipps:// of a real printer for the one terminal")
    chosen = parser.parse_args(arguments)
    if chosen.printer and chosen.terminals != 1:
        parser.error("a printer belongs to one terminal")
    config = settings.load()
    environ = {**os.environ, **({"KOIKI_AGENT_PRINTER": chosen.printer} if chosen.printer else {})}
    running = parts(config, chosen.terminals, chosen.workers, environ)
    refuse_taken_ports(config, running)
    _on_signals(_end)  # set by hand: a shell's background job would ignore Ctrl-C otherwise
    try:
        for part in running:
            say(f"starting {part.name}")
            part.start()
        wait_until_ready(config, running)
        announce(config, chosen.terminals)
        supervise(running)
    finally:
        _on_signals(signal.SIG_IGN)  # a second Ctrl-C must not leave parts behind
        say("stopping")
        stop_all(running)


if __name__ == "__main__":
    main()
