"""PURE. Whether a grant is for the resident who stands here, and its bytes are the ones that were promised.

The portal checks all of this too; the terminal checks again because it is the last that can stop a sheet on its way
into the wrong hands. Any word but None stops the terminal (docs/terminal-agent.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.protocol.messages import Manifest
from app.terminal.pages import count_pages


@dataclass(frozen=True)
class Expected:
    """What this terminal knows by itself."""

    terminal_id: str
    visit_id: str  # of the last sign-in that ended well here; empty before the first
    attempt_id: str
    grant_id: str


def find_mismatch(manifest: Manifest, expected: Expected, pdf: bytes) -> str | None:
    """The first thing that is not as it must be, as one word; None when all is well."""
    for name in ("terminal_id", "visit_id", "attempt_id", "grant_id"):
        if not getattr(expected, name) or getattr(manifest, name) != getattr(expected, name):
            return name
    if hashlib.sha256(pdf).hexdigest() != manifest.sha256:
        return "sha256"
    if manifest.sheets < 1 or manifest.sheets != count_pages(pdf):
        return "sheets"
    return None
