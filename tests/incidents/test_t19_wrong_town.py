"""One union, ten towns: what is A's must never be issued, priced, signed or read as B's.

A resident of A stands at a site of B: the certificate is A's, with A's mayor, seal and fee, and B keeps nothing. A is
stopped while its sheets wait: none of them leaves anywhere. B's partition is pointed at A's place, by a slip in the
settings or after a restore: not one row is read. On PostgreSQL the role of B may not even look at A's schema.

Layers: the issuer is the town of the register that was read, never of the terminal (`service._build`); one partition a
town, opened by its code, with a stamp (`building.check`) and a role of its own; the kill switch is asked again at the
grant (`rechecking`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from app.certificates.documents import Picture
from app.certificates.pictures import picture_hash
from app.config import Config
from app.issuance.models import Order
from app.municipalities import queries
from app.municipalities import service as municipalities
from app.municipalities.errors import WrongMunicipalityError
from app.municipalities.models import MemberState
from app.municipalities.partitions import Partitions
from app.municipalities.queries import IssuerFacts
from app.residents.models import PersonVersion
from tests.incidents.clerk import (
    RECHECK,
    STAFF,
    assert_it_happens,
    order_by_hand,
    pay_by_hand,
    pictures_on,
    terminal,
    words_on,
)
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import CODES, RECORD, World

pytestmark = pytest.mark.timeout(240)
A, B = CODES["hoshimi"], CODES["yukishiro"]
CARD = "02-hoshimi-citizen-card"
TITLE = "青嶺県星見市長"


def scenario(world: World) -> None:
    for part in (at_a_site_of_another_town, stopped_town, place_of_another_town):
        part(world)


def at_a_site_of_another_town(world: World) -> None:
    kept = count_orders(world, B)
    with terminal(world) as station:
        assert station.terminal_id.startswith("yukishiro")
        page = order_by_hand(station, world.cards[CARD])
        yen = world.order_of(world.cards[CARD], station.visit_id).yen
        pdf = pay_by_hand(station, page)
    with world.inside():
        issuer = queries.get_issuer(A, world.points.now())
        fees = {code: queries.get_ordinance(code, world.points.now().date()).fee(RECORD, "kiosk") for code in (A, B)}
    assert pdf is not None
    assert TITLE in words_on(pdf)[-1], "another town certifies"
    assert "".join(issuer.name.split()) in words_on(pdf)[-1]
    assert [image.ink for image in pictures_on(pdf)] == [ink(issuer)]
    assert yen == fees[A].yen != fees[B].yen
    assert count_orders(world, B) == kept


def stopped_town(world: World) -> None:
    """Somebody throws the switch while a sheet is paid for; then another resident of the town comes."""
    with terminal(world) as station, terminal(world, 6) as elsewhere:
        page = order_by_hand(station, world.cards[CARD])
        with world.inside():
            municipalities.set_member_state(STAFF, A, MemberState.SUSPENDED)
        try:
            assert pay_by_hand(station, page) is None, "a sheet of a town that is stopped"
            menu = elsewhere.sign_in(world.cards["02-hoshimi-family-head"])
            assert RECORD not in {value for _, value, _ in menu.form("/kiosk/choose").buttons}
        finally:
            with world.inside():
                municipalities.set_member_state(STAFF, A, MemberState.ACTIVE)


def place_of_another_town(world: World) -> None:
    """B's code leads to A's data, by a slip in the settings."""
    read: list[str] = []
    with mixed_up(world) as registry, suppress(WrongMunicipalityError), registry.open(B) as p:
        read = list(p.session.scalars(sa.select(PersonVersion.name).limit(1)))
    assert not read, "B has read a resident of A"


def role_of_another_town(world: World) -> None:
    """On PostgreSQL, whatever a programmer might write: B's role has no rights in A's schema."""
    stolen = sa.text(f"SELECT name FROM m{A}.person_version LIMIT 1")  # noqa: S608 our own code
    with world.partition(B) as p, pytest.raises(ProgrammingError, match="permission denied"):
        p.session.execute(stolen)


@contextmanager
def mixed_up(world: World) -> Iterator[Partitions]:
    """A registry in which B's place is A's; as a process would have it that starts now."""
    config: Config = world.app.config["KOIKI"]
    with world.inside():
        a, b = queries.get_member(A), queries.get_member(B)
    registry = Partitions()
    with TemporaryDirectory() as folder:
        if b.place_role is None:
            (Path(folder) / "partitions").mkdir()
            copy = Path(folder) / "partitions" / f"{B}.db"
            shutil.copy(config.home / "partitions" / f"{A}.db", copy)
            registry.configure(replace(config, home=Path(folder)), lambda _code: b)
        else:
            wrong = replace(b, place_schema=a.place_schema, place_role=a.place_role)
            registry.configure(config, lambda _code: wrong)
        try:
            yield registry
        finally:
            registry.dispose()


def count_orders(world: World, town: str) -> int:
    with world.partition(town) as p:
        return p.session.scalar(sa.select(sa.func.count()).select_from(Order)) or 0


def ink(who: IssuerFacts) -> str:
    return picture_hash(Picture(who.seal_png, who.seal_mm, who.seal_mm))


def test_survives(world: ProcessWorld) -> None:
    scenario(world)
    if world.engine == "postgresql":
        role_of_another_town(world)


def the_town_of_the_site(_code: str, at: datetime) -> IssuerFacts:
    """As a program has it in which "our town" is the one where it runs."""
    return queries.get_issuer(B, at)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    another, site = "another town certifies", the_town_of_the_site
    assert_it_happens(local, at_a_site_of_another_town, "app.certificates.service.get_issuer", site, another)
    asked, stopped = RECHECK, "of a town that is stopped"
    assert_it_happens(local, stopped_town, asked, lambda *_: None, stopped)
    stamp = "app.municipalities.building.check"
    assert_it_happens(local, place_of_another_town, stamp, lambda *_: None, "has read a resident")
