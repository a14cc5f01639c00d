"""What a resident does at a kiosk, what workers make of it, and what moves in the registers meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from app import clock
from app.cards import visits
from app.cards.errors import TerminalBusyError
from app.errors import KoikiError
from app.issuance import aftermath, granting, service
from app.issuance.errors import (
    KeyReusedError,
    NoLongerAllowedError,
    NotReadyError,
    OrderOpenError,
    OrderRefusedError,
    SheetLostError,
    TooLateError,
)
from app.issuance.models import CaseKind
from app.issuance.rendered import fail_copy, list_waiting, store_sheet
from app.issuance.worker import ACTOR as WORKER
from app.municipalities import queries
from app.municipalities.partitions import partitions
from app.protocol.messages import Tender
from tests.machine.devices import Machine
from tests.machine.towns import KINDS, RESIDENTS, TERMINALS, TOWNS, Towns, finished

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JST)
at_terminal = st.sampled_from(TERMINALS)


class KioskRules(RuleBasedStateMachine):
    """`make` gives a fresh installation."""

    make: Callable[[], Towns]

    def __init__(self) -> None:
        super().__init__()
        self.time, self._clock = BEGIN, ExitStack()
        self._clock.enter_context(clock.frozen(self.time))
        self.towns = type(self).make()
        self.machines = {terminal: Machine(terminal) for terminal in TERMINALS}
        self.keys: dict[str, tuple[str, list[str]]] = {}  # visit → idempotency key and wish of its last order
        self.residents: dict[str, tuple[str, str]] = {}  # visit → town and person

    def teardown(self) -> None:
        self._clock.close()
        self.towns.close()

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
