"""Union tables of the staff: who they are, where they are signed in, and where somebody tried in vain.

No resident is in them. What must not be is refused here first: a role of the union belongs to no town and a role of a
town to one; a sign-in that is over has a reason.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, db, one_of
from app.staff.limits import EndReason, Stage
from app.staff.roles import Role


class StaffMember(db.Model):
    """A person who works at a counter or for the union. Never deleted: the audit names them."""

    __tablename__ = "staff_member"
    staff_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    municipality: Mapped[str | None] = mapped_column(sa.ForeignKey("member.code"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "staff_role"))
    password_hash: Mapped[str] = mapped_column(sa.Text)  # argon2id over HMAC(secret `staff`, account, password)
    is_initial: Mapped[bool] = mapped_column(default=True)  # handed out by somebody: replaced at the first sign-in
    totp_secret: Mapped[bytes] = mapped_column(sa.LargeBinary)  # RFC 6238, encrypted for this account
    is_enrolled: Mapped[bool] = mapped_column(default=False)  # a code generator has shown that it has the secret
    last_step: Mapped[int] = mapped_column(BigId, default=0)  # of the newest code accepted: none counts twice
    added_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        sa.CheckConstraint("(role = 'union_administrator') = (municipality IS NULL)", name="role_fits_town"),
        sa.CheckConstraint("length(name) > 0", name="name_present"),
    )


class StaffSession(db.Model):
    """One browser in which a member of staff is signed in, or half way to it."""

    __tablename__ = "staff_session"
    mark: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # SHA-256 of what the cookie holds
    staff_id: Mapped[str] = mapped_column(sa.ForeignKey("staff_member.staff_id"), index=True)
    stage: Mapped[Stage] = mapped_column(one_of(Stage, "staff_stage"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[EndReason | None] = mapped_column(one_of(EndReason, "staff_end_reason"))
    __table_args__ = (sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),)


class StaffTry(db.Model):
    """A wrong password or code, or one that is being looked at just now. Whose and from where, as keyed marks only."""

    __tablename__ = "staff_try"
    try_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_mark: Mapped[str] = mapped_column(sa.String(64), index=True)
    source_mark: Mapped[str] = mapped_column(sa.String(64), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
