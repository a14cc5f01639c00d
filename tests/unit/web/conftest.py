"""A small app on the web of the house: no database, a few views."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app import web
from app.config import Config
from app.errors import ConflictError, InvalidInputError, MismatchError, NotFoundError, RefusedError, UnavailableError
from app.kiosk import bp as kiosk
from app.web import access, frames, session
from app.web.frames import Names

ROOT = Path(__file__).resolve().parents[3]
RAISED = {
    "missing": NotFoundError,
    "refused": RefusedError,
    "moved": ConflictError,
    "unavailable": UnavailableError,
    "unclear": InvalidInputError,
    "mismatch": MismatchError,
    "broken": ZeroDivisionError,
}
SECRET_WORD = "青嶺花子"  # as if a person's name were in an exception


@pytest.fixture
def portal_url() -> str:
    return "http://127.0.0.1:8800"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, portal_url: str) -> Flask:
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config["KOIKI"] = Config(home=ROOT, union_url="sqlite://", portal_url=portal_url)
    app.secret_key = "test"
    web.init_app(app)
    app.register_blueprint(kiosk)
    _add_views(app)
    monkeypatch.setattr(frames, "names", lambda: Names("みどりの広域連合", "本庁舎", ""))
    return app


def _add_views(app: Flask) -> None:
    @app.get("/open")
    @access.public
    def open_page() -> str:
        g.terminal = SimpleNamespace(agent_url="http://127.0.0.1:8801/x", site_name="本庁舎")
        return "<p>open"

    @app.get("/forgotten")
    def forgotten() -> str:
        return "nobody may see this"

    @app.route("/write", methods=["GET", "POST"])
    @access.public
    def write() -> str:
        return "written"

    @app.post("/agents/call")
    @access.agent_sealed
    def call() -> str:
        return "called"

    @app.route("/raise/<code>", methods=["GET", "POST"])
    @access.public
    def fail(code: str) -> str:
        raise RAISED[code](SECRET_WORD)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_read_terminal", lambda: None)
