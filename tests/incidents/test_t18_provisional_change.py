"""仮登録: a notification was taken and entered, and nobody has decided on it yet (標準仕様書 4.0.8).

What it says may be wrong, or may never come to be. Until the decision the certificate shows the state before it, or the
town has its residents wait; it never shows the new data, in whole or in part.

Layers: a provisional version can never be the current one (CHECK `provisional_is_never_current`); reads hand out
current versions alone (`queries._list_living`, `_find_current`); a rule of the catalogue lets a town wait (B04); the
recheck before printing sees a change that comes while the sheet waits for its money.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.certificates import eligibility
from app.municipalities.partitions import Partition
from app.residents.models import PersonVersion
from app.residents.vocabularies import ResidentStatus
from tests.incidents.clerk import RECHECK, added, assert_it_happens, pay_by_hand, subject_of, terminal, words_on
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, World

pytestmark = pytest.mark.timeout(240)
PRINTS_OLD, WAITS = "04-shirakaba-family-wife", "02-hoshimi-family-wife"
NEW_NAME = "仮田　登録子"


def scenario(world: World) -> None:
    for part in (old_data, waiting, no_sheet_mixes_old_and_new):
        part(world)


def old_data(world: World) -> None:
    """In a town that prints the old state."""
    pdf = ask_while_provisional(world, PRINTS_OLD)
    assert pdf is not None
    said = "".join(words_on(pdf))
    assert "仮田登録子" not in said, "what nobody has decided on"
    assert world.cards[PRINTS_OLD].name in said


def waiting(world: World) -> None:
    """In a town that has its residents wait."""
    assert ask_while_provisional(world, WAITS) is None, "the town did not wait"


def no_sheet_mixes_old_and_new(world: World) -> None:
    """Entered between the order and the print, in the town that waits."""
    card = world.cards[WAITS]
    with terminal(world) as station:
        station.sign_in(card)
        page = station.wait_until_ready(station.choose(RECORD))
        with added(world, card.town, provisional(world, card.town, subject_of(world, card.town, station.visit_id))):
            pdf = pay_by_hand(station, page)
    assert pdf is None, "the town did not wait for what came meanwhile"


def ask_while_provisional(world: World, name: str) -> bytes | None:
    card = world.cards[name]
    with terminal(world) as station:
        station.sign_in(card)
        with added(world, card.town, provisional(world, card.town, subject_of(world, card.town, station.visit_id))):
            return pay_by_hand(station, station.wait_until_ready(station.choose(RECORD)))


def provisional(world: World, town: str, atena_no: str) -> PersonVersion:
    """What the counter has entered: another name, not decided on."""
    with world.partition(town) as p:
        now = p.session.scalars(sa.select(PersonVersion).filter_by(atena_no=atena_no, is_current=True)).one()
        old = {column.key: getattr(now, column.key) for column in sa.inspect(PersonVersion).columns}
    new = {"name": NEW_NAME, "individual_number": None, "resident_code": None}
    return PersonVersion(
        **old | new | {"history_no": old["history_no"] + 1, "is_current": False, "is_provisional": True}
    )


def the_newest_of_each(p: Partition, setai_no: str) -> list[PersonVersion]:
    """As a query says that asks for the latest history number."""
    rows = sa.select(PersonVersion).filter_by(setai_no=setai_no, status=ResidentStatus.RESIDENT)
    wanted = rows.where(PersonVersion.is_current | PersonVersion.is_provisional).order_by(PersonVersion.history_no)
    return list({row.atena_no: row for row in p.session.scalars(wanted)}.values())


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_the_schema_refuses_a_provisional_version_as_the_current_one(world: ProcessWorld) -> None:
    town = world.cards[WAITS].town
    change = sa.update(PersonVersion).where(PersonVersion.is_current).values(is_provisional=True)

    def make_all_provisional() -> Any:
        with world.partition(town, write=True) as p:
            p.session.execute(change)

    with pytest.raises(IntegrityError):
        make_all_provisional()


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    rules = tuple(rule for rule in eligibility.RULES if rule.applies is not eligibility._has_provisional_change)
    newest, undecided = the_newest_of_each, "what nobody has decided on"
    assert_it_happens(local, old_data, "app.residents.queries._list_living", newest, undecided)
    assert_it_happens(local, waiting, "app.certificates.eligibility.RULES", rules, "the town did not wait")
    meanwhile = "for what came meanwhile"
    assert_it_happens(local, no_sheet_mixes_old_and_new, RECHECK, lambda *_: None, meanwhile)
