"""The command line: one module a group, each with a Click group named `group`."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Put every group under `flask`. Imported here: `import app` alone must not load every room."""
    from app.cli import audit, cards, certificates, db, issuance, municipalities, registers, staff, terminals, union_

    for module in (db, union_, municipalities, terminals, staff, registers, cards, certificates, issuance, audit):
        app.cli.add_command(module.group)
