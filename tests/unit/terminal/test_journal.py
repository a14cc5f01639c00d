"""The journal's attempts: each state only after those that it may follow, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.terminal.errors import AttemptMovedError
from app.terminal.journal import Journal
from app.terminal.records import AttemptState

# the shortest way to each state, and where it may go on to from there
WAYS = {
    "asking": ("", "granted mismatch not_printed unknown"),
    "granted": ("granted", "sending not_printed unknown"),
    "sending": ("granted sending", "printing printed not_printed unknown"),
    "printing": ("granted sending printing", "printed not_printed unknown"),
    "printed": ("granted sending printed", "taken not_taken"),
    "not_taken": ("granted sending printed not_taken", "taken"),
    "not_printed": ("not_printed", ""),
    "unknown": ("granted sending unknown", ""),
    "mismatch": ("mismatch", ""),
    "taken": ("granted sending printed taken", ""),
}


@pytest.fixture
def make(tmp_path: Path):
    made = []

    def _make(state: str) -> Journal:
        """With an attempt that has come this far."""
        made.append(Journal(tmp_path / f"journal-{len(made)}.db"))
        made[-1].begin_attempt("a-1", "visit-1")
        for step in WAYS[state][0].split():
            made[-1].move_attempt("a-1", AttemptState(step))
        return made[-1]

    yield _make
    for journal in made:
        journal.close()


def state_of(journal: Journal) -> str:
    return journal.find_attempt("a-1").state


@pytest.mark.parametrize("start", list(AttemptState))
def test_what_a_state_may_be_followed_by(make, start) -> None:
    follow = WAYS[start][1].split()
    journal = make(start)
    for end in set(AttemptState) - set(follow):
        with pytest.raises(AttemptMovedError):
            journal.move_attempt("a-1", end)
        assert state_of(journal) == start
    for end in follow:
        journal = make(start)
        journal.move_attempt("a-1", AttemptState(end))
        assert state_of(journal) == end


def test_of_two_who_want_to_send_one_does(make, tmp_path) -> None:
    """Two agents over one folder: each has read the attempt as granted."""
    journal = make("asking")
    other = Journal(tmp_path / "journal-0.db")
    journal.note_granted("a-1", 2, "abc")
    journal.move_attempt("a-1", AttemptState.SENDING)
    with pytest.raises(AttemptMovedError):
        other.move_attempt("a-1", AttemptState.SENDING)
    other.close()


def test_a_grant_that_comes_too_late_changes_nothing(make) -> None:
    journal = make("asking")
    journal.note_granted("a-1", 2, "abc")
    journal.move_attempt("a-1", AttemptState.NOT_PRINTED)
    with pytest.raises(AttemptMovedError):
        journal.note_granted("a-1", 3, "def")
    attempt = journal.find_attempt("a-1")
    assert (attempt.state, attempt.sheets, attempt.sha256) == ("not_printed", 2, "abc")
    events = journal._rows("SELECT state FROM attempt_event ORDER BY sequence")
    assert [event["state"] for event in events] == ["asking", "granted", "not_printed"]
