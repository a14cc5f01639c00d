"""`script/soak`: as many certificates as you like, from forty kiosks, while anything may be killed at any moment.

Every sheet that comes out is read and compared with who stood there; at the end the trays, the machines, the towns'
journals and the union's ledger are compared. Four numbers, and all of them must be 0.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app import create_app, serve
from app.demo.towns import TOWNS
from tests.journey import robot, truth
from tests.journey.agreement import finish
from tests.journey.attendant import Attendant
from tests.journey.books import Books, read_books
from tests.journey.crowd import cards_of_all_towns
from tests.journey.fleet import Fleet, open_day_and_night, sailing
from tests.journey.installation import Installation, make_demo
from tests.journey.reading import Readings
from tests.journey.shopper import Errand, Shopper
from tests.matrix import cases, matrix
from tests.matrix.play import Outcome

WORDS = ("wrong-person", "lost", "doubled", "unexplained")
COPIES_BETWEEN_KILLS = (1, 60)
TELL_SECONDS = 30.0
MOST_WANTED = 6  # copies of one errand
RESIDENTS, CARDS_PER_TOWN = 800, 14
VISIT = "SELECT visit_id FROM visit WHERE terminal_id = ? AND state <> 'ended'"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Run:
    """One soak: how many copies are still to be asked for, and what has come of those who came."""

    installation: Installation
    left: int
    readings: Readings = field(default_factory=Readings)
    errands: list[Errand] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, most: int) -> int:
        """So many copies shall be asked for next; 0 when there is no more demand."""
        with self._lock:
            taken = min(most, self.left)
            self.left -= taken
            return taken

    def give_back(self, copies: int) -> None:
        """Somebody went without."""
        with self._lock:
            self.left += max(copies, 0)

    def visit_of(self, terminal_id: str) -> str:
        """The visit that the union says is at this terminal."""
        found = truth.rows(self.installation.home / "union.db", VISIT, terminal_id)
        return str(found[0][0]) if found else ""

    def lane(self, fleet: Fleet, folder: Path, cards: list[tuple[str, str]], dice: random.Random) -> None:
        """One terminal, one resident after the other."""
        number = 0
        while wants := self.take(dice.randint(1, MOST_WANTED)):
            card, name = cards[number % len(cards)]
            errand, number = Errand(folder.name, card, name, wants), number + 1
            self.errands.append(errand)
            Shopper(
                serve.agent_url(folder), errand, self.readings, self.visit_of, dice, hands=fleet.desk_of(folder)
            ).run()
            self.give_back(wants - errand.copies)


def walk(run: Run, fleet: Fleet, seed: int) -> None:
    """All lanes at once, until nobody wants anything any more. A card is never in two lanes."""
    cards = cards_of_all_towns(run.installation)
    random.Random(seed).shuffle(cards)
    folders = fleet.folders
    lanes = [
        threading.Thread(target=run.lane, args=(fleet, folder, cards[n :: len(folders)], random.Random(seed + n)))
        for n, folder in enumerate(folders)
    ]
    for lane in lanes:
        lane.start()
    while any(lane.is_alive() for lane in lanes):
        for lane in lanes:
            lane.join(TELL_SECONDS / len(lanes))
        say(f"  {len(run.readings.found)} copies read, {run.left} to go, {len(run.errands)} residents")


@contextmanager
def disturbed(fleet: Fleet, run: Run, is_wanted: bool, seed: int) -> Iterator[None]:
    """Somebody dies for every few copies that come out, if wanted: as often on a slow machine as on a quick one."""
    over = threading.Event()
    killer = threading.Thread(target=_kill, args=(fleet, run, random.Random(seed), over))
    if is_wanted:
        killer.start()
    try:
        yield
    finally:
        over.set()
        if is_wanted:
            killer.join()


def _kill(fleet: Fleet, run: Run, dice: random.Random, over: threading.Event) -> None:
    due = 1
    while not over.wait(dice.uniform(0.2, 2.0)):
        if len(run.readings.found) >= due:
            fleet.kill(dice)
            due = len(run.readings.found) + dice.randint(*COPIES_BETWEEN_KILLS)


def tell(run: Run, books: Books, seconds: float, kills: Counter[str], verdicts: Counter[str]) -> int:
    """One line for each thing that was counted; the exit status."""
    findings = books.findings()
    for word, what in findings[:50]:
        say(f"  {word}: {what}")
    by_word = Counter(word for word, _ in findings)
    paper = sum(bool(r.name) for r in books.readings)
    say(f"residents {len(run.errands)}, of whom {sum(bool(e.trouble) for e in run.errands)} gave up waiting")
    say(f"copies read {len(books.readings)}: {paper} in residents' hands, {len(books.readings) - paper} found by staff")
    say(f"sheets in trays {len(books.slips)}, copies settled {len(books.settled)}, numbers {len(books.copies)}")
    say(
        f"yen kept by machines {sum(books.kept.values())}, charged in the ledger {sum(books.charged.values())}"
        f", paid back by hand {sum(books.owed.values())}"
    )
    say(f"kills {_listed(kills)}")
    say(f"cases decided {_listed(verdicts)}; open {len(books.cases)}")
    say(f"issuances a minute {len(books.settled) / seconds * 60:.0f}")
    say(" ".join(f"{word} {by_word[word]}" for word in WORDS))
    return int(bool(findings) or not books.settled)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counts.items())) or "none"


def _finish(installation: Installation) -> None:
    """What does not come to its end is counted, not thrown."""
    try:
        finish(installation)
    except AssertionError as error:
        say(f"  {error}")


def soak(folder: Path, chosen: argparse.Namespace) -> int:
    """Invent, open, walk, disturb, finish, compare."""
    say("inventing a union of ten towns")
    kiosks_per_town = -(-chosen.kiosks // len(TOWNS))
    installation = make_demo(folder / "home", RESIDENTS, CARDS_PER_TOWN, kiosks_per_town)
    open_day_and_night(installation)
    fleet, run = Fleet(installation, chosen.kiosks, real_printers=chosen.ipp), Run(installation, chosen.issuances)
    app = create_app(installation.config, surfaces=())
    with sailing(fleet):
        say(f"{chosen.issuances} issuances at {chosen.kiosks} kiosks{', with kills' if chosen.kill else ''}")
        attendant, begun = (
            Attendant(app, fleet.folders, run.readings, partial(truth.kept_by, installation)),
            time.monotonic(),
        )
        with attendant:
            with disturbed(fleet, run, chosen.kill, chosen.seed):
                walk(run, fleet, chosen.seed)
            seconds = time.monotonic() - begun
            _finish(installation)
    books = read_books(installation, run.errands, run.readings.found)
    return tell(run, books, seconds, fleet.kills, attendant.verdicts)


def soak_matrix(folder: Path, chosen: argparse.Namespace) -> int:
    """Every single fault at every death, and pairs of faults as the seed draws them; or as many as were asked for."""
    drawn = [*cases.every_case(chosen.seed), *cases.every_pair(chosen.seed)]
    random.Random(chosen.seed).shuffle(drawn)
    wanted = drawn[: chosen.cases or len(drawn)]
    say(f"inventing a union; {len(wanted)} of {len(drawn)} cases on {chosen.lanes} lanes")
    installation = make_demo(folder / "home", RESIDENTS, CARDS_PER_TOWN)
    found = matrix.run(installation, folder, wanted, chosen.lanes, _tell_case)
    for line in matrix.table(found):
        say(line)
    say(f"not played {len(matrix.unplayed(found))}; wrong {sum(bool(outcome.wrong) for outcome in found)}")
    return int(any(outcome.wrong for outcome in found) or not matrix.is_played(found))


def _tell_case(outcome: Outcome) -> None:
    case = outcome.case
    words = [*case.faults, case.sensor, case.size, *(["left in the tray"] if case.leaves else [])]
    say(f"  {case.part} {case.when} {case.point}, {', '.join(words)}: {' '.join(outcome.ends) or 'no order'}")
    for what in outcome.missed:
        say(f"    NOT PLAYED {what}")
    for what in outcome.wrong:
        say(f"    WRONG {what}")


def soak_machine(examples: int) -> int:
    """The machine of rules and invariants, with examples that nobody has tried before."""
    words = [sys.executable, "-m", "pytest", "tests/machine", "-q", "-p", "no:cacheprovider", "-x"]
    return subprocess.run(words, env=os.environ | {"KOIKI_MACHINE_EXAMPLES": str(examples)}, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--issuances", type=int, default=500, help="copies to be issued (default 500)")
    parser.add_argument("--kiosks", type=int, default=40, help="terminals that run (default 40)")
    parser.add_argument(
        "--ipp", type=int, default=2, help="of these, how many print on a real ippeveprinter (default 2)"
    )
    parser.add_argument("--kill", action="store_true", help="kill processes at random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--matrix", action="store_true", help="play the crash matrix instead")
    parser.add_argument("--cases", type=int, default=0, help="of the matrix (default: all)")
    parser.add_argument("--lanes", type=int, default=4, help="of the matrix, side by side (default 4)")
    parser.add_argument("--machine", action="store_true", help="run the state machine with many examples instead")
    parser.add_argument("--examples", type=int, default=2000, help="of the state machine (default 2000)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that every part is ended, too
    with tempfile.TemporaryDirectory(prefix="koiki-soak-") as folder:
        if chosen.machine:
            status = soak_machine(chosen.examples)
        else:
            status = (soak_matrix if chosen.matrix else soak)(Path(folder), chosen)
    robot.close_all()
    sys.exit(status)


if __name__ == "__main__":
    main()
