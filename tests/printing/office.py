"""What an office printer can and `ippeveprinter` cannot, put between the client and the real one, on the wire.

It purges jobs, forgets one that is cancelled with `purge-job`, counts every sheet since it was built, and counts a
job's sheets instead of its impressions. Each of them is off unless a test turns it on.
"""

from __future__ import annotations

import struct

from app.terminal.ipp import NOT_FOUND, IppClient, Operation, Tag, encode
from tests.printing.box import PrinterBox

FORBIDDEN = 0x0401
IMPRESSIONS, SHEETS = b"job-impressions-completed", b"job-media-sheets-completed"
_END = b"\x03"


class OfficeClient(IppClient):
    """`asked` is every operation that it was asked for."""

    def __init__(self, box: PrinterBox) -> None:
        super().__init__(box.uri)
        self._box = box
        self.can_purge = self.knows_purge_job = self.says_sheets = False
        self.refuses = False  # for instance because it wants an administrator
        self.built_with: int | None = None  # its counter before the first sheet; None: it has none
        self.asked: list[Operation] = []
        self._forgotten_up_to = 0

    def _exchange(self, body: bytes) -> bytes:
        operation, number = struct.unpack_from(">HI", body, 2)
        self.asked.append(Operation(operation))
        if operation == Operation.PURGE_JOBS:
            return self._purge(number)
        if operation == Operation.CANCEL_JOB and b"purge-job" in body and self.knows_purge_job:
            return self._purge(number)
        if operation == Operation.GET_JOB_ATTRIBUTES and _number(body, b"job-id") <= self._forgotten_up_to:
            return _answer(NOT_FOUND, number)
        return self._changed(operation, super()._exchange(body))

    def _purge(self, number: int) -> bytes:
        if self.refuses:
            return _answer(FORBIDDEN, number)
        self._forgotten_up_to = len({sheet["uuid"] for sheet in self._box.tray()})
        return _answer(0, number)

    def _changed(self, operation: int, answer: bytes) -> bytes:
        if operation == Operation.GET_PRINTER_ATTRIBUTES:
            more = [(Tag.ENUM, "operations-supported", Operation.PURGE_JOBS)] if self.can_purge else []
            if self.built_with is not None:
                printed = self.built_with + len(self._box.tray())
                more.append((Tag.INTEGER, "printer-impressions-completed", printed))
            return answer.removesuffix(_END) + encode(0, 0, [(4, more)])[9:]
        if self.says_sheets:
            return answer.replace(_named(IMPRESSIONS), _named(SHEETS))
        return answer


def _answer(status: int, number: int) -> bytes:
    return b"\x02\x00" + struct.pack(">HI", status, number) + _END


def _number(body: bytes, name: bytes) -> int:
    """The first integer of this name."""
    at = body.index(_named(name)) + len(name) + 4
    return int(struct.unpack_from(">i", body, at)[0])


def _named(name: bytes) -> bytes:
    return struct.pack(">H", len(name)) + name
