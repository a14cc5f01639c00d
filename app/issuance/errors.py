"""What can go wrong on the way from request to paper. No message holds a name, a number of a person or a price."""

from __future__ import annotations

from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import Refusal
from app.errors import ConflictError, InvalidInputError, KoikiError, MismatchError, NotFoundError


class IssuanceNotConfiguredError(KoikiError):
    """`keys.configure` was not called: a programming error."""


class IllegalMoveError(ConflictError):
    """There is no arrow from where it is to where it should go."""

    def __init__(self, now: str, to: str) -> None:
        super().__init__(f"{now} -> {to}")
        self.now, self.to = now, to


class BadBookingError(InvalidInputError):
    """Sheets that are nobody's: how many, or why, cannot be."""


class UndecidedError(IllegalMoveError):
    """It is unknown what happened; only a person may say."""


class MovedMeanwhileError(ConflictError):
    """Another process moved the row although this one holds the lock: never seen, never to be ignored."""


class OrderNotFoundError(NotFoundError):
    """No such order, copy, attempt or case for this visit."""


class KeyReusedError(ConflictError):
    """The idempotency key was used for another request."""


class OrderOpenError(ConflictError):
    """This visit has an order that is not finished."""


class TooLateError(ConflictError):
    """It can no longer be cancelled: something is with the printer, or the money is being counted out."""


class NotReadyError(ConflictError):
    """Money is not asked for before every sheet was read back."""


class TenderMissingError(ConflictError):
    """Something is to be paid, and nobody said with what."""


class NoReceiptError(ConflictError):
    """No money was kept for this order, or a person has to decide about it first."""


class EmptyOrderError(InvalidInputError):
    """An order of nothing, or of more copies than one visit may have."""


class OrderRefusedError(EligibilityRefusedError):
    """One certificate of the basket may not be issued, so none is. Write it down with `service.note_refusal`."""

    def __init__(self, position: int, kind: str, refusal: Refusal, field: str = "") -> None:
        super().__init__(refusal, field)
        self.position, self.kind = position, kind


class GrantRefusedError(ConflictError):
    """This attempt is not to be printed, or not by this terminal, or the single grant is used."""


class GrantLostError(GrantRefusedError):
    """Another grant is asked for a copy that is granted: the terminal has lost its journal, and perhaps a sheet."""


class NoLongerAllowedError(GrantRefusedError):
    """It was ordered and may not be printed any more: a block, a change in the register, a stopped card."""

    attempt_id = ""  # of which copy, where a whole order was asked about

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(rule)
        self.kind, self.rule = kind, rule


class ForeignReportError(MismatchError):
    """A report about an order of another terminal, visit or payment key."""


class SheetMismatchError(MismatchError):
    """The finished PDF is not the document. `findings` are codes with page numbers, never text of the page."""

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__(" ".join(findings))
        self.findings = findings


class SheetLostError(MismatchError):
    """Stored bytes cannot be opened, or are not the bytes that their name says."""

    attempt_id = ""  # of which copy, where a whole order was asked about


class VerdictRefusedError(InvalidInputError):
    """This verdict does not fit this case."""


class CaseClosedError(ConflictError):
    """Somebody has closed the case already."""


class HeldByCaseError(ConflictError):
    """A case that keeps a terminal out of service is open: it is closed first."""

    def __init__(self, terminal_id: str) -> None:
        super().__init__(f"{terminal_id}: the case that stopped it is still open, or a town cannot be asked")
