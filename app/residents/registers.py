"""The three registers that can be imported: which table, which columns, which key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import sqlalchemy as sa

from app.extensions import PartitionBase
from app.residents.faults import Fault, Row
from app.residents.fields import BLOCK_FIELDS, PERSON_FIELDS, SEAL_FIELDS, Field
from app.residents.models import Block, PersonVersion, Seal
from app.residents.values import to_text

SECRET_COLUMNS = ("individual_number", "resident_code")  # encrypted in the table, plain in a file


@dataclass(frozen=True)
class Register:
    """A register by name, with its table and the columns of its files."""

    name: str
    model: type[PartitionBase]
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @property
    def table(self) -> sa.Table:
        """The table, for statements over many rows."""
        return self.model.metadata.tables[self.model.__tablename__]

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """The fields that are columns of the table, in file order: what an export writes and a fingerprint covers."""
        return tuple(f for f in self.fields if f.key in self.table.columns)

    @cached_property
    def titles(self) -> dict[str, str]:
        return {f.key: f.title for f in self.fields}

    def key_of(self, row: Row) -> tuple[object, ...]:
        """The row's key in its register."""
        return tuple(row.values[name] for name in self.key)

    def texts_of(self, row: Row) -> tuple[str, ...]:
        """The row as an export writes it."""
        return tuple(to_text(row.values[f.key]) for f in self.stored_fields)

    def titled(self, fault: Fault) -> Fault:
        """The same fault with the title of its column instead of our key."""
        return replace(fault, column=self.titles.get(fault.column, fault.column))


PERSONS = Register("persons", PersonVersion, PERSON_FIELDS, ("atena_no", "history_no"))
SEALS = Register("seals", Seal, SEAL_FIELDS, ("seal_no",))
BLOCKS = Register("blocks", Block, BLOCK_FIELDS, ("block_id",))
REGISTERS = {register.name: register for register in (PERSONS, SEALS, BLOCKS)}
