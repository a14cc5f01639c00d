"""The port over a printer of words: what no test printer can be made to say, and must never be taken for "nothing"."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.terminal.errors import IppMaybeSentError, IppNotSentError, IppRefusedError
from app.terminal.ipp_printer import IppPrinter
from app.terminal.jobs import JobBook
from app.terminal.printer import Job, JobState, NotSentError

NOTHING, UNKNOWN = Job(JobState.NONE), Job(JobState.LOST)
CUT = {"state": 4, "reasons": ["job-data-insufficient"]}
TOO_LATE = {"state": 9, "reasons": ["job-completed-successfully"]}


class Sensor:
    settle_seconds = 0.0

    def __init__(self) -> None:
        self.counted: int | None = 7

    def count(self) -> int | None:
        return self.counted

    def is_present(self) -> bool:
        return False


class Client:
    """A printer that is ready, and says of its one job what it was told to say."""

    def __init__(self, state: int, reasons: list[str], sheets: dict[str, int], refusal: Exception | None) -> None:
        self.state, self.reasons, self.sheets, self.refusal = state, reasons, sheets, refusal
        self.troubles, self.up_seconds = ["none"], 100

    def printer(self) -> dict:
        return {
            "printer-state": [3], "printer-state-reasons": self.troubles, "printer-is-accepting-jobs": [True],
            "printer-up-time": [100], "printer-uuid": ["u"], "queued-job-count": [0],
        }  # fmt: skip

    def create_job(self, name: str) -> dict:
        self.name = name
        return {"job-id": [7], "job-uuid": ["j"]}

    def send_document(self, _job_id: int, _pdf: bytes) -> None:
        if self.refusal:
            raise self.refusal

    def cancel_job(self, _job_id: int) -> None:
        self.state, self.reasons = 7, ["job-canceled-by-user"]

    def jobs(self) -> list[dict]:
        return [self.job(7)] if self.state < 7 else []

    def job(self, _job_id: int) -> dict:
        about = {
            "job-id": [7], "job-uuid": ["j"], "job-name": [self.name], "job-state": [self.state],
            "job-state-reasons": self.reasons, "job-printer-up-time": [self.up_seconds],
        }  # fmt: skip
        return about | {name: [count] for name, count in self.sheets.items()}


IMPRESSIONS, SHEETS = "job-impressions-completed", "job-media-sheets-completed"


@pytest.fixture
def end_of(tmp_path: Path):
    """What becomes of a job of one sheet. `passed`: what the exit counts meanwhile; None without a sensor."""
    ports = []

    def _end_of(*, passed=None, state=5, reasons=(), sheets=None, refusal=None, **later) -> Job:
        sensor = Sensor() if passed is not None else None
        client = Client(state, list(reasons), sheets or {}, refusal)
        port = IppPrinter(client, JobBook(tmp_path / "jobs.db"), sensor)
        ports.append(port)
        port.send("a-1", b"x", 1, "")
        vars(client).update(later)
        if sensor:
            sensor.counted = None if passed == "silent" else sensor.counted + passed
        return port.query("a-1")

    yield _end_of
    for port in ports:
        port.close()


@pytest.mark.parametrize("sheets", [{}, {IMPRESSIONS: 0}, {SHEETS: 0}])
def test_a_completed_job_is_never_denied(end_of, sheets) -> None:
    """Its counter is late or absent, and the sensor's driver is dead."""
    assert end_of(**TOO_LATE, sheets=sheets, passed=0) == UNKNOWN


@pytest.mark.parametrize("counter", [IMPRESSIONS, SHEETS])
@pytest.mark.parametrize(("passed", "says"), [(None, NOTHING), (0, NOTHING), (1, Job(JobState.LOST, 1))])
def test_a_document_that_never_arrived(end_of, counter, passed, says) -> None:
    assert end_of(**CUT, sheets={counter: 0}, passed=passed) == says


@pytest.mark.parametrize("passed", [None, 0])
def test_an_absent_counter_is_not_zero(end_of, passed) -> None:
    assert end_of(**CUT, passed=passed) == UNKNOWN


def test_two_counters_that_disagree(end_of) -> None:
    assert end_of(**CUT, sheets={IMPRESSIONS: 0, SHEETS: 1}) == Job(JobState.LOST, 1)


@pytest.mark.parametrize("differs", [{"state": 5}, {"up_seconds": 20}])
def test_a_job_that_had_begun_or_outlived_a_power_cut_may_have_been_printed(end_of, differs) -> None:
    """A printer that prints while it still reads, and one that lost the document with its memory."""
    assert end_of(**CUT | differs, sheets={IMPRESSIONS: 0}) == UNKNOWN


def test_a_counter_that_falls_back_to_zero_has_counted(tmp_path) -> None:
    client = Client(5, ["job-printing"], {IMPRESSIONS: 1}, None)
    port = IppPrinter(client, JobBook(tmp_path / "jobs.db"), Sensor())
    port.send("a-1", b"x", 2, "")
    assert port.query("a-1") == Job(JobState.PRINTING, 1)
    client.state, client.reasons, client.sheets = 8, ["aborted-by-system"], {IMPRESSIONS: 0}
    assert port.query("a-1").state is JobState.LOST
    port.close()


def test_a_silent_sensor_is_waited_for(end_of) -> None:
    assert end_of(state=8, reasons=["aborted-by-system"], sheets={IMPRESSIONS: 0}, passed="silent").state is (
        JobState.PRINTING
    )


@pytest.mark.parametrize(("troubles", "says"), [(["none"], NOTHING), (["media-jam-error"], UNKNOWN)])
def test_a_jam_may_hold_a_sheet(end_of, troubles, says) -> None:
    told = {"state": 8, "reasons": ["aborted-by-system"], "sheets": {IMPRESSIONS: 0}}
    assert end_of(**told, passed=0, troubles=troubles) == says


@pytest.mark.parametrize("refusal", [IppNotSentError("no line"), IppRefusedError(0x0404), IppRefusedError(0x0406)])
@pytest.mark.parametrize(("passed", "says"), [(None, NOTHING), (0, NOTHING), (1, Job(JobState.LOST, 1))])
def test_refused_at_the_door(end_of, refusal, passed, says) -> None:
    assert end_of(state=4, refusal=refusal, passed=passed) == says


@pytest.mark.parametrize("status", [0x0405, 0x040A, 0x0411, 0x0500])
@pytest.mark.parametrize("sheets", [{}, {IMPRESSIONS: 0}])
def test_refused_after_a_look_at_the_document(end_of, status, sheets) -> None:
    """A printer that prints while it still reads may have begun."""
    told = {"state": 8, "reasons": ["aborted-by-system"], "sheets": sheets}
    assert end_of(**told, refusal=IppRefusedError(status)) == UNKNOWN


def test_a_refused_job_that_is_given_up(tmp_path) -> None:
    sensor, client = Sensor(), Client(4, [], {}, IppRefusedError(0x0404))
    port = IppPrinter(client, JobBook(tmp_path / "jobs.db"), sensor)
    port.send("a-1", b"x", 1, "")
    sensor.settle_seconds = 60.0
    assert port.query("a-1").state is JobState.PRINTING
    assert port.cancel("a-1") == UNKNOWN
    port.close()


def test_a_sensor_that_is_fitted_and_silent_is_no_start(tmp_path) -> None:
    sensor = Sensor()
    sensor.counted = None
    port = IppPrinter(Client(4, [], {}, IppMaybeSentError("lost")), JobBook(tmp_path / "jobs.db"), sensor)
    assert (port.faults(), port.sheets_ever()) == (["other"], -1)
    with pytest.raises(NotSentError, match="other"):
        port.send("a-1", b"x", 1, "")
    port.close()
