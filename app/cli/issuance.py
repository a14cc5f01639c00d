"""`flask issuance …`: the three processes that keep certificates moving, and what a person looks at and decides."""

from __future__ import annotations

import dataclasses
import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.cli.output import fail, json_option, plain_errors, print_table, say
from app.cli.serving import serving
from app.errors import KoikiError
from app.issuance import accounts, aftermath, counting, reconcile, recovery, relay, service
from app.issuance.cases import Verdict
from app.issuance.queries import CaseView, list_cases, list_orders
from app.municipalities.partitions import partitions
from app.nodes.agreement import Role
from app.nodes.errors import UnfitError
from app.nodes.membership import Membership

WORK_PAUSE = 0.15  # seconds without a copy to render: a resident is waiting on the other side
RELAY_PAUSE = 1.0
RECONCILE_PAUSE = 15.0

group = AppGroup("issuance", help="Render, relay, reconcile; list orders and cases; close a case.")
log = logging.getLogger(__name__)


@group.command("worker")
@click.option("--once", is_flag=True, help="Render what waits now, then end.")
def run_worker(once: bool) -> None:
    """Render waiting sheets, read them back, and keep them ready. Run as many as there are cores."""
    from app.issuance.worker import Rounds, Worker  # the other commands need no fonts

    with serving(Role.WORKER) as node:
        worker, rounds = Worker(), Rounds()
        _repeat(node, lambda: worker.turn(rounds.towns()), WORK_PAUSE, once)


@group.command("relay")
@click.option("--once", is_flag=True, help="Carry what waits now, then end.")
def run_relay(once: bool) -> None:
    """Carry the towns' outboxes into the union's ledger."""
    with serving(Role.RELAY) as node:
        _repeat(node, lambda: relay.relay_all(partitions.codes()), RELAY_PAUSE, once)


@group.command("reconcile")
@click.option("--once", is_flag=True, help="Look at everything once, compare ledger and counts with the journals, end.")
def run_reconcile(once: bool) -> None:
    """End what was left lying: paid back, or a case for a person. With --once, status 1 for what differs."""
    listening_since = None if once else clock.now()
    with serving(Role.RECONCILE) as node:
        failures = _repeat(node, lambda: _reconcile(listening_since), RECONCILE_PAUSE, once)
    if once:
        _report_accounts(failures)


@group.command("list")
@click.option("--municipality", help="Code of one town; without it, all.")
@click.option("--open", "only_open", is_flag=True, help="Only orders that are not finished.")
@json_option
def show_orders(municipality: str | None, only_open: bool, as_json: bool) -> None:
    """Copies, one a line: town, order, number, state, money. No person is listed."""
    with plain_errors():
        rows = [row for code in _towns(municipality) for row in _copy_rows(code, only_open)]
    print_table(rows, as_json)


@group.command("cases")
@click.option("--municipality", help="Code of one town; without it, all.")
@click.option("--all", "closed", is_flag=True, help="Also those that are closed.")
@json_option
def show_cases(municipality: str | None, closed: bool, as_json: bool) -> None:
    """What waits for a person; docs/issuance.md tells what to do. No person is listed."""
    with plain_errors():
        rows = [row for code in _towns(municipality) for row in _case_rows(code, closed)]
    print_table(rows, as_json)


@group.command("close-case")
@click.argument("municipality")
@click.argument("case_id", metavar="CASE", type=int)
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict]))
@click.option("--actor", required=True, help="Who looked, as staff:NAME.")
def close_case(municipality: str, case_id: int, verdict: str, actor: str) -> None:
    """Write down what a person found, and do what follows from it."""
    if not actor.strip():
        fail("--actor: say who looked")
    with plain_errors():
        with partitions.open(municipality, write=True) as p:
            case = service.close_case(p, actor, case_id, Verdict(verdict))
            visit_id = aftermath.visit_of_case(p, case)
        aftermath.follow_up(municipality, actor, visit_id)
    say(f"case {case_id} of {municipality} closed: {verdict}")


def _towns(municipality: str | None) -> list[str]:
    known = partitions.codes()
    if municipality is not None and municipality not in known:
        fail(f"no municipality {municipality}")
    return known if municipality is None else [municipality]


def _copy_rows(code: str, only_open: bool) -> list[dict[str, Any]]:
    with partitions.open(code) as p:
        orders = list_orders(p, only_open=only_open)
    return [
        {
            "municipality": code,
            "order": order.order_id,
            "terminal": order.terminal_id,
            "number": copy.issue_number,
            "kind": copy.kind,
            "state": copy.state.value,
            "sheets": copy.sheets,
            "yen": copy.yen,
            "payment": order.payment.value,
            "open": order.is_open,
        }
        for order in orders
        for copy in order.copies
    ]


def _case_rows(code: str, closed: bool) -> list[dict[str, Any]]:
    with partitions.open(code) as p:
        return [_case_row(code, case) for case in list_cases(p, closed=closed)]


def _case_row(code: str, case: CaseView) -> dict[str, Any]:
    """`step`: the row of the recovery table that says what to do."""
    step = ", ".join(recovery.steps_for(case.kind))
    return {"municipality": code, "step": step, **_plain(dataclasses.asdict(case))}


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _word(value) for name, value in fields.items()}


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.value if isinstance(value, StrEnum) else value


def _reconcile(listening_since: datetime | None) -> int:
    failures = reconcile.reconcile_all(partitions.codes(), listening_since)
    return -failures  # nothing was done that would make a second look worth while at once


def _report_accounts(failures: int) -> None:
    with plain_errors():
        unequal = [c for c in map(accounts.compare, partitions.codes()) if not c.is_equal]
        uncounted = counting.list_differing()
    for comparison in unequal:
        click.echo(f"accounts differ: {dataclasses.asdict(comparison)}", err=True)
    for terminal_id, differences in uncounted.items():
        click.echo(f"count differs: {terminal_id} {differences}", err=True)
    if unequal or uncounted or failures:
        raise SystemExit(1)


def _repeat(node: Membership, turn: Callable[[], int], pause: float, once: bool) -> int:
    """Call `turn` until SIGTERM or Ctrl-C, at once again while it finds work. A turn is never cut off."""
    stop = threading.Event()
    if once:
        with plain_errors():
            return abs(turn())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        if _safely(node, turn) <= 0:
            stop.wait(pause)
    return 0


def _safely(node: Membership, turn: Callable[[], int]) -> int:
    """A database that is away comes back; the process must still be there then. Only the kind of trouble is logged."""
    try:
        node.ensure()
        return turn()
    except UnfitError:
        raise
    except (KoikiError, SQLAlchemyError) as error:
        log.error("turn failed: %s", type(error).__name__)
        return 0
