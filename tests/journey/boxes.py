"""Real printers for a few terminals of a long run: CUPS' ippeveprinter, with an exit sensor and its own record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journey.robot import Desk, JourneyError
from tests.printing.box import Bus, PrinterBox

FULL = 250  # sheets


@dataclass
class BoxDesk(Desk):
    """The hands at a terminal whose paper lies in a real printer's tray."""

    box: PrinterBox | None = None

    def state(self) -> dict[str, Any]:
        return super().state() | {"tray": [{"attempt_id": name} for name in self._lying()]}

    def peek(self, attempt_id: str) -> bytes:
        return self._file(attempt_id).read_bytes()

    def do(self, path: str, **data: str | int) -> None:
        if path == "tray/take":
            self._file(str(data["attempt_id"])).unlink()
        elif path == "printer":
            self._box.load(FULL)
        else:
            super().do(path, **data)

    @property
    def _box(self) -> PrinterBox:
        assert self.box is not None
        return self.box

    def _lying(self) -> list[str]:
        """What has come out and was not taken."""
        out = dict.fromkeys(sheet["name"] for sheet in self._box.tray())
        return [name for name in out if next(self._files(name), None)]

    def _files(self, attempt_id: str) -> Any:
        return (self._box.folder / "spool").glob(f"*-{attempt_id}.pdf")

    def _file(self, attempt_id: str) -> Path:
        found: Path | None = next(self._files(attempt_id), None)
        if found is None:
            raise JourneyError(f"no sheet of {attempt_id}")
        return found


def place(folders: Iterable[Path], bus: Bus) -> dict[str, PrinterBox]:
    """A printer for each of these terminals; its agent finds it in the file `environ`."""
    placed = {}
    for folder in folders:
        box = placed[folder.name] = PrinterBox(folder / "printer", bus).start(FULL)
        words = {"KOIKI_AGENT_PRINTER": box.uri, "KOIKI_AGENT_EXIT_SENSOR": str(box.folder / "tray.log")}
        (folder / "environ").write_text("".join(f"{name}={value}\n" for name, value in words.items()))
    return placed
