"""What agent, money, printer and network do: in good time, late, twice, or so that nobody knows."""

from __future__ import annotations

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.cards import visits
from app.errors import KoikiError
from app.issuance import aftermath, service
from app.issuance.errors import (
    ForeignReportError,
    GrantLostError,
    GrantRefusedError,
    NoLongerAllowedError,
    SheetLostError,
)
from app.municipalities import queries
from app.municipalities.partitions import partitions
from app.protocol.messages import GrantRequest, Manifest, Report, ReportEvent, Work, WorkAction
from tests.machine.at_kiosk import KioskRules, at_terminal
from tests.machine.devices import Job, Machine, Session
from tests.machine.towns import TOWNS

NO_MONEY_WHEN_STOPPED = frozenset({WorkAction.NONE, WorkAction.RELEASE, WorkAction.COMMIT})
FINDINGS = (SheetLostError, GrantLostError, NoLongerAllowedError)
PIECES = (50, 100, 500, 1000)
HOWS = ("well", "well", "none", "part", "silent", "late", "forgets")  # a printer's job may end
FATES = ("well", "short", "unknown")  # of money that is counted out


class TerminalRules(KioskRules):
    """Says what the machines truly did, as a real agent does."""

    # --- money

    @rule(terminal=at_terminal, piece=st.sampled_from(PIECES))
    def puts_money_in(self, terminal: str, piece: int) -> None:
        machine = self.machines[terminal]
        for key, session in machine.money.items():
            if session.state == "collecting":
                session.inserted += piece
                session.state = "held" if session.inserted >= session.yen else "collecting"
                event = ReportEvent.HELD if session.state == "held" else ReportEvent.INSERTED
                machine.say_money(key, self._visit_of(key), event, session.inserted)

    @rule(terminal=at_terminal)
    def presses_return(self, terminal: str) -> None:
        machine = self.machines[terminal]
        for key, session in machine.money.items():
            if session.state == "collecting":
                session.close("released", 0)
                machine.say_money(key, self._visit_of(key), ReportEvent.RELEASED, session.inserted)

    # --- the agent

    @rule(terminal=at_terminal, fate=st.sampled_from(FATES))
    def agent_turns(self, terminal: str, fate: str) -> None:
        """Asks for work and does it. `fate` of the money: `short` of change, or the machine does not answer."""
        visit = visits.live_visit_of(terminal)
        if visit is None or visit.home is None:
            return
        with partitions.open(visit.home) as p:
            work = service.next_work(p, terminal, visit.visit_id)
        stopped = queries.get_terminal(terminal).stopped_reason is not None
        if stopped and work.action not in NO_MONEY_WHEN_STOPPED:
            return
        machine = self.machines[terminal]
        if work.action is WorkAction.COLLECT:
            if all(session.is_over for key, session in machine.money.items() if key != work.payment_key):
                machine.money.setdefault(work.payment_key, Session(work.yen))
        elif work.action in {WorkAction.COMMIT, WorkAction.RELEASE}:
            self._count_out(machine, work, fate)
        elif work.action is WorkAction.PRINT and not machine.is_stopped:
            self._ask_grant(machine, work)

    def _count_out(self, machine: Machine, work: Work, fate: str) -> None:
        """Told twice, it answers twice and does it once."""
        session = machine.money.setdefault(work.payment_key, Session(0))
        if fate == "unknown" and not session.is_over:
            machine.say_money(work.payment_key, work.visit_id, ReportEvent.PAYMENT_UNKNOWN, 0)
            return
        if work.action is WorkAction.COMMIT:
            change = session.inserted - work.yen
            owed = min(50, change) if fate == "short" else 0
            session.close("committed", work.yen + owed, owed)
        else:
            session.close("released", 0)
        event = ReportEvent.COMMITTED if session.state == "committed" else ReportEvent.RELEASED
        yen = session.kept - session.owed if event is ReportEvent.COMMITTED else session.inserted
        machine.say_money(work.payment_key, work.visit_id, event, yen, session.owed)

    def _ask_grant(self, machine: Machine, work: Work) -> None:
        job = machine.jobs.get(work.attempt_id)
        if job is None and machine.job_in("asking", "printing") is None:
            job = machine.jobs[work.attempt_id] = Job(work.attempt_id, str(uuid.uuid4()), work.visit_id)
        if job is None or job.phase != "asking":
            return
        manifest = self._grant(machine.terminal_id, job)
        if manifest is None:
            job.phase = "over"
            machine.say_paper(job, ReportEvent.NOT_PRINTED)
        else:
            assert self.residents[manifest.visit_id] not in self.towns.registers.blocked, "a block was overtaken"
            job.phase, job.sheets, job.granted_to = "printing", manifest.sheets, manifest.visit_id
            machine.say_paper(job, ReportEvent.PRINTING)

    def _grant(self, terminal: str, job: Job) -> Manifest | None:
        """As the portal's door for grants does it."""
        visit = visits.live_visit_of(terminal)
        if visit is None or visit.home is None or not visit.is_signed_in:
            return None
        request, actor = GrantRequest(terminal, job.attempt_id, job.grant_id, 0), f"terminal:{terminal}"
        try:
            with partitions.open(visit.home, write=True) as p:
                return service.grant(p, actor, request, visit.visit_id)[0]
        except FINDINGS as error:
            self._give_up(visit.home, actor, job.attempt_id, error, visit.visit_id)
        except (GrantRefusedError, KoikiError):
            pass
        return None

    @rule(terminal=at_terminal, how=st.sampled_from(HOWS))
    def printer_goes_on(self, terminal: str, how: str) -> None:
        """The job ends: well, provably without a sheet, or so that nobody knows; `late` sheets wait behind a jam."""
        machine = self.machines[terminal]
        job = machine.job_in("printing")
        if job is None:
            return
        if how == "forgets":  # the agent's disk is new: it asks for the same attempt under another grant
            del machine.jobs[job.attempt_id]
            machine.jobs[f"forgotten {job.attempt_id}"] = job
            job.phase, job.late, machine.unsent = "over", job.sheets, []
            return
        job.phase = "over"
        job.out = {"well": job.sheets, "part": 1, "silent": job.sheets}.get(how, 0)
        job.late = job.sheets if how == "late" else 0
        said = {"well": ReportEvent.PRINTED, "none": ReportEvent.NOT_PRINTED}.get(how, ReportEvent.OUTCOME_UNKNOWN)
        machine.say_paper(job, said)

    @rule(terminal=at_terminal)
    def jam_is_cleared(self, terminal: str) -> None:
        """What was left in the paper path comes out, late."""
        for job in self.machines[terminal].jobs.values():
            job.out, job.late = job.out + job.late, 0

    @rule(terminal=at_terminal, takes=st.booleans())
    def tray(self, terminal: str, takes: bool) -> None:
        machine = self.machines[terminal]
        for job in machine.lying():
            if job.phase == "over" and job.out == job.sheets and not machine.is_stopped:
                job.taken = takes
                machine.say_paper(job, ReportEvent.TAKEN if takes else ReportEvent.NOT_TAKEN)

    # --- the network

    @precondition(lambda self: any(machine.unsent for machine in self.machines.values()))
    @rule(terminal=at_terminal, count=st.integers(1, 6))
    def reports_arrive(self, terminal: str, count: int) -> None:
        machine = self.machines[terminal]
        for _ in range(min(count, len(machine.unsent))):
            report = machine.unsent.pop(0)
            self._deliver(report)
            machine.sent.append(report)

    @rule(terminal=at_terminal, data=st.data())
    def an_old_report_comes_again(self, terminal: str, data: st.DataObject) -> None:
        if self.machines[terminal].sent:
            self._deliver(data.draw(st.sampled_from(self.machines[terminal].sent)))

    def _deliver(self, report: Report) -> None:
        visit = visits.find_visit(report.visit_id)
        assert visit is not None
        assert visit.home is not None
        actor = f"terminal:{report.terminal_id}"
        try:
            with partitions.open(visit.home, write=True) as p:
                service.record_report(p, actor, report)
        except ForeignReportError:
            raise AssertionError("a terminal's own report was not accepted") from None
        aftermath.follow_up(visit.home, actor, visit.visit_id)

    def _visit_of(self, key: str) -> str:
        for town in TOWNS:
            for (visit_id,) in self.towns.rows(town, "SELECT visit_id FROM issue_order WHERE payment_key = :k", k=key):
                return str(visit_id)
        raise AssertionError(key)
