"""Work, money, paper and reports, turn by turn, against a portal that is a stranger."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from app import clock
from app.protocol.messages import WorkAction
from app.terminal.errors import PortalDownError
from app.terminal.loop import BUSY_SECONDS, IDLE_SECONDS
from app.terminal.printer import Fault

PRINT = {"action": WorkAction.PRINT, "visit_id": "visit-1", "attempt_id": "a-1"}
COLLECT = {"action": WorkAction.COLLECT, "visit_id": "visit-1", "payment_key": "pay-1", "yen": 300}
COMMIT = COLLECT | {"action": WorkAction.COMMIT}
RELEASE = COLLECT | {"action": WorkAction.RELEASE, "yen": 0}


def turns(parts, portal, *works: dict, more: int = 2) -> None:
    portal.works = list(works)
    for _ in range(len(works) + more):
        parts.loop.turn()
        time.sleep(0.01)


def turn_until(parts, condition) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        parts.loop.turn()
        time.sleep(0.01)


# --- paper


def test_a_sheet_from_grant_to_hand(parts, portal, browser, signed_in) -> None:
    turns(parts, portal, PRINT)
    turn_until(parts, lambda: "printed" in portal.events())
    tray = browser.get("/desk/tray.json").json
    assert [(x["attempt_id"], x["sheet"], x["sheets"], x["taken"]) for x in tray] == [
        ("a-1", 1, 2, False),
        ("a-1", 2, 2, False),
    ]
    with browser.get("/desk/tray/a-1.pdf") as sheet:
        assert sheet.data == portal.pdf
    browser.post("/desk/tray/take", {"attempt_id": "a-1"})
    turns(parts, portal)
    assert portal.events() == ["printing", "printed", "taken"]
    assert all(x["taken"] for x in browser.get("/desk/tray.json").json)
    assert browser.get("/desk/tray/a-1.pdf").status_code == 404
    grant = portal.grants[0]
    assert (grant.terminal_id, grant.attempt_id) == ("kiosk-01", "a-1")


def test_the_same_work_again_prints_nothing_more(parts, portal, browser, signed_in) -> None:
    turns(parts, portal, PRINT, PRINT, PRINT)
    turn_until(parts, lambda: "printed" in portal.events())
    turns(parts, portal, PRINT)
    assert len(browser.get("/desk/tray.json").json) == 2
    assert len(portal.grants) == 1
    assert portal.events().count("printed") > 1  # told again, under the same report id
    assert len({report.report_id for report in portal.reports}) == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"visit_id": "visit-of-another"}, {"terminal_id": "kiosk-02"}, {"attempt_id": "a-2"}, {"grant_id": "g-2"},
        {"sha256": "0" * 64}, {"sheets": 3},
    ],
)  # fmt: skip
def test_a_mismatch_prints_nothing_and_stops_the_terminal(parts, portal, browser, signed_in, facts) -> None:
    portal.manifest = facts
    turns(parts, portal, PRINT)
    assert portal.events() == ["mismatch"]
    assert browser.get("/desk/tray.json").json == []
    assert "out_of_service" in portal.calls[-1].printer
    assert browser.get("/desk/state.json").json["out_of_service"] == f"mismatch {next(iter(facts))}"
    portal.manifest = {}
    turns(parts, portal, PRINT | {"attempt_id": "a-9"})
    assert browser.begin(portal.ticket()).status_code == 400  # nobody can even begin
    assert browser.get("/desk/tray.json").json == []
    browser.post("/desk/clear")
    turns(parts, portal, PRINT | {"attempt_id": "a-9"})
    turn_until(parts, lambda: "printed" in portal.events())


def test_the_paper_of_a_former_resident_is_a_mismatch(parts, portal, browser, signed_in) -> None:
    browser.at_pad(portal.ticket(visit_id="visit-2"), "juki")
    browser.type_pin("7391")
    turns(parts, portal, PRINT)
    assert portal.events() == ["mismatch"]


def test_a_grant_sealed_by_somebody_else_is_no_grant(parts, portal, browser, signed_in) -> None:
    from app.protocol.signatures import Signer

    real, portal.signer = portal.signer, Signer(b"\2" * 32)
    portal.works = [PRINT]
    with pytest.raises(PortalDownError):
        parts.loop.turn()
    portal.signer = real
    turns(parts, portal)
    assert browser.get("/desk/tray.json").json == []


def test_an_answer_to_another_call_is_no_answer(parts, portal, signed_in) -> None:
    portal.works = [PRINT | {"call_id": "an-old-call"}]
    with pytest.raises(PortalDownError):
        parts.loop.turn()
    assert portal.grants == []


def test_a_lost_grant_is_asked_for_again_under_the_same_id(parts, portal, signed_in) -> None:
    portal.works = [PRINT]
    parts.journal.begin_attempt("a-1", "visit-1")
    portal.lost_answers = 1
    parts.loop.turn()
    assert (len(portal.grants), portal.events()) == (1, [])
    turn_until(parts, lambda: "printed" in portal.events())
    assert len({grant.grant_id for grant in portal.grants}) == 1


def test_a_refused_grant_is_not_printed(parts, portal, browser, signed_in) -> None:
    portal.grant_status = 409
    turns(parts, portal, PRINT)
    assert portal.events() == ["not_printed"]
    assert browser.get("/desk/tray.json").json == []


@pytest.mark.parametrize("fault", list(Fault))
def test_with_a_fault_no_grant_is_asked_for(parts, portal, browser, signed_in, fault) -> None:
    browser.post("/desk/printer", {"fault": fault.value})
    turns(parts, portal, PRINT)
    assert portal.grants == []
    assert fault.value in portal.calls[-1].printer
    browser.post("/desk/printer", {"fault": ""})
    turns(parts, portal, PRINT)
    turn_until(parts, lambda: "printed" in portal.events())


def test_a_jam_that_nobody_clears_is_unknown_and_stops_the_terminal(parts, portal, browser, signed_in) -> None:
    parts.printer._sheet_seconds = 0.1
    portal.works = [PRINT]
    turn_until(parts, lambda: parts.printer.query("a-1").sheets_out == 1)
    browser.post("/desk/printer", {"fault": "jam"})
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        turns(parts, portal)
    assert portal.events() == ["printing", "outcome_unknown"]
    browser.post("/desk/printer", {"fault": ""})
    time.sleep(0.3)
    assert len(browser.get("/desk/tray.json").json) == 1  # the job was cancelled: nothing follows
    assert browser.get("/desk/state.json").json["out_of_service"] == "outcome_unknown"


def test_a_person_at_the_counter_ends_just_the_stop_that_they_saw(parts, portal) -> None:
    parts.loop.turn()
    assert portal.calls[-1].stopped_at == ""
    parts.journal.stop("outcome_unknown")
    parts.loop.turn()
    seen = portal.calls[-1].stopped_at
    assert seen == parts.journal.stopped_at() != ""
    portal.works = [{"clear": "2026-01-01T00:00:00+09:00"}]
    parts.loop.turn()
    assert parts.journal.stopped_reason() == "outcome_unknown"  # another stop was meant
    portal.works = [{"clear": seen}]
    parts.loop.turn()
    assert parts.journal.stopped_reason() is None
    parts.journal.stop("outcome_unknown")
    portal.works = [{"clear": seen}]
    parts.loop.turn()
    assert parts.journal.stopped_reason() == "outcome_unknown"  # the same order, said again: this stop is a new one


def test_a_jam_before_the_first_sheet_is_not_printed(parts, portal, browser, signed_in) -> None:
    parts.printer._sheet_seconds = 0.5
    portal.works = [PRINT]
    parts.loop.turn()
    browser.post("/desk/printer", {"fault": "jam"})
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        turns(parts, portal)
    assert portal.events() == ["printing", "not_printed"]
    assert parts.journal.stopped_reason() is None


def test_a_printer_that_went_silent_is_unknown(parts, portal, browser, signed_in) -> None:
    parts.printer._sheet_seconds = 0.5
    portal.works = [PRINT]
    parts.loop.turn()
    browser.post("/desk/printer", {"fault": "offline"})
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        turns(parts, portal)
    assert portal.events() == ["printing", "outcome_unknown"]


def test_forgotten_sheets_raise_an_alarm_and_are_told(parts, portal, browser, signed_in) -> None:
    turns(parts, portal, PRINT)
    turn_until(parts, lambda: "printed" in portal.events())
    now = clock.now()
    assert not browser.get("/desk/state.json").json["alarm"]
    with clock.frozen(now + timedelta(seconds=21)):
        turns(parts, portal)
        assert browser.get("/desk/state.json").json["alarm"]
        assert "not_taken" not in portal.events()
    with clock.frozen(now + timedelta(seconds=62)):
        turns(parts, portal)
        assert portal.events().count("not_taken") == 1
        assert parts.loop._call().printer == "sheet_left", "the next one would find it"
        browser.post("/desk/tray/take")
        turns(parts, portal)
    assert portal.events()[-1] == "taken"
    assert parts.loop._call().printer == "ready"


# --- money


def test_money_is_collected_kept_and_changed(parts, portal, browser) -> None:
    turns(parts, portal, COLLECT)
    browser.post("/desk/cash/insert", {"yen": "100"})
    turns(parts, portal)
    browser.post("/desk/cash/insert", {"yen": "1000"})
    turns(parts, portal)
    assert [(r.event.value, r.yen, r.payment_key) for r in portal.reports] == [
        ("inserted", 100, "pay-1"), ("held", 1100, "pay-1"),
    ]  # fmt: skip
    turns(parts, portal, COMMIT, COMMIT)
    assert (portal.reports[-1].event.value, portal.reports[-1].yen) == ("committed", 300)
    assert browser.get("/desk/state.json").json["cash"]["yen_returned"] == 800
    browser.post("/desk/cash/collect")
    assert browser.get("/desk/state.json").json["cash"]["yen_returned"] == 0


def test_money_is_given_back(parts, portal, browser) -> None:
    turns(parts, portal, COLLECT)
    browser.post("/desk/cash/insert", {"yen": "500"})
    turns(parts, portal, RELEASE)
    assert portal.events()[-1] == "released"
    assert browser.get("/desk/state.json").json["cash"]["returned"] == {"500": 1}


def test_orders_about_unknown_money(parts, portal) -> None:
    turns(parts, portal, RELEASE)
    assert [(r.event.value, r.yen) for r in portal.reports] == [("released", 0)]
    turns(parts, portal, COMMIT | {"payment_key": "pay-2"})
    assert portal.events()[-1] == "payment_unknown"


def test_a_commit_after_a_release_is_told_the_truth(parts, portal) -> None:
    turns(parts, portal, COLLECT, RELEASE, COMMIT)
    assert portal.events() == ["released", "released"]


def test_short_change_is_owed_and_told(parts, portal, browser, bench) -> None:
    bench.machine.empty()
    turns(parts, portal, COLLECT | {"yen": 500})
    browser.post("/desk/cash/insert", {"yen": "500"})
    turns(parts, portal, COMMIT | {"yen": 300})
    told = portal.reports[-1]
    assert (told.event, told.yen, told.yen_owed) == ("committed", 300, 200)
    assert parts.till.kept()["cash"] == 300


def test_more_than_came_in_is_for_a_person_and_stops_the_tender(parts, portal, browser, bench) -> None:
    turns(parts, portal, COLLECT | {"yen": 500})
    browser.post("/desk/cash/insert", {"yen": "100"})
    turns(parts, portal, COMMIT | {"yen": 500})
    assert (portal.events()[-1], portal.calls[-1].tenders) == ("payment_unknown", "")
    turns(parts, portal, RELEASE)
    assert portal.events()[-1] == "payment_unknown"  # nothing is guessed afterwards
    bench.machine.pull_lever()
    turns(parts, portal)
    assert portal.calls[-1].tenders == "cash"


def test_money_at_the_wrong_time_comes_back(browser) -> None:
    answer = browser.post("/desk/cash/insert", {"yen": "100"})
    assert answer.status_code == 409
    assert "受けつけていません" in answer.text
    assert browser.post("/desk/cash/insert", {"yen": "much"}).status_code == 400


# --- the portal


def test_a_portal_that_is_down_loses_nothing(parts, portal, browser, signed_in) -> None:
    portal.works = [COLLECT]
    parts.loop.turn()
    portal.is_down = True
    browser.post("/desk/cash/insert", {"yen": "500"})
    for _ in range(3):
        assert parts.loop._safe_turn() == IDLE_SECONDS
    assert portal.events() == []
    portal.is_down = False
    turns(parts, portal)
    assert portal.events() == ["held"]


def test_a_town_that_is_down_holds_up_its_own_reports_alone(parts, portal) -> None:
    portal.busy_for = "pay-1"
    turns(parts, portal, RELEASE, RELEASE | {"payment_key": "pay-2"})
    assert [report.payment_key for report in portal.reports] == ["pay-2"]
    portal.busy_for = ""
    turns(parts, portal)
    assert [report.payment_key for report in portal.reports] == ["pay-2", "pay-1"]


def test_what_is_not_accepted_is_kept_and_said_again_later(parts, portal, monkeypatch) -> None:
    portal.accepts = False
    turns(parts, portal, RELEASE, more=4)
    assert portal.heard == 1  # not at every turn
    assert parts.journal.pending_reports()
    portal.accepts = True
    monkeypatch.setattr("app.terminal.loop.time.monotonic", lambda real=time.monotonic: real() + 61)
    parts.loop.turn()
    assert portal.events() == ["released"]
    assert not parts.journal.pending_reports()


def test_quick_while_somebody_is_here(parts, portal, browser) -> None:
    assert parts.loop.turn() == IDLE_SECONDS
    browser.begin(portal.ticket())
    assert parts.loop.turn() == BUSY_SECONDS


def test_the_loop_runs_and_stops(parts, portal) -> None:
    parts.loop.start()
    parts.loop.start()
    end = time.monotonic() + 3
    while not portal.calls and time.monotonic() < end:
        time.sleep(0.01)
    assert portal.calls[0].printer == "ready"
    assert portal.calls[0].change_left > 0
    parts.loop.stop()


def test_an_unexpected_error_does_not_end_the_loop(parts, portal, monkeypatch, caplog) -> None:
    def broken() -> float:
        raise RuntimeError("broken")

    monkeypatch.setattr(parts.loop, "turn", broken)
    assert parts.loop._safe_turn() == IDLE_SECONDS
    assert "a turn of the loop failed" in caplog.text
