"""Every cell of the eligibility table against a table written by hand, from the matrix of who may ask for what and the
list of what blocks; and docs/eligibility.md against the rules.

Nothing here is computed by the rules: a row says for which kinds, on whom and where something is refused, and what no
row names goes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from app.certificates.catalogue import KINDS
from app.certificates.eligibility import list_rules
from app.certificates.requests import COUNTER, KIOSK, MessageClass, Refusal
from tests.unit.certificates.conditions import CONDITIONS
from tests.unit.certificates.scenes import CHANNELS, Whose
from tests.unit.certificates.table import Place, cells, lay_all, write_page

PAGE = Path(__file__).parents[3] / "docs" / "eligibility.md"

# --- Kinds and people ------------------------------------------------------------------------------------------------

SEAL, INCOME, PROPERTY, PAYMENT = "seal_registration", "income_tax", "property", "tax_payment"
VEHICLE, ITEMS = "vehicle_tax_payment", "resident_record_items"
FULL, INDIVIDUAL = "family_register_full", "family_register_individual"
ADDRESSES = "family_register_addresses"
# whose data: oneself; the household; the 戸籍, of which 全部事項証明書 always shows everybody
HOUSEHOLD = frozenset({"resident_record", ITEMS})
TAX = frozenset({INCOME, PROPERTY, PAYMENT, VEHICLE})
SELF = TAX | {SEAL}
SOME_OF_REGISTER = frozenset({INDIVIDUAL, ADDRESSES})
FAMILY = SOME_OF_REGISTER | {FULL}
ALL = HOUSEHOLD | SELF | FAMILY

ME, ME_UNSEEN = Whose.REQUESTER, Whose.REQUESTER_UNSEEN
MEMBER, MEMBER_UNSEEN = Whose.MEMBER, Whose.MEMBER_UNSEEN
HOME, REGISTER, REGISTER_UNSEEN, OTHERS = Whose.HOUSEHOLD, Whose.REGISTER, Whose.REGISTER_UNSEEN, Whose.STRANGER
NOBODY = frozenset({Whose.NOBODY})
MINE = frozenset({ME, ME_UNSEEN})
SEEN = MINE | {MEMBER, HOME, REGISTER}  # on whom a block stops a sheet: who is shown, and who asks

# who there is to lay a condition on
PEOPLE = {
    **dict.fromkeys(SELF, {ME, MEMBER_UNSEEN, HOME, OTHERS}),
    **dict.fromkeys(HOUSEHOLD, {ME, ME_UNSEEN, MEMBER, MEMBER_UNSEEN, HOME, OTHERS}),
    **dict.fromkeys(SOME_OF_REGISTER, {*Whose} - NOBODY),
    FULL: {ME, MEMBER, MEMBER_UNSEEN, HOME, REGISTER, OTHERS},
}
PERSONS = {ME, ME_UNSEEN, MEMBER, MEMBER_UNSEEN, REGISTER, REGISTER_UNSEEN, OTHERS}
RESIDENTS = {ME, ME_UNSEEN, MEMBER, MEMBER_UNSEEN}
BOTH, AT_KIOSK = frozenset(CHANNELS), frozenset({KIOSK})
N, INFO = MessageClass.NEUTRAL, MessageClass.INFORMATION


@dataclass(frozen=True)
class Row:
    """Refused with `rule`: for these kinds, laid on these people, on these channels."""

    rule: str
    told: MessageClass
    kinds: frozenset[str] = ALL
    whose: frozenset[Whose] = NOBODY
    channels: frozenset[str] = BOTH


@dataclass(frozen=True)
class Expected:
    """On whom, and with which kinds, it can be at all; and what it then does. Without a row it goes through."""

    rows: tuple[Row, ...]
    whose: frozenset[Whose] | set[Whose] = NOBODY
    kinds: frozenset[str] = ALL
    never: tuple[str, Whose] | None = None


# --- Blocks: (reason: the rule, the kinds, on whom) ------------------------------------------------------------------

BLOCKS = {
    "protection_measure": Row("B01", N, ALL, SEEN),
    "provisional_protection": Row("B01", N, ALL, SEEN),
    "movement_pending": Row("B04", N, ALL, SEEN),
    # everybody's sheet of that 戸籍, shown or not
    "family_register_pending": Row("B06", N, FAMILY, SEEN | {REGISTER_UNSEEN}),
    "adult_guardianship": Row("B08", N, frozenset({SEAL}), SEEN),
    "seal_suspended": Row("B09", N, frozenset({SEAL}), SEEN),
    "other": Row("B00", N, ALL, SEEN),
}
IN_REGISTER_TOO = Row("B06", N, SOME_OF_REGISTER, frozenset({MEMBER_UNSEEN}))  # who is not shown and stands in it


def block_rows(reason: str, channels: frozenset[str]) -> tuple[Row, ...]:
    rows = (BLOCKS[reason], *([IN_REGISTER_TOO] if reason == "family_register_pending" else []))
    return tuple(Row(row.rule, row.told, row.kinds, row.whose, channels) for row in rows)


def blocks() -> dict[str, Expected]:
    """A machine stops at every one; a clerk at エラー that is not lifted for a while."""
    anybody = {*Whose} - NOBODY
    table = {}
    for reason in BLOCKS:
        table[f"{reason}.stop"] = Expected(block_rows(reason, BOTH), anybody)
        table[f"{reason}.warn"] = Expected(block_rows(reason, AT_KIOSK), anybody)
        table[f"{reason}.lifted"] = Expected(block_rows(reason, AT_KIOSK), anybody)
        table[f"{reason}.elsewhere"] = Expected((), anybody)
    table["adult_guardianship.all"] = Expected((Row("B08", N, ALL, SEEN),), anybody)
    return table


# --- Everything else -------------------------------------------------------------------------------------------------

ONLY_SEAL, ONLY_INCOME, ONLY_PROPERTY = frozenset({SEAL}), frozenset({INCOME}), frozenset({PROPERTY})
ONLY_PAYMENT, ONLY_VEHICLE, ONLY_ITEMS = frozenset({PAYMENT}), frozenset({VEHICLE}), frozenset({ITEMS})
PICKED = frozenset({INCOME, PAYMENT, VEHICLE})


def on_register(rule: str, told: MessageClass, kinds: frozenset[str]) -> Expected:
    """Refused wherever this register is what the sheet is made from."""
    return Expected((Row(rule, told, kinds),), kinds=kinds)


EXPECTED = blocks() | {
    # who may be shown: oneself ○; 同一世帯 for 住民票; 同一戸籍 for what is made from it
    "asked": Expected(
        (
            Row("B02", N, HOUSEHOLD, frozenset({OTHERS})),
            Row("R01", N, SELF, frozenset({MEMBER_UNSEEN, OTHERS})),
            Row("R01", N, SOME_OF_REGISTER, frozenset({OTHERS})),
            Row("R01", N, frozenset({FULL}), frozenset(PERSONS)),  # it is about everybody, never about one
        ),
        PERSONS,
    ),
    "left": Expected(
        (Row("B02", N, ALL, MINE), Row("B02", N, HOUSEHOLD, frozenset({MEMBER}))),
        RESIDENTS,
    ),
    "moving.block": Expected((Row("B03", N, ALL, frozenset(RESIDENTS)),), RESIDENTS),
    "moving.allow": Expected((), RESIDENTS),
    "provisional.block": Expected((Row("B04", N, ALL, MINE | {MEMBER}),), RESIDENTS),
    "provisional.old": Expected((), RESIDENTS),
    "today": Expected((Row("B05", N, ALL, MINE),), RESIDENTS),
    "young": Expected((Row("B07", INFO, ALL, MINE),), RESIDENTS),
    # named, it is somebody else's; 全部事項証明書 and 附票 leave nobody out by name
    "struck": Expected(
        (Row("B20", INFO, FAMILY, MINE), Row("R01", N, frozenset({INDIVIDUAL}), frozenset({MEMBER, REGISTER}))),
        {ME, ME_UNSEEN, MEMBER, MEMBER_UNSEEN, REGISTER, REGISTER_UNSEEN},
        FAMILY,
        never=(FULL, MEMBER_UNSEEN),  # who is not on it does not stand in the 戸籍
    ),
    "twice": Expected((Row("R03", N),)),
    "closed": Expected((Row("B21", INFO),)),
    "unpriced": Expected((Row("B21", INFO),)),
    "unworded": Expected((Row("B21", INFO),)),
    "old": Expected((Row("B24", INFO),)),
    "fresh": Expected(()),
    "unlimited": Expected(()),
    "unregistered": Expected((Row("B15", INFO),)),
    "exempt": Expected((Row("R05", INFO, ALL, NOBODY, AT_KIOSK),)),
    "unknown-item": Expected((Row("R02", INFO),)),
    "number": Expected((Row("R02", INFO, HOUSEHOLD, NOBODY, AT_KIOSK), Row("R02", INFO, ALL - HOUSEHOLD))),
    "pension-and-more": on_register("R02", INFO, ONLY_ITEMS),
    "unknown-pick": Expected((Row("R06", N),)),
    "pick-twice": on_register("R06", N, PICKED),
    "nothing": Expected(
        (Row("B09", INFO, ONLY_SEAL), Row("B16", INFO, TAX), Row("B20", INFO, FAMILY)), kinds=SELF | FAMILY
    ),
    "enquiry": on_register("B09", N, ONLY_SEAL),
    "suspended": on_register("B09", N, ONLY_SEAL),
    "updating": on_register("B06", N, FAMILY),
    "no-entries": on_register("B06", N, frozenset({FULL, INDIVIDUAL})),
    "no-addresses": on_register("B06", N, frozenset({ADDRESSES})),
    "unfiled": on_register("B16", INFO, ONLY_INCOME),
    "elsewhere": on_register("B16", INFO, ONLY_INCOME),
    "correction": on_register("B17", INFO, ONLY_INCOME),
    "switchover": on_register("B17", INFO, ONLY_INCOME),
    "overdue": on_register("B18", N, ONLY_PAYMENT),
    "not-due": on_register("B18", N, ONLY_PAYMENT),
    "settling": on_register("B18", N, ONLY_PAYMENT),
    "arrears": on_register("B18", N, ONLY_VEHICLE),
    "unpaid": on_register("B18", N, ONLY_VEHICLE),
    "vehicle-settling": on_register("B18", N, ONLY_VEHICLE),
    "invalid": on_register("B18", N, ONLY_VEHICLE),
    "too-many": on_register("B19", N, ONLY_PROPERTY),
    **{f"owner.{how}": on_register("B19", N, ONLY_PROPERTY) for how in ("joint", "heirs", "corporate")},
    **{f"vehicle.{how}": on_register("B19", N, ONLY_VEHICLE) for how in ("retained", "corporate", "exempted")},
}


def expected_at(place: Place) -> Refusal | None | str:
    """What the hand-written table says of a cell; "cannot occur" where there is none."""
    expected = EXPECTED[place.condition]
    people = PEOPLE[place.kind] | NOBODY
    can_be = place.kind in expected.kinds and place.whose in expected.whose and place.whose in people
    if not can_be or expected.never == (place.kind, place.whose):
        return "cannot occur"
    rows = (
        row
        for row in expected.rows
        if place.kind in row.kinds and place.whose in row.whose and place.channel in row.channels
    )
    return next((Refusal(row.rule, row.told) for row in rows), None)


# --- Tests -----------------------------------------------------------------------------------------------------------


def test_the_table_by_hand_knows_every_condition_and_every_kind():
    assert set(EXPECTED) == {condition.key for condition in CONDITIONS}
    assert set(KINDS) == ALL


@pytest.mark.parametrize("condition", [condition.key for condition in CONDITIONS])
def test_every_cell(condition):
    for kind, whose, channel in product(KINDS, Whose, CHANNELS):
        place = Place(condition, kind, whose, channel)
        assert cells().get(place, "cannot occur") == expected_at(place), place


def test_every_rule_has_a_condition_that_it_finds():
    """Of every kind: a rule that nothing in the table can trigger would be a rule that nobody has seen work."""
    found = {(rule.code, rule.source) for _place, laid in lay_all() for rule in list_rules(laid) if rule.applies(laid)}
    there = {(rule.code, rule.source) for _place, laid in lay_all() for rule in list_rules(laid)}
    assert there - found == set()


def test_a_machine_never_lets_through_what_a_clerk_may_not():
    for place, refusal in cells().items():
        if place.channel == COUNTER and refusal is not None:
            assert cells()[place._replace(channel=KIOSK)] is not None, place


def test_the_page_is_what_the_rules_say():
    """`script/eligibility-table` writes it."""
    assert PAGE.read_text(encoding="utf-8") == write_page()
