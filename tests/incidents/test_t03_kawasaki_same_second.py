"""T3. 川崎市, 2023-05-02 07:31: another person's 戸籍全部事項証明書.

Two people asked in two shops within one second; what was named by the second of its making was overwritten by the later
one.

Here two residents of one town ask for the same kind at two terminals, over two nodes, while the clock stands still.
Each gets their own certificate, and the two bear different numbers.

In the way: a 発行番号 is counted in the town's head row under its lock and never read from the clock (`take_number`);
the schema refuses a number that is there already (`UNIQUE`); sheets are named by their content and held by their
attempt, whose ids are random.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from app import clock
from app.issuance import service
from app.municipalities.partitions import Partition, partitions
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without
from tests.incidents.station import Station
from tests.incidents.world import RECORD, Card, World, assert_names, must, words_of

pytestmark = pytest.mark.timeout(240)
TOWN = "02"
NUMBER = re.compile(r"発行番号(\d{8}\D+\d{10})")


def scenario(world: World) -> None:
    cards = [world.somebody(TOWN, "neighbour") for _ in range(2)]
    stations = [world.station(number, world.nodes[number]) for number in range(2)]
    for station, card in zip(stations, cards, strict=True):
        station.sign_in(card)
    world.points.freeze(world.points.now())
    together = threading.Barrier(2)
    with world.inside(), ThreadPoolExecutor(2) as pool:
        printed = list(pool.map(lambda pair: _errand(together, *pair), zip(stations, cards, strict=True)))
    world.points.shift()
    must(all(printed), "one of the two gets nothing")
    for pdf, card in zip(printed, cards, strict=True):
        assert pdf is not None
        assert_names(pdf, card)
    numbers = [_number(pdf) for pdf in printed if pdf is not None]
    must(len(set(numbers)) == len(numbers), "two certificates bear one number")


def _errand(together: threading.Barrier, station: Station, _card: Card) -> bytes | None:
    together.wait(30)
    printed = station.errand(station.choose(RECORD))
    return printed[0] if printed else None


def _number(pdf: bytes) -> str:
    found = NUMBER.search(words_of(pdf)[0])
    assert found, "a sheet without a number"
    return found[1]


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_the_second(_p: Partition, town: str, _terminal: int, on: date) -> str:
        return f"{on:%Y%m%d} {town} 000 {int(clock.now().timestamp()) % 10_000_000:07d}"

    protection = Protection(service, "take_number", by_the_second)
    happens_without(local, monkeypatch, scenario, protection, before=lambda: _forget_unique(local))


def _forget_unique(local: LocalWorld) -> None:
    """The table of attempts as it would be without the rule that a number is used once."""
    partitions.dispose()
    town = local.cards["02-hoshimi-neighbour-1"].town
    with sqlite3.connect(local.home / "partitions" / f"{town}.db") as db:
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'attempt'").fetchone()
        bare = re.sub(r",\s*CONSTRAINT \w+ UNIQUE \(issue_number\)", "", sql)
        assert bare != sql
        for pragma in ("foreign_keys = OFF", "legacy_alter_table = ON"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("ALTER TABLE attempt RENAME TO attempt_before")
        db.execute(bare)
        db.execute("INSERT INTO attempt SELECT * FROM attempt_before")
        db.execute("DROP TABLE attempt_before")
    db.close()
