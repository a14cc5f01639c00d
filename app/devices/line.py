"""The machine's end of its serial line: a pseudo-terminal, frames, and one answer to each question.

The other end is where `link` points to, as a USB adapter's name would; a restarted machine is a newly plugged one.
"""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.devices.cash import CashMachine
from app.errors import KoikiError
from app.protocol.frames import Frame, FrameReader
from app.protocol.money import PaymentBusyError, PaymentContradictionError

QUIET_SECONDS = 0.1  # in the middle of a frame: the rest is lost
EVENTS_AT_ONCE = 40  # what fits into a frame
_KEY_LENGTH, _MAX = 100, 10_000_000


class CashLine:
    """Answers on the line of one machine until it is closed."""

    def __init__(self, machine: CashMachine, machine_id: str, link: Path) -> None:
        self.is_powered = True
        self._machine = machine
        self._machine_id = machine_id
        self._master, self._slave = os.openpty()  # our own end of the other side stays open: nobody hangs up for us
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._wake, self._waker = os.pipe()
        _point(link, os.ttyname(self._slave))
        self._does: dict[str, Callable[..., Any]] = {
            "begin": machine.begin, "events": self._events, "commit": self._commit, "release": self._release,
            "query": self._query, "taken": machine.taken, "status": self._status,
        }  # fmt: skip
        self._thread = threading.Thread(target=self._run, name=f"line {machine_id}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Pull the plug."""
        os.write(self._waker, b"x")
        self._thread.join()
        for handle in (self._master, self._slave, self._wake, self._waker):
            os.close(handle)

    def _run(self) -> None:
        reader = FrameReader()
        while True:
            quiet = QUIET_SECONDS if reader.is_waiting() else None
            ready, _, _ = select.select([self._master, self._wake], [], [], quiet)
            if self._wake in ready:
                return
            frames = reader.feed(os.read(self._master, 4096)) if ready else reader.give_up()
            for frame in frames:
                if self.is_powered and not frame.is_answer:
                    self._write(Frame(True, frame.nonce, self.answer(frame.body)).encode())

    def _write(self, data: bytes) -> None:
        """Nobody may be reading: then the answer is lost, as on a real line."""
        with suppress(BlockingIOError):
            os.write(self._master, data)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the machine says: its name, and `result` or `error` with a `reason`."""
        facts: dict[str, Any] = {"machine": self._machine_id}
        if question.get("to") != self._machine_id:
            return facts | {"error": "not me", "reason": "to"}
        try:
            words = {name: value for name, value in question.items() if name not in ("to", "do")}
            return facts | {"result": self._do(question.get("do"), words)}
        except PaymentBusyError as error:
            return facts | {"error": "busy", "reason": str(error)}
        except PaymentContradictionError as error:
            return facts | {"error": "contradiction", "reason": error.reason}
        except (KoikiError, TypeError):  # words that this question does not have
            return facts | {"error": "contradiction", "reason": "form"}

    def _do(self, name: object, words: dict[str, Any]) -> Any:
        if not isinstance(name, str) or name not in self._does or not all(_is_good(*w) for w in words.items()):
            raise PaymentContradictionError("form")
        return self._does[name](**words)

    def _events(self, key: str, after: int) -> list[dict[str, Any]]:
        return [vars(event) for event in self._machine.events(key, after)[:EVENTS_AT_ONCE]]

    def _commit(self, key: str, yen: int) -> dict[str, Any]:
        return self._machine.commit(key, yen).as_fields()

    def _release(self, key: str) -> dict[str, Any]:
        return self._machine.release(key).as_fields()

    def _query(self, key: str) -> dict[str, Any]:
        return self._machine.query(key).as_fields()

    def _status(self) -> dict[str, Any]:
        status = self._machine.status()
        store = {str(denomination): pieces for denomination, pieces in status.store.items()}
        return {"faults": list(status.faults), "open_key": status.open_key, "store": store}


def _point(link: Path, target: str) -> None:
    """At no moment is there no link."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    os.replace(new, link)


def _is_good(word: str, value: object) -> bool:
    """Whether a question may carry this."""
    if word == "key":
        return isinstance(value, str) and 0 < len(value) <= _KEY_LENGTH
    return word in ("yen", "after") and type(value) is int and 0 <= value <= _MAX
