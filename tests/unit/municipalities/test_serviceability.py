"""Whether a terminal may serve: every word, the gravest first, and nothing taken for well that is not known to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from app.clock import JST
from app.municipalities import serviceability
from app.municipalities.serviceability import SAYS, Limits, Obstacle, find_obstacle, is_register_old, is_relay_late
from app.terminal.ipp_status import Trouble
from app.terminal.printer import Fault

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
WELL = {"printer": "ready", "sheets_left": 250, "change_left": 9000, "tenders": "cash"}
LIMITS = Limits()
PORTALS = {Obstacle.STOPPED, Obstacle.SILENT, Obstacle.UNATTENDED, Obstacle.RELAY_LATE, Obstacle.REGISTER_OLD}


@dataclass(frozen=True)
class Kiosk:
    device_state: str = json.dumps(WELL)
    stopped_reason: str | None = None
    last_seen_at: datetime | None = NOW


def saying(**more: object) -> Kiosk:
    return Kiosk(json.dumps(WELL | more))


@pytest.mark.parametrize(
    ("kiosk", "word"),
    [
        (Kiosk(), None),
        (Kiosk(stopped_reason="maintenance"), "stopped"),
        (Kiosk(stopped_reason="mismatch", last_seen_at=None), "stopped"),
        (Kiosk(last_seen_at=NOW - timedelta(seconds=20)), None),
        (Kiosk(last_seen_at=NOW - timedelta(seconds=21)), "silent"),
        (Kiosk(last_seen_at=None), "silent"),
        (Kiosk("{}"), "other"),  # it has called and said nothing: not known to be well
        (saying(sheets_left=0), "no_paper"),
        (saying(tenders=""), "no_tender"),
        (saying(tenders="", sheets_left=0), "no_paper"),
        (saying(printer="toner jam"), "jam"),
        (saying(printer="jam outcome_unknown"), "outcome_unknown"),
        (saying(printer="a-word-of-next-year"), "other"),
        (saying(printer="stopped"), "other"),  # an agent does not speak for the portal
        *((saying(printer=word.value), word.value) for word in Obstacle if word not in PORTALS),
    ],
)
def test_one_word_for_what_is_in_the_way(kiosk: Kiosk, word: str | None) -> None:
    assert find_obstacle(kiosk, NOW, LIMITS) == word


def test_nothing_begins_where_nobody_keeps_the_portal() -> None:
    assert find_obstacle(Kiosk(), NOW, LIMITS, is_attended=False) is Obstacle.UNATTENDED
    assert find_obstacle(saying(tenders=""), NOW, LIMITS, is_attended=False) is Obstacle.UNATTENDED
    assert find_obstacle(saying(printer="jam"), NOW, LIMITS, is_attended=False) is Obstacle.JAM


def test_what_is_to_be_printed_and_paid_counts() -> None:
    assert find_obstacle(saying(sheets_left=2), NOW, LIMITS, sheets=2) is None
    assert find_obstacle(saying(sheets_left=2), NOW, LIMITS, sheets=3) is Obstacle.NO_PAPER
    assert find_obstacle(saying(tenders=""), NOW, LIMITS, is_free=True) is None
    assert find_obstacle(saying(tenders="qr"), NOW, LIMITS) is None


def test_every_word_of_a_printer_is_known_and_every_word_can_be_said() -> None:
    words = {word.value for word in [*Trouble, *Fault]}
    assert words <= {obstacle.value for obstacle in set(Obstacle) - PORTALS}
    assert set(SAYS) == set(Obstacle)


@pytest.mark.parametrize(
    ("minutes", "is_late"),
    [(None, False), (0, False), (15, False), (15.1, True)],
)
def test_a_relay_is_late_by_its_oldest_line(minutes: float | None, is_late: bool) -> None:
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert is_relay_late(since, NOW, LIMITS) is is_late


@pytest.mark.parametrize(
    ("hours_ago", "limit", "is_old"),
    [(500, None, False), (24, 24, False), (24.1, 24, True), (None, 24, True), (None, None, False)],
)
def test_a_register_is_old_by_the_towns_own_limit(hours_ago: float | None, limit: int | None, is_old: bool) -> None:
    confirmed_at = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    assert is_register_old(confirmed_at, NOW, limit) is is_old


def test_an_obstacle_of_a_town_is_none_of_a_terminal() -> None:
    assert serviceability.read_devices("").printer == ("other",)
    assert find_obstacle(saying(printer="relay_late"), NOW, LIMITS) is Obstacle.OTHER
