"""Signing in with a card, and keeping the town's card register.

The union must never hold a person, so one sign-in is written in two databases. The order is: the town first
(`SignIn` and the audit entry, in one transaction), then the union (the visit becomes `signed_in`). Crash windows:

- before the town's commit: nothing has happened; the agent sends the statement again.
- a server-side PIN is put on record as an attempt, in a commit of its own, before it is checked. A crash in between
  costs the resident that try and no more: the same statement sent again is the same attempt.
- between the two commits: nobody is signed in, because every page starts from the union's visit. The same statement
  sent again finds its `SignIn` and does the second half alone. If the resident has come back meanwhile, the ticket
  is used up: the union refuses and the orphaned `SignIn` is ended. A new trip of that visit is refused and the visit
  closed; the resident begins again.
- after both: the same statement gives the same answer, another one is refused with TICKET_USED.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.cards import evidence, hashing, keys, pin, routes, signing_in, visits
from app.cards.errors import (
    NO_TRIES_TOLD,
    CardRefusedError,
    CardTakenError,
    PinFormError,
    TicketRefusedError,
    UnknownCardUserError,
)
from app.cards.evidence import Presented
from app.cards.models import CardService, CardUser, SignIn
from app.cards.queries import Cardholder
from app.cards.signing_in import Attempt, Refusal, Trip
from app.cards.visits import VisitFacts
from app.cards.vocabularies import SERVER_PIN_KINDS, CardKind, CardState, Method
from app.errors import UnavailableError
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import TerminalFacts
from app.municipalities.union import union_write
from app.protocol.canonical import canonical
from app.protocol.messages import CardFailure, Evidence, Statement


@dataclass(frozen=True)
class NewCard:
    """What a town registers. `credential` is `keys.fingerprint(...)`; `pin` only for kinds whose PIN is kept here."""

    kind: CardKind
    credential: str
    pin: str | None = field(default=None, repr=False)
    services: frozenset[str] = frozenset()
    valid_until: date | None = None
    usable_from: date | None = None


# --- Signing in ------------------------------------------------------------------------------------------------------


def sign_in(statement: Statement, terminal: TerminalFacts) -> Cardholder:
    """Who the statement of this terminal's agent signs in. The envelope is opened with the terminal's key before.

    :raises CardRefusedError: with the failure to tell and, where it means something, the tries left.
    """
    mark = _mark(statement)
    try:
        visit = _visit_of(statement, terminal)
        return _answer_again(visit, mark) if visit.is_signed_in else _first_answer(statement, visit, terminal, mark)
    except TicketRefusedError as refused:
        _note_in_union(terminal, refused.failure)
        raise CardRefusedError(refused.failure) from None


def end_sign_in(p: Partition, visit_id: str) -> None:
    """Nobody is at the terminal for this visit any more; from now on `find_cardholder` finds nobody."""
    _end_sign_ins(p, SignIn.visit_id == visit_id)


def _end_sign_ins(p: Partition, which: sa.ColumnElement[bool]) -> None:
    p.session.execute(sa.update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=clock.now()))


def _mark(statement: Statement) -> str:
    """Equal for the same statement said again, whenever: all of it counts but the time of the call."""
    return keys.statement_mark(canonical(replace(statement, at=0).as_fields()))


def _visit_of(statement: Statement, terminal: TerminalFacts) -> VisitFacts:
    if statement.terminal_id != terminal.terminal_id:
        raise TicketRefusedError(CardFailure.TICKET_USED)
    return visits.find_by_ticket(statement.ticket_nonce, terminal.terminal_id)


def _answer_again(visit: VisitFacts, mark: str) -> Cardholder:
    """The ticket is used: by this statement, then the answer was lost on the way and is given again; or by another."""
    try:
        with partitions.open(visit.home or "") as p:
            found = signing_in.find_by_mark(p, visit.visit_id, mark)
    except UnavailableError:
        raise CardRefusedError(CardFailure.UNAVAILABLE) from None
    if found is None:
        raise TicketRefusedError(CardFailure.TICKET_USED)
    return found


def _first_answer(statement: Statement, visit: VisitFacts, terminal: TerminalFacts, mark: str) -> Cardholder:
    """Why it failed waits in the visit for the screen that the resident comes back to."""
    try:
        visits.check_ticket(visit)
        return _sign_in(statement, visit, terminal, mark)
    except TicketRefusedError as refused:
        visits.note_failure(visit.visit_id, statement.ticket_nonce, refused.failure, None)
        raise
    except CardRefusedError as refused:
        tries_left = None if refused.tries_left == NO_TRIES_TOLD else refused.tries_left
        visits.note_failure(visit.visit_id, statement.ticket_nonce, refused.failure, tries_left)
        raise


def _sign_in(statement: Statement, visit: VisitFacts, terminal: TerminalFacts, mark: str) -> Cardholder:
    presented, home = _find_home(statement, terminal)
    found = _ask_town(home, Trip(visit.visit_id, terminal, presented, mark), statement.pin)
    if isinstance(found, Refusal):
        if found.ends_visit:
            visits.close_visit(visit.visit_id, "sign_in_half_done")
        raise CardRefusedError(found.failure, found.tries_left)
    _sign_in_visit(visit, statement.ticket_nonce, home)
    return found


def _find_home(statement: Statement, terminal: TerminalFacts) -> tuple[Presented, str]:
    """The credential and the town to ask. A card that no town is to be asked about is in the union's journal."""
    try:
        presented = evidence.present(statement)
        home = routes.find_home(presented.credential)
        if home is None:
            raise CardRefusedError(_without_home(presented, statement.pin))
    except CardRefusedError as refused:
        if statement.evidence is not Evidence.FAILURE:  # a card taken away is no event
            _note_in_union(terminal, refused.failure)
        raise
    return presented, home


def _note_in_union(terminal: TerminalFacts, failure: CardFailure) -> None:
    actor = f"terminal:{terminal.terminal_id}"
    details = {"reason": failure.value, "terminal": terminal.terminal_id}
    with union_write() as session:
        audit.record(session, actor, Action.SIGN_IN_REFUSED, actor, **details)


def _without_home(presented: Presented, given_pin: str) -> CardFailure:
    """A good chip card of somewhere else, or a number that nobody registered (as slow as a wrong PIN)."""
    if presented.method is Method.JPKI:
        return CardFailure.NOT_A_MEMBER
    hashing.spend_the_same_time(presented.credential, given_pin)
    return CardFailure.UNKNOWN_CARD


def _ask_town(home: str, trip: Trip, given_pin: str) -> Cardholder | Refusal:
    try:
        if trip.presented.method is Method.SERVER_PIN:
            return _check_pin(home, trip, given_pin)
        with partitions.open(home, write=True) as p:
            return signing_in.admit(p, trip, None)
    except UnavailableError:  # the town is down: what it has not committed has not happened
        return Refusal(CardFailure.UNAVAILABLE)


def _check_pin(home: str, trip: Trip, given_pin: str) -> Cardholder | Refusal:
    """Record, commit, check outside of any transaction (argon2 takes its time), then write what came of it."""
    with partitions.open(home, write=True) as p:
        attempt = signing_in.find_earlier(p, trip) or signing_in.record_attempt(p, trip)
    if not isinstance(attempt, Attempt):
        return attempt
    is_right = hashing.is_right_pin(trip.presented.credential, given_pin, attempt.pin_hash)
    with partitions.open(home, write=True) as p:
        if is_right:
            return signing_in.admit(p, trip, attempt)
        return signing_in.refuse_wrong_pin(p, trip, attempt)


def _sign_in_visit(visit: VisitFacts, nonce: str, home: str) -> None:
    """The second half. It may have been done by the same statement sent twice at once; otherwise the ticket is gone."""
    if visits.mark_signed_in(visit.visit_id, nonce, home):
        return
    seen = visits.find_visit(visit.visit_id)
    if seen is not None and seen.is_signed_in and seen.home == home and seen.ticket_nonce == nonce:
        return
    with partitions.open(home, write=True) as p:
        end_sign_in(p, visit.visit_id)
    raise TicketRefusedError(CardFailure.TICKET_USED)


# --- The card register -----------------------------------------------------------------------------------------------


def register_card(p: Partition, actor: str, atena_no: str, card: NewCard) -> int:
    """Register a resident's card in their town and lead its credential there; gives the `card_user_id`.

    The route is claimed first: should this transaction fail after it, the credential leads to a town that does not
    know it, and is refused; the other order could leave a card that no terminal finds.

    :raises CardTakenError: if the credential is registered already, here or in another town.
    :raises PinFormError: unless `pin` is four digits for a kind whose PIN is kept here, and None for a chip.
    """
    pin_hash = _pin_hash(card.kind, card.credential, card.pin)
    if p.session.scalar(sa.select(CardUser.card_user_id).where(CardUser.credential == card.credential)):
        raise CardTakenError(p.code)
    routes.claim(card.credential, p.code)
    row = CardUser(
        atena_no=atena_no,
        kind=card.kind,
        credential=card.credential,
        state=CardState.ACTIVE,
        valid_until=card.valid_until,
        usable_from=card.usable_from,
        pin_hash=pin_hash,
        tries_left=pin.MAX_TRIES,
    )
    p.session.add(row)
    p.session.flush()
    p.session.add_all(CardService(card_user_id=row.card_user_id, kind=kind) for kind in sorted(card.services))
    audit.record(p, actor, Action.CARD_REGISTERED, _subject(row.card_user_id), card_kind=card.kind.value)
    return row.card_user_id


def change_state(p: Partition, actor: str, card_user_id: int, state: CardState) -> CardState:
    """Stop a card, take it back, let it work again; gives the state before. A stopped card leaves its terminal at once.

    :raises UnknownCardUserError: if the town has no such card.
    """
    card = _lock(p, card_user_id)
    before, card.state = card.state, state
    if state is not CardState.ACTIVE:
        _end_sign_ins(p, SignIn.card_user_id == card_user_id)
    changed = {"from": before.value, "to": state.value}
    audit.record(p, actor, Action.CARD_STATE_CHANGED, _subject(card_user_id), **changed)
    return before


def unlock(p: Partition, actor: str, card_user_id: int) -> None:
    """Give all tries back, at a counter, to a holder who was identified there.

    :raises UnknownCardUserError: if the town has no such card.
    """
    card = _lock(p, card_user_id)
    card.tries_left, card.last_attempt = pin.MAX_TRIES, None
    audit.record(p, actor, Action.CARD_UNLOCKED, _subject(card_user_id))


def set_pin(p: Partition, actor: str, card_user_id: int, new_pin: str, usable_from: date | None = None) -> None:
    """A new PIN chosen at a counter, with all tries. `usable_from`: some towns let it work from the next day (B05).

    :raises PinFormError: unless it is four digits and the card's PIN is kept here.
    :raises UnknownCardUserError: if the town has no such card.
    """
    card = _lock(p, card_user_id)
    card.pin_hash = _pin_hash(card.kind, card.credential, new_pin)
    card.tries_left, card.last_attempt = pin.MAX_TRIES, None
    card.usable_from = usable_from or card.usable_from
    audit.record(p, actor, Action.PIN_SET, _subject(card_user_id))


def _pin_hash(kind: CardKind, credential: str, new_pin: str | None) -> str | None:
    if kind not in SERVER_PIN_KINDS and new_pin is None:
        return None
    if kind not in SERVER_PIN_KINDS or new_pin is None or not pin.is_well_formed(new_pin):
        raise PinFormError(kind.value)
    return hashing.hash_pin(credential, new_pin)


def _lock(p: Partition, card_user_id: int) -> CardUser:
    card: CardUser | None = p.session.get(CardUser, card_user_id, with_for_update=True)
    if card is None:
        raise UnknownCardUserError(card_user_id)
    return card


def _subject(card_user_id: int) -> str:
    return f"card:{card_user_id}"
