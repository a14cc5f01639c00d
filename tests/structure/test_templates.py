"""Every template is used, everything that is rendered exists, and nothing in a page is inline."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.kiosk.screens import SCREENS, TEMPLATES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
PAGES = [
    p
    for p in sorted(FOLDER.rglob("*.html"))
    if p.parent.name in {"layouts", "components", "kiosk", "counter", "errors", "terminal"}
]
REFERENCE = re.compile(r"""{%-?\s*(?:extends|include|from|import)\s+['"]([^'"]+)['"]""")
INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "script text": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
    "htmx that needs eval": re.compile(r"hx-on|hx-vals=.js:|hx-trigger=\"[^\"]*\[", re.I),
    "foreign address": re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.I),
}


def rendered_names() -> set[str]:
    """What the code of the portal and the terminal hands to Jinja."""
    found = {f"kiosk/{TEMPLATES.get(name, name)}.html" for name in SCREENS}
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[\w/]+\.html", node.value)
            ):
                found.add(node.value)
    return found


def referenced_names() -> set[str]:
    return {name for path in FOLDER.rglob("*.html") for name in REFERENCE.findall(path.read_text())}


def test_everything_that_is_rendered_exists() -> None:
    known = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html")}
    known |= {Path(name).name for name in known}  # the sheets are named by file alone
    assert rendered_names() - known == set()
    assert referenced_names() - known == set()


def test_every_screen_is_shown_somewhere() -> None:
    used = rendered_names() | referenced_names()
    idle = [page for page in PAGES if str(page.relative_to(FOLDER)) not in used and page.parent.name != "terminal"]
    assert idle == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(FOLDER)))
def test_nothing_is_inline(page: Path) -> None:
    text = page.read_text()
    assert [name for name, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("page", [p for p in PAGES if p.parent.name != "terminal"], ids=lambda p: p.name)
def test_every_form_that_writes_carries_its_token(page: Path) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", page.read_text(), re.S):
        assert "csrf_token" in form or "hidden(" in form, form[:80]


def test_every_press_that_htmx_sends_is_sent_once() -> None:
    for page in PAGES:
        for tag in re.findall(r"<form\b[^>]*hx-post[^>]*>", page.read_text()):
            assert 'hx-sync="this:drop"' in tag, f"{page.name}: {tag}"
