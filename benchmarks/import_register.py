"""Is the import quick because it writes in bulk? Two ways to write the same plans, in one run; prints the ratios.

    .venv/bin/python -m benchmarks.import_register [--rows 100000] [--rounds 1]

`bulk` is the import's own way; `one by one` adds each row as an object to the session, which is how it would be written
without thinking of 100,000 rows. Reading, checking and planning are told apart, because both ways share them. What is
written are the persons of an invented town, about `--rows` of them, their 戸籍 with members, and their incomes.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest import mock

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import Head
from app.demo.kinship import write_families
from app.demo.ordinary import fill
from app.demo.people import Book, invent
from app.demo.taxes import assess
from app.demo.towns import TOWNS
from app.extensions import PartitionBase
from app.residents import importing
from app.residents.importing import Plan
from app.residents.registers import FAMILY_MEMBERS, FAMILY_REGISTERS, INCOME_TAXES, PERSONS, Register

KEY = bytes(range(32))
MEASURED = (PERSONS, FAMILY_REGISTERS, FAMILY_MEMBERS, INCOME_TAXES)  # each after those that it names
Files = dict[Register, Path]


@dataclass
class OpenPartition:
    session: Session
    code: str = TOWNS[0].code


Write = Callable[[OpenPartition, Plan], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    taken: defaultdict[tuple[Register, Write], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        files = write_files(Path(folder), chosen.rows)
        for _round in range(chosen.rounds):
            for write in (bulk, one_by_one):
                for register, seconds in measure(files, Path(folder) / "town.db", write):
                    taken[register, write].append(seconds)
    for register in MEASURED:
        quick, slow = (median(taken[register, write]) for write in (bulk, one_by_one))
        click.echo(f"{register.name}: bulk {quick:.1f} s, one by one {slow:.1f} s, ratio {slow / quick:.1f}")


def write_files(folder: Path, residents: int) -> Files:
    """The registers of an invented town."""
    book = invent(TOWNS[0], 1)
    with mock.patch.object(Book, "add_seal"):  # no imprints: they are not measured, and take long to draw
        fill(book, residents)
    write_families(book)
    assess(book)
    return {register: _write_file(folder, register, getattr(book, register.name)) for register in MEASURED}


def _write_file(folder: Path, register: Register, rows: list[dict[str, str]]) -> Path:
    path = folder / f"{register.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def measure(files: Files, database: Path, write: Write) -> Iterator[tuple[Register, float]]:
    """Seconds of the writing alone, of one register after the other, into a new database file."""
    database.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{database}")
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Head(head_id=1))
        session.commit()
        for register, file in files.items():
            yield register, _import(OpenPartition(session), register, file, write)
    engine.dispose()


def _import(p: OpenPartition, register: Register, file: Path, write: Write) -> float:
    began = time.perf_counter()
    parsed = importing.read_file(file, register)
    read = time.perf_counter()
    planned = importing.plan(p, parsed, KEY)
    ready = time.perf_counter()
    write(p, planned)
    p.session.commit()
    done = time.perf_counter()
    steps = f"read {read - began:.1f} s, plan {ready - read:.1f} s, write {done - ready:.1f} s"
    click.echo(f"{write.__name__}, {register.name}: {len(planned.added):,} rows, {steps}")
    return done - ready


def bulk(p: OpenPartition, planned: Plan) -> None:
    importing.apply(p, "benchmark", planned, KEY)


def one_by_one(p: OpenPartition, planned: Plan) -> None:
    def write(p: OpenPartition, planned: Plan, key: bytes, _advance: Callable[[int], None]) -> None:
        for row in planned.added:
            p.session.add(planned.register.model(**importing._columns(p, planned, row, key)))
            p.session.flush()
        if planned.register.settle:
            planned.register.settle(p.session)

    with mock.patch.object(importing, "_write", write):
        importing.apply(p, "benchmark", planned, KEY)


if __name__ == "__main__":
    main()
