"""Devices for tests, here or as a process that is killed at a chosen moment and started again; and their records."""

from __future__ import annotations

import importlib
import itertools
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.devices.__main__ import main as devices_main
from app.devices.server import Devices
from app.protocol.messages import Tender
from app.terminal.cash_line import SerialCash
from app.terminal.gateway import GatewayDevice, GatewayLink
from app.terminal.hands import RemoteHands
from app.terminal.settings import Place

TERMINAL = "kiosk-01"
MACHINE = f"SIM-{TERMINAL}"
START_SECONDS = 20

fork = multiprocessing.get_context("fork")  # a child that has everything loaded


def die_at(moment: str, calls: int = 1) -> None:
    """This process is killed at the `calls`-th call of a function: before:MODULE:CLASS:NAME or after:…"""
    when, module, owner_name, name = moment.split(":")
    owner = getattr(importlib.import_module(module), owner_name)
    real, count = getattr(owner, name), itertools.count(1)

    def wrapped(*args: Any, **words: Any) -> Any:
        number = next(count)
        if number == calls and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **words)
        if number == calls and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


@dataclass
class Workshop:
    """One terminal's devices. `home` is the agent's folder."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    doomed: Any = None
    here: Devices | None = None
    opened: list[Any] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "agents" / TERMINAL

    @property
    def devices(self) -> Path:
        return self.folder / "devices"

    def open(self) -> None:
        """In this process: the same line, the same HTTP, and no second to wait."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.here = Devices(self.devices, {TERMINAL: self.home})

    def start(self) -> None:
        """As a process, by its command, until it answers."""
        self._prepare()
        command = [sys.executable, "-m", "app.devices", str(self.devices), str(self.home)]
        self.process = subprocess.Popen(command)
        self._wait(lambda: self.process is not None and self.process.poll() is None)

    def start_doomed(self, moment: str, calls: int = 1) -> None:
        """As a process that will be killed at this moment."""
        self._prepare()
        self.doomed = fork.Process(target=self._run_doomed, args=(moment, calls), daemon=True)
        self.doomed.start()
        self._wait(self.doomed.is_alive)

    def wait_until_killed(self) -> None:
        self.doomed.join(20)
        assert self.doomed.exitcode == -signal.SIGKILL, "the moment never came"

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The process's exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(10)

    def close(self) -> None:
        for device in self.opened:
            device.close()
        if self.here is not None:
            self.here.close()
            self.here = None
        if self.process is not None:
            self.end(signal.SIGKILL)

    def _prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "terminal.json").write_text(json.dumps({"terminal_id": TERMINAL}))
        (self.devices / "url").unlink(missing_ok=True)

    def _wait(self, is_alive: Callable[[], bool]) -> None:
        end = time.monotonic() + START_SECONDS
        while not (self.devices / "url").exists():
            assert is_alive(), "the devices did not start"
            assert time.monotonic() < end
            time.sleep(0.01)

    def _run_doomed(self, moment: str, calls: int) -> None:
        die_at(moment, calls)
        devices_main([str(self.devices), str(self.home)])

    # --- the agent's side

    def cash(self, line: Path | None = None, machine: str = MACHINE) -> SerialCash:
        return self._opened(SerialCash(line or self.home / "cash.line", machine))

    def gateway(self, tender: Tender, url: str = "") -> GatewayDevice:
        return self._opened(GatewayDevice(GatewayLink(Place(self.devices / "token", url)), TERMINAL, tender))

    @property
    def hands(self) -> RemoteHands:
        return RemoteHands(Place(self.devices / "token"), TERMINAL)

    @property
    def url(self) -> str:
        return (self.devices / "url").read_text().strip()

    def _opened(self, device: Any) -> Any:
        self.opened.append(device)
        return device

    # --- ground truth

    def cash_rows(self, sql: str) -> list[tuple[Any, ...]]:
        return _rows(self.home / "cash.db", sql)

    def gateway_rows(self, sql: str) -> list[tuple[Any, ...]]:
        return _rows(self.devices / "gateway.db", sql)

    def session(self, key: str = "pay-1") -> tuple[Any, ...]:
        """State, yen kept, yen owed."""
        return self.cash_rows(f"SELECT state, yen_kept, yen_owed FROM session WHERE payment_key = '{key}'")[0]  # noqa: S608

    def came_back(self, key: str = "pay-1") -> int:
        """Yen that fell into the return tray."""
        sql = "SELECT coalesce(sum(denomination * pieces), 0) FROM movement"
        sql += f" WHERE kind = 'returned' AND payment_key = '{key}'"
        return int(self.cash_rows(sql)[0][0])

    def moved(self, kind: str, key: str = "pay-1") -> list[int]:
        """Yen of each movement at the gateway."""
        sql = f"SELECT yen FROM movement WHERE kind = '{kind}' AND payment_key = '{key}'"  # noqa: S608
        return [yen for (yen,) in self.gateway_rows(sql)]


def _rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10) as connection:
        return connection.execute(sql).fetchall()
