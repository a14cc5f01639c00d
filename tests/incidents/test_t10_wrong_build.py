"""T10. 宗像市 and 高松市: a mend that was never installed, and a build for one server that ran on several.

Here a further process wants to serve beside those that do: of another build (another program, another template,
another library), made for a schema that the databases do not have, or, where the databases are files, on another
machine, on which a file's lock holds nobody back. Each refuses to serve and says why; one like the others serves.

In the way: every process looks at itself and at its databases before it serves (`checking.check`), then joins the
others in one transaction, which objects to whoever does not agree with those that live (`objections`, in `beat`, which
also asks the schema once more).
"""

from __future__ import annotations

import pytest

from app.nodes import checking, service
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.world import World, must

pytestmark = pytest.mark.timeout(240)


def scenario(world: World) -> None:
    assert world.try_to_serve({}) == "", "one like the others must serve"
    must("of build" in world.try_to_serve({"build": "0" * 64}), "another build serves beside the others")
    must("schema" in world.try_to_serve({"schema": "9999"}), "served without its migration")
    if world.engine != "postgresql":
        must("another machine" in world.try_to_serve({"machine": "elsewhere"}), "two machines serve from one file")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [Protection(checking, "check", nothing), Protection(service, "objections", lambda *_, **__: [])]
    happens_without(local, monkeypatch, scenario, *layers)
