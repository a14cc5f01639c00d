"""What the card rooms need from the settings; set once by `create_app`, read when used.

A command line that touches no card must start without secrets: a missing one is missed when it is asked for.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from app.config import Config, Secrets
from app.errors import KoikiError

UNION_ISSUER = "union"  # server-side PIN cards are numbered by the union: no card number is given out twice


class CardsNotConfiguredError(KoikiError):
    """`configure` was not called: a programming error."""


@dataclass(frozen=True)
class HashCost:
    """argon2id (RFC 9106): passes, memory in KiB, lanes.

    OWASP's smallest recommended setting. A four-digit PIN has 10,000 values, so no cost makes the hash alone a
    protection: the pepper outside the database does. What the cost buys is time against whoever has both; what
    it must not cost is a kiosk that waits, or memory when all threads of a server check a PIN at once.
    """

    passes: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


@dataclass(frozen=True)
class _Settings:
    config: Config
    cost: HashCost


class _Holder:
    settings: ClassVar[_Settings | None] = None


def configure(config: Config, cost: HashCost | None = None) -> None:
    """Use `config` from now on. Tests give a cheap `cost`; nothing else does."""
    _Holder.settings = _Settings(config, cost or HashCost())


def secrets() -> Secrets:
    """:raises MissingSecretError: when one is absent."""
    return _settings().config.secrets


def hash_cost() -> HashCost:
    return _settings().cost


def is_demo() -> bool:
    """Whether test cards are welcome."""
    return _settings().config.demo


def portal_origin() -> str:
    """The origin that tickets and challenges name."""
    return _settings().config.portal_url


def roots_folder() -> Path:
    """Pinned J-LIS roots, one PEM file or more."""
    return _settings().config.keys_folder / "jpki-roots"


def crl_folder() -> Path:
    """Revocation lists, DER or PEM; may be absent."""
    return _settings().config.keys_folder / "jpki-crl"


def fingerprint(kind: str, issuer: str, serial: str) -> str:
    """The credential as the route table knows it: HMAC-SHA256 under `route`, 64 hex digits.

    `issuer` is `verification.issuer_id(...)` for JPKI and `UNION_ISSUER` for numbered cards. Length prefixes keep
    two different triples from running into the same bytes.
    """
    return _keyed(secrets().route, b"KOIKI-CREDENTIAL-v1", kind, issuer, serial).hex()


def pin_secret(credential: str, pin: str) -> bytes:
    """What argon2id hashes: the PIN bound to its card under the pepper. A stolen database alone tells nothing."""
    return _keyed(secrets().pepper, b"KOIKI-PIN-v1", credential, pin)


def statement_mark(statement: bytes) -> str:
    """Recognises a statement sent twice. Keyed, because it covers a PIN. 64 hex digits."""
    return hmac.new(secrets().pepper, b"KOIKI-STATEMENT-v1\0" + statement, hashlib.sha256).hexdigest()


def _keyed(key: bytes, label: bytes, *parts: str) -> bytes:
    encoded = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.new(key, label + b"\0" + encoded, hashlib.sha256).digest()


def _settings() -> _Settings:
    if _Holder.settings is None:
        raise CardsNotConfiguredError("app.cards.keys.configure")
    return _Holder.settings
