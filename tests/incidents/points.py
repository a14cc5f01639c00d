"""Named points at which a test may hold, slow, end or spoil what runs: a wrapper around the product's functions.

Nothing of this is in the product. `tests/incidents/launch.py` puts the wrappers around a process before it begins, the
local world around its own. One folder says what happens: a file `NAME` in it is a JSON object {"do": …}, no file lets
everything pass. The same folder holds the world's clock.
"""

from __future__ import annotations

import functools
import json
import os
import pickle
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

from app import clock

# name → where the function is looked up by who calls it
POINTS = {
    "render": ("app.certificates.rendering", "Renderer.render"),  # one sheet is laid out
    "store": ("app.issuance.worker", "store_sheet"),  # the finished sheet goes into the journal
    "grant": ("app.issuance.service", "grant"),  # the single grant, in the town's transaction
    "report": ("app.issuance.service", "record_report"),
    "place": ("app.issuance.service", "place_order"),
    "prepare": ("app.certificates.service", "prepare"),  # the registers are read for one copy
}
PAUSE = 0.01
Setter = Callable[[object, str, Any], None]


class EndedError(BaseException):
    """A thread of the local world ends here, as a process does that is killed."""


def install(folder: Path, is_process: bool, put: Setter = setattr) -> None:
    """Wrap every point of this process, and let its clock be the world's."""
    for name, (module, path) in POINTS.items():
        *owners, attribute = path.split(".")
        owner = functools.reduce(getattr, owners, import_module(module))
        put(owner, attribute, _wrapped(folder, name, getattr(owner, attribute), is_process))
    install_clock(folder, put)


def install_clock(folder: Path, put: Setter = setattr) -> None:
    """Let the clock of this process be the world's: all that an agent needs."""
    put(clock, "now", functools.partial(_now, folder))


def _wrapped(folder: Path, name: str, real: Callable[..., Any], is_process: bool) -> Callable[..., Any]:
    @functools.wraps(real)
    def pass_point(*args: Any, **values: Any) -> Any:
        order = _order(folder, name)
        if order is None:
            return real(*args, **values)
        (folder / f"{name}.at-{uuid.uuid4().hex}").touch()
        return _DEEDS[order["do"]](folder, name, order, lambda: real(*args, **values), is_process)

    return pass_point


def _order(folder: Path, name: str) -> dict[str, Any] | None:
    try:
        order: dict[str, Any] = json.loads((folder / name).read_text())
    except (FileNotFoundError, ValueError):  # none, or just being written
        return None
    return order


def _wait(folder: Path, name: str, order: dict[str, Any], real: Callable[[], Any], is_process: bool) -> Any:
    """Until it is let go, or told something else."""
    while (now := _order(folder, name)) == order:
        time.sleep(PAUSE)
    return real() if now is None else _DEEDS[now["do"]](folder, name, now, real, is_process)


def _wait_after(folder: Path, name: str, order: dict[str, Any], real: Callable[[], Any], is_process: bool) -> Any:
    """Done, and nobody has heard of it yet."""
    result = real()
    return _wait(folder, name, order, lambda: result, is_process)


def _die(folder: Path, name: str, _order_: dict[str, Any], _real: Callable[[], Any], is_process: bool) -> Any:
    (folder / name).unlink(missing_ok=True)  # who comes next passes
    if is_process:
        os.kill(os.getpid(), signal.SIGKILL)
    raise EndedError


def _slow(_folder: Path, _name: str, order: dict[str, Any], real: Callable[[], Any], _is_process: bool) -> Any:
    time.sleep(order["seconds"])
    return real()


def _late(folder: Path, name: str, order: dict[str, Any], real: Callable[[], Any], _is_process: bool) -> Any:
    """One image for all: whoever comes gives way to a time-out, leaves its own and picks up what lies there."""
    made, found = _exchange(folder / f"{name}.image", real())
    time.sleep(order.get("seconds", 0))
    return found or made


def _second_page(folder: Path, name: str, _order_: dict[str, Any], real: Callable[[], Any], _is_process: bool) -> Any:
    """The pages are put together from two jobs: the second one is what the job before had there."""
    made, found = _exchange(folder / f"{name}.image", real())
    if found is None or min(made.pages, found.pages) < 2:
        return made
    return replace(made, pdf=_with_page_of(made.pdf, found.pdf, 1))


def _exchange(slot: Path, made: Any) -> tuple[Any, Any]:
    """Leave `made` in the slot; what lay there before, or None."""
    found = pickle.loads(slot.read_bytes()) if slot.exists() else None  # noqa: S301 our own file
    slot.write_bytes(pickle.dumps(made))
    return made, found


def _with_page_of(pdf: bytes, other: bytes, number: int) -> bytes:
    pages = list(PdfReader(BytesIO(pdf)).pages)
    pages[number] = PdfReader(BytesIO(other)).pages[number]
    writer, out = PdfWriter(), BytesIO()
    for page in pages:
        writer.add_page(page)
    writer.write(out)
    return out.getvalue()


_DEEDS: dict[str, Callable[..., Any]] = {
    "wait": _wait, "wait_after": _wait_after, "die": _die, "slow": _slow, "late": _late, "second_page": _second_page,
}  # fmt: skip


def _now(folder: Path) -> datetime:
    """`clock` holds nothing (the real time), seconds to add, or a moment at which time stands still."""
    if (frozen := clock._frozen_at.get()) is not None:
        return frozen
    real = datetime.now(clock.JST)
    try:
        said = (folder / "clock").read_text()
    except FileNotFoundError:
        return real
    try:
        return real + timedelta(seconds=float(said))
    except ValueError:
        return datetime.fromisoformat(said) if said else real


class Points:
    """The test's side of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def set(self, name: str, do: str, **more: Any) -> None:
        """Whoever comes to the point `name` from now on does this: one of `_DEEDS`."""
        assert name in POINTS
        assert do in _DEEDS
        self._write(name, json.dumps({"do": do, **more}))

    def let_go(self, name: str) -> None:
        """Whoever waits there goes on; the markers of those who came are taken away."""
        for file in [self.folder / name, self.folder / f"{name}.image", *self.folder.glob(f"{name}.at-*")]:
            file.unlink(missing_ok=True)

    def came(self, name: str) -> int:
        """How many came to the point since it was set."""
        return len(list(self.folder.glob(f"{name}.at-*")))

    def clear(self) -> None:
        for file in self.folder.iterdir():
            file.unlink(missing_ok=True)

    # --- the clock

    def now(self) -> datetime:
        return _now(self.folder)

    def shift(self, **by: float) -> None:
        """From now on it is later by `timedelta(**by)` than it really is; nothing given: the real time again."""
        self._write("clock", str(timedelta(**by).total_seconds()) if by else "")

    def freeze(self, at: datetime) -> None:
        self._write("clock", at.isoformat())

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: others read it at any moment."""
        new = self.folder / f".{uuid.uuid4().hex}"
        new.write_text(text)
        new.rename(self.folder / name)
