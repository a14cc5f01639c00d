"""The trip to the card reader, walked by a browser without script against a portal that is a stranger."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from app import clock
from app.protocol.canonical import from_base64url
from app.protocol.messages import CardFailure, Evidence, Hello, challenge
from app.protocol.signatures import Signer, open_sealed
from app.terminal.errors import CardGoneError, PortalDownError


def test_start_tells_the_portal_which_terminal_this_is(browser, portal) -> None:
    away = browser.get("/start").location
    assert away.startswith(f"{portal.url}/kiosk/enter?hello=")
    hello = open_sealed(away.split("hello=")[1], Hello, portal.device_key)
    assert hello.terminal_id == "kiosk-01"


def test_while_the_portal_does_not_answer_nobody_is_sent_there(browser, portal, parts) -> None:
    browser.begin(portal.ticket())
    portal.is_down = True
    with pytest.raises(PortalDownError):
        parts.loop.turn()
    page = browser.get("/start?browser=b-1")
    assert page.status_code == 503
    for words in ("いまは、通信ができません", "No connection at the moment", "目前无法通信"):
        assert words in page.text
    assert 'content="3;url=/start?browser=b-1"' in page.text  # and looks again by itself
    failed = browser.get("/card/failed")
    assert portal.url not in failed.text
    portal.is_down = False
    parts.loop.turn()
    assert browser.get("/start").location.startswith(portal.url)


def test_a_chip_card_signs_and_its_pin_stays_here(browser, portal, chip_key) -> None:
    browser.begin(portal.ticket())
    assert "カードを置いてください" in browser.get("/card/lay").text
    browser.lay("chip")
    assert browser.get("/card/lay").location == "/card/pin"
    assert browser.type_pin("4826").location == "/card/take"
    assert "カードをお取りください" in browser.get("/card/take").text
    browser.take()
    said = portal.statements[-1]
    assert browser.get("/card/take").location == f"{portal.url}/kiosk/arrived?ticket={said.ticket_nonce}"
    assert (said.evidence, said.card_kind, said.pin, said.card_id) == (Evidence.JPKI, "individual_number_card", "", "")
    signed = challenge(portal.url, "kiosk-01", from_base64url(said.ticket_nonce))
    chip_key.public_key().verify(from_base64url(said.signature), signed, PKCS1v15(), SHA256())


def test_a_numbered_card_tells_the_portal_its_number_and_pin(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "juki")
    assert browser.type_pin("7391").location == "/card/take"
    said = portal.statements[-1]
    assert (said.evidence, said.card_id, said.pin, said.certificate) == (Evidence.SERVER_PIN, "J-0001", "7391", "")


def test_a_lost_answer_is_asked_for_again_with_the_same_words(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "juki")
    portal.lost_answers = 1
    assert browser.type_pin("7391").location == "/card/take"
    first, second = portal.statements
    assert first == second


def test_three_wrong_pins_lock_a_chip_card_for_good(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "chip")
    for left in (2, 1):
        assert browser.type_pin("0000").location == "/card/pin"
        page = browser.get("/card/pin").text
        assert "暗証番号がちがいます" in page
        assert f"あと{left}回" in page
    assert browser.type_pin("0000").location == "/card/failed"
    assert "3回まちがえた" in browser.get("/card/failed").text
    assert portal.statements[-1].failure is CardFailure.LOCKED
    browser.take()
    browser.begin(portal.ticket())
    browser.lay("chip")
    assert browser.get("/card/lay").location == "/card/failed"  # locked is seen before a PIN is asked for


def test_the_right_pin_sets_the_tries_back(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "chip")
    browser.type_pin("0000")
    browser.type_pin("4826")
    browser.take()
    browser.at_pad(portal.ticket(), "chip")
    browser.type_pin("0000")
    assert "あと2回" in browser.get("/card/pin").text


def test_wrong_pins_of_a_numbered_card_are_counted_by_the_portal(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "juki")
    portal.results = [(CardFailure.WRONG_PIN, 2), (CardFailure.WRONG_PIN, 1), (CardFailure.LOCKED, 0)]
    assert browser.type_pin("1111").location == "/card/pin"
    assert "あと2回" in browser.get("/card/pin").text
    assert browser.type_pin("1112").location == "/card/pin"
    assert browser.type_pin("1113").location == "/card/failed"
    assert len(portal.statements) == 4  # three tries and the end of the trip


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (CardFailure.UNKNOWN_CARD, "この端末では使えません"),
        (CardFailure.NOT_A_MEMBER, "サービスに入っていません"),
        (CardFailure.STOPPED, "ご利用いただけないカードです"),
        (CardFailure.EXPIRED, "有効期限"),
        (CardFailure.CONTINUED_USE_PENDING, "引っ越し"),
        (CardFailure.USABLE_TOMORROW, "明日から"),
        (CardFailure.UNDER_AGE, "15歳"),
        (CardFailure.TICKET_EXPIRED, "時間がたちすぎました"),
        (CardFailure.TICKET_USED, "もう使われています"),
        (CardFailure.UNAVAILABLE, "手続きができません"),
    ],
)
def test_each_refusal_has_its_own_kind_screen_and_a_way_back(browser, portal, failure, words) -> None:
    browser.at_pad(portal.ticket(), "juki")
    portal.results = [(failure, -1)]
    assert browser.type_pin("7391").location == "/card/failed"
    page = browser.get("/card/failed").text
    assert words in page
    assert f'href="{portal.url}/kiosk/"' in page
    assert "カードをお取りください" in page


def test_a_card_taken_too_early_goes_on_when_it_is_laid_back(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "chip")
    token = browser.token(browser.get("/card/pin"))
    browser.take()
    assert browser.post("/card/pin", {"pin": "4826", "form_token": token}).location == "/card/removed"
    assert "カードが早くとられました" in browser.get("/card/removed").text
    assert portal.statements == []
    browser.lay("chip")
    assert browser.get("/card/removed").location == "/card/pin"
    assert browser.type_pin("4826").location == "/card/take"


def test_another_card_in_its_place_is_not_the_same_card(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "chip")
    token = browser.token(browser.get("/card/pin"))
    browser.lay("juki")
    assert browser.post("/card/pin", {"pin": "4826", "form_token": token}).location == "/card/removed"
    assert portal.statements == []


def test_a_card_torn_out_while_it_signs(browser, portal, monkeypatch) -> None:
    browser.at_pad(portal.ticket(), "chip")

    def torn(*_args):
        raise CardGoneError

    monkeypatch.setattr("app.terminal.card_jpki.SoftwareJpkiCard._key", torn)
    assert browser.type_pin("4826").location == "/card/removed"
    assert portal.statements == []


def test_a_strange_card_is_refused_before_any_pin(browser, portal) -> None:
    browser.begin(portal.ticket())
    browser.lay("strange")
    assert browser.get("/card/lay").location == "/card/failed"
    assert portal.statements[-1].failure is CardFailure.UNKNOWN_CARD


def test_a_portal_that_is_down_is_told_kindly(browser, portal, parts) -> None:
    browser.at_pad(portal.ticket(), "juki")
    portal.is_down = True
    assert browser.type_pin("7391").location == "/card/failed"
    assert "手続きができません" in browser.get("/card/failed").text
    assert parts.journal.last_visit() == ""


def test_cancelling_goes_back_to_the_portal_and_says_so(browser, portal) -> None:
    browser.begin(portal.ticket())
    token = browser.token(browser.get("/card/lay"))
    assert browser.post("/card/cancel", {"form_token": token}).location == f"{portal.url}/kiosk/"
    assert portal.statements[-1].failure is CardFailure.CANCELLED


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "１２３４", "1234\n"])
def test_what_is_no_pin_is_no_try(browser, portal, pin) -> None:
    browser.at_pad(portal.ticket(), "chip")
    assert browser.type_pin(pin).location == "/card/pin?form=digits"
    assert "4けたの数字を入れてください" in browser.get("/card/pin?form=digits").text
    assert portal.statements == []


# --- tickets


def test_a_ticket_is_good_once(browser, portal, agent) -> None:
    ticket = portal.ticket()
    assert browser.begin(ticket).location == "/card/lay"
    assert browser.begin(ticket).location == "/card/lay"  # the same browser loads the page again
    stranger = type(browser)(agent)
    answer = stranger.begin(ticket)
    assert answer.status_code == 400
    assert "もう使われています" in answer.text


@pytest.mark.parametrize(
    "facts", [{"terminal_id": "kiosk-02"}, {"origin": "https://evil.example"}, {"purpose": "sign_document"}]
)
def test_a_ticket_for_elsewhere_is_refused(browser, portal, facts) -> None:
    assert browser.begin(portal.ticket(**facts)).status_code == 400
    assert portal.statements == []


def test_an_expired_ticket_is_refused(browser, portal) -> None:
    answer = browser.begin(portal.ticket(expires_at=int(clock.now().timestamp()) - 1))
    assert answer.status_code == 400
    assert "時間がたちすぎました" in answer.text


def test_a_tampered_or_foreign_ticket_is_refused(browser, portal, settings) -> None:
    ticket = portal.ticket()
    body, signature = ticket.split(".")
    for bad in (f"{body[:-2]}AA.{signature}", f"{body}.{signature[:-4]}AAAA", "", "x", "." * 70_000, "é.é"):
        assert browser.begin(bad).status_code == 400
    forged = Signer(b"\1" * 32)
    portal.signer, real = forged, portal.signer
    assert browser.begin(portal.ticket()).status_code == 400
    portal.signer = real


def test_a_second_resident_ends_the_first_trip(browser, portal, agent) -> None:
    browser.at_pad(portal.ticket(), "chip")
    token = browser.token(browser.get("/card/pin"))
    type(browser)(agent).begin(portal.ticket(visit_id="visit-2"))
    assert browser.post("/card/pin", {"pin": "4826", "form_token": token}).status_code == 409
    assert portal.statements == []


# --- time


def test_nobody_there_is_asked_and_then_sent_home(browser, portal, parts) -> None:
    now = clock.now()
    with clock.frozen(now):
        browser.begin(portal.ticket())
    with clock.frozen(now + timedelta(seconds=61)):
        page = browser.get("/card/watch?on=lay")
        assert "操作を続けますか" in page.text
        browser.post("/card/stay", {"form_token": browser.token(page)})
        assert "操作を続けますか" not in browser.get("/card/watch?on=lay").text
    with clock.frozen(now + timedelta(seconds=61 + 81)):
        parts.trips.expire()
        assert "しばらく操作がなかった" in browser.get("/card/failed").text
    assert portal.statements[-1].failure is CardFailure.TIMED_OUT


def test_a_trip_ends_even_if_somebody_stays(browser, portal, parts) -> None:
    now = clock.now()
    with clock.frozen(now):
        browser.begin(portal.ticket())
    for minute in range(1, 6):
        with clock.frozen(now + timedelta(seconds=60 * minute)):
            trip = parts.trips._current
            parts.trips.stay(trip)
            parts.trips.look(trip)
    assert trip.failure is CardFailure.TIMED_OUT


# --- the door


def test_another_host_name_is_not_ours(agent) -> None:
    assert agent.test_client().get("/card", base_url="http://rebound.example:9911").status_code == 421
    assert agent.test_client().get("/desk", base_url="http://127.0.0.1:9999").status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9912"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_no_other_origin_may_write(browser, portal, headers) -> None:
    browser.at_pad(portal.ticket(), "chip")
    token = browser.token(browser.get("/card/pin"))
    assert browser.post("/card/pin", {"pin": "4826", "form_token": token}, headers=headers).status_code == 403
    assert browser.post("/desk/cards/take", headers=headers).status_code == 403


def test_another_origin_may_send_a_person_but_not_read(browser) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert browser.get("/start", headers=visit).status_code == 303
    fetch = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    assert browser.get("/desk/state.json", headers=fetch).status_code == 403
    frame = visit | {"Sec-Fetch-Dest": "iframe"}
    assert browser.get("/card/pin", headers=frame).status_code == 403


def test_a_form_of_another_trip_is_refused(browser, portal) -> None:
    browser.at_pad(portal.ticket(), "chip")
    for token in ("", "x", "é"):
        assert browser.post("/card/pin", {"pin": "4826", "form_token": token}).status_code == 403
    assert portal.statements == []


def test_headers_and_cookie(browser, portal) -> None:
    answer = browser.begin(portal.ticket())
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_without_a_trip_every_page_leads_home(browser, portal) -> None:
    for step in ("lay", "pin", "take", "removed", "failed"):
        page = browser.get(f"/card/{step}")
        assert page.status_code == 200
        assert f'href="{portal.url}/kiosk/"' in page.text


def test_the_desk_is_not_there_outside_the_demo(settings) -> None:
    from dataclasses import replace

    from app.terminal import create_agent
    from app.terminal.parts import parts_of

    app = create_agent(replace(settings, demo=False, cards_folder=None, printer="ipp://127.0.0.1:9/ipp/print"))
    assert app.test_client().get("/desk", base_url="http://127.0.0.1:9911").status_code == 404
    parts_of(app).close()


def test_a_terminal_without_a_card_reader_takes_nobody_in(settings, portal) -> None:
    from dataclasses import replace

    from app.terminal import create_agent
    from app.terminal.parts import parts_of

    app = create_agent(replace(settings, cards_folder=None))
    page = app.test_client().get(f"/card?ticket={portal.ticket()}", base_url="http://127.0.0.1:9911")
    assert page.status_code == 400
    assert "いまは、この端末で手続きができません。" in page.text
    parts_of(app).close()


# --- the PIN leaves no trace


def test_the_pin_is_nowhere_afterwards(browser, portal, settings, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    browser.at_pad(portal.ticket(), "chip")
    answers = [browser.type_pin("8365"), browser.get("/card/pin"), browser.type_pin("4826"), browser.get("/card/take")]
    browser.take()
    browser.at_pad(portal.ticket(), "juki")
    portal.is_down = True
    answers += [browser.type_pin("7391"), browser.get("/card/failed")]
    heard = [caplog.text, *(answer.text for answer in answers), *(str(answer.headers) for answer in answers)]
    kept = [path.read_bytes().decode("latin-1") for path in settings.home.rglob("*") if path.is_file()]
    assert len(kept) > 3
    for text in heard + kept:  # on its own: random ids may hold any four digits
        assert not re.search(r"(?<![\w-])(8365|4826|7391)(?![\w-])", text)


# --- languages and looks


@pytest.mark.parametrize(
    ("language", "tag"), [("en", "en"), ("zh_Hans", "zh-Hans"), ("ja@easy", "ja"), ("no such", "ja"), ("", "ja")]
)
def test_the_ticket_carries_the_language(browser, portal, language, tag) -> None:
    browser.begin(portal.ticket(language=language))
    assert f'<html lang="{tag}"' in browser.get("/card/lay").text


def test_the_screen_looks_as_at_the_portal(browser, portal) -> None:
    words = {"ticket": portal.ticket(), "size": "largest", "contrast": "high", "position": "<script>"}
    browser.get("/card", query_string=words)
    page = browser.get("/card/lay").text
    assert 'data-size="largest" data-contrast="high"' in page
    assert "data-position" not in page
