"""What a process looks at before it serves. A town that lacks something does not stop the others: `union doctor`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from app import clock
from app.errors import KoikiError
from app.municipalities import migrating, probing, queries, union
from app.municipalities.errors import PartitionDownError
from app.nodes import equipment
from app.nodes.agreement import clock_objection
from app.nodes.errors import UnfitError


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
    """One town of each place: all towns of a place share its server or its folder."""
    for code in {member.place_key: member.code for member in reversed(queries.list_members())}.values():
        try:
            yield from partition_database(code)
        except PartitionDownError:
            continue  # this town is not available, the others are
        except KoikiError as error:
            yield str(error)
