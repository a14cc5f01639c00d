"""Two invented members of staff in each town, one of the union. In a demo their password is no secret."""

from __future__ import annotations

from app.demo.towns import TOWNS, Town
from app.staff import service
from app.staff.roles import Role
from app.staff.service import NewMember

PASSWORD = "koiki-demo-only"  # noqa: S105 printed by script/run; refused outside of a demo
UNION_STAFF = "midori-union"
_ROLES = {"clerk": (Role.CLERK, "窓口 あおい"), "senior": (Role.SENIOR_CLERK, "係長 みのり")}


def add_staff(actor: str) -> None:
    """Everybody, as if each had signed in once: the code is told by `flask staff code`."""
    for town in TOWNS:
        for suffix, (role, name) in _ROLES.items():
            _add(actor, NewMember(staff_id(town, suffix), name, role, town.code))
    _add(actor, NewMember(UNION_STAFF, "広域 つばさ", Role.UNION_ADMINISTRATOR))


def staff_id(town: Town, suffix: str) -> str:
    """For instance wakakusa-senior."""
    return f"{town.slug}-{suffix}"


def _add(actor: str, new: NewMember) -> None:
    service.add_member(actor, new)
    service.set_up_for_demo(new.staff_id, PASSWORD)
