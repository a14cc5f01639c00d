"""PURE. The cash line's frames: questions and answers that survive a lost byte, an echo and noise.

STX | Q or A | nonce (4 bytes) | length (2, big-endian) | canonical JSON | CRC-32 (4) of all after STX. An answer bears
the nonce of its question; a question may be sent again as it is. JSON escapes control characters: no body holds an STX.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from app.protocol.canonical import canonical

STX = 0x02
MAX_BODY = 4096  # bytes
NONCE_BYTES = 4
_HEAD = 1 + 1 + NONCE_BYTES + 2
_TAIL = 4


@dataclass(frozen=True)
class Frame:
    is_answer: bool
    nonce: bytes
    body: dict[str, Any]

    def encode(self) -> bytes:
        """:raises ValueError: a body that is too long."""
        body = canonical(self.body)
        if len(body) > MAX_BODY:
            raise ValueError("too long for a frame")
        inside = (b"A" if self.is_answer else b"Q") + self.nonce + len(body).to_bytes(2, "big") + body
        return bytes([STX]) + inside + zlib.crc32(inside).to_bytes(_TAIL, "big")


class FrameReader:
    """Finds whole frames in a stream of bytes; what is none is dropped in silence."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now."""
        self._bytes += data
        found = []
        while (frame := self._take()) is not None:
            found.extend(frame)
        return found

    def give_up(self) -> list[Frame]:
        """Nothing more comes: the frame that was begun is broken; gives those that it had swallowed."""
        found = []
        while self._bytes:
            self._bytes = self._bytes[1:]
            found.extend(self.feed(b""))
        return found

    def is_waiting(self) -> bool:
        """Whether a frame has begun and is not whole."""
        return bool(self._bytes)

    def _take(self) -> list[Frame] | None:
        """The first frame, [] for one that is broken, None when more bytes are needed."""
        start = self._bytes.find(STX)
        self._bytes = self._bytes[start:] if start >= 0 else b""
        if len(self._bytes) < _HEAD:
            return None
        end = _HEAD + int.from_bytes(self._bytes[_HEAD - 2 : _HEAD], "big")
        if end - _HEAD <= MAX_BODY and len(self._bytes) < end + _TAIL:
            return None
        frame = _decode(self._bytes[1:end], self._bytes[end : end + _TAIL]) if end - _HEAD <= MAX_BODY else None
        self._bytes = self._bytes[end + _TAIL :] if frame else self._bytes[1:]
        return [frame] if frame else []


def _decode(inside: bytes, tail: bytes) -> Frame | None:
    if zlib.crc32(inside).to_bytes(_TAIL, "big") != tail or inside[:1] not in (b"Q", b"A"):
        return None
    try:
        body = json.loads(inside[_HEAD - 1 :])
    except (ValueError, RecursionError):
        return None
    return Frame(inside[:1] == b"A", inside[1 : 1 + NONCE_BYTES], body) if isinstance(body, dict) else None
