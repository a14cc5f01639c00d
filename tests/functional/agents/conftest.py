"""The surface for terminals on the journal of the integration tests."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.agents import bp
from app.protocol.lease import LeaseRequest, LeaseResult
from app.protocol.messages import (
    Message,
    Report,
    ReportEvent,
    ReportResult,
    Work,
    WorkCall,
)
from app.protocol.signatures import Signer, open_sealed
from app.web import access
from tests.integration.issuance.conftest import (  # noqa: F401 - fixtures
    KIOSK,
    SEEDS,
    Stage,
    config,
    furnished,
    room,
    stage,
)

pytestmark = pytest.mark.usefixtures("room")


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def app(config):  # noqa: F811 - the same journal, with the surface on it
    yield from _with_surface(config)


def _with_surface(config):  # noqa: F811
    from app.extensions import db
    from app.municipalities.partitions import partitions
    from tests.integration.issuance.conftest import make_app

    app = make_app(config)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.secret_key = b"s" * 32
    access.init_app(app)
    app.register_blueprint(bp)
    with app.app_context():
        yield app
        db.engine.dispose()
    partitions.dispose()


@dataclass
class Agent:
    """Speaks as a terminal would, and can be made to speak wrongly."""

    client: FlaskClient
    portal_key: bytes
    terminal_id: str = KIOSK
    signer: Signer | None = None
    epoch: int = 0

    def start(self, before: int = 0, *, is_same_folder: bool = False, lease_id: str = "") -> LeaseResult:
        """What an agent does first."""
        wish = LeaseRequest(self.terminal_id, lease_id or str(uuid.uuid4()), before, is_same_folder, int(time.time()))
        result = self.open(self.post("leases", wish), LeaseResult)
        assert result.lease_id == wish.lease_id
        self.epoch = result.epoch
        return result

    def post(self, path: str, message: Message, signer: Signer | None = None):
        key = signer or self.signer or Signer(SEEDS[self.terminal_id])
        return self.client.post(f"/agents/{path}", json={"envelope": key.seal(message)})

    def open(self, response, kind):
        assert response.status_code == 200, response.get_data(as_text=True)
        return open_sealed(response.get_json()["envelope"], kind, self.portal_key)

    def work(self) -> Work:
        call = WorkCall(self.terminal_id, str(uuid.uuid4()), int(time.time()), "ready", 100, 5000, epoch=self.epoch)
        work = self.open(self.post("work", call), Work)
        assert work.call_id == call.call_id
        return work

    def report(self, event: ReportEvent, visit_id: str, *, key: str = "", attempt: str = "", yen: int = 0) -> bool:
        facts = (self.terminal_id, str(uuid.uuid4()), event, visit_id, key, attempt, yen, "{}", int(time.time()))
        report = Report(*facts, epoch=self.epoch)
        result = self.open(self.post("reports", report), ReportResult)
        assert result.report_id == report.report_id
        return result.accepted


@pytest.fixture
def agent(app: Flask, config) -> Agent:  # noqa: F811
    made = Agent(app.test_client(), Signer(config.secrets.ticket).public_key)
    made.start()
    return made
