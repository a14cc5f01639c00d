"""Every condition that a rule or a block can find, laid on an invented request that nothing else refuses.

A condition is arranged on the facts alone; what comes of it is asked of the rules themselves (`table`). Kinds are those
of the catalogue: a new one is in the table without being named here, and a new rule without a condition fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.certificates import samples
from app.certificates.items import INDIVIDUAL_NUMBER
from app.certificates.kind import Case
from app.certificates.kinds.resident_record_items import DOMICILE, PENSION
from app.certificates.requests import Exemption, Option, Picks, Relation
from app.municipalities.ordinances import Ordinance
from app.residents.facts import BlockFacts, HouseholdFacts, PersonFacts, RecordedDate, SealFacts
from app.residents.family_facts import AddressHistoryFacts, FamilyRegisterFacts
from app.residents.tax_facts import IncomeTaxRecord, PropertyRecord, TaxPaymentRecord, VehicleTaxRecord
from app.residents.tax_vocabularies import Filing, Ownership, VehicleHolding
from app.residents.vocabularies import BlockLevel, BlockReason, SealStatus
from tests.unit.certificates.scenes import ON_A_PERSON, OUTSIDER, REQUESTER, FamilyRecord, Scene, Whose

Arrange = Callable[[Scene], Case | None]  # None: cannot happen with this kind


@dataclass(frozen=True)
class Condition:
    """`rule` is the one that it is about; what refuses may be another one that is graver."""

    key: str
    rule: str
    title: str
    arrange: Arrange
    whose: tuple[Whose, ...] = (Whose.NOBODY,)
    variant: str = ""  # of conditions with one title: what is different


# --- Laying a condition ----------------------------------------------------------------------------------------------


def block(reason: BlockReason, level: BlockLevel = BlockLevel.STOP, lifted: bool = False, kinds: str = "") -> Arrange:
    def lay(scene: Scene) -> Case:
        found = BlockFacts(reason, level, frozenset(kinds.split()), scene.affected, lifted)
        case = scene.case
        if isinstance(case.record, FamilyRecord) and scene.affected == OUTSIDER:
            return replace(case, record=replace(case.record, blocks=(*case.record.blocks, found)))
        return _in_household(case, lambda home: replace(home, blocks=(*home.blocks, found)))

    return lay


def person(**changes: Any) -> Arrange:
    """What is recorded of somebody of the household."""

    def lay(scene: Scene) -> Case | None:
        if scene.case.household is None or scene.case.household.member(scene.affected or "") is None:
            return None
        return _in_household(scene.case, lambda home: _changed(home, scene.affected, changes))

    return lay


def _changed(home: HouseholdFacts, atena_no: str | None, changes: dict[str, Any]) -> HouseholdFacts:
    def change(member: PersonFacts) -> PersonFacts:
        return replace(member, **changes) if member.atena_no == atena_no else member

    return replace(home, members=tuple(change(member) for member in home.members))


def _in_household(case: Case, change: Callable[[HouseholdFacts], HouseholdFacts]) -> Case:
    assert case.household is not None
    return replace(case, household=change(case.household))


def leave(scene: Scene) -> Case | None:
    """Dead, moved out, removed: the register has no living resident any more. Who was asked for stays asked for."""
    case, gone = scene.case, scene.affected
    if gone == REQUESTER:
        return replace(case, household=None)
    if case.household is None or case.household.member(gone or "") is None:
        return None
    is_named = case.kind.who is Relation.HOUSEHOLD  # 「世帯全員」 would be those who stay
    asked = replace(case, request=replace(case.request, persons=case.shown)) if is_named else case
    stay = tuple(member for member in asked.members if member.atena_no != gone)
    return _in_household(asked, lambda home: replace(home, members=stay))


def leave_register(scene: Scene) -> Case | None:
    """除籍: struck out of the 戸籍, and still asked for."""
    record = scene.case.record
    if not isinstance(record, FamilyRecord) or record.member(scene.affected or "") is None:
        return None
    members: Any = tuple(replace(m, is_removed=m.is_removed or m.atena_no == scene.affected) for m in record.members)
    return replace(scene.case, record=replace(record, members=members))


def ask_for(scene: Scene) -> Case | None:
    """Nobody but this person."""
    if scene.affected is None:
        return None
    return replace(scene.case, request=replace(scene.case.request, persons=(scene.affected,)))


def ask_twice(scene: Scene) -> Case:
    return replace(scene.case, request=replace(scene.case.request, persons=(REQUESTER, REQUESTER)))


def request(**changes: Any) -> Arrange:
    return lambda scene: replace(scene.case, request=replace(scene.case.request, **changes))


def _ask_item(*options: Option) -> Arrange:
    return request(options=frozenset(option.code for option in options))


def case(**changes: Any) -> Arrange:
    return lambda scene: replace(scene.case, **changes)


def town(arrange: Arrange | None = None, **switches: str) -> Arrange:
    """With the town's switches, and then `arrange`."""

    def lay(scene: Scene) -> Case | None:
        rules = replace(scene.case.ordinance, switches={**scene.case.ordinance.switches, **switches})
        set_up = replace(scene, case=replace(scene.case, ordinance=rules))
        return arrange(set_up) if arrange else set_up.case

    return lay


def without_wording(scene: Scene) -> Case:
    return replace(scene.case, ordinance=replace(scene.case.ordinance, texts={}))


def without_fee(scene: Scene) -> Case:
    none = Ordinance(scene.case.ordinance.municipality, scene.case.ordinance.on, {}, scene.case.ordinance.texts)
    return replace(scene.case, ordinance=none, fee=None)


def pick(wrong: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Arrange:
    """Of what can be picked, wrongly."""

    def lay(scene: Scene) -> Case:
        keys = tuple(choice.key for choice in scene.case.choices)
        return replace(scene.case, request=replace(scene.case.request, picks=wrong(keys)))

    return lay


def pick_twice(scene: Scene) -> Case | None:
    return None if scene.case.kind.picks is Picks.NONE else pick(lambda keys: (keys[0], keys[0]))(scene)


def record(kind: type, **changes: Any) -> Arrange:
    """What the register itself says."""

    def lay(scene: Scene) -> Case | None:
        found: Any = scene.case.record
        return replace(scene.case, record=replace(found, **changes)) if isinstance(found, kind) else None

    return lay


def entries(kind: type, name: str, **changes: Any) -> Arrange:
    """The same of every entry of a record of this class."""

    def lay(scene: Scene) -> Case | None:
        found: Any = scene.case.record
        if not isinstance(found, kind):
            return None
        listed = tuple(replace(entry, **changes) for entry in getattr(found, name))
        return replace(scene.case, record=replace(found, **{name: listed}))

    return lay


def no_record(scene: Scene) -> Case | None:
    """The register has nothing of this person."""
    return None if scene.case.record is None else replace(scene.case, record=None)


def only(code: str, arrange: Arrange) -> Arrange:
    return lambda scene: arrange(scene) if scene.case.kind.code == code else None


# --- The conditions --------------------------------------------------------------------------------------------------

BLOCK_RULES = {
    BlockReason.PROTECTION_MEASURE: "B01",
    BlockReason.PROVISIONAL_PROTECTION: "B01",
    BlockReason.MOVEMENT_PENDING: "B04",
    BlockReason.FAMILY_REGISTER_PENDING: "B06",
    BlockReason.ADULT_GUARDIANSHIP: "B08",
    BlockReason.SEAL_SUSPENDED: "B09",
    BlockReason.OTHER: "B00",
}
_TODAY = samples.AT.date()
_YESTERDAY = _TODAY - timedelta(days=1)
_ON_ANYBODY = tuple(whose for whose in Whose if whose is not Whose.NOBODY)
_IN_HOUSEHOLD = (Whose.REQUESTER, Whose.REQUESTER_UNSEEN, Whose.MEMBER, Whose.MEMBER_UNSEEN)


def _of_blocks() -> Iterator[Condition]:
    for reason, rule in BLOCK_RULES.items():
        variants = {
            "stop": (block(reason), "エラー"),
            "warn": (block(reason, BlockLevel.WARN), "アラート"),
            "lifted": (block(reason, lifted=True), "エラー, 一時解除中"),
            "elsewhere": (block(reason, kinds="another_certificate"), "エラー, for another kind"),
        }
        if reason is BlockReason.ADULT_GUARDIANSHIP:
            everywhere = town(block(reason), adult_guardianship="all")
            variants["all"] = everywhere, "エラー, `adult_guardianship` all"
        for key, (arrange, variant) in variants.items():
            title = f"抑止「{reason.japanese}」"
            yield Condition(f"{reason.value}.{key}", rule, title, arrange, _ON_ANYBODY, variant)


_MOVES = person(moving_out_on=_TODAY + timedelta(days=9))
_MOVING = "転出届 filed, 転出予定日 to come"
_WAITS = person(has_provisional_change=True)
_OLD = town(_WAITS, provisional="print_old")
_WAITING = "仮登録 waits; what could be printed is the state before"
_OLD_REGISTER = "the register's last file arrived two hours ago"
_TWO_HOURS_OLD = case(arrived_at=samples.AT - timedelta(hours=2))
PERSONAL = (
    Condition("asked", "R01", "Asked for, and nobody else", ask_for, ON_A_PERSON),
    Condition("left", "B02", "Dead, moved out or removed", leave, _IN_HOUSEHOLD),
    Condition("moving.block", "B03", _MOVING, _MOVES, _IN_HOUSEHOLD, "`moving_out` block (default)"),
    Condition("moving.allow", "B03", _MOVING, town(_MOVES, moving_out="allow"), _IN_HOUSEHOLD, "`moving_out` allow"),
    Condition("provisional.block", "B04", _WAITING, _WAITS, _IN_HOUSEHOLD, "`provisional` block (default)"),
    Condition("provisional.old", "B04", _WAITING, _OLD, _IN_HOUSEHOLD, "`provisional` print_old"),
    Condition("today", "B05", "Moved in or notified today", person(notified_on=RecordedDate(_TODAY)), _IN_HOUSEHOLD),
    Condition("young", "B07", "Not yet 15", person(birth_date=RecordedDate(date(2011, 1, 16))), _IN_HOUSEHOLD),
    Condition("struck", "B20", "除籍: struck out of the 戸籍", leave_register, ON_A_PERSON),
)
TOWN = (
    Condition("twice", "R03", "the same person asked for twice", ask_twice),
    Condition("closed", "B21", "outside service hours, a closed day, stopped", case(is_open=False)),
    Condition("unpriced", "B21", "the town has no fee for it", without_fee),
    Condition("unworded", "B21", "the town has not worded its 認証文", without_wording),
    Condition("old", "B24", _OLD_REGISTER, town(_TWO_HOURS_OLD, register_hours="1"), variant="`register_hours` 1"),
    Condition("fresh", "B24", _OLD_REGISTER, town(_TWO_HOURS_OLD, register_hours="2"), variant="`register_hours` 2"),
    Condition("unlimited", "B24", _OLD_REGISTER, _TWO_HOURS_OLD, variant="`register_hours` none (default)"),
    Condition("unregistered", "B15", "the card is not registered for it", case(services=frozenset())),
    Condition("exempt", "R05", "an exemption is claimed", request(exemption=Exemption.NATIONAL_PENSION)),
    Condition("unknown-item", "R02", "an item that this kind has not", _ask_item(Option("no_such_item", ""))),
    Condition("number", "R02", "個人番号, `individual_number_at_kiosk` no (default)", _ask_item(INDIVIDUAL_NUMBER)),
    Condition(
        "pension-and-more",
        "R02",
        "the form for a pension with another item",
        only("resident_record_items", _ask_item(PENSION, DOMICILE)),
    ),
    Condition("unknown-pick", "R06", "something picked that was not offered", pick(lambda _keys: ("no-such-thing",))),
    Condition("pick-twice", "R06", "the same thing picked twice", pick_twice),
)
REGISTER = (
    Condition("nothing", "B16", "the register has nothing of this person", no_record),
    Condition("enquiry", "B09", "印鑑登録 照会中", record(SealFacts, status=SealStatus.ENQUIRY)),
    Condition("suspended", "B09", "印鑑登録 一時停止", record(SealFacts, status=SealStatus.SUSPENDED)),
    Condition("updating", "B06", "戸籍届 accepted, not yet written down", record(FamilyRecord, is_updating=True)),
    Condition("no-entries", "B06", "no entry of a member yet", entries(FamilyRegisterFacts, "members", events=())),
    Condition("no-addresses", "B06", "no address yet", entries(AddressHistoryFacts, "members", addresses=())),
    Condition("unfiled", "B16", "未申告", entries(IncomeTaxRecord, "years", filing=Filing.NOT_FILED)),
    Condition("elsewhere", "B16", "1月1日 lived elsewhere", entries(IncomeTaxRecord, "years", was_resident=False)),
    Condition(
        "switchover",
        "B17",
        "年度切替期間, `income_tax_switchover` stop",
        only("income_tax", town(request(at=samples.AT.replace(month=5)), income_tax_switchover="stop")),
    ),
    Condition("correction", "B17", "更正・修正 under way", entries(IncomeTaxRecord, "years", is_under_correction=True)),
    Condition("overdue", "B18", "納期の到来した未納がある", entries(TaxPaymentRecord, "taxes", overdue_yen=100)),
    Condition("not-due", "B18", "納期未到来の額がある", entries(TaxPaymentRecord, "taxes", not_due_yen=100)),
    Condition("settling", "B18", "a payment is not yet booked", entries(TaxPaymentRecord, "taxes", is_settling=True)),
    Condition("arrears", "B18", "軽自動車税に未納がある", entries(VehicleTaxRecord, "vehicles", has_arrears=True)),
    Condition("unpaid", "B18", "軽自動車税 not paid", entries(VehicleTaxRecord, "vehicles", paid_on=None)),
    Condition(
        "vehicle-settling", "B18", "軽自動車税 not yet booked", entries(VehicleTaxRecord, "vehicles", is_settling=True)
    ),
    Condition("invalid", "B18", "有効期限 is past", entries(VehicleTaxRecord, "vehicles", valid_until=_YESTERDAY)),
    Condition("too-many", "B19", "more than `property_limit`", only("property", town(property_limit="0"))),
    *(
        Condition(f"owner.{how}", "B19", f"資産: {how.japanese}", entries(PropertyRecord, "parcels", ownership=how))
        for how in Ownership
        if how is not Ownership.SOLE
    ),
    *(
        Condition(f"vehicle.{how}", "B19", f"車両: {how.japanese}", entries(VehicleTaxRecord, "vehicles", holding=how))
        for how in VehicleHolding
        if how is not VehicleHolding.OWN
    ),
)
CONDITIONS: tuple[Condition, ...] = (*_of_blocks(), *PERSONAL, *TOWN, *REGISTER)
