"""T5. 足立区, found 2023-04-28: errors had been reported on 01-17, 03-22 and 04-18, and each was closed because "the
second try printed fine".

Here a sheet does not read back as its document, the terminal stops, and the resident gets a good certificate at the
next one. The case stays open with its finding through everything that runs by itself, and a terminal that somebody
puts back into service before the case is decided stops again. Only a person's verdict ends it.

In the way: nothing in the code closes a case except `close_case`, which wants a name and a verdict, as the schema does;
and as long as it is open its terminal is to be stopped (`terminals_to_stop`, asked by every report and every round of
`reconcile`).
"""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import IntegrityError

from app import clock
from app.issuance import aftermath
from app.issuance.cases import Verdict, close_case
from app.issuance.models import Case, CaseKind
from app.municipalities import service as municipalities
from app.municipalities.queries import get_terminal
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without
from tests.incidents.world import RECORD, World, assert_names, must

pytestmark = pytest.mark.timeout(240)


def scenario(world: World) -> None:
    card, first, second = world.somebody(role="neighbour"), world.station(0), world.station(1)
    world.points.set("render", "late")
    first.sign_in(card)
    must(not first.errand(first.choose(RECORD, copies=2)), "the wrong sheet was printed")
    world.points.let_go("render")
    (case,) = world.cases(card.town, CaseKind.GUARD_MISMATCH)

    second.sign_in(card)
    (pdf,) = second.errand(second.choose(RECORD))
    assert_names(pdf, card)
    world.reconcile()
    world.relay()
    must(_is_stopped(world, first.terminal_id), "the terminal goes on as if nothing had been")
    with world.inside():
        municipalities.resume_terminal("staff:hasty", first.terminal_id)
    world.reconcile()
    must(_is_stopped(world, first.terminal_id), "back in service, and nobody has decided")
    _assert_open(world, card.town, case.case_id)

    with world.partition(card.town, write=True) as p:
        close_case(p, "staff:careful", case.case_id, Verdict.CHECKED)
    with world.inside():
        municipalities.resume_terminal("staff:careful", first.terminal_id)
    world.reconcile()
    assert not _is_stopped(world, first.terminal_id)


def _assert_open(world: World, town: str, case_id: int) -> None:
    """With what was found in it; and the schema wants to know who closes it."""
    (case,) = [case for case in world.cases(town) if case.case_id == case_id]
    must(any("findings" in evidence for evidence in json.loads(case.evidence)), "nobody can see what was wrong")
    with pytest.raises(IntegrityError), world.partition(town, write=True) as p:
        p.session.get_one(Case, case_id).closed_at = clock.now()


def _is_stopped(world: World, terminal_id: str) -> bool:
    with world.inside():
        return get_terminal(terminal_id).stopped_reason is not None


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    happens_without(local, monkeypatch, scenario, Protection(aftermath, "terminals_to_stop", lambda _p: []))
