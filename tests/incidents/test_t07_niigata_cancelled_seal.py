"""T7. 新潟市 (2023-05-12), さいたま市 (2021-10 to 2023-03), 熊本市 (2020-12 to 2023): 印鑑登録証明書 of seals that had
been cancelled: eleven certificates.

The link between the residents' system and the certificate server did not carry the cancellation.

Here a seal is cancelled at the counter while its certificate waits to be printed, and again asked for at once, with
worker and relay standing still. And the other way round: a town whose nightly file has not arrived for longer than it
allows certifies no seal at all, because a cancellation may be in it.

In the way: kiosks read the register itself and not a copy; the document is made anew before money goes in and before
the sheet leaves (`check_still_allowed`); and a register that is too old refuses (`is_register_old`, B24).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.certificates import eligibility
from app.issuance import granting
from app.municipalities import decisions
from app.residents.models import RegisterArrival
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.registers import cancel_seal
from tests.incidents.world import SEAL, World, must

pytestmark = pytest.mark.timeout(240)
TOWN = "04"
HOURS = 24


def scenario(world: World) -> None:
    cancelled_meanwhile(world)
    file_did_not_arrive(world)


def cancelled_meanwhile(world: World) -> None:
    card, station = world.somebody("02", "family", for_good=True), world.station(0)
    station.sign_in(card)
    page = station.wait_until_ready(station.choose(SEAL))
    station.pay(page)
    for name in ("worker", "relay"):
        world.pause(name)
    cancel_seal(world, card)
    must(not station.print_all(), "a certificate of a cancelled seal")
    station.sign_in(card)
    page = station.choose(SEAL)
    must("/kiosk/refused" in page.url, "a cancelled seal can be ordered")
    for name in ("worker", "relay"):
        world.go_on(name)
    must(not world.ledger()[station.payment_key], "charged for nothing")


def file_did_not_arrive(world: World) -> None:
    card, station = world.somebody(TOWN, "family"), world.station(1)
    with world.inside():
        decisions.set_switch("staff:test", card.town, "register_hours", str(HOURS), clock.today())
    with files_came(world, card.town, timedelta(hours=HOURS + 1)):
        station.sign_in(card)
        page = station.choose(SEAL)
        must("/kiosk/refused" in page.url, "certified by a register of the day before yesterday")
    station.sign_in(card)
    assert station.errand(station.choose(SEAL)), "refused although every file is there"


@contextmanager
def files_came(world: World, town: str, ago: timedelta) -> Iterator[None]:
    """As if every file had arrived so long ago; afterwards they come."""
    for since in (ago, timedelta(0)):
        with world.partition(town, write=True) as p:
            p.session.execute(sa.update(RegisterArrival).values(arrived_at=clock.now() - since))
        if since:
            yield


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    happens_without(local, monkeypatch, cancelled_meanwhile, Protection(granting, "check_still_allowed", nothing))


def test_without_the_limit_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    never_old = Protection(eligibility, "is_register_old", lambda *_: False)
    happens_without(local, monkeypatch, file_did_not_arrive, never_old)
