"""Deny by default, CSRF before everything, and who is let in."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from app.web import access
from app.web.access import Rule


def test_a_view_without_a_rule_does_not_exist(client: FlaskClient) -> None:
    answer = client.get("/forgotten")
    assert answer.status_code == 404
    assert "nobody may see this" not in answer.text


def test_static_files_are_public_by_decision(client: FlaskClient, app: Flask) -> None:
    assert access.rule_of(app, "static") is Rule.PUBLIC
    with client.get("/static/css/kiosk.css") as answer:
        assert answer.status_code == 200


def test_a_form_without_its_token_is_refused_and_htmx_loads_the_page_anew(client: FlaskClient) -> None:
    assert client.post("/write").status_code == 400
    answer = client.post("/write", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (400, "true")


def test_an_agent_needs_no_token(client: FlaskClient) -> None:
    assert client.post("/agents/call").text == "called"


@pytest.mark.usefixtures("no_terminal")
@pytest.mark.parametrize("path", ["/kiosk/", "/kiosk/choose", "/kiosk/pay", "/kiosk/take", "/kiosk/now"])
def test_a_browser_that_no_agent_brought_sees_no_screen(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 403
    assert "この端末は登録されていません" in answer.text


def test_a_forged_terminal_cookie_is_nothing(client: FlaskClient) -> None:
    client.set_cookie("koiki_terminal", "eyJ0ZXJtaW5hbCI6Imtpb3NrLTEifQ.forged")
    assert client.get("/kiosk/").status_code == 403


def test_every_page_that_is_no_file_carries_a_rule(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("kiosk.start") == "/kiosk/"
    bare = {r.endpoint for r in app.url_map.iter_rules() if access.rule_of(app, r.endpoint) is None}
    assert bare == {"forgotten"}
