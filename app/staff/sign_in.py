"""From a name and a password to a sign-in: password, then code; the first time a new password and a code generator.

Whoever fails learns one thing: that it was wrong. An unknown name is answered as a wrong password is, and as late.
"""

from __future__ import annotations

import sqlalchemy as sa

from app.audit import service as audit
from app.audit.actions import Action
from app.extensions import UnionSession
from app.municipalities.union import union_read, union_write
from app.staff import codes, keys, passwords, sessions, tries
from app.staff.errors import BadPasswordError, DisabledError, LapsedError, LockedError, WrongSignInError
from app.staff.limits import EndReason, PasswordFault, Stage, password_fault
from app.staff.models import StaffMember

_UNKNOWN = "staff:unknown"  # what was typed is not kept: it may be a password


def show_password(staff_id: str, password: str, source: str) -> str:
    """The first step; gives the token of a sign-in that waits for its code.

    :raises WrongSignInError: name or password. :raises LockedError: too many tries. :raises DisabledError: stopped.
    """
    try_id = _take(staff_id, source)
    with union_read() as session:
        member = session.get(StaffMember, staff_id)
    if not passwords.is_right(staff_id, password, member.password_hash if member else None) or member is None:
        raise _refused(_actor(member), WrongSignInError(), "password")
    with union_write() as session:
        tries.give_back(session, try_id)
        if not member.disabled_at:
            return sessions.begin(session, staff_id, Stage.PASSWORD)
    raise _refused(_actor(member), DisabledError(), "disabled")


def show_code(token: str, code: str, source: str) -> str:
    """The second step of an account that is set up; gives the token of the full sign-in.

    :raises LapsedError: the first step is too long ago. :raises WrongSignInError, LockedError: as before.
    """
    member = sessions.find(token, Stage.PASSWORD).member
    if member.is_initial or not member.is_enrolled:
        raise LapsedError(EndReason.UNKNOWN)
    return _finish(token, member.staff_id, code, source)


def set_up(token: str, code: str, password: tuple[str, str], source: str) -> str:
    """The second step of the first time: a password of one's own, typed twice, and proof that the generator works.

    :raises BadPasswordError: the new password may not be used. Others: as `show_code`.
    """
    member = sessions.find(token, Stage.PASSWORD).member
    if member.is_enrolled and not member.is_initial:
        raise LapsedError(EndReason.UNKNOWN)
    fault = password_fault(*password, member.staff_id) or _is_old(member.staff_id, password[0])
    if fault:
        raise BadPasswordError(fault)
    return _finish(token, member.staff_id, code, source, passwords.hash_password(member.staff_id, password[0]))


def setup_picture(token: str, issuer: str) -> tuple[codes.Picture, str]:
    """The QR picture and the secret in letters, for an account that is not set up yet.

    :raises LapsedError: the first step is too long ago, or there is nothing to set up: a secret is shown once.
    """
    member = sessions.find(token, Stage.PASSWORD).member
    if member.is_enrolled:
        raise LapsedError(EndReason.UNKNOWN)
    with union_read() as session:
        row = session.get_one(StaffMember, member.staff_id)
    secret = keys.unlock(row.staff_id, row.totp_secret)
    return codes.draw(codes.setup_address(secret, row.staff_id, issuer)), secret


def sign_out(token: str, *, everywhere: bool = False) -> None:
    """End this sign-in, or all of this member's. One that is over already is no error."""
    try:
        member = sessions.find(token, Stage.SIGNED_IN).member
    except LapsedError:
        return
    with union_write() as session:
        if everywhere:
            sessions.end_all(session, member.staff_id, EndReason.SIGNED_OUT_EVERYWHERE)
        else:
            sessions.end(session, token, EndReason.SIGNED_OUT)
        scope = "everywhere" if everywhere else "here"
        audit.record(session, member.actor, Action.STAFF_SIGNED_OUT, member.actor, scope=scope)


def _finish(token: str, staff_id: str, code: str, source: str, new_hash: str | None = None) -> str:
    """Look at the code; a right one opens a new sign-in in place of the half one."""
    _take(staff_id, source)
    with union_write() as session:
        member = session.get_one(StaffMember, staff_id, with_for_update=True)
        if _accept(session, member, code):
            return _open(session, token, member, new_hash)
    raise _refused(_actor(member), WrongSignInError(), "code")


def _accept(session: UnionSession, member: StaffMember, code: str) -> bool:
    """Whether the code is right, and newer than any accepted before: one seen over a shoulder is worth nothing."""
    step = codes.matching_step(keys.unlock(member.staff_id, member.totp_secret), code, member.last_step)
    if step is None:
        return False
    newer = sa.update(StaffMember).where(StaffMember.staff_id == member.staff_id, StaffMember.last_step < step)
    return session.execute(newer.values(last_step=step).returning(StaffMember.staff_id)).one_or_none() is not None


def _open(session: UnionSession, token: str, member: StaffMember, new_hash: str | None) -> str:
    if new_hash is not None:
        member.password_hash, member.is_initial, member.is_enrolled = new_hash, False, True
        audit.record(session, _actor(member), Action.STAFF_SET_UP, _actor(member))
    tries.forget(session, member.staff_id)
    sessions.end(session, token, EndReason.NEXT_STEP)
    audit.record(session, _actor(member), Action.STAFF_SIGNED_IN, _actor(member))
    return sessions.begin(session, member.staff_id, Stage.SIGNED_IN)


def _is_old(staff_id: str, password: str) -> PasswordFault | None:
    with union_read() as session:
        kept = session.get_one(StaffMember, staff_id).password_hash
    return PasswordFault.SAME if passwords.is_right(staff_id, password, kept) else None


def _take(staff_id: str, source: str) -> int:
    try:
        return tries.take(staff_id, source)
    except LockedError as error:
        with union_read() as session:
            member = session.get(StaffMember, staff_id)
        raise _refused(_actor(member), error, "locked") from None


def _refused(who: str, error: WrongSignInError | LockedError | DisabledError, reason: str) -> Exception:
    """Write the refusal down; gives the error to raise."""
    with union_write() as session:
        audit.record(session, who, Action.STAFF_SIGN_IN_REFUSED, who, reason=reason)
    return error


def _actor(member: StaffMember | None) -> str:
    return f"staff:{member.staff_id}" if member else _UNKNOWN
