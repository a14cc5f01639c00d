"""The crash matrix: lanes side by side, each with a terminal, a portal process and a printer of its own.

`run` plays cases and gives what became of each; `table` shows it. The databases, the issuance worker, the relay and the
payment devices are shared by all lanes, as they are in a real union.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
from flask import Flask

from app import create_app, serve
from tests.journey import truth
from tests.journey.attendant import Attendant
from tests.journey.crowd import LABEL, cards_of_all_towns
from tests.journey.fleet import open_day_and_night
from tests.journey.installation import Installation
from tests.journey.reading import Readings
from tests.matrix.cases import Case, dealt
from tests.matrix.lane import Lane, Nursery, Part, nurseries
from tests.matrix.paper import TrayDesk
from tests.matrix.play import Outcome, Player
from tests.printing.box import Bus, until

Tell = Callable[[Outcome], None]
UNPLAYED = 0.04


def run(
    installation: Installation, folder: Path, cases: Sequence[Case], lanes: int = 4, tell: Tell = lambda _outcome: None
) -> list[Outcome]:
    """Every case once; `tell` hears of each as it ends."""
    open_day_and_night(installation)
    app = create_app(installation.config, surfaces=())
    found: list[Outcome] = []
    with running(installation, folder, lanes, app) as players:
        threads = [
            threading.Thread(target=_play, args=(app, player, own, found, tell))
            for player, own in zip(players, dealt(cases, lanes), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return found


def _play(app: Flask, player: Player, cases: Sequence[Case], found: list[Outcome], tell: Tell) -> None:
    with app.app_context():
        for case in cases:
            try:
                outcome = player.play(case)
            except Exception as error:
                outcome = Outcome(case, wrong=[f"the case could not be played: {type(error).__name__} {error}"])
            found.append(outcome)
            tell(outcome)


@contextmanager
def running(installation: Installation, folder: Path, lanes: int, app: Flask) -> Iterator[list[Player]]:
    """Everything started; ended whatever happens."""
    with ExitStack() as stack:
        devices = serve.devices_part(installation.config, installation.environ)
        stack.callback(devices.stop)
        stack.callback(devices.ask_to_stop)
        devices.start()
        url = installation.home / "devices" / "url"
        until(url.exists, "the payment devices", 60)
        portal, agents = stack.enter_context(nurseries(installation.environ))
        bus = Bus(folder)
        stack.callback(bus.close)
        shared = {kind: _shared(kind, portal, installation) for kind in ("worker", "relay", "reconcile")}
        players = []
        for number, own in enumerate(_folders(installation, lanes)):
            cards = cards_of_all_towns(installation)
            random.Random(3).shuffle(cards)
            lane = Lane(installation, own, cards[number::lanes], portal, agents, bus)
            stack.callback(lane.close)
            lane.start()
            players.append(Player(lane, shared, _attendant(app, lane, url.read_text().strip()), _large(installation)))
        for part in shared.values():
            part.revive()
            stack.callback(part.end)
        yield players


def _large(installation: Installation) -> tuple[str, str]:
    """The card of somebody whose household needs three sheets, and the name on it."""
    (card,) = (installation.home / "tray" / "cards").glob("*-household-of-ten.json")
    found = LABEL.search(json.loads(card.read_text())["label"])
    assert found is not None
    return card.stem, found[1]


def _shared(kind: str, nursery: Nursery, installation: Installation) -> Part:
    return Part(kind, nursery, installation.home / f"points-{kind}", installation.environ)


def _folders(installation: Installation, lanes: int) -> list[Path]:
    return serve.agent_folders(installation.config)[:lanes]


class LaneAttendant(Attendant):
    """Of one lane: the printer is a real one, and the hands at the payment devices reach around the agent."""

    lane: Lane
    gateway: str

    def hands(self, terminal_id: str, action: str, **words: str) -> None:
        token = (self.lane.installation.home / "devices" / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        httpx.post(f"{self.gateway}/hands/{terminal_id}/{action}", json=words, headers=headers, timeout=10)

    def sheets_out(self, folder: Path, attempt_id: str) -> int:
        return sum(slip["name"] == attempt_id for slip in self.lane.box.tray())  # never what the sensor says

    def refill(self, desk: object) -> None:
        self.lane.box.load(250)


def _attendant(app: Flask, lane: Lane, gateway: str) -> LaneAttendant:
    kept = partial(truth.kept_by, lane.installation)
    made = LaneAttendant(app, [lane.folder], Readings(), kept, lambda _folder: TrayDesk(lane.agent_url, exit=lane.exit))
    made.lane, made.gateway = lane, gateway
    return made


def table(found: Sequence[Outcome]) -> list[str]:
    """How the cases ended, by what went wrong beside the death (a case of two faults stands in two lines), by sensor,
    and by what was ordered; `lied`: the printer said that it had printed, and no sensor knew better.
    """
    ends = sorted({end for outcome in found for end in outcome.ends})
    head = f"{'':28}{'cases':>7}{'played':>8}" + "".join(f"{end:>13}" for end in ends)
    lines = [head + f"{'residents':>11}{'verdicts':>10}{'lied':>6}{'wrong':>7}"]
    words = dict.fromkeys(word for outcome in found for word in _words(outcome.case))
    rows = {word: [outcome for outcome in found if word in _words(outcome.case)] for word in words}
    for word, own in (rows | {"all": list(found)}).items():
        counts = Counter(end for outcome in own for end in outcome.ends)
        lines.append(
            f"{word:28}{len(own):7}{len(own) - len(unplayed(own)):8}" + "".join(f"{counts[end]:13}" for end in ends)
            + f"{sum(o.residents for o in own):11}{sum(o.verdicts for o in own):10}{sum(o.lies for o in own):6}"
            + f"{sum(bool(o.wrong) for o in own):7}"
        )  # fmt: skip
    return lines


def _words(case: Case) -> tuple[str, ...]:
    return (*case.faults, case.sensor, case.size, *(["left in the tray"] if case.leaves else []))


def unplayed(found: Sequence[Outcome]) -> list[Outcome]:
    """In which nobody died, no line was cut or no fault was met: such a case shows nothing, and must not be hidden."""
    return [outcome for outcome in found if outcome.missed]


def is_played(found: Sequence[Outcome]) -> bool:
    """But for very few."""
    return len(unplayed(found)) <= UNPLAYED * len(found)
