"""The whole machine, in files and in PostgreSQL. `script/soak --machine` thinks longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.config import Config
from tests.integration.issuance.conftest import furnished, furnished_database, make_config, postgres
from tests.machine.machine import Union
from tests.machine.towns import Towns, fresh
from tests.postgres import Cluster

__all__ = ["furnished", "furnished_database", "postgres"]

pytestmark = pytest.mark.timeout(3600)
EXAMPLES = int(os.environ.get("KOIKI_MACHINE_EXAMPLES", "0"))


def run(make: Callable[[], Towns], examples: int, steps: int) -> None:
    """Plain and the same each time; many examples, each time others, when the environment asks for them."""
    plain = settings(
        max_examples=EXAMPLES or examples, stateful_step_count=steps, derandomize=not EXAMPLES, deadline=None,
        database=None, suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    machine = type("Union", (Union,), {"make": staticmethod(make)})
    run_state_machine_as_test(machine, settings=plain)


def test_in_files(furnished: Path, tmp_path: Path) -> None:
    run(lambda: Towns(fresh(make_config(furnished), tmp_path)), examples=15, steps=50)


@pytest.mark.postgres
def test_in_postgresql(postgres: Cluster, furnished_database: str, tmp_path: Path) -> None:
    def make() -> Towns:
        name = postgres.make_database(furnished_database)
        return Towns(make_config(tmp_path, postgres.url(name, "admin")))

    run(make, examples=4, steps=40)


def test_the_configuration_is_a_copy(furnished: Path, tmp_path: Path) -> None:
    """Two runs of the machine never share a file."""
    template: Config = make_config(furnished)
    assert fresh(template, tmp_path).home != fresh(template, tmp_path).home
