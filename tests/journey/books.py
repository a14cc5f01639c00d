"""What a long run has come to: sheets that were read, trays, machines, journals and ledger, compared.

Four words, each a list of what was found: somebody got another's sheet; something paid for or made is nowhere;
something exists twice; or the records differ and no open case says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.journey import truth
from tests.journey.installation import Installation
from tests.journey.reading import Reading
from tests.journey.shopper import Errand
from tests.journey.truth import Slip

COPIES = """SELECT a.attempt_id, o.visit_id, o.terminal_id, a.issue_number, coalesce(a.sheets, 0), a.pdf_sha256,
       i.state, coalesce(a.disposal, ''), i.yen, o.payment_key, o.order_id, o.is_open, i.kind
  FROM attempt a JOIN issuance i USING (issuance_id) JOIN issue_order o USING (order_id)"""
OWED = "SELECT payment_key, yen_owed FROM issue_order WHERE yen_owed > 0"
OPEN_CASES = "SELECT order_id, kind FROM issue_case WHERE closed_at IS NULL"
OVER = frozenset({"settled", "voided", "cancelled", "failed", "not_printed"})
WITH_PAPER = frozenset({"settled", "voided", "unknown"})
ORDINARY_CASES = frozenset({"outcome_unknown", "not_taken", "payment_unknown", "change_owed", "terminal_silent"})


@dataclass(frozen=True)
class Copy:
    """One attempt, as its town's journal knows it."""

    attempt_id: str
    visit_id: str
    terminal_id: str
    issue_number: str
    sheets: int
    sha256: str | None
    state: str
    disposal: str
    yen: int
    payment_key: str
    order_id: str
    is_open: bool
    kind: str


@dataclass
class Books:
    """`findings`: (wrong-person, lost, doubled or unexplained, what)."""

    errands: list[Errand]
    readings: list[Reading]
    slips: list[Slip]
    copies: dict[str, Copy]
    cases: list[tuple[str | None, str]]
    kept: dict[str, int]
    charged: dict[str, int]
    owed: dict[str, int]  # by the journals: for a person to pay back
    lines: list[tuple[str, str, str]]  # of the ledger: home, number, entry type

    def findings(self) -> list[tuple[str, str]]:
        """Everything that is not as it should be; empty when all is well."""
        parts = (self._persons(), self._paper(), self._settled(), self._copies(), self._money(), self._cases())
        return [finding for part in parts for finding in part]

    @property
    def settled(self) -> list[Copy]:
        return [copy for copy in self.copies.values() if copy.state == "settled"]

    def _persons(self) -> Iterator[tuple[str, str]]:
        names = {visit: errand.name for errand in self.errands for visit in errand.visits if visit}
        for reading in self.readings:
            copy = self.copies.get(reading.attempt_id)
            if copy is None:
                yield "unexplained", f"{reading.attempt_id}: a sheet that no journal knows"
                continue
            wanted = names.get(copy.visit_id)
            if reading.name and reading.name != wanted:
                yield "wrong-person", f"{reading.attempt_id}: of a visit that was another's"
            if reading.name and not reading.has_name:
                yield "wrong-person", f"{reading.attempt_id}: a {copy.kind} without the name of who took it"
            if reading.numbers != {copy.issue_number} or reading.sha256 != copy.sha256:
                yield "wrong-person", f"{reading.attempt_id}: not the sheet that was fixed"
            if reading.pages != copy.sheets or copy.terminal_id != reading.terminal:
                yield "unexplained", f"{reading.attempt_id}: {reading.pages} pages at {reading.terminal}"

    def _paper(self) -> Iterator[tuple[str, str]]:
        read = {reading.attempt_id for reading in self.readings}
        yield from _doubled("sheet", ((slip.attempt_id, slip.sheet) for slip in self.slips))
        for attempt_id in {slip.attempt_id for slip in self.slips}:
            copy = self.copies.get(attempt_id)
            if copy is None or copy.state not in WITH_PAPER or copy.disposal == "never_printed":
                yield "unexplained", f"{attempt_id}: a sheet of a copy that is {copy.state if copy else 'unknown'}"
            if attempt_id not in read:
                yield "unexplained", f"{attempt_id}: a sheet that nobody has read"

    def _settled(self) -> Iterator[tuple[str, str]]:
        out, read = Counter(slip.attempt_id for slip in self.slips), {r.attempt_id for r in self.readings}
        for copy in self.settled:
            if out[copy.attempt_id] != copy.sheets:
                yield "lost", f"{copy.attempt_id}: settled, {out[copy.attempt_id]} of {copy.sheets} sheets"
            if copy.attempt_id not in read:
                yield "lost", f"{copy.attempt_id}: settled, and nobody has held it"

    def _copies(self) -> Iterator[tuple[str, str]]:
        yield from _doubled("issue number", (copy.issue_number for copy in self.copies.values()))
        yield from _doubled("read twice", (reading.attempt_id for reading in self.readings))
        yield from _doubled("ledger line", self.lines)
        waiting = {order_id for order_id, _ in self.cases}
        for copy in self.copies.values():
            if copy.order_id not in waiting and (copy.is_open or copy.state not in OVER):
                yield "lost", f"{copy.attempt_id}: {copy.state}, its order open, and no case"

    def _money(self) -> Iterator[tuple[str, str]]:
        undecided = {copy.payment_key for copy in self.copies.values() if copy.is_open}
        for key in (self.kept.keys() | self.charged.keys()) - undecided:
            kept, charged = self.kept.get(key, 0), self.charged.get(key, 0) + self.owed.get(key, 0)
            if kept != charged:
                yield "lost" if kept > charged else "unexplained", f"{key}: {kept} yen kept, {charged} charged or owed"
        carried = {number for _, number, entry in self.lines if entry == "charge"}
        for copy in self.settled:
            if copy.issue_number not in carried:
                yield "lost", f"{copy.attempt_id}: settled, and the union has not heard of it"

    def _cases(self) -> Iterator[tuple[str, str]]:
        for order_id, kind in self.cases:
            if kind not in ORDINARY_CASES:
                yield "unexplained", f"a case {kind} of {order_id}"


def read_books(installation: Installation, errands: list[Errand], readings: list[Reading]) -> Books:
    """After the end: every process may have stopped, every file is read as it is."""
    union = installation.home / "union.db"
    copies = (Copy(*row) for row in truth.everywhere(installation, COPIES))
    return Books(
        errands,
        readings,
        truth.slips(installation),
        {copy.attempt_id: copy for copy in copies},
        truth.everywhere(installation, OPEN_CASES),
        truth.all_kept(installation),
        dict(truth.ledger(installation)),
        dict(truth.everywhere(installation, OWED)),
        truth.rows(union, "SELECT home, issue_number, entry_type FROM ledger_entry"),
    )


def _doubled(what: str, things: Iterable[object]) -> Iterator[tuple[str, str]]:
    for thing, times in Counter(things).items():
        if times > 1:
            yield "doubled", f"{what}: {thing} {times} times"
