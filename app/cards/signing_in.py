"""The town's half of a sign-in. Each function is the whole of one writing transaction on an open partition.

They return what they found instead of raising: a refusal is audited too, and an exception would roll that back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.cards import pin, usability
from app.cards.errors import NO_TRIES_TOLD
from app.cards.evidence import Presented
from app.cards.models import CardUser, SignIn
from app.cards.queries import Cardholder, cardholder_of
from app.protocol.messages import CardFailure
from app.residents.queries import find_person
from app.residents.vocabularies import ResidentStatus

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition
    from app.municipalities.queries import TerminalFacts


@dataclass(frozen=True)
class Trip:
    """One statement on its way through a sign-in. `mark` recognises the statement when it comes again."""

    visit_id: str
    terminal: TerminalFacts
    presented: Presented
    mark: str

    @property
    def actor(self) -> str:
        return f"terminal:{self.terminal.terminal_id}"

    @property
    def subject(self) -> str:
        return f"visit:{self.visit_id}"


@dataclass(frozen=True)
class Refusal:
    """Why nobody is signed in. A visit that cannot be signed in any more ends, and the resident begins again."""

    failure: CardFailure
    tries_left: int = NO_TRIES_TOLD
    ends_visit: bool = False


@dataclass(frozen=True)
class Attempt:
    """A PIN attempt that is on record and may now be checked, once."""

    tries_left: int  # should it turn out wrong
    pin_hash: str = field(repr=False)


def find_by_mark(p: Partition, visit_id: str, mark: str) -> Cardholder | None:
    """Who this very statement signed in in this visit."""
    sign_in = p.session.get(SignIn, visit_id)
    if sign_in is None or sign_in.statement_mark != mark or sign_in.ended_at is not None:
        return None
    return cardholder_of(p, sign_in)


def find_earlier(p: Partition, trip: Trip) -> Cardholder | Refusal | None:
    """What an earlier sign-in of this visit in this town came to: the same statement again, or one left half done."""
    if p.session.get(SignIn, trip.visit_id) is None:
        return None
    half_done = Refusal(CardFailure.UNAVAILABLE, ends_visit=True)
    return find_by_mark(p, trip.visit_id, trip.mark) or half_done


def record_attempt(p: Partition, trip: Trip) -> Attempt | Refusal:
    """Count a try before the PIN is looked at. The same statement sent again is the same try."""
    card = _lock_card(p, trip)
    if card is None or card.pin_hash is None:
        return _refuse(p, trip, CardFailure.UNKNOWN_CARD)
    if (failure := _why_unusable(card)) is not CardFailure.NONE:
        return _refuse(p, trip, failure)
    if card.last_attempt != trip.mark:
        if pin.is_locked(card.tries_left):
            return _refuse(p, trip, CardFailure.LOCKED, tries_left=0)
        card.tries_left, card.last_attempt = pin.after_attempt(card.tries_left), trip.mark
    return Attempt(card.tries_left, card.pin_hash)


def refuse_wrong_pin(p: Partition, trip: Trip, attempt: Attempt) -> Refusal:
    """Write down that the recorded attempt was wrong. A statement sent again is written down again."""
    left, terminal = attempt.tries_left, trip.terminal.terminal_id
    audit.record(p, trip.actor, Action.PIN_FAILED, trip.subject, tries_left=left, terminal=terminal)
    if not pin.is_locked(left):
        return Refusal(CardFailure.WRONG_PIN, left)
    audit.record(p, trip.actor, Action.PIN_LOCKED, trip.subject, terminal=terminal)
    return Refusal(CardFailure.LOCKED, 0)


def admit(p: Partition, trip: Trip, attempt: Attempt | None) -> Cardholder | Refusal:
    """Sign the holder in, or say why the card is not good for it. `attempt` is the right PIN's; a chip has none."""
    card = _lock_card(p, trip)
    if card is None:
        return _refuse(p, trip, CardFailure.UNKNOWN_CARD)
    if (failure := _check_attempt(card, attempt)) is not CardFailure.NONE:
        return _refuse(p, trip, failure)
    if (failure := _why_not_admitted(p, card)) is not CardFailure.NONE:
        return _refuse(p, trip, failure)
    return find_earlier(p, trip) or _sign_in(p, trip, card)


def _check_attempt(card: CardUser, attempt: Attempt | None) -> CardFailure:
    """A numbered card needs the attempt whose PIN was right, and the PIN must still be that one."""
    if card.pin_hash != (attempt.pin_hash if attempt else None):
        return CardFailure.UNAVAILABLE
    card.tries_left, card.last_attempt = pin.after_right(), None
    return CardFailure.NONE


def _why_not_admitted(p: Partition, card: CardUser) -> CardFailure:
    """First about the card, then about its holder: who has left or died is told what a stopped card is told (B02)."""
    if (failure := _why_unusable(card)) is not CardFailure.NONE:
        return failure
    holder = find_person(p, card.atena_no)
    if holder is None or holder.status is not ResidentStatus.RESIDENT:
        return CardFailure.STOPPED
    is_child = usability.is_under_age(holder.birth_date.day, clock.today())
    return CardFailure.UNDER_AGE if is_child else CardFailure.NONE


def _why_unusable(card: CardUser) -> CardFailure:
    return usability.why_unusable(card.state, card.valid_until, card.usable_from, clock.today())


def _sign_in(p: Partition, trip: Trip, card: CardUser) -> Cardholder:
    sign_in = SignIn(
        visit_id=trip.visit_id,
        terminal_id=trip.terminal.terminal_id,
        site=trip.terminal.site_id,
        site_municipality=trip.terminal.site_municipality,
        atena_no=card.atena_no,
        card_user_id=card.card_user_id,
        method=trip.presented.method,
        statement_mark=trip.mark,
        signed_in_at=clock.now(),
    )
    p.session.add(sign_in)
    method, terminal = trip.presented.method.value, trip.terminal.terminal_id
    audit.record(p, trip.actor, Action.SIGNED_IN, trip.subject, method=method, terminal=terminal)
    return cardholder_of(p, sign_in)


def _refuse(p: Partition, trip: Trip, failure: CardFailure, tries_left: int = NO_TRIES_TOLD) -> Refusal:
    terminal = trip.terminal.terminal_id
    audit.record(p, trip.actor, Action.SIGN_IN_REFUSED, trip.subject, reason=failure.value, terminal=terminal)
    return Refusal(failure, tries_left)


def _lock_card(p: Partition, trip: Trip) -> CardUser | None:
    """The card row, held until commit: on both engines the next writer waits."""
    credential = trip.presented.credential
    return p.session.scalar(sa.select(CardUser).where(CardUser.credential == credential).with_for_update())
