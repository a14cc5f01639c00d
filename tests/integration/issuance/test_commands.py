"""`flask issuance …`: what a person types, and what they get when it is wrong."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.cli import issuance as commands
from app.issuance.models import Case, Outbox
from app.issuance.states import Payment, State
from app.protocol.messages import ReportEvent
from tests.integration.issuance.conftest import FEE, HOME, Stage, rows

PAPER = (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def run(app: Flask):
    app.cli.add_command(commands.group)
    runner: FlaskCliRunner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["issuance", *words])


def test_list_and_cases_in_json(stage: Stage, run) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    (copy,) = json.loads(run("list", "--json").stdout)
    assert (copy["municipality"], copy["state"], copy["yen"], copy["open"]) == (HOME, "unknown", FEE, True)
    (case,) = json.loads(run("cases", "--municipality", HOME, "--json").stdout)
    assert (case["kind"], case["issue_number"], case["closed_at"]) == ("outcome_unknown", copy["number"], None)
    assert "若草　太郎" not in run("list").stdout
    assert "outcome_unknown" in run("cases").stdout


def test_closing_a_case(stage: Stage, run) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    done = run("close-case", HOME, "1", "came_out", "--actor", "staff:tester")
    assert (done.exit_code, done.stdout) == (0, f"case 1 of {HOME} closed: came_out\n")
    assert stage.order.copies[0].state is State.SETTLED
    assert json.loads(run("cases", "--json").stdout) == []
    assert json.loads(run("cases", "--all", "--json").stdout)[0]["closed_by"] == "staff:tester"


@pytest.mark.parametrize(
    "words",
    [
        (HOME, "1", "checked", "--actor", "staff:tester"),  # undecided
        (HOME, "99", "came_out", "--actor", "staff:tester"),
        (HOME, "1", "perhaps", "--actor", "staff:tester"),
        (HOME, "one", "came_out", "--actor", "staff:tester"),
        (HOME, "1", "came_out"),
        (HOME, "1", "came_out", "--actor", " "),
        ("000000", "1", "came_out", "--actor", "staff:tester"),
        ("../etc", "1", "came_out", "--actor", "staff:tester"),
    ],
)
def test_bad_input_changes_nothing(stage: Stage, run, words: tuple[str, ...]) -> None:
    stage.pay()
    stage.print_one(ReportEvent.OUTCOME_UNKNOWN)
    refused = run("close-case", *words)
    assert refused.exit_code == 2
    assert refused.stderr.strip()
    assert refused.stdout == ""
    assert rows(Case)[0].closed_at is None


def test_an_unknown_town(stage: Stage, run) -> None:
    for command in ("list", "cases"):
        refused = run(command, "--municipality", "000000")
        assert (refused.exit_code, refused.stderr) == (2, "no municipality 000000\n")


def test_relay_and_reconcile_once(stage: Stage, run) -> None:
    stage.pay()
    stage.print_one(*PAPER)
    stage.report(ReportEvent.COMMITTED, yen=FEE)
    assert run("relay", "--once").exit_code == 0
    assert rows(Outbox) == []
    assert run("reconcile", "--once").exit_code == 0


def test_reconcile_once_says_when_accounts_differ(stage: Stage, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.accounts.Comparison, "is_equal", False)
    failed = run("reconcile", "--once")
    assert failed.exit_code == 1
    assert "accounts differ" in failed.stderr


def test_worker_once(stage: Stage, run) -> None:
    stage.place()
    assert run("worker", "--once").exit_code == 0
    assert stage.order.is_ready


def test_a_loop_ends_with_its_turn(stage: Stage, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM in the middle of a turn: the turn is finished, then the process ends."""
    turns: list[str] = []
    before = signal.getsignal(signal.SIGTERM)

    def turn(_codes: list[str]) -> int:
        turns.append("begun")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
        turns.append("finished")
        return 0

    monkeypatch.setattr(commands.relay, "relay_all", turn)
    try:
        assert run("relay").exit_code == 0
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert turns == ["begun", "finished"]


def test_a_loop_outlives_a_database_that_is_away(stage: Stage, run, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    from sqlalchemy.exc import OperationalError

    calls = []
    before = signal.getsignal(signal.SIGTERM)

    def turn(_codes: list[str]) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("secret statement", {}, Exception("secret"))
        threading.Timer(0, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return 0

    monkeypatch.setattr(commands, "RELAY_PAUSE", 0.01)
    monkeypatch.setattr(commands.relay, "relay_all", turn)
    try:
        assert run("relay").exit_code == 0
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert "OperationalError" in caplog.text
    assert "secret" not in caplog.text


def test_payment_of_a_listed_order(stage: Stage, run) -> None:
    stage.pay()
    stage.cancel()
    stage.report(ReportEvent.RELEASED, yen=FEE)
    assert json.loads(run("list", "--open", "--json").stdout) == []
    assert json.loads(run("list", "--json").stdout)[0]["payment"] == Payment.RELEASED
