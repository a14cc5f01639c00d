"""A session of one town: what belongs to another can neither be added, merged nor deleted in it (docs/adr/0002)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import PartitionBase
from app.municipalities.errors import WrongMunicipalityError

_T = TypeVar("_T")
_HOME = "municipality"
UNION = "union"


class PartitionSession(Session):
    """Knows its town; every object that was ever attached to it belongs to that town for good."""

    def __init__(self, code: str, **options: Any) -> None:
        super().__init__(expire_on_commit=False, **options)
        self.code = code

    def merge(self, instance: _T, **options: Any) -> _T:
        """As in SQLAlchemy. Needs a check of its own: it copies by primary key, and towns share those."""
        _claim(self, instance)
        return super().merge(instance, **options)

    def merge_all(self, instances: Iterable[_T], **options: Any) -> Sequence[_T]:
        known = list(instances)
        for instance in known:
            _claim(self, instance)
        return super().merge_all(known, **options)


def _claim(session: PartitionSession, instance: Any) -> None:
    if not isinstance(instance, PartitionBase):
        raise WrongMunicipalityError(session.code, UNION)
    home = sa.inspect(instance).info.setdefault(_HOME, session.code)
    if home != session.code:
        raise WrongMunicipalityError(session.code, home)


sa.event.listen(PartitionSession, "before_attach", _claim)
sa.event.listen(PartitionSession, "loaded_as_persistent", _claim)
