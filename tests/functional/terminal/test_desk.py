"""The demo's desk, by hand and by robot."""

from __future__ import annotations

import pytest


def test_the_desk_shows_cards_money_and_paper(browser) -> None:
    page = browser.get("/desk").text
    for words in ("おためし用の机", "見本 一郎", "暗証番号 4826", "紙の取り出し口", "返却口"):
        assert words in page
    browser.lay("chip")
    assert browser.get("/desk/state.json").json["card"] == "chip"
    assert "カードを取る" in browser.get("/desk").text
    browser.take()
    assert browser.get("/desk/state.json").json["card"] is None


def test_the_live_part_is_sent_only_when_something_has_changed(browser) -> None:
    seen = browser.get("/desk").text.split("seen=")[1].split('"')[0]
    assert browser.get(f"/desk/panels?seen={seen}").status_code == 204
    browser.lay("chip")
    changed = browser.get(f"/desk/panels?seen={seen}")
    assert changed.status_code == 200
    assert "<html" not in changed.text


def test_with_htmx_a_press_answers_with_the_panels(browser) -> None:
    answer = browser.post("/desk/cards/lay", {"card_id": "juki"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="panels"')
    rejected = browser.post("/desk/cash/insert", {"yen": "100"}, headers={"HX-Request": "true"})
    assert "もどってきました" in rejected.text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/desk/cards/lay", {"card_id": "../home/device"}, 404),
        ("/desk/cards/lay", {}, 404),
        ("/desk/printer", {"fault": "fire"}, 400),
        ("/desk/cash/insert", {"yen": "-100"}, 409),
        ("/desk/cash/insert", {}, 400),
        ("/desk/touch", {}, 409),
        ("/desk/touch", {"tender": "qr"}, 409),
        ("/desk/money/fault", {"tender": "cash", "kind": "fire"}, 400),
        ("/desk/money/fault", {"tender": "qr", "kind": "jam"}, 400),
        ("/desk/tray/take", {"attempt_id": "../../journal"}, 303),
    ],
)
def test_bad_input_changes_nothing(browser, settings, path, data, status) -> None:
    before = browser.get("/desk/state.json").json
    assert browser.post(path, data).status_code == status
    assert browser.get("/desk/state.json").json == before
    assert (settings.home / "journal.db").exists()


def test_only_what_lies_in_the_tray_can_be_looked_at(browser) -> None:
    assert browser.get("/desk/tray/unknown.pdf").status_code == 404
    assert browser.get("/desk/tray/..%2Fjournal.pdf").status_code == 404


def test_a_broken_card_file_is_a_strange_card(browser, portal, settings) -> None:
    (settings.cards_folder / "broken.json").write_text("{")
    assert browser.get("/desk").status_code == 200
    browser.begin(portal.ticket())
    browser.lay("broken")
    assert browser.get("/card/lay").location == "/card/failed"


@pytest.mark.parametrize(("px", "css"), [(4.5, "--mm: 4.5px"), (None, "orientation: portrait")])
def test_sizes_come_from_the_panel(settings, px, css) -> None:
    from dataclasses import replace

    from app.terminal import create_agent
    from app.terminal.parts import parts_of

    app = create_agent(replace(settings, px_per_mm=px))
    answer = app.test_client().get("/device.css", base_url=settings.agent_url)
    assert css in answer.text
    assert answer.content_type.startswith("text/css")
    parts_of(app).close()


def test_a_card_is_found_among_many(browser) -> None:
    page = browser.get("/desk?find=二郎").text
    assert "見本 二郎" in page
    assert "見本 一郎" not in page
    assert "そのようなカードはありません" in browser.get("/desk?find=nobody").text
    browser.lay("chip")
    assert "見本 一郎" in browser.get("/desk?find=nobody").text  # what lies on the reader is always shown


def test_the_hands_pay_with_each_tender_and_break_each_device(browser, bench) -> None:
    bench.machine.begin("pay-1", 300)
    browser.post("/desk/cash/insert", {"yen": "500"})
    assert browser.get("/desk/state.json").json["cash"]["state"] == "held"
    for tender in ("emoney", "qr"):
        bench.gateway.create(tender, bench.terminal_id, tender, "JPY", 300)
        assert "300円</strong> の支払いを待っています" in browser.get("/desk").text
        assert browser.post("/desk/touch", {"tender": tender}).status_code == 303
    assert [bench.gateway.get(tender)["state"] for tender in ("emoney", "qr")] == ["taken", "authorised"]
    faults = {"cash": ("jam", "no_change", "no_power"), "emoney": ("down", "refuse"), "qr": ("whole_only", "no_refund")}
    for tender, kinds in faults.items():
        for kind in kinds:
            browser.post("/desk/money/fault", {"tender": tender, "kind": kind})
            assert kind in browser.get("/desk/state.json").json[tender]["faults"]
        browser.post("/desk/money/fault", {"tender": tender})
        assert browser.get("/desk/state.json").json[tender]["faults"] == []
    assert browser.post("/desk/cash/lever").status_code == 303
    assert browser.get("/desk/state.json").json["cash"]["returned"] == {"500": 1}


def test_without_simulated_devices_the_desk_has_no_money(settings) -> None:
    from app.terminal import create_agent
    from app.terminal.parts import parts_of

    app = create_agent(settings)
    client = app.test_client()
    assert "返却口" not in client.get("/desk", base_url=settings.agent_url).text
    for path in ("cash/insert", "cash/collect", "cash/lever", "touch", "money/fault"):
        assert client.post(f"/desk/{path}", base_url=settings.agent_url).status_code == 404
    parts_of(app).close()
