"""The output tray of a real printer with its exit sensor, and the hands that take what lies in it.

The truth about paper is the printer's own record, which the agent never sees. What the sensor says stands in a file of
its own: at once, late, or (without a sensor) for nobody.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journey.robot import Desk, JourneyError
from tests.matrix.cases import LAGGING
from tests.printing.box import PrinterBox

LOOK_SECONDS = 0.02
LAG_SECONDS = 1.0  # well within what the agent is told that its sensor may lag


class Exit:
    """Watches the paper exit: a line in `file` for each sheet, and `FILE.present` while something lies in the tray."""

    def __init__(self, box: PrinterBox) -> None:
        self._log, self._tray = box.folder / "tray.log", box.folder / "tray"
        self._tray.mkdir()
        self.file = box.folder / "exit.log"
        self.file.touch()
        self._present = box.folder / "exit.log.present"
        self.sensor = ""  # what the case says that this terminal has
        self._is_open = True
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        self._is_open = False

    def lying(self) -> list[str]:
        """Attempts of which something lies in the tray."""
        return sorted(file.stem for file in self._tray.glob("*.pdf"))

    def sheet(self, attempt_id: str) -> Path:
        return self._tray / f"{attempt_id}.pdf"

    def empty(self) -> None:
        for file in self._tray.glob("*.pdf"):
            file.unlink(missing_ok=True)

    # --- inside

    def _watch(self) -> None:
        seen: list[float] = []  # when each sheet passed
        told = 0
        while self._is_open:
            passed = self._log.read_bytes().count(b"\n") if self._log.exists() else 0
            seen += [time.monotonic()] * (passed - len(seen))
            due = time.monotonic() - (LAG_SECONDS if self.sensor == LAGGING else 0)
            new = sum(at <= due for at in seen) - told
            if any(self._tray.glob("*.pdf")):
                self._present.touch()
            else:
                self._present.unlink(missing_ok=True)
            if new:
                told += new
                with self.file.open("a") as counter:
                    counter.write("sheet\n" * new)
            time.sleep(LOOK_SECONDS)


@dataclass
class TrayDesk(Desk):
    """The hands at a terminal whose paper comes out of a real printer."""

    exit: Exit | None = None

    def state(self) -> dict[str, Any]:
        return super().state() | {"tray": [{"attempt_id": name} for name in self._exit.lying()]}

    def peek(self, attempt_id: str) -> bytes:
        with suppress(FileNotFoundError):
            return self._exit.sheet(attempt_id).read_bytes()
        raise JourneyError(f"no sheet of {attempt_id}")

    def do(self, path: str, **data: str | int) -> None:
        if path == "tray/take":
            self._exit.sheet(str(data["attempt_id"])).unlink(missing_ok=True)
        else:
            super().do(path, **data)

    @property
    def _exit(self) -> Exit:
        assert self.exit is not None
        return self.exit
