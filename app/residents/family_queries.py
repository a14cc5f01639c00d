"""Reads of 戸籍 and 戸籍の附票. Hands out frozen facts of the register in force in which a person stands, no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from app.residents import wareki
from app.residents.facts import BlockFacts
from app.residents.family_facts import (
    AddressEntry,
    AddressHistoryFacts,
    AddressMemberFacts,
    FamilyMemberFacts,
    FamilyRegisterFacts,
    RegisterEvent,
)
from app.residents.family_items import read_items
from app.residents.family_models import FamilyAddress, FamilyEvent, FamilyMember, FamilyRegister
from app.residents.queries import list_blocks_on_each, read_one_state

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


class _Family(NamedTuple):
    """A register with everybody in it, removed ones too, and every block on one of them."""

    register: FamilyRegister
    members: Sequence[FamilyMember]
    blocks: tuple[BlockFacts, ...]
    serial: int


def find_family_register_of(p: Partition, atena_no: str) -> FamilyRegisterFacts | None:
    """The 戸籍 in force in which this person is and is not removed; None when there is none in this town."""

    def read(serial: int) -> FamilyRegisterFacts | None:
        family = _find_family(p, atena_no, serial)
        return None if family is None else _register_facts(p, family)

    return read_one_state(p, read)


def find_address_history_of(p: Partition, atena_no: str) -> AddressHistoryFacts | None:
    """The 附票 of the same register."""

    def read(serial: int) -> AddressHistoryFacts | None:
        family = _find_family(p, atena_no, serial)
        return None if family is None else _address_facts(p, family)

    return read_one_state(p, read)


def _find_family(p: Partition, atena_no: str, serial: int) -> _Family | None:
    here = sa.select(FamilyMember.family_no).where(FamilyMember.atena_no == atena_no, FamilyMember.is_standing)
    register = p.session.scalar(sa.select(FamilyRegister).where(FamilyRegister.family_no.in_(here)))
    if register is None:
        return None
    everybody = sa.select(FamilyMember).where(FamilyMember.family_no == register.family_no)
    members = p.session.scalars(everybody.order_by(FamilyMember.member_no)).all()
    return _Family(register, members, list_blocks_on_each(p, [m.atena_no for m in members]), serial)


def _register_facts(p: Partition, family: _Family) -> FamilyRegisterFacts:
    register, events = family.register, _events_of(p, family.register.family_no)
    return FamilyRegisterFacts(
        family_no=register.family_no,
        registered_domicile=register.registered_domicile,
        surname=register.surname,
        surname_kana=register.surname_kana,
        head=register.head,
        is_updating=register.is_updating,
        events=tuple(events[0]),
        members=tuple(_member_facts(member, tuple(events[member.member_no])) for member in family.members),
        blocks=family.blocks,
        register_serial=family.serial,
    )


def _events_of(p: Partition, family_no: str) -> defaultdict[int, list[RegisterEvent]]:
    """戸籍事項 under 0, 身分事項 under the number of the member; each in printing order."""
    rows = sa.select(FamilyEvent).where(FamilyEvent.family_no == family_no)
    events: defaultdict[int, list[RegisterEvent]] = defaultdict(list)
    for row in p.session.scalars(rows.order_by(FamilyEvent.member_no, FamilyEvent.event_no)):
        events[row.member_no].append(RegisterEvent(row.kind.japanese, read_items(row.items)))
    return events


def _member_facts(row: FamilyMember, events: tuple[RegisterEvent, ...]) -> FamilyMemberFacts:
    return FamilyMemberFacts(
        member_no=row.member_no,
        atena_no=row.atena_no,
        given_name=row.given_name,
        given_name_kana=row.given_name_kana,
        birth_date=wareki.from_column(row.birth_date),
        sex=row.sex,
        spouse_class=row.spouse_class,
        father=row.father,
        mother=row.mother,
        relationship=row.relationship,
        adoptive_father=row.adoptive_father,
        adoptive_mother=row.adoptive_mother,
        adoptive_relationship=row.adoptive_relationship,
        is_removed=row.is_removed,
        events=events,
    )


def _address_facts(p: Partition, family: _Family) -> AddressHistoryFacts:
    register, addresses = family.register, _addresses_of(p, family.register.family_no)
    return AddressHistoryFacts(
        family_no=register.family_no,
        registered_domicile=register.registered_domicile,
        surname=register.surname,
        head=register.head,
        is_updating=register.is_updating,
        made_on=wareki.from_column(register.made_on),
        members=tuple(_address_member(member, tuple(addresses[member.member_no])) for member in family.members),
        blocks=family.blocks,
        register_serial=family.serial,
    )


def _addresses_of(p: Partition, family_no: str) -> defaultdict[int, list[AddressEntry]]:
    """By the number of the member, oldest first."""
    rows = sa.select(FamilyAddress).where(FamilyAddress.family_no == family_no)
    addresses: defaultdict[int, list[AddressEntry]] = defaultdict(list)
    for row in p.session.scalars(rows.order_by(FamilyAddress.member_no, FamilyAddress.address_no)):
        addresses[row.member_no].append(AddressEntry(row.address, wareki.from_column(row.since)))
    return addresses


def _address_member(row: FamilyMember, addresses: tuple[AddressEntry, ...]) -> AddressMemberFacts:
    return AddressMemberFacts(
        member_no=row.member_no,
        atena_no=row.atena_no,
        given_name=row.given_name,
        birth_date=wareki.from_column(row.birth_date),
        sex=row.sex,
        is_removed=row.is_removed,
        addresses=addresses,
        overseas_voter_place=row.overseas_voter_place,
    )
