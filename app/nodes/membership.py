"""One process among the others, from its first sign of life to its last.

Time is measured by the clock that goes on while a machine sleeps: a process that was frozen for a minute is forgotten,
and another build may have begun meanwhile. It asks before it does anything else.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from sqlalchemy.exc import SQLAlchemyError

from app.errors import KoikiError
from app.nodes import service
from app.nodes.agreement import BEAT, TRUSTED, Attendance, NodeFacts, Role
from app.nodes.errors import UnfitError

log = logging.getLogger(__name__)


def _seconds() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Membership:
    """`enter` gives a context in which the union can be reached; `on_refusal` is called once, off the main thread."""

    def __init__(
        self,
        role: Role,
        enter: Callable[[], AbstractContextManager[object]],
        on_refusal: Callable[[UnfitError], None] | None = None,
    ) -> None:
        self.me: NodeFacts = service.describe(role)
        self._enter = enter
        self._on_refusal = on_refusal
        self._refusal: UnfitError | None = None
        self._beaten_at = 0.0
        self._attendance = Attendance(_seconds())
        self._over = threading.Event()
        self._pid = os.getpid()

    def join(self) -> None:
        """The first sign of life; others follow from a thread. :raises UnfitError: it must not serve."""
        self._beat()
        atexit.register(self.leave)
        threading.Thread(target=self._keep_beating, name="node", daemon=True).start()

    def ensure(self) -> None:
        """Before anything is done. :raises UnfitError: it must not go on. :raises UnavailableError: nobody can tell."""
        if self._refusal is not None:
            raise self._refusal
        if _seconds() - self._beaten_at > TRUSTED.total_seconds():
            self._beat()

    def missing_keepers(self) -> list[Role]:
        """Whom this process has not heard of for too long, by what it read with its last sign of life."""
        return self._attendance.missing(self._beaten_at)

    def leave(self) -> None:
        """The last word. A process that cannot say it is forgotten after a while."""
        if self._over.is_set() or self._pid != os.getpid():
            return
        self._over.set()
        with suppress(KoikiError, SQLAlchemyError), self._enter():
            service.leave(self.me)

    def _keep_beating(self) -> None:
        while not self._over.wait(BEAT.total_seconds()) and self._refusal is None:
            try:
                self._beat()
            except UnfitError as error:
                if self._on_refusal is not None:
                    self._on_refusal(error)
            except (KoikiError, SQLAlchemyError) as error:
                log.error("no sign of life: %s", type(error).__name__)

    def _beat(self) -> None:
        at = _seconds()
        try:
            with self._enter():
                others = service.beat(self.me)
        except UnfitError as error:
            self._refusal = error
            raise
        self._attendance.note(others, at)
        self._beaten_at = at
