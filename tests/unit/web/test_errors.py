"""One table for what went wrong: for people, for htmx, for agents. Nothing of a person leaks."""

from __future__ import annotations

import logging
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from app.web.errors import PROBLEMS, problem_of
from tests.unit.web.conftest import RAISED, SECRET_WORD

STATUS = {
    "missing": 404,
    "refused": 403,
    "moved": 409,
    "unavailable": 503,
    "unclear": 400,
    "mismatch": 500,
    "broken": 500,
}


@pytest.mark.parametrize("code", RAISED)
def test_every_branch_has_its_page_and_status(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/raise/{code}")
    assert answer.status_code == STATUS[code]
    assert "<h1>" in answer.text
    assert SECRET_WORD not in answer.text


@pytest.mark.parametrize("code", ["mismatch", "broken"])
def test_an_unexpected_error_gives_a_reference_that_the_log_has_too(
    client: FlaskClient, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = client.get(f"/raise/{code}").text
    reference = re.search(r"E-[0-9A-F]{6}", page)
    assert reference is not None
    assert reference[0] in caplog.text
    assert RAISED[code].__name__ in caplog.text
    assert SECRET_WORD not in caplog.text


def test_what_is_expected_is_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/raise/missing")
    assert not caplog.records


def test_a_press_gets_the_screen_and_a_poll_only_the_status(client: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/raise/missing").text)
    assert token is not None
    htmx = {"HX-Request": "true"}
    press = client.post("/raise/unavailable", data={"csrf_token": token[1]}, headers=htmx)
    assert (press.status_code, press.headers["HX-Retarget"]) == (503, "#main")
    assert "<main" in press.text
    poll = client.get("/raise/unavailable", headers=htmx)
    assert (poll.status_code, poll.text) == (503, "")


def test_nobody_finds_a_page_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.put("/open").status_code == 404


def test_agents_get_a_code(client: FlaskClient) -> None:
    answer = client.get("/agents/nothing")
    assert (answer.status_code, answer.json) == (404, {"error": "not_found"})


def test_every_problem_says_something_different() -> None:
    texts = [str(problem.code) for problem in PROBLEMS.values()]
    assert len(set(texts)) >= 8


def test_a_database_that_goes_away_is_told_as_not_now_and_a_broken_rule_is_not() -> None:
    gone, broken = (kind("SELECT 1", {}, Exception(SECRET_WORD)) for kind in (OperationalError, IntegrityError))
    assert (problem_of(gone).code, problem_of(broken).code) == ("unavailable", "broken")
