"""A partition for the tests of this package: one SQLite database in memory, without the registry around it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import app.audit.models
import app.residents.models  # noqa: F401  (its tables are part of the metadata)
from app.extensions import PartitionBase

KEY = bytes(range(32))


@dataclass
class OpenPartition:
    """What `partitions.open` hands out, as far as this package uses it."""

    session: Session
    code: str = "901016"


@pytest.fixture
def p() -> Iterator[OpenPartition]:
    engine = sa.create_engine("sqlite://")
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        yield OpenPartition(session)
    engine.dispose()
