"""The terminals of one's own town: why one does not serve, and bringing it back."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit.models import UnionAuditEntry
from app.issuance import aftermath
from app.municipalities import queries, service
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read
from tests.functional.counter.conftest import CLERK, OTHER_SENIOR, SENIOR, UNION, Browser, Journal, at
from tests.integration.issuance.conftest import HOME, KIOSK, OTHER_KIOSK

WELL = {"printer": "ready", "sheets_left": 120, "change_left": 4300, "tenders": "cash"}


@pytest.fixture
def seen(app: Flask):
    """Both terminals have just called; a test says what else was in the call."""

    def call(**devices: object) -> None:
        with app.app_context():
            for terminal_id in (KIOSK, OTHER_KIOSK):
                service.note_seen(terminal_id, json.dumps(WELL | devices))

    call()
    return call


def stop(app: Flask, terminal_id: str = KIOSK, reason: str = "maintenance") -> None:
    with app.app_context():
        service.stop_terminal("test", terminal_id, reason)


def stopped_reason(app: Flask, terminal_id: str = KIOSK) -> str | None:
    with app.app_context():
        return queries.get_terminal(terminal_id).stopped_reason


def resumed_by(app: Flask) -> list[str]:
    with app.app_context(), union_read() as session:
        query = sa.select(UnionAuditEntry.actor).where(UnionAuditEntry.action == "terminal.resumed")
        return list(session.scalars(query))


def terminals(app: Flask, who: str) -> Browser:
    browser = Browser(app).sign_in(who)
    browser.get("/counter/terminals")
    return browser


def test_a_town_sees_its_own_terminals_and_the_union_all(app: Flask, seen) -> None:
    for who, shown in ((CLERK, {KIOSK}), (OTHER_SENIOR, {OTHER_KIOSK}), (UNION, {KIOSK, OTHER_KIOSK})):
        text = terminals(app, who).text
        assert {t for t in (KIOSK, OTHER_KIOSK) if t in text} == shown
    assert "使えます" in text
    assert "120枚" in text
    assert "4,300円" in text


def test_why_a_terminal_does_not_serve_is_said_with_what_to_do(app: Flask, seen) -> None:
    seen(printer="jam")
    text = terminals(app, CLERK).text
    assert "紙づまり" in text
    assert "取りのぞいて" in text
    assert "使えない端末 1台" in text
    with at(seconds=30):
        assert "通信なし" in terminals(app, CLERK).text


def test_a_terminal_is_brought_back_by_who_may(app: Flask, seen) -> None:
    stop(app)
    assert "/resume" not in terminals(app, CLERK).page.text
    senior = terminals(app, SENIOR)
    senior.press("/resume")
    assert senior.path == "/counter/terminals"
    assert "使えます" in senior.text
    assert (stopped_reason(app), resumed_by(app)) == (None, [f"staff:{SENIOR}"])


def test_the_same_press_twice_is_once(app: Flask, seen) -> None:
    stop(app)
    senior = terminals(app, SENIOR)
    form = senior.form("/resume")
    answers = [senior.client.post(form.action, data=form.data()).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(resumed_by(app)) == 1


def test_a_clerk_without_the_right_is_told(app: Flask, seen) -> None:
    stop(app)
    clerk = terminals(app, CLERK)
    data = {"csrf_token": clerk.form("/sign-out").fields["csrf_token"][0], "reason": "maintenance"}
    answer = clerk.client.post(f"/counter/terminals/{KIOSK}/resume", data=data)
    assert answer.status_code == 403
    assert stopped_reason(app) == "maintenance"


@pytest.mark.parametrize("terminal_id", [KIOSK, "no-such-terminal"])
def test_another_towns_terminal_is_not_there(app: Flask, seen, terminal_id: str) -> None:
    stop(app)
    stranger = terminals(app, OTHER_SENIOR)
    data = {"csrf_token": stranger.form("/sign-out").fields["csrf_token"][0], "reason": "maintenance"}
    answer = stranger.client.post(f"/counter/terminals/{terminal_id}/resume", data=data)
    assert answer.status_code == 404
    assert stopped_reason(app) == "maintenance"


def test_stopped_again_for_another_reason_is_looked_at_again(app: Flask, seen) -> None:
    stop(app)
    senior = terminals(app, SENIOR)
    with app.app_context():
        service.resume_terminal("other", KIOSK)
    stop(app, reason="mismatch")
    senior.press("/resume", follow=False)
    assert senior.page.status_code == 409
    assert stopped_reason(app) == "mismatch"


def test_as_long_as_its_case_is_open_it_stays_stopped(app: Flask, seen, journal: Journal) -> None:
    case = journal.mismatch()
    with app.app_context():
        with partitions.open(HOME) as p:
            stopping = aftermath.terminals_to_stop(p)
        aftermath.stop_terminals("reconcile", stopping)
    assert stopped_reason(app) == "mismatch"
    senior = terminals(app, SENIOR)
    senior.press("/resume", follow=False)
    assert senior.page.status_code == 409
    assert "まだ開いています" in senior.text
    senior.get(f"/counter/cases/{HOME}/{case.case_id}")
    senior.press("/verdict")
    assert stopped_reason(app) == "mismatch"  # closing a case brings nothing back by itself
    senior.get("/counter/terminals")
    senior.press("/resume")
    assert stopped_reason(app) is None


STOP = "2026-11-21T10:00:00.000001+09:00"


def test_an_agent_that_has_stopped_itself_is_told_to_serve_again(app: Flask, seen) -> None:
    """By name, and written down: nobody needs a shell at the terminal."""
    seen(printer="printer_changed out_of_service", stopped_at=STOP)
    assert "/resume" not in terminals(app, CLERK).page.text
    senior = terminals(app, SENIOR)
    senior.press("/resume")
    with app.app_context():
        assert queries.get_terminal(KIOSK).ended_stop == STOP
    assert resumed_by(app) == [f"staff:{SENIOR}"]
    assert "再開を端末に伝えています" in senior.text
    assert "/resume" not in senior.page.text
    seen(printer="ready", stopped_at="")
    senior.get("/counter/terminals")
    assert "使えない端末 0台" in senior.text


def test_an_agent_that_stopped_again_meanwhile_is_looked_at_again(app: Flask, seen) -> None:
    seen(printer="outcome_unknown", stopped_at=STOP)
    senior = terminals(app, SENIOR)
    seen(printer="outcome_unknown", stopped_at="2026-11-21T10:05:00+09:00")
    senior.press("/resume", follow=False)
    assert senior.page.status_code == 409
    assert resumed_by(app) == []


def test_as_long_as_its_case_is_open_the_agent_is_not_told_either(app: Flask, seen, journal: Journal) -> None:
    journal.unknown_outcome()
    seen(printer="outcome_unknown out_of_service", stopped_at=STOP)
    senior = terminals(app, SENIOR)
    senior.press("/resume", follow=False)
    assert (senior.page.status_code, resumed_by(app)) == (409, [])


def test_the_list_renews_itself_in_part(app: Flask, seen) -> None:
    senior = terminals(app, SENIOR)
    seen(printer="cover_open")
    part = senior.live("/counter/terminals?live=1")
    assert "<html" not in part.text
    assert "カバーが開いている" in part.text


def test_a_terminal_that_never_called_says_so(app: Flask) -> None:
    assert clock.now()
    assert "まだない" in terminals(app, CLERK).text
