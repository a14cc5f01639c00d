"""The demo's printer: `tray.log` is what came out, whatever else happened."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from app.terminal.printer import Fault, JobState, NotSentError, SimulatedPrinter


def until(condition, seconds: float = 3) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def printer(tmp_path: Path) -> SimulatedPrinter:
    return SimulatedPrinter(tmp_path, sheet_seconds=0)


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "tray.log").read_text().splitlines()]


def test_each_sheet_is_one_line_and_the_file_lies_in_the_tray(printer, tmp_path) -> None:
    printer.send("a-1", b"pdf", 3, "abc")
    until(lambda: printer.query("a-1").state is JobState.DONE)
    assert printer.query("a-1").sheets_out == 3
    assert [(x["attempt_id"], x["sheet"], x["sheets"], x["sha256"]) for x in lines(tmp_path)] == [
        ("a-1", n, 3, "abc") for n in (1, 2, 3)
    ]
    assert (tmp_path / "tray" / "a-1.pdf").read_bytes() == b"pdf"
    assert not printer.is_taken("a-1")
    assert printer.take() == 1
    assert printer.is_taken("a-1")
    assert [sheet.taken for sheet in printer.sheets()] == [True] * 3
    assert list((tmp_path / "tray").iterdir()) == []


def test_the_same_attempt_is_never_taken_twice(printer, tmp_path) -> None:
    printer.send("a-1", b"pdf", 1, "abc")
    until(lambda: printer.query("a-1").state is JobState.DONE)
    with pytest.raises(NotSentError):
        printer.send("a-1", b"pdf", 1, "abc")
    with pytest.raises(NotSentError):
        SimulatedPrinter(tmp_path, 0).send("a-1", b"pdf", 1, "abc")
    assert len(lines(tmp_path)) == 1


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_before_means_not_sent(printer, tmp_path, fault) -> None:
    printer.set_fault(fault)
    with pytest.raises(NotSentError):
        printer.send("a-1", b"pdf", 1, "abc")
    assert not (tmp_path / "tray.log").exists()


def jammed_after_one(tmp_path: Path) -> SimulatedPrinter:
    printer = SimulatedPrinter(tmp_path, sheet_seconds=0.05)
    printer.send("a-1", b"pdf", 3, "abc")
    until(lambda: printer.query("a-1").sheets_out == 1)
    printer.set_fault(Fault.JAM)
    return printer


def test_a_cleared_jam_goes_on(tmp_path) -> None:
    printer = jammed_after_one(tmp_path)
    assert printer.query("a-1").state is JobState.STOPPED
    printer.set_fault(None)
    until(lambda: printer.query("a-1").state is JobState.DONE)
    assert len(lines(tmp_path)) == 3


def test_a_cancelled_job_is_over_for_good(tmp_path) -> None:
    printer = jammed_after_one(tmp_path)
    assert printer.cancel("a-1").state is JobState.ABORTED
    printer.set_fault(None)
    time.sleep(0.2)
    assert len(lines(tmp_path)) == 1


def test_a_printer_that_is_off_says_nothing(tmp_path) -> None:
    printer = jammed_after_one(tmp_path)
    printer.set_fault(Fault.OFFLINE)
    assert printer.query("a-1").state is JobState.UNREACHABLE
    assert printer.cancel("a-1").state is JobState.UNREACHABLE


def test_after_a_power_cut_a_job_does_not_go_on(tmp_path) -> None:
    jammed_after_one(tmp_path)
    again = SimulatedPrinter(tmp_path, 0)
    job = again.query("a-1")
    assert (job.state, job.sheets_out) == (JobState.ABORTED, 1)


def test_a_torn_line_is_no_sheet_and_the_next_line_is_whole(printer, tmp_path) -> None:
    (tmp_path / "tray.log").write_bytes(b'{"attempt_id": "a-0", "sha')
    (tmp_path / "tray" / "a-0.pdf").write_bytes(b"pdf")
    again = SimulatedPrinter(tmp_path, 0)
    assert again.sheets() == []
    assert not (tmp_path / "tray" / "a-0.pdf").exists()
    again.send("a-1", b"pdf", 1, "abc")
    until(lambda: again.query("a-1").state is JobState.DONE)
    assert len(SimulatedPrinter(tmp_path, 0).sheets()) == 1


def test_the_paper_runs_out_and_is_filled(tmp_path) -> None:
    printer = SimulatedPrinter(tmp_path, 0)
    printer._paper = 2
    printer.send("a-1", b"pdf", 3, "abc")
    until(lambda: printer.faults() == ["no_paper"])
    assert (printer.sheets_left(), printer.query("a-1").sheets_out) == (0, 2)
    printer.set_fault(None)
    until(lambda: printer.query("a-1").state is JobState.DONE)
