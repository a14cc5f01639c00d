"""What can go wrong on a terminal. No text here ever carries a PIN, a card number or a name."""

from __future__ import annotations

from app.errors import ConflictError, InvalidInputError, NotFoundError, RefusedError, UnavailableError
from app.protocol.messages import CardFailure


class SettingsError(InvalidInputError):
    """The agent's folder is incomplete or contradicts itself: no start."""


class TicketRefusedError(RefusedError):
    """The browser came with a ticket that this terminal does not take. `failure` says which screen."""

    def __init__(self, failure: CardFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class CardRefusedError(RefusedError):
    """The card (or the portal, for the card) said no. `tries_left` is -1 where it means nothing."""

    def __init__(self, failure: CardFailure, tries_left: int = -1) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.tries_left = tries_left


class CardGoneError(RefusedError):
    """The card left the reader in the middle."""


class PortalDownError(UnavailableError):
    """No answer, or none that the portal's key sealed. What was asked may or may not have been done."""


class PortalBusyError(PortalDownError):
    """The portal is there and cannot do this now: a town's database is down, a worker was killed."""


class LeaseLostError(PortalDownError):
    """This process does not speak for the terminal: it has no lease yet, or another agent took one after it."""


class FolderTakenError(ConflictError):
    """Another agent works in this folder: no start."""


class PortalRefusedError(RefusedError):
    """The portal answered with a refusal. `status` is the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class DeviceBusyError(ConflictError):
    """The printer still works on something else."""


class AttemptMovedError(ConflictError):
    """The journal has this attempt elsewhere than whoever wants to move it believes: it is looked at anew."""


class UnknownCardError(NotFoundError):
    """No such card in the demo's box."""


class IppError(UnavailableError):
    """A request to the printer had no good end. Which of the three ends it was decides whether paper may come out."""


class IppNotSentError(IppError):
    """The printer certainly did not act on it: no connection, another certificate, or HTTP refused it."""


class IppMaybeSentError(IppError):
    """It left, and no readable answer to it came back: the printer may or may not have acted on it."""


class IppRefusedError(IppError):
    """The printer answered no. `status` is the IPP status code (RFC 8011, appendix B)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"0x{status:04x}")
        self.status = status
