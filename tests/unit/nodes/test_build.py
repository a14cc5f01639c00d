"""What a build is, and what a program misses beside its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.nodes import build, equipment
from app.nodes.build import PARTS, ROOT, build_id


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for part in PARTS:
        target = tmp_path / part
        if (ROOT / part).is_dir():
            (target / "inside").mkdir(parents=True)
            target = target / "inside" / "file.py"
        target.write_text("one line\n")
    return tmp_path


def fresh(tree: Path) -> str:
    return build_id.__wrapped__(tree)


def test_this_build_has_a_name() -> None:
    assert re.fullmatch("[0-9a-f]{64}", build_id())
    assert all((ROOT / part).exists() for part in build.PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_change_anywhere_is_another_build(tree: Path, part: str) -> None:
    before = fresh(tree)
    path = tree / part if (tree / part).is_file() else tree / part / "inside" / "file.py"
    path.write_text("one Line\n")
    assert fresh(tree) != before


def test_names_count_and_remains_do_not(tree: Path) -> None:
    before = fresh(tree)
    (tree / "app" / "__pycache__").mkdir()
    (tree / "app" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (tree / "app" / ".x.swp").write_bytes(b"x")
    assert fresh(tree) == before
    (tree / "app" / "inside" / "file.py").rename(tree / "app" / "inside" / "other.py")
    assert fresh(tree) != before


def test_nothing_is_missing_here() -> None:
    assert equipment.missing(equipment.named_in(ROOT / "app" / "web")) == []


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(equipment.LIBRARIES, "libnowhere.so.9", "libnowhere9")
    monkeypatch.setattr(equipment.typeface, "FONT_PATH", tmp_path / "none.ttf")
    monkeypatch.setattr(equipment, "KINDS", {})
    told = equipment.missing(["kiosk/nowhere.html"])
    assert told[0] == "the catalogue has no kind of certificate"
    assert told[1].endswith("templates/kiosk/nowhere.html is missing")
    assert "install fonts-ipamj-mincho" in told[2]
    assert told[3] == "the library libnowhere.so.9 is missing: install libnowhere9"


def test_what_a_template_asks_for_is_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sheets = tmp_path / "certificates"
    sheets.mkdir()
    (sheets / "own.html").write_text('{% extends "sheet.html" %}')
    (tmp_path / "page.html").write_text('{%- import "parts/icons.html" as icons %}')
    monkeypatch.setattr(equipment, "TEMPLATES", tmp_path)
    monkeypatch.setattr(equipment, "SHEETS", sheets)
    told = {line.removesuffix(" is missing").rpartition(" ")[2] for line in equipment.missing()}
    assert {str(sheets / "sheet.html"), str(tmp_path / "parts" / "icons.html")} <= told
