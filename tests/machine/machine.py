"""Kiosk, counter, printer, money, relay and time together, in any order that Hypothesis can think of.

The services and the databases are the real ones. The rules are what people, machines and time may do; the invariants
are read after each rule from the databases and held against what the machines truly did.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from app import clock
from app.cards import visits
from app.issuance import reconcile, relay
from app.issuance.queries import OrderView
from app.issuance.states import Payment, State
from app.municipalities import queries
from app.municipalities import service as municipalities
from tests.machine import counter, invariants
from tests.machine.at_kiosk import at_terminal
from tests.machine.at_terminal import FATES, HOWS, TerminalRules
from tests.machine.towns import KINDS, RESIDENTS, TERMINALS, TOWNS

ERRAND = 16  # steps in which an errand comes to its end
STEPS = (8, 4, 2, 1, ERRAND)


class Union(TerminalRules):
    """Everything together. A subclass of its own for each run: `reached` is what that run has seen."""

    reached: ClassVar[set[str]] = set()  # of all examples: what `invariants.check` has seen

    def __init__(self) -> None:
        super().__init__()
        self.seen = invariants.Seen()

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
