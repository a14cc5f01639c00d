"""The whole journey on a printer that speaks IPP, with a sensor at its exit: from the card to the sheet in the hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journey import truth
from tests.journey.installation import Installation, copy_of, running
from tests.journey.robot import Resident
from tests.printing.box import PrinterBox
from tests.printing.conftest import box, bus

__all__ = ["box", "bus"]
pytestmark = pytest.mark.timeout(240)


def test_a_certificate_comes_out_of_a_real_printer(demo: Installation, box: PrinterBox, tmp_path: Path) -> None:
    box.plan({"sheet": 1, "kind": "media-jam"})
    eye = box.folder / "tray.log"
    lying = eye.with_name("tray.log.present")
    lying.touch()
    home = copy_of(demo, tmp_path / "home")
    home.settings = {"KOIKI_AGENT_PRINTER": box.uri, "KOIKI_AGENT_EXIT_SENSOR": str(eye)}
    with running(home, terminals=1, workers=1) as installation:
        resident = Resident(installation.agent_urls[0], "02-hoshimi-family-head", "1234")
        page = resident.pay(resident.order(resident.sign_in(), "resident_record"))
        box.at("media-jam")
        assert "/kiosk/progress" in resident.browser.get(page.url).url
        assert box.tray() == []
        box.clear()
        page = resident.wait_for_sheet(page)
        assert "/kiosk/take" in page.url  # it lies there, and the terminal waits for it to be taken
        lying.unlink()
        page = resident.browser.wait_for(page.url, lambda p: "/kiosk/take" not in p.url, "the hand at the tray")
        resident.leave(page)
        installation.flask("issuance", "relay", "--once")

        printed = {(sheet["name"], sheet["sha256"]) for sheet in box.tray()}
        journal = "SELECT a.attempt_id, a.pdf_sha256 FROM attempt a JOIN issuance i USING (issuance_id)"
        settled = truth.everywhere(installation, f"{journal} WHERE i.state = 'settled'")
        assert set(settled) == printed
        assert len(box.tray()) == len({sheet["sheet"] for sheet in box.tray()})  # each sheet once
        said = truth.everywhere(installation, "SELECT details FROM attempt_report WHERE event = 'taken'")
        assert [json.loads(details)["taken"] for (details,) in said] == ["seen"]
        assert sum(truth.ledger(installation).values()) == sum(truth.cash_kept(installation).values()) > 0
