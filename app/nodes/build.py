"""Which build this is: one number for the code, the templates, the migrations and the locked libraries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app", "migrations", "requirements.lock", "static", "templates", "translations", "wsgi.py")


@cache
def build_id(root: Path = ROOT) -> str:
    """SHA-256 (hex) over names and contents, read once a process: what it was when the process began."""
    whole = hashlib.sha256()
    for path in sorted(path for part in PARTS for path in _files(root / part)):
        whole.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _files(part: Path) -> Iterator[Path]:
    if part.is_file():
        yield part
    for path in part.rglob("*"):
        if path.is_file() and not _is_made(path):
            yield path


def _is_made(path: Path) -> bool:
    """Made from the others on each machine, or an editor's."""
    return path.suffix == ".mo" or "__pycache__" in path.parts or path.name.startswith(".")
