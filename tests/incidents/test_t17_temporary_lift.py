"""A clerk lifts a 支援措置 for some minutes (一時解除) to serve the protected person at the counter.

In those minutes the person who is hunted may stand at a kiosk with the other's card. A machine cannot look who stands
there: it stays blocked (標準仕様書 3.1). The counter may go on while the lift lasts, and is blocked again by itself
when the minutes are over, whether or not anybody thinks of it.

Layers: a rule of the pure catalogue (`Case.blocks_on`) that asks for the channel; the lift is a moment that passes
(`queries._block_facts`), never a flag that somebody must take back; and the register is asked again when the sheet is
granted to a printer.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.certificates import service as certificates
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import COUNTER, MessageClass, Request
from app.issuance import keys
from app.residents.facts import BlockFacts
from app.residents.models import Block
from app.residents.vocabularies import BlockReason
from tests.incidents.clerk import RECHECK, added, assert_it_happens, pay_by_hand, shifted, subject_of, terminal
from tests.incidents.local import LocalWorld
from tests.incidents.processes import ProcessWorld
from tests.incidents.proving import survives
from tests.incidents.world import RECORD, World

pytestmark = pytest.mark.timeout(240)
CARD = "01-wakakusa-family-head"
MINUTES = timedelta(minutes=10)


def scenario(world: World) -> None:
    card = world.cards[CARD]
    with terminal(world) as station:
        station.sign_in(card)
        subject, now = subject_of(world, card.town, station.visit_id), world.points.now()
        block = {"block_id": "t17", "atena_no": subject, "reason": BlockReason.PROTECTION_MEASURE}
        lift = {"starts_on": now.date() - timedelta(days=30), "temporarily_lifted_until": now + MINUTES}
        with added(world, card.town, Block(**block, **lift, row_sha256="0" * 64)):
            page = station.wait_until_ready(station.choose(RECORD))
            pdf = pay_by_hand(station, page)
            assert pdf is None, "a kiosk has served somebody who is protected"
            assert "reference=N-" in page.url  # the neutral screen, as for any other reason
            assert refusal_at_counter(world, card.town, subject) is None
            with shifted(world, MINUTES + timedelta(seconds=1)):
                assert refusal_at_counter(world, card.town, subject) == ("B01", MessageClass.NEUTRAL), "still lifted"


def scenario_between_order_and_print(world: World) -> None:
    """The block is set, and lifted for the counter at once, while the sheet waits for its money."""
    card = world.cards[CARD]
    with terminal(world) as station:
        station.sign_in(card)
        page = station.wait_until_ready(station.choose(RECORD))
        subject, now = subject_of(world, card.town, station.visit_id), world.points.now()
        block = {"block_id": "t17", "atena_no": subject, "reason": BlockReason.PROTECTION_MEASURE}
        lift = {"starts_on": now.date(), "temporarily_lifted_until": now + MINUTES}
        with added(world, card.town, Block(**block, **lift, row_sha256="0" * 64)):
            pdf = pay_by_hand(station, page)
            assert pdf is None, "a kiosk has served somebody who is protected"


def refusal_at_counter(world: World, town: str, subject: str) -> tuple[str, MessageClass] | None:
    """What the rules say to a clerk now; None: the sheet may be made."""
    request = Request(RECORD, subject, (), frozenset(), COUNTER, world.points.now())
    with world.partition(town) as p:
        try:
            certificates.prepare(p, subject, request, None, keys.register_key())
        except EligibilityRefusedError as refused:
            return refused.refusal.rule, refused.refusal.message_class
    return None


def test_survives(world: ProcessWorld) -> None:
    scenario(world)
    scenario_between_order_and_print(world)


def test_without_protection_it_happens(local: LocalWorld) -> None:
    """A lift that counts everywhere; a lift that somebody must take back; nobody asks again before printing."""
    survives(local, scenario, scenario_between_order_and_print)
    served, at_once = "a kiosk has served", scenario_between_order_and_print
    assert_it_happens(local, scenario, "app.certificates.kind.Case.is_at_machine", False, served)
    assert_it_happens(local, scenario, "app.residents.queries._block_facts", lifted_until_taken_back, "still lifted")
    assert_it_happens(local, at_once, RECHECK, lambda *_: None, served)


def lifted_until_taken_back(row: Block) -> BlockFacts:
    is_lifted = row.temporarily_lifted_until is not None
    return BlockFacts(row.reason, row.level, frozenset(row.kinds.split()), row.atena_no, is_lifted)
