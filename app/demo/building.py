"""Builds the whole demo, by the same services and the same import that a real union would use."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from app import clock
from app.config import Config
from app.demo import ordinances, staff, terminals
from app.demo.cards import CardBox
from app.demo.cases import CardWish
from app.demo.cast import invent_cast, invent_neighbours
from app.demo.files import import_book
from app.demo.kinship import write_families
from app.demo.ordinary import fill
from app.demo.people import FISCAL_YEAR, Book, invent
from app.demo.taxes import assess
from app.demo.towns import PREFECTURE, TOWNS, UNION, UNION_ENGLISH, Town, populations
from app.municipalities import service

ACTOR = "demo"
LEAST_RESIDENTS = 200
TAXES_FIXED = 6  # the month
Tell = Callable[[str], None]


def build(config: Config, seed: int, residents: int, neighbours: int, tell: Tell, kiosks: int = 1) -> int:
    """Make union, towns, people, cards and terminals; give the number of residents. `tell` hears of each step.

    A town is never smaller than its cast: with few `residents` there are some more. `kiosks` are those of each town.
    """
    service.init_union(ACTOR, UNION, UNION_ENGLISH, "000-000-0000")
    box = CardBox(config.home / "tray" / "cards", ACTOR)
    box.pin_roots()
    wanted = populations(residents)
    total = 0
    for town in TOWNS:
        book = _build_town(config, town, seed, wanted[town.code], (box, neighbours))
        for number in range(1, kiosks + 1):
            terminals.add_kiosk(ACTOR, config, town, number)
        total += book.residents
        tell(f"{town.code} {town.name}: {book.residents:,} residents, {len(book.seals):,} seals")
    staff.add_staff(ACTOR)
    box.publish_revocations()
    return total


def invent_town(
    town: Town, seed: int, residents: int, neighbours: int = 0, year: int = FISCAL_YEAR
) -> tuple[Book, list[CardWish]]:
    """The people of a town and the cards of its cast; nothing is stored. `year`: the newest of the tax registers."""
    book = invent(town, seed, year)
    wishes = invent_cast(book)
    fill(book, residents)
    write_families(book)
    assess(book)
    return book, wishes + invent_neighbours(book, neighbours)


def _build_town(config: Config, town: Town, seed: int, residents: int, cards: tuple[CardBox, int]) -> Book:
    box, neighbours = cards
    more = {"name_kana": town.kana, "name_en": town.english, "district": town.district}
    service.add_member(ACTOR, town.code, town.name, PREFECTURE, **more, phone=f"000-000-{town.number}0")
    ordinances.decide(ACTOR, town, seed)
    ordinances.add_places(ACTOR, town)
    book, wishes = invent_town(town, seed, residents, neighbours, _newest_year())
    with tempfile.TemporaryDirectory(prefix="koiki-demo-") as folder:
        import_book(book, Path(folder), ACTOR, config.secrets.register)
    for wish in wishes:
        box.add(town, wish)
    return book


def _newest_year() -> int:
    """The last fiscal year of which the taxes are fixed and vehicles paid for: so that a demo is always of today."""
    today = clock.today()
    return today.year if today.month >= TAXES_FIXED else today.year - 1
