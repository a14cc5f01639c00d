"""What can go wrong on the way to a sheet. No message names a person: attributes carry codes and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import ConflictError, KoikiError, MismatchError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from app.certificates.requests import Refusal


class EligibilityRefusedError(RefusedError):
    """A rule says no. `refusal` carries the rule for the journal and the class that decides what may be told.

    `field` is the place on the form that cannot be filled (B10), for staff; never its content.
    """

    def __init__(self, refusal: Refusal, field: str = "") -> None:
        super().__init__(refusal.rule)
        self.refusal, self.field = refusal, field


class UnprintableError(RefusedError):
    """B10: the sheet cannot be printed as recorded. `field` names the place on the form, never its content."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class MissingGlyphError(UnprintableError):
    """The typeface lacks a character, or a (base, selector) pair: 標準仕様書 5.8, an unregistered 外字."""


class TextTooLongError(UnprintableError):
    """The text fits at no permitted size and number of lines; it is never cut."""


class NotOfferedError(UnavailableError):
    """The town's ordinance states no fee for this kind on this channel."""


class SubjectMismatchError(MismatchError):
    """A request of one person arrived in the name of another."""


class MissingFactsError(MismatchError):
    """A document was to be made of facts that no rule let through: a kind without a rule for them."""


class UnreadableDocumentError(MismatchError):
    """A kept document of a kind or a form that is not installed (any more), or one that nothing here has written."""


class InconsistentHouseholdError(MismatchError):
    """Members of one household are recorded at different addresses."""


class RegisterMovedError(ConflictError):
    """An import was applied between two reads: ask again."""


class RenderingError(MismatchError):
    """The sheet did not come out as laid out: pages, images or a resource that no document may ask for."""


class ThreadError(KoikiError):
    """A renderer was used from a second thread, where text silently moves: a programming error."""


class UnreadableSheetError(MismatchError):
    """A PDF that cannot be read back, or one with a font that is not embedded."""
