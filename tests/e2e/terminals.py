"""The terminals that these tests use, in the order of the installation, and what is done to them from behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from app.serve import Part
from tests.journey.installation import Installation

TERMINALS = 4


class Terminal(IntEnum):
    """Numbers of `installation.agent_urls`."""

    WAKAKUSA = 0  # the kiosk of the journeys
    HOSHIMI = 1  # a second one
    SLOW = 2  # its printer takes long, and its agent gives up soon
    WAITING = 3  # somebody stands there and does nothing


def part_of(installation: Installation, name: str) -> Part:
    """The process with this name."""
    return next(part for part in installation.running if part.name == name)


def agent_of(installation: Installation, terminal: int) -> Part:
    agents = [part for part in installation.running if part.name.startswith("agent ")]
    return agents[terminal]


def make_slow(installation: Installation, terminal: int) -> None:
    """Start this terminal's agent again with a printer that is never done before its agent loses patience."""
    part = agent_of(installation, terminal)
    part.stop()
    part.environ |= {"KOIKI_AGENT_SHEET_SECONDS": "600", "KOIKI_AGENT_PATIENCE_SECONDS": "2"}
    part.start()


@contextmanager
def paused(part: Part) -> Iterator[None]:
    """Nothing happens in this process and its children: a screen that would pass at once can be looked at."""
    assert part.process is not None
    os.killpg(part.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(part.process.pid, signal.SIGCONT)
