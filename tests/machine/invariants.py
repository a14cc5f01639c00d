"""What must be so at every moment, read from the databases and held against what the machines truly did."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.issuance import accounts
from app.issuance.states import State
from tests.machine.devices import Machine
from tests.machine.towns import TOWNS, Towns

COPIES = """SELECT i.issuance_id, i.state, i.yen, a.attempt_id, a.issue_number, a.disposal, a.grant_id,
       a.voided_at IS NULL AS is_live, o.order_id, o.visit_id, o.terminal_id, o.payment, o.payment_key,
       o.yen_due, o.is_open, o.version AS order_version, i.version AS copy_version
  FROM issuance i JOIN attempt a USING (issuance_id) JOIN issue_order o USING (order_id)"""
CASES = "SELECT case_id, closed_by FROM issue_case WHERE closed_at IS NOT NULL"
WITHOUT_PAPER = {State.CANCELLED.value, State.FAILED.value, State.NOT_PRINTED.value}
VALID = {State.PRINTED.value, State.TAKEN.value, State.SETTLED.value}


@dataclass
class Seen:
    """Orders that were closed once, as they were then."""

    closed: dict[str, tuple[Any, ...]] = field(default_factory=dict)


def check(towns: Towns, machines: dict[str, Machine], seen: Seen) -> set[str]:
    """How far it has come: the states of copies, and of money as `money …`.

    :raises AssertionError: with the rule that does not hold.
    """
    copies = {town: [row._mapping for row in towns.rows(town, COPIES)] for town in TOWNS}
    everything = [copy for town in TOWNS for copy in copies[town]]
    _one_live_attempt(everything)
    _paper(everything, machines)
    _voids(everything, machines)
    _closed_orders_stand_still(everything, seen)
    for town in TOWNS:
        lines = _ledger_lines(towns, town)
        _money(copies[town], machines, lines)
        _never_refunded_and_settled(copies[town], lines)
        assert accounts.compare(town).is_equal, "ledger and journal differ"
        for case in towns.rows(town, CASES):
            assert case.closed_by.startswith("staff:"), "a case closed by itself"
    return {copy["state"] for copy in everything} | {f"money {copy['payment']}" for copy in everything}


def _one_live_attempt(copies: list[Any]) -> None:
    live: defaultdict[str, int] = defaultdict(int)
    for copy in copies:
        live[copy["issuance_id"]] += bool(copy["is_live"])
    assert all(count <= 1 for count in live.values()), "two live attempts of one copy"
    numbers = [copy["issue_number"] for copy in copies]
    assert len(numbers) == len(set(numbers)), "a number was given twice"


def _paper(copies: list[Any], machines: dict[str, Machine]) -> None:
    """Out of a printer comes only what was granted, to the visit that it was ordered in."""
    by_attempt = {copy["attempt_id"]: copy for copy in copies}
    for machine in machines.values():
        for job in machine.jobs.values():
            copy = by_attempt[job.attempt_id]
            if job.out or job.late:
                assert copy["grant_id"] == job.grant_id, "a sheet without a grant"
                assert copy["visit_id"] == job.granted_to, "a sheet of another visit"
                assert copy["terminal_id"] == machine.terminal_id, "a sheet at another terminal"


def _voids(copies: list[Any], machines: dict[str, Machine]) -> None:
    out = {job.attempt_id: job for machine in machines.values() for job in machine.jobs.values() if job.out or job.late}
    for copy in copies:
        if not copy["is_live"]:
            assert copy["state"] not in VALID, "a void number on a sheet that counts"
        elif not copy["is_open"]:
            assert copy["state"] in VALID, f"a copy that is {copy['state']} keeps its number"
        if copy["attempt_id"] in out:
            assert copy["state"] not in WITHOUT_PAPER, f"a sheet came out of a copy that is {copy['state']}"
            assert copy["disposal"] != "never_printed", "a sheet came out under a number that was never printed"


def _closed_orders_stand_still(copies: list[Any], seen: Seen) -> None:
    now: defaultdict[str, list[Any]] = defaultdict(list)
    for copy in copies:
        if not copy["is_open"]:
            facts = ("issuance_id", "state", "copy_version", "payment", "yen_due", "order_version")
            now[copy["order_id"]].append(tuple(copy[name] for name in facts))
    for order_id, facts in now.items():
        assert seen.closed.setdefault(order_id, tuple(sorted(facts))) == tuple(sorted(facts)), "a closed order moved"
    assert seen.closed.keys() <= now.keys(), "a closed order was opened again"


def _ledger_lines(towns: Towns, town: str) -> list[tuple[str, str, int]]:
    """(number, entry type, yen): carried, or waiting in the town's outbox."""
    bodies = [json.loads(body) for (body,) in towns.rows(town, "SELECT body FROM outbox ORDER BY sequence")]
    waiting = {(b["issue_number"], b["entry_type"], b["yen"]) for b in bodies}
    with towns.app.extensions["sqlalchemy"].engine.connect() as union:
        query = sa.text("SELECT issue_number, entry_type, yen FROM ledger_entry WHERE home = :town")
        carried = {tuple(row) for row in union.execute(query, {"town": town})}
    return sorted(waiting | carried)


def _money(copies: list[Any], machines: dict[str, Machine], lines: list[tuple[str, str, int]]) -> None:
    """What the machines keep is what the journal says is due, and what the ledger says was charged, once it is over."""
    charged: defaultdict[str, int] = defaultdict(int)
    number_of = {copy["issue_number"]: copy["order_id"] for copy in copies}
    for number, entry_type, yen in lines:
        charged[number_of[number]] += yen if entry_type == "charge" else 0
    for order in {copy["order_id"]: copy for copy in copies}.values():
        session = machines[order["terminal_id"]].money.get(order["payment_key"])
        kept = session.kept - session.owed if session else 0
        if order["payment"] == "committed":
            assert kept == order["yen_due"], f"{kept} yen kept, {order['yen_due']} due"
            assert order["is_open"] or charged[order["order_id"]] == kept, "kept and not charged"
        elif order["payment"] == "released":
            assert kept == 0, f"{kept} yen kept of an order that was paid back"


def _never_refunded_and_settled(copies: list[Any], lines: list[tuple[str, str, int]]) -> None:
    refunded = {number for number, entry_type, _ in lines if entry_type == "refund"}
    for copy in copies:
        if copy["issue_number"] in refunded:
            is_counted = copy["state"] == State.SETTLED.value and copy["payment"] == "committed"
            assert not is_counted, "refunded and settled"
    assert len(lines) == len({(number, entry_type) for number, entry_type, _ in lines}), "a line stands twice"
