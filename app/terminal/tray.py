"""The demo's card reader: a box of invented cards, and a tray on which one of them may lie.

A card is one JSON file in the card folder (docs/terminal-agent.md). With `chip` it is a software chip; without, it is a
card that only says its number, as 住基カード and 市民カード do.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.protocol.messages import CardFailure, Evidence
from app.terminal.card_jpki import SoftwareJpkiCard
from app.terminal.errors import CardGoneError, CardRefusedError, UnknownCardError
from app.terminal.reader import Card, Proof

NUMBERED_KINDS = ("juki_card", "citizen_card")
CHIP_KINDS = ("individual_number_card",)


@dataclass(frozen=True)
class BoxedCard:
    """What the desk shows of a card. `hint` is the PIN of an invented person, printed on the demo's card."""

    card_id: str
    kind: str
    label: str
    label_en: str
    hint: str


class NumberedCard:
    """Says its number to anyone; whether the PIN is right is known to the portal alone."""

    def __init__(self, kind: str, card_id: str, is_there: Callable[[], bool]) -> None:
        self.kind = kind
        self._card_id = card_id
        self._is_there = is_there

    def tries_left(self) -> int:
        return -1

    def prove(self, pin: str, challenge: bytes) -> Proof:  # noqa: ARG002 -- this card signs nothing
        if not self._is_there():
            raise CardGoneError
        return Proof(Evidence.SERVER_PIN, card_id=self._card_id, pin=pin)


class CardTray:
    """A `Reader` on which the desk lays cards. Knows one card at a time."""

    def __init__(self, box: Path) -> None:
        self._box = box
        self._tries_folder = box / "tries"  # beside the cards: a chip takes its count along to the next terminal
        self._tries_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._lying: str | None = None
        self._insertion = 0

    def is_there(self) -> bool:
        return True

    def insertion(self) -> int:
        return self._insertion

    def lying(self) -> str | None:
        """The id of the card on the tray."""
        return self._lying

    def lay(self, card_id: str) -> None:
        """Lay a card down; one that lay there is taken away. :raises UnknownCardError:"""
        if card_id not in self._files():
            raise UnknownCardError
        with self._lock:
            self._lying = card_id
            self._insertion += 1

    def take(self) -> None:
        """Take the card away, if there is one."""
        with self._lock:
            self._lying = None

    def cards(self) -> list[BoxedCard]:
        """Every readable card of the box, in the order of the file names."""
        boxed = []
        for card_id, path in sorted(self._files().items()):
            facts = _read(path)
            kind, label, english = (str(facts.get(name, "")) for name in ("kind", "label", "label_en"))
            boxed.append(BoxedCard(card_id, kind, label or card_id, english, _hint(facts)))
        return boxed

    def card(self) -> Card | None:
        with self._lock:
            lying, insertion = self._lying, self._insertion
        if lying is None:
            return None
        path = self._files().get(lying)
        facts = _read(path) if path else {}
        return self._card_of(facts, lying, lambda: self._lying == lying and self._insertion == insertion)

    def _card_of(self, facts: dict[str, Any], name: str, is_there: Callable[[], bool]) -> Card:
        kind, chip = facts.get("kind"), facts.get("chip")
        if kind in CHIP_KINDS and isinstance(chip, dict) and {"certificate", "private_key", "pin"} <= set(chip):
            return SoftwareJpkiCard(kind, chip, self._tries_folder / name, is_there)
        if kind in NUMBERED_KINDS and isinstance(facts.get("card_id"), str):
            return NumberedCard(kind, facts["card_id"], is_there)
        raise CardRefusedError(CardFailure.UNKNOWN_CARD)

    def _files(self) -> dict[str, Path]:
        return {path.stem: path for path in self._box.glob("*.json")}


def _read(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _hint(facts: dict[str, Any]) -> str:
    chip = facts.get("chip")
    hint = facts.get("pin_hint") or (chip.get("pin") if isinstance(chip, dict) else "")
    return str(hint or "")
