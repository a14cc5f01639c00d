"""Sheets and documents at rest: AES-256-GCM (NIST SP 800-38D), each bound to its town, its row and its content.

What is bound (the associated data) is not stored with the bytes: a sheet in another row or town does not open.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.issuance import keys
from app.issuance.errors import SheetLostError

_NONCE_BYTES = 12


def sheet_label(municipality: str, attempt_id: str, pdf_sha256: str, part: str) -> str:
    """What a stored sheet belongs to; `part` is "pdf" or "preview"."""
    return f"{municipality}|{attempt_id}|{pdf_sha256}|{part}"


def lock(plain: bytes, label: str) -> bytes:
    """Nonce and ciphertext. A nonce is random: 2**32 sheets under one key stay far below the bound of the standard."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(keys.sheet_key()).encrypt(nonce, plain, label.encode())


def unlock(stored: bytes, label: str) -> bytes:
    """:raises SheetLostError: when the bytes are damaged or belong to something else."""
    try:
        return AESGCM(keys.sheet_key()).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError):
        raise SheetLostError("sealed bytes do not open") from None


def lock_text(text: str, label: str) -> str:
    """The same for a text column."""
    return base64.b64encode(lock(text.encode(), label)).decode()


def unlock_text(stored: str, label: str) -> str:
    """:raises SheetLostError: as `unlock`."""
    return unlock(base64.b64decode(stored), label).decode()


def sha256(data: bytes) -> str:
    """The content address: lower-case hex."""
    return hashlib.sha256(data).hexdigest()
