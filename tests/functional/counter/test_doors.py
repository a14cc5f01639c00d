"""Coming in and going out with a browser, and who may open which door."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.audit.models import UnionAuditEntry
from app.extensions import db
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read
from app.staff import keys, limits, service, sign_in
from app.staff.queries import get_member
from app.staff.roles import Permission
from app.web.access import Rule, permission_of, rule_of
from tests.functional.counter.conftest import (
    CHEAP,
    CLERK,
    MEMBERS,
    OTHER_SENIOR,
    PASSWORD,
    SENIOR,
    UNION,
    Browser,
    Journal,
    address,
    at,
    demo_config,
)
from tests.journey.forms import read_forms

OWN = "静かな海に船が一つ浮かぶ"
COOKIE = "koiki_staff"


def in_app(app: Flask, do, *values):
    with app.app_context():
        return do(*values)


def try_name(browser: Browser, name: str, password: str = PASSWORD):
    browser.get("/counter/sign-in")
    return browser.press("/counter/sign-in", name=name, password=password)


# --- Coming in -----------------------------------------------------------------------------------------------------


def test_the_first_sign_in_with_a_browser(app: Flask) -> None:
    initial = in_app(app, service.reset_member, "test", CLERK)
    browser = Browser(app)
    try_name(browser, CLERK, initial)
    assert browser.title == "はじめてのサインイン"
    assert 'role="img"' in browser.page.text
    browser.press("/counter/set-up", code="000 000", password=OWN, again=OWN + "!")
    assert browser.page.status_code == 422
    assert "2つのパスワードがちがいます" in browser.text
    assert OWN not in browser.page.text
    code = in_app(app, service.demo_code, CLERK)
    browser.press("/counter/set-up", code=f"{code[:3]} {code[3:]}", password=OWN, again=OWN)
    assert browser.path == "/counter/cases"
    browser.get("/counter/second-step")
    assert browser.title == "職員サインイン"  # the secret is shown no second time


def test_wrong_name_and_wrong_password_are_answered_alike(app: Flask) -> None:
    pages = []
    for name, password in (("nobody", PASSWORD), (CLERK, "wrong")):
        browser = Browser(app)
        answer = try_name(browser, name, password)
        assert answer.status_code == 401
        pages.append(browser.text)
    assert pages[0] == pages[1]
    assert "nobody" not in pages[0]


def test_too_many_tries_are_told_until_when(app: Flask) -> None:
    browser = Browser(app)
    for _ in range(limits.TRIES_OF_ACCOUNT):
        assert try_name(browser, CLERK, "wrong").status_code == 401
    assert try_name(browser, CLERK).status_code == 429
    assert "10:15 までサインインできません" in browser.text


@pytest.mark.parametrize(("proxies", "source"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "192.0.2.9")])
def test_tries_are_counted_by_where_our_own_proxies_say(
    staffed, tmp_path, monkeypatch, proxies: int, source: str
) -> None:
    """What a browser writes itself in front of that is not believed."""
    asked: list[str] = []
    real = sign_in.show_password
    monkeypatch.setattr(sign_in, "show_password", lambda n, p, where: asked.append(where) or real(n, p, where))
    config = replace(demo_config(Path(shutil.copytree(staffed, tmp_path / "home"))), proxies=proxies)
    app = create_app(config, ("counter",))
    keys.configure(config, CHEAP)
    client = app.test_client()
    token = read_forms(client.get("/counter/sign-in").text)[1].fields["csrf_token"][0]
    data = {"csrf_token": token, "name": "nobody", "password": "wrong"}
    client.post("/counter/sign-in", data=data, headers={"X-Forwarded-For": "203.0.113.5, 192.0.2.9, 198.51.100.7"})
    with app.app_context():
        db.engine.dispose()
    partitions.dispose()
    assert asked == [source]


def test_the_password_alone_opens_nothing(app: Flask) -> None:
    browser = Browser(app)
    try_name(browser, CLERK)
    assert browser.title == "確認コード"
    for path in ("/counter/cases", "/counter/terminals", "/counter/"):
        browser.get(path)
        assert browser.path == "/counter/sign-in"


def test_the_cookie_is_strict_and_new_at_each_step(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/counter/sign-in")
    values = [browser.client.get_cookie(COOKIE).value]
    answer = browser.press("/counter/sign-in", name=CLERK, password=PASSWORD, follow=False)
    (header,) = answer.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(header.split("; "))
    assert PASSWORD not in header
    browser.get("/counter/second-step")
    code = in_app(app, service.demo_code, CLERK)
    browser.press("/counter/second-step", code=code)
    values.append(browser.client.get_cookie(COOKIE).value)
    assert len(set(values)) == 2
    assert browser.client.get_cookie("koiki_kiosk") is None


def test_over_https_the_cookie_belongs_to_this_host_alone(app: Flask) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    answer = app.test_client().get("/counter/sign-in", base_url="https://portal.example")
    (header,) = answer.headers.getlist("Set-Cookie")
    assert header.startswith("__Host-koiki_staff=")
    assert "Secure" in header
    assert "Domain" not in header


def test_a_kiosks_cookie_is_no_staff_cookie(app: Flask) -> None:
    """The same content under the kiosk's salt opens nothing, and the other way round."""
    browser = Browser(app).sign_in(CLERK)
    stolen = browser.client.get_cookie(COOKIE).value
    other = Browser(app)
    kiosk = app.session_interface._kiosk.get_signing_serializer(app)  # type: ignore[attr-defined]
    token = app.session_interface._staff.get_signing_serializer(app).loads(stolen)  # type: ignore[attr-defined]
    other.client.set_cookie(COOKIE, kiosk.dumps(token))
    assert other.get("/counter/cases", follow=False).status_code == 303


# --- Going out -----------------------------------------------------------------------------------------------------


def test_after_signing_out_the_old_cookie_is_worth_nothing(app: Flask) -> None:
    browser = Browser(app).sign_in(CLERK)
    old = browser.client.get_cookie(COOKIE).value
    browser.press("/sign-out")
    assert "サインアウトしました" in browser.text
    browser.client.set_cookie(COOKIE, old)
    assert browser.get("/counter/cases").request.path == "/counter/sign-in"


def test_signing_out_everywhere_reaches_the_browser_left_behind(app: Flask) -> None:
    left = Browser(app).sign_in(CLERK)
    with at(minutes=1):
        here = Browser(app).sign_in(CLERK)
        here.press("/sign-out-everywhere")
        left.get("/counter/cases")
        assert "すべての端末でサインアウト" in left.text


def test_an_account_stopped_a_second_ago_does_nothing_more(app: Flask, journal: Journal) -> None:
    case = journal.mismatch()
    clerk = Browser(app).sign_in(CLERK)
    clerk.get(address(case))
    in_app(app, service.disable_member, "test", CLERK)
    clerk.press("/verdict", follow=False)
    assert clerk.page.status_code == 403
    assert "この職員番号は止められています" in clerk.text
    assert journal.case(case.case_id).closed_at is None
    assert clerk.get("/counter/cases").request.path == "/counter/sign-in"


def test_a_desk_that_was_left_alone_closes(app: Flask, journal: Journal) -> None:
    case = journal.mismatch()
    clerk = Browser(app).sign_in(CLERK)
    clerk.get(address(case))
    with at(minutes=15, seconds=1):
        clerk.press("/verdict")
    assert clerk.path == "/counter/sign-in"
    assert "しばらく操作がなかった" in clerk.text
    assert journal.case(case.case_id).closed_at is None


# --- Words ---------------------------------------------------------------------------------------------------------


def test_the_language_of_the_desk_stays_through_the_sign_in(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/counter/sign-in")
    browser.press("/counter/language", language="en")
    assert 'lang="en"' in browser.page.text
    browser.sign_in(CLERK)
    assert 'lang="en"' in browser.page.text
    browser.press("/counter/language", language="xx")
    assert 'lang="en"' in browser.page.text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/kiosk/", "/counterfeit", "/counter\\..\\x"]
)
def test_the_way_back_stays_at_the_counter(app: Flask, back: str) -> None:
    browser = Browser(app).sign_in(CLERK)
    browser.press("/counter/language", follow=False, language="ja", back=back)
    assert browser.page.location == "/counter/"


def test_a_page_that_is_not_there_is_told_to_staff(app: Flask) -> None:
    browser = Browser(app).sign_in(CLERK)
    for path in ("/counter/no-such-page", "/counter/cases/901016/999", "/counter/cases/123/1"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
        assert "端末は登録されていません" not in answer.text


def test_what_breaks_gives_a_number_and_no_secret(app: Flask, monkeypatch, caplog) -> None:
    browser = Browser(app).sign_in(CLERK)
    monkeypatch.setattr("app.counter.terminals.queries.list_terminals", lambda: 1 / 0)
    answer = browser.get("/counter/terminals")
    assert answer.status_code == 500
    assert "E-" in browser.text
    assert "division" not in answer.text + caplog.text


def test_pages_carry_the_strict_policy(app: Flask) -> None:
    answer = Browser(app).sign_in(CLERK).page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


# --- Who may open which door ---------------------------------------------------------------------------------------

FILLED = {
    "/counter/cases/<string(length=6):municipality>/<int:case_id>": "/counter/cases/901016/1",
    "<string:terminal_id>": "kiosk-a1",
    "<int:page>": "1",
}


def staff_doors(app: Flask) -> list[tuple[str, str, Permission | None]]:
    """(method, address, permission) of every route for staff."""
    doors = []
    for rule in app.url_map.iter_rules():
        if rule_of(app, rule.endpoint) is Rule.STAFF:
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            path = rule.rule
            for pattern, value in FILLED.items():
                path = path.replace(pattern, value)
            doors.append((method, path, permission_of(app, rule.endpoint)))
    return doors


def test_without_signing_in_every_door_leads_to_the_sign_in(app: Flask) -> None:
    doors = staff_doors(app)
    assert len(doors) >= 9
    for method, path, _permission in doors:
        browser = Browser(app)
        browser.get("/counter/sign-in")
        token = browser.form("/counter/sign-in").fields["csrf_token"][0]
        answer = browser.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.location) == (303, "/counter/sign-in?why=unknown"), path


@pytest.mark.parametrize("who", [CLERK, SENIOR, OTHER_SENIOR, UNION])
def test_every_door_asks_for_its_right(app: Flask, journal: Journal, who: str) -> None:
    """All cells of the table: role x route. Who may not is told so; who may is told something else."""
    journal.mismatch()
    member, browser = in_app(app, get_member, who), Browser(app).sign_in(who)
    token = browser.form("/sign-out").fields["csrf_token"][0]
    for method, path, permission in staff_doors(app):
        if "sign-out" in path:
            continue  # everybody may, and is gone
        answer = browser.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        is_refused = answer.status_code == 403
        assert is_refused is (permission is not None and not member.may(permission)), (method, path, answer.status_code)


def test_a_process_for_staff_has_no_door_for_residents(staffed, tmp_path) -> None:
    app = create_app(demo_config(staffed), ("counter",))
    rooms = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    with app.app_context():
        db.engine.dispose()
    partitions.dispose()
    assert rooms == {"static", "counter"}
    assert {m.staff_id for m in MEMBERS} == {CLERK, SENIOR, OTHER_SENIOR, UNION}


def test_nothing_typed_at_the_door_is_kept(app: Flask) -> None:
    try_name(Browser(app), "my-secret-as-a-name", "another-secret")
    with app.app_context(), union_read() as session:
        entries = session.query(UnionAuditEntry).all()
    assert "my-secret" not in " ".join(f"{e.actor}{e.subject}{e.details}" for e in entries)
