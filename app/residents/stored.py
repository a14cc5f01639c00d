"""Reads stored rows back as the values that a file would carry, for comparing, checking and exporting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.residents import encryption
from app.residents.faults import Key, Row
from app.residents.registers import REGISTERS, VERSION, Register

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


def list_fingerprints(p: Partition, register: Register) -> dict[Key, str]:
    """Key → fingerprint of every stored row."""
    table = register.table
    names = (*register.key, "row_sha256")
    return {tuple(row[:-1]): row[-1] for row in p.session.execute(sa.select(*(table.c[name] for name in names)))}


def list_versions(p: Partition, register: Register) -> Iterator[tuple[Key, int, bool]]:
    """What each stored row is a version of, its history number, and whether it is provisional."""
    c = register.table.c
    provisional = c.is_provisional if register.has_provisional else sa.false()
    rows = p.session.execute(sa.select(*(c[name] for name in register.thing), c[VERSION], provisional))
    return ((tuple(thing), history_no, bool(is_provisional)) for *thing, history_no, is_provisional in rows)


def list_current_versions(p: Partition, register: Register) -> dict[Key, int]:
    """What the rows are versions of → the history number that is current now."""
    c = register.table.c
    rows = p.session.execute(sa.select(*(c[name] for name in register.thing), c[VERSION]).where(c.is_current))
    return {tuple(thing): history_no for *thing, history_no in rows}


def list_in_force(p: Partition, register: Register) -> set[Key]:
    """Of which things the current row is in force."""
    found = _list_current(p, register, {}, {*register.thing, register.in_force.column}) if register.in_force else {}
    return {thing for thing, row in found.items() if register.in_force and register.in_force.holds(row)}


def list_rows(p: Partition, register: Register, key: bytes) -> Iterator[tuple[Row, str]]:
    """Every stored row with its values as a file would carry them, and its fingerprint; in the order of the key."""
    table = register.table
    order = [table.c[name] for name in register.key]
    for row in p.session.execute(sa.select(table).order_by(*order)).mappings():
        values = dict(row)
        for name in register.secrets:
            values[name] = _decrypt(p, name, values, key)
        yield Row(0, values, _subject(register, values)), values["row_sha256"]


@dataclass
class Outlook:
    """The registers as they would be, for `faults.Outlook`: the stored rows, and over them those of a file.

    `future` says of the things in the file which version will be current. When `rows` are all rows of the register,
    nothing stored is read for it.
    """

    p: Partition
    key: bytes
    register: Register
    rows: Collection[Row]
    current: Mapping[Key, Row]
    doubtful: Collection[str] = ()
    future: Mapping[Key, int] = field(default_factory=dict)
    is_whole: bool = False
    _read: dict[str, Mapping[Key, Row]] = field(default_factory=dict, repr=False)

    def after(self, register: str) -> Mapping[Key, Row]:
        """The current rows of a register, as they would be."""
        if register not in self._read:
            mine = register == self.register.name
            self._read[register] = {**self._kept, **self.current} if mine else _list_judged(self.p, REGISTERS[register])
        return self._read[register]

    def opened(self, column: str) -> list[tuple[str, Row]]:
        """The numbers of an encrypted column: stored ones decrypted, for comparing only; then the file's."""
        kept = _list_secrets(self.p, self.register, column, self._kept, self.key) if self._kept else []
        ours = ((row.values[column], row) for row in self.current.values() if row.values[column])
        return [*kept, *ours]

    @cached_property
    def _kept(self) -> Mapping[Key, Row]:
        """The stored rows that stay current although there is a file."""
        if self.is_whole:
            return {}
        kept = _list_judged(self.p, self.register, self.future)
        return {thing: row for thing, row in kept.items() if thing not in self.current}


def _list_judged(p: Partition, register: Register, future: Mapping[Key, int] | None = None) -> dict[Key, Row]:
    return _list_current(p, register, future or {}, {*register.key, *register.judged})


def _list_current(
    p: Partition, register: Register, future: Mapping[Key, int], wanted: Collection[str]
) -> dict[Key, Row]:
    """The row of each thing that is current, or will be; with the wanted columns."""
    c, names = register.table.c, [name for name in register.table.c.keys() if name in wanted]  # noqa: SIM118 no dict
    query = sa.select(*(c[name] for name in names), c.is_current if register.has_versions else sa.true())
    if register.has_versions and not future:
        query = query.where(c.is_current)
    rows: dict[Key, Row] = {}
    for *cells, is_current in p.session.execute(query):
        values = dict(zip(names, cells, strict=True))
        thing = tuple(values[name] for name in register.thing)
        if is_current if thing not in future else values[VERSION] == future[thing]:
            rows[thing] = Row(0, values, " ".join(str(part) for part in thing))
    return rows


def _list_secrets(
    p: Partition, register: Register, column: str, kept: Mapping[Key, Row], key: bytes
) -> Iterable[tuple[str, Row]]:
    c = register.table.c
    query = sa.select(*(c[name] for name in register.key), c[column]).where(c[column].is_not(None))
    for cells in p.session.execute(query).mappings():
        row = kept.get(tuple(cells[name] for name in register.thing))
        if row and row.values[VERSION] == cells[VERSION]:
            yield _decrypt(p, column, cells, key), row


def _decrypt(p: Partition, column: str, values: Mapping[str, Any] | sa.RowMapping, key: bytes) -> str:
    if not values[column]:
        return ""
    cell = encryption.Cell(p.code, column, values["atena_no"], values[VERSION])
    return encryption.decrypt(key, cell, values[column])


def _subject(register: Register, values: Mapping[str, Any]) -> str:
    return " ".join(str(values[name]) for name in register.key)
