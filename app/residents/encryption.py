"""The numbers that a register keeps encrypted: 個人番号 and 住民票コード.

AES-256-GCM (NIST SP 800-38D) with a random nonce. The additional data names town, table, column and row, so
that a ciphertext copied into another row, column or town does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import MismatchError

NONCE_BYTES = 12
TABLE = "person_version"


class SealedElsewhereError(MismatchError):
    """A stored number does not open here: another key, another row or altered bytes."""


@dataclass(frozen=True)
class Cell:
    """Where a number is kept."""

    municipality: str
    column: str
    atena_no: str
    history_no: int

    @property
    def additional_data(self) -> bytes:
        return f"{self.municipality}|{TABLE}|{self.column}|{self.atena_no}|{self.history_no}".encode()


def encrypt(key: bytes, cell: Cell, number: str) -> bytes:
    """Nonce and ciphertext of `number` for this cell alone; `key` has 32 bytes."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, number.encode(), cell.additional_data)


def decrypt(key: bytes, cell: Cell, kept: bytes) -> str:
    """The number. :raises SealedElsewhereError: when it was not written for this cell with this key."""
    try:
        return AESGCM(key).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], cell.additional_data).decode()
    except InvalidTag:
        raise SealedElsewhereError(cell.column) from None


def fingerprint_key(key: bytes) -> bytes:
    """The key of row fingerprints. A plain hash of a row would let twelve digits be guessed from it."""
    return hmac.digest(key, b"koiki register row", hashlib.sha256)


def fingerprint(key: bytes, municipality: str, values: tuple[str, ...]) -> str:
    """HMAC-SHA256 of the imported columns, hex; `key` comes from `fingerprint_key`."""
    return hmac.digest(key, "\x1f".join((municipality, *values)).encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
