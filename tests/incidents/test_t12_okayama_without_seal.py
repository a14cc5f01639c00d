"""岡山市, 11 to 18 July 2023: fourteen 戸籍 certificates were handed out without 電子公印.

A new system, wrongly set up, and nobody looked at the sheets. A certificate without the seal of who was in office at
the instant of issue, or with another town's, must not leave a printer: a white image, an image of another town, nobody
in office, and the midnight at which a 職務代理者 takes over.

Layers: a seal that another town uses is refused when it is registered (`decisions`); a picture without ink, or half of
one, is never drawn (`pictures.check_picture`); who issues is chosen by the instant, and nobody is no issuer
(`queries.get_issuer`); the guard compares every pixel of the seal and its size with the document.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from PIL import Image

from app import clock
from app.certificates.documents import Picture
from app.certificates.pictures import picture_hash
from app.demo.drawing import OFFICIAL_MM, draw_official_seal
from app.issuance.models import CaseKind
from app.municipalities import decisions, queries
from app.municipalities.errors import BadValueError
from app.municipalities.models import Officeholder
from app.municipalities.queries import IssuerFacts
from app.municipalities.union import union_write
from app.residents.wareki import to_wareki
from tests.incidents.clerk import (
    STAFF,
    Missing,
    added_to_union,
    assert_it_happens,
    close_cases,
    get_by_hand,
    order_by_hand,
    pay_by_hand,
    pictures_on,
    shifted,
    terminal,
    words_on,
)
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import CODES, RECORD, World

pytestmark = pytest.mark.timeout(240)
TOWN, OTHER_TOWN = CODES["shirakaba"], CODES["hoshimi"]
CARD, OTHER_CARD = "04-shirakaba-family-head", "04-shirakaba-family-wife"
TITLE = "青嶺県北青嶺郡白樺町長職務代理者副町長"


def scenario(world: World) -> None:
    for part in (a_white_seal, the_seal_of_another_town, nobody_in_office, midnight):
        part(world)


def a_white_seal(world: World) -> None:
    """The image lost its ink on the way into the new system."""
    white = io.BytesIO()
    Image.new("1", (200, 200), 1).save(white, "PNG")
    with added_to_union(world, acting("白井　進", white.getvalue(), world.points.now())):
        pdf = get_by_hand(world, world.cards[CARD])
        assert pdf is None, "a certificate without a seal came out"
        assert world.cases(TOWN, CaseKind.RENDER_FAILED), "and nobody was told"
    close_cases(world, TOWN)


def the_seal_of_another_town(world: World) -> None:
    """The folder of images held those of all towns, and a person took the wrong one."""
    own, wrong = issuer(world, TOWN), issuer(world, OTHER_TOWN)
    with new_officeholders_leave_again(world):
        with suppress(BadValueError), world.inside():
            sealed = (wrong.seal_png, wrong.seal_mm)
            decisions.add_officeholder(
                STAFF, TOWN, TITLE, "白井　進", sealed, (world.points.now(), None), is_acting=True
            )
        pdf = get_by_hand(world, world.cards[CARD])
        assert pdf is not None
        assert seals(pdf) == [ink(own)], "the seal of another town"


def nobody_in_office(world: World) -> None:
    """The mayor's time is over, and the next one was not entered."""
    before = len(world.attempts(TOWN))
    with terminal(world) as station, mayor_until(world, world.points.now()):
        page = station.sign_in(world.cards[CARD])
        data = page.form("/kiosk/choose").data(RECORD)
        answer = station.browser.client.post(urljoin(page.url, "/kiosk/choose"), data=data)
        assert len(world.attempts(TOWN)) == before, "a certificate in the name of nobody who is in office"
        assert answer.status_code == 503
        assert "ただいまご利用になれません" in answer.text


def midnight(world: World) -> None:
    """Ordered at 23:59, printed at 0:00: by the mayor, under the date of the order. The next one is by the deputy."""
    mayor = issuer(world, TOWN)
    today = world.points.now().date()
    twelve = datetime.combine(today + timedelta(days=1), datetime.min.time(), clock.JST)
    stamp = draw_official_seal("白樺町長職務代理者印")
    deputy_comes = added_to_union(world, acting("白井　進", stamp, twelve))
    evening = twelve - timedelta(seconds=40) - world.points.now()
    with deputy_comes, terminal(world) as station, shifted(world, evening):
        with world.inside():
            page = order_by_hand(station, world.cards[CARD])
        world.points.shift(seconds=evening.total_seconds() + 50)
        with world.inside():
            first = pay_by_hand(station, page)
            second = get_by_hand(world, world.cards[OTHER_CARD], number=6)
        deputy = issuer(world, TOWN, twelve)
    for pdf, who, day in ((first, mayor, today), (second, deputy, twelve.date())):
        assert pdf is not None
        last = words_on(pdf)[-1]
        assert squeeze(who.title + who.name) in last, "not who was in office"
        assert squeeze(to_wareki(day)) in last
        assert seals(pdf) == [ink(who)], "not the seal of who was in office"
    assert (mayor.is_acting, deputy.is_acting) == (False, True)


# --- What was arranged ----------------------------------------------------------------------------------------------


def issuer(world: World, town: str, at: datetime | None = None) -> IssuerFacts:
    with world.inside():
        return queries.get_issuer(town, at or world.points.now())


def acting(name: str, png: bytes, since: datetime) -> Officeholder:
    """A row as a damage or a migration would write it."""
    seal = {"seal_png": png, "seal_mm": OFFICIAL_MM}
    return Officeholder(municipality=TOWN, title=TITLE, name=name, is_acting=True, valid_from=since, **seal)


@contextmanager
def new_officeholders_leave_again(world: World) -> Iterator[None]:
    with world.inside(), union_write() as session:
        newest = session.scalar(sa.select(sa.func.max(Officeholder.officeholder_id)))
    try:
        yield
    finally:
        with world.inside(), union_write() as session:
            session.execute(sa.delete(Officeholder).where(Officeholder.officeholder_id > newest))


@contextmanager
def mayor_until(world: World, ends: datetime) -> Iterator[None]:
    def set_end(until: datetime | None) -> None:
        with world.inside(), union_write() as session:
            session.execute(sa.update(Officeholder).filter_by(municipality=TOWN).values(valid_until=until))

    set_end(ends)
    try:
        yield
    finally:
        set_end(None)


def seals(pdf: bytes) -> list[str]:
    return [image.ink for image in pictures_on(pdf)]


def ink(who: IssuerFacts) -> str:
    return picture_hash(Picture(who.seal_png, who.seal_mm, who.seal_mm))


def squeeze(text: str) -> str:
    return "".join(text.split())


# --- The tests ------------------------------------------------------------------------------------------------------


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def whoever_was_in_office_first(code: str, _at: datetime) -> IssuerFacts:
    """As a cache would say that is never asked to forget."""
    query = sa.select(Officeholder).filter_by(municipality=code).order_by(Officeholder.valid_from).limit(1)
    with union_write() as session:
        row = session.scalars(query).one()
        return IssuerFacts(**{name: getattr(row, name) for name in asdict(IssuerFacts("", "", b"", 0.0, False))})


WITHOUT: list[Missing] = [
    (a_white_seal, "app.certificates.rendering.check_picture", lambda _p: None, "without a seal"),
    (the_seal_of_another_town, "app.municipalities.decisions._check_own_seal", lambda *_: None, "of another town"),
    (nobody_in_office, "app.certificates.service.get_issuer", whoever_was_in_office_first, "in the name of nobody"),
    (midnight, "app.certificates.service.get_issuer", whoever_was_in_office_first, "not who was in office"),
]


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    for missing in WITHOUT:
        assert_it_happens(local, *missing)
