"""A resident takes a certificate at a kiosk with a real browser and a real printer, and leaves. Nothing else stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from app import serve
from app.extensions import PartitionBase
from app.schema import import_models
from app.terminal.ipp import IppClient, Operation, Tag
from tests.e2e.person import PATIENCE_MS, Person
from tests.erasure.conftest import CARD, PIN, Traces, until
from tests.erasure.finding import Found, cells, in_files, in_rows, without_tables

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
import_models()


def registers() -> set[str]:
    """The tables of the registers: there, and nowhere else, a resident stands by name."""
    mappers = PartitionBase.registry.mappers
    return {m.local_table.name for m in mappers if m.class_.__module__.startswith("app.residents.")}


def visit(traces: Traces) -> Path:
    """The whole journey in the kiosk's own browser; gives the folder that this browser had."""
    expect.set_options(timeout=PATIENCE_MS)
    until(lambda: serve.is_listening(f"http://127.0.0.1:{traces.debug_port}"), "the browser")
    profile = traces.profile()
    assert profile is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{traces.debug_port}")
        page = next(page for context in browser.contexts for page in context.pages)
        page.set_default_timeout(PATIENCE_MS)
        person = Person(page, traces.agent_url)
        person.is_at("/kiosk/")
        person.button("/kiosk/start").click()
        person.is_at("/card/lay", "/card/pin")
        person.lay(CARD)
        for digit in PIN:
            page.locator(f"#pad [data-key='{digit}']").click()
        person.take_card()
        person.button("/kiosk/choose", "resident_record").click()
        person.is_at("/kiosk/confirm")
        expect(page.locator("img[src*='preview']").first).to_be_visible()  # the sheet itself, as a picture
        person.button("/kiosk/pay").click()
        person.is_at("/kiosk/tender")
        page.locator("form.flow button[value='cash']").click()
        person.is_at("/kiosk/pay")
        person.desk.insert_price()
        person.is_at("/kiosk/take", "/kiosk/outcome")
        person.button("/kiosk/finish").click()
        until(lambda: traces.profile() not in (profile, None), "another browser in its place")
    return profile


def leftovers(traces: Traces) -> list[Found]:
    """What is found of the resident, the registers of their town apart. The card is in their hand."""
    (traces.installation.home / "tray" / "cards" / f"{CARD}.json").unlink(missing_ok=True)
    found = in_files(traces.wanted, traces.folders, but=[traces.partition])
    found += in_rows(traces.wanted, cells(traces.partition, but=registers()))
    copy = without_tables(traces.partition, traces.folder.parent / "copy.db", registers())
    return found + traces.wanted.look("the file of the town", copy.read_bytes())


def test_nothing_is_left_of_a_visit(traces: Traces) -> None:
    profile = visit(traces)
    until(lambda: traces.rows("SELECT 1 FROM issue_order WHERE NOT is_open"), "the order to be over")
    assert not profile.exists()
    assert leftovers(traces) == []
    assert len(traces.printer.tray()) == 1, "a sheet came out"
    assert traces.wanted.look("the town's file as it is", traces.partition.read_bytes()) != [], "the register has them"
    the_printer_knows_no_person(traces)
    traces.stop()
    assert leftovers(traces) == []
    assert list(traces.profiles.iterdir()) == []


def the_printer_knows_no_person(traces: Traces) -> None:
    """Its list of jobs names nobody, and its spool is empty when its own time is over: this one cannot be hurried."""
    asked = [(Tag.KEYWORD, "which-jobs", "completed"), (Tag.BOOLEAN, "my-jobs", False)]
    jobs = [values for group, values in IppClient(traces.printer.uri)._call(Operation.GET_JOBS, asked) if values]
    assert traces.wanted.look("the printer's jobs", repr(jobs).encode()) == []
    spool = traces.printer.folder / "spool"
    assert list(spool.iterdir()) != [], "the job was here"
    until(lambda: in_files(traces.wanted, [spool]) == [], "the printer's spool to be empty")
    until(traces.is_forgotten_by_the_printer, "the agent to know it")
