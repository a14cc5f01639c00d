"""The whole agent at a real printer: killed at each step, jammed, given up. Its reports are held against `tray.log`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from app.protocol.messages import WorkAction
from app.terminal import create_agent
from app.terminal.ipp import IppClient
from app.terminal.ipp_printer import IppPrinter
from app.terminal.journal import Journal
from app.terminal.parts import parts_of
from tests.functional.terminal.conftest import AGENT_URL
from tests.printing.box import PrinterBox

PRINT = {"action": WorkAction.PRINT, "visit_id": "visit-1", "attempt_id": "a-1"}

CHILD = """
import json, os, signal, sys, time
from pathlib import Path
from app.terminal import ipp, jobs, parts
from app.terminal.settings import Settings

facts = json.loads(sys.stdin.read())
facts.update(home=Path(facts["home"]), cards_folder=Path(facts["cards_folder"]),
             seed=bytes.fromhex(facts["seed"]), portal_key=bytes.fromhex(facts["portal_key"]))
owner, name = {"Book": jobs.JobBook, "Client": ipp.IppClient}[sys.argv[1]], sys.argv[2]
real = getattr(owner, name)

def die(self, *args):
    real(self, *args)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, die)
terminal = parts.build(Settings(**facts))
terminal.press.recover()
for _ in range(200):
    terminal.loop.turn()
    time.sleep(0.01)
"""


@pytest.fixture
def at_printer(settings, box):
    """The terminal's settings, its printer real; somebody has signed in."""
    settings.home.mkdir()
    journal = Journal(settings.home / "journal.db")
    journal.note_sign_in("visit-1")
    journal.close()
    return replace(settings, printer=box.uri, patience_seconds=8)


def run_until_killed(settings, owner: str, name: str) -> None:
    facts = asdict(settings) | {"home": str(settings.home), "cards_folder": str(settings.cards_folder)}
    facts |= {"seed": settings.seed.hex(), "portal_key": settings.portal_key.hex()}
    words = [sys.executable, "-c", CHILD, owner, name]
    done = subprocess.run(words, check=False, input=json.dumps(facts).encode(), timeout=60)
    assert done.returncode == -signal.SIGKILL, "the moment never came"


def turn_until(parts, portal, until: str | Callable[[], bool]) -> None:
    """Until this was reported, or is so."""
    is_so = until if callable(until) else lambda: until in portal.events()
    end = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < end, portal.events()
        parts.loop.turn()
        time.sleep(0.01)


def open_agent(settings):
    app = create_agent(settings)
    parts = parts_of(app)
    assert isinstance(parts.printer, IppPrinter)
    parts.press.recover()
    return app, parts


@pytest.mark.parametrize(
    ("owner", "name", "ends_as", "sheets"),
    [
        ("Book", "begin", "not_printed", 0),
        ("Client", "create_job", "not_printed", 0),  # the empty job is at the printer, and nobody wrote it down
        ("Book", "note_created", "not_printed", 0),
        ("Book", "move", "not_printed", 0),  # the document was about to leave
        ("Client", "send_document", "printed", 2),
        ("Book", "note_sheets", "printed", 2),
        ("Book", "end", "printed", 2),
    ],
)
def test_killed_while_printing(at_printer, portal, box, owner, name, ends_as, sheets) -> None:
    portal.works = [PRINT]
    run_until_killed(at_printer, owner, name)
    portal.works = [PRINT]  # the portal may well ask again
    _app, parts = open_agent(at_printer)
    turn_until(parts, portal, ends_as)
    assert {"printed", "not_printed", "outcome_unknown"} & set(portal.events()) == {ends_as}
    assert [(s["name"], s["sheet"]) for s in box.tray()] == [("a-1", n) for n in range(1, sheets + 1)]
    assert IppClient(box.uri).jobs() == []  # nothing is left that could block the next resident, or print for them
    assert parts.journal.stopped_reason() is None
    parts.close()


def test_a_lost_book_of_jobs_denies_nothing(at_printer, portal, box) -> None:
    portal.works = [PRINT]
    run_until_killed(at_printer, "Book", "note_sheets")
    for file in at_printer.home.glob("jobs.db*"):
        file.unlink()
    _app, parts = open_agent(at_printer)
    turn_until(parts, portal, "outcome_unknown")
    assert "not_printed" not in portal.events()
    assert parts.journal.stopped_reason() == "outcome_unknown"
    parts.close()


def test_killed_and_the_printer_loses_power_too(at_printer, portal, box) -> None:
    box.plan({"sheet": 2, "kind": "plug", "then": "wait"})
    portal.works = [PRINT]
    run_until_killed(at_printer, "Client", "send_document")
    box.at("plug")
    box.power_cut()
    box.start()
    _app, parts = open_agent(at_printer)
    turn_until(parts, portal, "outcome_unknown")
    assert parts.journal.stopped_reason() == "outcome_unknown"
    assert len(box.tray()) == 1
    parts.close()


def test_a_jam_that_nobody_clears_takes_the_terminal_out_of_service(at_printer, portal, box) -> None:
    box.plan({"sheet": 2, "kind": "media-jam"})
    settings = replace(at_printer, patience_seconds=-11.5)  # and 6 s for each of the two sheets
    portal.works = [PRINT]
    app, parts = open_agent(settings)
    turn_until(parts, portal, "outcome_unknown")
    parts.journal.clear_stop()  # a person who was too quick: the job is still there
    portal.works = [PRINT | {"attempt_id": "a-2"}]
    parts.loop.turn()
    assert parts.journal.find_attempt("a-2") is None
    assert "busy" in parts.printer.faults()
    box.clear()
    end = time.monotonic() + 5
    while parts.printer.faults():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert [s["name"] for s in box.tray()] == ["a-1", "a-1"]  # late, and into nobody else's hands
    desk = app.test_client()
    assert desk.get("/desk", base_url=AGENT_URL).status_code == 200
    assert desk.get("/desk/tray.json", base_url=AGENT_URL).json == []
    for action, words in (("printer", {"fault": "jam"}), ("tray/take", {})):
        answer = desk.post(f"/desk/{action}", data=words, base_url=AGENT_URL)
        assert (answer.status_code, "本物のプリンター" in answer.text) == (409, True)
        assert "/desk/printer" not in answer.text  # nothing to press that does nothing
    parts.close()


@pytest.mark.parametrize(
    ("sensor", "why", "taken"), [(False, "no exit sensor", "unknown"), (True, "exit sensor", "seen")]
)
def test_from_grant_to_hand(at_printer, portal, box, sensor, why, taken) -> None:
    eye = box.folder / "tray.log"
    _app, parts = open_agent(replace(at_printer, exit_sensor=eye if sensor else None))
    present = box.folder / "tray.log.present"
    present.touch()
    portal.works = [PRINT]
    turn_until(parts, portal, "printed")
    present.unlink()
    turn_until(parts, portal, "taken")
    assert portal.events() == ["printing", "printed", "taken"]
    details = json.loads(portal.reports[-1].details)
    assert (details["why"], details["taken"]) == (why, taken)
    assert len(box.tray()) == 2
    parts.close()


def test_a_printer_that_is_off_is_no_start(at_printer, portal, box) -> None:
    box.power_cut()
    _app, parts = open_agent(at_printer)
    portal.works = [PRINT]
    parts.loop.turn()
    assert portal.calls[-1].printer == "offline"
    assert portal.grants == []
    parts.close()


@pytest.mark.parametrize("moment", ["running", "at the start"])
def test_another_printer_in_its_place_stops_the_terminal_until_a_person_clears_it(
    at_printer, portal, box, bus, tmp_path, moment
) -> None:
    app, parts = open_agent(at_printer)
    parts.loop.turn()
    assert portal.calls[-1].printer == "ready"
    other = PrinterBox(tmp_path / "other", bus, name="Another", port=box.port)
    box.power_cut()
    other.start()
    if moment == "at the start":
        parts.close()
        app, parts = open_agent(at_printer)
        assert parts.journal.stopped_reason() == "printer_changed"  # before the first turn
    turn_until(parts, portal, lambda: parts.journal.stopped_reason() == "printer_changed")
    parts.loop.turn()
    assert portal.calls[-1].printer == "printer_changed out_of_service"
    portal.works = [PRINT]
    parts.loop.turn()
    assert portal.grants == []
    cleared = app.test_cli_runner().invoke(args=["agent", "clear", "--home", str(at_printer.home)])
    assert "was stopped: printer_changed" in cleared.output
    portal.works = [PRINT]
    turn_until(parts, portal, "printed")
    assert len(other.tray()) == 2
    assert parts.journal.stopped_reason() is None
    parts.close()
    other.power_cut()
