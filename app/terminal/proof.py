"""PURE. The one rule by which NONE may be said of a job: no sheet of it came out, and none ever will.

NONE becomes NOT_PRINTED: the fee goes back, the number is void, the terminal goes on. Said wrongly, the next resident
finds the sheet. UNKNOWN costs a member of staff a walk. So nothing is taken for nothing: what is not said counts as
printed. NONE is said in three cases alone.

1. No byte of the document left (`NEVER`).
2. The printer refused before it looked at the document (`REFUSED`), and an exit sensor, where one counts, has counted
   the same before and after.
3. The document may have arrived, and all of this holds:
   a. the printer itself says of this very job that it is canceled or aborted, and gives no reason that contradicts it.
      A completed job is never denied, nor is one that the printer does not know any more;
   b. it counted nothing: it has a counter of the job's impressions or sheets, and none of them ever stood above zero.
      An absent counter says nothing;
   c. its paper path is closed and without a jam: what is stuck there is a sheet, too;
   d. an exit sensor counted the same before and after. One that fell silent says nothing. Where none counts, a
      printer's zero is not enough, for its counter lags behind its paper: it must have said, before it began and not
      switched off since, that the document never arrived whole (`CUT`).

A sensor's count says "nothing" only when it has stood still for its settling time after the job was over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

PENDING, HELD, PROCESSING, STOPPED, CANCELED, ABORTED, COMPLETED = range(3, 10)  # job-state (RFC 8011, 5.3.7)
OVER = (CANCELED, ABORTED, COMPLETED)
_NOT_ARRIVED = "job-data-insufficient"
_CONTRADICTS = frozenset({
    "processing-to-stop-point", "job-printing", "job-outgoing", "queued-in-device",
    "job-completed-successfully", "job-completed-with-warnings", "job-completed-with-errors",
})  # fmt: skip


class Sent(StrEnum):
    """How much of the document the printer can have."""

    NEVER = "never"
    REFUSED = "refused"  # it said no to the request, not to the document
    CUT = "cut"  # it says that not all of it came, and that it has not begun
    MAYBE = "maybe"


@dataclass(frozen=True)
class Passage:
    """What the exit sensor counted before a job and now; None: nothing that counts. `is_still`: for long enough."""

    before: int | None = None
    after: int | None = None
    is_still: bool = True

    @property
    def sheets(self) -> int | None:
        """That passed the exit; None where nobody counted them."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Evidence:
    """Of one job. `state`: None of a job that the printer does not know; `counted`: by each counter that it has."""

    sent: Sent
    passage: Passage
    state: int | None = None
    reasons: frozenset[str] = frozenset()
    counted: tuple[int, ...] = ()
    is_path_clear: bool = False


def how_sent(state: int | None, reasons: Collection[str], is_same_boot: bool) -> Sent:
    """What a printer says of a document that was sent to it and is not canceled yet."""
    is_cut = state in (PENDING, HELD) and _NOT_ARRIVED in reasons and is_same_boot
    return Sent.CUT if is_cut else Sent.MAYBE


def is_nothing_out(evidence: Evidence) -> bool:
    """Whether NONE may be said."""
    if evidence.sent is Sent.NEVER:
        return True
    if evidence.passage.before is None:
        is_exit_clear = evidence.sent in (Sent.REFUSED, Sent.CUT)
    else:
        is_exit_clear = evidence.passage.sheets == 0 and evidence.passage.is_still
    return is_exit_clear and (evidence.sent is Sent.REFUSED or _is_called_off(evidence))


def _is_called_off(evidence: Evidence) -> bool:
    is_over = evidence.state in (CANCELED, ABORTED) and not evidence.reasons & _CONTRADICTS
    is_uncounted = bool(evidence.counted) and not any(evidence.counted)
    return is_over and is_uncounted and evidence.is_path_clear
