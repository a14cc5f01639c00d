"""Every address says who may enter, is spelt in kebab case, and types what it takes."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import SECRET_NAMES, Config
from app.web.access import SAFE_METHODS, Rule, permission_of, rule_of

LITERAL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
PARAMETER = re.compile(r"<(?:(?P<type>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
PUBLIC = {"static", "kiosk.enter", "kiosk.device_css", "agents.show_portal_key"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("home")
    secret = base64.b64encode(b"s" * 32).decode()
    environ = {f"KOIKI_SECRET_{name.upper()}": secret for name in SECRET_NAMES}
    return create_app(Config(home=home, union_url=f"sqlite:///{home / 'union.db'}", environ=environ))


def test_every_route_says_who_may_enter(app: Flask) -> None:
    without = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None}
    assert without == set()


def test_what_is_public_is_a_short_list(app: Flask) -> None:
    public = {r.endpoint for r in app.url_map.iter_rules() if rule_of(app, r.endpoint) is Rule.PUBLIC}
    assert public <= PUBLIC


def test_every_door_for_staff_names_its_right(app: Flask) -> None:
    staff = {r.endpoint for r in app.url_map.iter_rules() if rule_of(app, r.endpoint) is Rule.STAFF}
    open_to_all = {endpoint for endpoint in staff if permission_of(app, endpoint) is None}
    assert len(staff) > len(open_to_all)
    assert open_to_all == {"counter.home", "counter.sign_out", "counter.sign_out_everywhere"}


def test_only_agents_write_without_a_browsers_token(app: Flask) -> None:
    writing = {r.endpoint for r in app.url_map.iter_rules() if (r.methods or set()) - SAFE_METHODS}
    sealed = {endpoint for endpoint in writing if rule_of(app, endpoint) is Rule.AGENT}
    assert all(endpoint.startswith("agents.") for endpoint in sealed)
    assert not any(rule_of(app, endpoint) is Rule.PUBLIC for endpoint in writing)


def test_addresses_are_kebab_case_with_typed_parameters(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for parameter in PARAMETER.finditer(rule.rule):
            assert parameter["type"], f"{rule.rule}: untyped {parameter['name']}"
        bare = PARAMETER.sub("x", rule.rule)
        assert all(LITERAL.fullmatch(part) for part in bare.split("/") if part), rule.rule


def test_reading_never_writes(app: Flask) -> None:
    """No view answers GET and POST alike: what changes something is a POST of its own."""
    both = {r.endpoint for r in app.url_map.iter_rules() if {"GET", "POST"} <= (r.methods or set())}
    assert both == set()


def test_a_process_for_kiosks_has_no_other_door(tmp_path: Path) -> None:
    secret = base64.b64encode(b"s" * 32).decode()
    environ = {f"KOIKI_SECRET_{name.upper()}": secret for name in SECRET_NAMES}
    config = Config(home=tmp_path, union_url=f"sqlite:///{tmp_path / 'u.db'}", environ=environ)
    rooms = {rule.endpoint.partition(".")[0] for rule in create_app(config, ("kiosk",)).url_map.iter_rules()}
    assert rooms == {"static", "kiosk"}
