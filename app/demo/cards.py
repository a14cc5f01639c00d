"""Makes the cards of the cast: registered in the towns, and laid into the box of the simulated reader as JSON files.

The box is `KOIKI_HOME/tray/cards`; the form of a file is the terminal agent's (`terminal/tray.py`). Every PIN of the
demo is 1234 and stands on the card: there is nobody behind it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cards import keys, service
from app.cards.jpki_ca import DemoAuthority, DemoChip
from app.cards.models import CardUser
from app.cards.service import NewCard
from app.cards.verification import issuer_id
from app.cards.vocabularies import CardKind, CardState
from app.demo.cases import CardWish
from app.demo.towns import TOWNS, Town
from app.municipalities.partitions import Partition, partitions
from app.protocol.canonical import to_base64url

PIN = "1234"
OLD_YEARS, YEARS = 9, 2  # age of the two generations of the authority
EXPIRED_DAYS = 8 * 365  # a certificate issued so long ago is over: five birthdays
ISSUED_DAYS = 200
LIST_DAYS = 3650


class CardBox:
    """The demo's authorities, and the folder in which the cards lie."""

    def __init__(self, folder: Path, actor: str) -> None:
        now = clock.now()
        self._folder, self._actor, self._now = folder, actor, now
        self._authority = DemoAuthority(now - timedelta(days=YEARS * 365))
        self._old = DemoAuthority(now - timedelta(days=OLD_YEARS * 365))
        self._stranger = DemoAuthority(now - timedelta(days=YEARS * 365))
        self._made = 0
        self._revoked: list[int] = []
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def pin_roots(self) -> None:
        """Let the portal trust the two authorities of the demo, and none other."""
        self._authority.pin_root(keys.roots_folder(), "demo-2")
        self._old.pin_root(keys.roots_folder(), "demo-1")

    def publish_revocations(self) -> None:
        """The list on which the revoked cards stand; good for ten years, so that no demo outlives it."""
        keys.crl_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        listed = self._authority.revocation_list(self._revoked, self._now, LIST_DAYS)
        (keys.crl_folder() / "demo-2.crl").write_bytes(listed)

    def add(self, town: Town, wish: CardWish) -> None:
        """Make a card, register it unless it is nobody's, and lay it into the box."""
        self._made += 1
        is_chip = wish.kind is CardKind.INDIVIDUAL_NUMBER_CARD
        credential, facts = self._chip(wish) if is_chip else self._numbered(town, wish)
        if wish.atena_no:
            with partitions.open(town.code, write=True) as p:
                self._register(p, wish, credential)
        shown = {"label": wish.label, "label_en": wish.label_en, "kind": wish.kind.value, "pin_hint": PIN}
        name = f"{TOWNS.index(town) + 1:02d}-{town.slug}-{wish.case}"
        path = self._folder / f"{name}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(shown | facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _chip(self, wish: CardWish) -> tuple[str, dict[str, Any]]:
        authority, issued_at = self._source(wish)
        serial = 900_000_000 + self._made
        if wish.certificate == "revoked":
            self._revoked.append(serial)
        chip = authority.issue(serial, wish.born, issued_at)
        credential = keys.fingerprint(wish.kind, issuer_id(authority.root), str(serial))
        return credential, {"chip": _chip_facts(chip)}

    def _source(self, wish: CardWish) -> tuple[DemoAuthority, datetime]:
        if wish.certificate == "expired":
            return self._old, self._now - timedelta(days=EXPIRED_DAYS)
        authority = self._stranger if wish.certificate == "untrusted" else self._authority
        return authority, self._now - timedelta(days=ISSUED_DAYS)

    def _numbered(self, town: Town, wish: CardWish) -> tuple[str, dict[str, Any]]:
        number = f"{town.code}{self._made:06d}"
        return keys.fingerprint(wish.kind, keys.UNION_ISSUER, number), {"card_id": number}

    def _register(self, p: Partition, wish: CardWish, credential: str) -> None:
        pin = None if wish.kind is CardKind.INDIVIDUAL_NUMBER_CARD else PIN
        today = self._now.date()
        until = None if wish.valid_days is None else today + timedelta(days=wish.valid_days)
        begins = None if wish.usable_days is None else today + timedelta(days=wish.usable_days)
        card = NewCard(wish.kind, credential, pin, wish.services, until, begins)
        number = service.register_card(p, self._actor, wish.atena_no, card)
        if wish.state is not CardState.ACTIVE:
            service.change_state(p, self._actor, number, wish.state)
        if wish.is_locked:  # as after three wrong tries
            p.session.execute(sa.update(CardUser).where(CardUser.card_user_id == number).values(tries_left=0))


def _chip_facts(chip: DemoChip) -> dict[str, str]:
    return {"certificate": to_base64url(chip.certificate_der), "private_key": chip.private_key_pem, "pin": PIN}
