"""A bad cable: a pseudo-terminal between the agent's line and the machine's, that loses, breaks and repeats bytes."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path

Mischief = Callable[[bytes, str], bytes]


class Cable:
    """`mischief(data, way)` says what arrives of `data`; `way` is "there" or "back". `echoes`: one wire for both."""

    def __init__(self, machine_line: Path, own_line: Path, mischief: Mischief, *, echoes: bool = False) -> None:
        self._mischief, self._echoes = mischief, echoes
        self._far = os.open(machine_line, os.O_RDWR | os.O_NOCTTY)
        self._near, self._slave = os.openpty()
        tty.setraw(self._slave)
        own_line.symlink_to(os.ttyname(self._slave))
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._near, self._far, self._wake], [], [])
            if self._wake in ready:
                return
            if self._near in ready:
                data = os.read(self._near, 4096)
                if self._echoes:
                    os.write(self._near, data)
                os.write(self._far, self._mischief(data, "there"))
            if self._far in ready:
                os.write(self._near, self._mischief(os.read(self._far, 4096), "back"))

    def say(self, data: bytes) -> None:
        """Noise that the agent hears."""
        os.write(self._near, data)

    def close(self) -> None:
        os.write(self._waker, b"x")
        self._thread.join()
        for handle in (self._far, self._near, self._slave, self._wake, self._waker):
            os.close(handle)
