"""Why a process does not serve."""

from __future__ import annotations

from app.errors import UnavailableError


class UnfitError(UnavailableError):
    """This process must not serve, or not go on; the text is one line for who started it."""
