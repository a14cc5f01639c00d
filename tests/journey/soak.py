"""`script/soak`: as many journeys as you like while processes are killed; the books are compared at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.journey import robot, truth
from tests.journey.agreement import assert_everybody_holds_their_own, assert_records_agree, finish
from tests.journey.crowd import Disturbance, plan, walk
from tests.journey.installation import make_demo, running

TERMINALS = 10


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def soak(folder: Path, journeys: int, seconds_between_kills: float) -> None:
    """Walk, disturb, compare; an AssertionError says what does not agree."""
    say("inventing a union")
    demo = make_demo(folder / "home", residents=1500, cards_per_town=24)
    (folder / "sheets").mkdir()
    between = (seconds_between_kills / 2, seconds_between_kills * 1.5)
    with running(demo, TERMINALS) as busy:
        say(f"{journeys} journeys on {TERMINALS} terminals; a portal process is killed every {seconds_between_kills} s")
        begun = time.monotonic()
        with Disturbance(busy.kill_portal_worker, between) as killing:
            trips = walk(busy, plan(busy, journeys, TERMINALS), folder / "sheets")
        seconds = time.monotonic() - begun
        finish(busy)
        assert_everybody_holds_their_own(trips)
        assert_records_agree(busy)
        got = sum(bool(trip.files) for trip in trips)
        sheets, yen = len(truth.slips(busy)), sum(truth.cash_kept(busy).values())
        say(f"{got} of {journeys} residents hold their own sheet, {journeys - got} left without; {killing.deeds} kills")
        say(f"{sheets} sheets, {yen} yen: trays, machines, journals and ledger agree")
        say(f"{journeys / seconds * 60:.0f} journeys a minute on this machine")


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--journeys", type=int, default=500)
    parser.add_argument("--seconds-between-kills", type=float, default=3.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="koiki-soak-") as folder:
        soak(Path(folder), chosen.journeys, chosen.seconds_between_kills)
    robot.close_all()


if __name__ == "__main__":
    main()
