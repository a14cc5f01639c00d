"""Frozen facts about the staff. Never a password, a hash or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.municipalities.union import union_read
from app.staff.errors import UnknownStaffError
from app.staff.models import StaffMember
from app.staff.roles import Permission, Role, may, sees


@dataclass(frozen=True)
class StaffFacts:
    """Somebody of the staff. `municipality` None: of the union."""

    staff_id: str
    name: str
    municipality: str | None
    role: Role
    is_initial: bool
    is_enrolled: bool
    added_at: datetime
    disabled_at: datetime | None

    @property
    def actor(self) -> str:
        """How journals and audit name them."""
        return f"staff:{self.staff_id}"

    def may(self, permission: Permission) -> bool:
        return may(self.role, permission)

    def sees(self, municipality: str) -> bool:
        return sees(self.municipality, municipality)


def facts_of(row: StaffMember) -> StaffFacts:
    """The facts of a row."""
    return StaffFacts(**{name: getattr(row, name) for name in StaffFacts.__dataclass_fields__})


def get_member(staff_id: str) -> StaffFacts:
    """:raises UnknownStaffError: nobody has this name."""
    with union_read() as session:
        if (row := session.get(StaffMember, staff_id)) is None:
            raise UnknownStaffError(staff_id)
        return facts_of(row)


def list_staff() -> list[StaffFacts]:
    """Everybody, the union's first, then town by town."""
    query = sa.select(StaffMember).order_by(sa.func.coalesce(StaffMember.municipality, ""), StaffMember.staff_id)
    with union_read() as session:
        return [facts_of(row) for row in session.scalars(query)]
