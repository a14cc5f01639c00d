"""The money is in the machine and the paper is not: the tray runs empty between two copies, a printer loses its power.

What surely did not come out is not charged: the terminal gives the money back by itself. What may have come out is kept
and goes to a person, who looks and gives the fee back, with a reason and a line in the ledger. In the end the coins in
the machine are what the ledger charges, order by order, and nobody has paid for air.

Layers: a terminal that cannot print takes no money (preflight, `serviceability`); money is held until no copy is on its
way and then `fees_kept` says what is due; three outcomes of a print, not two (`Press._classify`); silence is given up
on by `reconcile`, never by printing again; a verdict writes charge and refund (`cases`).
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.issuance import aftermath
from app.issuance import service as issuance
from app.issuance.cases import Verdict
from app.issuance.models import CaseKind, Issuance, Order
from app.issuance.queries import OrderView, view_order
from app.issuance.states import Payment, State
from app.municipalities.union import union_read
from app.payments.models import LedgerEntry
from tests.incidents.clerk import STAFF, assert_it_happens, shifted
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, Card, World
from tests.journey.robot import Browser, Page, Resident

pytestmark = pytest.mark.timeout(240)
CARD, UNLUCKY = "02-hoshimi-family-wife", "02-hoshimi-citizen-card"


def paper_runs_out(world: World) -> None:
    """Two copies are paid for, paper is there for one."""
    card, terminal = world.cards[CARD], world.kiosks[0].terminal_id
    resident = world.resident(card)
    page = order_two(world, resident)
    before = len(world.papers(terminal))
    hold_the_printer(world)
    resident.pay(page)
    leave_one_sheet(world)
    world.wait(lambda: len(world.papers(terminal)) > before, "the first copy is out")
    world.empty_tray(terminal)
    first = {State.TAKEN, State.SETTLED}
    world.wait(lambda: newest(world, card).copies[0].state in first, "the first copy is taken")
    assert_closed_for_want_of_paper(world)
    with shifted(world, timedelta(seconds=330)):
        world.reconcile()
        world.wait(lambda: not newest(world, card).is_open, "the order is closed")
    load_paper(world)
    done = newest(world, card)
    fee = done.yen // 2
    assert [copy.state for copy in done.copies] == [State.SETTLED, State.CANCELLED]
    assert len(world.papers(terminal)) == before + 1
    assert world.cash_kept()[done.payment_key] == fee, "paid for a sheet that is not there"
    assert entries(world, done.payment_key) == {"charge": fee}


def power_cut(world: ProcessWorld) -> None:
    """The printer dies while the sheet is in it; a person opens it, and finds nothing that could be handed out."""
    card, terminal = world.cards[UNLUCKY], world.kiosks[1].terminal_id
    box, resident = world.printers[terminal], world.resident(card, kiosk=1)
    page, before = world.reach_payment(resident, RECORD), len(world.papers(terminal))
    box.plan({"sheet": 1, "kind": "plug", "then": "wait"})
    resident.pay(page)
    box.at("plug")
    box.power_cut()
    box.plan()
    box.start()
    world.wait(lambda: newest(world, card, 1).payment is Payment.COMMITTED, "the money is kept for a person to decide")
    order = newest(world, card, 1)
    (case,) = [c for c in world.cases(card.town, CaseKind.OUTCOME_UNKNOWN) if c.order_id == order.order_id]
    assert order.is_open
    assert world.cash_kept()[order.payment_key] == order.yen
    with world.partition(card.town, write=True) as p:
        issuance.close_case(p, STAFF, case.case_id, Verdict.NOT_PRINTED)
    with world.inside():
        aftermath.follow_up(card.town, STAFF, order.visit_id)
    assert not newest(world, card, 1).is_open
    # the coins stay in the machine; the clerk has handed the fee back, and both movements are written down
    assert entries(world, order.payment_key) == {"charge": order.yen, "refund": order.yen}
    assert len(world.papers(terminal)) == before
    resident.desk.do("clear")
    world.put_in_service(terminal)


def order_two(world: World, resident: Resident) -> Page:
    resident.sign_in()
    page = resident.browser.get(f"{world.portal_url}/kiosk/options?kind={RECORD}")
    page = resident.browser.submit(page, "/kiosk/options", copies="2")
    return resident.browser.wait_for(page.url, lambda p: p.has_form("/kiosk/pay"), "the price")


def newest(world: World, card: Card, kiosk: int = 0) -> OrderView:
    """The last order of the town at this kiosk."""
    terminal = world.kiosks[kiosk].terminal_id
    with world.partition(card.town) as p:
        query = sa.select(Order).filter_by(terminal_id=terminal).order_by(Order.placed_at.desc()).limit(1)
        return view_order(p, p.session.scalars(query).one())


def entries(world: World, payment_key: str) -> Counter[str]:
    """Yen by kind of line in the union's ledger."""
    world.relay()
    found: Counter[str] = Counter()
    with world.inside(), union_read() as session:
        for entry in session.scalars(sa.select(LedgerEntry).filter_by(payment_key=payment_key)):
            found[entry.entry_type.value] += entry.yen
    return +found


# --- Paper ----------------------------------------------------------------------------------------------------------


def hold_the_printer(world: World) -> None:
    """The first kiosk's: with its first sheet, the real one; before it, the simulated one, which counts its paper."""
    if isinstance(world, ProcessWorld):
        world.printers[world.kiosks[0].terminal_id].plan({"sheet": 1, "kind": "paper", "then": "wait"})
    else:
        world.points.set("grant", "wait")


def leave_one_sheet(world: World) -> None:
    """Only now: a terminal that sees too little paper asks for no money."""
    if isinstance(world, LocalWorld):
        world.wait(lambda: world.points.came("grant"), "the printer's turn")
        world.agent().printer._paper = 1  # type: ignore[union-attr]
        world.points.let_go("grant")
    elif isinstance(world, ProcessWorld):
        box = world.printers[world.kiosks[0].terminal_id]
        box.at("paper")
        box.load(0)
        box.plan()
        box.clear()


def load_paper(world: World) -> None:
    if isinstance(world, ProcessWorld):
        world.printers[world.kiosks[0].terminal_id].load(250)
    elif isinstance(world, LocalWorld):
        world.agent().printer.set_fault(None)  # type: ignore[union-attr]


def assert_closed_for_want_of_paper(world: World) -> None:
    """Nobody else can begin there, so nobody else can pay."""

    def is_closed() -> bool:
        page = Browser().get(f"{world.kiosks[0].url}/start")
        return not page.has_form("/kiosk/start") and "用紙" in page.html

    world.wait(is_closed, "the kiosk says that it has no paper")


# --- The tests ------------------------------------------------------------------------------------------------------


def test_survives(world: ProcessWorld) -> None:
    paper_runs_out(world)
    power_cut(world)


def every_fee(copies: list[Issuance]) -> int:
    """As a machine has it that takes the money first and prints then."""
    return sum(copy.yen for copy in copies)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, paper_runs_out)
    protection = "app.issuance.progress.fees_kept"
    assert_it_happens(local, paper_runs_out, protection, every_fee, "paid for a sheet that is not there")
