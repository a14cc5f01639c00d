"""The person at the counter: opens the machine, counts, looks into the tray, and says what is there."""

from __future__ import annotations

from app.issuance import aftermath, service
from app.issuance.cases import Verdict
from app.issuance.errors import VerdictRefusedError
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView, list_cases
from app.issuance.states import Payment, State, is_final
from app.municipalities.partitions import partitions
from tests.machine.devices import Job, Machine, Session
from tests.machine.towns import TOWNS, Towns

ACTOR = "staff:machine"
FACTS = """SELECT o.payment_key, coalesce(o.yen_due, -1), a.attempt_id, i.yen, i.state FROM issue_order o
  JOIN issuance i USING (order_id) JOIN attempt a USING (issuance_id) WHERE o.order_id = :order_id"""
KEPT = {State.PRINTED.value, State.TAKEN.value, State.SETTLED.value, State.UNKNOWN.value}


def open_cases() -> list[tuple[str, CaseView]]:
    """(town, case), oldest first."""
    found = []
    for code in TOWNS:
        with partitions.open(code) as p:
            found += [(code, case) for case in list_cases(p)]
    return found


def is_in_doubt(terminal_id: str) -> bool:
    """Whether anything about paper at this terminal is still undecided."""
    return any(case.terminal_id == terminal_id and case.state is State.UNKNOWN for _, case in open_cases())


def decide(towns: Towns, machines: dict[str, Machine], code: str, case: CaseView) -> None:
    """Look, and close the case with what was found; what the machine still held is handed out or kept by hand."""
    machine = machines[case.terminal_id]
    verdict = _paper(towns, machine, code, case) if case.state is State.UNKNOWN else _money(towns, machine, code, case)
    try:
        with partitions.open(code, write=True) as p:
            service.close_case(p, ACTOR, case.case_id, verdict)
            visit_id = aftermath.visit_of_case(p, case)
    except VerdictRefusedError:
        return  # something else is to be decided first: the copy before the money, or the money before the case
    aftermath.follow_up(code, ACTOR, visit_id)


def _paper(towns: Towns, machine: Machine, code: str, case: CaseView) -> Verdict:
    if case.kind not in {CaseKind.OUTCOME_UNKNOWN, CaseKind.NOT_TAKEN, CaseKind.MANIFEST_MISMATCH}:
        return Verdict.CHECKED  # refused: the copy is undecided
    job = _job_of(towns, machine, code, case.issuance_id or "")
    if job is None or job.out + job.late == 0:
        return Verdict.NOT_PRINTED
    job.out, job.late = job.out + job.late, 0  # the paper path is emptied
    is_whole, job.taken = job.out == job.sheets, True
    return Verdict.CAME_OUT if is_whole else Verdict.DESTROYED


def _job_of(towns: Towns, machine: Machine, code: str, issuance_id: str) -> Job | None:
    query = "SELECT attempt_id FROM attempt WHERE issuance_id = :copy AND voided_at IS NULL"
    (attempt_id,) = towns.rows(code, query, copy=issuance_id)[0]
    return machine.jobs.get(f"forgotten {attempt_id}") or machine.jobs.get(attempt_id)


def _money(towns: Towns, machine: Machine, code: str, case: CaseView) -> Verdict:
    if case.kind is CaseKind.CHANGE_OWED:
        return Verdict.PAID_BACK
    if case.kind is not CaseKind.PAYMENT_UNKNOWN or case.payment is None or is_final(case.payment):
        return Verdict.CHECKED
    facts = towns.rows(code, FACTS, order_id=case.order_id)
    if any(state == State.UNKNOWN.value for *_, state in facts):
        return Verdict.CHECKED  # refused: first the paper
    session = machine.money.setdefault(facts[0][0], Session(0))
    due = sum(yen for _, _, _, yen, state in facts if state in KEPT)
    if not session.is_over:  # opened and counted out by hand
        session.close("committed" if due else "released", due)
    return Verdict.KEPT if session.kept and case.payment is not Payment.NONE else Verdict.REFUNDED
