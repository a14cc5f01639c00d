"""What a process looks at before it serves. A town that lacks something does not stop the others: `union doctor`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from app import clock
from app.errors import KoikiError
from app.municipalities import migrating, probing, queries, union
from app.municipalities.errors import PartitionDownError
from app.nodes import equipment
from app.nodes.agreement import clock_objection
from app.nodes.errors import UnfitError

PLACE_SECONDS = 10.0  # a server that lets everybody wait is not asked for each of its towns

log = logging.getLogger(__name__)


def check(pages: Collection[str] = ()) -> None:
    """:raises UnfitError: with the first thing that is wrong. `pages`: templates that this process shows."""
    for line in equipment.missing(pages):
        raise UnfitError(line)
    if (revision := union.revision()) != (newest := migrating.newest(migrating.UNION)):
        raise UnfitError(f"the union's schema is {revision or 'not there'} instead of {newest}: run 'db upgrade'")
    queries.get_union()
    for line in (*union_database(), *_places()):
        raise UnfitError(line)


def union_database() -> Iterator[str]:
    """What is wrong with the union's database as such."""
    yield from _database("the union's database", probing.union_time, probing.union_excludes)


def partition_database(code: str) -> Iterator[str]:
    """What is wrong with the database in which this town lies."""
    yield from _database(
        f"the database of {code}", lambda: probing.partition_time(code), lambda: probing.partition_excludes(code)
    )


def _database(name: str, ask_time: Callable[[], datetime], excludes: Callable[[], bool]) -> Iterator[str]:
    before = clock.now()
    told = ask_time()
    if (line := clock_objection(name, told, before, clock.now())) is not None:
        yield line
    if not excludes():
        yield f"{name} lets a second writer in while one holds the lock: a network share, or a pooler of statements?"


def _places() -> Iterator[str]:
    """Each place once: all its towns share its server or its folder."""
    towns: dict[str, list[str]] = {}
    for member in queries.list_members():
        towns.setdefault(member.place_key, []).append(member.code)
    for place, codes in towns.items():
        yield from _place(place, codes)


def _place(place: str, codes: list[str]) -> Iterator[str]:
    """The first town that answers speaks for its place. A place where none does stops nobody, and is no secret."""
    tried_until = time.monotonic() + PLACE_SECONDS
    for code in codes:
        try:
            yield from partition_database(code)
        except PartitionDownError:
            if time.monotonic() < tried_until:
                continue  # this town is not available, the others may be
            break
        except KoikiError as error:
            yield str(error)
        return
    log.warning("no town of the place %s answers: its clock and its lock were not tried", place)
