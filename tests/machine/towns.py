"""Two towns, two terminals, three residents: the union and the partitions are real, the registers answer in a word."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cards import visits
from app.cards.models import CardUser, SignIn
from app.cards.queries import find_cardholder
from app.cards.vocabularies import CardKind, CardState, Method
from app.certificates import service as certificates
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import MessageClass, Refusal, Request
from app.certificates.service import Prepared
from app.config import Config
from app.extensions import db
from app.issuance import aftermath
from app.issuance.queries import OrderView, find_order, has_open_order
from app.issuance.rendered import Finished
from app.municipalities.partitions import Partition, partitions
from app.protocol.signatures import Signer
from tests.integration.issuance.conftest import HOME, KIOSK, OTHER, OTHER_KIOSK, make_app, make_document

TERMINALS = (KIOSK, OTHER_KIOSK)
TOWNS = (HOME, OTHER)
RESIDENTS = ((HOME, "19"), (HOME, "20"), (OTHER, "19"))  # in every town the card's number is its place here
YEN = {"resident_record": 300, "seal_registration": 250, "vehicle_tax_payment": 0}
KINDS = tuple(YEN)
PORTAL = Signer(b"\7" * 32)


@dataclass
class Registers:
    """Stands for the certificate room: whose record has changed, or is blocked, since the machine began."""

    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    blocked: set[tuple[str, str]] = field(default_factory=set)

    def prepare(
        self, p: Partition, subject: str, request: Request, site: str, key: bytes, services: object = None
    ) -> Prepared:
        """As `certificates.service.prepare`."""
        who = (p.code, subject)
        if who in self.blocked:
            raise EligibilityRefusedError(Refusal("B01", MessageClass.NEUTRAL))
        document = make_document(f"{p.code} {subject} {self.changed.get(who, 0)}")
        return Prepared(document, YEN[request.kind], (subject,), "register=1")


@dataclass
class Towns:
    """The installation under test."""

    config: Config
    registers: Registers = field(default_factory=Registers)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self._real_prepare = certificates.prepare
        certificates.prepare = self.registers.prepare
        self.app = make_app(self.config)
        self._context = self.app.app_context()
        self._context.push()
        self._give_cards()

    def close(self) -> None:
        certificates.prepare = self._real_prepare
        db.engine.dispose()
        self._context.pop()
        partitions.dispose()
        if self.config.home.name.startswith("machine-"):
            shutil.rmtree(self.config.home, ignore_errors=True)

    def _give_cards(self) -> None:
        for number, (town, subject) in enumerate(RESIDENTS, start=1):
            with partitions.open(town, write=True) as p:
                if p.session.get(CardUser, number) is None:
                    p.session.add(_card(number, subject))

    # --- a kiosk's surface, without its pages

    def sign_in(self, terminal_id: str, resident: int) -> str:
        """As the kiosk and the card trip do it. :raises TerminalBusyError: when somebody is still served."""
        older = visits.live_visit_of(terminal_id)
        if older is not None and not self.is_served(older.home, older.visit_id):
            aftermath.end_visit(older.home, older.visit_id, "replaced")
        visit = visits.open_visit(terminal_id, "ja", lambda v: self.is_served(v.home, v.visit_id))
        _ticket, asked = visits.issue_ticket(visit.visit_id, PORTAL, "http://portal")
        town, subject = RESIDENTS[resident]
        with partitions.open(town, write=True) as p:
            p.session.add(_sign_in(visit.visit_id, terminal_id, resident + 1, subject))
        assert visits.mark_signed_in(visit.visit_id, asked.ticket_nonce or "", town)
        return visit.visit_id

    def is_served(self, home: str | None, visit_id: str) -> bool:
        if home is None:
            return False
        with partitions.open(home) as p:
            return has_open_order(p, visit_id)

    def order_of(self, visit: visits.VisitFacts | None) -> OrderView | None:
        """The order of a visit, if somebody is signed in and has one."""
        if visit is None or visit.home is None:
            return None
        with partitions.open(visit.home) as p:
            return find_order(p, visit.visit_id)

    def leave(self, visit: visits.VisitFacts) -> None:
        """「やめる」 or 「おわる」, after what can be called off is called off."""
        if visit.home is not None and self.is_served(visit.home, visit.visit_id):
            visits.mark_closing(visit.visit_id)
            aftermath.follow_up(visit.home, "kiosk", visit.visit_id)
        else:
            aftermath.end_visit(visit.home, visit.visit_id, "finished")

    def requests(self, home: str, visit_id: str, kinds: list[str]) -> tuple[object, list[Request]]:
        with partitions.open(home) as p:
            holder = find_cardholder(p, visit_id)
        subject = holder.subject if holder else ""
        return holder, [Request(kind, subject, (), frozenset(), "kiosk", clock.now()) for kind in kinds]

    def rows(self, town: str, sql: str, **values: object) -> list[sa.Row]:
        with partitions.open(town) as p:
            return list(p.session.execute(sa.text(sql), values))


def finished(issuance_id: str, sheets: int) -> Finished:
    """What a worker would have made: bytes that no other copy has."""
    return Finished(f"%PDF {issuance_id}".encode(), f"PNG {issuance_id}".encode(), sheets)


def fresh(template: Config, folder: Path) -> Config:
    """A copy of an untouched installation in files."""
    home = folder / f"machine-{uuid.uuid4().hex[:8]}"
    shutil.copytree(template.home, home)
    return replace(template, home=home, union_url=f"sqlite:///{home / 'union.db'}")


def _card(number: int, subject: str) -> CardUser:
    kind = CardKind.INDIVIDUAL_NUMBER_CARD
    return CardUser(
        card_user_id=number, atena_no=subject, kind=kind, credential=f"{number}" * 64, state=CardState.ACTIVE
    )


def _sign_in(visit_id: str, terminal_id: str, card: int, subject: str) -> SignIn:
    return SignIn(
        visit_id=visit_id, terminal_id=terminal_id, site="site", site_municipality=HOME, atena_no=subject,
        card_user_id=card, method=Method.JPKI, statement_mark=uuid.uuid4().hex, signed_in_at=clock.now(),
    )  # fmt: skip
