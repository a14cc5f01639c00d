"""Certificates of registers and taxes, in a browser: whom, which year, which tax, which car; and what they cost."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.journey import truth

HEAD = "02-hoshimi-family-head"  # of four, with a 戸籍, taxes, land, a house and vehicles


def yen_of(kiosk: Person) -> int:
    """What the button says that it costs."""
    kiosk.button("/kiosk/pay").wait_for()
    return int(re.sub(r"\D", "", kiosk.button("/kiosk/pay").inner_text()) or 0)


def read_sheet(kiosk: Person, folder: Path) -> str:
    """The text of the one sheet in the tray."""
    [attempt] = {job["attempt_id"] for job in kiosk.desk.state()["tray"]}
    kiosk.desk.look_at(attempt, folder)
    return truth.text_of(folder / f"{attempt}.pdf")


def test_of_a_family_register_one_chooses_who_stands_on_the_sheet(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(HEAD)
    kiosk.open_contents("family_register_individual")
    expect(kiosk.page.get_by_text("のせる人をえらんでください")).to_be_hidden()
    kiosk.tap(kiosk.page.get_by_text("戸籍の一部の人"))
    names = kiosk.page.locator(".members .choice")
    shown, left_out = names.nth(1).inner_text(), names.nth(2).inner_text()
    kiosk.tap(names.nth(1))
    kiosk.go_on()
    expect(kiosk.page.get_by_text("戸籍のうち1人")).to_be_visible()
    kiosk.pay()
    kiosk.wait_for_sheet()
    words = read_sheet(kiosk, tmp_path)
    assert "個人事項証明" in words
    assert given_name(shown) in words
    assert f"【名】{given_name(left_out)}" not in words
    kiosk.finish()


def given_name(name: str) -> str:
    return name.strip().split("　")[-1]


def test_an_earlier_year_of_income_is_picked(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(HEAD)
    kiosk.pick("income_tax", "令和7年度")
    expect(kiosk.page.locator(".rows")).to_contain_text("令和7年度")
    kiosk.pay()
    kiosk.wait_for_sheet()
    words = read_sheet(kiosk, tmp_path)
    assert "令和7年度" in words
    assert "令和8年度" not in words
    kiosk.finish()


def test_two_taxes_on_one_sheet_cost_twice_and_that_is_said(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(HEAD)
    kiosk.tap(kiosk.button("/kiosk/choose", "tax_payment"))
    kiosk.is_at("/kiosk/options")
    things = kiosk.page.locator(".choice:has(input[name=pick])")
    labels = [things.nth(index).inner_text().split()[-1] for index in (0, 1)]
    kiosk.tap(things.nth(0))
    kiosk.tap(things.nth(1))
    kiosk.go_on()
    fee = int(re.search(r"2件：([\d,]+)円×2", kiosk.page.locator(".rows").inner_text())[1])  # type: ignore[index]
    assert yen_of(kiosk) == 2 * fee
    kiosk.pay()
    kiosk.wait_for_sheet()
    words = read_sheet(kiosk, tmp_path)
    assert all(label[:4] in words for label in labels)
    kiosk.finish()


def test_what_is_free_is_printed_without_a_coin(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(HEAD)
    kiosk.tap(kiosk.button("/kiosk/choose", "vehicle_tax_payment"))
    kiosk.is_at("/kiosk/options")
    plate = kiosk.page.locator(".choice:has(input:checked)").first.inner_text().strip()
    kiosk.go_on()
    expect(kiosk.page.locator(".rows")).to_contain_text(plate)
    kiosk.seen = []
    expect(kiosk.button("/kiosk/pay")).to_have_text("印刷する")
    kiosk.tap(kiosk.button("/kiosk/pay"))
    kiosk.wait_for_sheet()
    assert "/kiosk/pay" not in kiosk.seen
    assert re.sub(r"\s", "", plate) in read_sheet(kiosk, tmp_path)
    kiosk.finish()


def test_land_and_houses_are_counted_before_one_pays(kiosk: Person, tmp_path: Path) -> None:
    kiosk.sign_in(HEAD)
    kiosk.choose("property")
    counted = re.search(r"(\S+)：([\d,]+)円×(\d+)", kiosk.page.locator(".rows").inner_text())
    assert counted is not None
    things = sum(map(int, re.findall(r"\d+", counted[1])))
    assert things > 1
    assert yen_of(kiosk) == int(counted[2]) * int(counted[3])
    kiosk.pay()
    kiosk.wait_for_sheet()
    words = read_sheet(kiosk, tmp_path)
    assert "土地" in words
    assert "家屋" in words
    kiosk.finish()
