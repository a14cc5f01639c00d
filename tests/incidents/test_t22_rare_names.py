"""Names that a font, a form or a print server does not know: 葛󠄃 with a selector, 𣘺 beyond the basic plane, 60 letters,
a household of ten, thirty parcels of land.

On paper every one of them stands as it is recorded: no box in its place (tofu), no silent other form of the character,
no name cut at the end of a cell, no page that breaks inside a person or lacks its number. What cannot be printed as
recorded is refused before any money. Read from the file that lay in the printer's spool, in what it says and in the
glyphs that it draws.

Layers: the import keeps what was recorded, code point by code point; a text that the font lacks or no cell holds is
refused (B10, `fitting`); every glyph is compared with the text by the guard, as is the count and order of pages.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa

from app.certificates import composing
from app.certificates.reading import PageText, read_pdf, shows
from app.residents import queries
from app.residents.characters import is_selector
from app.residents.facts import PersonFacts
from app.residents.family_models import FamilyMember, FamilyRegister
from app.residents.tax_models import Property
from tests.incidents.clerk import assert_it_happens, order_by_hand, terminal
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, World
from tests.journey.robot import Page, Resident

pytestmark = pytest.mark.timeout(300)
REGISTER, PROPERTY = "family_register_full", "property"
TOFU = chr(0xF0000)  # glyph 0 of a font: a box where it has nothing


def scenario(world: World) -> None:
    for part in (a_variant, a_register_of_variants, sixty_letters, household_of_ten, thirty_parcels, refused):
        part(world)


def a_variant(world: World) -> None:
    assert_household_stands(world, "02-hoshimi-variant-name", sheets=1)


def sixty_letters(world: World) -> None:
    assert_household_stands(world, "01-wakakusa-long-latin-name", sheets=1)


def household_of_ten(world: World) -> None:
    assert_household_stands(world, "01-wakakusa-household-of-ten", sheets=3)


def assert_household_stands(world: World, card_id: str, sheets: int) -> None:
    """Everybody with name and date of birth on one sheet."""
    pages, who = print_at_kiosk(world, card_id, lambda resident, menu: resident.order(menu, RECORD))
    assert_set(pages, sheets)
    with world.partition(world.cards[card_id].town) as p:
        household = queries.find_household_of(p, who)
    assert household is not None
    for member in household.members:
        assert any(stands(page, member) for page in pages), "not as it is recorded, or torn apart"


def stands(page: PageText, person: PersonFacts) -> bool:
    names = filter(None, (person.name, person.name_latin))
    return all(shows(page, text) for text in (*names, composing.birth_date_of(person)))


def a_register_of_variants(world: World) -> None:
    """逢󠄃藤󠄃, 葛󠄃子, 榊󠄂, and 𣘺本 in an entry."""
    card_id = "01-wakakusa-register-variant-names"
    pages, who = print_at_kiosk(world, card_id, lambda resident, menu: resident.order(menu, REGISTER))
    with world.partition(world.cards[card_id].town) as p:
        own = p.session.scalars(sa.select(FamilyMember).filter_by(atena_no=who, is_standing=True)).one()
        surname = p.session.get_one(FamilyRegister, own.family_no).surname
        given = p.session.scalars(sa.select(FamilyMember.given_name).filter_by(family_no=own.family_no)).all()
    assert sum(is_selector(letter) for letter in surname + "".join(given)) >= 4
    assert_set(pages, len(pages))
    assert any(shows(page, "\U0002363a本") for page in pages)
    for text in (surname, *given):
        assert any(shows(page, text) for page in pages), "not as it is recorded"


def thirty_parcels(world: World) -> None:
    """Every parcel once, on as many sheets as they need."""
    card_id = "01-wakakusa-thirty-parcels"
    pages, who = print_at_kiosk(world, card_id, order_all_parcels)
    assert len(pages) > 1
    assert_set(pages, len(pages))
    with world.partition(world.cards[card_id].town) as p:
        newest = sa.select(sa.func.max(Property.fiscal_year)).filter_by(atena_no=who).scalar_subquery()
        own = sa.select(Property).filter_by(atena_no=who, is_current=True).where(Property.fiscal_year == newest)
        parcels = p.session.scalars(own).all()
    assert len(parcels) == 31
    for parcel in parcels:
        told = [text for text in (parcel.number, f"{parcel.assessed_yen:,}") if text]
        assert any(all(shows(page, text) for text in told) for page in pages), "a parcel that is not there"


def order_all_parcels(resident: Resident, menu: Page) -> Page:
    page = resident.browser.get(urljoin(menu.url, f"/kiosk/options?kind={PROPERTY}"))
    every = [str(n) for n in range(1, 1 + page.html.count('name="pick"'))]
    page = resident.browser.submit(page, "/kiosk/options", pick=every)  # type: ignore[arg-type]
    return resident.browser.wait_for(page.url, lambda p: p.has_form("/kiosk/pay") or "/confirm" not in p.url, "a price")


def refused(world: World) -> None:
    """A pair of character and selector that the font lacks: nothing else is printed instead."""
    with terminal(world) as station:
        page = order_by_hand(station, world.cards["01-wakakusa-missing-variant"])
        assert "reference=N-" in page.url


def print_at_kiosk(world: World, card_id: str, order: Callable[[Resident, Page], Page]) -> tuple[list[PageText], str]:
    """What lay in the printer's spool, read; and whose it is."""
    resident = world.resident(world.cards[card_id])
    page = order(resident, resident.sign_in())
    assert page.has_form("/kiosk/pay"), "it could not be ordered"
    papers = world.print_out(resident, page)
    assert len({paper.attempt_id for paper in papers}) == 1
    pages = read_pdf(papers[0].pdf)
    assert [paper.sheet for paper in papers] == [page.number for page in pages]
    copy, _order = world.attempts(world.cards[card_id].town)[papers[0].attempt_id]
    return pages, copy.subject


def assert_set(pages: list[PageText], sheets: int) -> None:
    """So many sheets, numbered, sealed on the last one alone, and no box on any."""
    assert len(pages) == sheets
    for page in pages:
        assert f"{page.number}/{sheets}" in page.plain
        assert TOFU not in page.drawn, "a box in the place of a character"
        assert bool(page.images) is (page is pages[-1])


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def without_selectors(person: PersonFacts) -> str:
    """As a program has it that tidies texts."""
    return "".join(letter for letter in real_name_of(person) if not is_selector(letter))


real_name_of = composing.name_of


def test_without_protection_it_happens(local: LocalWorld) -> None:
    survives(local, scenario)
    used = "app.certificates.items.name_of"
    assert_it_happens(local, a_variant, used, without_selectors, "not as it is recorded")
