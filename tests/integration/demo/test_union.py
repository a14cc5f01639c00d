import json
from datetime import datetime

import pytest

from app import clock, create_app
from app.audit import service as audit
from app.certificates.catalogue import KINDS
from app.clock import JST
from app.config import load
from app.demo.command import demo_command
from app.demo.towns import FEE_CHANGE, TOWNS
from app.municipalities import hours
from app.municipalities import queries as union
from app.municipalities.ordinances import missing_texts
from app.municipalities.partitions import partitions
from app.residents import checking, queries
from app.terminal import settings


def test_ten_towns_whose_codes_belong_to_nobody(demo):
    members = union.list_members()
    assert [m.code for m in members] == sorted(t.code for t in TOWNS)
    assert all(m.code.startswith("90") and m.prefecture == "青嶺県" for m in members)


@pytest.mark.parametrize("town", TOWNS, ids=lambda t: t.slug)
def test_a_town_can_issue_and_contradicts_itself_nowhere(demo, town):
    issuer = union.get_issuer(town.code, clock.now())
    assert issuer.title.startswith(town.address[:-1])
    assert issuer.is_acting == (town is TOWNS[-1])
    ordinance = union.get_ordinance(town.code, clock.today())
    assert missing_texts(ordinance) == []
    assert ordinance.fee("resident_record", "kiosk").yen == town.kiosk_yen
    with partitions.open(town.code) as p:
        assert checking.check(p, demo.config["KOIKI"].secrets.register) == []
        assert audit.verify(p) is None
        assert queries.count_residents(p) > 0


def test_the_fee_changes_on_its_day():
    town = TOWNS[0]
    assert union.get_ordinance(town.code, FEE_CHANGE).fee("resident_record", "kiosk").yen == town.later_kiosk_yen


def test_together_the_towns_issue_every_kind_at_machines_and_not_every_town_does():
    ordinances = [union.get_ordinance(town.code, clock.today()) for town in TOWNS]
    offered = {kind: [o.fee(kind, "kiosk") is not None for o in ordinances] for kind in KINDS}
    assert all(any(towns) for towns in offered.values())
    assert {kind for kind, towns in offered.items() if not all(towns)} >= {"family_register_full", "property"}
    assert ordinances[5].fee("family_register_full", "counter").yen == 450


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [datetime(2026, 11, 22, 3, tzinfo=JST), datetime(2027, 1, 1, 0, 30, tzinfo=JST)])
def test_whoever_tries_the_demo_at_night_finds_every_kind_in_two_towns(kind, at):
    def is_offered(code):
        has_fee = union.get_ordinance(code, at.date()).fee(kind, "kiosk") is not None
        return has_fee and hours.is_open(union.get_timetable(code, kind, None, at), at)

    assert {town.slug for town in TOWNS if is_offered(town.code)} >= {"wakakusa", "hoshimi"}


def test_family_registers_keep_office_hours_in_a_town_that_never_closes():
    code, sunday = TOWNS[3].code, datetime(2026, 11, 22, 12, tzinfo=JST)
    assert hours.is_open(union.get_timetable(code, "resident_record", None, sunday), sunday)
    closed = union.get_timetable(code, "family_register_full", None, sunday)
    assert not hours.is_open(closed, sunday)
    assert hours.next_opening(closed, sunday) == datetime(2026, 11, 24, 9, tzinfo=JST)  # the 23rd is a holiday


def test_the_towns_word_their_certificates_differently():
    said = [union.get_ordinance(town.code, clock.today()).texts for town in TOWNS]
    for key in ("seal_registration.attestation", "family_register_addresses.attestation", "income_tax.attestation"):
        assert len({texts[key] for texts in said}) > 1
    assert all("証明" in text for texts in said for key, text in texts.items() if ".attestation" in key)


def test_every_town_has_a_kiosk_whose_agent_can_start(demo):
    config = demo.config["KOIKI"]
    terminals = union.list_terminals()
    assert len(terminals) == len(TOWNS)
    for terminal in terminals:
        folder = config.home / "agents" / terminal.terminal_id
        own = {"KOIKI_AGENT_HOME": str(folder), "KOIKI_AGENT_CARDS": str(config.home / "tray/cards")}
        loaded = settings.load({"KOIKI_DEMO": "1", **own})
        assert loaded.agent_url == terminal.agent_url
        assert (folder / "device.key").stat().st_mode & 0o777 == 0o600
        assert json.loads((folder / "terminal.json").read_text())["portal_url"] == config.portal_url


def test_a_second_demo_in_the_same_place_is_refused(demo):
    result = demo.test_cli_runner().invoke(demo_command, ["--residents", "200"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert len(union.list_members()) == len(TOWNS)


def test_without_the_demo_setting_nothing_is_made(demo, tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = create_app(load({"KOIKI_HOME": str(tmp_path)}))
    result = app.test_cli_runner().invoke(demo_command, [])
    assert (result.exit_code, list(tmp_path.glob("*.db"))) == (2, [])
