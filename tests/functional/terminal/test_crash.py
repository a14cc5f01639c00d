"""kill -9 at every step: a real process of its own is killed, a second one takes over, and the paper is counted.

The killing is done from outside the product's code: the child wraps the journal and the printer before it starts.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import pytest

from app.protocol.messages import WorkAction
from app.terminal import create_agent
from app.terminal.journal import Journal
from app.terminal.parts import parts_of
from tests.functional.terminal.conftest import Browser

PRINT = {"action": WorkAction.PRINT, "visit_id": "visit-1", "attempt_id": "a-1"}

CHILD = """
import json
import os
import signal
import sys
import time
from pathlib import Path
from app.terminal import journal, parts, portal, press, printer
from app.terminal.settings import Settings

facts = json.loads(sys.stdin.read())
moment = sys.argv[1]
facts.update(home=Path(facts["home"]), cards_folder=Path(facts["cards_folder"]),
             seed=bytes.fromhex(facts["seed"]), portal_key=bytes.fromhex(facts["portal_key"]))

def die(owner, name, is_now=lambda *_args: True, before=False):
    real = getattr(owner, name)
    def wrapped(self, *args, **kwargs):
        if before and is_now(*args):
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(self, *args, **kwargs)
        if is_now(*args):
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, wrapped)

kind, _, number = moment.partition(":")
{
    "asking": lambda: die(journal.Journal, "begin_attempt"),
    "granted": lambda: die(journal.Journal, "note_granted"),
    "sending": lambda: die(printer.SimulatedPrinter, "send", before=True),
    "sent": lambda: die(printer.SimulatedPrinter, "_note_job"),
    "sheet": lambda: die(printer.SimulatedPrinter, "_lay", lambda _id, _pdf, sheet, *_r: sheet == int(number)),
    "printed": lambda: die(press.Press, "_move", lambda _a, state, _why: state == "printed"),
    "told": lambda: die(portal.Portal, "report", lambda report: report.event == "printed"),
}[kind]()
terminal = parts.build(Settings(**facts))
terminal.press.recover()
for _ in range(200):
    terminal.loop.turn()
    time.sleep(0.01)
"""


def run_until_killed(settings, moment: str) -> None:
    facts = asdict(settings) | {"home": str(settings.home), "cards_folder": str(settings.cards_folder)}
    facts |= {"seed": settings.seed.hex(), "portal_key": settings.portal_key.hex()}
    words = [sys.executable, "-c", CHILD, moment]
    done = subprocess.run(words, check=False, input=json.dumps(facts).encode(), timeout=60)
    assert done.returncode == -signal.SIGKILL, "the moment never came"


def wake_up(settings, portal):
    """The next process: recovers, then goes round until everything is told."""
    app = create_agent(settings)
    parts = parts_of(app)
    parts.press.recover()
    end = time.monotonic() + 5
    while parts.journal.pending_reports() or parts.press.is_busy() or not portal.reports:
        assert time.monotonic() < end, portal.events()
        parts.loop.turn()
        time.sleep(0.01)
        if portal.events()[-1:] == ["printed"]:
            break
    return app, parts


@pytest.mark.parametrize(
    ("moment", "ends_as", "sheets", "stops"),
    [
        ("asking", "printed", 2, False),  # nothing was granted yet: the same grant is asked for again
        ("granted", "not_printed", 0, False),
        ("sending", "not_printed", 0, False),  # the printer proves that nothing arrived
        ("sent", "not_printed", 0, False),
        ("sheet:1", "outcome_unknown", 1, True),
        ("sheet:2", "printed", 2, False),
        ("printed", "printed", 2, False),
        ("told", "printed", 2, False),
    ],
)
def test_killed_while_printing(settings, portal, moment, ends_as, sheets, stops) -> None:
    settings.home.mkdir()
    journal = Journal(settings.home / "journal.db")
    journal.note_sign_in("visit-1")
    journal.close()
    portal.works = [PRINT]
    run_until_killed(settings, moment)
    portal.works = [PRINT]  # the portal may well ask again
    app, parts = wake_up(settings, portal)
    assert portal.events()[-1] == ends_as
    tray = Browser(app).get("/desk/tray.json").json
    assert [sheet["sheet"] for sheet in tray] == list(range(1, sheets + 1))  # nothing twice
    assert bool(parts.journal.stopped_reason()) is stops
    assert len({grant.grant_id for grant in portal.grants}) == 1
    parts.close()


def test_killed_before_the_grant_was_asked_for(settings, portal) -> None:
    settings.home.mkdir()
    journal = Journal(settings.home / "journal.db")
    journal.note_sign_in("visit-1")
    asked = journal.begin_attempt("a-1", "visit-1")
    journal.close()
    app, parts = wake_up(settings, portal)
    assert portal.events()[-1] == "printed"
    assert [grant.grant_id for grant in portal.grants] == [asked.grant_id]
    assert len(Browser(app).get("/desk/tray.json").json) == 2
    parts.close()


def test_a_used_ticket_stays_used_over_a_restart(settings, portal) -> None:
    ticket = portal.ticket()
    for status in (303, 400):
        app = create_agent(settings)
        assert Browser(app).begin(ticket).status_code == status
        parts_of(app).close()
