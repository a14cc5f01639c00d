"""Every screen as people meet it: in a browser, on both panels, large, in high contrast, low. No database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.serving import served
from tests.functional.kiosk.gallery import create_gallery, gallery

AXE = Path(__file__).parents[2] / "vendor" / "axe-4.14.1.min.js"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
PORTRAIT, LANDSCAPE = {"width": 1080, "height": 1920}, {"width": 1280, "height": 1024}
SCREENS = sorted(gallery.screens)
LIVE = (
    *("busy", "closed", "stopped", "confirm", "confirm_held", "confirm_wait", "pay", "progress", "take"),
    *("pay_emoney", "pay_qr", "switching"),
    *("done", "returned", "staff"),
)
MAIN_MM, OTHER_MM, GAP_MM = 20, 16, 3
LOW_MM = 300

RUN_AXE = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))]);
}"""
MEASURE = """() => {
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--mm'));
  const seen = [...document.querySelectorAll('button, a, .choice')].filter(e => e.offsetParent && e.checkVisibility());
  const root = document.documentElement;
  return {
    height: innerHeight / mm, em: parseFloat(getComputedStyle(root).fontSize) / mm,
    sideways: root.scrollWidth - innerWidth, below: root.scrollHeight - innerHeight,
    main: document.querySelector('main').scrollHeight - document.querySelector('main').clientHeight,
    targets: seen.map(e => {
      const box = e.getBoundingClientRect();
      const name = e.innerText.trim();
      return {name, main: e.classList.contains('main'), w: box.width / mm, h: box.height / mm, top: box.top / mm};
    }),
    smallest: Math.min(...[...document.querySelectorAll('main *, .foot *, .tools *')]
      .filter(e => e.childNodes.length && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
        && e.checkVisibility() && !e.closest('.unseen'))
      .map(e => parseFloat(getComputedStyle(e).fontSize) / mm)),
  };
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(create_gallery()) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        yield browser
        browser.close()


def look_at(browser: Browser, address: str, panel: dict[str, int], look: str) -> Page:
    context = browser.new_context(viewport=panel, reduced_motion="reduce", locale="ja-JP")  # type: ignore[arg-type]
    context.add_cookies([{"name": "koiki_look", "value": look, "url": address}])
    return context.new_page()


def open_screen(page: Page, address: str, name: str) -> dict[str, Any]:
    page.goto(f"{address}/gallery/{name}")
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


@pytest.mark.parametrize("name", LIVE)
def test_a_screen_that_renews_itself_does_so_in_part(name: str) -> None:
    client = create_gallery().test_client()
    part = client.get(f"/gallery/{name}", headers={"HX-Request": "true"})
    assert part.status_code == (200 if "hx-get" in part.text else 286)  # 286: ask no more
    assert part.text.lstrip().startswith('<div id="live"')
    assert "<main" not in part.text
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_speaks_and_works_without_script(name: str) -> None:
    html = create_gallery().test_client().get(f"/gallery/{name}").text
    assert html.count("<h1>") == 1
    assert 'role="status"' in html
    assert 'data-voice-id="' in html
    assert 'data-voice=""' not in html
    if "hx-get" in html and 'name="csrf' in html:
        assert '<noscript><meta http-equiv="refresh"' in html


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("panel", "look"),
    [
        (PORTRAIT, "ja.standard.normal.normal"),
        (PORTRAIT, "ja.standard.high.normal"),
        (LANDSCAPE, "en.standard.normal.normal"),
        (LANDSCAPE, "ja.largest.high.normal"),
    ],
    ids=["portrait", "portrait-high", "landscape-en", "landscape-largest-high"],
)
def test_no_barrier_that_axe_can_see(browser: Browser, address: str, panel: dict[str, int], look: str) -> None:
    page = look_at(browser, address, panel, look)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None)
    for name in SCREENS:
        open_screen(page, address, name)
        page.evaluate(AXE.read_text())
        assert page.evaluate(RUN_AXE) == [], name
    assert errors == []
    page.context.close()


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("panel", "look", "em"),
    [
        (PORTRAIT, "ja.standard.normal.normal", 8.5),
        (PORTRAIT, "en.large.normal.normal", 10),
        (PORTRAIT, "ja.largest.normal.normal", 13),
        (LANDSCAPE, "zh_Hans.standard.normal.normal", 8.5),
        (LANDSCAPE, "en.largest.normal.normal", 13),
    ],
    ids=["portrait", "portrait-large-en", "portrait-largest", "landscape-zh", "landscape-largest-en"],
)
def test_sizes_are_those_of_hands_and_eyes(
    browser: Browser, address: str, panel: dict[str, int], look: str, em: float
) -> None:
    page = look_at(browser, address, panel, look)
    for name in SCREENS:
        found = open_screen(page, address, name)
        assert found["em"] == pytest.approx(em, abs=0.05)
        assert found["sideways"] <= 0, name
        assert found["below"] <= 0, name  # the head and the foot stay; only the middle scrolls
        small = [t for t in found["targets"] if min(t["w"], t["h"]) < (MAIN_MM if t["main"] else OTHER_MM) - 0.1]
        assert small == [], name
        assert found["smallest"] >= 6.5, name  # capital letters of 4.8 mm (ADA 707.7.2)
    page.context.close()


@pytest.mark.e2e
def test_in_the_low_position_everything_that_is_touched_is_low(browser: Browser, address: str) -> None:
    page = look_at(browser, address, PORTRAIT, "ja.standard.normal.low")
    for name in SCREENS:
        found = open_screen(page, address, name)
        high = [t["name"] for t in found["targets"] if found["height"] - t["top"] > LOW_MM]
        assert high == [], name
    page.context.close()


@pytest.mark.e2e
def test_the_screen_asks_after_a_minute_and_stays_when_touched(browser: Browser, address: str) -> None:
    page = look_at(browser, address, PORTRAIT, "ja.standard.normal.normal")
    page.clock.install()
    page.goto(f"{address}/gallery/choose")
    page.clock.run_for(59_000)
    assert not page.locator("#idle").is_visible()
    page.clock.run_for(3_000)
    assert page.locator("#idle").is_visible()
    page.get_by_role("button", name="続ける").click()
    assert not page.locator("#idle").is_visible()
    page.context.close()


@pytest.mark.e2e
def test_a_forgotten_sheet_is_called_for_after_twenty_seconds(browser: Browser, address: str) -> None:
    page = look_at(browser, address, PORTRAIT, "ja.standard.normal.normal")
    page.clock.install()
    page.goto(f"{address}/gallery/take")
    page.clock.run_for(19_000)
    assert not page.locator("#alarm").is_visible()
    page.clock.run_for(2_000)
    assert page.locator("#alarm").is_visible()
    assert "お忘れです" in (page.locator("#voice").text_content() or "")
    page.get_by_role("button", name="音をとめる").click()
    assert not page.locator("#alarm-stop").is_visible()
    page.context.close()
