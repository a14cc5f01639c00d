"""Who may have what printed. The table block × kind × whose × channel is written out, so that a reader can check it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.certificates import eligibility
from app.certificates.catalogue import KINDS, UnknownKindError
from app.certificates.eligibility import RULES, decide, list_refusals, list_rules
from app.certificates.kind import Rule, Source
from app.certificates.kinds.resident_record import DOMICILE, FOREIGN_ITEMS, HEAD_RELATIONSHIP, INDIVIDUAL_NUMBER
from app.certificates.requests import Choice, Exemption, MessageClass, Picks, Relation
from app.clock import JST
from app.municipalities.ordinances import Fee, Ordinance
from app.residents.facts import RecordedDate
from app.residents.vocabularies import BlockLevel, BlockReason, SealStatus
from tests.unit.certificates.people import (
    CHILD,
    FEES,
    HEAD,
    NOW,
    TEXTS,
    WIFE,
    block,
    case,
    family,
    foreigner,
    ordinance,
    person,
    seal,
)

RECORD, SEAL = "resident_record", "seal_registration"


def rule(*args, **changes) -> str | None:
    """The rule that refuses an ordinary request with these changes."""
    refusal = decide(case(*args, **changes))
    return None if refusal is None else refusal.rule


@pytest.mark.parametrize("kind", [RECORD, SEAL])
@pytest.mark.parametrize("channel", ["kiosk", "counter"])
def test_an_ordinary_request_is_granted(kind, channel):
    assert rule(kind, channel=channel) is None


@pytest.mark.parametrize("persons", [(), (HEAD,), (WIFE,), (HEAD, CHILD), (HEAD, WIFE, CHILD)])
def test_anyone_of_the_household_may_be_shown_on_a_resident_record(persons):
    assert rule(RECORD, *persons) is None


@pytest.mark.parametrize(
    ("persons", "expected"), [((), None), ((HEAD,), None), ((WIFE,), "R01"), ((HEAD, WIFE), "R01")]
)
def test_a_seal_certificate_is_for_oneself_only(persons, expected):
    assert rule(SEAL, *persons) == expected


def test_somebody_who_left_the_household_is_not_shown():
    assert rule(RECORD, HEAD, "9999") == "B02"


def test_nobody_is_shown_twice():
    assert rule(RECORD, HEAD, HEAD) == "R03"


def test_a_former_resident_gets_nothing():
    assert rule(RECORD, household=None) == "B02"
    assert rule(SEAL, household=None) == "B02"


# reason × kind → the rule when the requester is blocked; None: this block does not concern the kind
BLOCKS = {
    (BlockReason.PROTECTION_MEASURE, RECORD): "B01",
    (BlockReason.PROTECTION_MEASURE, SEAL): "B01",
    (BlockReason.PROVISIONAL_PROTECTION, RECORD): "B01",
    (BlockReason.PROVISIONAL_PROTECTION, SEAL): "B01",
    (BlockReason.MOVEMENT_PENDING, RECORD): "B04",
    (BlockReason.MOVEMENT_PENDING, SEAL): "B04",
    (BlockReason.FAMILY_REGISTER_PENDING, RECORD): None,
    (BlockReason.FAMILY_REGISTER_PENDING, SEAL): None,
    (BlockReason.ADULT_GUARDIANSHIP, RECORD): None,
    (BlockReason.ADULT_GUARDIANSHIP, SEAL): "B08",
    (BlockReason.SEAL_SUSPENDED, RECORD): None,
    (BlockReason.SEAL_SUSPENDED, SEAL): "B09",
    (BlockReason.OTHER, RECORD): "B00",
    (BlockReason.OTHER, SEAL): "B00",
}


def test_the_table_has_every_reason_for_the_two_kinds():
    assert set(BLOCKS) == {(reason, kind) for reason in BlockReason for kind in (RECORD, SEAL)}


@pytest.mark.parametrize("channel", ["kiosk", "counter"])
@pytest.mark.parametrize("level", list(BlockLevel))
@pytest.mark.parametrize(("case", "expected"), BLOCKS.items())
def test_a_block_on_the_requester(case, expected, level, channel):
    reason, kind = case
    blocked = family(blocks=(block(reason, HEAD, level),))
    a_clerk_may_go_on = level is BlockLevel.WARN and channel == "counter"
    assert rule(kind, household=blocked, channel=channel) == (None if a_clerk_may_go_on else expected)


@pytest.mark.parametrize("reason", [BlockReason.PROTECTION_MEASURE, BlockReason.MOVEMENT_PENDING, BlockReason.OTHER])
@pytest.mark.parametrize(
    ("blocked", "persons", "is_refused"),
    [
        (CHILD, (), True),  # the whole household
        (CHILD, (HEAD, CHILD), True),
        (CHILD, (CHILD,), True),
        (CHILD, (HEAD, WIFE), False),  # a block concerns those shown
        (CHILD, (HEAD,), False),
        (HEAD, (WIFE,), True),  # and the requester, shown or not
        (None, (HEAD,), True),  # a block on the household concerns everybody in it
    ],
)
def test_a_block_on_anyone_shown_stops_the_sheet(reason, blocked, persons, is_refused):
    household = family(blocks=(block(reason, blocked),))
    assert (rule(RECORD, *persons, household=household) is not None) is is_refused


def test_a_block_of_one_kind_leaves_the_other_alone():
    household = family(blocks=(block(BlockReason.OTHER, kinds=(SEAL,)),))
    assert rule(RECORD, household=household) is None
    assert rule(SEAL, household=household) == "B00"


@pytest.mark.parametrize(("switch", "expected"), [("seal_only", None), ("all", "B08")])
def test_guardianship_beyond_the_seal_is_for_the_town_to_say(switch, expected):
    household = family(blocks=(block(BlockReason.ADULT_GUARDIANSHIP),))
    assert rule(RECORD, household=household, ordinance=ordinance(adult_guardianship=switch)) == expected


@pytest.mark.parametrize(("switch", "expected"), [("block", "B03"), ("allow", None)])
@pytest.mark.parametrize("who", [HEAD, CHILD])
def test_moving_out_stops_the_household_unless_the_town_allows(switch, expected, who):
    members = tuple(replace(m, moving_out_on=date(2026, 12, 1)) if m.atena_no == who else m for m in family().members)
    assert rule(RECORD, HEAD, household=family(*members), ordinance=ordinance(moving_out=switch)) == expected


@pytest.mark.parametrize(("switch", "expected"), [("block", "B04"), ("print_old", None)])
def test_a_provisional_change_waits_or_prints_the_state_before(switch, expected):
    members = tuple(replace(m, has_provisional_change=m.atena_no == WIFE) for m in family().members)
    rules = ordinance(provisional=switch)
    assert rule(RECORD, household=family(*members), ordinance=rules) == expected
    assert rule(RECORD, HEAD, household=family(*members), ordinance=rules) is None


@pytest.mark.parametrize("field", ["became_resident_on", "notified_on"])
@pytest.mark.parametrize(("day", "expected"), [(date(2026, 11, 21), "B05"), (date(2026, 11, 20), None)])
def test_the_day_of_moving_in_is_too_early(field, day, expected):
    assert rule(RECORD, household=family(person(**{field: RecordedDate(day)}))) == expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (RecordedDate(date(2011, 11, 21)), None),  # fifteen today
        (RecordedDate(date(2011, 11, 22)), "B07"),
        (RecordedDate(wording="推定昭和10年3月"), None),
        (RecordedDate(wording="平成23年頃"), "B07"),  # fifteen this year, or not yet
        (RecordedDate(wording="平成元年頃"), None),
        (RecordedDate(wording="1955年 月日不詳"), None),
        (RecordedDate(wording="西暦2015年頃"), "B07"),
        (RecordedDate(wording="1955年2月29日"), None),  # a day that never was
        (RecordedDate(wording="S２５年８月頃"), None),
        (RecordedDate(wording="年月日不詳"), None),  # shows of nobody that it is a child
    ],
)
def test_the_age_of_service(birth, expected):
    assert rule(RECORD, household=family(person(birth_date=birth))) == expected
    assert rule(SEAL, household=family(person(birth_date=birth))) == expected


@pytest.mark.parametrize(("day", "expected"), [(28, "B07"), (1, None)])
def test_a_birthday_on_the_leap_day(day, expected):
    born = family(person(birth_date=RecordedDate(date(2008, 2, 29))))
    at = datetime(2023, 2 if day == 28 else 3, day, 9, tzinfo=JST)
    assert rule(RECORD, household=born, at=at, ordinance=replace(ordinance(), on=at.date())) == expected


def test_a_child_may_be_shown():
    assert rule(RECORD, CHILD) is None


def test_the_town_sets_the_age():
    young = family(person(birth_date=RecordedDate(date(2015, 1, 1))))
    assert rule(RECORD, household=young, ordinance=ordinance(minimum_age="0")) is None


@pytest.mark.parametrize("status", list(SealStatus))
def test_the_state_of_the_seal(status):
    assert rule(SEAL, record=seal(status)) == (None if status is SealStatus.REGISTERED else "B09")


def test_no_seal_is_the_resident_s_own_information_but_a_stopped_one_is_not():
    none = decide(case(SEAL, record=None))
    stopped = decide(case(SEAL, record=seal(SealStatus.SUSPENDED)))
    assert (none.rule, none.message_class) == ("B09", MessageClass.INFORMATION)
    assert (stopped.rule, stopped.message_class) == ("B09", MessageClass.NEUTRAL)


@pytest.mark.parametrize(
    ("services", "expected"), [(None, None), (frozenset({RECORD}), None), (frozenset({SEAL}), "B15")]
)
def test_cards_that_are_registered_for_each_kind(services, expected):
    assert rule(RECORD, services=services) == expected


def test_closed_hours():
    assert rule(RECORD, is_open=False) == "B21"


def test_a_kind_without_a_fee_or_without_the_town_s_wording_is_not_offered():
    no_fee = Ordinance("901016", NOW.date(), {k: v for k, v in FEES.items() if k[0] != RECORD}, TEXTS, {})
    no_text = Ordinance("901016", NOW.date(), FEES, TEXTS | {"resident_record.attestation_part": " "}, {})
    assert rule(RECORD, ordinance=no_fee) == "B21"
    assert rule(RECORD, ordinance=no_text) == "B21"
    assert rule(SEAL, ordinance=no_text) is None


def test_free_is_not_the_same_as_not_offered():
    free = Ordinance("901016", NOW.date(), FEES | {(RECORD, "kiosk"): Fee(0)}, TEXTS, {})
    assert rule(RECORD, ordinance=free) is None


@pytest.mark.parametrize(
    ("option", "switch", "channel", "expected"),
    [
        (INDIVIDUAL_NUMBER, "no", "kiosk", "R02"),
        (INDIVIDUAL_NUMBER, "yes", "kiosk", None),
        (INDIVIDUAL_NUMBER, "no", "counter", None),
        (DOMICILE, "no", "kiosk", None),
        (HEAD_RELATIONSHIP, "no", "kiosk", None),
        (FOREIGN_ITEMS, "no", "kiosk", "R02"),  # nobody foreign lives here
    ],
)
def test_items_that_may_be_asked_for(option, switch, channel, expected):
    rules = ordinance(individual_number_at_kiosk=switch)
    assert rule(RECORD, options=(option,), channel=channel, ordinance=rules) == expected


def test_a_seal_certificate_has_no_items_to_choose():
    assert rule(SEAL, options=(DOMICILE,)) == "R02"


def offered(household, **changes):
    made = case(RECORD, household=household, **changes)
    return made.kind.offered(made)


def test_what_is_offered_depends_on_who_lives_there_and_never_on_a_block():
    mixed, abroad = family(person(), foreigner()), family(foreigner(HEAD))
    blocked = replace(mixed, blocks=(block(BlockReason.PROTECTION_MEASURE),))
    everything = (HEAD_RELATIONSHIP, DOMICILE, FOREIGN_ITEMS)
    assert offered(mixed) == offered(blocked) == everything
    assert DOMICILE not in offered(abroad)
    assert INDIVIDUAL_NUMBER in offered(mixed, ordinance=ordinance(individual_number_at_kiosk="yes"))


def test_a_pending_family_register_stops_what_is_made_from_it():
    kind = replace(KINDS[RECORD], source=Source.FAMILY_REGISTER)
    blocked = family(blocks=(block(BlockReason.FAMILY_REGISTER_PENDING),))
    refusals = list_refusals(case(RECORD, entry=kind, household=blocked))
    assert [refusal.rule for refusal in refusals] == ["B06", "B20"]  # and there is no register to make it from


@pytest.mark.parametrize("kind", [RECORD, SEAL])
def test_every_rule_is_asked_every_time(monkeypatch, kind):
    asked = []

    def watch(rule: Rule) -> Rule:
        return replace(rule, applies=lambda case: asked.append(rule) or rule.applies(case))

    monkeypatch.setattr(eligibility, "RULES", tuple(watch(rule) for rule in RULES))
    own = replace(KINDS[kind], rules=tuple(watch(rule) for rule in KINDS[kind].rules))
    everything = [rule.code for rule in list_rules(case(kind))]
    assert sorted(everything) == sorted(rule.code for rule in (*RULES, *KINDS[kind].rules))
    for household in (None, family(), family(blocks=(block(BlockReason.PROTECTION_MEASURE),))):
        asked.clear()
        decide(case(kind, entry=own, household=household, record=None, is_open=False))
        assert [rule.code for rule in asked] == everything


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_closed_first_then_what_is_not_told_then_what_is(kind):
    rules = list_rules(case(RECORD, entry=kind))
    assert [rule.code for rule in rules[:2]] == [eligibility.CLOSED, eligibility.REGISTER_OLD]
    classes = [rule.message_class for rule in rules[2:]]
    assert classes == sorted(classes, key=[MessageClass.NEUTRAL, MessageClass.INFORMATION].index)


def test_closing_time_is_told_before_anything_about_the_person():
    """Otherwise a blocked resident would get another answer at night than a neighbour."""
    blocked = family(blocks=(block(BlockReason.PROTECTION_MEASURE),))
    assert rule(RECORD, household=blocked, is_open=False) == "B21"


def test_that_the_days_data_is_missing_is_told_before_anything_about_the_person():
    blocked = family(blocks=(block(BlockReason.PROTECTION_MEASURE),))
    late = ordinance(register_hours="24")
    assert rule(RECORD, household=blocked, ordinance=late) == "B24"
    assert rule(RECORD, household=blocked, ordinance=late, is_open=False) == "B21"


def test_the_gravest_of_several_reasons_is_the_one_for_the_journal():
    moving = family(
        person(moving_out_on=date(2026, 12, 1), birth_date=RecordedDate(date(2015, 1, 1))),
        blocks=(block(BlockReason.PROTECTION_MEASURE),),
    )
    refusals = list_refusals(case(SEAL, household=moving, record=None))
    assert [refusal.rule for refusal in refusals] == ["B01", "B03", "B07", "B09"]


def test_every_rule_says_where_it_is_written_and_only_what_is_not_secret_is_told():
    told = {rule.code for rule in RULES if rule.message_class is MessageClass.INFORMATION}
    assert told == {"B07", "B15", "B20", "B21", "B24", "R02", "R05"}
    assert {rule.code for rule in KINDS[SEAL].rules if rule.message_class is MessageClass.INFORMATION} == {"B09"}
    assert all(rule.source for rule in RULES)


def test_an_unknown_kind():
    with pytest.raises(UnknownKindError):
        case("nothing")


# --- What the ordinance of the session's beginning says, and what no machine may decide ------------------------------


def test_a_kind_that_had_no_price_when_the_session_began_is_not_sold_in_it():
    assert rule(RECORD, fee=None) == "B21"


@pytest.mark.parametrize("exemption", list(Exemption))
def test_no_machine_exempts_anybody(exemption):
    assert rule(RECORD, exemption=exemption) == "R05"
    assert rule(RECORD, exemption=exemption, channel="counter") is None


# --- What may be picked ----------------------------------------------------------------------------------------------

YEARS = (Choice("2026", "令和8年度"), Choice("2025", "令和7年度"))


@pytest.mark.parametrize(
    ("picks", "wanted", "expected"),
    [
        (Picks.NONE, (), None),
        (Picks.NONE, ("2026",), "R06"),
        (Picks.ONE, (), None),
        (Picks.ONE, ("2025",), None),
        (Picks.ONE, ("2025", "2026"), "R06"),
        (Picks.ONE, ("2024",), "R06"),
        (Picks.SOME, (), None),
        (Picks.SOME, ("2025", "2026"), None),
        (Picks.SOME, ("2025", "2025"), "R06"),
        (Picks.SOME, ("2025", "2024"), "R06"),
    ],
)
def test_what_may_be_picked(picks, wanted, expected):
    kind = replace(KINDS[RECORD], picks=picks, choices=lambda _case: YEARS)
    assert rule(RECORD, entry=kind, picks=wanted) == expected


@pytest.mark.parametrize(
    ("picks", "wanted", "picked"),
    [
        (Picks.NONE, (), ()),
        (Picks.ONE, (), ("2026",)),
        (Picks.ONE, ("2025",), ("2025",)),
        (Picks.SOME, ("2026", "2025"), ("2026", "2025")),
    ],
)
def test_without_a_choice_the_first_stands_on_the_sheet(picks, wanted, picked):
    kind = replace(KINDS[RECORD], picks=picks, choices=lambda _case: YEARS)
    assert case(RECORD, entry=kind, picks=wanted).picked == picked


def test_nothing_to_pick_and_nothing_picked():
    kind = replace(KINDS[RECORD], picks=Picks.ONE, choices=lambda _case: ())
    assert case(RECORD, entry=kind).picked == ()
    assert rule(RECORD, entry=kind) is None
    assert rule(RECORD, entry=kind, picks=("2026",)) == "R06"


@pytest.mark.parametrize("persons", [(HEAD,), (WIFE,)])
def test_who_is_in_no_family_register_gets_nothing_from_it(persons):
    kind = replace(KINDS[RECORD], source=Source.FAMILY_REGISTER, who=Relation.FAMILY_REGISTER)
    assert rule(RECORD, *persons, entry=kind) == "R01"
    assert rule(RECORD, entry=kind) == "B20"
