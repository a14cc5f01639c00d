"""The trip to the card reader: one signed ticket, one card, one PIN, one statement. Lives in memory for minutes.

The PIN passes through as an argument and is never kept: a card that checks its own PIN is the only one to see it; for
a card whose PIN is in the town's card register it goes on, sealed, over the agent's own connection to the portal.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app import clock
from app.protocol.canonical import from_base64url
from app.protocol.messages import (
    TRIP_SECONDS,
    CardFailure,
    Evidence,
    Hello,
    Statement,
    StatementResult,
    Ticket,
    challenge,
)
from app.protocol.signatures import BadEnvelopeError, Signer, open_sealed
from app.terminal.errors import CardGoneError, CardRefusedError, PortalDownError, PortalRefusedError, TicketRefusedError
from app.terminal.journal import Journal
from app.terminal.lease import Lease
from app.terminal.portal import Portal
from app.terminal.reader import Card, Proof, Reader
from app.terminal.settings import Settings

IDLE_WARNING = timedelta(seconds=60)
IDLE_END = timedelta(seconds=80)  # WCAG 2.2.1: at least 20 s to ask for more time, as often as wanted
Look = dict[str, str]
LOOKS = {"size": ("large", "largest"), "contrast": ("high",), "position": ("low",)}
RETRYABLE = (CardFailure.WRONG_PIN, CardFailure.CARD_REMOVED)


class Step(StrEnum):
    """Which page the resident sees."""

    LAY = "lay"
    PIN = "pin"
    REMOVED = "removed"  # taken away too early: laid back, it goes on
    TAKE = "take"  # signed in; the card may be taken
    FAILED = "failed"


@dataclass
class Trip:
    """One resident between two redirects."""

    ticket: Ticket
    trip_id: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    started_at: datetime = field(default_factory=clock.now)
    touched_at: datetime = field(default_factory=clock.now)
    step: Step = Step.LAY
    failure: CardFailure = CardFailure.NONE  # of the last try
    tries_left: int = -1
    insertion: int = 0
    look: Look = field(default_factory=dict)  # how the resident wants the screen
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_over(self) -> bool:
        return self.step in (Step.TAKE, Step.FAILED)

    def is_idle(self) -> bool:
        """Nothing was done for so long that the page asks whether somebody is still here."""
        return not self.is_over and clock.now() - self.touched_at >= IDLE_WARNING


class Trips:
    """At most one at a time: a terminal serves one resident at a time."""

    def __init__(
        self, settings: Settings, signer: Signer, journal: Journal, portal: Portal, lease: Lease, reader: Reader
    ) -> None:
        self._settings = settings
        self._signer = signer
        self._journal = journal
        self._portal = portal
        self._lease = lease
        self._reader = reader
        self._current: Trip | None = None

    def hello(self) -> str:
        """The envelope that tells the portal at which terminal this browser stands."""
        return self._signer.seal(Hello(self._settings.terminal_id, secrets.token_urlsafe(32), _now()))

    def open(self, envelope: str, look: Look | None = None) -> Trip:
        """Begin the trip of a ticket. :raises TicketRefusedError: it is not for here, not for now or not new."""
        ticket = self._check(envelope)
        if not self._journal.claim_ticket(ticket.nonce, ticket.visit_id):
            raise TicketRefusedError(CardFailure.TICKET_USED)
        if self._lease.is_fenced or self._journal.stopped_reason() or not self._reader.is_there():
            raise TicketRefusedError(CardFailure.UNAVAILABLE)
        self._current = Trip(ticket, look=look or {})
        return self._current

    def find(self, trip_id: str | None) -> Trip | None:
        """The trip of this browser, if it is the one that goes on here."""
        trip = self._current
        return trip if trip and trip_id and secrets.compare_digest(trip.trip_id, trip_id) else None

    def is_live(self) -> bool:
        return self._current is not None and not self._current.is_over

    def look(self, trip: Trip) -> Step:
        """Where the trip stands now that time has passed and the card may have been laid or taken."""
        with trip.lock:
            if not trip.is_over:
                self._check_time(trip)
            if not trip.is_over:
                self._check_card(trip)
            return trip.step

    def has_card(self) -> bool:
        """Whether any card lies on the reader."""
        try:
            return self._reader.card() is not None
        except CardRefusedError:
            return True

    def try_pin(self, trip: Trip, pin: str) -> Step:
        """One try. What went wrong stands in `trip.failure` and `trip.tries_left`."""
        with trip.lock:
            trip.touched_at = clock.now()
            if trip.step is Step.PIN:
                self._prove(trip, pin)
            return trip.step

    def stay(self, trip: Trip) -> None:
        """Somebody is still here."""
        trip.touched_at = clock.now()

    def cancel(self, trip: Trip) -> None:
        """The resident does not want to go on."""
        with trip.lock:
            if not trip.is_over:
                removed = trip.step is Step.REMOVED
                self._fail(trip, CardFailure.CARD_REMOVED if removed else CardFailure.CANCELLED)

    def expire(self) -> None:
        """End a trip that nobody looks at any more. Called by the loop."""
        trip = self._current
        if trip and not trip.is_over and trip.lock.acquire(blocking=False):
            try:
                self._check_time(trip)
            finally:
                trip.lock.release()

    # --- inside, all under the trip's lock

    def _check(self, envelope: str) -> Ticket:
        try:
            ticket = open_sealed(envelope, Ticket, self._settings.portal_key)
        except BadEnvelopeError:
            raise TicketRefusedError(CardFailure.UNAVAILABLE) from None
        mine = (self._settings.terminal_id, self._settings.portal_origin, "sign_in")
        if (ticket.terminal_id, ticket.origin, ticket.purpose) != mine:
            raise TicketRefusedError(CardFailure.UNAVAILABLE)
        if ticket.expires_at < _now():
            raise TicketRefusedError(CardFailure.TICKET_EXPIRED)
        return ticket

    def _check_time(self, trip: Trip) -> None:
        now = clock.now()
        if now - trip.touched_at >= IDLE_END or now - trip.started_at >= timedelta(seconds=TRIP_SECONDS):
            self._fail(trip, CardFailure.TIMED_OUT)

    def _check_card(self, trip: Trip) -> None:
        try:
            card = self._reader.card()
        except CardRefusedError as refusal:
            self._fail(trip, refusal.failure)
            return
        if trip.step is Step.PIN and (card is None or self._reader.insertion() != trip.insertion):
            trip.step, trip.failure = Step.REMOVED, CardFailure.CARD_REMOVED
        elif trip.step in (Step.LAY, Step.REMOVED) and card is not None:
            self._begin_pin(trip, card)

    def _begin_pin(self, trip: Trip, card: Card) -> None:
        trip.insertion = self._reader.insertion()
        trip.touched_at = clock.now()
        trip.tries_left = card.tries_left()
        trip.step, trip.failure = Step.PIN, CardFailure.NONE
        if trip.tries_left == 0:
            self._fail(trip, CardFailure.LOCKED)

    def _prove(self, trip: Trip, pin: str) -> None:
        try:
            proof = self._prove_by_card(trip, pin)
            self._state(trip, proof)
        except CardGoneError:
            trip.step, trip.failure = Step.REMOVED, CardFailure.CARD_REMOVED
        except CardRefusedError as refusal:
            self._refuse(trip, refusal)

    def _prove_by_card(self, trip: Trip, pin: str) -> Proof:
        card = self._reader.card()
        if card is None or self._reader.insertion() != trip.insertion:
            raise CardGoneError
        ticket = trip.ticket
        return card.prove(pin, challenge(ticket.origin, ticket.terminal_id, from_base64url(ticket.nonce)))

    def _state(self, trip: Trip, proof: Proof) -> None:
        """Tell the portal. :raises CardRefusedError: what the portal says of the card."""
        card = self._reader.card()
        if card is None or self._reader.insertion() != trip.insertion:
            raise CardGoneError
        try:
            result = self._say(self._statement(trip, proof, card.kind, CardFailure.NONE))
        except (PortalDownError, PortalRefusedError):
            raise CardRefusedError(CardFailure.UNAVAILABLE) from None
        if result.failure is not CardFailure.NONE:
            raise CardRefusedError(result.failure, result.tries_left)
        self._journal.note_sign_in(trip.ticket.visit_id)
        trip.step, trip.failure = Step.TAKE, CardFailure.NONE

    def _say(self, statement: Statement) -> StatementResult:
        """Once more when the answer is lost: the portal knows the very same statement again and counts one try."""
        try:
            return self._portal.sign_in(statement)
        except PortalDownError:
            return self._portal.sign_in(statement)

    def _refuse(self, trip: Trip, refusal: CardRefusedError) -> None:
        trip.failure, trip.tries_left = refusal.failure, refusal.tries_left
        if refusal.failure not in RETRYABLE:
            self._fail(trip, refusal.failure)

    def _fail(self, trip: Trip, failure: CardFailure) -> None:
        """The trip ends without a sign-in; the portal hears why, if it can be reached."""
        trip.step, trip.failure = Step.FAILED, failure
        try:
            self._portal.sign_in(self._statement(trip, Proof(Evidence.FAILURE), "", failure))
        except (PortalDownError, PortalRefusedError):
            return  # the portal ends the visit by itself when nobody comes back

    def _statement(self, trip: Trip, proof: Proof, card_kind: str, failure: CardFailure) -> Statement:
        return Statement(
            statement_id=str(uuid.uuid4()), terminal_id=self._settings.terminal_id, ticket_nonce=trip.ticket.nonce,
            evidence=proof.evidence, card_kind=card_kind, certificate=proof.certificate, signature=proof.signature,
            card_id=proof.card_id, pin=proof.pin, failure=failure, at=_now(), epoch=self._lease.epoch,
        )  # fmt: skip


def _now() -> int:
    return int(clock.now().timestamp())
