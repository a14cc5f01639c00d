"""A terminal whose agent is played by hand, over the same HTTP as a real one: browser, card, money, printer.

It holds the terminal's own device key, so the portal cannot tell. It is quick, it can do two things in the same moment,
and it can do what no honest agent would.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app import clock
from app.protocol.canonical import from_base64url, to_base64url
from app.protocol.lease import LeaseRequest
from app.protocol.messages import (
    CardFailure,
    Evidence,
    GrantRequest,
    Hello,
    Manifest,
    Report,
    ReportEvent,
    Statement,
    Ticket,
    Work,
    WorkAction,
    WorkCall,
    challenge,
)
from app.protocol.signatures import Signer, open_sealed
from app.terminal.errors import PortalDownError, PortalRefusedError
from app.terminal.portal import Portal
from tests.journey.robot import Browser, JourneyError, Page

if TYPE_CHECKING:
    from tests.incidents.world import Card

Answer = TypeVar("Answer")
READY = {"printer": "ready", "sheets_left": 250, "change_left": 20_000}


@dataclass
class Station:
    """`url` is where browser and agent go (the balancer, or one node); `portal_url` what the portal calls itself."""

    folder: Path
    url: str
    portal_url: str
    cards: Path
    browser: Browser
    visit_id: str = ""
    payment_key: str = ""

    def __post_init__(self) -> None:
        self.terminal_id = self.folder.name
        self.signer = Signer(base64.b64decode((self.folder / "device.key").read_text()))
        self._key = from_base64url((self.folder / "portal.pub").read_text().strip())
        self.portal = Portal(self.url, self.signer, self._key)

    def close(self) -> None:
        self.portal.close()

    # --- the resident at the screen

    def enter(self) -> Page:
        self.work()  # a sign of life: a terminal that is silent is out of service
        hello = Hello(self.terminal_id, to_base64url(b"n" * 32), _now())
        return self.browser.get(f"{self.url}/kiosk/enter?hello={self.signer.seal(hello)}")

    def begin(self) -> Ticket:
        """Press 「はじめる」; the ticket that the browser takes to the agent."""
        page = self.enter()
        form = page.form("/kiosk/start")
        answer = self.browser.client.post(urljoin(page.url, form.action), data=form.data(), follow_redirects=False)
        if "/card?" not in answer.headers.get("location", ""):
            raise JourneyError(f"no way to the card: {answer.status_code}")
        envelope = parse_qs(urlsplit(answer.headers["location"]).query)["ticket"][0]
        ticket = open_sealed(envelope, Ticket, self._key)
        self.visit_id = ticket.visit_id
        return ticket

    def sign_in(self, card: Card, pin: str = "1234") -> Page:
        """Card and PIN; the menu, or the screen that says why not."""
        ticket = self.begin()
        self.portal.sign_in(self._statement(card, ticket, pin))
        return self.browser.get(f"{self.url}/kiosk/arrived?ticket={ticket.nonce}")

    def choose(self, kind: str, copies: int = 1) -> Page:
        """Order `copies` of the usual content; the confirmation (not yet ready), or where it led instead."""
        if copies == 1:
            return self.browser.submit(self.browser.get(f"{self.url}/kiosk/choose"), "/kiosk/choose", button=kind)
        page = self.browser.get(f"{self.url}/kiosk/options?kind={kind}")
        return self.browser.submit(page, "/kiosk/options", copies=str(copies))

    def wait_until_ready(self, page: Page) -> Page:
        """The page with the price, or where it led instead; the agent calls meanwhile, or its terminal would close."""

        def is_there(now: Page) -> bool:
            self.work()
            return now.has_form("/kiosk/pay") or "/confirm" not in now.url

        return self.browser.wait_for(page.url, is_there, "a price")

    def errand(self, page: Page) -> list[bytes]:
        """From an order to what is in the hand: wait, pay, print every copy, settle; nothing where nothing is given."""
        page = self.wait_until_ready(page)
        if page.has_form("/kiosk/pay"):
            self.pay(page)
        return self.print_all()

    def print_all(self) -> list[bytes]:
        """Every copy that the portal gives this terminal now; then do with the money as it says."""
        pdfs: list[bytes] = []
        with suppress(PortalRefusedError):
            while (made := self.print_next()) is not None:
                pdfs.append(made[1])
        self.settle()
        return pdfs

    def pay(self, page: Page) -> None:
        """Press pay; the money lies in escrow."""
        self.browser.submit(page, "/kiosk/pay")
        work = self.work()
        if work.action is WorkAction.COLLECT:
            self.payment_key = work.payment_key
            self.report(ReportEvent.HELD, yen=work.yen)

    # --- the agent

    @cached_property
    def epoch(self) -> int:
        """Of the lease; whoever else plays this terminal in this world holds the very same."""
        note = self.folder / "station.lease"
        if not note.exists():
            wish = LeaseRequest(self.terminal_id, str(uuid.uuid4()), 0, False, _now())
            note.write_text(str(self._again(lambda: self.portal.ask_lease(wish)).epoch))
        return int(note.read_text())

    def work(self) -> Work:
        call = WorkCall(self.terminal_id, str(uuid.uuid4()), _now(), **READY, epoch=self.epoch)
        return self._again(lambda: self.portal.ask_work(call))

    def grant(self, attempt_id: str, grant_id: str = "") -> tuple[Manifest, bytes]:
        """:raises PortalRefusedError: when the portal does not give it."""
        wish = GrantRequest(self.terminal_id, attempt_id, grant_id or str(uuid.uuid4()), _now(), self.epoch)
        return self._again(lambda: self.portal.ask_grant(wish))

    def report(self, event: ReportEvent, *, yen: int = 0, attempt_id: str = "", **other: str) -> bool:
        """Whether the portal accepted it."""
        fields = {"visit_id": self.visit_id, "payment_key": "" if attempt_id else self.payment_key} | other
        told = Report(
            terminal_id=self.terminal_id, report_id=str(uuid.uuid4()), event=event, attempt_id=attempt_id, yen=yen,
            details="{}", at=_now(), epoch=self.epoch, **fields,
        )  # fmt: skip
        return self._again(lambda: self.portal.report(told))

    def _again(self, call: Callable[[], Answer]) -> Answer:
        """The same once more where nobody answered, as an agent does: a node was killed, or is slow."""
        deadline = time.monotonic() + self.browser.patience
        while True:
            try:
                return call()
            except PortalDownError:
                if time.monotonic() > deadline:
                    raise

    def print_next(self) -> tuple[Manifest, bytes] | None:
        """Fetch, print and hand out the next copy; None when the portal has none for this terminal."""
        work = self.work()
        if work.action is not WorkAction.PRINT:
            return None
        manifest, pdf = self.grant(work.attempt_id)
        for event in (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN):
            self.report(event, attempt_id=work.attempt_id)
        return manifest, pdf

    def settle(self) -> Work:
        """Do with the money what the portal says; the work that was done."""
        work = self.work()
        if work.action is WorkAction.COMMIT:
            self.report(ReportEvent.COMMITTED, yen=work.yen)
        elif work.action is WorkAction.RELEASE:
            self.report(ReportEvent.RELEASED, yen=0)
        return work

    def _statement(self, card: Card, ticket: Ticket, pin: str) -> Statement:
        held = json.loads((self.cards / f"{card.card_id}.json").read_text())
        fields = dict.fromkeys(("certificate", "signature", "card_id", "pin"), "")
        if "chip" in held:
            fields |= self._signed(held["chip"], ticket)
        else:
            fields |= {"card_id": held["card_id"], "pin": pin}
        return Statement(
            statement_id=str(uuid.uuid4()), terminal_id=self.terminal_id, ticket_nonce=ticket.nonce,
            evidence=Evidence.JPKI if "chip" in held else Evidence.SERVER_PIN, card_kind=held["kind"],
            failure=CardFailure.NONE, at=_now(), epoch=self.epoch, **fields,
        )  # fmt: skip

    def _signed(self, chip: dict[str, str], ticket: Ticket) -> dict[str, str]:
        key = load_pem_private_key(chip["private_key"].encode(), None)
        assert isinstance(key, RSAPrivateKey)
        text = challenge(self.portal_url, self.terminal_id, from_base64url(ticket.nonce))
        signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return {"certificate": chip["certificate"], "signature": to_base64url(signature)}


def _now() -> int:
    return int(clock.now().timestamp())
