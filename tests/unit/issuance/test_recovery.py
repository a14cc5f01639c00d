"""The recovery table is held to the code: what it names exists, and nothing that can be stuck is left out."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from app.issuance import recovery
from app.issuance.cases import Verdict
from app.issuance.models import CaseKind
from app.issuance.recovery import STEPS
from app.issuance.states import Payment, State, is_final, is_terminal
from tests.unit.issuance.recovery_page import written

PAGE = Path(__file__).parents[3] / "docs" / "issuance.md"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_what_a_row_names_exists(step: recovery.Step) -> None:
    assert step.by
    for place in step.by:
        module, _, name = place.partition(":")
        assert callable(reduce(getattr, name.split("."), import_module(f"app.{module}"))), place
    assert set(step.cases) <= {kind.value for kind in CaseKind}
    assert set(step.verdicts) <= {verdict.value for verdict in Verdict}
    assert bool(step.cases) is bool(step.verdicts) is bool(step.person)


# every step of an issuance at which a power cut may come, and the row that says what happens then
MUST_BE_TOLD = {
    "request": "request", "authenticate": "authenticate", "render": "render", "guard": "guard",
    "lease the printer": "lease", "take money": "take money", "grant": "grant", "create the job": "print",
    "send the document": "print", "follow the job": "print", "present and take": "present and take",
    "settle the money": "count out", "settle the copy": "settle", "money that cannot be given back": "owe",
    "refund": "refund", "receipt": "receipt", "tell the union": "relay", "erase": "erase",
}  # fmt: skip
BESIDE_ORDERS = {"count", "listen"}  # of terminals at rest


def test_no_step_is_left_out_and_no_row_is_of_nothing() -> None:
    assert [step.name for step in STEPS] == list(dict.fromkeys(step.name for step in STEPS))
    assert {step.name for step in STEPS} == {*MUST_BE_TOLD.values(), *BESIDE_ORDERS}
    assert all(step.durable_first and step.effect and step.recovery for step in STEPS)


def test_every_state_has_a_row() -> None:
    known = {state for step in STEPS for state in step.states}
    assert known == {*State, *Payment}


def test_every_state_in_which_an_order_can_be_stuck_has_an_instruction_or_goes_on_by_itself() -> None:
    """By itself: a worker, a reconcile or the terminal brings it on. UNKNOWN goes nowhere without a person."""
    told = {state for step in STEPS if step.person for state in step.states}
    living = {s for s in State if not is_terminal(s)} | {m for m in Payment if not is_final(m)}
    assert living - told == {Payment.NONE}  # nothing was asked for: the visit's end calls it off
    assert {State.UNKNOWN, Payment.UNKNOWN} <= told


@pytest.mark.parametrize("kind", CaseKind)
def test_every_kind_of_case_has_an_instruction_and_a_verdict(kind: CaseKind) -> None:
    assert recovery.instructions_for(kind)
    assert recovery.steps_for(kind)
    assert {verdict for step in STEPS if kind in step.cases for verdict in step.verdicts}


def test_every_verdict_is_told_where_it_belongs() -> None:
    assert {verdict for step in STEPS for verdict in step.verdicts} == {verdict.value for verdict in Verdict}


def test_money_that_is_owed_is_closed_by_paying_alone() -> None:
    (owe,) = [step for step in STEPS if "change_owed" in step.cases]
    assert owe.verdicts == ("paid_back",)


def test_the_page_shows_the_table_of_today() -> None:
    page = PAGE.read_text()
    assert page == written(page), "run script/recovery-table"
