"""A real IPP printer in a box: CUPS' ippeveprinter, a bus of its own (it does not start without), and a cut line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

BINARY = "/usr/sbin/ippeveprinter"
DOMAIN = "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"
BUS = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "{DOMAIN}">
<busconfig><type>custom</type><listen>unix:path=%s</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def until(condition: Callable[[], object], what: str, seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
        return True
    return False


def _loopback_only() -> list[str]:
    """It ends when it cannot bind both families: without IPv6 it must bind everything."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return []
    return ["-n", "localhost"]


class Bus:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "bus"
        (folder / "bus.conf").write_text(BUS % self.path)
        words = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--nosyslog"]
        self._process = subprocess.Popen(words, start_new_session=True, **QUIET)
        until(self.path.exists, "the bus")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(5)


class PrinterBox:
    """One printer whose paper, jams and plug the test holds."""

    def __init__(self, folder: Path, bus: Bus, *, keeps: bool = True, name: str = "Kiosk", port: int = 0) -> None:
        """`keeps`: it keeps every document that it printed, as a printer whose retention was left on."""
        self.folder, self._bus, self.name, self.port = folder, bus, name, port or free_port()
        self._keeps = ["-k"] if keeps else []
        (folder / "spool").mkdir(parents=True)
        (folder / "tray.log").touch()  # where it is the sensor's file, too: a driver that runs has made it
        hook = folder / "hook"
        hook.write_text(f'#!/bin/sh\nexec {sys.executable} -S {Path(__file__).with_name("paper_path.py")} "$@"\n')
        hook.chmod(0o700)
        self._process: subprocess.Popen | None = None

    @property
    def uri(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def start(self, paper: int = 250) -> PrinterBox:
        environ = os.environ | {
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._bus.path}", "VP_FOLDER": str(self.folder),
            "TMPDIR": str(self.folder), "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        words = [
            BINARY, "-r", "off", *_loopback_only(), "-p", str(self.port), *self._keeps,
            "-d", str(self.folder / "spool"), "-f", "application/pdf", "-K", str(self.folder),
            "-c", str(self.folder / "hook"), self.name,
        ]  # fmt: skip
        self._process = subprocess.Popen(words, env=environ, start_new_session=True, **QUIET)
        until(lambda: _is_open(self.port), "ippeveprinter")
        self.load(paper)
        return self

    def load(self, sheets: int, media: str = "iso_a4_210x297mm") -> None:
        """Paper into the main tray, by the printer's own web form."""
        query = f"size1={media}&type1=stationery&level1={sheets}&size3=iso_c5_162x229mm&type3=envelope&level3=-2"
        urllib.request.urlopen(f"http://localhost:{self.port}/media?{query}", timeout=5).close()

    def plan(self, *faults: dict) -> None:
        (self.folder / "plan.json").write_text(json.dumps(faults))

    def at(self, name: str) -> None:
        until((self.folder / f"at-{name}").exists, f"at-{name}")

    def clear(self) -> None:
        (self.folder / "clear").touch()

    def tray(self) -> list[dict]:
        log = self.folder / "tray.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def power_cut(self) -> None:
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for marker in [*self.folder.glob("at-*"), *self.folder.glob("clear")]:
            marker.unlink()

    def freeze(self) -> None:
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self._process.pid, signal.SIGCONT)


class CutLine:
    """A line to the printer that loses the answer to the one request whose bytes hold `cut_at`; None cuts nothing.

    A request whose bytes hold `break_at` does not get through: what comes after is lost. The line then either hangs
    up, or (`is_silent`) stays open at both ends as when a cable is pulled: nobody hears of it.
    """

    def __init__(self, port: int) -> None:
        self._upstream, self.cut_at, self.cuts = port, None, 0
        self.break_at: bytes | None = None
        self.is_silent = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.uri = f"ipp://127.0.0.1:{self._server.getsockname()[1]}/ipp/print"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("localhost", self._upstream)) as printer, contextlib.suppress(OSError):
            heard = bytearray()
            threading.Thread(target=self._up, args=(client, printer, heard), daemon=True).start()
            while answer := printer.recv(65536):
                if self.cut_at and self.cut_at in heard:
                    self.cuts += 1
                    break
                client.sendall(answer)
            client.shutdown(socket.SHUT_RDWR)  # closing alone would not end it while the other thread reads

    def _up(self, client: socket.socket, printer: socket.socket, heard: bytearray) -> None:
        with contextlib.suppress(OSError):
            while request := client.recv(65536):
                heard += request
                if self.break_at and self.break_at in heard:
                    self._break(client, printer, request)
                    return
                printer.sendall(request)

    def _break(self, client: socket.socket, printer: socket.socket, request: bytes) -> None:
        at = request.find(self.break_at) + len(self.break_at)
        printer.sendall(request[:at])
        self.cuts += 1
        if self.is_silent:
            while client.recv(65536):
                continue
            threading.Event().wait()  # this end is gone, the printer's end never hears of it
        for end in (printer, client):
            end.shutdown(socket.SHUT_RDWR)
