"""A sheet that the register's own content makes impossible (B10) is refused like any other, and raised for staff."""

from __future__ import annotations

import json

import pytest

from app.issuance import cases, queries, service
from app.issuance.cases import Verdict
from app.issuance.errors import VerdictRefusedError
from app.issuance.models import CaseKind, Refusal
from app.issuance.reconcile import raise_unprintable
from app.municipalities.partitions import partitions
from tests.integration.issuance.conftest import HOME, KIOSK, Stage


def _refuse(stage: Stage, rule: str, field: str = "") -> str:
    with partitions.open(HOME, write=True) as p:
        return service.note_refusal(p, "visit", stage.visit_id, KIOSK, "resident_record", rule, field)


def test_each_refusal_becomes_one_case_that_says_where_and_not_what(stage: Stage) -> None:
    reference = _refuse(stage, "B10", "p0.name")
    _refuse(stage, "B01")
    assert raise_unprintable(HOME) == 1
    assert raise_unprintable(HOME) == 0
    with partitions.open(HOME) as p:
        (case,) = queries.list_cases(p)
        refusal = p.session.get_one(Refusal, reference)
    assert case.kind is CaseKind.UNPRINTABLE
    assert case.terminal_id == KIOSK
    evidence = {"event": "refused", "reference": reference, "kind": "resident_record", "field": "p0.name"}
    assert [dict(item) for item in case.evidence] == [evidence]
    assert refusal.case_id == case.case_id
    assert "19" not in json.dumps(evidence).replace(reference, "")


def test_only_a_person_closes_it_and_only_as_looked_at(stage: Stage) -> None:
    _refuse(stage, "B10", "p0.name")
    raise_unprintable(HOME)
    with partitions.open(HOME, write=True) as p:
        (case,) = queries.list_cases(p)
        with pytest.raises(VerdictRefusedError):
            cases.close_case(p, "staff:a", case.case_id, Verdict.CAME_OUT)
        closed = cases.close_case(p, "staff:a", case.case_id, Verdict.CHECKED)
    assert closed.closed_by == "staff:a"
    assert raise_unprintable(HOME) == 0
