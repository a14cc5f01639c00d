"""Two towns with their staff, cases as the journal makes them, and a clerk's browser without script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, create_app
from app.cards import visits
from app.certificates import service as certificates
from app.config import Config
from app.extensions import db
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView, list_cases
from app.municipalities.models import Member, Site
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write
from app.protocol.messages import ReportEvent
from app.residents.models import PersonVersion
from app.residents.vocabularies import MovementReason, ResidentStatus, ResidentType, Sex
from app.staff import keys, service
from app.staff.roles import Role
from app.staff.service import NewMember
from tests.integration.issuance.conftest import HOME, OTHER, SUBJECT, FakeRoom, Stage, furnish, make_config
from tests.journey.forms import Form, read_forms

CHEAP = keys.HashCost(passes=1, memory_kib=64)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JST)
PASSWORD = "鳥が鳴く東の国の長い文"
RESIDENT = "若草　太郎"
CLERK, SENIOR, OTHER_SENIOR, UNION = "a-clerk", "a-senior", "b-senior", "u-admin"
MEMBERS = (
    NewMember(CLERK, "窓口 あおい", Role.CLERK, HOME),
    NewMember(SENIOR, "係長 みのり", Role.SENIOR_CLERK, HOME),
    NewMember(OTHER_SENIOR, "係長 いずみ", Role.SENIOR_CLERK, OTHER),
    NewMember(UNION, "広域 つばさ", Role.UNION_ADMINISTRATOR),
)


def demo_config(home: Path, database: str | None = None) -> Config:
    return replace(make_config(home, database), demo=True)


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once in files and copied for each test."""
    home = tmp_path_factory.mktemp("staffed")
    (home / "union.db").touch()
    furnish(make_config(home), "embedded")
    with clock.frozen(NOW):
        employ(demo_config(home))
    return home


def employ(config: Config) -> None:
    """Staff for the two towns of `furnish`, English names, and one resident."""
    with opened(config, ()) as app, app.app_context():
        with union_write() as session:
            for code, name_en in ((HOME, "Wakakusa City"), (OTHER, "Aoba Town")):
                session.get_one(Member, code).name_en = name_en
                session.get_one(Site, f"site-{code}").name_en = "Town hall"
        for new in MEMBERS:
            service.add_member("test", new)
            service.set_up_for_demo(new.staff_id, PASSWORD)
        with partitions.open(HOME, write=True) as p:
            p.session.add(_resident())


def _resident() -> PersonVersion:
    return PersonVersion(
        atena_no=SUBJECT,
        history_no=1,
        setai_no=SUBJECT,
        status=ResidentStatus.RESIDENT,
        resident_type=ResidentType.JAPANESE,
        name=RESIDENT,
        name_kana="ワカクサ　タロウ",
        birth_date="1980-04-01",
        sex=Sex.MALE,
        address="青嶺県若草市緑町二丁目3番4号",
        movement_reason=MovementReason.BIRTH,
        row_sha256="0" * 64,
    )


@contextmanager
def opened(config: Config, surfaces: tuple[str, ...] = ("counter",)) -> Iterator[Flask]:
    """The counter alone."""
    app = create_app(config, surfaces)
    keys.configure(config, CHEAP)
    yield app
    with app.app_context():
        db.engine.dispose()
    partitions.dispose()


@pytest.fixture
def app(staffed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(certificates, "prepare", FakeRoom().prepare)
    with opened(demo_config(Path(shutil.copytree(staffed, tmp_path / "home")))) as app, clock.frozen(NOW):
        yield app


@dataclass
class Browser:
    """One browser at a desk; every press is a form of the page that is open."""

    app: Flask
    client: FlaskClient = field(init=False)
    page: TestResponse = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, follow: bool = True, **headers: str) -> TestResponse:
        self.page = self.client.get(path, headers=headers, follow_redirects=follow)
        return self.page

    def live(self, path: str) -> TestResponse:
        """What htmx asks for by itself."""
        return self.client.get(path, headers={"HX-Request": "true"})

    def form(self, action: str) -> Form:
        found = next((form for form in read_forms(self.page.text) if action in form.action), None)
        assert found is not None, f"no form {action} on {self.path} ({self.page.status_code})"
        return found

    def press(self, action: str, follow: bool = True, **changes: str) -> TestResponse:
        form = self.form(action)
        self.page = self.client.post(form.action, data=form.data(None, **changes), follow_redirects=follow)
        return self.page

    def sign_in(self, staff_id: str) -> Browser:
        self.get("/counter/sign-in")
        self.press("/counter/sign-in", name=staff_id, password=PASSWORD)
        with self.app.app_context():
            code = service.demo_code(staff_id)
        self.press("/counter/second-step", code=code)
        assert self.path == "/counter/cases", self.text
        return self

    @property
    def path(self) -> str:
        return self.page.request.path

    @property
    def text(self) -> str:
        """The page's own words, without its marks."""
        return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", self.page.text))

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page.text, re.S)
        return found[1].strip() if found else ""


@pytest.fixture
def open_browser(app: Flask):
    """A browser with somebody of the staff signed in."""
    return lambda staff_id: Browser(app).sign_in(staff_id)


@dataclass
class Journal:
    """Makes cases in HOME as terminals do."""

    app: Flask

    def unknown_outcome(self) -> CaseView:
        """Paid, sent to the printer, and then nobody can say."""
        with self.app.app_context():
            stage = Stage(key=f"key-{self._count()}").arrive()
            stage.pay()
            stage.print_one(ReportEvent.PRINTING, ReportEvent.OUTCOME_UNKNOWN)
            visits.close_visit(stage.visit_id, "idle")
        return self.newest(CaseKind.OUTCOME_UNKNOWN)

    def unknown_money(self) -> CaseView:
        """Printed; the device does not say whether it kept the money."""
        with self.app.app_context():
            stage = Stage(key=f"key-{self._count()}").arrive()
            stage.pay()
            stage.print_one(ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN)
            stage.report(ReportEvent.PAYMENT_UNKNOWN)
            visits.close_visit(stage.visit_id, "idle")
        return self.newest(CaseKind.PAYMENT_UNKNOWN)

    def mismatch(self) -> CaseView:
        """The agent refused the bytes before it printed."""
        with self.app.app_context():
            stage = Stage(key=f"key-{self._count()}").arrive()
            stage.pay()
            stage.print_one(ReportEvent.MISMATCH)
            visits.close_visit(stage.visit_id, "idle")
        return self.newest(CaseKind.MANIFEST_MISMATCH)

    def newest(self, kind: CaseKind) -> CaseView:
        return next(case for case in reversed(self.cases()) if case.kind is kind)

    def cases(self) -> list[CaseView]:
        with self.app.app_context(), partitions.open(HOME) as p:
            return list_cases(p, closed=True)

    def case(self, case_id: int) -> CaseView:
        return next(case for case in self.cases() if case.case_id == case_id)

    def _count(self) -> int:
        return len(self.cases())


@pytest.fixture
def journal(app: Flask) -> Journal:
    return Journal(app)


def at(**span: float):
    """A little later."""
    return clock.frozen(clock.now() + timedelta(**span))


def address(case: CaseView, town: str = HOME, tail: str = "") -> str:
    return f"/counter/cases/{town}/{case.case_id}{tail}"
