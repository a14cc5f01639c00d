"""What the staff room needs from the settings; set once by `create_app`, read when used."""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import Config
from app.staff.errors import SealedElsewhereError, StaffNotConfiguredError

_NONCE_BYTES = 12


@dataclass(frozen=True)
class HashCost:
    """argon2id (RFC 9106): passes, memory in KiB, lanes. OWASP's smallest recommended setting."""

    passes: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


class _Holder:
    config: ClassVar[Config | None] = None
    cost: ClassVar[HashCost] = HashCost()


def configure(config: Config, cost: HashCost | None = None) -> None:
    """Use `config` from now on. Tests give a cheap `cost`; nothing else does."""
    _Holder.config, _Holder.cost = config, cost or HashCost()


def hash_cost() -> HashCost:
    return _Holder.cost


def is_demo() -> bool:
    """Whether this is an installation in which nothing is real."""
    return _config().demo


def password_secret(staff_id: str, password: str) -> bytes:
    """What argon2id hashes: the password bound to its account under a key outside the database."""
    return _keyed("PASSWORD", staff_id, password)


def mark(kind: str, text: str) -> str:
    """Recognises a typed name or a place again without keeping it: some type their password there. 64 hex digits."""
    return _keyed("MARK", kind, text).hex()


def lock(staff_id: str, secret: str) -> bytes:
    """AES-256-GCM (NIST SP 800-38D) of a code generator's secret, for this account alone: nonce and ciphertext."""
    nonce = random.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_sealing_key()).encrypt(nonce, secret.encode(), staff_id.encode())


def unlock(staff_id: str, kept: bytes) -> str:
    """:raises SealedElsewhereError: when it was not locked for this account with this key."""
    try:
        opened = AESGCM(_sealing_key()).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], staff_id.encode())
    except (InvalidTag, ValueError):
        raise SealedElsewhereError("totp_secret") from None
    return opened.decode()


def _sealing_key() -> bytes:
    return _keyed("SEAL")


def _keyed(*parts: str) -> bytes:
    """HMAC-SHA256 under `staff`. Length prefixes keep different parts from running into the same bytes."""
    encoded = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in ("KOIKI-STAFF-v1", *parts))
    return hmac.digest(_config().secrets.staff, encoded, hashlib.sha256)


def _config() -> Config:
    if _Holder.config is None:
        raise StaffNotConfiguredError("app.staff.keys.configure")
    return _Holder.config
