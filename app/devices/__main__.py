"""`python -m app.devices FOLDER TERMINAL_FOLDER…`: the simulated payment devices until a signal ends them."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Sequence
from pathlib import Path

from app.devices.server import Devices


def main(arguments: Sequence[str] | None = None) -> None:
    """Each terminal has the name that its agent has."""
    parser = argparse.ArgumentParser(prog="python -m app.devices", description=__doc__)
    parser.add_argument("folder", type=Path, help="gets gateway.db, url and token")
    parser.add_argument("terminals", type=Path, nargs="*", help="the agents' folders: each gets cash.db and cash.line")
    parser.add_argument("--port", type=int, default=0, help="of the gateway (default: any that is free)")
    chosen = parser.parse_args(arguments)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before any thread: it inherits the mask
    devices = Devices(chosen.folder, {_name(folder): folder for folder in chosen.terminals}, chosen.port)
    signal.sigwait(ends)
    devices.close()


def _name(folder: Path) -> str:
    return str(json.loads((folder / "terminal.json").read_text())["terminal_id"])


if __name__ == "__main__":
    main()
