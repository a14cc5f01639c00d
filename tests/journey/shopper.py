"""A resident with a shopping list, who looks at the screen and does what it asks for: whatever has died meanwhile.

Nothing here knows a plan of the pages. Each turn reads where the browser stands and makes the next move, so a reload, a
lost trip or a page that was left standing end where a patient person would end.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from tests.journey.forms import Form, read_forms
from tests.journey.reading import Readings
from tests.journey.robot import PIECES, Browser, Desk, JourneyError, Page, go_home

PAUSE_SECONDS = 0.5
LOOK_SECONDS = 2.0  # at a page that renews itself: forty who look each second would be most of a small portal's work
ONE_MORE = 0.25  # of those who could add another certificate do
PATIENCE_SECONDS = 400.0  # of one errand
MOST_KINDS, MOST_COPIES = 3, 3
BILL = 1000


@dataclass
class Errand:
    """Who, with which card, at which terminal; and what came of it."""

    terminal: str
    card_id: str
    name: str  # with the blank between its parts, as on the card
    wants: int  # copies
    visits: set[str] = field(default_factory=set)
    copies: int = 0  # attempts that lay in the tray
    trouble: str = ""


@dataclass
class Shopper:
    """`visit_of` tells the visit that a terminal serves now; `dice` decides what is bought."""

    agent_url: str
    errand: Errand
    readings: Readings
    visit_of: Callable[[str], str]
    dice: random.Random
    browser: Browser = field(default_factory=lambda: Browser(60.0))
    is_served: bool = False  # signed in once; a start screen after that is the end
    asked: int = 0  # kinds in the basket
    copies: int = 0  # in the basket
    only: tuple[str, ...] = ()  # kinds that are wanted; any without
    tender: str = ""  # what is paid with; any without
    patience: float = PATIENCE_SECONDS
    hands: Desk | None = None  # at another kind of terminal

    def __post_init__(self) -> None:
        self.desk = self.hands or Desk(self.agent_url)

    def run(self) -> None:
        """The errand, to its end or to the end of patience."""
        deadline, page = time.monotonic() + self.patience, Page(self.agent_url, 0, "")
        while not self._is_home(page):
            if time.monotonic() > deadline:
                self.errand.trouble = f"gave up at {urlsplit(page.url).path} ({page.status})"
                break
            page = self._safely(self._turn, self._safely(self._look_again, page) if not page.html else page)
        self._hands(self.desk.take_card)
        go_home(self.browser.client, self.desk.client)

    def _enter(self) -> Page:
        time.sleep(PAUSE_SECONDS)
        return self.browser.get(f"{self.agent_url}/start")

    @staticmethod
    def _safely(move: Callable[[Page], Page], page: Page) -> Page:
        """The next page; the same one, empty, when nobody was there or nothing fitted."""
        try:
            return move(page)
        except (JourneyError, httpx.TransportError):
            return Page(page.url, 0, "")

    def _look_again(self, page: Page) -> Page:
        """Something was in the way: to where the portal says that we stand, or to the beginning."""
        time.sleep(PAUSE_SECONDS)
        return self.browser.get(urljoin(page.url, "/kiosk/now")) if "/kiosk/" in page.url else self._enter()

    def _is_home(self, page: Page) -> bool:
        return self.is_served and bool(page.html) and urlsplit(page.url).path == "/kiosk/"

    def _turn(self, page: Page) -> Page:
        moves: dict[str, Callable[[Page], Page]] = {
            "/kiosk/": self._begin, "/card/lay": self._lay, "/card/pin": self._type, "/card/take": self._take_card,
            "/kiosk/choose": self._choose, "/kiosk/options": self._fill, "/kiosk/confirm": self._confirm,
            "/kiosk/tender": self._choose_tender, "/kiosk/pay": self._pay, "/kiosk/progress": self._wait,
            "/kiosk/take": self._finish, "/kiosk/outcome": self._finish, "/kiosk/refused": self._refused,
            "/kiosk/busy": self._wait,
        }  # fmt: skip
        return moves.get(urlsplit(page.url).path, self._look_again)(page)

    # --- the card

    def _begin(self, page: Page) -> Page:
        if not page.has_form("/kiosk/start"):
            return self._enter()  # out of service, or closed
        return self.browser.submit(page, "/kiosk/start")

    def _lay(self, page: Page) -> Page:
        self.desk.lay(self.errand.card_id)
        return self._wait(page)

    def _type(self, page: Page) -> Page:
        return self.browser.submit(page, "/card/pin", pin="1234")

    def _take_card(self, page: Page) -> Page:
        self.desk.take_card()
        return self._wait(page)

    # --- the basket

    def _choose(self, page: Page) -> Page:
        self._note_visit()
        form = page.form("/kiosk/choose")
        kinds = [value for name, value, _ in form.buttons if name == "kind" and (not self.only or value in self.only)]
        held = form.fields.get("item", [])
        if not kinds:
            raise JourneyError("nothing is offered")
        query = httpx.QueryParams([("kind", self.dice.choice(kinds)), *(("item", item) for item in held)])
        return self.browser.get(urljoin(page.url, f"/kiosk/options?{query}"))

    def _fill(self, page: Page) -> Page:
        copies = self._how_many()
        form = page.form("/kiosk/options")
        picks = form.offered.get("pick", [])
        changes = {"pick": self.dice.choice(picks)} if picks and not form.fields.get("pick") else {}
        placed = self.browser.submit(page, "/kiosk/options", copies=str(copies), **changes)
        if "/kiosk/confirm" in placed.url:
            self.asked, self.copies = self.asked + 1, self.copies + copies
        elif placed.status == httpx.codes.UNPROCESSABLE_ENTITY:
            return self._refused(placed)
        return placed

    def _how_many(self) -> int:
        return min(self.dice.randint(1, MOST_COPIES), max(self.errand.wants - self.copies, 1))

    def _confirm(self, page: Page) -> Page:
        self._note_visit()
        more = _form_with_items(page)
        may_ask = self.copies < self.errand.wants and self.asked < MOST_KINDS
        if more is not None and may_ask and self.dice.random() < ONE_MORE:
            return self.browser.post(page, more)
        return self.browser.submit(page, "/kiosk/pay") if page.has_form("/kiosk/pay") else self._wait(page)

    def _refused(self, page: Page) -> Page:
        """Not for this person, or not by this machine: something else, and no basket is left."""
        self.asked = self.copies = 0
        return self.browser.get(urljoin(page.url, "/kiosk/choose"))

    # --- money and paper

    def _choose_tender(self, page: Page) -> Page:
        ways = [value for name, value, _ in page.form("/kiosk/pay").buttons if name == "tender"]
        return self.browser.submit(page, "/kiosk/pay", button=self._way(ways)) if ways else self._wait(page)

    def _way(self, ways: list[str]) -> str:
        return self.tender if self.tender in ways else self.dice.choice(ways)

    def _pay(self, page: Page) -> Page:
        devices = self.desk.state()
        for tender in ("emoney", "qr"):
            if devices[tender]["state"] == "collecting":
                self._hands(lambda tender=tender: self.desk.do("touch", tender=tender))
        if devices["cash"]["state"] == "collecting":
            self._insert(int(devices["cash"]["yen"] - devices["cash"]["yen_inserted"]))
        return self._wait(page)

    def _insert(self, missing: int) -> None:
        """Coin by coin, or a bill of which change comes back; an agent that dies meanwhile is looked at again."""
        has_bill = missing < BILL and self.dice.random() < 0.3
        while missing > 0:
            piece = BILL if has_bill else next(piece for piece in PIECES if piece <= missing)
            if not self._hands(lambda piece=piece: self.desk.insert(piece)):
                return
            missing -= piece

    def _wait(self, page: Page) -> Page:
        if "/kiosk/" in page.url:
            self._take_sheets()
        time.sleep(LOOK_SECONDS if "/kiosk/" in page.url else PAUSE_SECONDS)
        return self.browser.get(page.url)

    def _finish(self, page: Page) -> Page:
        self._take_sheets()
        done = self._wait(page)
        return self.browser.submit(done, "/kiosk/finish") if done.has_form("/kiosk/finish") else done

    def _take_sheets(self) -> None:
        """What lies in the tray while our visit lasts is ours; what somebody left who gave up waiting is not."""
        visit = self.visit_of(self.errand.terminal)
        for lying in self.desk.state()["tray"] if visit in self.errand.visits else ():
            attempt_id = lying["attempt_id"]
            pdf = self.desk.peek(attempt_id)
            self.readings.read(pdf, self.errand.terminal, attempt_id, visit, self.errand.name)
            self.errand.copies += 1
            self.desk.do("tray/take", attempt_id=attempt_id)

    def _note_visit(self) -> None:
        self.is_served = True
        self.errand.visits |= {self.visit_of(self.errand.terminal)} - {""}

    def _hands(self, deed: Callable[[], None]) -> bool:
        """Whether it went well: a coin comes back, an agent has just died, and the next look says what is true."""
        try:
            deed()
        except (JourneyError, httpx.TransportError):
            time.sleep(PAUSE_SECONDS)
            return False
        return True


def _form_with_items(page: Page) -> Form | None:
    return next(
        (f for f in read_forms(page.html) if f.action.endswith("/kiosk/confirm") and f.fields.get("item")), None
    )
