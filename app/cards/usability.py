"""PURE. Whether a card in hand may be used today, before anyone asks who holds it (rules B05, B07, B11, B12, B14)."""

from __future__ import annotations

from datetime import date

from app.cards.vocabularies import CardState
from app.protocol.messages import CardFailure

MINIMUM_AGE = 15  # B07; under-fifteens still appear on a parent's 住民票

_BY_STATE = {
    CardState.ACTIVE: CardFailure.NONE,
    CardState.SUSPENDED: CardFailure.STOPPED,
    CardState.LOST: CardFailure.STOPPED,
    CardState.RETURNED: CardFailure.STOPPED,
    CardState.CONTINUED_USE_PENDING: CardFailure.CONTINUED_USE_PENDING,
}


def why_unusable(state: CardState, valid_until: date | None, usable_from: date | None, today: date) -> CardFailure:
    """The first reason against this card on `today`, or NONE. A stopped card stays 「stopped」 when it also expires."""
    if (failure := _BY_STATE[state]) is not CardFailure.NONE:
        return failure
    if valid_until is not None and today > valid_until:
        return CardFailure.EXPIRED
    if usable_from is not None and today < usable_from:
        return CardFailure.USABLE_TOMORROW
    return CardFailure.NONE


def is_under_age(birth: date | None, today: date) -> bool:
    """Whether the holder is younger than fifteen on `today`.

    The year of age is complete when the birthday begins (年齢計算ニ関スル法律, 民法143条). A day not known (不詳)
    is found with the very old: a wording cannot show that somebody is a child, so it does not refuse.
    """
    return birth is not None and today < birthday(birth, birth.year + MINIMUM_AGE)


def birthday(birth: date, year: int) -> date:
    """The birthday in `year`; who is born on 29 February completes a common year with 28 February (民法143条2項)."""
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
