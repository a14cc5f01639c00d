"""A resident as a program: a cookie jar, forms, hands at the simulated devices. No script, no inside knowledge.

Used for the walk over plain HTTP and for many journeys at once, also while processes are being killed: a request that
found nobody is made again, as a browser does when somebody presses "reload".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.journey.forms import Form, find_form

STEP_SECONDS = 90.0
PAUSE_SECONDS = 0.1
PIECES = (1000, 500, 100, 50, 10)


_opened: list[httpx.Client] = []


def client(*, follow_redirects: bool = False) -> httpx.Client:
    """A client that `close_all` closes.

    Each request has a connection of its own: a server ends an idle one just when the next request goes out, and a form
    (lay the card, put a coin in) cannot be sent again, as nobody knows whether it arrived (RFC 9110 9.2.2).
    """
    alone = httpx.Limits(max_keepalive_connections=0)
    # nothing here is spoken to by TLS; loading the world's certificates would cost more than the whole errand
    made = httpx.Client(follow_redirects=follow_redirects, timeout=30, limits=alone, verify=False)  # noqa: S501 -- loopback
    _opened.append(made)
    return made


def close_all() -> None:
    """Everybody goes home. Called after each test."""
    while _opened:
        _opened.pop().close()


def go_home(*made: httpx.Client) -> None:
    """Close these clients, and forget them: a long run makes thousands."""
    for one in made:
        one.close()
        _opened.remove(one)


class JourneyError(AssertionError):
    """The journey could not go on; the message names the page, never what stands on it."""


@dataclass
class Page:
    url: str
    status: int
    html: str

    def form(self, action: str) -> Form:
        """The form with this action. :raises JourneyError: when the page has none."""
        found = find_form(self.html, action)
        if found is None:
            raise JourneyError(f"no form {action} on {self.url} ({self.status})")
        return found

    def has_form(self, action: str) -> bool:
        return find_form(self.html, action) is not None


@dataclass
class Browser:
    """Follows redirects between portal and agent, keeps cookies of both."""

    patience: float = STEP_SECONDS
    client: httpx.Client = field(default_factory=lambda: client(follow_redirects=True))

    def get(self, url: str) -> Page:
        return self._again(lambda: self.client.get(url))

    def submit(self, page: Page, action: str, button: str | None = None, **changes: str) -> Page:
        """Send the form as it stands, with `changes`, by the button with this value."""
        return self.post(page, page.form(action), button, **changes)

    def post(self, page: Page, form: Form, button: str | None = None, **changes: str) -> Page:
        """Send this very form of the page."""
        target = urljoin(page.url, form.action)
        data = form.data(button, **changes)
        if form.method == "get":
            return self._again(lambda: self.client.get(target, params=data))
        return self._again(lambda: self.client.post(target, data=data))

    def wait_for(self, url: str, is_it: Callable[[Page], bool], what: str) -> Page:
        """Load `url` again and again, as a page with a refresh does."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            page = self.get(url)
            if is_it(page):
                return page
            time.sleep(PAUSE_SECONDS)
        raise JourneyError(f"waited in vain for {what}; last page {page.url} ({page.status})")

    def _again(self, send: Callable[[], httpx.Response]) -> Page:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                answer = send()
                if answer.status_code not in {502, 503}:
                    return Page(str(answer.url), answer.status_code, answer.text)
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise JourneyError("nobody answered")
            time.sleep(PAUSE_SECONDS)


@dataclass
class Desk:
    """The hands: the simulators' forms of one terminal."""

    agent_url: str
    client: httpx.Client = field(default_factory=client)

    def do(self, path: str, **data: str | int) -> None:
        answer = self.client.post(f"{self.agent_url}/desk/{path}", data={k: str(v) for k, v in data.items()})
        if answer.status_code >= 400:
            raise JourneyError(f"desk/{path}: {answer.status_code}")

    def lay(self, card_id: str) -> None:
        self.do("cards/lay", card_id=card_id)

    def take_card(self) -> None:
        self.do("cards/take")

    def insert(self, yen: int) -> None:
        self.do("cash/insert", yen=yen)

    def insert_price(self) -> None:
        """Exactly what the machine asks for, coin by coin."""
        cash = self.wait_until_asked()
        missing = int(cash["yen"] - cash["yen_inserted"])
        while (
            missing > 0
        ):  # not asked again in between: with the last coin the machine closes and soon forgets the price
            piece = next(piece for piece in PIECES if piece <= missing)
            self.insert(piece)
            missing -= piece

    def give(self, tender: str) -> None:
        """The price, as soon as it is asked for."""
        if tender == "cash":
            self.insert_price()
        else:
            self.wait_until_asked(tender)
            self.do("touch", tender=tender)

    def wait_until_asked(self, tender: str = "cash") -> dict[str, Any]:
        """The state of the device, once it takes money."""
        deadline = time.monotonic() + STEP_SECONDS
        while (device := self.state()[tender])["state"] == "none":
            if time.monotonic() > deadline:
                raise JourneyError("the machine does not ask for money")
            time.sleep(PAUSE_SECONDS)
        found: dict[str, Any] = device
        return found

    def sheets(self) -> list[dict[str, object]]:
        """Every sheet that ever came out here: the tray's own record."""
        found: list[dict[str, object]] = self.client.get(f"{self.agent_url}/desk/tray.json").json()
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.agent_url}/desk/state.json").json()
        return found

    def look_at(self, attempt_id: str, folder: Path) -> bytes:
        """The PDF that lies in the tray."""
        pdf = self.peek(attempt_id)
        (folder / f"{attempt_id}.pdf").write_bytes(pdf)
        return pdf

    def peek(self, attempt_id: str) -> bytes:
        """The PDF that lies in the tray. :raises JourneyError: none lies there."""
        answer = self.client.get(f"{self.agent_url}/desk/tray/{attempt_id}.pdf")
        if answer.status_code != httpx.codes.OK:
            raise JourneyError(f"no sheet of {attempt_id}: {answer.status_code}")
        return answer.content

    def take_sheets(self) -> None:
        self.do("tray/take")


@dataclass
class Resident:
    """One resident with one card at one terminal."""

    agent_url: str
    card_id: str
    pin: str
    browser: Browser = field(default_factory=Browser)

    def __post_init__(self) -> None:
        self.desk = Desk(self.agent_url)

    def begin(self) -> Page:
        """Walk up to the terminal and press 「はじめる」, as soon as nobody and nothing is in the way."""
        deadline = time.monotonic() + self.browser.patience
        page = self.browser.get(f"{self.agent_url}/start")
        while "/card" not in page.url:
            if time.monotonic() > deadline:
                raise JourneyError(f"the terminal stayed busy or closed: {page.url} ({page.status})")
            if page.has_form("/kiosk/start"):
                page = self.browser.submit(page, "/kiosk/start")
            if "/card" not in page.url:
                time.sleep(PAUSE_SECONDS)
                page = self.browser.get(f"{self.agent_url}/start")
        return page

    def sign_in(self, pin: str | None = None) -> Page:
        """Lay the card, type the PIN, take the card; the page after it."""
        page = self.begin()
        self.desk.lay(self.card_id)
        page = self.browser.wait_for(page.url, lambda p: p.has_form("/card/pin"), "the PIN pad")
        page = self.browser.submit(page, "/card/pin", pin=pin or self.pin)
        if "/card/take" in page.url:
            self.desk.take_card()
            return self.browser.wait_for(page.url, lambda p: "/kiosk/" in p.url, "the way back to the portal")
        return page

    def order(self, page: Page, kind: str) -> Page:
        """One tap for the usual content; wait until it may be paid."""
        page = self.browser.submit(page, "/kiosk/choose", button=kind)
        if "/kiosk/confirm" not in page.url:
            return page
        return self.browser.wait_for(
            page.url, lambda p: p.has_form("/kiosk/pay") or "/confirm" not in p.url, "the price"
        )

    def ask_to_pay(self, page: Page, tender: str = "cash") -> Page:
        """Press pay, and choose how where there is a choice; again, when something was in the way for a while."""
        deadline = time.monotonic() + self.browser.patience
        page = self.browser.submit(page, "/kiosk/pay")
        while "/kiosk/confirm" in page.url and time.monotonic() < deadline:
            page = self.browser.wait_for(page.url, lambda p: p.has_form("/kiosk/pay") or "/confirm" not in p.url, "pay")
            page = self.browser.submit(page, "/kiosk/pay") if page.has_form("/kiosk/pay") else page
        return self.browser.submit(page, "/kiosk/pay", button=tender) if "/kiosk/tender" in page.url else page

    def pay(self, page: Page, tender: str = "cash") -> Page:
        """Put the money in, or lay card or telephone on."""
        page = self.ask_to_pay(page, tender)
        if "/kiosk/pay" in page.url:
            self.desk.give(tender)
        return self.browser.wait_for(page.url, lambda p: "/kiosk/pay" not in p.url, "the money to be seen")

    def wait_for_sheet(self, page: Page) -> Page:
        return self.browser.wait_for(page.url, lambda p: "/progress" not in p.url and "/pay" not in p.url, "the sheet")

    def leave(self, page: Page) -> Page:
        action = "/kiosk/finish" if page.has_form("/kiosk/finish") else "/kiosk/stop"
        return self.browser.submit(page, action)

    def take_one(self, kind: str, folder: Path) -> list[bytes]:
        """The whole journey for one certificate; the PDFs that came out for it."""
        before = {sheet["attempt_id"] for sheet in self.desk.sheets()}
        page = self.pay(self.order(self.sign_in(), kind))
        page = self.wait_for_sheet(page)
        mine = [str(sheet["attempt_id"]) for sheet in self.desk.sheets() if sheet["attempt_id"] not in before]
        pdfs = [self.desk.look_at(attempt, folder) for attempt in dict.fromkeys(mine)]
        self.desk.take_sheets()
        self.leave(page)
        return pdfs
