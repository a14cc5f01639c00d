"""The way into a town's data: `with partitions.open(code, write=True) as p:`. There is no current municipality.

One short session per town and unit of work. A partition carries a stamp with its own code; a registry that points one
town's code at another town's place is noticed before a row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from alembic.util import CommandError as AlembicError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.audit.models import Head
from app.config import Config
from app.errors import KoikiError
from app.municipalities import building, engines, queries
from app.municipalities.breaker import Breaker
from app.municipalities.codes import is_municipality_code
from app.municipalities.engines import EngineCache
from app.municipalities.errors import (
    BadPlaceError,
    NestedUnitError,
    PartitionDownError,
    UnknownMunicipalityError,
)
from app.municipalities.models import MemberState
from app.municipalities.places import Place, locate
from app.municipalities.queries import MemberFacts
from app.municipalities.sessions import PartitionSession

_T = TypeVar("_T")
_CLOSED = {MemberState.MOVING: "is being moved", MemberState.DOWN: "is down"}
_open_units: ContextVar[tuple[tuple[str, bool], ...]] = ContextVar("open_partitions", default=())


@dataclass(frozen=True)
class Partition:
    """One town's data for one unit of work: the first argument of whatever touches it."""

    code: str
    session: PartitionSession
    writes: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one town in a run over all: the answer, or the error as one line."""

    code: str
    answer: object = None
    error: str | None = None


class Partitions:
    """The registry of places and engines; one per process."""

    def __init__(self, limit: int = engines.MAX_FILES) -> None:
        self._engines = EngineCache(limit)
        self._breaker = Breaker()
        self._config: Config | None = None
        self._get_member: Callable[[str], MemberFacts] = queries.get_member
        self._list_codes: Callable[[], list[str]] = queries.list_codes

    def configure(
        self,
        config: Config,
        member_lookup: Callable[[str], MemberFacts] = queries.get_member,
        list_codes: Callable[[], list[str]] = queries.list_codes,
    ) -> None:
        """Use these settings from now on; engines opened under other ones are closed."""
        self._engines.dispose()
        self._breaker.forget()
        self._config, self._get_member, self._list_codes = config, member_lookup, list_codes

    @contextmanager
    def open(self, code: str, write: bool = False) -> Iterator[Partition]:
        """The partition of `code`: committed at the end of the block when `write`, else rolled back.

        A writer holds the town's `Head` row until then, so writers of one town come one after the other.

        :raises UnknownMunicipalityError: no member has this code.
        :raises PartitionDownError: not available now, for this town only.
        :raises WrongMunicipalityError: another town's data lies in the place.
        """
        member = self._usable(code, write)
        with _noted(code, write), self._session(member, write) as session:
            yield Partition(code, session, write)
            if write:
                session.commit()

    def codes(self) -> list[str]:
        """The codes of all members, in order."""
        return self._list_codes()

    def each(self, fn: Callable[[str], _T]) -> list[Outcome]:
        """Call `fn(code)` for every member; a town that fails does not stop the others."""
        return [_outcome(fn, code) for code in self.codes()]

    def create(self, code: str) -> str:
        """Make the place of a member, migrate it, stamp it; give its revision. Doing it again is harmless.

        :raises WrongMunicipalityError: if another town's data lies there.
        """
        place = self.place_of(self._find(code))
        self._engines.forget(place)
        with building.made(place), self._engines.lease(place) as slot:
            return building.furnish(slot.engine, place, code)

    def upgrade(self, code: str) -> str:
        """Migrate one partition to the newest revision, in one transaction; give the revision."""
        place = self.place_of(self._find(code))
        with self._lease(place, code) as slot, _translated(code):
            revision = building.upgrade(slot.engine, place, code)
            slot.checked.clear()
            return revision

    def status(self) -> list[Outcome]:
        """The revision of every partition, or why it cannot be told."""
        return self.each(self.revision_of)

    def revision_of(self, code: str) -> str | None:
        """The revision that a partition is at, its stamp checked."""
        place = self.place_of(self._find(code))
        with self._lease(place, code) as slot, _translated(code):
            return building.inspect(slot.engine, place, code)

    def place_of(self, member: MemberFacts) -> Place:
        """Where a member's partition lies."""
        if self._config is None:
            raise PartitionDownError(member.code, "the registry is not configured")
        try:
            return locate(self._config, member)
        except BadPlaceError as error:
            raise PartitionDownError(member.code, str(error)) from error

    def dispose(self) -> None:
        """Close every engine that nobody holds."""
        self._engines.dispose()

    def renew_after_fork(self) -> None:
        self._engines.abandon()
        self._breaker = Breaker()

    def _find(self, code: str) -> MemberFacts:
        if not is_municipality_code(code):
            raise UnknownMunicipalityError(code)
        return self._get_member(code)

    def _usable(self, code: str, write: bool) -> MemberFacts:
        member = self._find(code)
        if member.state in _CLOSED:
            raise PartitionDownError(code, _CLOSED[member.state])
        if write and member.state is MemberState.READ_ONLY:
            raise PartitionDownError(code, "may only be read")
        return member

    @contextmanager
    def _session(self, member: MemberFacts, write: bool) -> Iterator[PartitionSession]:
        place, code = self.place_of(member), member.code
        with self._lease(place, code) as slot:
            bind = slot.engine.execution_options(**place.options(writes=write))
            with PartitionSession(code, bind=bind) as session:
                with self._breaker.watch(code), _translated(code):
                    _enter(session, slot.checked, place, write)
                yield session

    @contextmanager
    def _lease(self, place: Place, code: str) -> Iterator[engines.Slot]:
        if place.is_file and not place.path.is_file():
            raise PartitionDownError(code, "its file is missing")
        with self._engines.lease(place) as slot:
            yield slot


def _enter(session: PartitionSession, checked: set[tuple[str, str | None]], place: Place, write: bool) -> None:
    """Begin; look at the stamp and the revision the first time; take the writers' lock."""
    connection = session.connection()
    if (session.code, place.schema) not in checked:
        building.check(connection, session.code)
        checked.add((session.code, place.schema))
    if write and connection.execute(sa.select(Head.head_id).with_for_update()).one_or_none() is None:
        raise PartitionDownError(session.code, "it has no head row")


@contextmanager
def _translated(code: str) -> Iterator[None]:
    """Errors of the database while a partition is opened: this town is down, the others are not."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
        raise PartitionDownError(code, reason) from error
    except PoolTimeoutError as error:
        raise PartitionDownError(code, "all its connections are in use") from error


@contextmanager
def _noted(code: str, write: bool) -> Iterator[None]:
    """Refuse what would wait for itself: a town opened twice by the same thread, once or twice for writing."""
    outer = _open_units.get()
    if any(other == code and (write or other_writes) for other, other_writes in outer):
        raise NestedUnitError(code)
    token = _open_units.set((*outer, (code, write)))
    try:
        yield
    finally:
        _open_units.reset(token)


def _outcome(fn: Callable[[str], object], code: str) -> Outcome:
    try:
        return Outcome(code, fn(code))
    except (KoikiError, DBAPIError, AlembicError) as error:
        return Outcome(code, error=str(error).splitlines()[0])


partitions = Partitions()
engines.at_fork(partitions.renew_after_fork)
