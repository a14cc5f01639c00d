"""kill -9 of the devices and of the agent at every step: every yen is where the records say, and moved once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from app.devices.cash import FIRST_STORE, worth
from app.protocol.messages import Tender, Work, WorkAction
from app.protocol.money import MoneyRejectedError, PaymentSilentError, PaymentState, Step
from app.terminal.journal import Journal
from app.terminal.till import Till
from tests.devices.workshop import Workshop, die_at, fork

CASH, LINE, GATEWAY = "app.devices.cash:CashMachine", "app.devices.line:CashLine", "app.devices.gateway:Gateway"
TILL, JOURNAL = "app.terminal.till:Till", "app.terminal.journal:Journal"
SERIAL, REMOTE = "app.terminal.cash_line:SerialCash", "app.terminal.gateway:GatewayDevice"


def until_heard(act: Callable[[], Any]) -> Any:
    for _ in range(20):
        try:
            return act()
        except PaymentSilentError:
            continue
    raise AssertionError("never heard")


# --- the devices are killed


@pytest.mark.parametrize(
    ("moment", "calls"),
    [
        (f"before:{CASH}:commit", 1),
        (f"after:{CASH}:_move_escrow_to_store", 1),
        (f"after:{CASH}:_plan", 1),
        (f"before:{CASH}:_drop", 1),
        (f"after:{CASH}:_drop", 1),  # in the middle of the change: the piece is neither out nor written down
        (f"before:{CASH}:_drop", 2),
        (f"after:{CASH}:_drop", 3),
        (f"before:{CASH}:_close", 1),
        (f"after:{CASH}:commit", 1),
        (f"before:{LINE}:_write", 3),  # begun, asked, committed: the answer is lost
    ],
)
def test_a_cash_machine_that_is_killed_while_it_pays_out(stopped, moment, calls) -> None:
    stopped.start_doomed(moment, calls)
    cash = stopped.cash()
    cash.begin("pay-1", 300)
    stopped.hands.do("insert", yen=1000)
    assert cash.query("pay-1").step is Step.HELD
    with pytest.raises(PaymentSilentError):
        cash.commit("pay-1", 300)
    stopped.wait_until_killed()
    stopped.open()
    assert until_heard(lambda: cash.query("pay-1")).step in (Step.HELD, Step.COMMITTED)
    assert cash.commit("pay-1", 300) == PaymentState(Step.COMMITTED, 300, 1000, 300, 0)
    assert (stopped.session(), stopped.came_back()) == (("committed", 300, 0), 700)
    assert worth(cash.status().store) == worth(FIRST_STORE) + 300


@pytest.mark.parametrize("moment", [f"before:{CASH}:_drop", f"after:{CASH}:_close", f"after:{CASH}:release"])
def test_a_cash_machine_that_is_killed_while_it_gives_back(stopped, moment) -> None:
    stopped.start_doomed(moment)
    cash = stopped.cash()
    cash.begin("pay-1", 300)
    stopped.hands.do("insert", yen=100)
    stopped.hands.do("insert", yen=50)
    with pytest.raises(PaymentSilentError):
        cash.release("pay-1")
    stopped.wait_until_killed()
    stopped.open()
    assert until_heard(lambda: cash.release("pay-1")) == PaymentState(Step.RELEASED, 300, 150, 0, 0)
    assert (stopped.came_back(), cash.taken()) == (150, 0)


@pytest.mark.parametrize("moment", [f"before:{CASH}:begin", f"after:{CASH}:begin", f"before:{LINE}:_write"])
def test_a_cash_machine_that_is_killed_while_it_opens(stopped, moment) -> None:
    stopped.start_doomed(moment)
    cash = stopped.cash()
    with pytest.raises(PaymentSilentError):
        cash.begin("pay-1", 300)
    stopped.wait_until_killed()
    stopped.open()
    until_heard(lambda: cash.begin("pay-1", 300))
    assert cash.query("pay-1") == PaymentState(Step.COLLECTING, 300)


@pytest.mark.parametrize(
    ("moment", "calls", "tender"),
    [
        (f"before:{GATEWAY}:capture", 1, Tender.QR),
        (f"after:{GATEWAY}:capture", 2, Tender.QR),  # the first is refused: it takes all or nothing
        (f"before:{GATEWAY}:refund", 1, Tender.QR),
        (f"after:{GATEWAY}:_check_refund", 1, Tender.QR),
        (f"after:{GATEWAY}:refund", 1, Tender.QR),
        (f"after:{GATEWAY}:touch", 1, Tender.QR),
        (f"after:{GATEWAY}:touch", 1, Tender.EMONEY),
        (f"after:{GATEWAY}:_take", 1, Tender.EMONEY),  # in its transaction: not taken
    ],
)
def test_a_gateway_that_is_killed_at_each_step(stopped, moment, calls, tender) -> None:
    stopped.start_doomed(moment, calls)
    device = stopped.gateway(tender)
    if tender is Tender.QR:
        stopped.hands.do("fault", tender="qr", kind="whole_only")
    device.begin("pay-1", 600)
    pressed = touch(stopped, tender)
    if pressed:
        with pytest.raises(PaymentSilentError):
            device.commit("pay-1", 300)
    stopped.wait_until_killed()
    stopped.open()
    if until_heard(lambda: device.query("pay-1")).step is Step.COLLECTING:
        touch(stopped, tender)
    result = device.commit("pay-1", 300)
    owed = 300 if tender is Tender.EMONEY else 0
    assert result == PaymentState(Step.COMMITTED, 600, 600, 300, owed)
    assert (stopped.moved("taken"), stopped.moved("refunded")) == ([600], [] if owed else [300])
    assert device.taken() == 300 + owed


def touch(shop: Workshop, tender: Tender) -> bool:
    """Whether the devices lived to tell."""
    try:
        shop.hands.do("touch", tender=tender.value)
    except MoneyRejectedError:
        return False
    return True


def test_started_by_its_command_ended_by_a_signal_and_started_again(stopped) -> None:
    stopped.start()
    cash, qr = stopped.cash(), stopped.gateway(Tender.QR)
    cash.begin("pay-1", 300)
    qr.begin("pay-2", 300)
    stopped.hands.do("insert", yen=500)
    assert stopped.end() == 0
    stopped.start()
    assert until_heard(lambda: cash.commit("pay-1", 300)).yen_kept == 300
    assert until_heard(lambda: qr.release("pay-2")).step is Step.RELEASED
    assert stopped.end(signal.SIGKILL) == -signal.SIGKILL
    stopped.open()
    assert until_heard(cash.taken) == 300
    assert stopped.came_back() == 200


# --- the agent is killed


def work(action: WorkAction, tender: Tender, yen: int) -> Work:
    return Work("call", action, "visit-1", "pay-1", yen, "", tender.value)


def till_of(shop: Workshop, tender: Tender) -> tuple[Till, Journal]:
    journal = Journal(shop.home / "journal.db")
    device = shop.cash() if tender is Tender.CASH else shop.gateway(tender)
    return Till(journal, {tender: device}), journal


def live(shop: Workshop, tender: Tender, ending: WorkAction, moment: str, calls: int) -> None:
    """What the agent's process does until it is killed."""
    die_at(moment, calls)
    till, _journal = till_of(shop, tender)
    till.collect(work(WorkAction.COLLECT, tender, 600))
    give(shop, tender)
    till.follow()
    keep = 300 if ending is WorkAction.COMMIT else 0
    (till.commit if ending is WorkAction.COMMIT else till.release)(work(ending, tender, keep))
    os._exit(7)


def give(shop: Workshop, tender: Tender) -> None:
    if tender is Tender.CASH:
        shop.hands.do("insert", yen=1000)
    else:
        shop.hands.do("touch", tender=tender.value)


MOMENTS = [
    (f"after:{JOURNAL}:begin_payment", 1),
    (f"after:{JOURNAL}:note_reach", 1),
    ("before:{device}:begin", 1),
    ("after:{device}:begin", 1),
    (f"after:{JOURNAL}:note_reach", 2),
    (f"before:{JOURNAL}:add_report", 1),
    (f"after:{TILL}:_look", 1),
    (f"before:{JOURNAL}:move_payment", 2),
    (f"after:{JOURNAL}:move_payment", 2),
    ("before:{device}:{ending}", 1),
    ("after:{device}:{ending}", 1),
    (f"before:{JOURNAL}:add_report", 2),
    (f"after:{JOURNAL}:add_report", 2),
]
KEPT_AND_OWED = {
    (Tender.CASH, WorkAction.COMMIT): (300, 0, 700),
    (Tender.CASH, WorkAction.RELEASE): (0, 0, 1000),
    (Tender.EMONEY, WorkAction.COMMIT): (300, 300, 0),
    (Tender.EMONEY, WorkAction.RELEASE): (0, 600, 0),
    (Tender.QR, WorkAction.COMMIT): (300, 0, 0),
    (Tender.QR, WorkAction.RELEASE): (0, 0, 0),
}


@pytest.mark.parametrize(("tender", "ending"), KEPT_AND_OWED)
def test_an_agent_that_is_killed_at_each_step(workshop, tender, ending) -> None:
    """One key after another at the same devices; each time the next agent ends what the killed one began."""
    device = SERIAL if tender is Tender.CASH else REMOTE
    for moment, calls in MOMENTS if ending is WorkAction.COMMIT else MOMENTS[-5:]:
        at = moment.format(device=device, ending=ending.value)
        assert kill_at(workshop, tender, ending, at, calls) == -signal.SIGKILL, f"{at} {calls}: the moment never came"
        finish(workshop, tender, ending, at)


def kill_at(shop: Workshop, tender: Tender, ending: WorkAction, at: str, calls: int) -> int | None:
    """How an agent ended; None when it hung three times.

    A process that is forked beside threads may inherit a lock that nobody opens any more: it is killed, which is only
    one more death, and the next one goes on.
    """
    for _ in range(3):
        agent = fork.Process(target=live, args=(shop, tender, ending, at, calls))
        agent.start()
        agent.join(40)
        if agent.exitcode is not None:
            return agent.exitcode
        agent.kill()
        agent.join()
    return None


def finish(shop: Workshop, tender: Tender, ending: WorkAction, at: str) -> None:
    """The next process: the portal asks again for whatever it has not heard of."""
    till, journal = till_of(shop, tender)
    till.collect(work(WorkAction.COLLECT, tender, 600))
    payment = journal.find_payment("pay-1")
    assert payment is not None
    if payment.state in ("collecting", "held") and is_waiting(shop, tender):
        give(shop, tender)
    till.follow()
    keep, owed, back = KEPT_AND_OWED[tender, ending]
    (till.commit if ending is WorkAction.COMMIT else till.release)(work(ending, tender, keep))
    till.follow()
    reports = [report.body for report in journal.pending_reports()]
    assert [reports[-1]["event"], reports[-1]["yen_owed"]] == [
        f"{ending.value}ted".replace("releaseted", "released"),
        owed,
    ]
    assert till.kept()[tender] == keep, at
    assert_moved_once(shop, tender, keep, owed, back)
    till.close()
    journal.close()
    forget(shop)


def is_waiting(shop: Workshop, tender: Tender) -> bool:
    return shop.hands.state()[tender.value]["state"] == "collecting"


def assert_moved_once(shop: Workshop, tender: Tender, keep: int, owed: int, back: int) -> None:
    if tender is Tender.CASH:
        state = "committed" if keep else "released"
        assert (shop.session(), shop.came_back()) == ((state, keep, owed), back)
    else:
        taken, refunded = shop.moved("taken"), shop.moved("refunded")
        assert sum(taken) - sum(refunded) == keep + owed
        assert len(taken) <= 1
        assert not refunded


def forget(shop: Workshop) -> None:
    """A new day: new agent, new devices."""
    shop.close()
    for file in (*shop.home.glob("*.db*"), *shop.devices.glob("*.db*")):
        file.unlink()
    shop.opened.clear()
    shop.open()
