"""PURE. Who may be named, and who stands, on a certificate made from a 戸籍 or its 附票.

戸籍法 10条, 住民基本台帳法 20条. Those who left the register are on a sheet only with everybody else: a machine offers
none of them by name. Somebody who left and came back is recorded twice; only the later record is standing.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.certificates.kind import Case
from app.certificates.requests import Choice
from app.residents.family_facts import (
    AddressHistoryFacts,
    AddressMemberFacts,
    FamilyMemberFacts,
    FamilyRegisterFacts,
)


def list_members(case: Case) -> tuple[FamilyMemberFacts | AddressMemberFacts, ...]:
    """Everybody recorded, in the order of the register."""
    is_family = isinstance(case.record, FamilyRegisterFacts | AddressHistoryFacts)
    return case.record.members if is_family else ()  # type: ignore[union-attr]


def offer_standing(case: Case) -> tuple[Choice, ...]:
    """Those in the register now, blocked or not."""
    surname = case.record.surname if isinstance(case.record, FamilyRegisterFacts | AddressHistoryFacts) else ""
    return tuple(
        Choice(member.atena_no, full_name(surname, member.given_name))
        for member in list_members(case)
        if not member.is_removed
    )


def number_all(case: Case) -> tuple[str, ...]:
    """宛名番号 of everybody recorded, each once."""
    return tuple(dict.fromkeys(member.atena_no for member in list_members(case)))


def number_some(case: Case, wanted: Iterable[str]) -> tuple[str, ...]:
    """`wanted` in the order of the register; strangers last, for the rules to see."""
    asked, known = set(wanted), number_all(case)
    return tuple(number for number in known if number in asked) + tuple(sorted(asked - set(known)))


def full_name(surname: str, given_name: str) -> str:
    """「若草　太郎」."""
    return "　".join(filter(None, (surname, given_name)))
