"""What can go wrong with staff and their sign-in. No message holds a password, a code or a name as it was typed."""

from __future__ import annotations

from datetime import datetime

from app.errors import ConflictError, InvalidInputError, KoikiError, NotFoundError, RefusedError
from app.staff.limits import EndReason, PasswordFault


class StaffNotConfiguredError(KoikiError):
    """`keys.configure` was not called: a programming error."""


class UnknownStaffError(NotFoundError):
    """Nobody has this name."""

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"no member of staff {staff_id[:40]!r}")


class StaffThereError(ConflictError):
    """The name is taken. Names are never given twice: they stand in the audit."""


class BadMemberError(InvalidInputError):
    """A name, a role or a town that cannot be right."""


class WrongSignInError(RefusedError):
    """Name, password or code: which of them is never said."""


class LockedError(RefusedError):
    """Too many tries for this account or from this place; nothing was looked at. `until`: when it opens by itself."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many tries")
        self.until = until


class DisabledError(RefusedError):
    """The account was stopped. Said only to whoever has shown its password."""


class BadPasswordError(InvalidInputError):
    """A new password that may not be used."""

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class LapsedError(RefusedError):
    """Nobody is signed in here any more, and why."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class SealedElsewhereError(KoikiError):
    """A stored secret does not open: another key, another row, or altered bytes."""
