"""Everybody of a small union asks for every kind: a sheet that fits its form, or the code of a rule; never a crash.

A sample of the sheets is drawn and guarded here; `script/every-certificate` draws them all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.actions import Action
from app.audit.models import AuditEntry
from app.certificates.catalogue import KINDS
from app.certificates.reading import read_pdf
from app.certificates.rendering import Renderer
from app.certificates.requests import Request
from app.cli.certificates import group
from app.municipalities.partitions import partitions
from tests.documents import every

pytestmark = pytest.mark.timeout(900)  # what all share is made in the first test

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


def words_of(code: str, request: Request, out: Path) -> list[str]:
    """The command line that asks for the same."""
    words = ["render", "--municipality", code, "--kind", request.kind, "--person", request.requester]
    words += [word for option in sorted(request.options) for word in ("--option", option)]
    words += [word for pick in request.picks for word in ("--pick", pick)]
    return [*words, "--out", str(out), "--json"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_specimen_from_the_command_line(union: Flask, tally: every.Tally, kind: str, tmp_path: Path) -> None:
    code, request = tally.examples[kind, every.RENDERED]
    out = tmp_path / "sheet.pdf"
    result = union.test_cli_runner().invoke(group, words_of(code, request, out))
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    pages = read_pdf(out.read_bytes())
    assert (said["kind"], said["title"], said["pages"]) == (kind, KINDS[kind].title, len(pages))
    assert (said["options"], said["picks"]) == (sorted(request.options), list(request.picks))
    assert said["yen"] >= 0
    assert said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert all("見本" in page.plain for page in pages)
    with partitions.open(code) as p:
        entries = list(p.session.scalars(select(AuditEntry).where(AuditEntry.subject == request.requester)))
    assert Action.SPECIMEN_DRAWN in {entry.action for entry in entries}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_rule_refuses_writes_nothing(union: Flask, tally: every.Tally, kind: str, tmp_path: Path) -> None:
    rule = next(outcome for code, outcome in tally.examples if code == kind and RULE.fullmatch(outcome))
    out = tmp_path / "sheet.pdf"
    result = union.test_cli_runner().invoke(group, words_of(*tally.examples[kind, rule], out))
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"refused": rule}
    assert result.stderr == f"the rules refuse this sheet: {rule}\n"
    assert not out.exists()


def test_a_pick_that_nobody_offers_is_answered_with_what_there_is(
    union: Flask, tally: every.Tally, tmp_path: Path
) -> None:
    code, request = tally.examples["income_tax", every.RENDERED]
    words = words_of(code, replace(request, picks=("1899",)), tmp_path / "sheet.pdf")
    result = union.test_cli_runner().invoke(group, words)
    assert result.exit_code == 2
    refused = json.loads(result.stdout)
    assert refused["refused"] == "R06"
    assert refused["choices"]
    for key in refused["choices"]:
        words = words_of(code, replace(request, picks=(key,)), tmp_path / f"{key}.pdf")
        assert union.test_cli_runner().invoke(group, words).exit_code == 0


def test_one_of_a_household_alone(union: Flask, tally: every.Tally, tmp_path: Path) -> None:
    code, request = tally.examples["resident_record", every.RENDERED]
    words = words_of(code, request, tmp_path / "sheet.pdf")
    result = union.test_cli_runner().invoke(group, [*words, "--with", request.requester])
    assert json.loads(result.stdout)["persons"] == 1


def test_what_it_says_at_the_end() -> None:
    tally = every.Tally()
    tally.outcomes.update({("property", every.RENDERED): 2, ("property", "B16"): 3, ("income_tax", every.CRASHED): 1})
    lines = list(every.report(tally))
    assert len(lines) == len(KINDS) + 1
    assert lines[-1] == ("6 asked: 2 rendered and guarded, 3 refused by a rule, 1 crashed, 0 stopped by the guard")
