"""PURE. What a person may type for a member, a site or a terminal: given back, or one clear line is raised."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time
from urllib.parse import urlsplit

from app.municipalities.codes import is_municipality_code
from app.municipalities.errors import BadValueError

KEY_BYTES = 32  # Ed25519
SEAL_MM = 25  # 標準仕様書 5.6: at most
EVERY_DAY = range(8)  # 0 Monday … 6 Sunday, 7 national holiday
_PNG = b"\x89PNG\r\n\x1a\n"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def municipality_code(code: str) -> str:
    """Six digits with a right check digit."""
    if not is_municipality_code(code):
        raise BadValueError(f"{code[:12]!r} is no municipality code: six digits, the last one a check digit")
    return code


def identifier(name: str) -> str:
    """What a site or a terminal may be called."""
    if not _IDENTIFIER.fullmatch(name):
        raise BadValueError(f"{name[:40]!r}: lower-case letters, digits and hyphens, forty at most")
    return name


def text(given: str) -> str:
    """Not empty; without the space around it."""
    if not given.strip():
        raise BadValueError("a name or a text is missing")
    return given.strip()


def hours(opens: time, closes: time) -> tuple[time, time]:
    """A span of one day."""
    if closes <= opens:
        raise BadValueError("closing time is after opening time")
    return opens, closes


def weekdays(days: Collection[int]) -> Collection[int]:
    """Days of a weekly pattern."""
    if not days or not set(days) <= set(EVERY_DAY):
        raise BadValueError("a weekday is 0 (Monday) to 6, or 7 for national holidays")
    return days


def device_key(public_key: bytes) -> bytes:
    """A terminal's Ed25519 public key."""
    if len(public_key) != KEY_BYTES:
        raise BadValueError("the public key of an agent has 32 bytes")
    return public_key


def agent_url(url: str) -> str:
    """An agent serves its own terminal and nobody else."""
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in _LOOPBACK or not address.port:
        raise BadValueError("the agent's URL is http://127.0.0.1:PORT: it serves its own terminal alone")
    return url


def seal(png: bytes, millimetres: float) -> tuple[bytes, float]:
    """An electronic seal: a PNG file and its side."""
    if not png.startswith(_PNG) or not 0 < millimetres <= SEAL_MM:
        raise BadValueError(f"the seal is a PNG file and at most {SEAL_MM} mm wide")
    return png, millimetres
