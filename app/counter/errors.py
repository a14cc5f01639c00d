"""What can go wrong at the counter besides what the rooms below say."""

from __future__ import annotations

from datetime import datetime

from app.errors import ConflictError, InvalidInputError, NotFoundError


class NotInYourTownError(NotFoundError):
    """No such thing in a town that this member of staff sees. Whether another town has it is not said."""


class StaleFormError(ConflictError):
    """What the form was about has changed since it was shown. Nothing was done."""


class DecidedByOtherError(ConflictError):
    """Somebody else has closed this case. `who` is a member of staff or a process, as the journal names it."""

    def __init__(self, who: str, at: datetime, verdict: str) -> None:
        super().__init__("decided by somebody else")
        self.who, self.at, self.verdict = who, at, verdict


class StillOpenError(ConflictError):
    """The terminal has a case that stopped it: it would be stopped again at once."""


class UnknownVerdictError(InvalidInputError):
    """A verdict that is none."""
