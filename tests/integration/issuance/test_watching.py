"""What only its absence tells: a silent terminal and an outbox that does not move become a case, once each."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from app import clock
from app.certificates.requests import MessageClass
from app.clock import JST
from app.issuance import reconcile, relay
from app.issuance.errors import OrderRefusedError
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView, list_cases
from app.issuance.states import Payment
from app.municipalities import decisions
from app.municipalities import service as municipalities
from app.municipalities.models import TerminalKind
from app.municipalities.partitions import partitions
from tests.integration.issuance.conftest import HOME, KIOSK, OTHER, OTHER_KIOSK, Stage

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=JST)


def look(minutes: float, since: datetime | None = None) -> None:
    with clock.frozen(MORNING + timedelta(minutes=minutes)):
        assert reconcile.reconcile_all([HOME, OTHER], since) == 0


def cases(code: str, kind: CaseKind) -> list[CaseView]:
    with partitions.open(code) as p:
        return [case for case in list_cases(p) if case.kind is kind]


def silent(code: str = HOME) -> list[str]:
    return [case.terminal_id for case in cases(code, CaseKind.TERMINAL_SILENT)]


@pytest.fixture
def opened(app) -> None:
    """Both terminals have called, and the towns are open from 8:30 to 17:15."""
    with clock.frozen(MORNING):
        for code in (HOME, OTHER):
            decisions.set_hours("test", code, (time(8, 30), time(17, 15)))
        municipalities.note_seen(KIOSK, "{}")
        municipalities.note_seen(OTHER_KIOSK, "{}")


def test_a_terminal_that_stops_calling_is_one_case_where_it_stands(opened) -> None:
    look(5)
    assert silent() == []
    with clock.frozen(MORNING + timedelta(minutes=4)):
        municipalities.note_seen(OTHER_KIOSK, "{}")
    look(5.1)
    look(8)
    assert (silent(HOME), silent(OTHER)) == ([KIOSK], [])
    assert cases(HOME, CaseKind.TERMINAL_SILENT)[0].evidence[0]["last_seen_at"] == str(MORNING)
    with clock.frozen(MORNING + timedelta(minutes=9)):
        municipalities.note_seen(KIOSK, "{}")
    look(9)
    assert silent(HOME) == [KIOSK]  # that it calls again closes nothing
    assert silent(OTHER) == []


def test_a_terminal_that_rests_is_not_missed(opened) -> None:
    municipalities.stop_terminal("test", OTHER_KIOSK, "maintenance")
    look(60 * 9)  # 19:00: closed
    look(60 * 22.5 + 4)  # 8:34 the next day: perhaps it is being switched on
    assert (silent(HOME), silent(OTHER)) == ([], [])
    look(60 * 22.5 + 6)
    assert (silent(HOME), silent(OTHER)) == ([KIOSK], [])


def test_what_was_before_one_listens_is_nobodys_silence(opened) -> None:
    started = MORNING + timedelta(hours=2)
    look(120, started)
    look(124, started)
    assert silent() == []
    look(126, started)
    assert silent() == [KIOSK]


def test_a_terminal_that_has_never_called_is_new(app, opened) -> None:
    with clock.frozen(MORNING):
        municipalities.enrol_terminal(
            "test", "new", f"site-{HOME}", TerminalKind.KIOSK, b"n" * 32, "http://127.0.0.1:8899"
        )
    look(60)
    assert "new" not in silent()


def settle(stage: Stage) -> None:
    """An order that leaves a line for the union."""
    stage.place()
    stage.cancel()


def test_a_town_whose_lines_do_not_move_takes_no_new_order_and_finishes_the_others(stage: Stage) -> None:
    with clock.frozen(MORNING):
        settle(stage)
    with clock.frozen(MORNING + timedelta(minutes=15)):
        stage.place(key="key-2")
        stage.render()
    with clock.frozen(MORNING + timedelta(minutes=16)):
        stage.ask()
        assert stage.order.payment is Payment.ASKED  # what is ordered goes on
        late = Stage(OTHER_KIOSK).arrive()
        with pytest.raises(OrderRefusedError) as refused:
            late.place(key="key-3")
        assert (refused.value.refusal.rule, refused.value.refusal.message_class) == ("B25", MessageClass.INFORMATION)
    look(16)
    look(17)
    (case,) = cases(HOME, CaseKind.RELAY_LATE)
    assert (case.order_id, case.terminal_id, case.evidence[0]["waiting_since"]) == (None, "", str(MORNING))
    assert cases(OTHER, CaseKind.RELAY_LATE) == []
    relay.relay_all([HOME])
    with clock.frozen(MORNING + timedelta(minutes=18)):
        late.place(key="key-3")  # the service comes back by itself
    look(18)
    assert len(cases(HOME, CaseKind.RELAY_LATE)) == 1  # the case does not go
