"""The invented registers against each other: what the import does not judge and a reader would stumble over."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from app.demo.building import invent_town
from app.demo.people import BORN_BEFORE
from app.demo.towns import TOWNS
from app.residents.family_items import read_items
from app.residents.registers import REGISTERS
from app.residents.wareki import parse_date

YEAR = timedelta(days=365)
TOWN = TOWNS[1]
FIRST_ITEM = {"入籍": "届出日", "戸籍消除": "消除日"}


@pytest.fixture(scope="module")
def book():
    return invent_town(TOWN, 3, 900)[0]


@pytest.fixture(scope="module")
def latest(book):
    return {row["宛名番号"]: row for row in book.persons if not row.get("仮登録")}


@pytest.fixture(scope="module")
def families(book):
    """戸籍番号 → register row, member rows."""
    members = defaultdict(list)
    for row in book.family_members:
        members[row["戸籍番号"]].append(row)
    return {row["戸籍番号"]: (row, members[row["戸籍番号"]]) for row in book.family_registers}


def entries_of(book, family_no, member_no):
    """Kind and items, in their order."""
    rows = [r for r in book.family_events if (r["戸籍番号"], r["記載順"]) == (family_no, member_no)]
    return [(row["事項"], dict(read_items(row["記載内容"]))) for row in rows]


def test_every_japanese_whose_domicile_is_here_stands_in_one_register_and_says_the_same_of_it(latest, families):
    standing = defaultdict(list)
    for register, members in families.values():
        for member in members:
            if not member["除籍"] and register["戸籍の状態"] == "現在戸籍":
                standing[member["宛名番号"]].append((register["本籍"], register["筆頭者"]))
    for number, row in latest.items():
        if row["住民種別"] == "日本人" and row["住民状態"] != "死亡":
            is_here = row["本籍"].startswith(TOWN.address)
            assert standing[number] == ([(row["本籍"], row["筆頭者"])] if is_here else [])


def test_some_have_their_domicile_elsewhere_and_some_members_live_elsewhere(latest, families):
    away = sum(not row["本籍"].startswith(TOWN.address) for row in latest.values() if row["本籍"])
    assert 0.04 < away / len(latest) < 0.2
    members = [member for _register, rows in families.values() for member in rows]
    assert any(m["宛名番号"] not in latest and not m["除籍"] for m in members)
    assert any(m["除籍"] for m in members)


def test_lives_go_forward(book, families):
    """Birth, marriage, divorce, death: each entry not before the one above it, and nobody marries as a child."""
    for family_no, (_register, members) in families.items():
        for member in members:
            days = []
            for kind, items in entries_of(book, family_no, member["記載順"]):
                days.append(parse_date(items.get(FIRST_ITEM.get(kind, ""), next(iter(items.values())))).day)
                if kind == "婚姻" and days[0] and days[-1]:
                    assert days[-1] - days[0] > 16 * YEAR
            known = [day for day in days if day]
            assert known == sorted(known)
            assert all(day < BORN_BEFORE for day in known)


def test_children_are_younger_than_their_parents(families):
    for register, members in families.values():
        couple = [m for m in members if m["配偶者区分"]]
        children = [m for m in members if m["父"] in {register["氏"] + one["名"] for one in couple}]
        births = [parse_date(one["生年月日"]).day for one in couple]
        for child in children:
            born = parse_date(child["生年月日"]).day
            assert all(born - birth > 15 * YEAR for birth in births if birth)


def test_whoever_was_removed_has_an_entry_that_says_why(book, families):
    removed = [(no, m) for no, (_register, members) in families.items() for m in members if m["除籍"]]
    assert removed
    for family_no, member in removed:
        entries = entries_of(book, family_no, member["記載順"])
        assert any(kind == "死亡" or "新本籍" in items for kind, items in entries)


def test_a_register_is_begun_revised_or_brought_here(book, families):
    kinds = {entries_of(book, family_no, "0")[0][0] for family_no in families}
    assert kinds >= {"戸籍編製", "戸籍改製", "転籍"}


def test_the_last_address_of_a_resident_is_the_present_one(book, latest, families):
    last = {(row["戸籍番号"], row["記載順"]): row["住所"] for row in book.family_addresses}
    for family_no, (_register, members) in families.items():
        for member in members:
            row = latest.get(member["宛名番号"])
            if row and row["住民状態"] == "住民" and not member["除籍"]:
                assert last[family_no, member["記載順"]].replace("　", "") == row["住所"] + row["方書"]


def test_taxes_and_belongings_are_as_common_as_they_should_be(book, latest):
    grown = [n for n, row in latest.items() if row["生年月日"] < "2005" and row["住民状態"] == "住民"]
    heads = [n for n, row in latest.items() if row["世帯主との続柄"] == "世帯主"]
    assert {row["年度"] for row in book.income_taxes} == {"令和8年度", "令和7年度", "令和6年度"}
    assert len({row["宛名番号"] for row in book.income_taxes} & set(grown)) / len(grown) > 0.9
    assert 0.25 < len({row["宛名番号"] for row in book.properties}) / len(heads) < 0.5
    assert 0.3 < len({row["宛名番号"] for row in book.vehicles}) / len(heads) < 0.5
    assert {row["申告区分"] for row in book.income_taxes} == {"申告あり", "被扶養", "未申告"}


def test_what_is_paid_is_what_was_assessed(book):
    """Of 住民税 the sum on one certificate is the sum on the other."""
    assessed = {(r["宛名番号"], r["年度"]): r["年税額"] for r in book.income_taxes if r.get("年税額", "0") != "0"}
    paid = [row for row in book.tax_payments if row["税目"].startswith("市町村民税")]
    assert paid
    assert all(assessed[row["宛名番号"], row["年度"]] == row["課税額"] for row in paid)


def test_no_two_vehicles_of_a_town_have_one_plate(book):
    plates = [row["車両番号"] for row in book.vehicles]
    assert len(set(plates)) == len(plates)


def test_another_year_moves_the_tax_registers_alone():
    this, next_one = (invent_town(TOWN, 3, 300, year=year)[0] for year in (2026, 2027))
    assert this.persons == next_one.persons
    assert this.family_events == next_one.family_events
    assert {row["年度"] for row in next_one.vehicles} == {"令和9年度"}
    assert {date.fromisoformat(row["有効期限"]).year for row in next_one.vehicles} == {2028}


def test_every_register_has_rows_in_every_town():
    for town in TOWNS:
        made = invent_town(town, 1, 20)[0]
        assert not [name for name in REGISTERS if name != "blocks" and not getattr(made, name)]


def test_no_two_in_one_family_register_have_one_name(families):
    for _register, members in families.values():
        names = [member["名"] for member in members]
        assert len(set(names)) == len(names)


def test_whoever_marries_comes_from_the_register_of_the_father():
    for town in TOWNS[:2]:
        made = invent_town(town, 1, 20)[0]
        for row in made.family_members:
            married = [
                dict(read_items(e["記載内容"]))
                for e in made.family_events
                if (e["戸籍番号"], e["記載順"], e["事項"]) == (row["戸籍番号"], row["記載順"], "婚姻")
            ]
            for items in married:
                if former := items.get("従前戸籍"):
                    assert former.partition("　")[2] == row["父"]
