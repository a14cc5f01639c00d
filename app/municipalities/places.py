"""Where a partition lies: a database URL, and in PostgreSQL a schema and a role of the town's own (docs/adr/0002)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from app.config import Config
from app.municipalities.errors import BadPlaceError

EMBEDDED = "embedded"
CODE = "{code}"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Place:
    """Never built from what a visitor typed. Names go into SQL, so they are plain or refused."""

    url: str
    schema: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        for name in (self.schema, self.role):
            if name is not None and not _NAME.fullmatch(name):
                raise BadPlaceError(f"not a plain lower-case name: {name[:63]!r}")
        if self.is_file and (self.schema or self.role):
            raise BadPlaceError("a file has no schema and no role")

    @property
    def is_file(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path:
        """The file of a SQLite place."""
        return Path(sa.make_url(self.url).database or "")

    def options(self, *, writes: bool) -> dict[str, Any]:
        """Execution options that make every transaction of an engine begin in this place."""
        return {"writes": writes, "route": self._route()}

    def _route(self) -> tuple[str, ...]:
        role = (f'SET LOCAL ROLE "{self.role}"',) if self.role else ()
        # nothing but the town's schema: not "public", never the union's
        path = (f'SET LOCAL search_path TO "{self.schema}"',) if self.schema else ()
        return role + path


class PlaceRow(Protocol):
    """What a place is made of; a row of `member` and `MemberFacts` have it."""

    @property
    def code(self) -> str: ...
    @property
    def place_key(self) -> str: ...
    @property
    def place_schema(self) -> str | None: ...
    @property
    def place_role(self) -> str | None: ...


def locate(config: Config, member: PlaceRow) -> Place:
    """The place of a member. `{code}` in a URL of the settings becomes the member's code.

    :raises BadPlaceError: if the settings do not know the key, or towns would share one schema or one role's rights.
    """
    if member.place_key == EMBEDDED:
        return Place(f"sqlite:///{config.home / 'partitions' / (member.code + '.db')}")
    if (url := config.place_urls.get(member.place_key)) is None:
        raise BadPlaceError(f"KOIKI_PLACE_{member.place_key.upper()} is not set")
    if CODE not in url and not (member.place_schema and member.place_role):
        raise BadPlaceError(f"a town in '{member.place_key}' needs a schema and a role of its own")
    return Place(url.replace(CODE, member.code), member.place_schema, member.place_role)
