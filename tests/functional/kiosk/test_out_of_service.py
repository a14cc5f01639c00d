"""What is in the way of printing is said before a card is read and before money goes in, and gone when it is mended."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.issuance.states import Payment
from app.kiosk import screens
from app.municipalities.serviceability import Obstacle
from app.nodes.agreement import Role
from app.web.obstacles import NODE
from tests.functional.kiosk.conftest import Stand, later
from tests.functional.kiosk.test_journeys import reach_confirm

RESTS = "この端末はお休みしています"
OF_TERMINAL = set(Obstacle) - {Obstacle.RELAY_LATE, Obstacle.REGISTER_OLD}


def test_every_obstacle_of_a_terminal_has_kind_words() -> None:
    assert set(screens.OBSTACLES) == OF_TERMINAL


@pytest.mark.parametrize(
    ("devices", "obstacle"),
    [
        ({"printer": "jam"}, Obstacle.JAM),
        ({"printer": "cover_open toner"}, Obstacle.COVER_OPEN),
        ({"printer": "outcome_unknown"}, Obstacle.OUTCOME_UNKNOWN),
        ({"printer": "sheet_left"}, Obstacle.SHEET_LEFT),
        ({"sheets_left": 0}, Obstacle.NO_PAPER),
    ],
)
def test_a_terminal_that_cannot_print_begins_nothing_until_it_can(stand: Stand, devices, obstacle) -> None:
    stand.enter()
    form = stand.form("/kiosk/start")
    stand.call(**devices)
    for page in (stand.client.post(form.action, data=form.data()).text, stand.get("/kiosk/").text):
        assert RESTS in page
        assert str(screens.OBSTACLES[obstacle]) in page
    assert stand.live_visit() is None
    stand.call(printer="ready", sheets_left=250)
    assert stand.get("/kiosk/").status_code == 200
    assert stand.form("/kiosk/start")


def test_a_terminal_whose_agent_is_silent_rests_and_comes_back_by_itself(stand: Stand) -> None:
    stand.enter()
    for seconds, rests in ((20, False), (21, True)):
        with later(seconds):
            page = stand.client.get("/kiosk/").text
        assert (RESTS in page) is rests
    with later(60):
        answer = stand.client.get("/kiosk/", headers={"HX-Request": "true"})
        assert str(screens.OBSTACLES[Obstacle.SILENT]) in answer.text
        stand.call()
        answer = stand.client.get("/kiosk/", headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"] == "/kiosk/"


def test_with_nothing_to_pay_with_only_what_is_free_is_begun(stand: Stand, monkeypatch) -> None:
    stand.enter()
    stand.call(tenders="")
    is_free = RESTS not in stand.get("/kiosk/").text
    assert is_free  # in the demo a town gives one of its certificates for nothing
    monkeypatch.setattr("app.kiosk.service_hours._is_anything_free", lambda _at: False)
    assert str(screens.OBSTACLES[Obstacle.NO_TENDER]) in stand.get("/kiosk/").text


def test_nothing_begins_and_nothing_is_paid_while_what_must_run_beside_the_portal_does_not(stand: Stand) -> None:
    node = SimpleNamespace(missing_keepers=list)
    stand.client.application.extensions[NODE] = node
    reach_confirm(stand)
    stand.render()
    words = str(screens.OBSTACLES[Obstacle.UNATTENDED])
    node.missing_keepers = lambda: [Role.RECONCILE]
    page = stand.get("/kiosk/confirm").text
    assert words in page
    assert "/kiosk/pay" not in page
    node.missing_keepers = list
    stand.get("/kiosk/confirm")
    assert stand.form("/kiosk/pay")


def test_a_terminal_rests_while_what_must_run_beside_the_portal_does_not(stand: Stand) -> None:
    stand.client.application.extensions[NODE] = SimpleNamespace(missing_keepers=lambda: [Role.WORKER])
    stand.enter()
    assert str(screens.OBSTACLES[Obstacle.UNATTENDED]) in stand.get("/kiosk/").text


def test_no_money_is_asked_for_while_the_sheets_could_not_come_out(stand: Stand) -> None:
    reach_confirm(stand)
    stand.render()
    stand.get("/kiosk/confirm")
    form = stand.form("/kiosk/pay")
    stand.call(sheets_left=0)
    answer = stand.client.post(form.action, data=form.data())
    assert answer.location == "/kiosk/confirm"
    assert stand.order().payment is Payment.NONE
    page = stand.get("/kiosk/confirm").text
    assert str(screens.OBSTACLES[Obstacle.NO_PAPER]) in page
    assert "/kiosk/pay" not in page
    assert 'hx-get="/kiosk/confirm' in page  # it looks again by itself
    stand.call(sheets_left=250)
    stand.get("/kiosk/confirm")
    stand.submit("/kiosk/pay")
    assert stand.order().payment is Payment.ASKED
