"""Reads a whole partition and tells what contradicts itself: the rules of the import, over what is stored now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app import clock
from app.residents import encryption, stored
from app.residents.faults import Fault, Key, Row
from app.residents.registers import REGISTERS, Register

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


def check(p: Partition, key: bytes) -> list[Fault]:
    """Every contradiction, by register and row; empty when there is none. A row is named by its key alone.

    Between two registers of which one is written first, a difference is a warning (`Fault.is_warning`).
    :raises SealedElsewhereError: when a stored number does not open.
    """
    return [fault for register in REGISTERS.values() for fault in _check(p, register, key)]


def _check(p: Partition, register: Register, key: bytes) -> Iterator[Fault]:
    rows: list[Row] = []
    faults = [*_read(p, register, key, rows)]
    faults += [fault for row in rows for fault in register.check_row(row, clock.today())]
    outlook = stored.Outlook(p, key, register, rows, _current(register, rows), is_whole=True)
    faults += [*register.compare(outlook), *register.judge(outlook), *_lost(register, outlook)]
    for fault in map(register.titled, faults):
        yield Fault(0, fault.column, fault.reason, f"{register.name} {fault.subject}", fault.is_warning)


def _read(p: Partition, register: Register, key: bytes, rows: list[Row]) -> Iterator[Fault]:
    """Fills `rows` with what is stored; tells which are not what was imported."""
    own_key = encryption.fingerprint_key(key)
    for row, kept in stored.list_rows(p, register, key):
        rows.append(row)
        if encryption.fingerprint(own_key, p.code, register.texts_of(row)) != kept:
            yield row.fault("", "differs from what was imported")


def _current(register: Register, rows: list[Row]) -> dict[Key, Row]:
    return {register.thing_of(row): row for row in rows if not register.has_versions or row.values["is_current"]}


def _lost(register: Register, outlook: stored.Outlook) -> Iterator[Fault]:
    """Things of which no version is the current one."""
    lost = {register.thing_of(row) for row in outlook.rows} - outlook.current.keys()
    for thing in sorted(lost, key=str):
        yield Fault(0, "", "no current version", " ".join(str(part) for part in thing))
