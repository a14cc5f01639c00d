"""Is the import quick because it writes in bulk? Two ways to write one plan, in one run; prints the ratio.

    .venv/bin/python benchmarks/import_register.py [--rows 100000] [--rounds 1]

`bulk` is the import's own way; `one by one` adds each row as an object to the session, which is how it would be written
without thinking of 100,000 rows. Reading, checking and planning are told apart, because both ways share them.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest import mock

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import Head
from app.demo.people import fill, invent
from app.demo.towns import TOWNS
from app.extensions import PartitionBase
from app.residents import importing
from app.residents.importing import PERSONS, Plan

KEY = bytes(range(32))


@dataclass
class OpenPartition:
    session: Session
    code: str = TOWNS[0].code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = write_file(Path(folder) / "persons.csv", chosen.rows)
        times = [measure(file, Path(folder), way) for _ in range(chosen.rounds) for way in (bulk, one_by_one)]
    quick, slow = median(times[::2]), median(times[1::2])
    print(f"writing: bulk {quick:.1f} s, one by one {slow:.1f} s, ratio {slow / quick:.1f}")  # noqa: T201


def write_file(path: Path, rows: int) -> Path:
    """An invented town of about so many rows."""
    book = invent(TOWNS[0], 1)
    with mock.patch.object(type(book), "add_seal"):  # no imprints: persons are measured
        fill(book, rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in book.persons for name in row)), restval="")
        writer.writeheader()
        writer.writerows(book.persons)
    return path


def measure(file: Path, folder: Path, write: Callable[[OpenPartition, Plan], None]) -> float:
    """Seconds of the writing alone, into a new database file."""
    database = folder / f"{write.__name__}.db"
    database.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{database}")
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Head(head_id=1))
        session.commit()
        p = OpenPartition(session)
        began = time.perf_counter()
        parsed = importing.read_file(file, PERSONS)
        read = time.perf_counter()
        planned = importing.plan(p, parsed, KEY)
        ready = time.perf_counter()
        write(p, planned)
        session.commit()
        done = time.perf_counter()
    engine.dispose()
    steps = f"read {read - began:.1f} s, plan {ready - read:.1f} s, write {done - ready:.1f} s"
    print(f"{write.__name__}: {len(planned.added):,} rows, {steps}")  # noqa: T201
    return done - ready


def bulk(p: OpenPartition, planned: Plan) -> None:
    importing.apply(p, "benchmark", planned, KEY)


def one_by_one(p: OpenPartition, planned: Plan) -> None:
    def write(p: OpenPartition, planned: Plan, key: bytes, _advance: Callable[[int], None]) -> None:
        for row in planned.added:
            p.session.add(PERSONS.model(**importing._columns(p, planned, row, key)))
            p.session.flush()

    with mock.patch.object(importing, "_write", write):
        importing.apply(p, "benchmark", planned, KEY)


if __name__ == "__main__":
    main()
