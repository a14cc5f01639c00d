"""Who is at a terminal, and what the town's card register says. Hands out frozen facts, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.cards.models import CardService, CardUser, SignIn
from app.cards.vocabularies import CardKind, CardState, Method

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


@dataclass(frozen=True)
class Cardholder:
    """A resident who has shown a card and its PIN at a terminal: all that the rest of the app learns of cards."""

    method: Method
    home: str
    subject: str  # atena_no in `home`
    card_user_id: int
    visit_id: str


@dataclass(frozen=True)
class CardFacts:
    """One card of the register, for the town's own staff."""

    card_user_id: int
    atena_no: str
    kind: CardKind
    state: CardState
    valid_until: date | None
    usable_from: date | None
    tries_left: int
    services: tuple[str, ...]


def find_cardholder(p: Partition, visit_id: str) -> Cardholder | None:
    """Who signed in in this visit, if they did in this town and it has not ended: the only way to a person."""
    sign_in = p.session.get(SignIn, visit_id)
    return None if sign_in is None or sign_in.ended_at is not None else cardholder_of(p, sign_in)


def cardholder_of(p: Partition, sign_in: SignIn) -> Cardholder:
    return Cardholder(sign_in.method, p.code, sign_in.atena_no, sign_in.card_user_id, sign_in.visit_id)


def list_services(p: Partition, card_user_id: int) -> frozenset[str]:
    """The certificate kinds that this card is registered for (B15)."""
    kinds = sa.select(CardService.kind).where(CardService.card_user_id == card_user_id)
    return frozenset(p.session.scalars(kinds))


def list_cards(p: Partition) -> list[CardFacts]:
    """Every card of the town, in the order of registration."""
    services: dict[int, list[str]] = {}
    rows = p.session.execute(sa.select(CardService.card_user_id, CardService.kind).order_by(CardService.kind))
    for card_user_id, kind in rows:
        services.setdefault(card_user_id, []).append(kind)
    cards = p.session.scalars(sa.select(CardUser).order_by(CardUser.card_user_id))
    return [_facts(card, services.get(card.card_user_id, [])) for card in cards]


def _facts(card: CardUser, services: list[str]) -> CardFacts:
    return CardFacts(
        card.card_user_id,
        card.atena_no,
        card.kind,
        card.state,
        card.valid_until,
        card.usable_from,
        card.tries_left,
        tuple(services),
    )
