"""One agent to a terminal: the lock on its folder, the lease that it asks for, and what it does without either."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.protocol.messages import WorkAction
from app.terminal.errors import FolderTakenError, LeaseLostError, PortalDownError
from app.terminal.journal import AttemptState, Journal
from app.terminal.lease import FolderLock
from app.terminal.parts import Money, build
from tests.functional.terminal.conftest import TERMINAL

HOLDER = """
import sys
from pathlib import Path
from app.terminal.lease import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""
PRINT = {"action": WorkAction.PRINT, "visit_id": "visit-1", "payment_key": "pay-1", "attempt_id": "a-1"}


# --- the lock


def test_a_second_agent_on_the_folder_ends_in_plain_words(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FolderTakenError, match=f"another agent works in {tmp_path}"):
            FolderLock(tmp_path, patience=0.2)
        other.kill()  # however it ends, the kernel lets the next one in
    FolderLock(tmp_path).close()


def test_the_agent_holds_it_until_it_is_closed(parts, settings, monkeypatch) -> None:
    monkeypatch.setattr(FolderLock.__init__, "__defaults__", (0.0,))
    with pytest.raises(FolderTakenError):
        build(settings, Money({}))
    parts.close()
    build(settings, Money({})).close()


def test_a_mark_is_of_one_folder(tmp_path: Path) -> None:
    mine, copied = tmp_path / "mine", tmp_path / "copied"
    mine.mkdir()
    marks = []
    for _ in range(2):
        lock = FolderLock(mine)
        marks.append(lock.mark())
        lock.close()
    shutil.copytree(mine, copied)
    lock = FolderLock(copied)
    assert marks == [marks[0], marks[0]]
    assert lock.mark() != marks[0]
    lock.close()


# --- the lease


def test_it_is_asked_for_before_anything_else_and_once(parts, portal) -> None:
    for _ in range(3):
        parts.loop.turn()
    (lease,) = portal.leases
    assert (lease.terminal_id, lease.epoch_before, lease.is_same_folder) == (TERMINAL, 0, False)
    assert {call.epoch for call in portal.calls} == {1}


def test_without_an_answer_nothing_moves(parts, portal, monkeypatch) -> None:
    parts.journal.begin_attempt("a-1", "visit-1")
    portal.is_down = True
    with pytest.raises(PortalDownError):
        parts.loop.turn()
    assert parts.loop.is_cut_off()
    with pytest.raises(LeaseLostError):
        parts.lease.need()
    portal.is_down = False
    parts.loop.turn()
    assert not parts.loop.is_cut_off()
    assert portal.grants


def test_the_next_start_follows_the_last(parts, portal, settings) -> None:
    parts.loop.turn()
    parts.close()
    again = build(settings, Money({}))
    again.loop.turn()
    again.close()
    first, second = portal.leases
    assert (second.epoch_before, second.is_same_folder) == (1, True)
    assert first.lease_id != second.lease_id
    assert again.lease.epoch == 2


def test_an_answer_that_was_lost_is_asked_for_again_by_the_same_id(parts, portal, settings) -> None:
    parts.loop.turn()
    parts.close()
    lost = build(settings, Money({}))
    lost.lease.ask()  # and killed before it was noted
    lost.close()
    again = build(settings, Money({}))
    again.loop.turn()
    again.close()
    _first, second, third = portal.leases
    assert (second.lease_id, second.epoch_before, second.is_same_folder) == (third.lease_id, 1, True)
    assert again.lease.epoch == portal.epoch == 2


def test_a_copy_killed_before_it_noted_its_lease_is_still_a_copy(parts, portal, settings, tmp_path) -> None:
    parts.loop.turn()
    copied = replace(settings, home=Path(shutil.copytree(settings.home, tmp_path / "copy", symlinks=True)))
    for _ in range(2):
        copy = build(copied, Money({}))
        copy.lease.ask()
        copy.close()
    _mine, first, second = portal.leases
    assert not first.is_same_folder
    assert not second.is_same_folder
    assert first.lease_id == second.lease_id


@pytest.mark.parametrize("state", [AttemptState.ASKING, AttemptState.GRANTED, AttemptState.SENDING])
def test_what_another_folder_was_at_is_unknown(settings, portal, state) -> None:
    settings.home.mkdir()
    journal = Journal(settings.home / "journal.db")
    journal.note_sign_in("visit-1")
    journal.begin_attempt("a-1", "visit-1")
    if state is not AttemptState.ASKING:
        journal.note_granted("a-1", 2, "0" * 64)
    if state is AttemptState.SENDING:
        journal.move_attempt("a-1", AttemptState.SENDING)
    journal.close()
    portal.is_successor = False
    agent = build(settings, Money({}))
    agent.loop.turn()
    agent.loop.turn()
    assert portal.events() == ["outcome_unknown"]
    assert agent.journal.stopped_reason() == "outcome_unknown"
    assert portal.grants == []
    agent.close()


# --- fenced


def test_a_fenced_agent_does_no_more_work_and_tells_what_it_did(parts, portal, browser, signed_in) -> None:
    portal.works = [PRINT]
    parts.loop.turn()
    attempt = parts.journal.find_attempt("a-1")
    assert attempt.state is AttemptState.PRINTING
    portal.epoch += 1  # another agent has started
    with pytest.raises(LeaseLostError):
        parts.loop.turn()
    asked = len(portal.calls)
    portal.works = [PRINT | {"attempt_id": "a-2"}]
    for _ in range(5):
        parts.loop.turn()
    assert parts.loop.is_fenced()
    assert parts.journal.find_attempt("a-2") is None
    assert len(portal.calls) == asked
    assert {report.epoch for report in portal.reports} == {1}
    assert "printed" in portal.events()
    assert portal.counts == []


def test_a_fenced_agent_says_so_and_takes_nobody_in(parts, portal, browser) -> None:
    parts.loop.turn()
    assert browser.get("/start").status_code == 303
    portal.epoch += 1
    with pytest.raises(LeaseLostError):
        parts.loop.turn()
    page = browser.get("/start")
    assert page.status_code == 503
    assert "別の機器が、この端末として動いています。" in page.text
    assert browser.begin(portal.ticket()).status_code == 400
    assert browser.get("/desk/state.json").json["out_of_service"] == "fenced"
    assert not parts.loop.is_cut_off()


def test_a_fenced_agent_asks_for_no_grant(parts, portal, signed_in) -> None:
    portal.works = [PRINT]
    portal.grant_status = 503
    parts.loop.turn()
    portal.epoch += 1
    with pytest.raises(LeaseLostError):
        parts.loop.turn()
    portal.grant_status = 200
    asked = len(portal.grants)
    for _ in range(3):
        parts.loop.turn()
    assert len(portal.grants) == asked
    assert parts.journal.find_attempt("a-1").state is AttemptState.ASKING
