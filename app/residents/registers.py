"""Every register that can be imported, as a declaration: table, columns, key, rules, and what counts as ended.

`importing`, `checking` and `exporting` know no register by name. A further one is an entry here, in the order in which
registers are imported: each after those that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import PartitionBase
from app.residents import (
    family_fields,
    family_models,
    family_rules,
    imprints,
    rules,
    standing,
    tax_fields,
    tax_models,
    tax_rules,
)
from app.residents import fields as resident_fields
from app.residents.family_vocabularies import FamilyState
from app.residents.faults import Fault, Key, Outlook, Row
from app.residents.fields import Field
from app.residents.models import Block, PersonVersion, Seal
from app.residents.values import to_text
from app.residents.vocabularies import ResidentStatus, SealStatus

RowRule = Callable[[Row, date], Iterator[Fault]]
RuleBetweenRows = Callable[[Outlook], Iterator[Fault]]
Values = Mapping[str, Any]
VERSION = "history_no"


def _always_right(*_judged: object) -> Iterator[Fault]:
    return iter(())


@dataclass(frozen=True)
class InForce:
    """Rows that have one of these values are in force; a plan counts those that no longer will be as ended."""

    column: str
    values: frozenset[object]

    def holds(self, row: Row) -> bool:
        return row.values[self.column] in self.values


@dataclass(frozen=True)
class Completion:
    """What follows from good cells: further values, by the folder of the file. What fails is told at the column."""

    column: str
    fill: Callable[[Values, Path], dict[str, Any]]


@dataclass(frozen=True)
class Register:
    """A register by name, with its table, the columns of its files and all that must be so."""

    name: str
    model: type[PartitionBase]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    check_row: RowRule = _always_right  # a row by itself, on a day
    judge: RuleBetweenRows = _always_right  # between rows and registers, as they would be: forbids an import
    compare: RuleBetweenRows = _always_right  # what only the registers as they stand can tell: asked by `checking`
    judged: tuple[str, ...] = ()  # the columns that rules between rows look at, here or from another register
    in_force: InForce | None = None
    group: str = ""  # rows with the same value here are judged as a whole, when all of them are good
    secrets: tuple[str, ...] = ()  # columns encrypted in the table, plain in a file
    completion: Completion | None = None
    settle: Callable[[Session], None] | None = None  # what follows from all rows, once they are written

    @cached_property
    def table(self) -> sa.Table:
        """The table, for statements over many rows."""
        return self.model.metadata.tables[self.model.__tablename__]

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """The fields that are columns of the table, in file order: what an export writes and a fingerprint covers."""
        return tuple(f for f in self.fields if f.key in self.table.columns)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        return tuple(self.table.columns.keys())

    @cached_property
    def titles(self) -> dict[str, str]:
        return {f.key: f.title for f in self.fields}

    @property
    def has_versions(self) -> bool:
        """Whether a row is one version of a thing, of which one is current (`is_current`)."""
        return VERSION in self.key

    @property
    def has_provisional(self) -> bool:
        """Whether a version may be 仮登録, which is never current."""
        return "is_provisional" in self.titles

    @cached_property
    def thing(self) -> tuple[str, ...]:
        """The columns that name the thing of which a row is a version: the key itself where there are no versions."""
        return tuple(name for name in self.key if name != VERSION)

    def key_of(self, row: Row) -> Key:
        """The row's key in its register."""
        return tuple(row.values[name] for name in self.key)

    def thing_of(self, row: Row) -> Key:
        """What the row is a version of."""
        return tuple(row.values[name] for name in self.thing)

    def texts_of(self, row: Row) -> tuple[str, ...]:
        """The row as an export writes it."""
        return tuple(to_text(row.values[f.key]) for f in self.stored_fields)

    def titled(self, fault: Fault) -> Fault:
        """The same fault with the title of its column instead of our key."""
        return replace(fault, column=self.titles.get(fault.column, fault.column))


PERSONS = Register(
    "persons",
    PersonVersion,
    resident_fields.PERSON_FIELDS,
    ("atena_no", VERSION),
    check_row=rules.check_person,
    judge=rules.judge_persons,
    judged=(
        *(
            "atena_no",
            VERSION,
            "setai_no",
            "status",
            "resident_type",
            "name",
            "alias",
            "name_latin",
            "birth_date",
            "sex",
        ),
        *("household_head", "relationship", "address", "address_detail", "registered_domicile", "register_head"),
    ),
    in_force=InForce("status", frozenset({ResidentStatus.RESIDENT})),
    group="setai_no",
    secrets=("individual_number", "resident_code"),
)
FAMILY_REGISTERS = Register(
    "family_registers",
    family_models.FamilyRegister,
    family_fields.FAMILY_REGISTER_FIELDS,
    ("family_no",),
    check_row=family_rules.check_register,
    judge=family_rules.judge_registers,
    compare=family_rules.compare_registers,
    judged=("family_no", "registered_domicile", "surname", "head", "state"),
    in_force=InForce("state", frozenset({FamilyState.IN_FORCE})),
    group="family_no",
    settle=standing.settle,
)
FAMILY_MEMBERS = Register(
    "family_members",
    family_models.FamilyMember,
    family_fields.FAMILY_MEMBER_FIELDS,
    ("family_no", "member_no"),
    check_row=family_rules.check_member,
    judge=family_rules.judge_members,
    compare=family_rules.compare_members,
    judged=("family_no", "member_no", "atena_no", "given_name", "birth_date", "sex", "spouse_class", "is_removed"),
    in_force=InForce("is_removed", frozenset({False})),
    group="family_no",
    settle=standing.settle,
)
FAMILY_EVENTS = Register(
    "family_events",
    family_models.FamilyEvent,
    family_fields.FAMILY_EVENT_FIELDS,
    ("family_no", "member_no", "event_no"),
    check_row=family_rules.check_event,
    judge=family_rules.judge_events,
    judged=("family_no", "member_no", "event_no"),
    group="family_no",
)
FAMILY_ADDRESSES = Register(
    "family_addresses",
    family_models.FamilyAddress,
    family_fields.FAMILY_ADDRESS_FIELDS,
    ("family_no", "member_no", "address_no"),
    check_row=family_rules.check_address,
    judge=family_rules.judge_addresses,
    compare=family_rules.compare_addresses,
    judged=("family_no", "member_no", "address_no", "address", "since"),
    group="family_no",
)
INCOME_TAXES = Register(
    "income_taxes",
    tax_models.IncomeTax,
    tax_fields.INCOME_TAX_FIELDS,
    ("atena_no", "fiscal_year", VERSION),
    check_row=tax_rules.check_income_tax,
)
PROPERTIES = Register(
    "properties",
    tax_models.Property,
    tax_fields.PROPERTY_FIELDS,
    ("parcel_no", "fiscal_year", VERSION),
    check_row=tax_rules.check_property,
)
TAX_PAYMENTS = Register(
    "tax_payments",
    tax_models.TaxPayment,
    tax_fields.TAX_PAYMENT_FIELDS,
    ("atena_no", "tax", "fiscal_year", VERSION),
    check_row=tax_rules.check_tax_payment,
)
VEHICLES = Register(
    "vehicles",
    tax_models.Vehicle,
    tax_fields.VEHICLE_FIELDS,
    ("vehicle_no", "fiscal_year", VERSION),
    check_row=tax_rules.check_vehicle,
)
SEALS = Register(
    "seals",
    Seal,
    resident_fields.SEAL_FIELDS,
    ("seal_no",),
    judge=rules.judge_seals,
    compare=rules.compare_imprints,
    judged=("seal_no", "atena_no", "status", "imprint_sha256"),
    in_force=InForce("status", frozenset(SealStatus) - {SealStatus.CANCELLED}),
    completion=Completion("imprint_png", imprints.complete),
)
BLOCKS = Register(
    "blocks",
    Block,
    resident_fields.BLOCK_FIELDS,
    ("block_id",),
    judge=rules.judge_blocks,
    in_force=InForce("lifted_at", frozenset({None})),
)
REGISTERS = {
    register.name: register
    for register in (
        PERSONS,
        *(FAMILY_REGISTERS, FAMILY_MEMBERS, FAMILY_EVENTS, FAMILY_ADDRESSES),
        *(INCOME_TAXES, PROPERTIES, TAX_PAYMENTS, VEHICLES),
        *(SEALS, BLOCKS),
    )
}
