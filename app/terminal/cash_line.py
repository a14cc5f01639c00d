"""A cash machine at a serial line (pyserial is known here alone). Questions are keyed, so asking again is harmless.

Every question names the machine that it is for and every answer the one that gave it: a machine that was changed would
otherwise say, truthfully, that it never heard of the money that lies in the other one.
"""

from __future__ import annotations

import os
import termios
import threading
import time
from pathlib import Path
from typing import Any

import serial

from app.protocol.frames import NONCE_BYTES, Frame, FrameReader
from app.protocol.messages import Tender
from app.protocol.money import (
    Capabilities,
    DeviceStatus,
    PaymentBusyError,
    PaymentContradictionError,
    PaymentEvent,
    PaymentNotSentError,
    PaymentSilentError,
    PaymentState,
)

BAUD = 115_200
ANSWER_SECONDS = 0.4  # a frame of 4 KiB takes 0.36 s at this speed; a usual one 0.02 s
TRIES = 4
REST_SECONDS = 2.0  # after silence: the loop has other things to do as well
STATUS_SECONDS = 1.0  # how old a status may be
_BROKEN = (serial.SerialException, OSError, termios.error)


class SerialCash:
    """A `PaymentDevice` at `line`, which must be the machine `machine_id`."""

    capabilities = Capabilities(Tender.CASH, can_hold=True, can_refund=True)

    def __init__(self, line: Path, machine_id: str) -> None:
        self._line = line
        self._machine_id = machine_id
        self._port: serial.Serial | None = None
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._seen: tuple[float, DeviceStatus] | None = None

    def begin(self, key: str, yen: int) -> None:
        self._ask("begin", key=key, yen=yen)

    def events(self, key: str, after: int = 0) -> list[PaymentEvent]:
        found = self._ask("events", key=key, after=after)
        try:
            events = [PaymentEvent(**event) for event in found]
        except TypeError:
            raise PaymentContradictionError("form") from None
        if any(event.kind not in ("inserted", "held") for event in events):
            raise PaymentContradictionError("event")
        return events

    def commit(self, key: str, yen: int) -> PaymentState:
        return PaymentState.from_fields(self._ask("commit", key=key, yen=yen))

    def release(self, key: str) -> PaymentState:
        return PaymentState.from_fields(self._ask("release", key=key))

    def query(self, key: str) -> PaymentState:
        return PaymentState.from_fields(self._ask("query", key=key))

    def counts(self) -> dict[int, int]:
        return self.status().store

    def taken(self) -> int:
        yen = self._ask("taken")
        if type(yen) is not int or yen < 0:
            raise PaymentContradictionError("amount")
        return yen

    def status(self) -> DeviceStatus:
        """At most a second old."""
        now = time.monotonic()
        if self._seen is None or now - self._seen[0] > STATUS_SECONDS:
            self._seen = (now, _status(self._ask("status")))
        return self._seen[1]

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    # --- the line

    def _ask(self, what: str, **words: str | int) -> Any:
        body = {"to": self._machine_id, "do": what} | words
        if what in ("begin", "commit", "release"):
            self._seen = None
        with self._lock:
            if time.monotonic() < self._rest_until:
                raise PaymentNotSentError("rests")
            try:
                answer = self._exchange(Frame(False, os.urandom(NONCE_BYTES), body))
            except PaymentSilentError:
                self._seen, self._rest_until = None, time.monotonic() + REST_SECONDS
                raise
        return self._judge(answer)

    def _exchange(self, question: Frame) -> dict[str, Any]:
        """:raises PaymentNotSentError: no line. :raises PaymentSilentError: no answer to any try."""
        port = self._open()
        try:
            for _ in range(TRIES):
                port.write(question.encode())
                if (answer := _listen(port, question.nonce)) is not None:
                    return answer
        except _BROKEN:
            pass  # unplugged, or without power
        self._hang_up()
        raise PaymentSilentError("line")

    def _open(self) -> serial.Serial:
        """The line, opened anew after each silence: a machine that was plugged in again has another one."""
        if self._port is None:
            try:
                self._port = serial.Serial(str(self._line), BAUD, timeout=0, write_timeout=1, exclusive=True)
                self._port.reset_input_buffer()
            except _BROKEN:
                self._hang_up()
                raise PaymentNotSentError("line") from None
        return self._port

    def _hang_up(self) -> None:
        if self._port is not None:
            self._port.close()
        self._port = None

    def _judge(self, answer: dict[str, Any]) -> Any:
        """What the machine says, if it is ours."""
        if answer.get("machine") != self._machine_id:
            raise PaymentContradictionError("another machine")
        if answer.get("error") == "busy":
            raise PaymentBusyError(str(answer.get("reason")))
        if "error" in answer or "result" not in answer:
            raise PaymentContradictionError(str(answer.get("reason", "form"))[:40])
        return answer["result"]


def _listen(port: serial.Serial, nonce: bytes) -> dict[str, Any] | None:
    """The answer to this very question; our own echo, late answers and noise are passed over."""
    reader, end = FrameReader(), time.monotonic() + ANSWER_SECONDS
    while (left := end - time.monotonic()) > 0:
        port.timeout = left
        data = port.read(1)
        found = reader.feed(data + port.read(port.in_waiting)) if data else reader.give_up()
        for frame in found:
            if frame.is_answer and frame.nonce == nonce:
                return frame.body
    return None


def _status(given: object) -> DeviceStatus:
    try:
        faults, key, store = given["faults"], given["open_key"], given["store"]  # type: ignore[index]
        pieces = {int(denomination): int(n) for denomination, n in store.items()}
        return DeviceStatus(tuple(str(fault) for fault in faults), str(key), pieces)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise PaymentContradictionError("status") from None
