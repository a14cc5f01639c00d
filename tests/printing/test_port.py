"""The port against a real printer: what it says of a job, held against the sheets that truly came out."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from app.terminal import ipp
from app.terminal.ipp import IppClient, first
from app.terminal.ipp_printer import IppPrinter
from app.terminal.jobs import JobBook
from app.terminal.printer import JOB_OVER, Job, JobState, NotSentError
from app.terminal.sensor import FileSensor
from tests.functional.terminal.samples import pdf_of
from tests.printing.box import until

PDF = pdf_of(3)
SHA = hashlib.sha256(PDF).hexdigest()
JAM = {"sheet": 2, "kind": "media-jam"}
CUT = {"sheet": 2, "kind": "plug", "then": "wait"}
CUT_AFTER = {"sheet": 1, "kind": "plug", "then": "wait after"}


@pytest.fixture
def make(tmp_path: Path, box):
    """Builds the port anew, as a restart does: over the same book."""
    made = []

    def _make(*, sensor: bool = False, uri: str = "") -> IppPrinter:
        eye = FileSensor(box.folder / "tray.log") if sensor else None
        made.append(IppPrinter(IppClient(uri or box.uri), JobBook(tmp_path / "jobs.db"), eye))
        return made[-1]

    yield _make
    for port in made:
        port.close()


@pytest.fixture
def port(make) -> IppPrinter:
    return make()


def send(port: IppPrinter, attempt_id: str = "a-1") -> None:
    port.send(attempt_id, PDF, 3, SHA)


def end_of(port: IppPrinter, attempt_id: str = "a-1") -> Job:
    end = time.monotonic() + 8
    while (job := port.query(attempt_id)).state not in JOB_OVER:
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return job


def test_what_was_sent_came_out_once(port, box) -> None:
    assert (port.faults(), port.sheets_left()) == ([], 250)
    send(port)
    send(port)  # asked again: nothing more
    assert end_of(port) == Job(JobState.DONE, 3)
    assert [(s["name"], s["sheet"], s["sha256"]) for s in box.tray()] == [("a-1", n, SHA) for n in (1, 2, 3)]
    assert port.is_taken("a-1") is None


@pytest.mark.parametrize(
    ("kind", "word"),
    [("media-jam", "jam"), ("media-empty", "no_paper"), ("cover-open", "cover_open"), ("toner-empty", "toner")],
)
def test_a_fault_is_waited_for_and_seen(make, box, kind, word) -> None:
    port = make()
    box.plan({"sheet": 2, "kind": kind})
    send(port)
    box.at(kind)
    assert port.query("a-1").state is JobState.PRINTING
    until(lambda: word in port.faults(), word)
    box.clear()
    assert end_of(port) == Job(JobState.DONE, 3)


@pytest.mark.parametrize("sensor", [False, True])
def test_a_jam_that_ends_the_job_is_unknown(make, box, sensor) -> None:
    port = make(sensor=sensor)
    box.plan(JAM | {"then": "abort"})
    send(port)
    assert end_of(port) == Job(JobState.LOST, 1)
    assert port.faults() == ["jam"]
    with pytest.raises(NotSentError, match="jam"):
        send(port, "a-2")


@pytest.mark.parametrize("plan", [CUT, CUT_AFTER])
@pytest.mark.parametrize("sensor", [False, True])
def test_a_power_cut_is_unknown_and_a_reused_number_is_another_job(make, box, plan, sensor) -> None:
    port = make(sensor=sensor)
    box.plan(plan)
    send(port)
    box.at("plug")
    box.power_cut()
    assert port.query("a-1").state is JobState.UNREACHABLE
    until(lambda: port.faults() == ["offline"], "offline")
    box.plan()
    box.start()
    stranger = IppClient(box.uri)
    job_id = first(stranger.create_job("b-1"), "job-id", 0)
    stranger.send_document(job_id, PDF)
    assert job_id == 1  # the very number that a-1 had
    until(lambda: first(stranger.job(1), "job-state", 0) == 9, "the other job")
    assert end_of(port).state is JobState.LOST
    assert [s["name"] for s in box.tray()].count("a-1") == 1


def test_a_power_cut_before_the_first_sheet_is_not_printed_only_with_a_sensor(make, box) -> None:
    port = make(sensor=True)
    box.plan(CUT | {"sheet": 1})
    send(port)
    box.at("plug")
    box.power_cut()
    box.start()
    assert end_of(port) == Job(JobState.NONE, 0)
    assert box.tray() == []


def test_offline_and_paper_are_seen_before_anything_is_sent(port, box) -> None:
    box.load(2)
    with pytest.raises(NotSentError, match="not enough paper"):
        send(port)
    box.load(250, "na_letter_8.5x11in")
    with pytest.raises(NotSentError, match="no_paper"):
        send(port)
    box.power_cut()
    with pytest.raises(NotSentError, match="offline"):
        send(port)
    assert port.query("a-1") == Job(JobState.NONE)


def test_a_lost_answer_to_the_document_is_followed_and_not_sent_again(make, box, line) -> None:
    port = make(uri=line.uri)
    line.cut_at = b"%PDF"
    send(port)
    assert line.cuts == 1
    line.cut_at = None
    assert end_of(port) == Job(JobState.DONE, 3)
    assert len(box.tray()) == 3


def test_an_empty_job_left_by_a_lost_answer_is_cleared_away(make, box, line) -> None:
    port = make(uri=line.uri)
    line.cut_at = b"copies"  # of all requests only Create-Job says it
    send(port)
    assert [first(job, "job-name", "") for job in IppClient(box.uri).jobs()] == ["a-1"]
    line.cut_at = None
    assert end_of(port) == Job(JobState.NONE)
    assert IppClient(box.uri).jobs() == []
    send(port, "a-2")
    assert end_of(port, "a-2") == Job(JobState.DONE, 3)
    assert {sheet["name"] for sheet in box.tray()} == {"a-2"}


def test_a_frozen_printer_prints_once_when_it_wakes(port, box, monkeypatch) -> None:
    monkeypatch.setattr(ipp, "ANSWER_SECONDS", 0.3)
    real = port._client.create_job

    def freeze_after(name):
        made = real(name)
        box.freeze()
        return made

    monkeypatch.setattr(port._client, "create_job", freeze_after)
    send(port)
    assert port.query("a-1").state is JobState.UNREACHABLE
    box.thaw()
    job = end_of(port)
    assert (job.state, len(box.tray())) in [(JobState.DONE, 3), (JobState.NONE, 0)]


def test_given_up_while_it_may_still_print_keeps_the_printer_out_of_use(port, box) -> None:
    box.plan(JAM)
    send(port)
    box.at("media-jam")
    assert port.cancel("a-1").state not in JOB_OVER
    assert port.query("a-1").state is JobState.LOST  # said for good
    assert "busy" in port.faults()
    with pytest.raises(NotSentError, match="busy"):
        send(port, "a-2")
    box.clear()
    until(lambda: port.faults() == [], "the end of the old job", 5)
    assert [sheet["name"] for sheet in box.tray()] == ["a-1"] * 3  # what came out late is nobody else's
    box.plan()
    send(port, "a-2")
    assert end_of(port, "a-2") == Job(JobState.DONE, 3)


@pytest.mark.parametrize(("sensor", "says"), [(False, Job(JobState.DONE, 3)), (True, Job(JobState.LOST, 2))])
def test_a_printer_that_lies_is_found_out_by_a_sensor_alone(make, box, sensor, says) -> None:
    port = make(sensor=sensor)
    box.plan({"sheet": 2, "kind": "feed", "then": "vanish"})
    send(port)
    assert end_of(port) == says
    assert len(box.tray()) == 2


def test_a_strangers_job_keeps_the_printer_busy_and_is_left_alone(port, box) -> None:
    IppClient(box.uri).create_job("office")
    assert port.faults() == ["busy"]
    with pytest.raises(NotSentError, match="busy"):
        send(port)
    assert [first(job, "job-name", "") for job in IppClient(box.uri).jobs()] == ["office"]


def test_a_paper_that_is_refused_was_never_sent(port, box, monkeypatch) -> None:
    monkeypatch.setattr(ipp, "MEDIA", "jis_b0_1030x1456mm")
    with pytest.raises(NotSentError, match="0x040b"):
        send(port)
    assert port.query("a-1") == Job(JobState.NONE)
    assert box.tray() == []
