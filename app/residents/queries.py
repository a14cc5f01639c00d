"""Reads of the registers of one partition. Hands out frozen facts, never a provisional version (仮登録)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from app import clock
from app.residents import encryption, wareki
from app.residents.errors import ImprintMismatchError, NoIndividualNumberError
from app.residents.facts import BlockFacts, ForeignFacts, HouseholdFacts, PersonFacts, SealFacts
from app.residents.family_models import FamilyMember, FamilyRegister
from app.residents.models import Block, PersonVersion, RegisterArrival, RegisterImport, Seal
from app.residents.order import in_order
from app.residents.vocabularies import ResidentStatus, SealStatus

if TYPE_CHECKING:
    from datetime import datetime

    from app.municipalities.partitions import Partition

Read = TypeVar("Read")


def find_person(p: Partition, atena_no: str) -> PersonFacts | None:
    """The current version of one person, whatever the status; None when there is none."""
    row = _find_current(p, atena_no)
    return None if row is None else _person_facts(row, _with_provisional_change(p, [row]))


def find_household_of(p: Partition, atena_no: str) -> HouseholdFacts | None:
    """The living household of a living resident, in printing order, with every block in force on any of them."""
    return read_one_state(p, lambda serial: _read_household(p, atena_no, serial))


def find_seal(p: Partition, atena_no: str) -> SealFacts | None:
    """The registration that is not cancelled; None when there is none.

    :raises ImprintMismatchError: when the stored image is not the registered one.
    """
    seal = p.session.scalar(sa.select(Seal).where(Seal.atena_no == atena_no, Seal.status != SealStatus.CANCELLED))
    if seal is None:
        return None
    if hashlib.sha256(seal.imprint_png).hexdigest() != seal.imprint_sha256:
        raise ImprintMismatchError(p.code)
    return SealFacts(
        seal_no=seal.seal_no,
        status=seal.status,
        imprint_png=seal.imprint_png,
        imprint_sha256=seal.imprint_sha256,
        width_mm=seal.width_mm,
        height_mm=seal.height_mm,
        registered_on=seal.registered_on,
    )


def get_individual_number(p: Partition, atena_no: str, key: bytes) -> str:
    """The 12 digits of one person, decrypted. Ask only for a sheet that prints them, and keep them nowhere.

    :raises NoIndividualNumberError: when none is recorded.
    """
    row = _find_current(p, atena_no)
    if row is None or row.individual_number is None:
        raise NoIndividualNumberError(p.code)
    cell = encryption.Cell(p.code, "individual_number", row.atena_no, row.history_no)
    return encryption.decrypt(key, cell, row.individual_number)


def get_register_serial(p: Partition) -> int:
    """The serial of the newest applied import; 0 before the first."""
    return p.session.scalar(sa.select(sa.func.coalesce(sa.func.max(RegisterImport.serial), 0))) or 0


def find_arrival(p: Partition, registers: Collection[str]) -> datetime | None:
    """When the last files of these registers had all arrived; None when one of them never has."""
    query = sa.select(sa.func.count(), sa.func.min(RegisterArrival.arrived_at))
    count, oldest = p.session.execute(query.where(RegisterArrival.register.in_(registers))).one()
    return oldest if count == len(registers) else None


def read_one_state(p: Partition, read: Callable[[int], Read]) -> Read:
    """What `read` finds, given the serial; read again when an import was applied meanwhile.

    So what is returned is one state of the registers, although it takes several statements to read.
    """
    serial = get_register_serial(p)
    while True:
        found = read(serial)
        if (seen := get_register_serial(p)) == serial:
            return found
        p.session.expire_all()
        serial = seen


def list_blocks_on_each(p: Partition, atena_nos: Sequence[str]) -> tuple[BlockFacts, ...]:
    """Those in force on any of these persons, each naming one of them.

    A block on a household is one on everybody of them who lives in it: they need not all be of one household, and what
    stops one of them says nothing of another.
    """
    v = PersonVersion
    living = (v.is_current, v.status == ResidentStatus.RESIDENT, v.atena_no.in_(atena_nos))
    rows = p.session.execute(sa.select(v.atena_no, v.setai_no).where(*living).order_by(v.atena_no))
    homes = {row.atena_no: row.setai_no for row in rows}
    blocks = _list_blocks_in_force(p, homes.values(), atena_nos)
    return tuple(block for row in blocks for block in _on_each(row, homes))


def count_residents(p: Partition) -> int:
    """Living residents."""
    living = (PersonVersion.is_current, PersonVersion.status == ResidentStatus.RESIDENT)
    return p.session.scalar(sa.select(sa.func.count()).select_from(PersonVersion).where(*living)) or 0


def other_names(p: Partition, exclude: set[str]) -> Iterator[str]:
    """The names of everybody else in the registers; for a guard that looks for them where they must not be.

    Residents, and whoever stands in a 戸籍 of this town and lives elsewhere.
    """
    residents = sa.select(PersonVersion.atena_no, PersonVersion.name).where(PersonVersion.is_current)
    members = sa.select(FamilyMember.atena_no, FamilyRegister.surname + "\u3000" + FamilyMember.given_name).join(
        FamilyRegister, FamilyRegister.family_no == FamilyMember.family_no
    )
    known = sa.select(PersonVersion.atena_no).where(PersonVersion.is_current)
    elsewhere = members.where(FamilyMember.is_standing, FamilyMember.atena_no.not_in(known))
    rows = p.session.execute(residents.union_all(elsewhere))
    return (name for atena_no, name in rows if atena_no not in exclude)


def _find_current(p: Partition, atena_no: str) -> PersonVersion | None:
    return p.session.scalar(
        sa.select(PersonVersion).where(PersonVersion.atena_no == atena_no, PersonVersion.is_current)
    )


def _read_household(p: Partition, atena_no: str, serial: int) -> HouseholdFacts | None:
    """The same reads for somebody who lives here no more: the time that the answer takes must not tell (B02)."""
    row = _find_current(p, atena_no)
    setai_no = row.setai_no if row else ""
    rows = _list_living(p, setai_no)
    changing = _with_provisional_change(p, rows)
    members = in_order([_person_facts(r, changing) for r in rows], {r.atena_no: r.setai_order for r in rows})
    blocks = tuple(map(_block_facts, _list_blocks_in_force(p, [setai_no], [r.atena_no for r in rows])))
    household = HouseholdFacts(setai_no, members, blocks, serial)
    return household if row is not None and row.status is ResidentStatus.RESIDENT else None


def _list_living(p: Partition, setai_no: str) -> Sequence[PersonVersion]:
    household = (PersonVersion.setai_no == setai_no, PersonVersion.is_current)
    return p.session.scalars(
        sa.select(PersonVersion).where(*household, PersonVersion.status == ResidentStatus.RESIDENT)
    ).all()


def _with_provisional_change(p: Partition, rows: Sequence[PersonVersion]) -> set[str]:
    """Those beside whose current version a newer provisional one waits (B04)."""
    current = {row.atena_no: row.history_no for row in rows}
    waiting = sa.select(PersonVersion.atena_no, PersonVersion.history_no).where(
        PersonVersion.is_provisional, PersonVersion.atena_no.in_(current)
    )
    return {atena_no for atena_no, history_no in p.session.execute(waiting) if history_no > current[atena_no]}


def _list_blocks_in_force(p: Partition, setai_nos: Collection[str], atena_nos: Collection[str]) -> Sequence[Block]:
    """Those on any of these households or persons: begun and not lifted.

    Passing `ends_on` lifts nothing (標準仕様書 3.1), nor does a lift yet to come.
    """
    concerned = sa.or_(Block.setai_no.in_(setai_nos), Block.atena_no.in_(atena_nos))
    in_force = (sa.or_(Block.lifted_at.is_(None), Block.lifted_at > clock.now()), Block.starts_on <= clock.today())
    return p.session.scalars(sa.select(Block).where(concerned, *in_force).order_by(Block.block_id)).all()


def _on_each(row: Block, homes: Mapping[str, str]) -> Iterator[BlockFacts]:
    """As it is, when it names a person; else on everybody whose home (世帯番号 by 宛名番号) is this household."""
    block = _block_facts(row)
    named = [row.atena_no] if row.atena_no else [person for person, home in homes.items() if home == row.setai_no]
    return (replace(block, atena_no=person) for person in named)


def _block_facts(row: Block) -> BlockFacts:
    until = row.temporarily_lifted_until
    has_temporary_lift = until is not None and until > clock.now()
    return BlockFacts(row.reason, row.level, frozenset(row.kinds.split()), row.atena_no, has_temporary_lift)


def _person_facts(row: PersonVersion, changing: set[str]) -> PersonFacts:
    return PersonFacts(
        atena_no=row.atena_no,
        history_no=row.history_no,
        setai_no=row.setai_no,
        status=row.status,
        resident_type=row.resident_type,
        name=row.name,
        name_kana=row.name_kana,
        name_latin=row.name_latin,
        former_surname=row.former_surname,
        former_surname_kana=row.former_surname_kana,
        alias=row.alias,
        alias_kana=row.alias_kana,
        birth_date=wareki.from_column(row.birth_date),
        sex=row.sex,
        household_head=row.household_head,
        relationship=row.relationship,
        registered_domicile=row.registered_domicile,
        register_head=row.register_head,
        address=row.address,
        address_detail=row.address_detail,
        postal_code=row.postal_code,
        became_resident_on=wareki.from_column(row.became_resident_on),
        address_since=wareki.from_column(row.address_since),
        notified_on=wareki.from_column(row.notified_on),
        previous_address=row.previous_address,
        moving_out_on=row.moving_out_on,
        has_provisional_change=row.atena_no in changing,
        foreign=_foreign_facts(row),
    )


def _foreign_facts(row: PersonVersion) -> ForeignFacts | None:
    if row.foreign_class is None:
        return None
    return ForeignFacts(
        nationality=row.nationality,
        foreign_class=row.foreign_class,
        resident_since=wareki.from_column(row.foreign_resident_since),
        residence_status=row.residence_status,
        residence_period=row.residence_period,
        residence_expiry=row.residence_expiry,
        residence_card_no=row.residence_card_no,
    )
