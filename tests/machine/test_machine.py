"""The whole machine, in files and in PostgreSQL. `script/soak --machine` thinks longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.config import Config
from app.issuance import granting, progress
from tests.integration.issuance.conftest import KIOSK, furnished, furnished_database, make_config, postgres
from tests.machine.machine import Union
from tests.machine.towns import Towns, fresh
from tests.postgres import Cluster

__all__ = ["furnished", "furnished_database", "postgres"]

pytestmark = pytest.mark.timeout(3600)
EXAMPLES = int(os.environ.get("KOIKI_MACHINE_EXAMPLES", "0"))
LONG = 60  # steps of an example that nobody waits for
# a run that never comes here has shown nothing of what is rare
GOOD = {"settled", "money committed"}
RARE = {"unknown", "voided", "not_printed", "cancelled", "money unknown", "money released"}


Story = Callable[[Union], None]


def _to_the_end(machine: Union) -> None:
    machine.goes_on(KIOSK, 0, 15)


def _blocked_while_it_waits(machine: Union) -> None:
    machine.goes_on(KIOSK, 0, 7)
    machine.register_changes(0, True)
    machine.goes_on(KIOSK, 0, 3)


def _called_off(machine: Union) -> None:
    machine.goes_on(KIOSK, 0, 3)
    machine.cancels(KIOSK, True)


# a rule that nobody would miss is no rule: what is taken out, and the story in which it is missed
MUTATIONS: dict[str, tuple[object, str, Callable[..., object], Story]] = {
    "too little is due": (progress, "fees_kept", lambda _copies: 50, _to_the_end),
    "the union hears nothing": (progress, "post", lambda *_facts: None, _to_the_end),
    "a block is not looked for": (granting, "check_still_allowed", lambda *_facts: None, _blocked_while_it_waits),
    "numbers stay valid": (progress, "void_number", lambda *_facts: None, _called_off),
}


def run(make: Callable[[], Towns], examples: int, steps: int, wanted: set[str]) -> None:
    """Plain and the same each time; many long examples, each time others, when the environment asks for them.

    `wanted`: what must have been reached in one of them.
    """
    plain = settings(
        max_examples=EXAMPLES or examples, stateful_step_count=LONG if EXAMPLES else steps,
        derandomize=not EXAMPLES, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), phases=Phase if EXAMPLES else [Phase.generate],
    )  # fmt: skip
    machine = type("Union", (Union,), {"make": staticmethod(make), "reached": set()})
    run_state_machine_as_test(machine, settings=plain)
    assert machine.reached >= wanted, f"never came to {sorted(wanted - machine.reached)}"


def test_in_files(furnished: Path, tmp_path: Path) -> None:
    run(lambda: Towns(fresh(make_config(furnished), tmp_path)), examples=5, steps=12, wanted=GOOD | RARE)


@pytest.mark.postgres
def test_in_postgresql(postgres: Cluster, furnished_database: str, tmp_path: Path) -> None:
    def make() -> Towns:
        name = postgres.make_database(furnished_database)
        return Towns(make_config(tmp_path, postgres.url(name, "admin")))

    run(make, examples=1, steps=12, wanted=GOOD)


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_rule_that_is_taken_out_is_missed(furnished: Path, tmp_path: Path, monkeypatch, what: str) -> None:
    owner, name, instead, story = MUTATIONS[what]
    _play(lambda: Towns(fresh(make_config(furnished), tmp_path)), story)
    monkeypatch.setattr(owner, name, instead)
    with pytest.raises(AssertionError):
        _play(lambda: Towns(fresh(make_config(furnished), tmp_path)), story)


def _play(make: Callable[[], Towns], story: Story) -> None:
    machine = type("Union", (Union,), {"make": staticmethod(make)})()
    try:
        story(machine)
        machine.all_is_well()
    finally:
        machine.teardown()


def test_the_configuration_is_a_copy(furnished: Path, tmp_path: Path) -> None:
    """Two runs of the machine never share a file."""
    template: Config = make_config(furnished)
    assert fresh(template, tmp_path).home != fresh(template, tmp_path).home
