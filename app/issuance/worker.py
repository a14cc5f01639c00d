"""Renders what waits: outside of any transaction, read back before anybody may see it, stored encrypted.

One worker is one process and one thread (WeasyPrint). Run as many as there are cores: what two of them make twice is
thrown away once, and a worker that is killed leaves the copy as it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from app.cards import visits
from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document
from app.certificates.errors import RenderingError, UnprintableError, UnreadableDocumentError
from app.certificates.rendering import Renderer, preview
from app.certificates.storing import from_json
from app.errors import KoikiError
from app.issuance import aftermath
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import check_asked, check_sheet
from app.issuance.models import CaseKind
from app.issuance.names import Names, index
from app.issuance.rendered import Finished, Waiting, fail_copy, list_waiting, store_sheet
from app.municipalities.partitions import partitions
from app.residents.queries import get_register_serial, other_names

ACTOR = "worker"
BATCH = 20
ALL_TOWNS_SECONDS = 2.0

log = logging.getLogger(__name__)


class Rounds:
    """Which towns to look at next: each time those whose residents stand at a terminal, all of them now and then.

    An idle worker asks the union one question instead of every town: many small towns would keep a core busy.
    """

    def __init__(self) -> None:
        self._all_due = time.monotonic()

    def towns(self) -> list[str]:
        """Their codes."""
        if time.monotonic() < self._all_due:
            return visits.list_homes()
        self._all_due = time.monotonic() + ALL_TOWNS_SECONDS
        return partitions.codes()


class Worker:
    """Keeps one renderer, and the names of each town's register in the form in which the guard looks for them."""

    def __init__(self, renderer: Renderer | None = None) -> None:
        self._renderer = renderer or Renderer()
        self._renderer.warm_up(samples.sample(kind) for kind in KINDS)
        self._names: dict[str, tuple[int, Names]] = {}

    def turn(self, codes: Iterable[str]) -> int:
        """Make every sheet that waits in these towns; how many. A town that is down does not hold up the others."""
        return sum(self._town(code) for code in codes)

    def _town(self, code: str) -> int:
        try:
            with partitions.open(code) as p:
                waiting = list_waiting(p, BATCH)
            for copy in waiting:
                self.make(code, copy)
        except KoikiError as error:
            log.error("worker stopped in %s: %s", code, type(error).__name__)
            return 0
        return len(waiting)

    def make(self, code: str, copy: Waiting) -> bool:
        """Render, read back and store one copy, or fail it for good. False: not stored by this worker."""
        pdf = b""
        try:
            document = _open_document(copy)
            sheet = self._renderer.render(document)
            pdf = sheet.pdf
            check_asked(document, copy.wish)
            check_sheet(document, pdf, self._names_of(code))
            finished = Finished(pdf, preview(pdf), sheet.pages)
        except SheetMismatchError as error:
            self._fail(code, copy, CaseKind.GUARD_MISMATCH, list(error.findings), pdf)
            return False
        except (UnprintableError, RenderingError, UnreadableDocumentError) as error:
            self._fail(code, copy, CaseKind.RENDER_FAILED, [type(error).__name__])
            return False
        with partitions.open(code, write=True) as p:
            return store_sheet(p, ACTOR, copy.issuance_id, finished)

    def _names_of(self, code: str) -> Names:
        """Read once for each state of the register: a town of 60,000 takes a moment, a sheet must not."""
        with partitions.open(code) as p:
            serial = get_register_serial(p)
            if code not in self._names or self._names[code][0] != serial:
                self._names[code] = (serial, index(other_names(p, set())))
        return self._names[code][1]

    @staticmethod
    def _fail(code: str, copy: Waiting, kind: CaseKind, findings: list[str], pdf: bytes = b"") -> None:
        log.error("%s: a copy failed: %s", code, kind.value)
        with partitions.open(code, write=True) as p:
            fail_copy(p, ACTOR, kind, copy.issuance_id, {"event": kind.value, "findings": findings}, pdf)
        aftermath.follow_up(code, ACTOR, copy.visit_id)


def _open_document(copy: Waiting) -> Document:
    """:raises SheetMismatchError: it is numbered otherwise. :raises UnreadableDocumentError: it fits no form here."""
    document = from_json(copy.document)
    if document.certification.issue_number != copy.issue_number:
        raise SheetMismatchError(("document_of_another_attempt",))
    return document
