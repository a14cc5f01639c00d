"""`flask staff …`: one line when it cannot, and a password that is shown once."""

from __future__ import annotations

import dataclasses
import json

from flask import Flask

from app.config import Config
from app.staff import keys, queries, sign_in
from tests.unit.staff.conftest import CHEAP, TOWN

NAME = ("--name", "窓口 あおい")
ADD = ("staff", "add", "aoi", *NAME, "--role", "clerk", "--municipality", TOWN)


def run(app: Flask, *words: str):
    return app.test_cli_runner().invoke(args=list(words))


def test_who_is_added_can_sign_in_with_what_was_printed(app: Flask) -> None:
    added = run(app, *ADD)
    assert added.exit_code == 0
    password = added.output.splitlines()[0].removeprefix("aoi: ")
    assert sign_in.show_password("aoi", password, "192.0.2.1")
    listed = json.loads(run(app, "staff", "list", "--json").output)
    assert [(row["staff"], row["role"], row["is_set_up"]) for row in listed] == [("aoi", "clerk", False)]
    assert password not in json.dumps(listed)


def test_stopping_resetting_and_letting_in_again(app: Flask) -> None:
    first = run(app, *ADD).output.splitlines()[0]
    assert run(app, "staff", "disable", "aoi").exit_code == 0
    assert queries.get_member("aoi").disabled_at is not None
    assert run(app, "staff", "enable", "aoi").exit_code == 0
    again = run(app, "staff", "reset", "aoi")
    assert again.exit_code == 0
    assert again.output.splitlines()[0] != first


def test_what_cannot_be_is_one_line_and_status_2(app: Flask) -> None:
    run(app, *ADD)
    for words in (
        ADD,
        ("staff", "add", "midori", *NAME, "--role", "clerk"),
        ("staff", "add", "Midori!", *NAME, "--role", "union_administrator"),
        ("staff", "disable", "nobody"),
        ("staff", "reset", "nobody"),
        ("staff", "code", "nobody"),
    ):
        answer = run(app, *words)
        assert answer.exit_code == 2, words
        assert len(answer.output.strip().splitlines()) == 1, answer.output


def test_the_code_is_told_in_a_demo_alone(app: Flask, config: Config) -> None:
    run(app, *ADD)
    told = run(app, "staff", "code", "aoi")
    assert told.exit_code == 0
    assert told.output.strip().isdigit()
    keys.configure(dataclasses.replace(config, demo=False), CHEAP)
    refused = run(app, "staff", "code", "aoi")
    assert refused.exit_code == 2
    assert "demo" in refused.output
