"""T8. 改印 on the day itself: the neighbour of 新潟市's failure. A new seal is registered at the counter at noon, and a
certificate that was ordered just before must not show the old one.

Here the seal is changed twice: between the order and the rendering, and between the payment and the printing. Nothing
leaves with the old imprint after the change, and asking anew gives the new imprint and only that.

In the way: the document, imprint and all, is made anew before money goes in and before the sheet leaves
(`check_still_allowed` at both places); the guard compares every picture on the sheet with the document, pixel by pixel.
"""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from PIL import Image

from app.certificates.pictures import ink_hash
from app.certificates.reading import read_pdf
from app.demo.drawing import draw_imprint
from app.issuance import granting, paying
from app.residents.registers import SEALS
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import Protection, happens_without, nothing
from tests.incidents.registers import cancel_seal, import_rows, seal_of
from tests.incidents.world import SEAL, Card, World, must

pytestmark = pytest.mark.timeout(300)


def scenario(world: World) -> None:
    card, station = world.somebody("01", "family"), world.station(0)
    station.sign_in(card)
    world.points.set("render", "wait")
    page = station.choose(SEAL)
    world.wait(lambda: world.points.came("render"), "the certificate is about to be made")
    old = change_seal(world, card, 1)
    world.points.let_go("render")
    _assert_without(station.errand(page), old)

    station.sign_in(card)
    station.pay(station.wait_until_ready(station.choose(SEAL)))
    older, old = old, change_seal(world, card, 2)
    _assert_without(station.print_all(), older, old)
    must(not world.ledger()[station.payment_key], "charged for nothing")

    station.sign_in(card)
    pdfs = station.errand(station.choose(SEAL))
    assert pdfs, "the new seal is not certified"
    _assert_without(pdfs, older, old)
    must(imprint_of(world, card) in inks_on(pdfs[0]), "not the imprint that is registered")


def change_seal(world: World, card: Card, variety: int) -> str:
    """改印 at the counter, now; the ink of the imprint that no longer counts."""
    old = imprint_of(world, card)
    before = cancel_seal(world, card, "改印")
    number = f"{before['印鑑登録番号']}-{variety}"
    imprint = {"印影": base64.b64encode(draw_imprint(card.name[:2], 900 + variety)).decode(), "登録方法": "即日"}
    sizes = dict.fromkeys(("印影の幅", "印影の高さ"), "")
    import_rows(world, card.town, SEALS, [before | imprint | sizes | {"印鑑登録番号": number}])
    return old


def imprint_of(world: World, card: Card) -> str:
    """The ink of the registered imprint."""
    return ink_of(base64.b64decode(seal_of(world, card)["印影"]))


def ink_of(png: bytes) -> str:
    with Image.open(BytesIO(png)) as image:
        return ink_hash(image)


def inks_on(pdf: bytes) -> set[str]:
    return {picture.ink for page in read_pdf(pdf) for picture in page.images}


def _assert_without(pdfs: list[bytes], *gone: str) -> None:
    for pdf in pdfs:
        must(not inks_on(pdf) & set(gone), "an imprint that is no longer registered")


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [Protection(place, "check_still_allowed", nothing) for place in (paying, granting)]
    happens_without(local, monkeypatch, scenario, *layers)
