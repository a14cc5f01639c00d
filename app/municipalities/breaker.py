"""Leaves a town alone whose database lets everybody wait: its requests must not use up the threads of all the others.

A failure that comes at once costs nobody anything and is not counted. After a few slow ones in a row the town is
refused at once for a while; then one request may try, and the rest wait for what it finds (the outages of 戸籍情報連携
of 2024 spread from one slow system to all who asked it).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.municipalities.errors import PartitionDownError

SLOW_SECONDS = 1.0
SLOW_FAILURES = 3  # in a row
PAUSE_SECONDS = 5.0


@dataclass
class _Memory:
    """Of one town."""

    failures: int = 0
    closed_until: float = 0.0


class Breaker:
    """Thread-safe; one per process. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._towns: dict[str, _Memory] = {}

    @contextmanager
    def watch(self, code: str) -> Iterator[None]:
        """Around what asks the town's database. :raises PartitionDownError: at once, while the town is left alone."""
        self._admit(code)
        begun = self._clock()
        try:
            yield
        except PartitionDownError:
            if self._clock() - begun >= SLOW_SECONDS:
                self._note_slow(code)
            raise
        with self._lock:
            self._towns.pop(code, None)

    def forget(self) -> None:
        """Nothing is known of any town."""
        with self._lock:
            self._towns.clear()

    def _admit(self, code: str) -> None:
        """Who tries after the pause begins the next one for everybody else."""
        with self._lock:
            town = self._towns.get(code)
            if town is None or town.failures < SLOW_FAILURES:
                return
            if self._clock() < town.closed_until:
                raise PartitionDownError(code, "let everybody wait, and is left alone for a moment")
            town.closed_until = self._clock() + PAUSE_SECONDS

    def _note_slow(self, code: str) -> None:
        with self._lock:
            town = self._towns.setdefault(code, _Memory())
            town.failures += 1
            town.closed_until = self._clock() + PAUSE_SECONDS
