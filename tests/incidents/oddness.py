"""A process that is not like the others: of another build, for another schema, on another machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.municipalities import migrating
from app.nodes import service
from tests.incidents.points import Setter

ODD = "KOIKI_TEST_ODD"  # JSON of what is odd


class _File:
    """Where a machine tells which one it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self) -> str:
        return self._text


def make_odd(odd: Mapping[str, str], put: Setter = setattr) -> None:
    """`odd`: "build", "schema" (of the union) and "machine", any of them."""
    newest = migrating.newest
    replaced: dict[str, Any] = {
        "build": (service, "build_id", lambda: odd["build"]),
        "schema": (migrating, "newest", lambda tree: odd["schema"] if tree is migrating.UNION else newest(tree)),
        "machine": (service, "_BOOT_ID", _File(odd.get("machine", ""))),
    }
    for name in odd:
        put(*replaced[name])
