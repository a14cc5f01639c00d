"""PURE. One byte string for one message: what is signed, hashed and compared."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def to_base64url(data: bytes) -> str:
    """Base64url without padding: safe in a URL and in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """:raises ValueError: if `text` is not what `to_base64url` writes: one text for one byte string."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(data) != text:
        raise ValueError("base64url")
    return data
