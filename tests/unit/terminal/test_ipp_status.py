"""A printer's own words, reduced to the few that decide."""

from __future__ import annotations

import pytest

from app.terminal.ipp_status import ASSUMED_SHEETS, read_status

READY = {
    "printer-state": [3], "printer-state-reasons": ["none"], "printer-is-accepting-jobs": [True],
    "printer-up-time": [60], "printer-uuid": ["urn:uuid:1"], "queued-job-count": [0],
    "media-ready": ["iso_a4_210x297mm"], "printer-input-tray": ["type=other;maxcapacity=250;level=200;name=main"],
}  # fmt: skip


def troubles(**facts) -> list[str]:
    return sorted(read_status(READY | {name.replace("_", "-"): value for name, value in facts.items()}).troubles)


def test_a_ready_printer() -> None:
    status = read_status(READY)
    assert (status.troubles, status.is_idle, status.uuid, status.sheets_left) == (frozenset(), True, "urn:uuid:1", 200)


@pytest.mark.parametrize("suffix", ["", "-report", "-warning", "-error"])
@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        *(("media-jam", "jam"), ("media-empty", "no_paper"), ("media-needed", "no_paper"), ("door-open", "cover_open")),
        *(("interlock-open", "cover_open"), ("cover-open", "cover_open"), ("toner-empty", "toner")),
        *(("output-area-full", "output_full"), ("input-tray-missing", "tray"), ("paused", "paused")),
        *(("fuser-over-temp", "other"), ("a-word-of-the-maker", "other")),
    ],
)
def test_a_fault_is_its_keyword_whatever_the_suffix(keyword, suffix, word) -> None:
    assert troubles(printer_state_reasons=[keyword + suffix]) == [word]


@pytest.mark.parametrize("reason", ["none", "media-low", "media-low-warning", "toner-low-error", "marker-supply-low"])
def test_a_warning_stops_nothing(reason) -> None:
    assert troubles(printer_state_reasons=[reason]) == []


def test_what_else_stops_it() -> None:
    assert troubles(printer_is_accepting_jobs=[False]) == ["not_accepting"]
    assert troubles(media_ready=["na_letter_8.5x11in"]) == ["no_paper"]
    assert troubles(printer_input_tray=["level=0;name=main", "level=-2;name=by-pass"]) == ["no_paper"]


@pytest.mark.parametrize("trays", [[], ["level=-2;name=auto"], ["name=auto"]])
def test_a_tray_that_does_not_count_is_believed(trays) -> None:
    assert read_status(READY | {"printer-input-tray": trays}).sheets_left == ASSUMED_SHEETS


@pytest.mark.parametrize("facts", [{"printer-state": [4]}, {"printer-state": [5]}, {"queued-job-count": [1]}, {}])
def test_idle_is_idle_and_nothing_queued(facts) -> None:
    assert read_status(READY | facts).is_idle is (facts == {})


def test_a_printer_that_says_nothing_is_not_ready() -> None:
    status = read_status({})
    assert status.is_idle is False
    assert "not_accepting" in status.troubles
