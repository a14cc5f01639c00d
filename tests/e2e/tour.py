"""A walk past every screen of kiosk and terminal, each in the state in which a resident meets it.

`look(page, name)` is called at each of them. Used by the tests of screens and by `script/screens`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

from app import clock
from tests.e2e.person import PATIENCE_MS, RECORD, SEAL, Person, Watcher, new_page
from tests.e2e.terminals import Terminal, agent_of, part_of, paused
from tests.journey import truth
from tests.journey.installation import Installation

SCREENS = (
    *("start", "help", "busy", "closed", "out-of-service"),
    *("lay-card", "pin", "pin-wrong", "card-removed", "take-card", "still-here"),
    *("card-lost", "card-locked", "card-problem"),
    *("choose", "choose-another", "options-items", "options-picks", "options", "options-problem", "refused"),
    *("idle", "idle-without-script"),
    *(
        "confirm-waiting",
        "confirm",
        "tender",
        "pay",
        "pay-touch",
        "progress",
        "take",
        "take-forgotten",
        "done",
        "returned",
        "staff",
    ),
    *("error-unknown-terminal", "error-no-such-page", "error-stale", "desk"),
)
FAMILY, SINGLE = "02-hoshimi-family-head", "02-hoshimi-citizen-card"
STILL_HERE_SECONDS = 90


@dataclass
class Tour:
    """One walk in one language."""

    browser: Browser
    installation: Installation
    look: Callable[[Page, str], None]
    language: str = "ja"
    watcher: Watcher | None = None
    seen: list[str] = field(default_factory=list)
    _pages: list[Page] = field(default_factory=list)
    _waiting: Person | None = None

    def walk(self) -> list[str]:
        """The names of all screens that were shown."""
        try:
            self._somebody_waits()
            for part in (self._start, self._card, self._choosing, self._paying, self._taking, self._refusals):
                part()
            for part in (self._errors, self._trouble, self._closed, self._still_here):
                part()
        finally:
            for page in self._pages:
                page.context.close()
        return self.seen

    def show(self, page: Page, name: str) -> None:
        self.seen.append(name)
        self.look(page, name)
        if self._waiting and name != "still-here" and self._waiting.page.locator(".still-here").is_visible():
            self._look_still_here(self._waiting)

    def person_at(self, terminal: Terminal) -> Person:
        """Somebody new, who has chosen the language."""
        page = new_page(self.browser, self.watcher)
        self._pages.append(page)
        person = Person(page, self.installation.agent_urls[terminal])
        person.walk_up()
        self._speak(person)
        return person

    def sign_in(self, terminal: Terminal, card: str) -> Person:
        person = self.person_at(terminal)
        person.begin()
        person.lay(card)
        person.type_pin()
        person.take_card()
        return person

    def _speak(self, person: Person) -> None:
        if self.language != "ja":
            person.button("/kiosk/preferences", self.language).tap()
            expect(person.page.locator("html")).to_have_attribute("lang", self.language)

    # --- the walk

    def _start(self) -> None:
        person = self.person_at(Terminal.WAKAKUSA)
        self.show(person.page, "start")
        person.button("/kiosk/call-staff").tap()
        person.is_at("/kiosk/call-staff")
        self.show(person.page, "help")

    def _card(self) -> None:
        person = self.person_at(Terminal.WAKAKUSA)
        person.begin()
        self.show(person.page, "lay-card")
        person.lay(SINGLE)
        person.type_pin("12")
        self.show(person.page, "pin")
        person.type_pin("00")
        expect(person.page.locator("#pin-error")).to_be_visible()
        self.show(person.page, "pin-wrong")
        person.desk.take_card()
        person.is_at("/card/removed")
        self.show(person.page, "card-removed")
        person.lay(SINGLE)
        person.type_pin()
        person.is_at("/card/take")
        self.show(person.page, "take-card")
        person.desk.take_card()
        person.is_at("/kiosk/choose")
        person.go_home()

    def _choosing(self) -> None:
        person = self.sign_in(Terminal.WAKAKUSA, FAMILY)
        page = person.page
        self.show(page, "choose")
        page.evaluate("document.getElementById('idle').showModal()")  # its clock is tried in the journeys
        self.show(page, "idle")
        page.goto(page.url.replace("/choose", "/idle"))
        self.show(page, "idle-without-script")
        page.goto(page.url.replace("/idle", "/choose"))
        self._items(person)
        person.open_contents(RECORD)
        page.locator("input[value=some]").check()
        page.locator("input[value=domicile]").check()
        page.locator("input[name=person]").first.check()
        self.show(page, "options")
        page.locator("input[name=person]").first.uncheck()
        person.button("/kiosk/options").last.tap()
        expect(page.locator(".notice.bad")).to_be_visible()
        self.show(page, "options-problem")
        page.goto(page.url.split("/options", maxsplit=1)[0] + "/choose")
        self._confirming(person)

    def _items(self, person: Person) -> None:
        """The certificate with most to choose from, and one on which things are picked."""
        choosing = person.page.url
        person.open_contents("resident_record_items")
        self.show(person.page, "options-items")
        person.page.goto(choosing)
        person.button("/kiosk/choose", "tax_payment").tap()
        person.is_at("/kiosk/options")
        person.page.locator("input[name=pick]").first.check()
        self.show(person.page, "options-picks")
        person.page.goto(choosing)

    def _confirming(self, person: Person) -> None:
        with paused(part_of(self.installation, "worker")):
            person.choose(RECORD)
            expect(person.page.locator(".preview .blank")).to_be_visible()
            self.show(person.page, "confirm-waiting")
        self._wait_for_preview(person)
        self.show(person.page, "confirm")
        person.page.locator("form:has(input[name=item]) button").first.tap()
        person.is_at("/kiosk/choose")
        self.show(person.page, "choose-another")
        person.go_home()

    def _paying(self) -> None:
        person = self.sign_in(Terminal.WAKAKUSA, FAMILY)
        person.choose(RECORD)
        person.tap(person.button("/kiosk/pay"))
        person.is_at("/kiosk/tender")
        self.show(person.page, "tender")
        person.choose_tender("emoney")
        person.desk.wait_until_asked("emoney")
        self.show(person.page, "pay-touch")
        person.button("/kiosk/tender").first.tap()
        person.choose_tender("cash")
        person.desk.wait_until_asked()
        person.desk.insert(100)
        expect(person.page.locator(".money dd").last).to_contain_text("100")
        self.show(person.page, "pay")
        self._show_busy()
        person.button("/kiosk/stop").first.tap()
        person.is_at("/kiosk/outcome")
        _let_it_stand(person.page)
        self.show(person.page, "returned")
        person.go_home()

    def _show_busy(self) -> None:
        next_one = self.person_at(Terminal.WAKAKUSA)
        next_one.button("/kiosk/start").tap()
        next_one.is_at("/kiosk/busy")
        self.show(next_one.page, "busy")

    def _taking(self) -> None:
        person = self.sign_in(Terminal.WAKAKUSA, FAMILY)
        person.take_home(RECORD)
        self.show(person.page, "take")
        desk = new_page(self.browser, self.watcher)
        self._pages.append(desk)
        desk.goto(f"{person.agent_url}/desk")
        self.show(desk, "desk")
        person.page.evaluate("document.getElementById('alarm').hidden = false")  # as after 20 s: see the journeys
        self.show(person.page, "take-forgotten")
        person.desk.take_sheets()
        person.is_at("/kiosk/outcome")
        _let_it_stand(person.page)
        self.show(person.page, "done")
        person.go_home()

    def _refusals(self) -> None:
        person = self.sign_in(Terminal.WAKAKUSA, "04-shirakaba-protected")
        person.button("/kiosk/choose", RECORD).tap()
        person.is_at("/kiosk/refused")
        self.show(person.page, "refused")
        person.go_home()
        for name, card in {"card-lost": "08-yukishiro-card-lost", "card-locked": "09-nijikawa-locked"}.items():
            person = self.person_at(Terminal.WAKAKUSA)
            person.begin()
            person.desk.lay(card)
            person.is_at("/card/pin", "/card/failed")
            if "/card/pin" in person.page.url:
                person.type_pin()
            person.is_at("/card/failed", "/kiosk/arrived")
            self.show(person.page, name)
            person.go_home()

    def _errors(self) -> None:
        stranger = new_page(self.browser, self.watcher)
        self._pages.append(stranger)
        stranger.goto(f"{self.installation.portal_url}/kiosk/choose")
        self.show(stranger, "error-unknown-terminal")
        person = self.person_at(Terminal.HOSHIMI)
        person.page.goto(f"{self.installation.portal_url}/kiosk/nowhere")
        self.show(person.page, "error-no-such-page")
        person = self.sign_in(Terminal.HOSHIMI, "01-wakakusa-family-head")
        person.page.goto(f"{self.installation.portal_url}/kiosk/arrived?ticket=another")
        self.show(person.page, "card-problem")
        person.page.goto(f"{self.installation.portal_url}/kiosk/call-staff")
        person.page.evaluate("document.getElementsByName('csrf_token').forEach(field => { field.value = 'old' })")
        person.button("/kiosk/preferences", "large").tap()
        person.is_at("/kiosk/preferences")
        self.show(person.page, "error-stale")
        person.page.goto(f"{self.installation.portal_url}/kiosk/choose")
        person.go_home()

    def _trouble(self) -> None:
        """The printer falls silent with a sheet on its way: nobody can say whether it came out."""
        agent = agent_of(self.installation, Terminal.SLOW)
        person = self.sign_in(Terminal.SLOW, "02-hoshimi-family-wife")
        person.choose(SEAL)
        person.pay()
        expect(person.page.locator(".copy[data-state=working]")).to_be_visible(timeout=PATIENCE_MS)
        person.desk.do("printer", fault="offline")
        with paused(agent):
            self.show(person.page, "progress")
        person.is_at("/kiosk/outcome")
        _let_it_stand(person.page)
        self.show(person.page, "staff")
        person.button("/kiosk/finish").tap()
        person.is_at("/kiosk/")
        self.show(person.page, "out-of-service")

    def _closed(self) -> None:
        terminal = truth.rows(
            self.installation.home / "union.db",
            "SELECT site FROM terminal WHERE agent_url = ?",
            self.installation.agent_urls[Terminal.HOSHIMI],
        )
        person = self.person_at(Terminal.HOSHIMI)
        day = clock.today()
        words = ("--site", terminal[0][0], "--from", f"{day}", "--until", f"{day.year + 1}-01-04T08:30")
        closing = self.installation.flask("municipalities", "closure", "add", *words)
        number = closing.stdout.split()[1]
        person.page.reload()
        expect(person.page.locator("#live")).to_be_visible()
        self.show(person.page, "closed")
        self.installation.flask("municipalities", "closure", "lift", number)

    # --- the question of the card pages, which the agent's own clock asks after a minute

    def _somebody_waits(self) -> None:
        self._waiting = self.person_at(Terminal.WAITING)
        self._waiting.begin()

    def _still_here(self) -> None:
        while self._waiting is not None:
            if "/card/lay" not in self._waiting.page.url:
                self._waiting.page.context.close()
                self._somebody_waits()
            expect(self._waiting.page.locator(".still-here").or_(self._waiting.page.locator("a.main"))).to_be_visible(
                timeout=STILL_HERE_SECONDS * 1000
            )
            if self._waiting.page.locator(".still-here").is_visible():
                self._look_still_here(self._waiting)

    def _look_still_here(self, person: Person) -> None:
        self._waiting = None
        self.show(person.page, "still-here")

    def _wait_for_preview(self, person: Person) -> None:
        expect(person.page.locator(".preview img")).to_be_visible()
        expect(person.page.locator(".preview img")).to_have_js_property("complete", True)


def _let_it_stand(page: Page) -> None:
    """A last screen leaves by itself after a while; not while it is being looked at."""
    page.evaluate("document.getElementById('leave').id = 'stays'")
