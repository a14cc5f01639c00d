"""What must never be, read from the printer's own record, the machines' own records and the sheets that were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.journey import truth
from tests.journey.reading import Reading, Readings
from tests.journey.shopper import Errand
from tests.matrix.cases import NONE, Case
from tests.matrix.lane import Lane

ORDERS = "SELECT order_id, is_open, payment, payment_key, coalesce(yen_due, 0), yen_owed FROM issue_order"
COPIES = """SELECT a.attempt_id, i.state, coalesce(a.disposal, ''), coalesce(a.sheets, 0)
  FROM attempt a JOIN issuance i USING (issuance_id) JOIN issue_order o USING (order_id)"""
WITHOUT_PAPER = {"not_printed", "cancelled", "failed", "ready", "fixed"}
WITH_PAPER = {"settled", "taken", "printed"}


@dataclass
class Verdict:
    """`ends`: how the copies ended; `lies`: a printer without a sensor beside it lied, which nobody could know."""

    ends: list[str]
    wrong: list[str]
    lies: int = 0


def judge(lane: Lane, case: Case, errands: list[Errand], readings: Readings) -> Verdict:
    """Of everything that was ordered in these visits."""
    visits = set().union(*(errand.visits for errand in errands))
    verdict = Verdict([], [])
    out = defaultdict(list)
    for slip in lane.box.tray():
        out[slip["name"]].append(slip["sheet"])
    for attempt_id, state, disposal, sheets in rows(lane, COPIES, visits):
        verdict.ends.append(state)
        if state in WITH_PAPER and is_lie(case, out[attempt_id], sheets):
            verdict.lies += 1
        else:
            verdict.wrong += wrong_with_paper(out[attempt_id], state, disposal, sheets)
    for _, _, payment, key, due, owed in rows(lane, ORDERS, visits):
        verdict.wrong += _wrong_with_money(lane, payment, key, due, owed)
    verdict.wrong += [word for reading in readings.found if reading.visit_id in visits for word in _wrong_read(reading)]
    return verdict


def rows(lane: Lane, sql: str, visits: set[str]) -> list[tuple]:
    """Of these visits, in whatever town."""
    where = f" WHERE visit_id IN ({', '.join('?' * len(visits))})"
    files = truth.partition_files(lane.installation)
    return [row for file in files for row in truth.rows(file, sql + where, *sorted(visits))]


def is_lie(case: Case, out: list[int], sheets: int) -> bool:
    """A printer said that it had printed, one sheet never came, and nothing beside it could know."""
    return case.printer == "printer lies" and case.sensor == NONE and len(set(out)) == len(out) == sheets - 1


def wrong_with_paper(out: list[int], state: str, disposal: str, sheets: int) -> Iterator[str]:
    """Held against the printer's own record: `out`, the sheets of this copy that left it, in their order."""
    if len(out) != len(set(out)):
        yield "a sheet came out twice"
    if out and (state in WITHOUT_PAPER or disposal == "never_printed"):
        yield f"a sheet came out of a copy that is {state} {disposal}".strip()
    if state in WITH_PAPER and len(out) != sheets:
        yield f"{state} with {len(out)} of {sheets} sheets"


def _wrong_with_money(lane: Lane, payment: str, key: str, due: int, owed: int) -> Iterator[str]:
    kept = truth.all_kept(lane.installation).get(key, 0) - owed
    expected = due if payment == "committed" else 0
    if payment in {"committed", "released"} and kept != expected:
        yield f"{kept} yen taken, {expected} due: {payment}"


def _wrong_read(reading: Reading) -> Iterator[str]:
    if not reading.has_name:
        yield "a sheet without the name of who took it"
    if len(reading.numbers) != 1:
        yield f"a sheet with {len(reading.numbers)} numbers"
