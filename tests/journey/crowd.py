"""Many residents at once: one lane a terminal, one resident after the other in it, all lanes at the same time."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.journey.installation import Installation
from tests.journey.robot import Browser, JourneyError, Resident

OPEN_DAY_AND_NIGHT = ("01", "02", "04")  # towns of the demo that issue at any hour
ORDINARY = re.compile(r"\d\d-\w+-(neighbour-\d+|family-head|family-wife)\.json")
KINDS = ("resident_record", "seal_registration")
LABEL = re.compile(r"】(.+?)：")
PATIENCE_SECONDS = 120.0


@dataclass
class Trip:
    """One resident's errand, and what they hold in their hand afterwards."""

    card_id: str
    name: str
    kind: str
    files: list[Path] = field(default_factory=list)
    trouble: str = ""


def ordinary_cards(installation: Installation) -> dict[str, str]:
    """Card → name of its holder, as the card's own label says; only of towns that are open now."""
    folder = installation.home / "tray" / "cards"
    files = [f for f in sorted(folder.glob("*.json")) if f.name[:2] in OPEN_DAY_AND_NIGHT and ORDINARY.match(f.name)]
    labels = {f.stem: LABEL.search(json.loads(f.read_text())["label"]) for f in files}
    return {card: found[1].replace("　", "") for card, found in labels.items() if found}


def cards_of_all_towns(installation: Installation) -> list[tuple[str, str]]:
    """(card, name of its holder as the card has it), whatever the hour; names that two have are left out."""
    files = [f for f in sorted((installation.home / "tray" / "cards").glob("*.json")) if ORDINARY.match(f.name)]
    labels = ((f.stem, LABEL.search(json.loads(f.read_text())["label"])) for f in files)
    found = [(card, match[1]) for card, match in labels if match]
    times = Counter(name for _, name in found)
    return [(card, name) for card, name in found if times[name] == 1]


def plan(installation: Installation, journeys: int, lanes: int) -> list[list[Trip]]:
    """Who goes where: a card is never in two lanes, as a card is never in two places."""
    cards = sorted(ordinary_cards(installation).items())
    random.Random(7).shuffle(cards)
    assert len(cards) >= lanes, "too few cards"
    found: list[list[Trip]] = [[] for _ in range(lanes)]
    for number in range(journeys):
        lane = number % lanes
        own = cards[lane::lanes]
        card, name = own[(number // lanes) % len(own)]
        kind = KINDS[0] if "neighbour" in card else KINDS[number % 2]
        found[lane].append(Trip(card, name, kind))
    return found


def walk(installation: Installation, lanes: list[list[Trip]], folder: Path) -> list[Trip]:
    """Send everybody; returns when all lanes are empty."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        for future in [
            pool.submit(_lane, url, lane, folder) for url, lane in zip(installation.agent_urls, lanes, strict=False)
        ]:
            future.result()
    return [trip for lane in lanes for trip in lane]


def _lane(agent_url: str, trips: list[Trip], folder: Path) -> None:
    for number, trip in enumerate(trips):
        own = folder / f"{agent_url.rsplit(':', maxsplit=1)[-1]}-{number}"
        own.mkdir()
        resident = Resident(agent_url, trip.card_id, "1234", Browser(PATIENCE_SECONDS))
        try:
            resident.take_one(trip.kind, own)
        except JourneyError as error:
            trip.trouble = str(error)
            resident.desk.take_card()
            resident.desk.take_sheets()
        trip.files = sorted(own.glob("*.pdf"))


class Disturbance:
    """Does something unkind again and again, at random moments, until the block ends."""

    def __init__(self, deed: Callable[[int], None], between: tuple[float, float]) -> None:
        self.deeds = 0
        self._deed, self._between = deed, between
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Disturbance:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        dice = random.Random(11)
        while not self._over.wait(dice.uniform(*self._between)):
            self._deed(dice.randrange(1000))
            self.deeds += 1


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.5)
