"""津山市, 2024 (広域交付): a nephew was given his uncle's 戸籍. Whether he was entitled to it was not looked at.

At a kiosk nobody can name another person's register at all. What remains are those who once belonged to it: divorced,
and gone from the 戸籍; moved out of the household; somebody whose page was opened before the clerk entered the change.
What they hold in their hand afterwards is about themselves alone, or nothing.

Layers: a request is made for the cardholder and for nobody else (`SubjectMismatchError`); rules ask who stands in the
register now (B20, R01) and who lives in the household now (B02); lists on a page are marked, and a mark of another list
is refused; the recheck before printing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa

from app.certificates import eligibility
from app.municipalities.partitions import Partition
from app.residents import family_queries
from app.residents.family_models import FamilyMember, FamilyRegister
from app.residents.models import PersonVersion
from tests.incidents.clerk import assert_it_happens, changed, pay_by_hand, subject_of, terminal, words_on
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.station import Station
from tests.incidents.world import RECORD, World

pytestmark = pytest.mark.timeout(240)
WIFE, HUSBAND = "02-hoshimi-family-wife", "02-hoshimi-family-head"
MARRIED_OUT = "02-hoshimi-left-register"
FAMILY = ("family_register_full", "family_register_individual", "family_register_addresses")


def scenario(world: World) -> None:
    for part in (divorced, married_out, moved_out, page_left_standing):
        part(world)


def divorced(world: World) -> None:
    """She still lives in the town and still stands on the paper, crossed out: 除籍 entitles to nothing at a machine."""
    card = world.cards[WIFE]
    with terminal(world) as station:
        station.sign_in(card)
        me = subject_of(world, card.town, station.visit_id)
        with world.partition(card.town) as p:
            key = p.session.scalars(sa.select(FamilyMember).filter_by(atena_no=me, is_standing=True)).one()
            own = sa.select(FamilyMember).filter_by(family_no=key.family_no, member_no=key.member_no)
        with changed(world, card.town, own, is_removed=True, is_standing=False):
            get_nothing(world, station, FAMILY)


def married_out(world: World) -> None:
    """The parents' 戸籍 is kept here; hers is in another town since she married."""
    with terminal(world) as station:
        station.sign_in(world.cards[MARRIED_OUT])
        get_nothing(world, station, FAMILY)


def get_nothing(world: World, station: Station, kinds: tuple[str, ...]) -> None:
    town = world.cards[WIFE].town
    before = len(world.attempts(town))
    for kind in kinds:
        page = station.wait_until_ready(station.choose(kind))
        pdf = pay_by_hand(station, page)
        assert pdf is None, "the register of a family that is no longer theirs"
        assert "/kiosk/refused" in page.url
        assert "rule=B20" in page.url
    assert len(world.attempts(town)) == before


def moved_out(world: World) -> None:
    """She lives by herself now: 「世帯全員」 is she alone, and nobody else can be chosen."""
    husband, card = world.cards[HUSBAND], world.cards[WIFE]
    with terminal(world) as station:
        station.sign_in(card)
        with living_apart(world, station):
            assert husband.name not in "".join(station.browser.get(options(station)).html.split())
            pdf = pay_by_hand(station, station.wait_until_ready(station.choose(RECORD)))
    assert pdf is not None
    said = "".join(words_on(pdf))
    assert card.name in said
    assert husband.name not in said, "somebody of the household that was left"


def page_left_standing(world: World) -> None:
    """The page with the husband's name was opened before the clerk entered the move; she ticks him now."""
    card = world.cards[WIFE]
    before = len(world.attempts(card.town))
    with terminal(world) as station:
        station.sign_in(card)
        page = station.browser.get(options(station))
        form = page.form("/kiosk/options")
        with living_apart(world, station):
            data = form.data() | {"scope": "some", "person": ["1", "2"]}
            answer = station.browser.client.post(urljoin(page.url, form.action), data=data)
            assert answer.status_code == 422
            assert "えらべる内容が変わりました" in answer.text
    assert len(world.attempts(card.town)) == before, "somebody of the household that was left"


def options(station: Station) -> str:
    return f"{station.url}/kiosk/options?kind={RECORD}"


@contextmanager
def living_apart(world: World, station: Station) -> Iterator[None]:
    """転居 and 世帯分離 of who is signed in."""
    card = world.cards[WIFE]
    me = subject_of(world, card.town, station.visit_id)
    version = sa.select(PersonVersion).filter_by(atena_no=me, is_current=True)
    with world.partition(card.town) as p:
        own = {"household_head": p.session.scalars(version).one().name, "relationship": "世帯主"}
    with changed(world, card.town, version, setai_no="t14", address_detail="若葉荘１０１号室", **own):
        yield


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def family_of_whoever_was_ever_in_it(p: Partition, atena_no: str, serial: int) -> family_queries._Family | None:
    """As a query says that looks for a name and not for who stands there now."""
    ever = sa.select(FamilyMember.family_no).where(FamilyMember.atena_no == atena_no)
    register = p.session.scalars(sa.select(FamilyRegister).where(FamilyRegister.family_no.in_(ever))).first()
    assert register is not None
    members = p.session.scalars(sa.select(FamilyMember).filter_by(family_no=register.family_no)).all()
    return family_queries._Family(register, members, (), serial)


def test_without_protection_it_happens(local: LocalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the read alone out, the rule holds; with both out, it happens."""
    survives(local, scenario)
    monkeypatch.setattr(family_queries, "_find_family", family_of_whoever_was_ever_in_it)
    divorced(local)
    rules = tuple(rule for rule in eligibility.RULES if rule.code not in {"B20", "R01"})
    assert_it_happens(local, divorced, "app.certificates.eligibility.RULES", rules, "no longer theirs")
