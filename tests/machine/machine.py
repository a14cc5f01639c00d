"""Kiosk, counter, printer, money, relay and time together, in any order that Hypothesis can think of.

The services and the databases are the real ones. The rules are what people, machines and time may do; the invariants
are read after each rule from the databases and held against what the machines truly did.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app import clock
from app.cards import visits
from app.cards.errors import TerminalBusyError
from app.errors import KoikiError
from app.issuance import aftermath, granting, reconcile, relay, service
from app.issuance.errors import (
    ForeignReportError,
    GrantLostError,
    GrantRefusedError,
    KeyReusedError,
    NoLongerAllowedError,
    NotReadyError,
    OrderOpenError,
    OrderRefusedError,
    SheetLostError,
    TooLateError,
)
from app.issuance.models import CaseKind
from app.issuance.queries import OrderView
from app.issuance.rendered import fail_copy, list_waiting, store_sheet
from app.issuance.states import Payment, State
from app.issuance.worker import ACTOR as WORKER
from app.municipalities import queries
from app.municipalities import service as municipalities
from app.municipalities.partitions import partitions
from app.protocol.messages import GrantRequest, Manifest, Report, ReportEvent, Tender, Work, WorkAction
from tests.machine import counter, invariants
from tests.machine.devices import Job, Machine, Session
from tests.machine.towns import KINDS, RESIDENTS, TERMINALS, TOWNS, Towns, finished

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JST)
NO_MONEY_WHEN_STOPPED = frozenset({WorkAction.NONE, WorkAction.RELEASE, WorkAction.COMMIT})
FINDINGS = (SheetLostError, GrantLostError, NoLongerAllowedError)
PIECES = (50, 100, 500, 1000)
HOWS = ("well", "well", "none", "part", "silent", "late", "forgets")  # a printer's job may end
FATES = ("well", "short", "unknown")  # of money that is counted out
ERRAND = 16  # steps in which an errand comes to its end
STEPS = (8, 4, 2, 1, ERRAND)
at_terminal = st.sampled_from(TERMINALS)


class Union(RuleBasedStateMachine):
    """`make` gives a fresh installation. A subclass of its own for each run: `reached` is what that run has seen."""

    make: Callable[[], Towns]
    reached: ClassVar[set[str]] = set()  # of all examples: what `invariants.check` has seen

    def __init__(self) -> None:
        super().__init__()
        self.time, self._clock = BEGIN, ExitStack()
        self._clock.enter_context(clock.frozen(self.time))
        self.towns = type(self).make()
        self.machines = {terminal: Machine(terminal) for terminal in TERMINALS}
        self.keys: dict[str, tuple[str, list[str]]] = {}  # visit → idempotency key and wish of its last order
        self.residents: dict[str, tuple[str, str]] = {}  # visit → town and person
        self.seen = invariants.Seen()

    def teardown(self) -> None:
        self._clock.close()
        self.towns.close()

    # --- it goes on for a while as it should: what is rare must happen in orders that have come far

    @initialize(how=st.sampled_from(["part", "none"]), fate=st.sampled_from(FATES))
    def begins(self, how: str, fate: str) -> None:
        """One errand to its end at each terminal: well, and with something that goes wrong."""
        self.goes_on(TERMINALS[0], 0, ERRAND)
        self.goes_on(TERMINALS[1], 0, ERRAND, how, fate)

    @rule(
        terminal=at_terminal, resident=st.integers(0, len(RESIDENTS) - 1), steps=st.sampled_from(STEPS),
        how=st.sampled_from(HOWS), fate=st.sampled_from(FATES),
    )  # fmt: skip
    def goes_on(self, terminal: str, resident: int, steps: int, how: str = "well", fate: str = "well") -> None:
        """The next sensible thing at one terminal, a few times; `how` printers end, and the `fate` of money."""
        for _ in range(steps):
            self._next_step(terminal, resident, how, fate)
            self.all_is_well()

    def _next_step(self, terminal: str, resident: int, how: str, fate: str) -> None:
        machine, visit = self.machines[terminal], visits.live_visit_of(terminal)
        order = self.towns.order_of(visit)
        if machine.unsent:
            self.reports_arrive(terminal, 1)
        elif machine.job_in("printing"):
            self.printer_goes_on(terminal, how)
        elif machine.is_stopped or queries.get_terminal(terminal).is_stopped:
            self._a_person_comes(terminal)
        elif visit is None or visit.home is None or not visit.is_signed_in:
            self.signs_in(terminal, resident)
        elif order is None or not order.is_open:
            self.orders(terminal, list(KINDS[: resident + 1]), again=False)
        else:
            self._next_step_of(terminal, order, fate)

    def _a_person_comes(self, terminal: str) -> None:
        """Decides what is open here, then opens the terminal again."""
        cases = [found for found in counter.open_cases() if found[1].terminal_id == terminal]
        if cases:
            counter.decide(self.towns, self.machines, *cases[0])
        else:
            self.a_person_opens_the_terminal_again(terminal)

    def _next_step_of(self, terminal: str, order: OrderView, fate: str) -> None:
        states = {copy.state for copy in order.copies}
        if State.FIXED in states:
            self.renders(2)
        elif order.payment is Payment.NONE and order.is_ready:
            self.asks_to_pay(terminal)
        elif any(session.state == "collecting" for session in self.machines[terminal].money.values()):
            self.puts_money_in(terminal, 500)
        elif State.PRINTED in states:
            self.tray(terminal, takes=True)
        else:
            self.agent_turns(terminal, fate)

    # --- the kiosk

    @rule(terminal=at_terminal, resident=st.integers(0, len(RESIDENTS) - 1))
    def signs_in(self, terminal: str, resident: int) -> None:
        try:
            visit_id = self.towns.sign_in(terminal, resident)
        except TerminalBusyError:
            return
        self.keys[visit_id], self.residents[visit_id] = (str(uuid.uuid4()), []), RESIDENTS[resident]

    @rule(terminal=at_terminal, kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3), again=st.booleans())
    def orders(self, terminal: str, kinds: list[str], again: bool) -> None:
        """`again`: the very same form a second time."""
        visit = visits.live_visit_of(terminal)
        if visit is None or visit.home is None or not visit.is_signed_in:
            return
        key, last = self.keys[visit.visit_id]
        wish = last if again and last else kinds
        key = key if again or not last else str(uuid.uuid4())
        holder, requests = self.towns.requests(visit.home, visit.visit_id, wish)
        try:
            with partitions.open(visit.home, write=True) as p:
                service.place_order(p, "kiosk", holder, queries.get_terminal(terminal), requests, key)
        except (OrderOpenError, OrderRefusedError, KeyReusedError):
            return
        self.keys[visit.visit_id] = (key, wish)

    @rule(sheets=st.integers(1, 3))
    def renders(self, sheets: int) -> None:
        for town in TOWNS:
            with partitions.open(town, write=True) as p:
                for copy in list_waiting(p, 100):
                    store_sheet(p, WORKER, copy.issuance_id, finished(copy.issuance_id, sheets))

    @rule(town=st.sampled_from(TOWNS))
    def cannot_render(self, town: str) -> None:
        with partitions.open(town, write=True) as p:
            waiting = list_waiting(p, 1)
            for copy in waiting:
                fail_copy(p, WORKER, CaseKind.RENDER_FAILED, copy.issuance_id, {"event": "render_failed"})
        for copy in waiting:
            aftermath.follow_up(town, WORKER, copy.visit_id)

    @rule(terminal=at_terminal)
    def asks_to_pay(self, terminal: str) -> None:
        visit = visits.live_visit_of(terminal)
        order = self.towns.order_of(visit)
        if order is None or visit is None or visit.home is None or not order.is_open:
            return
        try:
            with partitions.open(visit.home, write=True) as p:
                service.ask_payment(p, "kiosk", order.order_id, Tender.CASH if order.yen else None)
        except NotReadyError:
            return
        except (NoLongerAllowedError, SheetLostError) as error:
            self._give_up(visit.home, "kiosk", error.attempt_id, error, visit.visit_id)

    def _give_up(self, town: str, actor: str, attempt_id: str, error: KoikiError, visit_id: str) -> None:
        """What was ordered may not be printed any more."""
        with partitions.open(town, write=True) as p:
            granting.give_up(p, actor, attempt_id, error)
        aftermath.follow_up(town, actor, visit_id)

    @rule(terminal=at_terminal, goes=st.booleans())
    def cancels(self, terminal: str, goes: bool) -> None:
        """「やめる」: called off if no printer was quicker; `goes` walks away as well."""
        visit = visits.live_visit_of(terminal)
        order = self.towns.order_of(visit)
        if visit is None or visit.home is None:
            return
        if order is not None:
            try:
                with partitions.open(visit.home, write=True) as p:
                    service.cancel_order(p, "kiosk", order.order_id)
            except TooLateError:
                pass
        if goes:
            self.towns.leave(visit)

    @rule(resident=st.integers(0, len(RESIDENTS) - 1), blocks=st.booleans())
    def register_changes(self, resident: int, blocks: bool) -> None:
        """Between the order and the paper: what waits must not leave as it is."""
        who = RESIDENTS[resident]
        if blocks:
            self.towns.registers.blocked ^= {who}
        else:
            self.towns.registers.changed[who] = self.towns.registers.changed.get(who, 0) + 1

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

    # --- time, relay, people

    @rule(seconds=st.sampled_from([5, 30, 200, 400, 900]))
    def time_passes(self, seconds: int) -> None:
        self.time += timedelta(seconds=seconds)
        self._clock.close()
        self._clock.enter_context(clock.frozen(self.time))
        assert reconcile.reconcile_all(list(TOWNS)) == 0

    @rule()
    def relays(self) -> None:
        relay.relay_all(list(TOWNS))

    @rule(data=st.data())
    def a_person_decides(self, data: st.DataObject) -> None:
        """Somebody of the counter takes an open case and looks into the machine."""
        cases = counter.open_cases()
        if cases:
            code, case = data.draw(st.sampled_from(cases), label="case")
            counter.decide(self.towns, self.machines, code, case)

    @rule(terminal=at_terminal)
    def a_person_opens_the_terminal_again(self, terminal: str) -> None:
        if not counter.is_in_doubt(terminal):
            self.machines[terminal].is_stopped = False
            if queries.get_terminal(terminal).stopped_reason is not None:
                municipalities.resume_terminal("staff:machine", terminal)

    # --- what must be so after each step

    @invariant()
    def all_is_well(self) -> None:
        self.reached.update(invariants.check(self.towns, self.machines, self.seen))
