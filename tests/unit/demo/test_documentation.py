"""The cards that README and docs/operators.md name are there, under the names that they give."""

import re
from pathlib import Path

import pytest

from app.demo import family_cases, tax_cases
from app.demo.building import invent_town
from app.demo.people import invent
from app.demo.towns import TOWNS

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files():
    """Names of the card files: 「02-hoshimi-family-head」."""
    return {
        f"{place:02d}-{town.slug}-{wish.case}"
        for place, town in enumerate(TOWNS, 1)
        for wish in invent_town(town, 1, 20)[1]
    }


def test_the_cards_that_the_readme_begins_with_exist(files):
    named = set(re.findall(r"`(\d\d-[a-z]+-[a-z0-9-]+)`", (ROOT / "README.md").read_text()))
    assert len(named) > 5
    assert named <= files


def test_every_card_of_family_registers_and_taxes_is_described_at_its_town(files):
    described = set()
    for row in (ROOT / "docs/operators.md").read_text().splitlines():
        place = ""
        for prefix, case in re.findall(r"`(?:(\d\d)-…-)?([a-z0-9-]+)`", row.partition("| ")[2].partition(" |")[0]):
            place = prefix or place
            described |= {name for name in files if name.startswith(place) and name.split("-", 2)[2] == case}
    assert {name for town in TOWNS for name in _files_of(town)} <= described


def _files_of(town):
    """The files of the cards that the family and tax cases of a town make."""
    for case in (*family_cases.CASES.get(town.slug, ()), *tax_cases.CASES.get(town.slug, ())):
        yield from (f"{TOWNS.index(town) + 1:02d}-{town.slug}-{wish.case}" for wish in case(invent(town, 1)))


def test_every_town_is_described():
    text = (ROOT / "docs/operators.md").read_text()
    assert all(
        f"| {place:02d} | {town.name} {town.english.split()[0]} |" in text for place, town in enumerate(TOWNS, 1)
    )
