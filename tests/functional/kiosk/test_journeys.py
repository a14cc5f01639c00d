"""From the language to the sheet, and every way off the path: nothing charged, nothing lost, nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.sessions import SecureCookieSessionInterface

from app import clock
from app.cards import visits
from app.cards.errors import CardRefusedError
from app.cards.vocabularies import VisitState
from app.issuance.states import Payment, State
from app.kiosk.screens import CARD_PROBLEMS
from app.protocol.messages import CardFailure, ReportEvent
from app.protocol.signatures import Signer
from app.web.languages import LANGUAGES, is_offered
from tests.functional.kiosk.conftest import RECORD, SEAL, Stand, later
from tests.journey.forms import Form, read_forms

CARD = "01-wakakusa-citizen-card"
FAMILY = "01-wakakusa-family-head"


def reach_confirm(stand: Stand, kind: str = RECORD, card: str = CARD) -> None:
    stand.sign_in(card)
    stand.submit("/kiosk/choose", button=kind)
    stand.render()
    stand.get(stand.page.request.url)


def reach_pay(stand: Stand) -> None:
    reach_confirm(stand)
    stand.submit("/kiosk/pay")
    assert stand.path == "/kiosk/pay"


def test_one_certificate_of_another_town(stand: Stand) -> None:
    stand.sign_in(CARD)
    assert (stand.path, stand.title) == ("/kiosk/choose", "どの証明書をとりますか？")
    assert "若草市の証明書" in re.sub(r"<[^>]+>", "", stand.page.text)
    stand.submit("/kiosk/choose", button=RECORD)
    assert (stand.path, "証明書を用意しています" in stand.page.text) == ("/kiosk/confirm", True)
    stand.render()
    stand.get(stand.page.request.url)
    assert "世帯の全員" in stand.page.text
    price = stand.order().yen
    stand.submit("/kiosk/pay")
    stand.report(ReportEvent.INSERTED, 100)
    assert "100円" in stand.get("/kiosk/pay").text
    stand.pay(1000)
    assert stand.get("/kiosk/pay").request.path == "/kiosk/progress"
    attempt = stand.print_all()[0]
    assert stand.get("/kiosk/progress").request.path == "/kiosk/take"
    assert f"おつり {1000 - price}円" in stand.page.text
    stand.report(ReportEvent.COMMITTED, price)
    stand.report(ReportEvent.TAKEN, attempt_id=attempt)
    assert stand.get("/kiosk/take").request.path == "/kiosk/outcome"
    assert stand.title == "ありがとうございました"
    stand.submit("/kiosk/finish")
    assert stand.path == "/kiosk/"
    assert stand.visit().state is VisitState.ENDED
    assert stand.order().payment is Payment.COMMITTED


def test_seven_screens_and_ten_taps_at_most(stand: Stand) -> None:
    """Taps on the portal's screens; the agent's add four digits and no more."""
    taps, seen = 0, ["/kiosk/", "card"]
    stand.begin()
    taps += 1
    stand.visit_id = stand.live_visit().visit_id
    stand.show_card(CARD)
    stand.town = stand.visit().home
    stand.come_back()
    seen.append(stand.path)
    stand.submit("/kiosk/choose", button=RECORD)
    taps += 1
    stand.render()
    stand.get(stand.page.request.url)
    seen.append(stand.path)
    stand.submit("/kiosk/pay")
    taps += 1
    seen.append(stand.path)
    stand.pay(stand.order().yen)
    seen.append(stand.get("/kiosk/now").request.path)
    stand.print_all()
    seen.append(stand.get("/kiosk/now").request.path)
    stand.submit("/kiosk/finish")
    taps += 1
    assert len(seen) <= 7
    assert taps + 4 <= 10


def test_a_basket_of_two_in_chosen_contents(stand: Stand) -> None:
    stand.sign_in(FAMILY)
    stand.get(f"/kiosk/options?kind={RECORD}")
    form = stand.form("/kiosk/options")
    data = {**form.fields, "scope": "some", "person": ["1", "2"], "option": ["domicile"], "copies": "2"}
    stand.page = stand.client.post(form.action, data=data, follow_redirects=True)
    assert stand.path == "/kiosk/confirm"
    assert "世帯のうち2人" in stand.page.text
    stand.page = stand.client.post("/kiosk/confirm", data=find_adding(stand), follow_redirects=True)
    assert stand.path == "/kiosk/choose"
    assert "えらんだもの" in stand.page.text
    stand.submit("/kiosk/choose", button=SEAL)
    order = stand.order()
    assert [copy.kind for copy in order.copies] == [RECORD, RECORD, SEAL]
    assert len({copy.issue_number for copy in order.copies}) == 3


def find_adding(stand: Stand) -> dict[str, list[str]]:
    return next(f.fields for f in read_forms(stand.page.text) if f.action == "/kiosk/confirm" and "item" in f.fields)


def test_some_without_anybody_is_asked_again_and_nothing_is_ordered(stand: Stand) -> None:
    stand.sign_in(FAMILY)
    stand.get(f"/kiosk/options?kind={RECORD}")
    stand.submit("/kiosk/options", scope="some")
    assert stand.page.status_code == 422
    assert "1人以上" in stand.page.text
    assert stand.order() is None


# --- Twice, back, stale ----------------------------------------------------------------------------------------------


def test_a_double_press_orders_once_and_asks_for_money_once(stand: Stand) -> None:
    stand.sign_in(CARD)
    form = stand.form("/kiosk/choose")
    first = stand.client.post(form.action, data=form.data(RECORD))
    again = stand.client.post(form.action, data=form.data(RECORD))
    assert {first.status_code, again.status_code} == {303}
    order_id = stand.order().order_id
    stand.render()
    stand.get("/kiosk/confirm")
    pay = stand.form("/kiosk/pay")
    for _press in range(3):
        assert stand.client.post(pay.action, data=pay.data()).status_code == 303
    assert stand.order().order_id == order_id
    assert stand.order().payment is Payment.ASKED


@pytest.mark.parametrize(
    "path", ["/kiosk/", "/kiosk/choose", f"/kiosk/options?kind={RECORD}", "/kiosk/confirm", "/kiosk/take"]
)
def test_going_back_in_the_browser_ends_at_the_right_step(stand: Stand, path: str) -> None:
    reach_pay(stand)
    assert stand.get(path).request.path == "/kiosk/pay"
    assert stand.order().payment is Payment.ASKED


def test_a_stale_choice_changes_nothing_once_it_is_being_paid(stand: Stand) -> None:
    stand.sign_in(CARD)
    old = stand.form("/kiosk/choose")
    stand.submit("/kiosk/choose", button=RECORD)
    stand.render()
    stand.get("/kiosk/confirm")
    stand.submit("/kiosk/pay")
    placed = stand.order().order_id
    stand.page = stand.client.post(old.action, data=old.data(SEAL), follow_redirects=True)
    assert stand.path == "/kiosk/pay"
    assert stand.order().order_id == placed


def enter_fresh_browser(stand: Stand) -> Form:
    """At a terminal that puts another browser in the place of a used one. The start page's form."""
    stand.enter = lambda: stand.get(f"/kiosk/enter?hello={stand.hello()}&replaced=1")
    stand.enter()
    return stand.form("/kiosk/start")


@pytest.mark.parametrize("end", [visits.mark_closing, lambda visit_id: visits.close_visit(visit_id, "idle")])
def test_a_browser_whose_visit_ended_behind_its_back_is_used(stand: Stand, end: Callable[[str], object]) -> None:
    """By `reconcile`, while the browser asked for nothing: whoever comes next does not begin in it."""
    old = enter_fresh_browser(stand)
    stand.sign_in(CARD)
    assert stand.client.get("/kiosk/now").location == "/kiosk/choose"
    with stand.app.app_context():
        end(stand.visit_id)
    away = f"{stand.terminal.agent_url}/start"
    assert stand.client.get("/kiosk/now").location == "/kiosk/"
    assert stand.client.get("/kiosk/").location == away
    assert stand.client.post(old.action, data=old.data()).location == away  # by the browser's own way back


def test_a_browser_that_was_opened_by_hand_is_left_alone(stand: Stand) -> None:
    stand.sign_in(CARD)
    with stand.app.app_context():
        visits.close_visit(stand.visit_id, "idle")
    assert stand.get("/kiosk/now").request.path == "/kiosk/"


def test_choosing_again_gives_the_order_up_and_charges_nothing(stand: Stand) -> None:
    reach_confirm(stand)
    stand.submit("/kiosk/confirm")
    assert stand.path == "/kiosk/choose"
    assert stand.order().payment is Payment.RELEASED
    assert all(copy.state is State.CANCELLED for copy in stand.order().copies)


def test_stopping_with_money_inside_shows_that_it_comes_back(stand: Stand) -> None:
    reach_pay(stand)
    stand.report(ReportEvent.INSERTED, 100)
    stand.get("/kiosk/pay")
    stand.submit("/kiosk/stop")
    assert stand.path == "/kiosk/outcome"
    assert "入れたお金をお返しします" in stand.page.text
    stand.report(ReportEvent.RELEASED)
    stand.get("/kiosk/outcome")
    stand.submit("/kiosk/finish")
    assert stand.visit().state is VisitState.ENDED
    assert stand.order().payment is Payment.RELEASED


def test_stopping_early_ends_the_visit_at_once(stand: Stand) -> None:
    reach_confirm(stand)
    stand.submit("/kiosk/stop")
    assert stand.path == "/kiosk/"
    assert stand.visit().state is VisitState.ENDED


def test_nothing_can_be_stopped_once_it_is_at_the_printer(stand: Stand) -> None:
    reach_pay(stand)
    stale = stand.form("/kiosk/stop")
    stand.pay(1000)
    stand.report(ReportEvent.PRINTING, attempt_id=stand.grant_next())
    stand.page = stand.client.post(stale.action, data=stale.data(), follow_redirects=True)
    assert stand.order().copies[0].state is State.PRINTING
    assert stand.order().payment is Payment.HELD
    assert stand.visit().state is VisitState.CLOSING


# --- Cards and tickets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "failure"),
    [
        ("04-shirakaba-card-suspended", CardFailure.STOPPED),
        ("06-kaedezaka-card-expired", CardFailure.EXPIRED),
        ("10-sasabune-unknown-card", CardFailure.UNKNOWN_CARD),
        ("09-nijikawa-locked", CardFailure.LOCKED),
    ],
)
def test_a_card_that_cannot_be_used_gets_a_kind_screen(stand: Stand, card: str, failure: CardFailure) -> None:
    stand.begin()
    with pytest.raises(CardRefusedError) as refused:
        stand.show_card(card)
    assert refused.value.failure is failure
    stand.come_back()
    assert (stand.page.status_code, stand.title) == (200, "カードを確認できませんでした")
    assert str(CARD_PROBLEMS[failure].text) in stand.page.text


def test_a_wrong_pin_says_how_often_it_may_still_be_tried(stand: Stand) -> None:
    stand.begin()
    with pytest.raises(CardRefusedError):
        stand.show_card(CARD, pin="9999")
    stand.come_back()
    assert "暗証番号がちがいます" in stand.page.text
    assert "あと2回" in stand.page.text
    assert "9999" not in stand.page.text
    again = stand.get(f"/kiosk/arrived?ticket={stand.nonce}")
    assert "暗証番号がちがいます" in again.text  # reloaded: still the same words


def test_a_ticket_is_used_once_and_only_where_it_was_given(stand: Stand, other_stand: Stand) -> None:
    stand.sign_in(CARD)
    other_stand.begin()
    other_stand.get(f"/kiosk/arrived?ticket={stand.nonce}")
    assert other_stand.title == "カードを確認できませんでした"
    assert "この画面は、もう使われています" in other_stand.page.text
    stand.submit("/kiosk/stop")
    stand.get(f"/kiosk/arrived?ticket={stand.nonce}")
    assert stand.path == "/kiosk/"


@pytest.mark.parametrize("ticket", ["", "x", "あ", "A" * 43])
def test_an_invented_ticket_signs_nobody_in(stand: Stand, ticket: str) -> None:
    stand.begin()
    stand.get(f"/kiosk/arrived?ticket={ticket}")
    assert stand.title == "カードを確認できませんでした"
    assert stand.get("/kiosk/choose").request.path == "/kiosk/"


# --- Who may enter ---------------------------------------------------------------------------------------------------


def test_an_old_or_foreign_greeting_is_refused(stand: Stand, other_stand: Stand) -> None:
    old = stand.hello(at=int(clock.now().timestamp()) - 61)
    assert stand.get(f"/kiosk/enter?hello={old}").status_code == 403
    foreign = other_stand.hello(terminal_id=stand.terminal_id)
    assert stand.get(f"/kiosk/enter?hello={foreign}").status_code == 403
    assert stand.get("/kiosk/enter?hello=nonsense.nonsense").status_code == 403
    assert stand.get("/kiosk/enter").status_code == 403


def test_a_greeting_forgets_the_one_before(stand: Stand) -> None:
    stand.sign_in(CARD)
    stand.enter()
    assert stand.get("/kiosk/choose").request.path == "/kiosk/"


def test_a_terminal_with_a_new_key_is_another_terminal(stand: Stand) -> None:
    stand.enter()
    stand.change_key(Signer(b"\7" * 32).public_key)
    assert stand.get("/kiosk/").status_code == 403


def test_another_browser_at_another_terminal_sees_nothing_of_the_visit(stand: Stand, other_stand: Stand) -> None:
    reach_confirm(stand)
    issuance_id = stand.order().copies[0].issuance_id
    other_stand.sign_in("02-hoshimi-citizen-card")
    assert other_stand.get(f"/kiosk/preview/{issuance_id}.png").status_code == 404
    stolen = stand.client.get_cookie("koiki_kiosk").value
    other_stand.client.set_cookie("koiki_kiosk", stolen)
    assert other_stand.get("/kiosk/choose").request.path == "/kiosk/"


def test_the_cookie_names_a_visit_and_no_person(stand: Stand) -> None:
    stand.sign_in(CARD)
    serializer = SecureCookieSessionInterface().get_signing_serializer(stand.app)
    held = serializer.loads(stand.client.get_cookie("koiki_kiosk").value)
    assert set(held) == {"visit", "arrived", "replaced", "csrf_token"}
    assert held["arrived"] == held["visit"]


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_every_neutral_refusal_is_the_same_screen(stand: Stand) -> None:
    pages = []
    for card in ("01-wakakusa-household-block", "04-shirakaba-protected", "02-hoshimi-provisional-protection"):
        stand.sign_in(card)
        choosing = re.sub(r"value=\"[^\"]*\"", "", stand.page.text)
        stand.submit("/kiosk/choose", button=RECORD)
        assert stand.path == "/kiosk/refused"
        assert re.search(r"N-[0-9A-Z]{6}", stand.page.text)
        assert "支援" not in stand.page.text + choosing
        assert stand.order() is None
        pages.append(neutral_text(stand.page.text))
        stand.submit("/kiosk/finish")
    assert len(set(pages)) == 1


def neutral_text(html: str) -> str:
    """The words of the screen, without the town's name, its phone and the reference."""
    main = html[html.index("<main") : html.index("</main>")]
    words = re.sub(r"<[^>]+>", " ", main)
    return re.sub(r"\s+", " ", re.sub(r"N-\w+|[\d-]{9,}|\S+の証明書|\S+[市町村] の証明書", "", words))


def test_no_seal_is_said_because_it_is_no_secret(stand: Stand) -> None:
    stand.sign_in("09-nijikawa-no-seal-service")
    stand.submit("/kiosk/choose", button=SEAL)
    assert stand.path == "/kiosk/refused"
    assert "利用登録がされていません" in stand.page.text


@pytest.mark.parametrize("words", ["nonsense", f"{RECORD}~some~99~~1~" + "0" * 16, f"{RECORD}~all~~vehicle~1~"])
def test_a_basket_that_no_page_wrote_orders_nothing(stand: Stand, words: str) -> None:
    stand.sign_in(FAMILY)
    form = stand.form("/kiosk/choose")
    answer = stand.client.post(form.action, data={**form.data(SEAL), "item": words}, follow_redirects=True)
    assert answer.status_code in {200, 400, 409}
    assert stand.order() is None


# --- Time, hours, machine --------------------------------------------------------------------------------------------


def test_when_everything_is_closed_the_screen_says_when_it_opens(stand: Stand) -> None:
    stand.close_union(until=datetime(2026, 12, 1, 9, 30, tzinfo=clock.JST))
    stand.enter()
    assert stand.title == "ただいまご利用時間外です"
    assert "次は 12月1日(火) 09:30 からご利用いただけます。" in stand.page.text
    assert "/kiosk/start" not in stand.page.text


def test_a_town_that_is_closed_says_so_at_its_certificates(stand: Stand) -> None:
    with later(10 * 3600):  # 20:00: some towns are open, this one is not
        stand.sign_in("09-nijikawa-citizen-card")
        assert re.search(r"次は 11月25日\(水\) 0\d:\d\d からご利用いただけます。", stand.page.text)
        assert not stand.form("/kiosk/choose").buttons


def test_a_stopped_terminal_begins_nothing(stand: Stand) -> None:
    stand.enter()
    form = stand.form("/kiosk/start")
    stand.stop()
    answer = stand.client.post(form.action, data=form.data())
    assert "この端末はお休みしています" in answer.text
    assert stand.live_visit() is None


def test_a_visit_that_nobody_touches_is_given_up_by_the_server_too(stand: Stand) -> None:
    reach_confirm(stand)
    with later(200):
        stand.get("/kiosk/confirm")
        assert stand.path == "/kiosk/"
    assert stand.visit().state is VisitState.ENDED
    assert stand.order().payment is Payment.RELEASED


def test_asking_for_more_time_works_as_often_as_wanted(stand: Stand) -> None:
    reach_confirm(stand)
    token = stand.form("/kiosk/idle").data()
    for turn in range(1, 13):
        with later(70 * turn):
            assert stand.client.post("/kiosk/idle", data=token).status_code == 303
    with later(70 * 12 + 60):
        assert stand.get("/kiosk/confirm").request.path == "/kiosk/confirm"


def test_a_page_that_renews_itself_is_no_sign_of_life(stand: Stand) -> None:
    reach_pay(stand)
    seen = stand.visit().last_seen_at
    with later(30):
        stand.get("/kiosk/pay", **{"HX-Request": "true"})
        stand.get("/kiosk/pay?live=1")
        assert stand.visit().last_seen_at == seen
        stand.get("/kiosk/pay")
        assert stand.visit().last_seen_at > seen


def test_the_next_one_waits_while_the_machine_still_serves_the_one_before(stand: Stand) -> None:
    reach_pay(stand)
    stand.pay(1000)
    stand.report(ReportEvent.PRINTING, attempt_id=stand.grant_next())
    stand.enter()
    stand.submit("/kiosk/start")
    assert (stand.path, stand.title) == ("/kiosk/busy", "前の方の手続きをしています")


# --- How it looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_every_offered_language_is_spoken_from_start_to_choice(stand: Stand, language: str) -> None:
    if not is_offered(language):
        pytest.skip("not compiled: script/i18n compile")
    stand.enter()
    stand.submit("/kiosk/preferences", button=language)
    tag = next(x.tag for x in LANGUAGES if x.code == language)
    assert f'<html lang="{tag}"' in stand.page.text
    answer = stand.submit("/kiosk/start", follow=False)
    assert answer.status_code == 303
    assert stand.live_visit().language == language


def test_the_look_is_kept_for_the_visit_and_gone_for_the_next(stand: Stand) -> None:
    stand.sign_in(CARD)
    stand.submit("/kiosk/preferences", button="standard", size="largest")
    assert 'data-size="largest"' in stand.page.text
    assert stand.path == "/kiosk/choose"
    stand.submit("/kiosk/stop")
    assert 'data-size="standard"' in stand.page.text


ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "/agents/work", "")
NO_HEADER = ("/kiosk/\r\nX: y", "/kiosk/?あ")


@pytest.mark.parametrize("back", [*ELSEWHERE, *NO_HEADER])
def test_preferences_never_lead_elsewhere(stand: Stand, back: str) -> None:
    stand.enter()
    answer = stand.submit("/kiosk/preferences", button="large", follow=False, back=back)
    assert answer.location == "/kiosk/now"


def test_help_names_a_phone_and_nothing_of_a_person(stand: Stand) -> None:
    stand.sign_in(CARD)
    stand.submit("/kiosk/call-staff")
    assert stand.title == "係員を呼ぶ"
    assert "000-000-0000" in stand.page.text
