"""The agent's command line: makes keys, pins the portal, puts back into service; bad input changes nothing."""

from __future__ import annotations

import pytest

from app.protocol.canonical import to_base64url
from app.protocol.signatures import Signer
from app.terminal import commands
from app.terminal.errors import SettingsError
from app.terminal.jobs import JobBook, KnownJob, Stage
from app.terminal.journal import AttemptState, Journal
from app.terminal.printer import JobState
from app.terminal.settings import load


@pytest.fixture
def run(agent):
    runner = agent.test_cli_runner()
    return lambda *words: runner.invoke(commands.group, [str(word) for word in words])


def init(run, home, *more):
    url = ("--portal", "https://portal.example", "--url", "http://127.0.0.1:9911")
    return run("init", "--home", home, "--terminal", "kiosk-07", *url, *more)


def test_init_makes_a_terminal_that_can_start(run, tmp_path) -> None:
    home, key = tmp_path / "new", to_base64url(b"p" * 32)
    done = init(run, home, "--portal-key", key)
    assert done.exit_code == 0
    settings = load({"KOIKI_AGENT_HOME": str(home), "KOIKI_DEMO": "1"})
    assert done.stdout.strip() == to_base64url(Signer(settings.seed).public_key)
    assert settings.terminal_id == "kiosk-07"
    assert (home / "device.key").stat().st_mode & 0o777 == 0o600
    assert run("public-key", "--home", home).stdout == done.stdout


def test_a_device_key_is_never_overwritten(run, tmp_path) -> None:
    init(run, tmp_path / "new")
    before = (tmp_path / "new" / "device.key").read_bytes()
    again = init(run, tmp_path / "new")
    assert again.exit_code == 2
    assert len(again.stderr.splitlines()) == 1
    assert (tmp_path / "new" / "device.key").read_bytes() == before


@pytest.mark.parametrize(
    "words", [("--portal", "http://portal.example"), ("--portal-key", "short"), ("--portal-key", "é")]
)
def test_bad_words_make_nothing(run, tmp_path, words) -> None:
    done = init(run, tmp_path / "new", *words)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert not (tmp_path / "new").exists()


def test_pin_asks_the_portal_and_keeps_to_it(run, tmp_path, portal) -> None:
    home = tmp_path / "new"
    run("init", "--home", home, "--terminal", "k", "--portal", portal.url, "--url", "http://127.0.0.1:9911")
    with pytest.raises(SettingsError, match="portal.pub"):
        load({"KOIKI_AGENT_HOME": str(home), "KOIKI_DEMO": "1"})
    assert run("pin", "--home", home).stdout.strip() == to_base64url(portal.signer.public_key)
    assert load({"KOIKI_AGENT_HOME": str(home), "KOIKI_DEMO": "1"}).portal_key == portal.signer.public_key
    other = run("pin", "--home", home, "--key", to_base64url(b"q" * 32))
    assert (other.exit_code, len(other.stderr.splitlines())) == (2, 1)
    assert load({"KOIKI_AGENT_HOME": str(home), "KOIKI_DEMO": "1"}).portal_key == portal.signer.public_key


def test_pin_without_a_portal(run, tmp_path, portal) -> None:
    portal.is_down = True
    home = tmp_path / "new"
    run("init", "--home", home, "--terminal", "k", "--portal", portal.url, "--url", "http://127.0.0.1:9911")
    assert run("pin", "--home", home).exit_code == 2
    assert run("pin", "--home", tmp_path / "nowhere").exit_code == 2
    assert run("public-key", "--home", tmp_path / "nowhere").exit_code == 2


def test_clear_puts_back_into_service(run, tmp_path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.stop("mismatch sha256")
    journal.stop("a later reason")
    assert run("clear", "--home", tmp_path).stdout.strip() == "was stopped: mismatch sha256"
    assert journal.stopped_reason() is None
    journal.close()
    assert run("clear", "--home", tmp_path).stdout.strip() == "was in service"
    assert run("clear", "--home", tmp_path / "nowhere").exit_code == 2


def test_show_tells_what_is_recorded_of_one_attempt_and_nothing_else(run, tmp_path) -> None:
    journal, book, attempt = Journal(tmp_path / "journal.db"), JobBook(tmp_path / "jobs.db"), "a-1"
    for name in (attempt, "a-2"):
        journal.begin_attempt(name, "visit-1")
        journal.note_granted(name, 3, "0" * 64)
        journal.move_attempt(name, AttemptState.SENDING)
        journal.move_attempt(name, AttemptState.UNKNOWN, f"job lost, 1 of 3 of {name}")
    journal.add_report(attempt, "unknown", {"event": "outcome_unknown"})
    book.begin(KnownJob(attempt, 3, Stage.CREATING, "urn:uuid:p", 0.0, 40))
    book.note_created(attempt, 7, "urn:uuid:j")
    book.end(attempt, JobState.LOST, 1)
    (tmp_path / "exit.log").write_text("\n" * 41)
    told = run("show", "--home", tmp_path, attempt, "--sensor", tmp_path / "exit.log").stdout
    assert "job lost, 1 of 3 of a-1" in told
    assert "outcome_unknown: not accepted yet" in told
    assert "job 7 of urn:uuid:p: over lost, 1 of 3 sheets; the sensor stood at 40 before" in told
    assert "stands at 41 now; no paper" in told
    assert "a-2" not in told
    latest = run("show", "--home", tmp_path).stdout.splitlines()
    assert [line.split()[1] for line in latest] == ["a-2", attempt]
    assert run("show", "--home", tmp_path, "nothing").exit_code == 2
    assert run("show", "--home", tmp_path / "nowhere", attempt).exit_code == 2
    journal.close()
    book.close()


def test_without_a_folder_there_are_commands_but_no_pages(monkeypatch) -> None:
    import click

    from app.terminal import create_agent

    monkeypatch.delenv("KOIKI_AGENT_HOME", raising=False)
    with click.Context(click.Command("flask"), info_name="flask"):
        app = create_agent()
    assert "agent" in app.cli.commands
    assert [rule.endpoint for rule in app.url_map.iter_rules()] == ["static"]
    with pytest.raises(SettingsError):
        create_agent()
    with click.Context(click.Command("run"), info_name="run"), pytest.raises(SettingsError):
        create_agent()
