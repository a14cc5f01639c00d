"""Headers that every answer carries."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.web import security


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split("; "))}


def test_nothing_inline_and_nothing_foreign() -> None:
    policy = directives(security.content_security_policy())
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert all(policy[f"{kind}-src"] == ["'self'"] for kind in ("script", "style", "img", "font", "connect", "media"))
    assert "unsafe" not in security.content_security_policy()


def test_a_form_may_end_at_the_terminals_own_agent_and_nowhere_else(client: FlaskClient) -> None:
    policy = directives(client.get("/open").headers["Content-Security-Policy"])
    assert policy["form-action"] == ["'self'", "http://127.0.0.1:8801"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "data:text/html,x", "//evil.example/x"])
def test_only_web_addresses_have_an_origin(url: str) -> None:
    assert security.origin_of(url) == ""


def test_pages_are_never_kept_and_never_framed(client: FlaskClient) -> None:
    headers = client.get("/open").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "HX-Request" in headers["Vary"]
    assert "Strict-Transport-Security" not in headers


def test_error_pages_carry_the_same_headers(client: FlaskClient) -> None:
    headers = client.get("/nowhere").headers
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("portal_url", ["https://portal.example"])
def test_https_stays_https(client: FlaskClient, portal_url: str) -> None:
    assert client.get("/open").headers["Strict-Transport-Security"].startswith("max-age=")
    assert client.application.config["SESSION_COOKIE_SECURE"] is True
