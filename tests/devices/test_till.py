"""The till over real drivers: by tender, silent devices waited for, contradictions for a person, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.protocol.messages import Tender, Work, WorkAction
from app.protocol.money import MoneyRejectedError, PaymentSilentError
from app.terminal.journal import Journal
from app.terminal.till import Till


@pytest.fixture
def journal(workshop) -> Iterator[Journal]:
    made = Journal(workshop.home / "journal.db")
    yield made
    made.close()


@pytest.fixture
def till(workshop, journal) -> Till:
    devices = {tender: workshop.gateway(tender) for tender in (Tender.EMONEY, Tender.QR)}
    return Till(journal, {Tender.CASH: workshop.cash(), **devices})


def work(action: WorkAction, yen: int = 0, key: str = "pay-1", tender: str = "") -> Work:
    return Work("call", action, "visit-1", key, yen, "", tender)


def collect(till: Till, yen: int, tender: Tender, key: str = "pay-1") -> None:
    till.collect(work(WorkAction.COLLECT, yen, key, tender.value))


def told(journal: Journal) -> list[tuple[str, int, int]]:
    """Event, yen and yen owed of each report."""
    bodies = [report.body for report in journal.pending_reports()]
    return [(body["event"], body["yen"], body["yen_owed"]) for body in bodies]


def test_each_tender_has_its_own_device(till, journal, workshop) -> None:
    assert till.tenders() == [Tender.CASH, Tender.EMONEY, Tender.QR]
    for key, tender in (("pay-1", Tender.CASH), ("pay-2", Tender.EMONEY), ("pay-3", Tender.QR)):
        collect(till, 600, tender, key)
        if tender is Tender.CASH:
            workshop.hands.do("insert", yen=1000)
        else:
            workshop.hands.do("touch", tender=tender.value)
        till.follow()
        assert told(journal)[-1][0] == "held"
        till.commit(work(WorkAction.COMMIT, 300, key))
    assert [line for line in told(journal) if line[0] != "held"] == [
        ("committed", 300, 0),
        ("committed", 300, 300),
        ("committed", 300, 0),
    ]
    assert till.kept() == {Tender.CASH: 300, Tender.EMONEY: 300, Tender.QR: 300}
    assert workshop.gateway(Tender.EMONEY).taken() == 600  # 300 of it are owed
    assert till.change_left() == 28_500 + 300
    assert not till.is_busy()


def test_what_was_decided_first_stands(till, journal, workshop) -> None:
    collect(till, 300, Tender.EMONEY)
    workshop.hands.do("touch", tender="emoney")
    till.follow()
    till.release(work(WorkAction.RELEASE))
    till.commit(work(WorkAction.COMMIT, 300))  # the gateway would say yes to this
    assert told(journal)[-1] == ("released", 300, 300)
    assert till.kept()[Tender.EMONEY] == 0


def test_a_price_that_changes_under_one_key_is_not_asked_for(till, journal, workshop) -> None:
    collect(till, 300, Tender.QR)
    collect(till, 3000, Tender.QR)
    assert workshop.gateway_rows("SELECT yen FROM payment") == [(300,)]


# --- what a resident left behind


def left_over(till: Till, tender: Tender, yen: int = 300) -> None:
    """Asked for by somebody who is gone; the portal serves another visit."""
    collect(till, yen, tender, "pay-A")
    till.follow()
    till.serve("visit-2")


def collect_for_next(till: Till, yen: int, tender: Tender) -> None:
    till.collect(Work("call", WorkAction.COLLECT, "visit-2", "pay-B", yen, "", tender.value))


@pytest.mark.parametrize("tender", Tender)
def test_no_money_is_asked_for_while_that_of_another_visit_is_open(till, journal, workshop, tender: Tender) -> None:
    left_over(till, tender, 1500)
    assert till.tenders() == []
    for _ in range(2):
        till.follow()
        collect_for_next(till, 300, tender)
    assert journal.find_payment("pay-B") is None
    till.release(work(WorkAction.RELEASE, key="pay-A"))
    assert (told(journal), till.is_busy()) == ([("released", 0, 0)], False)
    till.serve("visit-2")
    assert till.tenders() == list(Tender)
    collect_for_next(till, 300, tender)
    if tender is Tender.CASH:
        workshop.hands.do("insert", yen=500)
        assert workshop.session("pay-B") == ("held", 0, 0)
    else:
        workshop.hands.do("touch", tender=tender.value)
        assert workshop.gateway_rows("SELECT yen FROM payment WHERE payment_key = 'pay-B'") == [(300,)]


def test_no_money_is_asked_for_by_another_tender_either(till, journal, workshop) -> None:
    """The slot is open: whoever stands there may put coins in, whatever the screen says."""
    left_over(till, Tender.CASH)
    collect_for_next(till, 300, Tender.EMONEY)
    assert workshop.gateway_rows("SELECT * FROM payment") == []
    workshop.hands.do("insert", yen=100)
    till.follow()
    assert told(journal) == [("inserted", 100, 0)]  # and the portal hears of it


def test_nobody_is_served_before_the_portal_has_named_a_visit(till, journal) -> None:
    collect(till, 300, Tender.CASH)
    again = Till(journal, {Tender(tender): device for tender, device in till._devices.items()})
    assert again.tenders() == []
    again.serve("visit-1")
    assert again.tenders() == list(Tender)
    again.serve("")
    assert again.tenders() == []


def test_nothing_is_opened_for_a_visit_that_is_not_served(till, journal, workshop) -> None:
    """A power cut between the journal and the device; the resident has gone when the terminal is back."""
    journal.begin_payment("pay-A", "visit-1", Tender.CASH, 300)
    for visit_id in ("", "visit-2"):
        till.serve(visit_id)
        till.follow()
    assert workshop.cash_rows("SELECT * FROM session") == []
    till.serve("visit-1")
    till.follow()
    assert workshop.session("pay-A") == ("collecting", 0, 0)


@pytest.mark.parametrize("yen", [100, 300])
def test_what_was_left_over_can_be_given_back_by_hand(till, journal, workshop, yen: int) -> None:
    collect(till, 300, Tender.CASH)
    workshop.hands.do("insert", yen=100)
    for _ in range((yen - 100) // 100):
        workshop.hands.do("insert", yen=100)
    till.follow()
    till.serve("")
    workshop.hands.do("pull_lever")
    till.follow()
    assert (told(journal)[-1], workshop.came_back()) == (("released", yen, 0), yen)
    assert till.tenders() == list(Tender)


# --- silent


def test_a_silent_device_is_waited_for_and_nothing_is_said(till, journal, workshop) -> None:
    collect(till, 300, Tender.QR)
    workshop.hands.do("touch", tender="qr")
    till.follow()
    before = told(journal)
    workshop.hands.do("fault", tender="qr", kind="down")
    till.commit(work(WorkAction.COMMIT, 300))
    for _ in range(3):
        till.follow()
    assert (told(journal), till.is_busy(), till.tenders()) == (before, True, [Tender.CASH, Tender.EMONEY])
    with pytest.raises(PaymentSilentError):
        till.kept()
    workshop.hands.do("fault", tender="qr", kind="")
    till.follow()
    assert told(journal)[-1] == ("committed", 300, 0)


def test_a_machine_that_was_never_reached_holds_nobody_up(till, journal, workshop) -> None:
    (workshop.home / "cash.line").unlink()
    collect(till, 300, Tender.CASH)
    till.follow()
    assert Tender.CASH not in till.tenders()
    till.release(work(WorkAction.RELEASE))
    assert told(journal) == [("released", 0, 0)]


def test_a_machine_that_may_have_heard_is_asked(till, journal, workshop) -> None:
    workshop.here.benches["kiosk-01"].line.is_powered = False
    collect(till, 300, Tender.CASH)
    till.release(work(WorkAction.RELEASE))
    till.follow()
    assert told(journal) == []
    workshop.here.benches["kiosk-01"].line.is_powered = True
    till.follow()
    assert told(journal) == [("released", 0, 0)]


def test_a_tender_that_is_not_there_takes_nothing(workshop, journal) -> None:
    till = Till(journal, {Tender.CASH: workshop.cash()})
    collect(till, 300, Tender.QR)
    till.follow()
    till.release(work(WorkAction.RELEASE))
    assert told(journal) == [("released", 0, 0)]
    collect(till, 300, Tender.CASH, "pay-2")
    assert Till(journal, {}).tenders() == []
    Till(journal, {}).release(work(WorkAction.RELEASE, key="pay-2"))  # the machine was taken away
    assert told(journal)[-1] == ("payment_unknown", 0, 0)


# --- nobody may guess


def test_another_machine_is_for_a_person(workshop, journal) -> None:
    till = Till(journal, {Tender.CASH: workshop.cash()})
    collect(till, 300, Tender.CASH)
    workshop.hands.do("insert", yen=500)
    till.close()
    other = Till(journal, {Tender.CASH: workshop.cash(machine="SIM-kiosk-02")})
    assert other.tenders() == []
    other.release(work(WorkAction.RELEASE))
    assert told(journal)[-1] == ("payment_unknown", 0, 0)
    other.close()
    again = Till(journal, {Tender.CASH: workshop.cash()})
    again.release(work(WorkAction.RELEASE))  # the first machine is back: what was said stands
    assert told(journal)[-1] == ("payment_unknown", 0, 0)
    assert again.tenders() == []  # it still holds money of which nobody knows any more
    workshop.hands.do("pull_lever")
    assert (again.tenders(), workshop.came_back()) == ([Tender.CASH], 500)


def test_a_machine_that_forgot_is_for_a_person(workshop, journal) -> None:
    till = Till(journal, {Tender.CASH: workshop.cash()})
    collect(till, 300, Tender.CASH)
    till.close()
    workshop.close()
    for file in workshop.home.glob("cash.db*"):
        file.unlink()
    workshop.open()
    till.release(work(WorkAction.RELEASE))
    till.follow()
    assert told(journal)[-1] == ("payment_unknown", 0, 0)


def test_more_than_came_in_is_for_a_person(till, journal, workshop) -> None:
    collect(till, 600, Tender.CASH)
    workshop.hands.do("insert", yen=100)
    till.commit(work(WorkAction.COMMIT, 600))
    assert told(journal)[-1] == ("payment_unknown", 0, 0)
    assert workshop.session() == ("collecting", 0, 0)
    assert Tender.CASH not in till.tenders()


def test_a_new_journal_asks_the_devices(workshop, till, journal) -> None:
    """The agent's folder was lost; the portal asks again."""
    collect(till, 300, Tender.QR)
    workshop.hands.do("touch", tender="qr")
    fresh = Journal(workshop.home / "fresh.db")
    newborn = Till(fresh, {Tender.CASH: workshop.cash(), Tender.QR: workshop.gateway(Tender.QR)})
    till.close()
    newborn.release(work(WorkAction.RELEASE))
    assert (told(fresh), workshop.moved("voided")) == ([("released", 0, 0)], [300])
    newborn.commit(work(WorkAction.COMMIT, 300, "never"))
    assert told(fresh)[-1] == ("payment_unknown", 0, 0)
    fresh.close()


def test_a_jam_in_the_middle_takes_the_tender_away_and_owes_what_is_stuck(till, journal, workshop) -> None:
    collect(till, 300, Tender.CASH)
    workshop.hands.do("insert", yen=100)
    workshop.hands.do("fault", tender="cash", kind="jam")
    assert Tender.CASH not in till.tenders()
    with pytest.raises(MoneyRejectedError, match="jam"):
        workshop.hands.do("insert", yen=100)
    till.release(work(WorkAction.RELEASE))
    assert told(journal)[-1] == ("released", 100, 100)
    assert till.kept()[Tender.CASH] == 0
    collect(till, 300, Tender.CASH, "pay-2")
    till.release(work(WorkAction.RELEASE, key="pay-2"))
    assert told(journal)[-1] == ("released", 0, 0)
