"""The only place that asks the time. Japan has one zone and no summer time: everything above speaks JST.

Two processes on one machine agree; a test freezes the clock with `frozen(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """The present moment, aware, in JST."""
    return _frozen_at.get() or datetime.now(JST)


def today() -> date:
    """The present day in Japan."""
    return now().date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock of this thread at `at` (aware). For tests and rehearsals."""
    token = _frozen_at.set(at.astimezone(JST))
    try:
        yield
    finally:
        _frozen_at.reset(token)
