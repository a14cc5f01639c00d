"""Requests for what is made from an invented 戸籍; a test names what differs from an ordinary one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.certificates import invented_family, samples
from app.certificates.documents import Document
from app.certificates.kind import Case
from app.certificates.requests import Option
from app.residents.facts import BlockFacts
from app.residents.family_facts import (
    AddressEntry,
    AddressHistoryFacts,
    AddressMemberFacts,
    FamilyMemberFacts,
    FamilyRegisterFacts,
    RegisterEvent,
)
from app.residents.vocabularies import BlockLevel, BlockReason

FULL, INDIVIDUAL, ADDRESSES = "family_register_full", "family_register_individual", "family_register_addresses"
HUSBAND, WIFE, SON, DAUGHTER, ADOPTED = "1", "2", "11", "12", "13"  # son and daughter left the register
REGISTER, HISTORY = invented_family.REGISTER, invented_family.ADDRESSES


def asked(kind: str, *persons: str, options: tuple[Option, ...] = (), requester: str = HUSBAND, **facts: Any) -> Case:
    """The request of the first of the register, and what is recorded, but for `facts` of the case."""
    ordinary = samples.sample_case(kind, options=[option.code for option in options])
    request = replace(ordinary.request, persons=persons, requester=requester)
    return replace(ordinary, request=request, **facts)


def made(case: Case) -> Document:
    """The document of a case, under a number."""
    certification = samples.sample(case.kind.code).certification
    return case.kind.build(case, certification, {})


def register_with(position: int, **changes: Any) -> FamilyRegisterFacts:
    """The register, with changes to the member at this position."""
    members: list[FamilyMemberFacts] = list(REGISTER.members)
    members[position] = replace(members[position], **changes)
    return replace(REGISTER, members=tuple(members))


def history_with(position: int, **changes: Any) -> AddressHistoryFacts:
    """The 附票, with changes to the member at this position."""
    members: list[AddressMemberFacts] = list(HISTORY.members)
    members[position] = replace(members[position], **changes)
    return replace(HISTORY, members=tuple(members))


def long_register(entries: int = 20) -> FamilyRegisterFacts:
    """A register whose first person had many entries."""
    event = RegisterEvent("更正", tuple((f"特記事項{n}", f"記録{n}の{'あ' * 60}") for n in range(1, 3)))
    return register_with(0, events=(*REGISTER.members[0].events, *(event for _ in range(entries))))


def restless_history(moves: int = 40) -> AddressHistoryFacts:
    """A 附票 whose second person moved often."""
    since = HISTORY.made_on
    return history_with(
        1, addresses=tuple(AddressEntry(f"青嶺県見本市水上{n}番地", since) for n in range(1, moves + 1))
    )


def protected(atena_no: str, *kinds: str) -> BlockFacts:
    return BlockFacts(BlockReason.PROTECTION_MEASURE, BlockLevel.STOP, frozenset(kinds), atena_no)
