"""Adding, stopping and beginning anew: what an administrator does about the staff. Each is one audited unit of work."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.extensions import UnionSession
from app.municipalities.models import Member
from app.municipalities.union import union_read, union_write
from app.staff import codes, keys, passwords, sessions, tries
from app.staff.errors import BadMemberError, StaffThereError, UnknownStaffError
from app.staff.limits import EndReason
from app.staff.models import StaffMember
from app.staff.roles import Role, is_of_union

_STAFF_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,38}")


@dataclass(frozen=True)
class NewMember:
    """Who is to be added. `municipality` None: of the union."""

    staff_id: str
    name: str
    role: Role
    municipality: str | None = None


def add_member(actor: str, new: NewMember) -> str:
    """Add somebody; gives the password of the first sign-in, to be handed over once and kept nowhere.

    :raises BadMemberError: a name, role or town that cannot be. :raises StaffThereError: the name is or was used.
    """
    _check(new)
    password = passwords.invent()
    with union_write() as session:
        if session.get(StaffMember, new.staff_id) is not None:
            raise StaffThereError(f"{new.staff_id} is or was a member of staff")
        if new.municipality is not None and session.get(Member, new.municipality) is None:
            raise BadMemberError(f"{new.municipality[:12]!r} is not a member of the union")
        row = StaffMember(staff_id=new.staff_id, name=new.name.strip(), role=new.role, municipality=new.municipality)
        row.added_at = clock.now()
        _begin_anew(row, password)
        session.add(row)
        session.flush()
        details = {"role": new.role.value, "municipality": new.municipality}
        audit.record(session, actor, Action.STAFF_ADDED, f"staff:{new.staff_id}", **details)
    return password


def reset_member(actor: str, staff_id: str) -> str:
    """Begin anew as at first: another password, another code generator, no tries, nowhere signed in.

    For a lost telephone, a forgotten password or a locked account. One that is stopped stays stopped.
    """
    password = passwords.invent()
    with union_write() as session:
        row = _get(session, staff_id)
        _begin_anew(row, password)
        tries.forget(session, staff_id)
        sessions.end_all(session, staff_id, EndReason.RESET)
        audit.record(session, actor, Action.STAFF_RESET, f"staff:{staff_id}")
    return password


def disable_member(actor: str, staff_id: str) -> None:
    """Stop an account; every browser in which it is signed in is out at once. Twice is once."""
    with union_write() as session:
        row = _get(session, staff_id)
        if row.disabled_at is None:
            row.disabled_at = clock.now()
            sessions.end_all(session, staff_id, EndReason.DISABLED)
            audit.record(session, actor, Action.STAFF_DISABLED, f"staff:{staff_id}")


def enable_member(actor: str, staff_id: str) -> None:
    """Let a stopped account sign in again, with what it had."""
    with union_write() as session:
        row = _get(session, staff_id)
        if row.disabled_at is not None:
            row.disabled_at = None
            audit.record(session, actor, Action.STAFF_ENABLED, f"staff:{staff_id}")


def demo_code(staff_id: str) -> str:
    """The code that the account's generator shows now: in a demo, where nobody has one.

    :raises BadMemberError: outside of a demo nobody but the account's own generator knows this.
    """
    if not keys.is_demo():
        raise BadMemberError("codes are shown in a demo alone (KOIKI_DEMO=1)")
    with union_read() as session:
        row = _get(session, staff_id)
    return codes.current_code(keys.unlock(staff_id, row.totp_secret))


def set_up_for_demo(staff_id: str, password: str) -> None:
    """As if the first sign-in had been: a password that everybody knows, a code by `demo_code`.

    :raises BadMemberError: outside of a demo.
    """
    if not keys.is_demo():
        raise BadMemberError("only a demo has passwords that everybody knows (KOIKI_DEMO=1)")
    with union_write() as session:
        row = _get(session, staff_id)
        row.password_hash, row.is_initial = passwords.hash_password(staff_id, password), False
        row.is_enrolled = True


def _begin_anew(row: StaffMember, password: str) -> None:
    row.password_hash, row.is_initial = passwords.hash_password(row.staff_id, password), True
    row.totp_secret = keys.lock(row.staff_id, codes.invent_secret())
    row.is_enrolled, row.last_step = False, 0


def _check(new: NewMember) -> None:
    if not _STAFF_ID.fullmatch(new.staff_id):
        raise BadMemberError("a staff name has 2 to 39 lower-case letters, digits, dots and hyphens")
    if not new.name.strip():
        raise BadMemberError("a name is missing")
    if is_of_union(new.role) != (new.municipality is None):
        raise BadMemberError(f"{new.role.value}: a role of the union has no town, every other one has")


def _get(session: UnionSession, staff_id: str) -> StaffMember:
    if (row := session.get(StaffMember, staff_id)) is None:
        raise UnknownStaffError(staff_id)
    return row
