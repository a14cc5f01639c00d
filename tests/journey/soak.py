"""`script/soak`: as many certificates as you like, from forty kiosks, while anything may be killed at any moment.

Every sheet that comes out is read and compared with who stood there; at the end the trays, the machines, the towns'
journals and the union's ledger are compared. Four numbers, and all of them must be 0.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
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
from tests.journey.crowd import Disturbance
from tests.journey.fleet import Fleet, open_day_and_night, sailing
from tests.journey.installation import Installation, make_demo
from tests.journey.reading import Readings
from tests.journey.shopper import Errand, Shopper

WORDS = ("wrong-person", "lost", "doubled", "unexplained")
LABEL = re.compile(r"】(.+?)：")
ORDINARY = re.compile(r"\d\d-\w+-(neighbour-\d+|family-head|family-wife)\.json")
KILL_SECONDS = (2.0, 10.0)  # a worker that lays out all forms once needs some seconds to come up
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

    def lane(self, folder: Path, cards: list[tuple[str, str]], dice: random.Random) -> None:
        """One terminal, one resident after the other."""
        number = 0
        while wants := self.take(dice.randint(1, MOST_WANTED)):
            card, name = cards[number % len(cards)]
            errand, number = Errand(folder.name, card, name, wants), number + 1
            self.errands.append(errand)
            Shopper(serve.agent_url(folder), errand, self.readings, self.visit_of, dice).run()
            self.give_back(wants - errand.copies)


def walk(run: Run, folders: list[Path], seed: int) -> None:
    """All lanes at once, until nobody wants anything any more. A card is never in two lanes."""
    cards = ordinary_cards(run.installation)
    random.Random(seed).shuffle(cards)
    lanes = [
        threading.Thread(target=run.lane, args=(folder, cards[n :: len(folders)], random.Random(seed + n)))
        for n, folder in enumerate(folders)
    ]
    for lane in lanes:
        lane.start()
    while any(lane.is_alive() for lane in lanes):
        for lane in lanes:
            lane.join(TELL_SECONDS / len(lanes))
        say(f"  {len(run.readings.found)} copies read, {run.left} to go, {len(run.errands)} residents")


def ordinary_cards(installation: Installation) -> list[tuple[str, str]]:
    """(card, name of its holder), of all towns; names that two have are left out."""
    files = [f for f in sorted((installation.home / "tray" / "cards").glob("*.json")) if ORDINARY.match(f.name)]
    labels = ((f.stem, LABEL.search(json.loads(f.read_text())["label"])) for f in files)
    found = [(card, match[1]) for card, match in labels if match]
    times = Counter(name for _, name in found)
    return [(card, name) for card, name in found if times[name] == 1]


@contextmanager
def disturbed(fleet: Fleet, is_wanted: bool, seed: int) -> Iterator[None]:
    """Somebody dies every few seconds, if that is wanted."""
    dice = random.Random(seed)
    if not is_wanted:
        yield
        return
    with Disturbance(lambda _number: fleet.kill(dice), KILL_SECONDS):
        yield


def kept_by(installation: Installation, folder: Path, payment_key: str) -> int | None:
    """What the machines have kept of a payment at one terminal; None while one of them holds it."""
    cash = truth.rows(folder / "cash.db", "SELECT state FROM session WHERE payment_key = ?", payment_key)
    gateway = installation.home / "devices" / "gateway.db"
    account = truth.rows(gateway, "SELECT state FROM payment WHERE payment_key = ?", payment_key)
    if {state for (state,) in cash + account} & {"collecting", "held", "committing", "releasing", "authorised"}:
        return None
    return truth.all_kept(installation).get(payment_key, 0)


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


def soak(folder: Path, chosen: argparse.Namespace) -> int:
    """Invent, open, walk, disturb, finish, compare."""
    say("inventing a union of ten towns")
    kiosks_per_town = -(-chosen.kiosks // len(TOWNS))
    installation = make_demo(folder / "home", RESIDENTS, CARDS_PER_TOWN, kiosks_per_town)
    open_day_and_night(installation)
    fleet, run = Fleet(installation, chosen.kiosks), Run(installation, chosen.issuances)
    app = create_app(installation.config, surfaces=())
    with sailing(fleet):
        say(f"{chosen.issuances} issuances at {chosen.kiosks} kiosks{', with kills' if chosen.kill else ''}")
        attendant, begun = Attendant(app, fleet.folders, run.readings, partial(kept_by, installation)), time.monotonic()
        with attendant:
            with disturbed(fleet, chosen.kill, chosen.seed):
                walk(run, fleet.folders, chosen.seed)
            seconds = time.monotonic() - begun
            finish(installation)
    books = read_books(installation, run.errands, run.readings.found)
    return tell(run, books, seconds, fleet.kills, attendant.verdicts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--issuances", type=int, default=500, help="copies to be issued (default 500)")
    parser.add_argument("--kiosks", type=int, default=40, help="terminals that run (default 40)")
    parser.add_argument("--kill", action="store_true", help="kill processes at random moments")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that every part is ended, too
    with tempfile.TemporaryDirectory(prefix="koiki-soak-") as folder:
        status = soak(Path(folder), chosen)
    robot.close_all()
    sys.exit(status)


if __name__ == "__main__":
    main()
