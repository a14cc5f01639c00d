"""PURE. Closed vocabularies of cards and visits."""

from __future__ import annotations

from enum import StrEnum


class CardKind(StrEnum):
    """Card generations that the house knows. The rest of the app never asks which."""

    INDIVIDUAL_NUMBER_CARD = "individual_number_card"  # マイナンバーカード: JPKI, the chip checks the PIN
    JUKI_CARD = "juki_card"  # 住基カード, 上伊那 style: the PIN is in the town's カード利用者管理DB
    CITIZEN_CARD = "citizen_card"  # 市民カード: the same, without 住基


SERVER_PIN_KINDS = frozenset({CardKind.JUKI_CARD, CardKind.CITIZEN_CARD})


class CardState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # 一時停止
    LOST = "lost"
    RETURNED = "returned"
    CONTINUED_USE_PENDING = "continued_use_pending"  # 引越継続利用 手続未了 (B14)


class Method(StrEnum):
    """How the PIN was checked."""

    JPKI = "jpki"
    SERVER_PIN = "server_pin"


class VisitState(StrEnum):
    OPEN = "open"  # at a terminal, nobody known yet
    ASKED = "asked"  # a ticket is out
    SIGNED_IN = "signed_in"
    CLOSING = "closing"  # the resident has gone; an order is still being finished or paid back
    ENDED = "ended"
