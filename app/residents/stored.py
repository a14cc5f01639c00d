"""Reads stored rows back as the values that a file would carry, for comparing, checking and exporting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.residents import encryption
from app.residents.faults import Row
from app.residents.models import Block, PersonVersion, Seal
from app.residents.registers import PERSONS, SECRET_COLUMNS, Register
from app.residents.vocabularies import ResidentStatus

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition

Key = tuple[object, ...]
HOUSEHOLD_COLUMNS = (
    *("atena_no", "history_no", "setai_no", "status", "name", "alias", "name_latin", "birth_date"),
    *("household_head", "relationship", "address", "address_detail"),
)


def list_fingerprints(p: Partition, register: Register) -> dict[Key, str]:
    """Key → fingerprint of every stored row."""
    table = register.table
    names = (*register.key, "row_sha256")
    return {tuple(row[:-1]): row[-1] for row in p.session.execute(sa.select(*(table.c[name] for name in names)))}


def list_versions(p: Partition) -> Iterator[tuple[str, int, bool]]:
    """宛名番号, history number and whether provisional, of every stored version."""
    v = PersonVersion
    rows = p.session.execute(sa.select(v.atena_no, v.history_no, v.is_provisional))
    return ((row.atena_no, row.history_no, row.is_provisional) for row in rows)


def list_current_versions(p: Partition) -> dict[str, int]:
    """宛名番号 → the history number that is current now."""
    v = PersonVersion
    rows = p.session.execute(sa.select(v.atena_no, v.history_no).where(v.is_current))
    return {row.atena_no: row.history_no for row in rows}


def list_living(p: Partition) -> set[str]:
    """宛名番号 of the living residents."""
    v = PersonVersion
    return set(p.session.scalars(sa.select(v.atena_no).where(v.is_current, v.status == ResidentStatus.RESIDENT)))


def list_current_persons(p: Partition, moving: Mapping[str, int] | None = None) -> dict[str, Row]:
    """The version of each person that is current, or will be (`moving`), with what the rules between rows look at."""
    table = PERSONS.table
    columns = [table.c[name] for name in HOUSEHOLD_COLUMNS]
    wanted = sa.select(*columns, table.c.is_current)
    persons: dict[str, Row] = {}
    for *cells, is_current in p.session.execute(wanted if moving else wanted.where(table.c.is_current)):
        values = dict(zip(HOUSEHOLD_COLUMNS, cells, strict=True))
        future = (moving or {}).get(values["atena_no"])
        if is_current if future is None else values["history_no"] == future:
            persons[values["atena_no"]] = Row(0, values, values["atena_no"])
    return persons


def list_individual_numbers(p: Partition, persons: Mapping[str, Row], key: bytes) -> list[tuple[str, Row]]:
    """The decrypted numbers of these persons' versions; for comparing only."""
    v = PersonVersion
    kept = sa.select(v.atena_no, v.history_no, v.individual_number).where(v.individual_number.is_not(None))
    numbers = []
    for atena_no, history_no, sealed in p.session.execute(kept):
        row = persons.get(atena_no)
        if row and row.values["history_no"] == history_no and sealed:
            cell = encryption.Cell(p.code, "individual_number", atena_no, history_no)
            numbers.append((encryption.decrypt(key, cell, sealed), row))
    return numbers


def list_seals(p: Partition) -> dict[Key, Row]:
    """Every registration, with what the rules between rows look at."""
    rows = p.session.execute(sa.select(Seal.seal_no, Seal.atena_no, Seal.status, Seal.imprint_sha256))
    names = ("seal_no", "atena_no", "status", "imprint_sha256")
    return {(cells[0],): Row(0, dict(zip(names, cells, strict=True)), cells[0]) for cells in rows}


def list_blocks_in_force(p: Partition) -> set[str]:
    """The blocks that are not lifted."""
    return set(p.session.scalars(sa.select(Block.block_id).where(Block.lifted_at.is_(None))))


def list_rows(p: Partition, register: Register, key: bytes) -> Iterator[tuple[Row, str]]:
    """Every stored row with its values as a file would carry them, and its fingerprint; in the order of the key."""
    table = register.table
    order = [table.c[name] for name in register.key]
    for row in p.session.execute(sa.select(table).order_by(*order)).mappings():
        values = dict(row)
        if register is PERSONS:
            _open_secrets(p, values, key)
        yield Row(0, values, " ".join(str(values[name]) for name in register.key)), values["row_sha256"]


def current_of(rows: Iterable[Row]) -> dict[str, Row]:
    """The current versions among person rows."""
    return {row.values["atena_no"]: row for row in rows if row.values["is_current"]}


def _open_secrets(p: Partition, values: dict[str, Any], key: bytes) -> None:
    for name in SECRET_COLUMNS:
        cell = encryption.Cell(p.code, name, values["atena_no"], values["history_no"])
        values[name] = encryption.decrypt(key, cell, values[name]) if values[name] else ""
