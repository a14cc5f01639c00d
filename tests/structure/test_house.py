"""The house is in order: what the documents say of the code is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.extensions import PartitionBase, UnionBase
from app.schema import import_models

ROOT = Path(__file__).parents[2]
CODE = "\n".join(path.read_text() for path in sorted((ROOT / "app").rglob("*.py")))
MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def glossary_rows() -> list[tuple[str, str]]:
    lines = (ROOT / "docs/glossary.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [(row[0], row[1]) for row in rows if row[0] != "Japanese"]


def test_no_term_and_no_identifier_stands_twice_in_the_glossary() -> None:
    for column in zip(*glossary_rows(), strict=True):
        assert len(column) == len(set(column)), {word for word in column if column.count(word) > 1}


def test_every_identifier_of_the_glossary_occurs_in_the_code() -> None:
    identifiers = [m[1] for _, cell in glossary_rows() if (m := re.fullmatch(r"`(\w+)`", cell))]
    assert len(identifiers) > 60
    assert [name for name in identifiers if not re.search(rf"\b{name}\b", CODE)] == []


def test_every_table_has_its_term_in_the_glossary() -> None:
    import_models()
    classes = {m.class_.__name__ for base in (UnionBase, PartitionBase) for m in base.registry.mappers}
    named = {cell.strip("`") for _, cell in glossary_rows()}
    assert classes - named == set()


def test_union_and_partition_share_no_table_name() -> None:
    import_models()
    assert UnionBase.metadata.tables.keys().isdisjoint(PartitionBase.metadata.tables.keys())


def is_held(name: str, held: list[str]) -> bool:
    """A contract on a package binds every module below it."""
    return any(name == entry or name.startswith(f"{entry}.") for entry in held)


def test_every_module_that_calls_itself_pure_is_held_to_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = next(c for c in contracts if c["name"].startswith("Pure modules"))["source_modules"]
    pure = [p for p in sorted((ROOT / "app").rglob("*.py")) if p.read_text().startswith('"""PURE')]
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in pure]
    assert len(names) > 15
    assert [n for n in names if not is_held(n, held) and not n.startswith("app.protocol.")] == []


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_the_documents_lead_somewhere(path: Path) -> None:
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", path.read_text()) if "://" not in t]
    assert [t for t in targets if t and not (path.parent / t).exists()] == []


def test_every_setting_is_documented() -> None:
    documents = "\n".join(path.read_text() for path in MARKDOWN)
    settings = set(re.findall(r"\bKOIKI_[A-Z_]+[A-Z]\b", CODE + (ROOT / "script/run").read_text()))
    assert len(settings) > 8
    assert {name for name in settings if name not in documents} == set()


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    pages = [p.name for p in sorted((ROOT / "docs/adr").glob("0*.md"))]
    assert len(pages) >= 4
    assert [p for p in pages if p not in index] == []


def test_no_file_of_the_code_grows_beyond_a_room() -> None:
    long = {str(p.relative_to(ROOT)): n for p in (ROOT / "app").rglob("*.py") if (n := p.read_text().count("\n")) > 300}
    assert long == {}


def test_nothing_is_left_to_do_in_silence() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "pragma: no " + "cover")
    assert [word for word in words if word in CODE] == []
