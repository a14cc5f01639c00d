"""The main job by a robot over plain HTTP: forms and cookies, no script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journey import truth
from tests.journey.crowd import wait_until
from tests.journey.installation import Installation
from tests.journey.robot import JourneyError, Resident

pytestmark = pytest.mark.timeout(240)
WAKAKUSA, HOSHIMI = 0, 1  # terminals
PIN = "1234"


def test_a_resident_of_one_town_gets_its_certificate_at_a_kiosk_of_another(
    installation: Installation, sheets: Path
) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "02-hoshimi-family-head", PIN)
    pdfs = resident.take_one("resident_record", sheets)

    assert len(pdfs) == 1
    file = next(sheets.glob("*.pdf"))
    title, mayor = truth.rows(
        installation.home / "union.db",
        "SELECT o.title, o.name FROM officeholder o JOIN member m ON m.code = o.municipality WHERE m.name = ?",
        "星見市",
    )[0]
    words = truth.text_of(file)
    assert title in words
    assert mayor.replace("　", "") in words
    assert "世帯全員の住民票の原本と相違ない" in words
    assert "若草市" not in words


def test_the_home_town_keeps_the_journal_and_the_site_keeps_nothing(installation: Installation, sheets: Path) -> None:
    codes = dict(truth.rows(installation.home / "union.db", "SELECT name, code FROM member"))
    home, site = (installation.home / "partitions" / f"{codes[name]}.db" for name in ("星見市", "若草市"))
    before = truth.rows(home, "SELECT count(*) FROM issuance")[0][0]

    Resident(installation.agent_urls[WAKAKUSA], "02-hoshimi-family-wife", PIN).take_one("seal_registration", sheets)

    assert truth.rows(home, "SELECT count(*) FROM issuance")[0][0] == before + 1
    for table in ("issuance", "issue_order", "sign_in", "issuance_event", "outbox"):
        assert truth.rows(site, f"SELECT count(*) FROM {table}")[0][0] == 0, table  # noqa: S608 our own names


def test_the_union_learns_money_and_town_and_no_person(installation: Installation, sheets: Path) -> None:
    Resident(installation.agent_urls[HOSHIMI], "01-wakakusa-family-head", PIN).take_one("resident_record", sheets)
    installation.flask("issuance", "relay", "--once")

    assert sum(truth.ledger(installation).values()) == sum(truth.cash_kept(installation).values()) > 0
    union = (installation.home / "union.db").read_bytes()
    people = truth.everywhere(installation, "SELECT name, atena_no, address FROM person_version")
    told = {word for person in people for word in person if word and word.encode() in union}
    assert told == set()


@pytest.mark.parametrize(("tender", "card"), [("emoney", "02-hoshimi-family-head"), ("qr", "02-hoshimi-family-wife")])
def test_money_that_is_no_coin_is_in_the_gateway_and_in_the_ledger(
    installation: Installation, tender: str, card: str
) -> None:
    before = truth.all_kept(installation).keys()
    resident = Resident(installation.agent_urls[HOSHIMI], card, PIN)
    page = resident.pay(resident.order(resident.sign_in(), "resident_record"), tender)
    page = resident.wait_for_sheet(page)
    resident.desk.take_sheets()
    resident.leave(page)

    def has_settled() -> bool:
        installation.flask("issuance", "relay", "--once")
        new = truth.all_kept(installation).keys() - before
        return bool(new) and all(truth.ledger(installation).get(key) for key in new)

    wait_until(has_settled, 60, "the ledger knows of it")
    kept = {key: yen for key, yen in truth.all_kept(installation).items() if key not in before}
    assert kept == {key: truth.ledger(installation)[key] for key in kept}
    assert kept.keys().isdisjoint(truth.cash_kept(installation))


def test_money_that_was_put_in_comes_back_when_the_resident_stops(installation: Installation) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "01-wakakusa-family-wife", PIN)
    page = resident.order(resident.sign_in(), "resident_record")
    page = resident.ask_to_pay(page)
    resident.desk.wait_until_asked()
    resident.desk.insert(100)
    page = resident.browser.submit(resident.browser.get(page.url), "/kiosk/stop")

    for _ in range(100):
        if resident.desk.state()["cash"]["yen_returned"] >= 100:
            break
        resident.browser.get(page.url)
    assert resident.desk.state()["cash"]["yen_returned"] >= 100
    assert resident.desk.state()["cash"]["state"] not in {"collecting", "held"}
    resident.desk.do("cash/collect")


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("08-yukishiro-card-lost", "ご利用いただけないカード"),
        ("04-shirakaba-card-suspended", "ご利用いただけないカード"),
        ("06-kaedezaka-card-expired", "期限"),
        ("05-hanano-continued-use", "手続きが終わっていません"),
        ("05-hanano-moved-out", "ご利用いただけないカード"),
    ],
)
def test_a_card_that_may_not_be_used_gets_its_own_sentence(installation: Installation, card: str, words: str) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], card, PIN)
    page = resident.sign_in()
    assert words in page.html
    assert not page.has_form("/kiosk/choose")
    resident.desk.take_card()


def test_every_neutral_reason_gets_the_same_screen(installation: Installation) -> None:
    seen = set()
    for card in ("04-shirakaba-protected", "04-shirakaba-protected-child", "01-wakakusa-household-block"):
        resident = Resident(installation.agent_urls[WAKAKUSA], card, PIN)
        page = resident.order(resident.sign_in(), "resident_record")
        assert "/kiosk/refused" in page.url
        reference = page.url.split("reference=")[1]
        seen.add(_shape(page.html, reference))
        resident.leave(page)
    assert len(seen) <= 2  # one for each town's phone number


def _shape(html: str, reference: str) -> str:
    lines = html.replace(reference, "REFERENCE").splitlines()
    return "\n".join(line for line in lines if "csrf" not in line and "phone" not in line)


def test_three_wrong_pins_lock_the_card_and_the_right_one_does_not_help(installation: Installation) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "02-hoshimi-citizen-card", PIN)
    page = resident.sign_in(pin="0000")
    assert "あと2回" in page.html
    page = resident.browser.submit(page, "/card/pin", pin="0001")
    assert "あと1回" in page.html
    page = resident.browser.submit(page, "/card/pin", pin="0002")
    assert not page.has_form("/card/pin")
    resident.desk.take_card()

    again = Resident(installation.agent_urls[HOSHIMI], "02-hoshimi-citizen-card", PIN)
    page = again.sign_in()
    assert "/kiosk/choose" not in page.url
    again.desk.take_card()


def test_a_card_taken_away_too_early_charges_nothing(installation: Installation) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "01-wakakusa-citizen-card", PIN)
    page = resident.begin()
    resident.desk.lay(resident.card_id)
    page = resident.browser.wait_for(page.url, lambda p: p.has_form("/card/pin"), "the PIN pad")
    resident.desk.take_card()
    page = resident.browser.get(page.url)
    assert "/card/removed" in page.url
    assert "カード" in page.html


def test_pressing_pay_twice_and_going_back_charges_once(installation: Installation, sheets: Path) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "01-wakakusa-citizen-card", PIN)
    choosing = resident.sign_in()
    confirm = resident.order(choosing, "resident_record")
    again = resident.browser.submit(
        choosing, "/kiosk/choose", button="resident_record"
    )  # the page before, pressed again
    assert "/kiosk/confirm" in again.url
    page = resident.pay(confirm)
    stale = resident.browser.submit(confirm, "/kiosk/pay")  # the browser's back button, then the same press
    assert "/kiosk/pay" not in stale.url
    page = resident.wait_for_sheet(page)
    resident.desk.take_sheets()
    resident.leave(page)

    orders = truth.everywhere(
        installation, "SELECT payment_key FROM issue_order WHERE payment = 'committed' AND tender = 'cash'"
    )
    assert sorted(key for (key,) in orders) == sorted(truth.cash_kept(installation))


def test_a_ticket_works_once_and_at_its_own_terminal(installation: Installation) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "01-wakakusa-neighbour-1", PIN)
    opened: list[str] = []
    resident.browser.client.event_hooks["request"] = [lambda r: opened.append(str(r.url))]
    page = resident.begin()
    ticket = next(url for url in opened if "/card?ticket=" in url)

    other = Resident(installation.agent_urls[HOSHIMI], "01-wakakusa-neighbour-1", PIN)
    elsewhere = other.browser.get(ticket.replace(installation.agent_urls[WAKAKUSA], installation.agent_urls[HOSHIMI]))
    assert elsewhere.status == 400
    twice = other.browser.get(ticket)
    assert twice.status == 400
    resident.browser.submit(page, "/card/cancel")


def test_a_page_left_standing_leads_back_kindly(installation: Installation) -> None:
    resident = Resident(installation.agent_urls[WAKAKUSA], "01-wakakusa-neighbour-2", PIN)
    choosing = resident.sign_in()
    resident.leave(choosing)
    page = resident.browser.submit(choosing, "/kiosk/choose", button="resident_record")
    assert page.status < 500
    assert "/kiosk/confirm" not in page.url


def test_without_a_terminal_there_is_no_way_in(installation: Installation) -> None:
    stranger = Resident(installation.agent_urls[WAKAKUSA], "", PIN)
    page = stranger.browser.get(f"{installation.portal_url}/kiosk/choose")
    assert not page.has_form("/kiosk/choose")
    with pytest.raises(JourneyError):
        stranger.browser.submit(page, "/kiosk/choose")
