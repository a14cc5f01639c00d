"""Writes the invented books as register files, and takes them in by the way that every register takes."""

from __future__ import annotations

import csv
from pathlib import Path

from app.demo.people import Book, Cells
from app.municipalities.partitions import partitions
from app.residents import importing
from app.residents.registers import REGISTERS, Register


def import_book(book: Book, folder: Path, actor: str, key: bytes) -> None:
    """In the order of the registers: each after those that it names."""
    for register in REGISTERS.values():
        rows: list[Cells] = getattr(book, register.name)
        if rows:
            _import(book.town.code, register, _write(folder / f"{register.name}.csv", rows), actor, key)


def _write(path: Path, rows: list[Cells]) -> Path:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _import(code: str, register: Register, path: Path, actor: str, key: bytes) -> None:
    parsed = importing.read_file(path, register)
    with partitions.open(code) as p:
        planned = importing.plan(p, parsed, key)
    if planned.faults:
        raise InventionError(f"{code} {register.name} {planned.faults[0]}")
    with partitions.open(code, write=True) as p:
        importing.apply(p, actor, planned, key)


class InventionError(AssertionError):
    """The generator wrote what the import refuses: a defect of the generator."""
