"""A resident in a real browser: fingers on the screen, hands at the simulated devices. Counts what it costs them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Locator, Page, WebError, expect

from tests.journey.robot import Desk

PORTRAIT = {"width": 1080, "height": 1920}
LANDSCAPE = {"width": 1280, "height": 1024}
PATIENCE_MS = 60_000.0
PIN = "1234"
RECORD, SEAL = "resident_record", "seal_registration"

# The seven screens of the journey. A screen is a place where the resident reads and decides. The card trip (lay the
# card, type the PIN, take the card) is one: its pages follow the card in the hand by themselves. So is paying: how, and
# then that.
STATIONS = {
    "/kiosk/": "start",
    "/card/lay": "card and PIN",
    "/card/pin": "card and PIN",
    "/card/take": "card and PIN",
    "/kiosk/choose": "choose",
    "/kiosk/options": "options",
    "/kiosk/confirm": "confirm",
    "/kiosk/tender": "pay",
    "/kiosk/pay": "pay",
    "/kiosk/progress": "printing",
    "/kiosk/take": "take",
    "/kiosk/outcome": "the end",
}
# addresses that only send the browser on
PASSAGES = ("/start", "/card", "/kiosk/enter", "/kiosk/arrived")
WATCH_CSP = """document.addEventListener('securitypolicyviolation',
  e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' at ' + location.pathname))"""


@dataclass
class Watcher:
    """Everything that a browser complained about; `expected` complaints are part of a test's own mischief."""

    troubles: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(WATCH_CSP)
        context.on("console", self._heard)
        context.on("weberror", self._broke)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in self.expected):
            self.troubles.append(message.text)

    def _broke(self, error: WebError) -> None:
        self.troubles.append(f"{error.page.url if error.page else ''}: {error.error}")


def new_page(
    browser: Browser, watcher: Watcher | None = None, panel: dict[str, int] | None = None, *, moving: bool = False
) -> Page:
    """A browser of its own at a panel, as a kiosk is: touched, Japanese, nothing kept."""
    context = browser.new_context(
        viewport=panel or PORTRAIT,  # type: ignore[arg-type]
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        has_touch=True,
        reduced_motion="no-preference" if moving else "reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    if watcher is not None:
        watcher.watch(context)
    return context.new_page()


@dataclass
class Person:
    """Stands in front of the terminal whose agent is at `agent_url`."""

    page: Page
    agent_url: str
    taps: int = 0
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = Desk(self.agent_url)
        self.page.on("framenavigated", self._note)

    def _note(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self.seen.append(urlsplit(frame.url).path)

    def screens(self) -> list[str]:
        """The different screens since `seen` was emptied, in order. KeyError: a screen that nobody has counted."""
        stations = [STATIONS[path] for path in self.seen if path not in PASSAGES]
        return list(dict.fromkeys(stations))

    # --- the screen

    def tap(self, what: Locator) -> None:
        what.tap()
        self.taps += 1

    def button(self, action: str, value: str = "") -> Locator:
        """The button that sends the form with this address; with `value`, the one of several."""
        which = f"[value='{value}']" if value else ""
        return self.page.locator(f"form[action$='{action}'] button{which}")

    def is_at(self, *paths: str) -> None:
        """Wait until the browser stands at one of these addresses."""
        expect(self.page).to_have_url(re.compile(rf"({'|'.join(map(re.escape, paths))})(\?.*)?$"), timeout=PATIENCE_MS)

    def walk_up(self) -> None:
        """The kiosk's browser shows the start screen, for whoever comes."""
        self.page.goto(f"{self.agent_url}/start")
        self.is_at("/kiosk/")

    def begin(self) -> None:
        """「はじめる」, as soon as the one before has gone."""
        self.tap(self.button("/kiosk/start"))
        self.is_at("/card/lay", "/card/pin", "/kiosk/busy")
        while "/kiosk/busy" in self.page.url:
            self.is_at("/kiosk/")
            self.button("/kiosk/start").tap()
            self.is_at("/card/lay", "/card/pin", "/kiosk/busy")

    def lay(self, card: str) -> None:
        self.desk.lay(card)
        self.is_at("/card/pin", "/card/failed")

    def type_pin(self, pin: str = PIN) -> None:
        """Four presses on the pad; the fourth sends them."""
        for digit in pin:
            self.tap(self.page.locator(f"#pad [data-key='{digit}']"))

    def take_card(self) -> None:
        self.is_at("/card/take")
        self.desk.take_card()
        self.is_at("/kiosk/choose")

    def sign_in(self, card: str) -> None:
        self.walk_up()
        self.begin()
        self.lay(card)
        self.type_pin()
        self.take_card()

    def choose(self, kind: str = RECORD) -> None:
        """One tap for the usual content."""
        self.tap(self.button("/kiosk/choose", kind))
        self.is_at("/kiosk/confirm")

    def open_contents(self, kind: str = RECORD) -> None:
        """Other contents, or more copies, of what stands on the menu."""
        self.tap(self.page.locator(f"a[href$='/kiosk/options?kind={kind}']"))
        self.is_at("/kiosk/options")

    def pick(self, kind: str, *labels: str) -> None:
        """A certificate of a year, a tax or a vehicle: the menu leads to the choices."""
        self.tap(self.button("/kiosk/choose", kind))
        self.is_at("/kiosk/options")
        for label in labels:
            self.tap(self.page.locator(".choice", has_text=label).first)
        self.go_on()

    def go_on(self) -> None:
        """「この内容ですすむ」."""
        self.tap(self.button("/kiosk/options").last)
        self.is_at("/kiosk/confirm")

    def ask_to_pay(self, tender: str = "cash") -> None:
        """One tap as soon as the certificate is ready, one for how."""
        self.tap(self.button("/kiosk/pay"))
        self.choose_tender(tender)

    def choose_tender(self, tender: str = "cash") -> None:
        self.is_at("/kiosk/tender")
        self.tap(self.button("/kiosk/pay", tender))
        self.is_at("/kiosk/pay")

    def pay(self, tender: str = "cash") -> None:
        """Choose how, then coins, a card or a telephone."""
        self.ask_to_pay(tender)
        self.desk.give(tender)

    def wait_for_sheet(self) -> None:
        self.is_at("/kiosk/take")

    def finish(self) -> None:
        """Sheets in the hand, then 「受け取りました」."""
        self.desk.take_sheets()
        self.tap(self.button("/kiosk/finish"))
        self.is_at("/kiosk/")

    def take_home(self, kind: str = RECORD) -> None:
        """From choosing to the sheet."""
        self.choose(kind)
        self.pay()
        self.wait_for_sheet()

    def go_home(self) -> None:
        """Whatever happened: leave nothing behind for the next one."""
        self.desk.take_card()
        for action in ("/kiosk/finish", "/kiosk/stop", "/card/cancel"):
            leave = self.page.locator(f"form[action$='{action}']:not(dialog *) button")
            if leave.count() and leave.first.is_visible():
                leave.first.tap()
                self.is_at("/kiosk/", "/kiosk/outcome", "/kiosk/take", "/kiosk/progress")
                break
        self.desk.take_sheets()
        self.desk.do("cash/collect")
