"""Two towns, a kiosk in each, a few invented residents with cards, and an agent that says what it is told to."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import UnionHead
from app.cards import keys, service, visits
from app.cards.jpki_ca import DemoAuthority, DemoChip
from app.cards.queries import Cardholder, find_cardholder
from app.cards.service import NewCard
from app.cards.verification import issuer_id
from app.cards.vocabularies import CardKind
from app.config import Config, create_keys
from app.extensions import db
from app.municipalities import migrating, union
from app.municipalities.codes import check_digit
from app.municipalities.models import Member, Site, Terminal
from app.municipalities.partitions import partitions
from app.municipalities.queries import TerminalFacts, get_terminal
from app.protocol.canonical import from_base64url, to_base64url
from app.protocol.messages import CardFailure, Evidence, Statement, Ticket, challenge
from app.protocol.signatures import Signer, open_sealed
from app.residents.models import PersonVersion
from app.residents.vocabularies import MovementReason, ResidentStatus, ResidentType, Sex
from tests.postgres import Cluster, postgres  # noqa: F401  (a fixture)

ORIGIN = "https://portal.test"
NOW = datetime(2026, 11, 21, 10, tzinfo=clock.JST)
TOWN_A, TOWN_B = (five + check_digit(five) for five in ("90101", "90102"))
PIN, WRONG = "7391", "1111"
PORTAL = Signer(b"\x07" * 32)
CHEAP = keys.HashCost(passes=1, memory_kib=8)


@cache
def authority() -> DemoAuthority:
    return DemoAuthority(NOW - timedelta(days=400))


@cache
def chip_of(serial: int) -> DemoChip:
    return authority().issue(serial, date(1984, 5, 6), NOW - timedelta(days=30))


def make_app(config: Config) -> Flask:
    """As much of the portal as cards need; also what another process of the same installation makes."""
    made = Flask("cards")
    made.config.update(union.flask_settings(config))
    db.init_app(made)
    keys.configure(config, CHEAP)
    with made.app_context():
        union.attach()
        partitions.configure(config)
    return made


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a union of two towns in files, made once and copied for each test."""
    home = tmp_path_factory.mktemp("furnished")
    create_keys(home / "keys")
    (home / "union.db").touch()
    _furnish(config_of(home))
    return home


@pytest.fixture(scope="session")
def furnished_database(postgres: Cluster, furnished: Path) -> str:  # noqa: F811
    """The same in one PostgreSQL database: the union in `public`, each town in a schema and role of its own."""
    name = postgres.make_database()
    _furnish(config_of(furnished, postgres.url(name, "admin")))
    return name


def config_of(home: Path, url: str = "") -> Config:
    """Everything in files of `home`, or everything in the database at `url`."""
    places = {"cell": url} if url else {}
    return Config(home, url or f"sqlite:///{home / 'union.db'}", portal_url=ORIGIN, demo=True, place_urls=places)


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, furnished: Path, tmp_path: Path) -> Config:
    shutil.copytree(furnished, tmp_path / "home")
    if request.param == "sqlite":
        return config_of(tmp_path / "home")
    cluster, made = request.getfixturevalue("postgres"), request.getfixturevalue("furnished_database")
    return config_of(tmp_path / "home", cluster.url(cluster.make_database(made), "admin"))


@pytest.fixture
def house(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The installation, its clock held at `NOW`."""
    monkeypatch.setattr(keys._Holder, "settings", None)
    made = make_app(config)
    with made.app_context(), clock.frozen(NOW):
        yield made
        partitions.dispose()
        db.engine.dispose()


def _furnish(config: Config) -> None:
    with make_app(config).app_context(), clock.frozen(NOW):
        _fill_union(in_schemas=bool(config.place_urls))
        for code in (TOWN_A, TOWN_B):
            partitions.create(code)
        authority().pin_root(keys.roots_folder(), "demo")
        db.engine.dispose()
    partitions.dispose()


def _fill_union(in_schemas: bool) -> None:
    with union.union_write() as session:
        migrating.upgrade(session.connection(), migrating.UNION)
        if session.get(UnionHead, 1) is None:
            session.add(UnionHead(head_id=1))
        for number, code in enumerate((TOWN_A, TOWN_B), start=1):
            place = {"place_key": "cell", "place_schema": f"m{code}", "place_role": f"r{code}"} if in_schemas else {}
            session.add(Member(code=code, name=f"町{number}", prefecture="青嶺県", **place))
            session.flush()
            session.add(Site(site_id=f"site-{number}", municipality=code, name="役場"))
            session.flush()
            session.add(
                Terminal(
                    terminal_id=f"kiosk-{number}",
                    site=f"site-{number}",
                    number=number,
                    public_key=bytes([number]) * 32,
                    agent_url="http://127.0.0.1:9911",
                    enrolled_at=NOW,
                )
            )


def add_person(
    code: str, atena_no: str, birth: str = "1984-05-06", status: ResidentStatus = ResidentStatus.RESIDENT
) -> None:
    """An invented resident."""
    with partitions.open(code, write=True) as p:
        p.session.add(
            PersonVersion(
                atena_no=atena_no,
                history_no=1,
                setai_no=atena_no,
                status=status,
                resident_type=ResidentType.JAPANESE,
                name="若草　花子",
                birth_date=birth,
                sex=Sex.FEMALE,
                address="青嶺県若草市一番地",
                movement_reason=MovementReason.BIRTH,
                row_sha256="0" * 64,
            )
        )


def add_numbered(code: str, atena_no: str, card_id: str, **given: object) -> int:
    """A 市民カード with the PIN of these tests."""
    credential = keys.fingerprint(CardKind.CITIZEN_CARD, keys.UNION_ISSUER, card_id)
    card = NewCard(CardKind.CITIZEN_CARD, credential, pin=PIN, **given)  # type: ignore[arg-type]
    with partitions.open(code, write=True) as p:
        return service.register_card(p, "staff:test", atena_no, card)


def add_chip(code: str, atena_no: str, serial: int, **given: object) -> int:
    """A マイナンバーカード of the test authority."""
    kind = CardKind.INDIVIDUAL_NUMBER_CARD
    credential = keys.fingerprint(kind, issuer_id(authority().root), str(serial))
    with partitions.open(code, write=True) as p:
        return service.register_card(p, "staff:test", atena_no, NewCard(kind, credential, **given))  # type: ignore[arg-type]


@dataclass
class Agent:
    """One kiosk's agent, after its envelope was opened: only statements are left to say."""

    terminal: TerminalFacts
    ticket: Ticket | None = None

    def ask(self) -> Ticket:
        """Open a visit and let the portal send its ticket."""
        visit = visits.open_visit(self.terminal.terminal_id, "ja", lambda _: False)
        return self.ask_again(visit.visit_id)

    def ask_again(self, visit_id: str) -> Ticket:
        envelope, _ = visits.issue_ticket(visit_id, PORTAL, ORIGIN)
        self.ticket = open_sealed(envelope, Ticket, PORTAL.public_key)
        return self.ticket

    def numbered(self, card_id: str, pin: str = PIN, **changes: object) -> Statement:
        """What a numbered card and a typed PIN amount to; a new statement at every call."""
        assert self.ticket is not None
        statement = Statement(
            statement_id=str(uuid.uuid4()),
            terminal_id=self.terminal.terminal_id,
            ticket_nonce=self.ticket.nonce,
            evidence=Evidence.SERVER_PIN,
            card_kind=CardKind.CITIZEN_CARD.value,
            certificate="",
            signature="",
            card_id=card_id,
            pin=pin,
            failure=CardFailure.NONE,
            at=int(clock.now().timestamp()),
        )
        return replace(statement, **changes)  # type: ignore[arg-type]

    def chip(self, serial: int, origin: str = ORIGIN, terminal_id: str = "", **changes: object) -> Statement:
        """What a chip card says after the right PIN."""
        assert self.ticket is not None
        chip, terminal_id = chip_of(serial), terminal_id or self.terminal.terminal_id
        signed = challenge(origin, terminal_id, from_base64url(self.ticket.nonce))
        blank = self.numbered("", "")
        proven = replace(
            blank,
            evidence=Evidence.JPKI,
            card_kind=CardKind.INDIVIDUAL_NUMBER_CARD.value,
            certificate=to_base64url(chip.certificate_der),
            signature=to_base64url(chip.private_key.sign(signed, padding.PKCS1v15(), hashes.SHA256())),
        )
        return replace(proven, **changes)  # type: ignore[arg-type]

    def sign_in(self, statement: Statement) -> Cardholder:
        return service.sign_in(statement, self.terminal)


@pytest.fixture
def agent(house: Flask) -> Agent:
    """At the kiosk of town A."""
    return Agent(get_terminal("kiosk-1"))


@pytest.fixture
def other_agent(house: Flask) -> Agent:
    """At the kiosk of town B."""
    return Agent(get_terminal("kiosk-2"))


def everything_in(session: Session, metadata: sa.MetaData) -> str:
    """All that the tables hold, as text."""
    rows = [session.execute(sa.select(table)).all() for table in metadata.sorted_tables]
    return repr([[tuple(row) for row in table] for table in rows])


def holder_of(code: str, visit_id: str) -> Cardholder | None:
    with partitions.open(code) as p:
        return find_cardholder(p, visit_id)
