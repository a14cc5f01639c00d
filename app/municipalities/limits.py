"""The installation's own limits; set once by `create_app`, read when used."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from app.config import Config
from app.municipalities.serviceability import Limits


class _Holder:
    limits: ClassVar[Limits] = Limits()


def configure(config: Config) -> None:
    """Use the limits of `config` from now on."""
    _Holder.limits = Limits(
        silent=timedelta(seconds=config.silent_seconds),
        silent_case=timedelta(seconds=config.silent_case_seconds),
        relay=timedelta(seconds=config.relay_late_seconds),
    )


def get_limits() -> Limits:
    """How long something may last here before it is in the way."""
    return _Holder.limits
