"""That an incident is survived because of a protection, and not because nothing would have happened anyway."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.incidents.world import HappenedError, World

Scenario = Callable[[World], None]


@dataclass(frozen=True)
class Protection:
    """One function of the product that stands in the incident's way, and what is put in its place."""

    owner: Any
    name: str
    instead: Callable[..., Any]


def nothing(*_args: object, **_values: object) -> None:
    """In place of a check that refuses by raising."""


def survives(world: World, *scenarios: Scenario) -> None:
    """Here, too, when all is asked for (`script/test --all`); on processes each scenario is played in every run."""
    for scenario in scenarios if os.environ.get("KOIKI_TEST_ALL") else ():
        scenario(world)
        world.tidy()


def happens_without(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    scenario: Scenario,
    *protections: Protection,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Survived with all protections (`survives`); without them, each of them asked, the incident happens.

    `before` takes out what is no function, such as a constraint of the schema.
    """
    survives(world, scenario)
    before()
    asked: set[str] = set()
    for protection in protections:
        _take_out(monkeypatch, protection, asked)
    with pytest.raises(HappenedError):
        scenario(world)
    assert asked == {protection.name for protection in protections}, "a protection that was never asked proves nothing"


def _take_out(monkeypatch: pytest.MonkeyPatch, protection: Protection, asked: set[str]) -> None:
    real = getattr(protection.owner, protection.name)
    assert real is not protection.instead

    @functools.wraps(protection.instead)
    def instead(*args: Any, **values: Any) -> Any:
        asked.add(protection.name)
        return protection.instead(*args, **values)

    monkeypatch.setattr(protection.owner, protection.name, instead)
