"""What can go wrong with a card. No message names a card, a PIN or a person."""

from __future__ import annotations

from app.errors import ConflictError, InvalidInputError, NotFoundError, RefusedError, UnavailableError
from app.protocol.messages import CardFailure

NO_TRIES_TOLD = -1  # as in `StatementResult`: the number means nothing here


class CardRefusedError(RefusedError):
    """The card in hand does not sign anyone in. All reasons are of message class C."""

    def __init__(self, failure: CardFailure, tries_left: int = NO_TRIES_TOLD) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.tries_left = tries_left


class TicketRefusedError(RefusedError):
    """The ticket is not one of this visit and terminal, or it is used or too old."""

    def __init__(self, failure: CardFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class TerminalBusyError(UnavailableError):
    """The terminal is still finishing an order of somebody else."""


class VisitEndedError(NotFoundError):
    """There is no such visit, or it is over."""


class VisitMovedError(ConflictError):
    """The visit is in another state than this step needs."""


class UnknownCardUserError(NotFoundError):
    """The town has no such card."""

    def __init__(self, card_user_id: int) -> None:
        super().__init__(f"no card {card_user_id} in this town")
        self.card_user_id = card_user_id


class CardTakenError(ConflictError):
    """This credential is registered already."""


class PinFormError(InvalidInputError):
    """A PIN is four digits; a card whose chip checks the PIN has none here."""
