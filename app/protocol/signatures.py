"""Seal and open messages: Ed25519 (RFC 8032) over the message kind and its canonical bytes.

An envelope is `base64url(body).base64url(signature)`: one string for a URL, a JSON field or a request body.
"""

from __future__ import annotations

import json
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import RefusedError
from app.protocol.canonical import canonical, from_base64url, to_base64url
from app.protocol.messages import Message, MessageError

AnyMessage = TypeVar("AnyMessage", bound=Message)
_LABEL = b"KOIKI-v1\0"
MAX_ENVELOPE = 64_000  # characters; a statement with a certificate has about 6,000


class BadEnvelopeError(RefusedError):
    """Not sealed by the key that was expected, or not a message of the kind that was expected."""


class Signer:
    """Holds one Ed25519 key, made from a 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def seal(self, message: Message) -> str:
        """The envelope of `message` under this key."""
        body = canonical(message.as_fields())
        return f"{to_base64url(body)}.{to_base64url(self._key.sign(_signed_bytes(message.KIND, body)))}"


def open_sealed(envelope: str, kind: type[AnyMessage], public_key: bytes) -> AnyMessage:
    """The message inside, if `public_key` sealed it as this kind. :raises BadEnvelopeError: otherwise."""
    body, signature = _split(envelope)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _signed_bytes(kind.KIND, body))
        return _parse(body, kind)
    except (InvalidSignature, MessageError, ValueError, RecursionError):
        raise BadEnvelopeError(kind.KIND) from None


def peek(envelope: str, name: str) -> str:
    """An unverified text field, only to find the key to verify with. Empty when absent."""
    try:
        value = json.loads(_split(envelope)[0]).get(name, "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return value if isinstance(value, str) else ""


def _parse(body: bytes, kind: type[AnyMessage]) -> AnyMessage:
    """:raises ValueError: unless `body` is the one byte string of one message (no second key, no second spelling)."""
    given = json.loads(body)
    if not isinstance(given, dict) or canonical(given) != body:
        raise MessageError(kind.KIND)
    return kind.from_fields(given)


def _signed_bytes(kind: str, body: bytes) -> bytes:
    return _LABEL + kind.encode() + b"\0" + body


def _split(envelope: str) -> tuple[bytes, bytes]:
    body, dot, signature = envelope.partition(".")
    if not dot or len(envelope) > MAX_ENVELOPE:
        raise BadEnvelopeError("form")
    try:
        return from_base64url(body), from_base64url(signature)
    except ValueError:
        raise BadEnvelopeError("encoding") from None
