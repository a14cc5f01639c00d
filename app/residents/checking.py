"""Reads a whole partition and tells what contradicts itself: the rules of the import, over what is stored now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from app import clock
from app.residents import encryption, rules, stored
from app.residents.faults import Fault, Row
from app.residents.registers import BLOCKS, PERSONS, SEALS, Register

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


def check(p: Partition, key: bytes) -> list[Fault]:
    """Every contradiction, by register and row; empty when there is none. A row is named by its key alone.

    :raises SealedElsewhereError: when a stored number does not open.
    """
    return [
        *_titled(PERSONS, _check_persons(p, key)),
        *_titled(SEALS, _check_seals(p, key)),
        *_titled(BLOCKS, _check_blocks(p, key)),
    ]


def _titled(register: Register, faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in map(register.titled, faults):
        yield Fault(0, fault.column, fault.reason, f"{register.name} {fault.subject}")


def _read(p: Partition, register: Register, key: bytes, faults: list[Fault]) -> Iterator[Row]:
    """The stored rows; those that are not what was imported are faults."""
    own_key = encryption.fingerprint_key(key)
    for row, kept in stored.list_rows(p, register, key):
        if encryption.fingerprint(own_key, p.code, register.texts_of(row)) != kept:
            faults.append(row.fault("", "differs from what was imported"))
        yield row


def _check_persons(p: Partition, key: bytes) -> list[Fault]:
    faults: list[Fault] = []
    rows = [*_read(p, PERSONS, key, faults)]
    faults += _each(rows, lambda row: rules.check_person(row, clock.today()))
    current = stored.current_of(rows)
    faults += rules.check_households(current.values())
    numbers = ((row.values["individual_number"], row) for row in current.values() if row.values["individual_number"])
    faults += rules.check_individual_numbers(numbers)
    lost = {row.values["atena_no"] for row in rows} - current.keys()
    return faults + [Fault(0, "", "no current version", atena_no) for atena_no in sorted(lost)]


def _check_seals(p: Partition, key: bytes) -> list[Fault]:
    faults: list[Fault] = []
    persons = stored.list_current_persons(p)
    rows = [*_read(p, SEALS, key, faults)]
    for row in rows:
        if hashlib.sha256(row.values["imprint_png"]).hexdigest() != row.values["imprint_sha256"]:
            faults.append(row.fault("imprint_png", "is not the imprint that was registered"))
    faults += _each(rows, lambda row: rules.check_seal(row, persons))
    return faults + [*rules.check_seals_together(rows)]


def _check_blocks(p: Partition, key: bytes) -> list[Fault]:
    faults: list[Fault] = []
    persons = stored.list_current_persons(p)
    households = {row.values["setai_no"] for row in persons.values()}
    rows = [*_read(p, BLOCKS, key, faults)]
    return faults + _each(rows, lambda row: rules.check_block(row, persons, households))


def _each(rows: Iterable[Row], rule: Callable[[Row], Iterator[Fault]]) -> list[Fault]:
    return [fault for row in rows for fault in rule(row)]
