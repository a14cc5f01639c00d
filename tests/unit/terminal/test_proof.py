"""When "no sheet came out" may be said: every combination of what can be known of a job."""

from __future__ import annotations

import itertools

import pytest

from app.terminal.proof import Evidence, Passage, Sent, how_sent, is_nothing_out

STATES = [None, *range(3, 10)]
REASONS = [
    frozenset(words.split())
    for words in (
        "", "none", "aborted-by-system", "job-canceled-by-user", "job-data-insufficient", "job-printing",
        "job-canceled-by-user processing-to-stop-point", "job-completed-successfully", "job-completed-with-warnings",
        "job-completed-with-errors", "queued-in-device", "job-outgoing",
    )
]  # fmt: skip
CONTRADICTORY = REASONS[5:]
COUNTERS = list(itertools.product([None, 0, 1], repeat=2))  # impressions, sheets; None: the printer has no such counter
NO_SENSOR, STOOD = Passage(), Passage(5, 5)
PASSAGES = [
    NO_SENSOR, STOOD, Passage(5, 5, is_still=False), Passage(5, 6), Passage(5, 4), Passage(5, None),
    Passage(5, None, is_still=False), Passage(None, 5), Passage(0, 0), Passage(0, 1),
]  # fmt: skip
STOOD_STILL, UNSENSED = (STOOD, Passage(0, 0)), (NO_SENSOR, Passage(None, 5))


def may_be_said(sent, passage, state, reasons, counters, is_clear) -> bool:
    """The rule once more, as one table: (what was sent, what the exit says) -> whether the printer must agree."""
    must_agree = {
        **{(Sent.NEVER, passage): False for passage in PASSAGES},
        **{(Sent.REFUSED, passage): False for passage in STOOD_STILL + UNSENSED},
        **{(Sent.CUT, passage): True for passage in STOOD_STILL + UNSENSED},
        **{(Sent.MAYBE, passage): True for passage in STOOD_STILL},
    }
    if (sent, passage) not in must_agree:
        return False
    agrees = state in (7, 8) and reasons not in CONTRADICTORY and is_clear
    return not must_agree[sent, passage] or (agrees and counters in [(0, 0), (0, None), (None, 0)])


@pytest.mark.parametrize("sent", list(Sent))
def test_every_combination(sent) -> None:
    said = 0
    for passage, state, reasons, counters, is_clear in itertools.product(
        PASSAGES, STATES, REASONS, COUNTERS, [True, False]
    ):
        counted = tuple(count for count in counters if count is not None)
        evidence = Evidence(sent, passage, state, reasons, counted, is_clear)
        assert is_nothing_out(evidence) == may_be_said(sent, passage, state, reasons, counters, is_clear), evidence
        said += is_nothing_out(evidence)
    everything = len(PASSAGES) * len(STATES) * len(REASONS) * len(COUNTERS) * 2
    agreeing = 2 * 5 * 3  # states, reasons, counters
    assert (
        said == {"never": everything, "refused": everything * 4 // 10, "cut": 4 * agreeing, "maybe": 2 * agreeing}[sent]
    )


TOLD = Evidence(Sent.MAYBE, STOOD, 7, frozenset({"job-canceled-by-user"}), (0,), is_path_clear=True)


@pytest.mark.parametrize(
    ("differs", "because"),
    [
        ({"passage": NO_SENSOR}, "a printer's counter lags behind its paper"),
        ({"passage": Passage(5, 6)}, "the exit has seen a sheet"),
        ({"passage": Passage(5, 4)}, "the sensor contradicts itself"),
        ({"passage": Passage(5, None)}, "a dead sensor has not counted zero"),
        ({"passage": Passage(5, 5, is_still=False)}, "the sensor may not have counted yet"),
        ({"state": 9}, "a completed job is never denied"),
        ({"state": 5}, "it prints"),
        ({"state": None}, "the printer does not know it any more"),
        ({"reasons": frozenset({"processing-to-stop-point"})}, "it still stops"),
        ({"counted": ()}, "an absent counter is not zero"),
        ({"counted": (0, 1)}, "one of two counters has counted"),
        ({"is_path_clear": False}, "a sheet may be stuck in it"),
    ],
)
def test_one_missing_piece_is_enough(differs, because) -> None:
    assert is_nothing_out(TOLD)
    assert not is_nothing_out(Evidence(**vars(TOLD) | differs)), because


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("reasons", REASONS)
@pytest.mark.parametrize("is_same_boot", [True, False])
def test_a_document_never_arrived_only_in_a_job_that_has_not_begun(state, reasons, is_same_boot) -> None:
    is_cut = state in (3, 4) and "job-data-insufficient" in reasons and is_same_boot
    assert how_sent(state, reasons, is_same_boot) is (Sent.CUT if is_cut else Sent.MAYBE)
