"""A My Number card in software, for the demo: the key, the PIN and the counted tries stay inside, as in the chip.

The rules are the chip's (JPKI AP, authentication key): four digits, three tries, the right PIN sets the count back to
three, three wrong ones lock it until a counter resets it. The count is durable before the answer is given: pulling the
plug gives no free try.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.protocol.canonical import to_base64url
from app.protocol.messages import CardFailure, Evidence
from app.terminal.errors import CardGoneError, CardRefusedError
from app.terminal.reader import Proof

TRIES = 3


class SoftwareJpkiCard:
    """`chip` holds `certificate` (base64url DER), `private_key` (PEM) and `pin`; `is_there` looks at the reader."""

    def __init__(self, kind: str, chip: dict[str, Any], tries_file: Path, is_there: Callable[[], bool]) -> None:
        self.kind = kind
        self._chip = chip
        self._tries_file = tries_file
        self._is_there = is_there

    def tries_left(self) -> int:
        return int(self._tries_file.read_text()) if self._tries_file.exists() else TRIES

    def prove(self, pin: str, challenge: bytes) -> Proof:
        self._verify(pin)
        if not self._is_there():
            raise CardGoneError
        signature = self._key().sign(challenge, PKCS1v15(), SHA256())
        return Proof(Evidence.JPKI, certificate=self._chip["certificate"], signature=to_base64url(signature))

    def _verify(self, pin: str) -> None:
        if not self._is_there():
            raise CardGoneError
        if (left := self.tries_left()) == 0:
            raise CardRefusedError(CardFailure.LOCKED, 0)
        self._set_tries(left - 1)
        if not hmac.compare_digest(pin.encode(), str(self._chip["pin"]).encode()):
            raise CardRefusedError(CardFailure.WRONG_PIN if left > 1 else CardFailure.LOCKED, left - 1)
        self._set_tries(TRIES)

    def _set_tries(self, tries: int) -> None:
        draft = self._tries_file.with_suffix(".new")
        with draft.open("w") as file:
            file.write(str(tries))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._tries_file)

    def _key(self) -> RSAPrivateKey:
        key = load_pem_private_key(self._chip["private_key"].encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise CardRefusedError(CardFailure.UNKNOWN_CARD)
        return key
