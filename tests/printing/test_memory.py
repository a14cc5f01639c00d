"""What a printer keeps of jobs that are over, and what it has ever counted."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.terminal import ipp_memory
from app.terminal.ipp import IppClient, Operation, first
from app.terminal.ipp_printer import IppPrinter
from app.terminal.jobs import JobBook, KnownJob, Stage
from app.terminal.printer import Job, JobState
from app.terminal.sensor import FileSensor
from tests.printing.box import until
from tests.printing.office import OfficeClient
from tests.printing.test_port import JAM, PDF, end_of, send


@pytest.fixture
def book(tmp_path: Path):
    book = JobBook(tmp_path / "jobs.db")
    yield book
    book.close()


@pytest.fixture
def client(box) -> OfficeClient:
    return OfficeClient(box)


@pytest.fixture
def port(client, book, monkeypatch) -> IppPrinter:
    monkeypatch.setattr(ipp_memory, "AGAIN_SECONDS", 0)
    return IppPrinter(client, book)


def tidy(port: IppPrinter, times: int = 3) -> None:
    for _ in range(times):
        port._status_until = 0.0
        port.tidy()


def remembered(port: IppPrinter) -> KnownJob | None:
    return port._book.remembered_job(port._recent_status().uuid)


def print_one(port: IppPrinter, attempt_id: str = "a-1") -> None:
    send(port, attempt_id)
    assert end_of(port, attempt_id) == Job(JobState.DONE, 3)


# --- Forgetting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ability", "operation"), [("can_purge", Operation.PURGE_JOBS), ("knows_purge_job", Operation.CANCEL_JOB)]
)
def test_a_printer_that_can_forgets_at_once(port, client, ability, operation) -> None:
    setattr(client, ability, True)
    print_one(port)
    assert remembered(port).attempt_id == "a-1"
    tidy(port)
    assert remembered(port) is None
    assert client.asked.count(operation) == 1
    assert port._book.last_word("a-1") == "job-state 9 job-completed-successfully, sheets 3"
    print_one(port, "a-2")
    tidy(port)
    assert remembered(port) is None
    assert client.asked.count(operation) == 2


def test_nothing_is_purged_while_something_may_print(port, client, box) -> None:
    client.can_purge = True
    box.plan(JAM)
    send(port)
    box.at("media-jam")
    tidy(port)
    port.cancel("a-1")  # given up; the printer still has it
    tidy(port)
    assert Operation.PURGE_JOBS not in client.asked
    box.clear()
    until(lambda: port.faults() == [], "the end of the old job", 5)
    tidy(port)
    assert client.asked.count(Operation.PURGE_JOBS) == 1
    assert remembered(port) is None
    assert "sheets 3" in port._book.last_word("a-1")  # what nobody knew when it was given up
    assert port.query("a-1").state is JobState.LOST  # and it is not said otherwise


@pytest.mark.parametrize("can_purge", [True, False])
def test_a_printer_that_says_no_takes_its_own_time(port, client, box, can_purge) -> None:
    client.can_purge = client.refuses = can_purge  # without: the real one, which knows neither
    print_one(port)
    tidy(port, 5)
    assert client.asked.count(Operation.PURGE_JOBS if can_purge else Operation.CANCEL_JOB) == 1
    assert remembered(port) is not None
    print_one(port, "a-2")  # and is of use meanwhile
    box.power_cut()
    box.start()
    tidy(port)
    assert remembered(port) is None


def test_what_is_not_yet_forgotten_outlasts_a_restart(port, client, book, box) -> None:
    print_one(port)
    tidy(port)
    again = IppPrinter(client, book)
    assert remembered(again).attempt_id == "a-1"
    client.can_purge = True
    tidy(again)
    assert remembered(again) is None


def test_another_job_under_the_number_is_left_alone(port, client, box) -> None:
    print_one(port)
    box.power_cut()
    box.start()
    stranger = IppClient(box.uri)
    job_id = first(stranger.create_job("b-1"), "job-id", 0)
    stranger.send_document(job_id, PDF)
    until(lambda: first(stranger.job(1), "job-state", 0) == 9, "the other job")
    tidy(port)
    assert remembered(port) is None
    assert Operation.CANCEL_JOB not in client.asked


def test_a_printer_that_keeps_what_it_prints_is_told_of_once(port, monkeypatch, caplog) -> None:
    print_one(port)
    monkeypatch.setattr(ipp_memory, "KEPT_SECONDS", 0)
    with caplog.at_level(logging.WARNING):
        tidy(port, 4)
    assert [r.message.partition(",")[0] for r in caplog.records] == ["the printer still holds job 1"]


# --- Counting ---------------------------------------------------------------------------------------------------------


def test_a_printer_counts_for_itself_what_nobody_ordered(port, client, box, book) -> None:
    client.built_with = 1000
    assert port.sheets_ever() == 0
    print_one(port)
    assert port.sheets_ever() == 3
    client.built_with += 1  # a test page
    tidy(port)
    assert port.sheets_ever() == 4
    assert IppPrinter(client, book).sheets_ever() == 4


def test_a_counter_that_is_read_late_has_counted_what_the_jobs_did(port, client) -> None:
    print_one(port)
    assert port.sheets_ever() == -1
    client.built_with = 1000
    tidy(port)
    assert port.sheets_ever() == 3


def test_a_printer_at_work_is_not_counted(port, client, box) -> None:
    client.built_with = 0
    box.plan(JAM)
    send(port)
    box.at("media-jam")
    port._status_until = 0.0
    assert port.sheets_ever() == -1
    box.clear()
    assert end_of(port) == Job(JobState.DONE, 3)
    assert port.sheets_ever() == 3


def test_a_sensor_goes_before_the_printers_counter(client, book, box) -> None:
    client.built_with = 1000
    port = IppPrinter(client, book, FileSensor(box.folder / "tray.log", 0))
    box.plan({"sheet": 2, "kind": "feed", "then": "vanish"})
    send(port)
    end_of(port)
    client.built_with += 1  # it counts what it fed
    assert port.sheets_ever() == 2


def test_a_meter_that_is_set_back_goes_on_and_another_printers_is_added(book) -> None:
    for stands_at in (500, 507, 0, 2, 2):
        book.note_meter("one", stands_at)
    assert book.metered() == 9
    book.note_meter("two", 90_000)
    assert book.metered() == 9
    book.note_meter("two", 90_001)
    book.note_meter("one", 3)
    assert book.metered() == 11


def test_what_was_printed_before_the_first_meter_counts_once(book) -> None:
    book.begin(KnownJob("a-1", 2, Stage.CREATING, "one", 0.0, 0))
    book.end("a-1", JobState.DONE, 2)
    book.note_meter("one", 40)
    book.note_meter("two", 7)
    assert book.metered() == 2


# --- A printer with a counter of sheets only --------------------------------------------------------------------------


def test_a_job_is_proved_by_its_sheets_where_impressions_are_not_counted(port, client, box) -> None:
    client.says_sheets = True
    print_one(port)
    box.plan(JAM | {"then": "abort"})
    send(port, "a-2")
    assert end_of(port, "a-2") == Job(JobState.LOST, 1)


def test_counters_that_disagree_prove_nothing(port, client, monkeypatch) -> None:
    real = client.job
    monkeypatch.setattr(client, "job", lambda number: real(number) | {"job-media-sheets-completed": [2]})
    send(port)
    assert end_of(port) == Job(JobState.LOST, 3)


def test_a_printer_that_counts_nothing_proves_nothing(port, client, monkeypatch) -> None:
    real = client.job
    monkeypatch.setattr(client, "job", lambda number: real(number) | {"job-impressions-completed": [None]})
    send(port)
    assert end_of(port) == Job(JobState.LOST, 0)
