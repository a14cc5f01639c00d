"""PURE. What contradicts itself in 戸籍 and 戸籍の附票: within a row, between rows, against the resident register.

Sources: 戸籍法 6条 (one couple and their unmarried children), 13条, 14条 (the first recorded is the 筆頭者), 15条 and
18条 (nobody stands in two registers); 戸籍法施行規則 附録第24号, 37条 (whoever is first stays when removed);
住民基本台帳法 17条, 19条 (changes are told from town to town, so that one register is written before the other).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from app.residents import wareki
from app.residents.family_items import read_items
from app.residents.family_vocabularies import (
    ADOPTED,
    CHILDREN,
    FORMER_RECORD,
    SPOUSES,
    EventKind,
    FamilyState,
    is_date_label,
)
from app.residents.faults import Fault, Key, Outlook, Row
from app.residents.vocabularies import ResidentStatus, ResidentType, Sex

REGISTERS, MEMBERS, ADDRESSES, PERSONS = "family_registers", "family_members", "family_addresses", "persons"


def check_register(row: Row, today: date) -> Iterator[Fault]:
    """One register by itself."""
    if (row.values["state"] is FamilyState.IN_FORCE) != (not row.values["closed_on"]):
        yield row.fault("closed_on", "a register that is not in force has this day, and no other")
    yield from _check_past(row, ("closed_on", "made_on"), today)


def check_member(row: Row, today: date) -> Iterator[Fault]:
    """One person by herself or himself: words that say the sex agree with it."""
    v = row.values
    yield from _check_past(row, ("birth_date",), today)
    if v["sex"] is Sex.BLANK:
        yield row.fault("sex", "must be 男 or 女")
        return
    if v["spouse_class"] not in {"", SPOUSES[v["sex"]]}:
        yield row.fault("spouse_class", "contradicts 性別")
    if v["relationship"] and v["relationship"] not in CHILDREN[v["sex"]]:
        yield row.fault("relationship", "contradicts 性別")
    if v["adoptive_relationship"] not in {"", ADOPTED[v["sex"]]}:
        yield row.fault("adoptive_relationship", "contradicts 性別")
    if bool(v["adoptive_relationship"]) != bool(v["adoptive_father"] or v["adoptive_mother"]):
        yield row.fault("adoptive_relationship", "goes with 養父 or 養母, and they with it")


def check_event(row: Row, _today: date) -> Iterator[Fault]:
    """One entry: in its place, with labels of its kind, with days that a register may hold."""
    kind: EventKind = row.values["kind"]
    if not kind.stands_at(row.values["member_no"]):
        yield row.fault("kind", "is no 戸籍事項" if row.values["member_no"] == 0 else "is no 身分事項")
    items = read_items(row.values["items"])
    if kind.needs and not kind.needs & {label for label, _wording in items}:
        yield row.fault("items", f"needs 【{'】 or 【'.join(sorted(kind.needs))}】")
    for position, (label, wording) in enumerate(items, start=1):
        if reason := _why_not(kind, label, wording):
            yield row.fault("items", f"item {position}: {reason}")


def check_address(row: Row, today: date) -> Iterator[Fault]:
    """One address by itself."""
    yield from _check_past(row, ("since",), today)


def judge_registers(o: Outlook) -> Iterator[Fault]:
    """To reopen a register must not put anybody in two."""
    ours = {row.values["family_no"]: row for row in o.rows}
    for one, other in _find_doubles(o):
        for family_no in {one.values["family_no"], other.values["family_no"]} & ours.keys():
            yield ours[family_no].fault("state", "somebody in it stands in another 戸籍 that is in force")


def judge_members(o: Outlook) -> Iterator[Fault]:
    """In a register that exists, in one alone, under the number of the right person."""
    registers, persons = o.after(REGISTERS), o.after(PERSONS)
    for row in o.rows:
        if (row.values["family_no"],) not in registers:
            yield row.fault("family_no", "no 戸籍 has this number")
        if person := persons.get((row.values["atena_no"],)):
            yield from _check_identity(row, person)
    yield from (row.fault("atena_no", "the person stands in another 戸籍 as well") for _first, row in _find_doubles(o))
    touched = {row.values["family_no"] for row in o.rows} - set(o.doubtful)
    for family_no, members in _by_family(o.after(MEMBERS).values(), touched).items():
        if register := registers.get((family_no,)):
            yield from _check_family(register, members)


def judge_events(o: Outlook) -> Iterator[Fault]:
    """Of a register and a member that exist; a birth on the day on which the member was born."""
    registers, members = o.after(REGISTERS), o.after(MEMBERS)
    for row in o.rows:
        family_no, member_no = row.values["family_no"], row.values["member_no"]
        member = members.get((family_no, member_no))
        if (family_no,) not in registers:
            yield row.fault("family_no", "no 戸籍 has this number")
        elif member_no and member is None:
            yield row.fault("member_no", "nobody in the 戸籍 has this number")
        elif member and row.values["kind"] is EventKind.BIRTH:
            yield from _check_birth(row, member)


def judge_addresses(o: Outlook) -> Iterator[Fault]:
    """Of a member that exists, one after the other."""
    members, touched = o.after(MEMBERS), set()
    for row in o.rows:
        touched.add((row.values["family_no"], row.values["member_no"]))
        if (row.values["family_no"], row.values["member_no"]) not in members:
            yield row.fault("member_no", "nobody in the 戸籍 has this number")
    for member, rows in _by_member(o).items():
        if member in touched and member[0] not in o.doubtful:
            yield from _check_sequence(rows)


def compare_registers(o: Outlook) -> Iterator[Fault]:
    """A register in force from which everybody is removed ought to be closed; one without anybody is none."""
    inhabited = {m.values["family_no"] for m in o.after(MEMBERS).values() if not m.values["is_removed"]}
    for row in o.rows:
        if row.values["state"] is FamilyState.IN_FORCE and row.values["family_no"] not in inhabited:
            yield row.fault("state", "nobody stands in it")


def compare_members(o: Outlook) -> Iterator[Fault]:
    """Against the resident of the same number. One of the two registers is written first: warnings, not errors."""
    registers, persons = o.after(REGISTERS), o.after(PERSONS)
    for row in o.rows:
        register, person = registers.get((row.values["family_no"],)), persons.get((row.values["atena_no"],))
        if register and person and _stands(row, registers) and _lives(person):
            yield from _compare_member(row, register, person)


def compare_addresses(o: Outlook) -> Iterator[Fault]:
    """The last address of each member against the resident's."""
    registers, members, persons = o.after(REGISTERS), o.after(MEMBERS), o.after(PERSONS)
    for key, rows in _by_member(o).items():
        member = members.get(key)
        person = persons.get((member.values["atena_no"],)) if member else None
        if not member or not person or not _stands(member, registers) or not _lives(person):
            continue
        home = _squeezed(person.values["address"])
        if _squeezed(rows[-1].values["address"]) not in {home, home + _squeezed(person.values["address_detail"])}:
            yield rows[-1].warning("address", "differs from the address of the resident")


def _why_not(kind: EventKind, label: str, wording: str) -> str:
    if label not in kind.labels:
        return f"its label is none of 「{kind.japanese}」"
    if not wording:
        return "" if label == FORMER_RECORD else "without wording"
    if not is_date_label(label):
        return ""
    try:
        wareki.parse_date(wording)
    except wareki.UnreadableDateError as error:
        return f"not a date that a register may hold: {error}"
    return ""


def _check_past(row: Row, columns: Iterable[str], today: date) -> Iterator[Fault]:
    for column in columns:
        day = wareki.from_column(row.values[column]).day
        if day and day > today:
            yield row.fault(column, "in the future")


def _check_identity(row: Row, person: Row) -> Iterator[Fault]:
    """A wrong number would hand one person's 戸籍 to another."""
    if person.values["resident_type"] is ResidentType.FOREIGN:
        yield row.fault("atena_no", "the resident with this number is a 外国人")
    if _differs(row.values["birth_date"], person.values["birth_date"]):
        yield row.fault("birth_date", "is not the 生年月日 of the resident with this number")


def _differs(one: str, other: str) -> bool:
    """Two days that are both known."""
    days = wareki.from_column(one).day, wareki.from_column(other).day
    return None not in days and days[0] != days[1]


def _find_doubles(o: Outlook) -> Iterator[tuple[Row, Row]]:
    """Who stands in two registers: the row that was there, and the other."""
    registers, seen = o.after(REGISTERS), dict[str, Row]()
    for row in o.after(MEMBERS).values():
        if _stands(row, registers):
            first = seen.setdefault(row.values["atena_no"], row)
            if first is not row:
                yield first, row


def _stands(member: Row, registers: Mapping[Key, Row]) -> bool:
    register = registers.get((member.values["family_no"],))
    return bool(register and register.values["state"] is FamilyState.IN_FORCE and not member.values["is_removed"])


def _lives(person: Row) -> bool:
    return person.values["status"] is ResidentStatus.RESIDENT


def _by_family(rows: Iterable[Row], wanted: Collection[str]) -> Mapping[str, list[Row]]:
    families: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.values["family_no"] in wanted:
            families[row.values["family_no"]].append(row)
    return families


def _by_member(o: Outlook) -> Mapping[Key, list[Row]]:
    """The addresses of each member in their order."""
    members: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in sorted(o.after(ADDRESSES).values(), key=lambda r: int(r.values["address_no"])):
        members[row.values["family_no"], row.values["member_no"]].append(row)
    return members


def _check_family(register: Row, members: Iterable[Row]) -> Iterator[Fault]:
    ordered = sorted(members, key=lambda row: int(row.values["member_no"]))
    first = ordered[0]
    if _squeezed(register.values["head"]) != _squeezed(register.values["surname"] + first.values["given_name"]):
        yield first.fault("given_name", "the first in a 戸籍 is its 筆頭者, who has another name")
    for word in SPOUSES.values():
        spouses = [r for r in ordered if r.values["spouse_class"] == word and not r.values["is_removed"]]
        yield from (row.fault("spouse_class", f"the 戸籍 has another 「{word}」") for row in spouses[1:])


def _check_birth(row: Row, member: Row) -> Iterator[Fault]:
    said = next((wording for label, wording in read_items(row.values["items"]) if label == "出生日"), "")
    if _differs(wareki.to_column(wareki.parse_date(said)), member.values["birth_date"]):
        yield row.fault("items", "is not the 生年月日 of the person")


def _check_sequence(rows: list[Row]) -> Iterator[Fault]:
    latest = date.min
    for row in rows:
        since = wareki.from_column(row.values["since"]).day or latest
        if since < latest:
            yield row.fault("since", "before the day of the address before it")
        latest = max(since, latest)


def _compare_member(row: Row, register: Row, person: Row) -> Iterator[Fault]:
    names = {_squeezed(register.values["surname"] + row.values["given_name"])}
    if _squeezed(person.values["name"]) not in names:
        yield row.warning("given_name", "the resident with this number has another name")
    if row.values["sex"] is not person.values["sex"]:
        yield row.warning("sex", "differs from the resident's")
    if _squeezed(register.values["registered_domicile"]) != _squeezed(person.values["registered_domicile"]):
        yield row.warning("family_no", "the resident has another 本籍")
    if _squeezed(register.values["head"]) != _squeezed(person.values["register_head"]):
        yield row.warning("family_no", "the resident has another 筆頭者")


def _squeezed(text: str) -> str:
    return "".join(text.split())
