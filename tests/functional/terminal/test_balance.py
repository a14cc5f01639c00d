"""Receipts that come out once, and counts that are taken while nothing moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.protocol.messages import ReportEvent, WorkAction
from app.terminal import counting
from app.terminal.parts import Money, build
from tests.functional.terminal.test_loop import COLLECT, COMMIT, PRINT, turn_until, turns

RECEIPT = COLLECT | {"action": WorkAction.RECEIPT, "yen": 0, "receipt": "領収書\n第0000001号\n合計 300円"}


def test_a_receipt_comes_out_once(parts, portal, signed_in) -> None:
    turns(parts, portal, RECEIPT, RECEIPT, RECEIPT)
    assert parts.roll.lines() == [RECEIPT["receipt"]]
    assert set(portal.events()) == {"receipt_printed"}
    assert portal.reports[0].payment_key == "pay-1"


def test_a_receipt_after_a_power_cut_before_it_was_printed(parts, portal, signed_in) -> None:
    parts.journal.begin_receipt("pay-1")
    turns(parts, portal, RECEIPT)
    assert parts.roll.lines() == [RECEIPT["receipt"]]


def test_a_receipt_after_a_power_cut_behind_the_printing(parts, portal, signed_in) -> None:
    parts.journal.begin_receipt("pay-1")
    parts.roll.print("pay-1", RECEIPT["receipt"])
    turns(parts, portal, RECEIPT)
    assert parts.roll.lines() == [RECEIPT["receipt"]]
    assert portal.events() == ["receipt_printed"]


def test_a_receipt_of_which_the_printer_cannot_tell_is_not_printed_again(
    parts, portal, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.roll, "has_printed", lambda _key: None)
    parts.journal.begin_receipt("pay-1")
    turns(parts, portal, RECEIPT)
    assert parts.roll.lines() == []
    assert portal.events() == ["receipt_printed"]
    assert portal.reports[0].details == '{"proved": null}'


def test_a_terminal_without_a_receipt_printer_says_so_and_prints_none(parts, portal, settings) -> None:
    turns(parts, portal)
    assert portal.calls[-1].prints_receipts
    parts.close()
    real = replace(settings, demo=False, cards_folder=None, printer="ipp://127.0.0.1:9/ipp/print")
    bare = build(real, Money({}))
    turns(bare, portal, RECEIPT)
    assert not portal.calls[-1].prints_receipts
    assert portal.events() == []
    assert bare.roll is None
    bare.close()


def test_each_payment_has_its_receipt(parts, portal, signed_in) -> None:
    turns(parts, portal, RECEIPT, RECEIPT | {"payment_key": "pay-2", "receipt": "二"})
    assert parts.roll.lines() == [RECEIPT["receipt"], "二"]


def test_a_terminal_at_rest_counts_once(parts, portal, signed_in) -> None:
    turns(parts, portal, more=4)
    (count,) = portal.counts
    assert (count.sheets, count.yen_cash, count.yen_emoney, count.yen_qr) == (0, 0, 0, 0)


def test_it_counts_after_an_order_and_never_during_one(parts, portal, browser, signed_in) -> None:
    turns(parts, portal)
    turns(parts, portal, COLLECT)
    browser.post("/desk/cash/insert", {"yen": 500})
    turns(parts, portal, more=3)
    assert len(portal.counts) == 1
    turns(parts, portal, PRINT)
    turn_until(parts, lambda: "printed" in portal.events())
    turns(parts, portal, more=3)
    assert len(portal.counts) == 1
    browser.post("/desk/tray/take")
    turns(parts, portal, COMMIT, more=4)
    assert "committed" in portal.events()
    assert (portal.counts[-1].sheets, portal.counts[-1].yen_cash) == (2, 300)


def test_reports_come_before_counts(parts, portal, signed_in) -> None:
    turns(parts, portal)
    portal.accepts = False
    turns(parts, portal, COLLECT, COLLECT | {"action": WorkAction.RELEASE, "yen": 0}, more=3)
    assert len(portal.counts) == 1


def test_a_count_that_differs_is_told_once_more(parts, portal, signed_in, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AGAIN_SECONDS", 0.0)
    portal.counts_alike = False
    turns(parts, portal, more=3)
    assert len(portal.counts) == 3
    portal.counts_alike = True
    turns(parts, portal, more=3)
    assert len(portal.counts) == 4


def test_nothing_is_printed_on_money_of_which_the_portal_has_yet_to_hear(parts, portal, signed_in) -> None:
    """It was given back, and the portal did not hear it: its wish to print is older than that."""
    portal.busy_for = "pay-1"
    turns(parts, portal, COLLECT, COLLECT | {"action": WorkAction.RELEASE, "yen": 0}, PRINT | {"payment_key": "pay-1"})
    assert portal.grants == []
    portal.busy_for = ""
    turns(parts, portal)
    assert ReportEvent.RELEASED.value in portal.events()
