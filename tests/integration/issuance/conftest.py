"""Two towns, two terminals, and a certificate room that answers what a test wants: the journal itself is real."""

from __future__ import annotations

import base64
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit.models import UnionHead
from app.cards import visits
from app.cards.models import CardUser, SignIn, Visit
from app.cards.queries import Cardholder, find_cardholder
from app.cards.vocabularies import CardKind, CardState, Method, VisitState
from app.certificates import service as certificates
from app.certificates.documents import OMITTED
from app.certificates.errors import EligibilityRefusedError
from app.certificates.kinds.resident_record import ResidentRecordDocument
from app.certificates.requests import MessageClass, Refusal, Request
from app.certificates.service import Prepared
from app.config import SECRET_NAMES, Config
from app.extensions import db
from app.issuance import keys, service
from app.issuance.queries import OrderView, find_order
from app.issuance.rendered import Finished, list_waiting, store_sheet
from app.municipalities import migrating, queries, union
from app.municipalities.models import Member, Site, Terminal, TerminalKind, Union
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write
from app.protocol.messages import GrantRequest, Report, ReportEvent, Tender, WorkAction
from app.protocol.signatures import Signer
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture
from tests.unit.certificates.people import full_record

HOME, OTHER = "901016", "901024"
KIOSK, OTHER_KIOSK = "kiosk-a1", "kiosk-b1"
SUBJECT = "19"
SEEDS = {KIOSK: b"\1" * 32, OTHER_KIOSK: b"\2" * 32}
FEE = 300


def make_config(home: Path, database: str | None = None) -> Config:
    """Files in `home`, or everything in one PostgreSQL `database`: the union in public, a schema a town."""
    environ = {
        f"KOIKI_SECRET_{name.upper()}": base64.b64encode(bytes([n + 1]) * 32).decode()
        for n, name in enumerate(SECRET_NAMES)
    }
    union_url = database or f"sqlite:///{home / 'union.db'}"
    return Config(home, union_url, environ=environ, place_urls={"cell": database or ""})


def make_app(config: Config) -> Flask:
    """The databases without any surface."""
    app = Flask("koiki-issuance-tests")
    app.config["KOIKI"] = config
    app.config.update(union.flask_settings(config))
    db.init_app(app)
    with app.app_context():
        union.attach()
    partitions.configure(config)
    keys.configure(config)
    return app


def furnish(config: Config, place_key: str) -> None:
    """A union of two towns, each with a site, a terminal and a card."""
    with make_app(config).app_context():
        with union_write() as session:
            migrating.upgrade(session.connection(), migrating.UNION)
            if session.get(UnionHead, 1) is None:
                session.add(UnionHead(head_id=1))
            session.merge(Union(union_id=1, name="みどりの広域連合"))
            for number, (code, name) in enumerate(((HOME, "若草市"), (OTHER, "青葉町")), start=1):
                for row in (_member(code, name, place_key), _site(code), _terminal(number, code)):
                    session.add(row)
                    session.flush()
        for code in (HOME, OTHER):
            partitions.create(code)
            with partitions.open(code, write=True) as p:
                p.session.add(_card())
        db.engine.dispose()
    partitions.dispose()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once in files and copied for each test."""
    home = tmp_path_factory.mktemp("furnished")
    (home / "union.db").touch()
    furnish(make_config(home), "embedded")
    return home


@pytest.fixture(scope="session")
def furnished_database(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: F811
    """Made once in PostgreSQL and copied for each test."""
    name = postgres.make_database()
    furnish(make_config(tmp_path_factory.mktemp("furnished"), postgres.url(name, "admin")), "cell")
    return name


def _member(code: str, name: str, place_key: str) -> Member:
    in_schema = {"place_schema": f"m{code}", "place_role": f"r{code}"} if place_key != "embedded" else {}
    return Member(code=code, name=name, prefecture="青嶺県", place_key=place_key, **in_schema)


def _card() -> CardUser:
    return CardUser(
        card_user_id=1,
        atena_no=SUBJECT,
        kind=CardKind.INDIVIDUAL_NUMBER_CARD,
        credential="c" * 64,
        state=CardState.ACTIVE,
    )


def _site(code: str) -> Site:
    return Site(
        site_id=f"site-{code}", municipality=code, name="本庁", office_opens=time(8, 30), office_closes=time(17, 15)
    )


def _terminal(number: int, code: str) -> Terminal:
    terminal_id = (KIOSK, OTHER_KIOSK)[number - 1]
    return Terminal(
        terminal_id=terminal_id,
        site=f"site-{code}",
        kind=TerminalKind.KIOSK,
        number=number,
        public_key=Signer(SEEDS[terminal_id]).public_key,
        agent_url=f"http://127.0.0.1:88{number:02d}",
        enrolled_at=clock.now(),
    )


@dataclass
class FakeRoom:
    """Stands for the certificate room: `refuse` is a kind, `yen` the fee (`fees`: by kind), `asked` the wishes."""

    yen: int = FEE
    refuse: str = ""
    name: str = "若草　太郎"
    asked: list[Request] = field(default_factory=list)
    fees: dict[str, int] = field(default_factory=dict)

    def prepare(self, p, subject, request, site, register_key, services=None) -> Prepared:
        self.asked.append(request)
        if self.refuse and request.kind == self.refuse:
            raise EligibilityRefusedError(Refusal("B01", MessageClass.NEUTRAL))
        fee = self.fees.get(request.kind, self.yen)
        return Prepared(make_document(self.name), fee, (subject,), "register=1")


def make_document(name: str = "若草　太郎") -> ResidentRecordDocument:
    """Of one person, with what is always there."""
    document = full_record(1)
    omitted = dict.fromkeys(("relationship", "registered_domicile", "register_head"), OMITTED)
    person = replace(document.persons[0], name=name, **omitted)
    return replace(document, household_head=OMITTED, persons=(person,))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Both, unless a module says otherwise."""
    return str(request.param)


@pytest.fixture
def config(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Config:
    if engine == "sqlite":
        return make_config(Path(shutil.copytree(request.getfixturevalue("furnished"), tmp_path / "home")))
    cluster, template = request.getfixturevalue("postgres"), request.getfixturevalue("furnished_database")
    return make_config(tmp_path, cluster.url(cluster.make_database(template), "admin"))


@pytest.fixture
def home(config: Config) -> Path:
    return config.home


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = make_app(config)
    with app.app_context():
        yield app
        db.engine.dispose()
    partitions.dispose()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> FakeRoom:
    fake = FakeRoom()
    monkeypatch.setattr(certificates, "prepare", fake.prepare)
    return fake


@dataclass
class Stage:
    """One resident of HOME at one terminal, step by step."""

    terminal_id: str = KIOSK
    visit_id: str = ""
    key: str = "key-1"

    def arrive(self) -> Stage:
        """Open a visit and sign in, without a card."""
        self.visit_id = str(uuid.uuid4())
        now = clock.now()
        with union_write() as session:
            session.add(
                Visit(
                    visit_id=self.visit_id,
                    terminal_id=self.terminal_id,
                    state=VisitState.SIGNED_IN,
                    home=HOME,
                    language="ja",
                    opened_at=now,
                    last_seen_at=now,
                )
            )
        with partitions.open(HOME, write=True) as p:
            p.session.add(
                SignIn(
                    visit_id=self.visit_id,
                    terminal_id=self.terminal_id,
                    site="site",
                    site_municipality=HOME,
                    atena_no=SUBJECT,
                    card_user_id=1,
                    method=Method.JPKI,
                    statement_mark=uuid.uuid4().hex,
                    signed_in_at=now,
                )
            )
        return self

    @property
    def terminal(self) -> queries.TerminalFacts:
        return queries.get_terminal(self.terminal_id)

    def place(self, *kinds: str | Request, key: str | None = None, priced_at: datetime | None = None) -> OrderView:
        """One copy of each: of a kind with its usual content, or as a request says."""
        wanted, terminal = kinds or ("resident_record",), self.terminal
        requests = [kind if isinstance(kind, Request) else make_request(kind) for kind in wanted]
        with partitions.open(HOME, write=True) as p:
            holder = find_cardholder(p, self.visit_id)
            assert isinstance(holder, Cardholder)
            return service.place_order(p, "visit", holder, terminal, requests, key or self.key, priced_at)

    def render(self) -> OrderView:
        """Every waiting copy gets bytes of its own."""
        with partitions.open(HOME, write=True) as p:
            for waiting in list_waiting(p, 100):
                store_sheet(p, "worker", waiting.issuance_id, finished(waiting.issuance_id))
        return self.order

    def ask(self, tender: Tender | None = Tender.CASH) -> OrderView:
        order_id = self.order.order_id
        with partitions.open(HOME, write=True) as p:
            return service.ask_payment(p, "visit", order_id, tender)

    def switch(self) -> OrderView:
        order_id = self.order.order_id
        with partitions.open(HOME, write=True) as p:
            return service.switch_tender(p, "visit", order_id)

    def cancel(self) -> OrderView:
        order_id = self.order.order_id
        with partitions.open(HOME, write=True) as p:
            return service.cancel_order(p, "visit", order_id)

    def work(self, terminal_id: str | None = None):
        with partitions.open(HOME) as p:
            return service.next_work(p, terminal_id or self.terminal_id, self.visit_id)

    def report(
        self, event: ReportEvent, *, yen: int = 0, attempt: str = "", details: str = "{}", **other: str | int
    ) -> None:
        fields = {
            "terminal_id": self.terminal_id,
            "visit_id": self.visit_id,
            "payment_key": "" if attempt else self.order.payment_key,
        } | other
        report = Report(
            report_id=str(uuid.uuid4()), event=event, attempt_id=attempt, yen=yen, details=details, at=0, **fields
        )
        with partitions.open(HOME, write=True) as p:
            service.record_report(p, f"terminal:{self.terminal_id}", report)

    def grant(self, grant_id: str | None = None, attempt: str | None = None, terminal_id: str | None = None):
        wish = GrantRequest(
            terminal_id or self.terminal_id, attempt or self.work().attempt_id, grant_id or str(uuid.uuid4()), 0
        )
        with partitions.open(HOME, write=True) as p:
            return service.grant(p, f"terminal:{self.terminal_id}", wish, self.visit_id)

    def pay(self, *kinds: str | Request, priced_at: datetime | None = None) -> OrderView:
        """As far as the money in escrow."""
        order = self.place(*kinds, priced_at=priced_at)
        self.render()
        self.ask()
        self.report(ReportEvent.HELD, yen=order.yen)
        return self.order

    def print_one(self, *events: ReportEvent) -> str:
        """Grant the next copy and report; the attempt."""
        work = self.work()
        assert work.action is WorkAction.PRINT
        self.grant(attempt=work.attempt_id)
        for event in events:
            self.report(event, attempt=work.attempt_id)
        return work.attempt_id

    @property
    def order(self) -> OrderView:
        with partitions.open(HOME) as p:
            view = find_order(p, self.visit_id)
        assert view is not None
        return view

    def leave(self) -> None:
        """The resident walks away: the kiosk has said so."""
        visits.mark_closing(self.visit_id)


def finished(mark: str, sheets: int = 1) -> Finished:
    return Finished(f"%PDF of {mark}".encode(), f"PNG of {mark}".encode(), sheets)


def make_request(kind: str = "resident_record", options: frozenset[str] = frozenset()) -> Request:
    return Request(kind, SUBJECT, (), options, "kiosk", clock.now())


@pytest.fixture
def stage(app: Flask, room: FakeRoom) -> Stage:
    return Stage().arrive()


def rows(model, code: str = HOME, *where):
    """Everything in a table of a town."""
    with partitions.open(code) as p:
        return list(p.session.scalars(sa.select(model).where(*where)))
