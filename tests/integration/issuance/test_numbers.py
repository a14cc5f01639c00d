"""発行番号: unique and gap-free, whoever takes them and whatever the clock says."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from app import clock
from app.audit.models import Head
from app.issuance.numbers import format_number, take_number
from app.municipalities.partitions import partitions
from tests.integration.issuance.conftest import HOME, rows

ROOT = Path(__file__).parents[3]
PROCESSES, EACH = 4, 50


@pytest.fixture
def engine() -> str:
    return "sqlite"


def test_four_processes_and_many_rollbacks(app, home: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.issuance.numbering", str(home), str(EACH)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    numbers = [line for process in running for line in process.communicate(timeout=100)[0].split("\n") if line]
    assert [process.returncode for process in running] == [0] * PROCESSES
    serials = sorted(int(number.rsplit(" ", 1)[1]) for number in numbers)
    assert serials == list(range(1, PROCESSES * EACH + 1))
    assert rows(Head)[0].issue_sequence == PROCESSES * EACH


def test_a_clock_that_jumps_back_makes_no_number_twice(app) -> None:
    numbers = []
    for day in (21, 21, 20):
        with clock.frozen(datetime(2026, 11, day, 12, tzinfo=clock.JST)), partitions.open(HOME, write=True) as p:
            numbers.append(take_number(p, "若草市", 3, clock.today()))
    assert numbers == ["20261121 若草市 003 0000001", "20261121 若草市 003 0000002", "20261120 若草市 003 0000003"]


def test_the_form_holds_a_large_town_for_long() -> None:
    assert format_number(date(2026, 1, 2), "若草市", 12, 12345678) == "20260102 若草市 012 12345678"
