"""What commands are given: settings, days, hours, who does it. A bad value is one line and status 2 (Click)."""

from __future__ import annotations

import base64
import binascii
import getpass
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import click
from flask import current_app

from app import clock
from app.certificates.catalogue import KINDS
from app.config import Config


def settings() -> Config:
    """What this installation has set."""
    config: Config = current_app.config["KOIKI"]
    return config


def _account() -> str:
    """The account that runs the command, for the audit."""
    return f"cli:{getpass.getuser()}"


class Day(click.ParamType):
    """A day as 2026-04-01, or `today`."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return clock.today() if value == "today" else date.fromisoformat(value)
        except ValueError:
            return self.fail(f"{value!r} is not a day such as 2026-04-01", param, ctx)


class Moment(click.ParamType):
    """A moment in Japan as 2026-04-01T09:00 (or a day: its beginning), or `now`."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return clock.now() if value == "now" else datetime.fromisoformat(value).replace(tzinfo=clock.JST)
        except ValueError:
            return self.fail(f"{value!r} is not a moment such as 2026-04-01T09:00", param, ctx)


class Hours(click.ParamType):
    """A span of a day as 08:30-17:15."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[time, time]:
        if isinstance(value, tuple):
            return value
        try:
            opens, closes = map(time.fromisoformat, value.split("-"))
        except ValueError:
            return self.fail(f"{value!r} is not a span such as 08:30-17:15", param, ctx)
        return opens, closes


class Base64(click.ParamType):
    """Bytes in base64, plain or URL-safe."""

    name = "base64"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        plain = value.translate(str.maketrans("-_", "+/")).rstrip("=")
        try:
            return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            return self.fail("that is not base64", param, ctx)


class Kind(click.ParamType):
    """A code of the catalogue as it is when the command runs: a town's own kinds are added when the program starts."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in KINDS:
            return self.fail(f"{value!r} is not one of {', '.join(sorted(KINDS))}", param, ctx)
        return str(value)


KIND = Kind()
actor_option: Callable[[Any], Any] = click.option(
    "--actor", default=_account, show_default="cli:ACCOUNT", help="Who does it, for the audit."
)
from_option: Callable[[Any], Any] = click.option(
    "--from", "valid_from", type=Day(), default="today", show_default=True, help="The first day on which it holds."
)
