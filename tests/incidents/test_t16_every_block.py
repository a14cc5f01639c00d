"""Every reason for which a sheet is refused and which is nobody's business gives the same screen.

Who stands at a kiosk with a hunted person's card must not learn from it that there is a 支援措置, nor a relative that
somebody is under guardianship, owes a tax, or is about to move. Here every block of a register once, in the registers
themselves and through the whole way from the card to the screen; those of card and PIN, of the relation (T14) and of
hours have screens of their own. The whole table of blocks, kinds and channels is in docs/eligibility.md, and the clock
is measured by `tests/functional/kiosk/test_neutral.py`.

Layers: one class of message for all of these rules (`MessageClass.NEUTRAL`); one screen for the class, which is given a
reference and nothing else (`choosing.refused`); the reason stands in the town's journal alone. At the counter, where a
clerk asks, the same rule refuses with the same class.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.certificates import eligibility
from app.certificates import service as certificates
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import COUNTER, MessageClass, Request
from app.issuance import keys
from app.issuance.models import Refusal
from app.residents.family_models import FamilyMember, FamilyRegister
from app.residents.models import Block, PersonVersion, Seal
from app.residents.tax_models import IncomeTax, Property, TaxPayment
from app.residents.tax_vocabularies import Ownership
from app.residents.vocabularies import BlockReason, ResidentStatus, SealStatus
from tests.incidents.clerk import added, assert_it_happens, changed, subject_of, terminal
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.station import Station
from tests.incidents.world import CODES, RECORD, SEAL, World
from tests.journey.robot import Page

pytestmark = pytest.mark.timeout(240)
TOWN, CARD = CODES["wakakusa"], "01-wakakusa-family-head"
REGISTER, INCOME, PROPERTY, TAX = "family_register_full", "income_tax", "property", "tax_payment"
Arrange = Callable[[World, str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Reason:
    """Why `kind` is refused by `rule`, of the class whose screen is the same for all."""

    rule: str
    kind: str
    arrange: Arrange
    pick: str | None = None  # of what is listed


def blocked(reason: BlockReason) -> Arrange:
    def arrange(world: World, who: str) -> AbstractContextManager[None]:
        day = world.points.now().date() - timedelta(days=1)
        block = Block(block_id="t16", atena_no=who, reason=reason, starts_on=day, row_sha256="0" * 64)
        return added(world, TOWN, block)

    return arrange


def recorded(table: Any, **values: Any) -> Arrange:
    """The current rows of the person say this."""

    def arrange(world: World, who: str) -> AbstractContextManager[None]:
        return changed(world, TOWN, sa.select(table).filter_by(atena_no=who, is_current=True), **values)

    return arrange


def leaves_soon(world: World, who: str) -> AbstractContextManager[None]:
    return recorded(PersonVersion, moving_out_on=world.points.now().date())(world, who)


def came_today(world: World, who: str) -> AbstractContextManager[None]:
    return recorded(PersonVersion, notified_on=world.points.now().date().isoformat())(world, who)


def seal_is_suspended(world: World, who: str) -> AbstractContextManager[None]:
    live = sa.select(Seal).where(Seal.atena_no == who, Seal.status != SealStatus.CANCELLED)
    return changed(world, TOWN, live, status=SealStatus.SUSPENDED)


def register_is_being_written(world: World, who: str) -> AbstractContextManager[None]:
    own = sa.select(FamilyMember.family_no).filter_by(atena_no=who, is_standing=True)
    return changed(world, TOWN, sa.select(FamilyRegister).where(FamilyRegister.family_no.in_(own)), is_updating=True)


NEUTRAL = (
    Reason("B00", RECORD, blocked(BlockReason.OTHER)),
    Reason("B01", RECORD, blocked(BlockReason.PROTECTION_MEASURE)),
    Reason("B01", SEAL, blocked(BlockReason.PROVISIONAL_PROTECTION)),
    Reason("B02", RECORD, recorded(PersonVersion, status=ResidentStatus.DECEASED)),
    Reason("B03", RECORD, leaves_soon),
    Reason("B04", RECORD, blocked(BlockReason.MOVEMENT_PENDING)),
    Reason("B05", SEAL, came_today),
    Reason("B06", REGISTER, register_is_being_written),
    Reason("B08", SEAL, blocked(BlockReason.ADULT_GUARDIANSHIP)),
    Reason("B09", SEAL, seal_is_suspended),
    Reason("B10", RECORD, recorded(PersonVersion, name="若草\U0001f600")),
    Reason("B18", TAX, recorded(TaxPayment, is_settling=True), pick="1"),
    Reason("B19", PROPERTY, recorded(Property, ownership=Ownership.JOINT), pick="1"),
)
TOLD = (  # what is no secret is said: about the card's own holder, the town, or a thing that is not there
    Reason("B07", RECORD, recorded(PersonVersion, birth_date="2020-05-05")),
    Reason("B16", INCOME, recorded(IncomeTax, was_resident=False), pick="1"),
    Reason("B17", INCOME, recorded(IncomeTax, is_under_correction=True), pick="1"),
)


def scenario(world: World) -> None:
    screens = set()
    with terminal(world) as station:
        station.sign_in(world.cards[CARD])
        who = subject_of(world, TOWN, station.visit_id)
        before = len(world.attempts(TOWN))
        for reason in NEUTRAL:
            with reason.arrange(world, who):
                page = ask(station, reason)
                assert "reference=N-" in page.url, f"another way out of {reason.rule}"
                assert rule_behind(world, page) == reason.rule
                assert at_counter(world, who, reason) == (reason.rule, MessageClass.NEUTRAL)
            screens.add(without_keys(page.html))
        assert len(screens) == 1, "the screen tells one reason from another"
        for reason in TOLD:
            with reason.arrange(world, who):
                assert f"rule={reason.rule}" in ask(station, reason).url
        assert len(world.attempts(TOWN)) == before


def ask(station: Station, reason: Reason) -> Page:
    """Press the button; where something must be picked, pick the first."""
    page = station.choose(reason.kind)
    if reason.pick and page.has_form("/kiosk/options"):
        page = station.browser.submit(page, "/kiosk/options", pick=reason.pick)
    return page


def without_keys(html: str) -> str:
    """Without what is new on every page: the reference, the key of a form, the mark against forgery."""
    return re.sub(r"N-[0-9A-Z]{6}|\b[0-9a-f]{32}\b|(?<=name=\"csrf_token\" value=\")[^\"]*", "", html)


def rule_behind(world: World, page: Page) -> str:
    """What the town's journal says of the reference on the screen."""
    reference = re.findall(r"N-[0-9A-Z]{6}", page.html)[0]
    with world.partition(TOWN) as p:
        return str(p.session.scalars(sa.select(Refusal).filter_by(reference=reference)).one().rule)


def at_counter(world: World, who: str, reason: Reason) -> tuple[str, MessageClass]:
    """What the same rules say to a clerk."""
    picks = offered(world, who, reason)[:1] if reason.pick else ()
    request = Request(reason.kind, who, (), frozenset(), COUNTER, world.points.now(), picks=picks)
    with world.partition(TOWN) as p, pytest.raises(EligibilityRefusedError) as refused:
        certificates.prepare(p, who, request, None, keys.register_key())
    return refused.value.refusal.rule, refused.value.refusal.message_class


def offered(world: World, who: str, reason: Reason) -> tuple[str, ...]:
    request = Request(reason.kind, who, (), frozenset(), COUNTER, world.points.now())
    with world.partition(TOWN) as p:
        return tuple(choice.key for choice in certificates.read_case(p, request, None).choices)


def test_survives(world: ProcessWorld) -> None:
    scenario(world)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    """One rule whose answer is friendlier than that of the others."""
    survives(local, scenario)
    kinder = tuple(
        replace(rule, message_class=MessageClass.INFORMATION) if rule.code == "B01" else rule
        for rule in eligibility.RULES
    )
    assert_it_happens(local, scenario, "app.certificates.eligibility.RULES", kinder, "another way out of B01")
