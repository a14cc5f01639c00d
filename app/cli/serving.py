"""A command that serves: it looks at itself and at the others first, and leaves when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app

from app.cli.output import plain_errors
from app.nodes import checking, equipment
from app.nodes.agreement import Role
from app.nodes.membership import Membership


@contextmanager
def serving(role: Role) -> Iterator[Membership]:
    """One of the processes that serve, inside the block. One that must not is one line on stderr and status 3."""
    with plain_errors():
        node = Membership(role, current_app._get_current_object().app_context)  # type: ignore[attr-defined]
        try:
            checking.check()
            node.join()
            yield node
        finally:
            node.leave()


def pages_of(app: Flask) -> set[str]:
    """The templates that the surfaces of this process show."""
    rooms = Path(app.root_path)
    pages = {page for room in ("web", *app.blueprints) for page in equipment.named_in(rooms / room)}
    if "kiosk" in app.blueprints:
        from app.kiosk.screens import SCREENS, TEMPLATES

        pages |= {f"kiosk/{TEMPLATES.get(name, name)}.html" for name in SCREENS}
    return pages
