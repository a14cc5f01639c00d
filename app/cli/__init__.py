"""The command line: one module a group, each with a Click group named `group`."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

GROUPS = ("db", "union_", "municipalities", "terminals", "audit")


def register(app: Flask) -> None:
    """Put every group under `flask`; `db` takes the place of any other of that name."""
    for name in GROUPS:
        app.cli.add_command(import_module(f"{__name__}.{name}").group)
