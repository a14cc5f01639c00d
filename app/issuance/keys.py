"""What issuing needs from the settings; set once by `create_app`, read when used."""

from __future__ import annotations

import hashlib
import hmac
from typing import ClassVar

from app.config import Config
from app.issuance.errors import IssuanceNotConfiguredError


class _Holder:
    config: ClassVar[Config | None] = None


def configure(config: Config) -> None:
    """Use `config` from now on."""
    _Holder.config = config


def sheet_key() -> bytes:
    """AES-256 key of what waits to be printed. :raises MissingSecretError: when absent."""
    return _config().secrets.sheet


def register_key() -> bytes:
    """Opens one individual number, where a resident asked for it on the sheet."""
    return _config().secrets.register


def transaction_mark(municipality: str, order_id: str) -> str:
    """How the union's ledger knows that copies belong together: keyed, it leads back to no order. 64 hex digits."""
    label = f"KOIKI-TRANSACTION-v1\0{municipality}\0{order_id}".encode()
    return hmac.new(_config().secrets.route, label, hashlib.sha256).hexdigest()


def _config() -> Config:
    if _Holder.config is None:
        raise IssuanceNotConfiguredError("app.issuance.keys.configure")
    return _Holder.config
