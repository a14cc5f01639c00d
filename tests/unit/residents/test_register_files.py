"""docs/registers.md and the declarations of the registers say the same of a file."""

import re
from pathlib import Path

import pytest

from app.residents.family_vocabularies import EventKind, EventScope, is_date_label
from app.residents.registers import REGISTERS
from app.residents.tax_vocabularies import TaxItem

DOCUMENT = (Path(__file__).parents[3] / "docs/registers.md").read_text()
ITEMS = {item.value for item in TaxItem}


def described(name):
    """Names, key and whether required, of each column in the section of a register."""
    section = re.split(rf"^### {name}$", DOCUMENT, flags=re.M)[1].split("\n### ")[0].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \| (yes|column)? ", section, flags=re.M)
    return {key: (tuple(names.split(" / ")), needed) for names, key, needed in rows}


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_every_column_is_described_as_it_is_read(register):
    declared = {
        f.key: (f.names, "yes" if f.is_required else "column" if f.is_expected else "")
        for f in register.fields
        if f.key not in ITEMS
    }
    assert described(register.name) == declared


def test_the_figures_of_an_income_tax_year_are_described_one_by_one():
    section = DOCUMENT.split("### income_taxes")[1].split("\n### ")[0]
    figures = re.findall(r"^\| (\S+) \| `(\w+)` \| (?:yen|persons) \|", section, flags=re.M)
    assert [(title, key) for title, key in figures] == [(item.japanese, item.value) for item in TaxItem]


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_names_of_columns_are_unambiguous(register):
    names = [name for f in register.fields for name in (f.key, *f.names)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_what_a_declaration_names_is_there(register):
    columns = set(register.table.columns.keys())
    assert {f.key for f in register.stored_fields} >= set(register.key)
    assert columns >= {*register.judged, *register.secrets, "row_sha256"}
    assert register.in_force is None or register.in_force.column in columns
    assert register.has_versions == ("is_current" in columns)
    generated = {"row_sha256", "is_current", "is_standing", "person_no", "imprint_sha256"}
    assert columns - {f.key for f in register.fields} <= generated


def test_registers_come_in_after_those_that_they_name():
    order = list(REGISTERS)
    assert order.index("persons") < order.index("seals")
    assert order.index("family_registers") < order.index("family_members") < order.index("family_events")
    assert order.index("family_members") < order.index("family_addresses") < order.index("blocks")


def test_the_entries_of_a_family_register_are_described_as_they_are_read():
    section = DOCUMENT.split("### family_events")[1].split("\n### ")[0]
    rows = re.findall(r"^\| (\S+) \| (戸籍|person|either) \| (.*?) \|", section, flags=re.M)
    places = {EventScope.REGISTER: "戸籍", EventScope.PERSON: "person", EventScope.BOTH: "either"}
    assert rows == [(kind.japanese, places[kind.scope], ", ".join(sorted(kind.needs))) for kind in EventKind]


def test_the_labels_of_days_are_told_by_their_ending_and_each_entry_needs_one():
    assert all(any(map(is_date_label, kind.needs)) for kind in EventKind)
    assert is_date_label("送付を受けた日")
    assert not is_date_label("死亡時分")
