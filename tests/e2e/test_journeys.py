"""The main job with script, in Chromium, on a portrait panel; and everything that goes differently."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.person import PIN, RECORD, SEAL, Person, Watcher, new_page
from tests.e2e.terminals import Terminal
from tests.journey import truth
from tests.journey.installation import Installation

MOST_SCREENS, MOST_TAPS = 7, 10
HEAD, WIFE = "02-hoshimi-family-head", "02-hoshimi-family-wife"


def sheets_of(person: Person, folder: Path) -> list[Path]:
    """The PDFs that lie in the tray, as files."""
    lying = [job["attempt_id"] for job in person.desk.state()["tray"]]
    for attempt in lying:
        person.desk.look_at(attempt, folder)
    return [folder / f"{attempt}.pdf" for attempt in lying]


def orders(installation: Installation) -> int:
    return len(truth.everywhere(installation, "SELECT 1 FROM issue_order"))


def test_the_resident_record_of_another_town_takes_seven_screens_and_ten_taps(
    kiosk: Person, installation: Installation, tmp_path: Path
) -> None:
    kiosk.walk_up()
    kiosk.seen, kiosk.taps = ["/kiosk/"], 0
    kiosk.begin()
    kiosk.lay(HEAD)
    kiosk.type_pin()
    kiosk.take_card()
    kiosk.take_home(RECORD)
    [sheet] = sheets_of(kiosk, tmp_path)
    kiosk.finish()

    assert len(kiosk.screens()) <= MOST_SCREENS, kiosk.screens()
    assert kiosk.taps <= MOST_TAPS
    title, mayor = truth.rows(
        installation.home / "union.db",
        "SELECT o.title, o.name FROM officeholder o JOIN member m ON m.code = o.municipality WHERE m.name = ?",
        "星見市",
    )[0]
    words = truth.text_of(sheet)
    assert title in words
    assert mayor.replace("　", "") in words
    assert "関元" in words
    assert "若草市" not in words


def test_two_certificates_in_one_basket(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(WIFE)
    kiosk.choose(RECORD)
    expect(kiosk.button("/kiosk/pay")).to_be_visible()
    kiosk.tap(kiosk.page.get_by_role("button", name="ほかの証明書も追加"))
    kiosk.is_at("/kiosk/choose")
    expect(kiosk.page.get_by_text("えらんだもの")).to_contain_text("住民票の写し")
    kiosk.choose(SEAL)
    expect(kiosk.page.locator(".rows > li")).to_have_count(2)
    kiosk.pay()
    kiosk.wait_for_sheet()
    expect(kiosk.page.get_by_text("2通（2枚）あります")).to_be_visible()

    words = sorted(truth.text_of(sheet)[:40] for sheet in sheets_of(kiosk, tmp_path))
    assert len(words) == 2
    assert any("印鑑登録証明書" in text for text in words)
    kiosk.finish()


def test_the_options_decide_what_stands_on_the_sheet(kiosk: Person, watcher: Watcher, tmp_path: Path) -> None:
    watcher.expected = ("422",)  # Chromium notes the status with which the form comes back
    kiosk.sign_in(HEAD)
    kiosk.open_contents(RECORD)
    expect(kiosk.page.get_by_text("のせる人をえらんでください")).to_be_hidden()
    kiosk.tap(kiosk.page.get_by_text("世帯の一部の人"))
    kiosk.tap(kiosk.page.get_by_role("button", name="この内容ですすむ"))
    expect(kiosk.page.get_by_role("alert")).to_contain_text("1人以上")

    kiosk.tap(kiosk.page.locator(".members .choice").nth(0))
    kiosk.tap(kiosk.page.get_by_text("世帯主・続柄"))
    kiosk.tap(kiosk.page.get_by_role("button", name="この内容ですすむ"))
    kiosk.is_at("/kiosk/confirm")
    kiosk.pay()
    kiosk.wait_for_sheet()
    [sheet] = sheets_of(kiosk, tmp_path)
    words = truth.text_of(sheet)
    assert "関元" in words
    assert "関彩花" not in words
    kiosk.finish()


def test_a_wrong_pin_says_how_often_one_may_try_and_the_right_one_goes_on(kiosk: Person) -> None:
    kiosk.walk_up()
    kiosk.begin()
    kiosk.lay("01-wakakusa-citizen-card")
    kiosk.type_pin("0000")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("あと2回")
    kiosk.type_pin("0001")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("あと1回")
    kiosk.type_pin(PIN)
    kiosk.take_card()


def test_a_card_taken_too_early_may_be_laid_again(kiosk: Person) -> None:
    kiosk.walk_up()
    kiosk.begin()
    kiosk.lay("01-wakakusa-neighbour-1")
    kiosk.desk.take_card()
    kiosk.is_at("/card/removed")
    expect(kiosk.page.get_by_role("heading", name="カードが早くとられました")).to_be_visible()
    kiosk.lay("01-wakakusa-neighbour-1")
    kiosk.type_pin()
    kiosk.take_card()


def test_digits_are_never_on_the_screen_and_may_be_moved_about(kiosk: Person) -> None:
    kiosk.walk_up()
    kiosk.begin()
    kiosk.lay("01-wakakusa-neighbour-2")
    keys = kiosk.page.locator("#pad .key:not(.word)")
    usual = keys.all_inner_texts()
    kiosk.tap(kiosk.page.get_by_role("button", name="数字の並びを変える"))
    assert keys.all_inner_texts() != usual  # one time in 3.6 million this is luck
    assert sorted(keys.all_inner_texts()) == sorted(usual)
    kiosk.type_pin("123")
    expect(kiosk.page.locator("#echo")).to_have_text("3けた")
    assert "123" not in kiosk.page.locator("body").inner_text()
    kiosk.tap(kiosk.page.locator("[data-key='clear']"))
    kiosk.type_pin()
    kiosk.take_card()


def test_after_a_minute_the_screen_asks_and_leaves_nothing_for_the_next_one(kiosk: Person) -> None:
    kiosk.sign_in(HEAD)
    kiosk.page.clock.install()
    kiosk.page.reload()
    asks = kiosk.page.locator("#idle")
    kiosk.page.clock.run_for(59_000)
    expect(asks).to_be_hidden()
    kiosk.page.clock.run_for(3_000)
    expect(asks).to_be_visible()
    kiosk.tap(kiosk.page.get_by_role("button", name="続ける"))
    expect(asks).to_be_hidden()
    kiosk.page.clock.run_for(59_000)
    expect(asks).to_be_hidden()
    kiosk.is_at("/kiosk/choose")

    kiosk.page.clock.run_for(24_000)  # now nobody answers
    kiosk.is_at("/kiosk/")
    kiosk.page.go_back()
    kiosk.is_at("/kiosk/", "/kiosk/choose")
    kiosk.page.goto(f"{kiosk.page.url.split('/kiosk')[0]}/kiosk/choose")
    kiosk.is_at("/kiosk/")


def test_pressing_everything_twice_is_one_order_and_one_payment(kiosk: Person, installation: Installation) -> None:
    before = orders(installation)
    kiosk.sign_in(HEAD)
    kiosk.button("/kiosk/choose", RECORD).dblclick(no_wait_after=True)
    kiosk.is_at("/kiosk/confirm")
    expect(kiosk.page.locator(".rows > li")).to_have_count(1)
    assert orders(installation) == before + 1
    pay = kiosk.button("/kiosk/pay")
    sent: list[str] = []
    kiosk.page.on("request", lambda r: sent.append(r.method) if r.url.endswith("/kiosk/pay") else None)
    pay.wait_for()
    pay.dblclick(no_wait_after=True)
    kiosk.is_at("/kiosk/tender")
    kiosk.button("/kiosk/pay", "cash").dblclick(no_wait_after=True)
    kiosk.is_at("/kiosk/pay")
    kiosk.desk.insert_price()
    kiosk.wait_for_sheet()
    assert sent.count("POST") == 2  # to pay, and how
    assert orders(installation) == before + 1
    assert len(kiosk.desk.state()["tray"]) == 1
    kiosk.finish()


def test_back_after_paying_leads_forward_again(kiosk: Person, installation: Installation) -> None:
    kiosk.sign_in(HEAD)
    kiosk.choose(RECORD)
    before = orders(installation)
    kiosk.pay()
    kiosk.wait_for_sheet()
    for _ in range(3):
        kiosk.page.go_back()
        kiosk.is_at("/kiosk/take")
    assert orders(installation) == before
    assert len(kiosk.desk.state()["tray"]) == 1
    kiosk.finish()
    kiosk.page.go_back()
    kiosk.is_at("/kiosk/")


def test_a_forgotten_sheet_is_called_for(kiosk: Person) -> None:
    kiosk.sign_in("02-hoshimi-neighbour-1")
    kiosk.page.clock.install()
    kiosk.take_home(RECORD)
    alarm = kiosk.page.locator("#alarm")
    kiosk.page.clock.run_for(15_000)
    expect(alarm).to_be_hidden()
    kiosk.page.clock.run_for(6_000)
    expect(alarm).to_be_visible()
    expect(kiosk.page.locator("#voice")).to_contain_text("お忘れです")
    kiosk.tap(kiosk.page.get_by_role("button", name="音をとめる"))
    expect(kiosk.page.get_by_role("button", name="音をとめる")).to_be_hidden()
    kiosk.desk.take_sheets()
    kiosk.is_at("/kiosk/outcome")
    expect(kiosk.page.get_by_role("heading", level=1)).to_have_text("ありがとうございました")


def tab_to(kiosk: Person, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    wanted = re.compile(name)
    for _ in range(40):
        kiosk.page.keyboard.press("Tab")
        if wanted.search(kiosk.page.evaluate("document.activeElement.innerText || ''")):
            assert kiosk.page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    pytest.fail(f"{name} cannot be reached with the Tab key")


def test_keyboard_and_ten_key_alone_are_enough(kiosk: Person) -> None:
    keys = kiosk.page.keyboard
    kiosk.walk_up()
    tab_to(kiosk, "^はじめる$")
    keys.press("Enter")
    kiosk.is_at("/card/lay")
    kiosk.lay("02-hoshimi-neighbour-2")
    keys.type("12")
    keys.press("Backspace")
    keys.type("234")
    kiosk.take_card()
    tab_to(kiosk, "^住民票の写し")
    keys.press("Enter")
    kiosk.is_at("/kiosk/confirm")
    kiosk.button("/kiosk/pay").wait_for()
    tab_to(kiosk, "支払う")
    keys.press("Enter")
    kiosk.is_at("/kiosk/tender")
    tab_to(kiosk, "^現金")
    keys.press("Enter")
    kiosk.is_at("/kiosk/pay")
    kiosk.desk.insert_price()
    kiosk.wait_for_sheet()
    kiosk.desk.take_sheets()
    tab_to(kiosk, "おわる")
    keys.press("Enter")
    kiosk.is_at("/kiosk/")


def test_the_kiosk_fixture_hears_a_breach_of_the_content_policy(
    browser: Browser, installation: Installation, watcher: Watcher
) -> None:
    person = Person(new_page(browser, watcher), installation.agent_urls[Terminal.HOSHIMI])
    person.walk_up()
    assert watcher.troubles == []
    person.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
    expect(person.page.get_by_text("inline")).to_be_visible()
    assert any("style-src" in trouble for trouble in watcher.troubles)
    person.page.context.close()
