"""Who may have what printed. The table block × kind × whose × channel is written out, so that a reader can check it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.certificates import eligibility
from app.certificates.catalogue import KINDS, Option, UnknownKindError
from app.certificates.eligibility import RULES, Case, MessageClass, decide, list_refusals, offered_options
from app.clock import JST
from app.municipalities.ordinances import Ordinance
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
    family,
    foreigner,
    ordinance,
    person,
    request,
    seal,
)

RECORD, SEAL = "resident_record", "seal_registration"


def rule(*args, **changes) -> str | None:
    """The rule that refuses an ordinary request with these changes."""
    asked = request(*args, **{k: changes.pop(k) for k in ("requester", "options", "channel", "at") if k in changes})
    facts = {"household": family(), "seal": seal(), "ordinance": ordinance(), "is_open": True, "services": None}
    refusal = decide(asked, **(facts | changes))
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


def test_the_table_has_every_reason_and_every_kind():
    assert set(BLOCKS) == {(reason, kind) for reason in BlockReason for kind in KINDS}


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
        (RecordedDate(wording="年月日不詳"), "B07"),
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
    assert rule(SEAL, seal=seal(status)) == (None if status is SealStatus.REGISTERED else "B09")
    assert rule(RECORD, seal=seal(status)) is None


def test_no_seal_is_the_resident_s_own_information_but_a_stopped_one_is_not():
    none = decide(request(SEAL), family(), None, ordinance(), True)
    stopped = decide(request(SEAL), family(), seal(SealStatus.SUSPENDED), ordinance(), True)
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
    free = Ordinance("901016", NOW.date(), FEES | {(RECORD, "kiosk"): 0}, TEXTS, {})
    assert rule(RECORD, ordinance=free) is None


@pytest.mark.parametrize(
    ("option", "switch", "channel", "expected"),
    [
        (Option.INDIVIDUAL_NUMBER, "no", "kiosk", "R02"),
        (Option.INDIVIDUAL_NUMBER, "yes", "kiosk", None),
        (Option.INDIVIDUAL_NUMBER, "no", "counter", None),
        (Option.DOMICILE, "no", "kiosk", None),
        (Option.HEAD_RELATIONSHIP, "no", "kiosk", None),
        (Option.FOREIGN_ITEMS, "no", "kiosk", "R02"),  # nobody foreign lives here
    ],
)
def test_items_that_may_be_asked_for(option, switch, channel, expected):
    rules = ordinance(individual_number_at_kiosk=switch)
    assert rule(RECORD, options=(option,), channel=channel, ordinance=rules) == expected


def test_a_seal_certificate_has_no_items_to_choose():
    assert rule(SEAL, options=(Option.DOMICILE,)) == "R02"


def test_what_is_offered_depends_on_who_lives_there_and_never_on_a_block():
    kind, mixed, abroad = KINDS[RECORD], family(person(), foreigner()), family(foreigner(HEAD))
    blocked = replace(mixed, blocks=(block(BlockReason.PROTECTION_MEASURE),))
    everything = (Option.HEAD_RELATIONSHIP, Option.DOMICILE, Option.FOREIGN_ITEMS)
    assert offered_options(kind, mixed, ordinance()) == everything
    assert offered_options(kind, blocked, ordinance()) == everything
    assert Option.DOMICILE not in offered_options(kind, abroad, ordinance())


def test_a_pending_family_register_stops_what_is_made_from_it():
    kind = replace(KINDS[RECORD], needs_family_register=True)
    blocked = family(blocks=(block(BlockReason.FAMILY_REGISTER_PENDING),))
    case = Case(request(), kind, blocked, None, ordinance(), True, None)
    assert [refusal.rule for refusal in list_refusals(case)] == ["B06"]


def test_every_rule_is_asked_every_time(monkeypatch):
    asked = []

    def watch(rule):
        return replace(rule, applies=lambda case: asked.append(rule.code) or rule.applies(case))

    monkeypatch.setattr(eligibility, "RULES", tuple(watch(rule) for rule in RULES))
    for household in (None, family(), family(blocks=(block(BlockReason.PROTECTION_MEASURE),))):
        asked.clear()
        decide(request(), household, None, ordinance(), False)
        assert asked == [rule.code for rule in RULES]


def test_closing_time_is_told_before_anything_about_the_person():
    """Otherwise a blocked resident would get another answer at night than a neighbour."""
    blocked = family(blocks=(block(BlockReason.PROTECTION_MEASURE),))
    assert rule(RECORD, household=blocked, is_open=False) == "B21"


def test_the_gravest_of_several_reasons_is_the_one_for_the_journal():
    moving = family(
        person(moving_out_on=date(2026, 12, 1), birth_date=RecordedDate(date(2015, 1, 1))),
        blocks=(block(BlockReason.PROTECTION_MEASURE),),
    )
    case = Case(request(SEAL), KINDS[SEAL], moving, None, ordinance(), True, None)
    assert [refusal.rule for refusal in list_refusals(case)] == ["B01", "B03", "B07", "B09"]


def test_every_rule_says_where_it_is_written_and_only_what_is_not_secret_is_told():
    told = {rule.code for rule in RULES if rule.message_class is MessageClass.INFORMATION}
    assert told == {"B07", "B09", "B15", "B21", "R02"}
    assert all(rule.source for rule in RULES)


def test_an_unknown_kind():
    with pytest.raises(UnknownKindError):
        decide(request("nothing"), family(), None, ordinance(), True)
