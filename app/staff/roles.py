"""PURE. Who of the staff may do what: a closed table, read by the doors, the screens and the tests.

A member of a town's staff belongs to that town for good and sees nothing of another one. Who works for the union sees
the cases of all towns, and no person in any of them: a person is the home town's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """One thing that a door may ask for."""

    SEE_CASES = "see_cases"
    SEE_PERSON = "see_person"  # whom a case is about
    DECIDE = "decide"  # verdicts that move no money and void no number
    DECIDE_MONEY = "decide_money"  # all the others
    SEE_TERMINALS = "see_terminals"
    RESUME_TERMINAL = "resume_terminal"


class Role(StrEnum):
    """What somebody is."""

    CLERK = "clerk"
    SENIOR_CLERK = "senior_clerk"
    UNION_ADMINISTRATOR = "union_administrator"


_CLERK = frozenset({Permission.SEE_CASES, Permission.SEE_PERSON, Permission.DECIDE, Permission.SEE_TERMINALS})

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: _CLERK,
    Role.SENIOR_CLERK: _CLERK | {Permission.DECIDE_MONEY, Permission.RESUME_TERMINAL},
    Role.UNION_ADMINISTRATOR: frozenset(
        {Permission.SEE_CASES, Permission.SEE_TERMINALS, Permission.RESUME_TERMINAL},
    ),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether this role has this permission, in the towns that its holder sees."""
    return permission in GRANTS[role]


def is_of_union(role: Role) -> bool:
    """Whether the holder belongs to no town."""
    return role is Role.UNION_ADMINISTRATOR


def sees(own: str | None, municipality: str) -> bool:
    """Whether somebody of the town `own` (None: of the union) may look at things of `municipality`."""
    return own is None or own == municipality
