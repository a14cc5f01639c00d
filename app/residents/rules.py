"""PURE. What contradicts itself in the registers of persons, seals and blocks: within a row, and between rows.

Sources: 住民記録システム標準仕様書 1.1.6 (what may not be empty), 1.1.10 and 1.1.11 (世帯主, 続柄), 1.1.13 (check
digits), 1.2.2 (異動事由); 住民基本台帳法 7条, 30条の45; 印鑑登録証明事務処理要領 (from 15 years, one seal a person).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256

from app.residents.checkdigits import is_register_number
from app.residents.faults import Fault, Key, Outlook, Row
from app.residents.vocabularies import ForeignClass, MovementReason, ResidentStatus, ResidentType, SealStatus
from app.residents.wareki import from_column

SEAL_AGE = 15
JAPANESE_NEED = ("registered_domicile", "register_head", "became_resident_on")
JAPANESE_LACK = (
    "foreign_class",
    "nationality",
    "foreign_resident_since",
    "residence_card_no",
    "residence_status",
    "alias",
)
FOREIGN_NEED = ("foreign_class", "nationality", "foreign_resident_since")
FOREIGN_LACK = ("registered_domicile", "register_head", "former_surname")
CLASS_NEEDS: Mapping[ForeignClass, tuple[str, ...]] = {
    ForeignClass.MEDIUM_TO_LONG_TERM: ("residence_status", "residence_period", "residence_card_no"),
    ForeignClass.SPECIAL_PERMANENT: ("residence_card_no",),
    ForeignClass.TEMPORARY_REFUGE: ("residence_period",),
    ForeignClass.PROVISIONAL_STAY: ("residence_period",),
    ForeignClass.TRANSITIONAL_BIRTH: (),
    ForeignClass.TRANSITIONAL_LOSS: (),
}
ENDING: Mapping[MovementReason, ResidentStatus] = {
    MovementReason.MOVED_OUT: ResidentStatus.MOVED_OUT,
    MovementReason.MOVED_OUT_ABROAD: ResidentStatus.MOVED_OUT,
    MovementReason.DEATH: ResidentStatus.DECEASED,
    MovementReason.REMOVED_EX_OFFICIO: ResidentStatus.REMOVED,
}


def check_digits(row: Row, columns: Iterable[str]) -> Iterator[Fault]:
    """宛名番号 and 世帯番号; numbers given out before the standard are exempt by choice of the operator."""
    for column in columns:
        number = row.values[column]
        if number and not is_register_number(number):
            yield row.fault(column, "wrong check digit")


def check_person(row: Row, today: date) -> Iterator[Fault]:
    """One version of one person by itself."""
    v = row.values
    if v["history_no"] < 1:
        yield row.fault("history_no", "must be at least 1")
    yield from _check_dates(row, today)
    if v["resident_type"] is ResidentType.JAPANESE:
        yield from _check_presence(row, JAPANESE_NEED, JAPANESE_LACK)
    else:
        needed = CLASS_NEEDS.get(v["foreign_class"], ())
        yield from _check_presence(row, (*FOREIGN_NEED, *needed), FOREIGN_LACK)
    ends = ENDING.get(v["movement_reason"])
    if ends and ends is not v["status"] and not (v["status"] is ResidentStatus.RESIDENT and v["moving_out_on"]):
        yield row.fault("movement_reason", "contradicts 住民状態")


def judge_persons(o: Outlook) -> Iterator[Fault]:
    """The households that the rows touch, as they would be; and that no 個人番号 is given twice."""
    touched = {row.values["setai_no"] for row in o.current.values()} - set(o.doubtful)
    yield from check_households(row for row in o.after("persons").values() if row.values["setai_no"] in touched)
    yield from check_individual_numbers(o.opened("individual_number"))


def judge_seals(o: Outlook) -> Iterator[Fault]:
    """Each against its owner, and all against each other."""
    for row in o.rows:
        yield from check_seal(row, o.after("persons"))
    yield from check_seals_together(o.after("seals").values())


def judge_blocks(o: Outlook) -> Iterator[Fault]:
    """Each names somebody in a register: a resident, or a member of a 戸籍 who lives elsewhere (住登外)."""
    persons = o.after("persons")
    households = {row.values["setai_no"] for row in persons.values()}
    lived_in = {r.values["setai_no"] for r in persons.values() if r.values["status"] is ResidentStatus.RESIDENT}
    members = {row.values["atena_no"] for row in o.after("family_members").values()}
    known = {row.values["atena_no"] for row in persons.values()} | members
    for row in o.rows:
        yield from check_block(row, known, households)
        if row.values["lifted_at"] is None and row.values["setai_no"] in households - lived_in:
            yield row.warning("setai_no", "nobody lives in this household any more: the block stops nothing")


def compare_imprints(o: Outlook) -> Iterator[Fault]:
    """The stored pictures against the hashes of what was registered."""
    for row in o.rows:
        if sha256(row.values["imprint_png"]).hexdigest() != row.values["imprint_sha256"]:
            yield row.fault("imprint_png", "is not the imprint that was registered")


def check_households(rows: Iterable[Row]) -> Iterator[Fault]:
    """The current versions of living residents, household by household."""
    households: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.values["status"] is ResidentStatus.RESIDENT:
            households[row.values["setai_no"]].append(row)
    for members in households.values():
        yield from _check_household(members)


def check_individual_numbers(numbers: Iterable[tuple[str, Row]]) -> Iterator[Fault]:
    """Two persons cannot have one 個人番号."""
    seen: dict[str, Row] = {}
    for number, row in numbers:
        other = seen.setdefault(number, row)
        if other.values["atena_no"] != row.values["atena_no"]:
            yield row.fault("individual_number", "another person has the same number")


def check_seal(row: Row, persons: Mapping[Key, Row]) -> Iterator[Fault]:
    """One registration, against the current version of its owner."""
    v, owner = row.values, persons.get((row.values["atena_no"],))
    is_cancelled = v["status"] is SealStatus.CANCELLED
    if is_cancelled != (v["cancel_cause"] is not None):
        yield row.fault("cancel_cause", "a cancelled registration has a cause, and no other")
    if owner is None:
        yield row.fault("atena_no", "nobody in the register has this number")
        return
    if not is_cancelled and owner.values["status"] is not ResidentStatus.RESIDENT:
        yield row.fault("status", "the person is no longer a resident: the registration must be cancelled")
    born = from_column(owner.values["birth_date"]).day
    if born and _age(born, v["registered_on"]) < SEAL_AGE:
        yield row.fault("registered_on", "the person was not yet 15 years old")


def check_seals_together(rows: Iterable[Row]) -> Iterator[Fault]:
    """One live registration a person, and no imprint for two persons."""
    owners: dict[str, Row] = {}
    imprints: dict[str, Row] = {}
    for row in rows:
        if row.values["status"] is SealStatus.CANCELLED:
            continue
        if owners.setdefault(row.values["atena_no"], row) is not row:
            yield row.fault("atena_no", "the person has another registration that is not cancelled")
        if imprints.setdefault(row.values["imprint_sha256"], row) is not row:
            yield row.fault("imprint_png", "another registration has the same imprint")


def check_block(row: Row, atena_nos: Collection[str], setai_nos: Collection[str]) -> Iterator[Fault]:
    """One block: on a person or a household that exists."""
    v = row.values
    if (v["atena_no"] is None) == (v["setai_no"] is None):
        yield row.fault("atena_no", "a block names either a person or a household")
    if v["atena_no"] is not None and v["atena_no"] not in atena_nos:
        yield row.fault("atena_no", "nobody in the register has this number")
    if v["setai_no"] is not None and v["setai_no"] not in setai_nos:
        yield row.fault("setai_no", "no household in the register has this number")
    if v["ends_on"] and v["ends_on"] < v["starts_on"]:
        yield row.fault("ends_on", "before 開始年月日")


def _check_dates(row: Row, today: date) -> Iterator[Fault]:
    born = from_column(row.values["birth_date"]).day
    if born is None:
        return
    if born > today:
        yield row.fault("birth_date", "in the future")
    for column in ("became_resident_on", "address_since", "foreign_resident_since"):
        since = from_column(row.values[column]).day
        if since and since < born:
            yield row.fault(column, "before 生年月日")


def _check_presence(row: Row, needed: Iterable[str], lacking: Iterable[str]) -> Iterator[Fault]:
    kind = row.values["resident_type"].japanese
    yield from (row.fault(column, f"must not be empty for {kind}") for column in needed if not row.values[column])
    yield from (row.fault(column, f"must be empty for {kind}") for column in lacking if row.values[column])


def _check_household(members: list[Row]) -> Iterator[Fault]:
    heads = [row for row in members if row.values["relationship"] == "世帯主"]
    yield from (row.fault("relationship", "the household has another 世帯主") for row in heads[1:])
    home = members[0].values["address"], members[0].values["address_detail"]
    for row in members:
        if (row.values["address"], row.values["address_detail"]) != home:
            yield row.fault("address", "differs from the address of the household")
    if heads:
        yield from _check_against_head(heads[0], members)
    else:  # 世帯主未設定 is allowed (1.1.10): then nobody may name one
        named = (row for row in members if row.values["household_head"])
        yield from (row.fault("household_head", "names a 世帯主, but nobody in the household is one") for row in named)


def _check_against_head(head: Row, members: list[Row]) -> Iterator[Fault]:
    names = {head.values["name"], head.values["alias"], head.values["name_latin"]} - {""}
    born = from_column(head.values["birth_date"]).day
    spouses = [row for row in members if row.values["relationship"] in {"夫", "妻"}]
    yield from (row.fault("relationship", "the 世帯主 has another spouse") for row in spouses[1:])
    for row in members:
        if row.values["household_head"] not in names:
            yield row.fault("household_head", "is not the name of the 世帯主")
        own = from_column(row.values["birth_date"]).day
        if born and own and _is_wrong_generation(row.values["relationship"], own, born):
            yield row.fault("relationship", "contradicts 生年月日")


def _is_wrong_generation(relationship: str, own: date, head: date) -> bool:
    """A child, by birth or adoption (民法 793条), is younger than the parent."""
    return (relationship == "子" and own <= head) or (relationship in {"父", "母"} and own >= head)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
