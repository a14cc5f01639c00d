"""Every model of every room, so that the two metadata are complete. For the migrations and their tests alone."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import app


def import_models() -> None:
    """Import `app.*.models`, whichever packages there are."""
    for package in sorted(m.name for m in iter_modules(app.__path__) if m.ispkg):
        rooms = iter_modules([f"{app.__path__[0]}/{package}"])
        if any(room.name == "models" for room in rooms):
            import_module(f"app.{package}.models")
