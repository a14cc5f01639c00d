"""A command that serves: it looks at itself and at the others first, and leaves when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from app.cli.output import plain_errors
from app.nodes import checking
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
