"""Look at a screen: axe for what axe sees, millimetres and languages for what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e.person import LANDSCAPE, PORTRAIT

AXE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text()
MAIN_MM, OTHER_MM, GAP_MM = 20, 16, 3  # Yeh 2025: 16 mm is best for the elderly; what moves the journey on is larger
LOW_MM = 300  # above the panel's lower edge at 800 mm this ends at 1100 mm, the highest reach of the standards
LEAST_TEXT_MM = 6.5  # an em with capital letters of 4.8 mm (ADA 707.7.2)
CLOSE_ENOUGH_MM = 0.1

RUN_AXE = """async () => {
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']});
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '));
}"""
SET_LOOK = "look => Object.assign(document.documentElement.dataset, look)"
MEASURE = """() => {
  const root = document.documentElement, main = document.querySelector('main');
  const mm = parseFloat(getComputedStyle(root).getPropertyValue('--mm'));
  const modal = document.querySelector('dialog[open]');
  const isSeen = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !e.closest('.unseen');
  const label = e => e.tagName.toLowerCase() + ' ' + e.textContent.trim().slice(0, 20);
  const language = e => e.closest('[lang]').lang.split('-')[0];
  const controls = 'button, a[href], .choice, select, input:not([type=hidden])';
  const targets = [...(modal || document).querySelectorAll(controls)]
    .filter(e => isSeen(e) && !(e.matches('input') && e.closest('.choice')))
    .map(e => [e, e.getBoundingClientRect()])
    .map(([e, box]) => ({
      name: (e.innerText || e.name).trim().replace(/\\s+/g, ' '), main: e.matches('.main'),
      scrolls: main.contains(e) && !e.closest('.stick'),
      x: box.x / mm, y: box.y / mm, w: box.width / mm, h: box.height / mm,
    }));
  const texts = [...document.querySelectorAll('body *')].filter(e =>
    isSeen(e) && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  const own = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join(' ');
  const heard = ['aria-label', 'alt', 'title', 'placeholder', 'data-voice'];
  const sayings = heard.flatMap(n => [...document.querySelectorAll(`[${n}]`)]
    .filter(e => language(e) === 'en').map(e => e.getAttribute(n)));
  const english = [...texts.filter(e => language(e) === 'en').map(own), ...sayings, document.title];
  return {
    height: innerHeight / mm,
    sideways: Math.max(root.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth),
    below: root.scrollHeight - innerHeight,
    targets,
    small: texts.map(e => [parseFloat(getComputedStyle(e).fontSize) / mm, label(e)]).sort((a, b) => a[0] - b[0])[0],
    cut: texts.filter(e => getComputedStyle(e).display !== 'inline' && e.clientWidth > 0
      && e.scrollWidth > e.clientWidth + 1).map(label),
    headings: [...document.querySelectorAll('h1')].filter(isSeen).length,
    foreign: root.lang === 'en' ? english.filter(text => /[\\u3040-\\u30ff\\u3400-\\u9fff]/.test(text)) : [],
  };
}"""


@dataclass(frozen=True)
class Look:
    """A panel and what the resident chose in 「画面の見え方」."""

    name: str
    panel: dict[str, int]
    size: str = "standard"
    contrast: str = "normal"
    position: str = "normal"

    @property
    def dataset(self) -> dict[str, str]:
        return {"size": self.size, "contrast": self.contrast, "position": self.position}


UPRIGHT = Look("portrait", PORTRAIT)
WIDE = Look("landscape", LANDSCAPE)
HIGH = Look("portrait, high contrast", PORTRAIT, contrast="high")
LARGEST = Look("portrait, largest", PORTRAIT, size="largest")
WIDE_LARGEST = Look("landscape, largest, high contrast", LANDSCAPE, size="largest", contrast="high")
LOW = Look("portrait, low", PORTRAIT, position="low")


def put_on(page: Page, look: Look) -> None:
    """Show the page as it is with this look: the same attributes that the server writes."""
    page.set_viewport_size(look.panel)  # type: ignore[arg-type]
    page.evaluate(SET_LOOK, look.dataset)


def run_axe(page: Page) -> list[str]:
    """Every violation of WCAG 2.2 A and AA and of axe's best practices."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def measure(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def judge(found: dict[str, Any], look: Look) -> list[str]:
    """What hands, eyes and ears would complain about."""
    wrong = [f"too small: {t['name']} {t['w']:.1f} x {t['h']:.1f} mm" for t in found["targets"] if _is_small(t)]
    wrong += [f"too near: {a['name']} / {b['name']}" for a, b in _pairs(found["targets"]) if _gap(a, b) < GAP_MM - 0.2]
    wrong += [f"cut off: {text}" for text in found["cut"]]
    wrong += [f"not in this language: {text}" for text in found["foreign"]]
    if found["sideways"] > 0:
        wrong.append(f"wider than the panel by {found['sideways']} px")
    if found["below"] > 0:
        wrong.append(f"head and foot do not stay: {found['below']} px below the panel")
    if found["headings"] != 1:
        wrong.append(f"{found['headings']} headings of the first level")
    if found["small"][0] < LEAST_TEXT_MM:
        wrong.append(f"small text: {found['small'][0]:.1f} mm {found['small'][1]}")
    if look.position == "low":
        wrong += [f"too high: {t['name']}" for t in found["targets"] if found["height"] - t["y"] > LOW_MM]
    return wrong


def _is_small(target: dict[str, Any]) -> bool:
    least = MAIN_MM if target["main"] else OTHER_MM
    return bool(min(target["w"], target["h"]) < least - CLOSE_ENOUGH_MM)


def _pairs(targets: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Neighbours that do not scroll past each other."""
    return [(a, b) for n, a in enumerate(targets) for b in targets[n + 1 :] if a["scrolls"] == b["scrolls"]]


def _gap(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Millimetres between two targets; the larger of the two directions counts."""
    across = max(a["x"], b["x"]) - min(a["x"] + a["w"], b["x"] + b["w"])
    down = max(a["y"], b["y"]) - min(a["y"] + a["h"], b["y"] + b["h"])
    return float(max(across, down))
