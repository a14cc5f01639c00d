"""A clerk's desk in a real browser: by keyboard alone, without barriers, and alive while nobody presses anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.certificates import service as certificates
from app.counter import cases
from app.issuance.queries import CaseView
from app.staff import service
from tests.e2e.chromium import open_browser
from tests.e2e.looking import run_axe
from tests.e2e.person import PATIENCE_MS, Watcher
from tests.e2e.serving import served
from tests.functional.counter.conftest import (
    CLERK,
    PASSWORD,
    SENIOR,
    Journal,
    address,
    demo_config,
    opened,
    staffed,
)
from tests.integration.issuance.conftest import HOME, KIOSK, FakeRoom

__all__ = ["staffed"]  # a fixture

DESK = {"width": 1280, "height": 900}
OWN = "静かな海に船が一つ浮かぶ"
MOST_TABS = 40
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
ENGLISH_TEXT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.closest('[lang]').lang === 'en' && e.checkVisibility())
  .flatMap(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent)
    .concat(['aria-label', 'title', 'alt'].map(name => e.getAttribute(name) || '')))
  .concat([document.title]).filter(text => text.trim())"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@dataclass
class Desk:
    """A clerk in front of a browser. `seen` are the pages, `wrong` what is wrong with them."""

    page: Page
    url: str
    app: Flask
    presses: int = 0
    wrong: list[str] = field(default_factory=list)

    def code(self, staff_id: str) -> str:
        with self.app.app_context():
            return service.demo_code(staff_id)

    def look(self, name: str) -> None:
        self.wrong += [f"{name}: {found}" for found in run_axe(self.page)]
        if self.page.locator("html").get_attribute("lang") == "en":
            texts: list[str] = self.page.evaluate(ENGLISH_TEXT)
            self.wrong += [f"{name}: {text.strip()}" for text in texts if JAPANESE.search(text)]

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def tab_to(self, selector: str) -> None:
        """With the keyboard alone; fails when it cannot be reached, or its focus cannot be seen."""
        goal = self.page.locator(selector)
        expect(goal).to_be_visible()
        for _ in range(MOST_TABS):
            if goal.evaluate("e => e === document.activeElement"):
                assert goal.evaluate("e => getComputedStyle(e).outlineStyle") == "solid", selector
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(self.url + path) + r"(\?.*)?$"), timeout=PATIENCE_MS)

    def sign_in(self, staff_id: str) -> None:
        self.page.goto(f"{self.url}/counter/")
        self.is_at("/counter/sign-in")
        self.page.keyboard.type(staff_id)  # the first field has the focus
        self.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.press("Enter")
        self.is_at("/counter/second-step")
        self.look("second step")
        self.page.keyboard.type(self.code(staff_id))
        self.press("Enter")
        self.is_at("/counter/cases")


@pytest.fixture
def app(staffed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(certificates, "prepare", FakeRoom().prepare)
    monkeypatch.setattr(cases, "RENEW_SECONDS", 1)
    with opened(demo_config(Path(shutil.copytree(staffed, tmp_path / "home")))) as app:
        yield app


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture
def desk(app: Flask, url: str, browser: Browser) -> Iterator[Desk]:
    watcher = Watcher(expected=("Failed to load resource",))  # some of these pages are errors
    context = browser.new_context(viewport=DESK, locale="ja-JP", timezone_id="Asia/Tokyo")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    watcher.watch(context)
    desk = Desk(context.new_page(), url, app)
    yield desk
    context.close()
    assert desk.wrong == []
    assert watcher.troubles == []


@pytest.fixture
def case(app: Flask) -> CaseView:
    return Journal(app).unknown_outcome()


def row(case: CaseView) -> str:
    return f"#case-{HOME}-{case.case_id}"


def test_a_case_is_decided_by_keyboard_alone(desk: Desk, case: CaseView, app: Flask) -> None:
    desk.sign_in(SENIOR)
    desk.look("cases")
    desk.presses = 0
    desk.tab_to(row(case))
    desk.press("Enter")
    desk.is_at(address(case))
    desk.look("case")
    desk.tab_to("#verdict-not_printed")
    desk.press("Enter")
    desk.is_at(address(case, tail="/decision"))
    desk.look("decision")
    desk.tab_to("main button.main")
    desk.press("Enter")
    desk.is_at(address(case))
    expect(desk.page.locator(".notice.good")).to_contain_text("紙は出ていない")
    desk.look("closed case")
    assert desk.presses <= MOST_TABS
    closed = Journal(app).case(case.case_id)
    assert (closed.closed_by, closed.verdict) == (f"staff:{SENIOR}", "not_printed")


def test_the_list_lives_and_leaves_the_keyboard_where_it_is(desk: Desk, case: CaseView, app: Flask) -> None:
    desk.sign_in(CLERK)
    desk.tab_to(row(case))
    desk.page.evaluate("window.same = true")
    newer = Journal(app).mismatch()
    expect(desk.page.locator(row(newer))).to_be_visible()
    assert desk.page.evaluate("window.same")  # not by loading the page anew
    expect(desk.page.locator(row(case))).to_be_focused()


def test_every_page_of_the_desk_in_english_is_all_english(desk: Desk, case: CaseView, app: Flask) -> None:
    with app.app_context():
        initial = service.reset_member("test", CLERK)
    page = desk.page
    page.goto(f"{desk.url}/counter/sign-in")
    page.locator("#language").select_option("en")
    page.locator("form.language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    desk.look("sign-in")
    page.locator("#name").fill(CLERK)
    page.locator("#password").fill("wrong")
    page.locator("main button").click()
    expect(page.locator(".notice.bad")).to_be_visible()
    desk.look("sign-in, wrong")
    page.locator("#name").fill(CLERK)
    page.locator("#password").fill(initial)
    page.locator("main button").click()
    desk.is_at("/counter/second-step")
    desk.look("set-up")
    page.locator("#code").fill(desk.code(CLERK))
    page.locator("#password").fill(OWN)
    page.locator("#again").fill(OWN)
    page.locator("main button").click()
    desk.is_at("/counter/cases")
    desk.look("cases")
    for path in (address(case), "/counter/terminals", "/counter/cases?closed=1", "/counter/cases/901024/1"):
        page.goto(desk.url + path)
        desk.look(path)
    page.goto(f"{desk.url}/counter/terminals")
    expect(page.locator("tbody")).to_contain_text(KIOSK)
