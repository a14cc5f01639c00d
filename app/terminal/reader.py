"""What the agent asks of a card reader and of a card. The demo's tray answers it; a PC/SC reader answers the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.protocol.messages import Evidence


@dataclass(frozen=True)
class Proof:
    """What a card gave after its PIN: fields of a `Statement`. Unused ones are empty."""

    evidence: Evidence
    certificate: str = ""
    signature: str = ""
    card_id: str = ""
    pin: str = ""

    def __repr__(self) -> str:  # a traceback with local variables must not show a PIN
        return f"Proof({self.evidence})"


class Card(Protocol):
    """A card that lies on the reader."""

    kind: str  # a value of the portal's CardKind

    def tries_left(self) -> int:
        """Wrong PINs that the card itself still forgives; -1 when it does not count them."""
        ...

    def prove(self, pin: str, challenge: bytes) -> Proof:
        """:raises CardRefusedError: WRONG_PIN or LOCKED. :raises CardGoneError: taken away meanwhile."""
        ...


class Reader(Protocol):
    """One reader of one terminal."""

    def is_there(self) -> bool:
        """Whether this terminal can read cards at all."""
        ...

    def insertion(self) -> int:
        """Counts cards that were laid down: two looks with the same number saw the same card."""
        ...

    def card(self) -> Card | None:
        """The card on the reader. :raises CardRefusedError: UNKNOWN_CARD for one that nobody here knows."""
        ...


class NoReader:
    """Of a terminal that has none: nobody signs in there, and what was granted for it prints."""

    def is_there(self) -> bool:
        return False

    def insertion(self) -> int:
        return 0

    def card(self) -> Card | None:
        return None
