"""What can go wrong in the registers."""

from __future__ import annotations

from app.errors import ConflictError, InvalidInputError, MismatchError, NotFoundError


class NoIndividualNumberError(NotFoundError):
    """The person's current version carries no 個人番号."""


class ImprintMismatchError(MismatchError):
    """A stored imprint is not the one that was registered: its hash differs."""


class UnreadableFileError(InvalidInputError):
    """The file as a whole cannot be read: encoding, form or header."""


class StalePlanError(ConflictError):
    """Another import was applied after this one was planned."""


class BadRowsError(InvalidInputError):
    """The file has bad rows; nothing is applied. `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} error(s); nothing was changed")
        self.count = count
