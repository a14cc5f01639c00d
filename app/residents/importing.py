"""Applies a register file to a partition: plan first, then all or nothing.

A file is a set of rows by key; rows of the register that it does not name stay. The plan reads only. Applying it checks
that no other import came between, and writes rows, `RegisterImport` and audit entry in the caller's one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.residents import encryption, queries, stored
from app.residents.errors import BadRowsError, StalePlanError
from app.residents.faults import Fault, Key, Row
from app.residents.models import RegisterArrival, RegisterImport
from app.residents.reading import Options, Parsed, count_lines, read_file
from app.residents.registers import BLOCKS, PERSONS, REGISTERS, SEALS, VERSION, Register

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition

__all__ = [
    "BLOCKS",
    "PERSONS",
    "REGISTERS",
    "SEALS",
    "Options",
    "Parsed",
    "Plan",
    "apply",
    "count_lines",
    "plan",
    "read_file",
]

CHUNK = 2000  # rows a statement batch
Advance = Callable[[int], None]


@dataclass
class Plan:
    """What an import would do. `ended` counts what was in force and no longer is: residents, live seals, blocks …"""

    register: Register
    file_sha256: str
    based_on_serial: int
    added: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    unchanged: int = 0
    ended: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    fingerprints: dict[Key, str] = field(default_factory=dict, repr=False)
    current: dict[Key, int] = field(default_factory=dict, repr=False)  # 宛名番号 … → the version that will be current

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed)

    def counts(self) -> dict[str, int]:
        """The four numbers of the report."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "ended": self.ended,
        }


def plan(p: Partition, parsed: Parsed, key: bytes) -> Plan:
    """Compare a file with the register, and find what contradicts itself once both are together. Writes nothing."""
    planned = Plan(parsed.register, parsed.file_sha256, queries.get_register_serial(p))
    planned.warnings = list(parsed.warnings)
    rows = _unique(parsed, planned)
    _sort_out(p, planned, rows, encryption.fingerprint_key(key))
    _find_contradictions(p, planned, rows, key, parsed.doubtful)
    planned.faults = sorted((*parsed.faults, *map(planned.register.titled, planned.faults)), key=lambda f: f.line)
    return planned


def apply(p: Partition, actor: str, planned: Plan, key: bytes, advance: Advance = lambda _rows: None) -> int:
    """Write the plan; give the serial of the import (the former one when there is nothing to change).

    A file that changes nothing has arrived all the same: the register is as old as its last file.

    :raises BadRowsError: when the plan has faults.
    :raises StalePlanError: when another import was applied since.
    """
    if planned.faults:
        raise BadRowsError(len(planned.faults))
    if queries.get_register_serial(p) != planned.based_on_serial:
        raise StalePlanError(p.code)
    _note_arrival(p, planned)
    if planned.is_empty:
        return planned.based_on_serial
    _remove(p, planned)
    _write(p, planned, key, advance)
    return _record(p, actor, planned)


def _unique(parsed: Parsed, planned: Plan) -> dict[Key, Row]:
    """The rows by key; a key that stands twice in a file is a fault."""
    rows: dict[Key, Row] = {}
    for row in parsed.rows:
        first = rows.setdefault(parsed.register.key_of(row), row)
        if first is not row:
            reason = f"the same row stands in line {first.line}"
            planned.faults.append(row.fault(parsed.register.key[-1], reason))
    return rows


def _sort_out(p: Partition, planned: Plan, rows: dict[Key, Row], key: bytes) -> None:
    """Added, changed, unchanged; and which version of each person will be the current one."""
    register = planned.register
    before = stored.list_fingerprints(p, register)
    for place, row in rows.items():
        planned.fingerprints[place] = encryption.fingerprint(key, p.code, register.texts_of(row))
        if place not in before:
            planned.added.append(row)
        elif before[place] != planned.fingerprints[place]:
            planned.changed.append(row)
        else:
            planned.unchanged += 1
    if register.has_versions:
        planned.current = _current_versions(p, register, rows.values())


def _current_versions(p: Partition, register: Register, rows: Iterable[Row]) -> dict[Key, int]:
    """For everything in the file: the highest history number that is not provisional, of file and register together."""
    versions = {(register.thing_of(r), r.values[VERSION]): r.values.get("is_provisional", False) for r in rows}
    named = {thing for thing, _history_no in versions}
    for thing, history_no, is_provisional in stored.list_versions(p, register):
        if thing in named:
            versions.setdefault((thing, history_no), is_provisional)
    current: dict[Key, int] = {}
    for (thing, history_no), is_provisional in versions.items():
        if not is_provisional:
            current[thing] = max(history_no, current.get(thing, 0))
    return current


def _find_contradictions(p: Partition, planned: Plan, rows: dict[Key, Row], key: bytes, doubtful: set[str]) -> None:
    """Rules between rows, over the register as it would be; told at the rows of the file."""
    register = planned.register
    ours = {register.thing_of(row): row for row in rows.values() if _is_current(planned, row)}
    outlook = stored.Outlook(p, key, register, rows.values(), ours, doubtful, planned.current)
    before = stored.list_in_force(p, register)
    planned.ended = sum(thing in before and not _is_in_force(register, row) for thing, row in ours.items())
    found = [*_without_current(planned, rows), *register.judge(outlook)]
    planned.faults += (fault if fault.line else _at_file(fault, rows) for fault in found)


def _without_current(planned: Plan, rows: dict[Key, Row]) -> Iterator[Fault]:
    """Nobody consists of provisional versions alone."""
    if not planned.register.has_versions:
        return
    first: dict[Key, Row] = {}
    for row in rows.values():
        first.setdefault(planned.register.thing_of(row), row)
    for thing in first.keys() - planned.current.keys():
        yield first[thing].fault("is_provisional", "the person would have no version that is not provisional")


def _is_in_force(register: Register, row: Row) -> bool:
    return register.in_force is None or register.in_force.holds(row)


def _is_current(planned: Plan, row: Row) -> bool:
    register = planned.register
    return not register.has_versions or planned.current.get(register.thing_of(row)) == row.values[VERSION]


def _at_file(fault: Fault, rows: dict[Key, Row]) -> Fault:
    """A fault that shows in a row already stored is told at the first row of the file: that brought it about."""
    first = min(row.line for row in rows.values())
    return Fault(first, fault.column, f"{fault.reason} (in a stored row of the same household, 戸籍 or person)")


def _remove(p: Partition, planned: Plan) -> None:
    """Make room: the changed rows go, and versions that are current no more say so."""
    table = planned.register.table
    if planned.changed:
        columns = planned.register.key
        matches = [table.c[name] == sa.bindparam(f"key_{name}") for name in columns]
        doomed = [{f"key_{name}": row.values[name] for name in columns} for row in planned.changed]
        p.session.execute(sa.delete(table).where(*matches), doomed)
    if planned.register.has_versions:
        _move_current(p, planned)


def _move_current(p: Partition, planned: Plan) -> None:
    """The stored versions of everything in the file: at most the one that stays current is marked."""
    table, thing = planned.register.table, planned.register.thing
    stored_now = stored.list_current_versions(p, planned.register)
    moved = [
        {**{f"key_{name}": part for name, part in zip(thing, parts, strict=True)}, "stays": history_no}
        for parts, history_no in planned.current.items()
        if stored_now.get(parts, history_no) != history_no
    ]
    if not moved:
        return
    mine = [table.c[name] == sa.bindparam(f"key_{name}") for name in thing]
    stays = table.c[VERSION] == sa.bindparam("stays")
    p.session.execute(sa.update(table).where(*mine, ~stays).values(is_current=False), moved)
    p.session.execute(sa.update(table).where(*mine, stays).values(is_current=True), moved)


def _write(p: Partition, planned: Plan, key: bytes, advance: Advance) -> None:
    table = planned.register.table
    rows = iter([*planned.changed, *planned.added])
    while batch := [_columns(p, planned, row, key) for row in islice(rows, CHUNK)]:
        p.session.execute(sa.insert(table), batch)
        advance(len(batch))
    if planned.register.settle:
        planned.register.settle(p.session)


def _columns(p: Partition, planned: Plan, row: Row, key: bytes) -> dict[str, Any]:
    """The row as the table keeps it: fingerprinted, numbers encrypted for their cell."""
    register = planned.register
    columns = {**row.values, "row_sha256": planned.fingerprints[register.key_of(row)]}
    if register.has_versions:
        columns["is_current"] = _is_current(planned, row)
    for name in register.secrets:
        cell = encryption.Cell(p.code, name, row.values["atena_no"], row.values[VERSION])
        columns[name] = encryption.encrypt(key, cell, columns[name]) if columns[name] else None
    return {name: columns[name] for name in register.columns if name in columns}


def _record(p: Partition, actor: str, planned: Plan) -> int:
    """The serial under which certificates name this state of the register, and who brought it about."""
    numbers = {name: count for name, count in planned.counts().items() if name != "ended"}
    made: dict[str, Any] = {"register": planned.register.name, "file_sha256": planned.file_sha256, **numbers}
    serial = planned.based_on_serial + 1
    p.session.add(RegisterImport(serial=serial, applied_at=clock.now(), **made))
    p.session.flush()
    audit.record(p, actor, Action.REGISTER_IMPORTED, f"import:{serial}", **made)
    return serial


def _note_arrival(p: Partition, planned: Plan) -> None:
    arrival = p.session.get(RegisterArrival, planned.register.name) or RegisterArrival(register=planned.register.name)
    arrival.file_sha256, arrival.arrived_at = planned.file_sha256, clock.now()
    p.session.add(arrival)
