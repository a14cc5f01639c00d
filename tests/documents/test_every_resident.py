"""Everybody of a small union asks for every kind: a sheet that fits its form, or the code of a rule; never a crash.

A sample of the sheets is drawn and guarded here; `script/every-certificate` draws them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask

from app.certificates.catalogue import KINDS
from app.certificates.rendering import Renderer
from app.municipalities.partitions import partitions
from tests.documents import every

RESIDENTS = 200
ONE_IN = 80  # sheets that are drawn
RULE = re.compile(r"[BR]\d\d")


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = every.make_demo(tmp_path_factory.mktemp("union"), RESIDENTS)
    with app.app_context():
        yield app
    partitions.dispose()


@pytest.fixture(scope="module")
def tally(union: Flask, renderer: Renderer) -> every.Tally:
    tally, dice = every.Tally(), Random(20261121)
    for code in partitions.codes():
        with partitions.open(code) as p:
            town = every.Town(p, union.config["KOIKI"].secrets.register, renderer)
            for atena_no in town.residents():
                for kind in KINDS:
                    town.ask(atena_no, kind, tally, draws=dice.randrange(ONE_IN) == 0)
    return tally


def test_nothing_crashes_and_the_guard_stops_nothing(tally: every.Tally) -> None:
    assert tally.troubles == []


def test_everybody_has_an_answer(tally: every.Tally) -> None:
    assert sum(tally.outcomes.values()) >= RESIDENTS * len(KINDS)
    assert [outcome for _, outcome in tally.outcomes if outcome != every.RENDERED and not RULE.fullmatch(outcome)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_and_is_refused(tally: every.Tally, kind: str) -> None:
    assert tally.outcomes[kind, every.RENDERED] > 0
    assert any(code == kind and RULE.fullmatch(outcome) for code, outcome in tally.outcomes)


def test_what_it_says_at_the_end() -> None:
    tally = every.Tally()
    tally.outcomes.update({("property", every.RENDERED): 2, ("property", "B16"): 3, ("income_tax", every.CRASHED): 1})
    lines = list(every.report(tally))
    assert len(lines) == len(KINDS) + 1
    assert lines[-1] == ("6 asked: 2 rendered and guarded, 3 refused by a rule, 1 crashed, 0 stopped by the guard")
