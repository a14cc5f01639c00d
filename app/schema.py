"""Every model of every room, so that the two metadata are complete. For the migrations and their tests alone."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def import_models() -> None:
    """Import `app.*.models` and `app.*.*_models`, whichever rooms there are."""
    for file in sorted(Path(__file__).parent.glob("*/*models.py")):
        import_module(f"app.{file.parent.name}.{file.stem}")
