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
from app.terminal.sensor import ExitSensor, FileSensor
from tests.functional.terminal.samples import pdf_of
from tests.printing.box import PrinterBox, until

PDF = pdf_of(3)
SHA = hashlib.sha256(PDF).hexdigest()
JAM = {"sheet": 2, "kind": "media-jam"}
CUT = {"sheet": 2, "kind": "plug", "then": "wait"}
CUT_AFTER = {"sheet": 1, "kind": "plug", "then": "wait after"}
GIVES_UP = {"sheet": 1, "kind": "roller", "then": "abort after"}  # the sheet is out, and the printer has not counted it


class LaggingSensor(FileSensor):
    """Its driver counts a sheet a while after it has passed."""

    lag = 0.5

    def __init__(self, path: Path, settle_seconds: float) -> None:
        super().__init__(path, settle_seconds)
        self._passed: list[float] = []

    def count(self) -> int:
        now = time.monotonic()
        self._passed += [now] * (super().count() - len(self._passed))
        return sum(now - passed >= self.lag for passed in self._passed)


@pytest.fixture
def make(tmp_path: Path, box):
    """Builds the port anew, as a restart does: over the same book."""
    made = []

    def _make(*, sensor: bool | ExitSensor = False, uri: str = "") -> IppPrinter:
        eye = FileSensor(box.folder / "tray.log", 0) if sensor is True else sensor or None
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


@pytest.mark.parametrize("sensor", [False, True])
def test_a_job_that_the_printer_forgot_is_never_denied(make, box, sensor) -> None:
    """A sensor alone proves nothing: it may be as dead as the printer was."""
    port = make(sensor=sensor)
    box.plan(CUT | {"sheet": 1})
    send(port)
    box.at("plug")
    box.power_cut()
    box.start()
    assert end_of(port) == Job(JobState.LOST, 0)
    assert box.tray() == []


@pytest.mark.parametrize(("sensor", "says"), [(False, JobState.LOST), (True, JobState.NONE)])
def test_a_job_that_was_given_up_before_the_first_sheet_is_denied_by_two_witnesses(make, box, sensor, says) -> None:
    port = make(sensor=sensor)
    box.plan({"sheet": 1, "kind": "media-empty", "then": "abort"})
    send(port)
    assert end_of(port) == Job(says, 0)
    assert box.tray() == []


@pytest.mark.parametrize("kind", ["media-jam", "cover-open"])
def test_what_may_be_stuck_in_the_paper_path_is_not_denied(make, box, kind) -> None:
    port = make(sensor=True)
    box.plan({"sheet": 1, "kind": kind, "then": "abort"})
    send(port)
    assert end_of(port) == Job(JobState.LOST, 0)


@pytest.mark.parametrize("sensor", [False, True])
def test_a_job_that_was_given_up_after_a_sheet_that_nobody_counted(make, box, sensor) -> None:
    port = make(sensor=sensor)
    box.plan(GIVES_UP)
    send(port)
    assert end_of(port).state is JobState.LOST
    assert len(box.tray()) == 1


def test_a_sensor_that_falls_silent_has_not_counted_zero(make, box, tmp_path) -> None:
    eye = tmp_path / "eye"
    eye.touch()
    port = make(sensor=FileSensor(eye, 0))
    box.plan(GIVES_UP)
    send(port)
    eye.unlink()
    until(lambda: port.query("a-1").state is JobState.PRINTING and not IppClient(box.uri).jobs(), "the end of the job")
    assert port.cancel("a-1").state not in JOB_OVER
    assert port.query("a-1").state is JobState.LOST


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


# --- A sensor that lags behind the paper ------------------------------------------------------------------------------


def lagging(box, settle_seconds: float) -> LaggingSensor:
    return LaggingSensor(box.folder / "tray.log", settle_seconds)


@pytest.mark.parametrize(
    ("settle_seconds", "says"),
    [(1.0, Job(JobState.LOST, 1)), (0.0, Job(JobState.NONE, 0))],  # without the time to settle it denies a sheet
)
def test_a_lagging_sensor_is_waited_for(make, box, settle_seconds, says) -> None:
    port = make(sensor=lagging(box, settle_seconds))
    box.plan(GIVES_UP)
    send(port)
    assert end_of(port) == says
    assert len(box.tray()) == 1


def test_a_restart_while_the_sensor_settles_waits_anew(make, box) -> None:
    port = make(sensor=lagging(box, 1.0))
    box.plan(GIVES_UP)
    send(port)
    until(box.tray, "the sheet")
    assert port.query("a-1").state is JobState.PRINTING
    again = make(sensor=lagging(box, 1.0))
    assert again.query("a-1").state is JobState.PRINTING
    assert end_of(again) == Job(JobState.LOST, 1)


@pytest.mark.parametrize("sheets_lost", [0, 1])
def test_with_a_lagging_sensor_a_whole_job_is_proved_and_a_lie_is_found_out(make, box, sheets_lost) -> None:
    port = make(sensor=LaggingSensor(box.folder / "tray.log", 1.0))
    box.plan(*[{"sheet": 2, "kind": "feed", "then": "vanish"}] * sheets_lost)
    send(port)
    assert end_of(port) == Job(JobState.LOST if sheets_lost else JobState.DONE, 3 - sheets_lost)


def test_a_job_given_up_while_the_sensor_settles_is_unknown(make, box) -> None:
    port = make(sensor=lagging(box, 60.0))
    box.plan(GIVES_UP)
    send(port)
    until(box.tray, "the sheet")
    assert port.query("a-1").state is JobState.PRINTING
    assert port.cancel("a-1").state not in JOB_OVER
    assert port.query("a-1").state is JobState.LOST


# --- Lines that break -------------------------------------------------------------------------------------------------


def test_a_document_cut_in_the_middle_never_comes_out(make, box, line) -> None:
    port = make(uri=line.uri)
    line.break_at = b"%PDF"
    send(port)
    line.break_at = None
    assert line.cuts == 1
    assert end_of(port).state in (JobState.NONE, JobState.LOST)
    assert box.tray() == []
    until(lambda: port.faults() == [], "the end of the broken job")
    send(port, "a-2")
    assert end_of(port, "a-2") == Job(JobState.DONE, 3)


def test_a_request_for_a_job_cut_in_the_middle_was_no_job(make, box, line) -> None:
    port = make(uri=line.uri)
    line.break_at = b"job-name"
    send(port)
    line.break_at = None
    assert end_of(port) == Job(JobState.NONE)
    assert (IppClient(box.uri).jobs(), box.tray()) == ([], [])


def test_an_upload_that_hangs_half_way_keeps_the_printer_out_of_use_until_it_is_switched_off(
    make, box, line, monkeypatch
) -> None:
    monkeypatch.setattr(ipp, "ANSWER_SECONDS", 0.3)
    port = make(uri=line.uri)
    line.break_at, line.is_silent = b"%PDF", True
    send(port)
    line.break_at = None
    assert line.cuts == 1
    assert port.query("a-1").state not in JOB_OVER
    assert port.cancel("a-1").state not in JOB_OVER  # accepted, and without effect
    assert port.query("a-1").state is JobState.LOST
    assert "busy" in port.faults()
    with pytest.raises(NotSentError, match="busy"):
        send(port, "a-2")
    box.power_cut()
    box.start()
    until(lambda: port.faults() == [], "the printer")
    send(port, "a-2")
    assert end_of(port, "a-2") == Job(JobState.DONE, 3)
    assert {sheet["name"] for sheet in box.tray()} == {"a-2"}


# --- What a printer forgets, and what it does not do when told -------------------------------------------------------


@pytest.mark.parametrize(("sensor", "says"), [(False, Job(JobState.LOST, 0)), (True, Job(JobState.DONE, 3))])
def test_a_job_that_was_done_and_forgotten_is_known_by_the_sensor_alone(make, box, sensor, says) -> None:
    port = make(sensor=sensor)
    send(port)
    until(lambda: len(box.tray()) == 3, "the sheets")
    box.power_cut()
    box.start()
    stranger = IppClient(box.uri)
    assert first(stranger.create_job("b-1"), "job-id", 0) == 1  # the very number that a-1 had
    assert end_of(port) == says


@pytest.mark.parametrize(("sensor", "says"), [(False, Job(JobState.LOST, 3)), (True, Job(JobState.DONE, 3))])
def test_a_cancelled_job_that_prints_on_is_not_denied(make, box, sensor, says) -> None:
    port = make(sensor=sensor)
    box.plan({"sheet": 1, "kind": "roller", "then": "wait"})
    send(port)
    box.at("roller")
    IppClient(box.uri).cancel_job(1)
    assert port.query("a-1").state is JobState.PRINTING
    assert box.tray() == []
    box.clear()
    assert end_of(port) == says
    assert len(box.tray()) == 3


@pytest.mark.parametrize("sensor", [False, True])
def test_a_printer_that_says_done_and_feeds_nothing(make, box, sensor) -> None:
    port = make(sensor=sensor)
    box.plan(*({"sheet": n, "kind": "feed", "then": "vanish"} for n in (1, 2, 3)))
    send(port)
    says = Job(JobState.LOST, 0) if sensor else Job(JobState.DONE, 3)  # one of the two lies: a person looks
    assert end_of(port) == says
    assert box.tray() == []


# --- Another printer in its place ------------------------------------------------------------------------------------


@pytest.fixture
def other(box, bus, tmp_path: Path):
    """A printer that can be put in the place of the first one."""
    other = PrinterBox(tmp_path / "other", bus, name="Another", port=box.port)
    yield other
    other.power_cut()


def test_another_printer_in_its_place_is_seen_and_gets_nothing(make, box, other) -> None:
    port = make()
    assert port.faults() == []
    box.power_cut()
    until(lambda: port.faults() == ["offline"], "offline")
    other.start()
    until(lambda: port.faults() == ["printer_changed"], "printer_changed")
    with pytest.raises(NotSentError, match="printer_changed"):
        send(port)
    again = make()
    assert again.faults() == ["printer_changed"]  # a restart accepts nobody
    again.accept()
    assert again.faults() == []
    send(again)
    assert end_of(again) == Job(JobState.DONE, 3)
    assert len(other.tray()) == 3


def test_another_printer_proves_nothing_of_the_first_ones_job(make, box, other) -> None:
    """The first one may print it where it stands now."""
    port = make(sensor=True)
    box.plan(CUT | {"sheet": 1})
    send(port)
    box.at("plug")
    box.power_cut()
    other.start()
    assert end_of(port).state is JobState.LOST
