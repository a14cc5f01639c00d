"""The same import on the other engine: bulk statements, partial indexes and booleans are where the two differ."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.residents import checking, exporting, queries
from app.residents.family_models import FamilyEvent, FamilyMember
from app.residents.family_queries import find_address_history_of, find_family_register_of
from app.residents.models import PersonVersion
from app.residents.registers import FAMILY_MEMBERS, FAMILY_REGISTERS, PERSONS
from app.residents.tax_queries import find_income_taxes
from tests.integration.residents.conftest import CHILD, REGISTER, Files
from tests.integration.residents.test_taxes import FINDERS, ROWS

pytestmark = pytest.mark.postgres
KEY = bytes(range(32))
WIFE = {"宛名番号": "27", "氏名": "若草　花子", "世帯主との続柄": "妻", "個人番号": ""}
RARE = "\u845b\U000e0103\u57ce　\U00020bb7\ufa19之助"


@pytest.fixture
def town(tmp_path, on_postgresql):
    return Files(tmp_path, on_postgresql)


def test_import_change_supersede_and_export_again(town, tmp_path):
    p = town.p
    head = {"氏名": RARE, "世帯主の氏名": RARE}
    assert town.apply(town.persons(head, WIFE | {"世帯主の氏名": RARE})).counts()["added"] == 2
    assert town.apply(town.persons(head, WIFE | {"世帯主の氏名": RARE})).counts()["unchanged"] == 2
    waiting = head | {"履歴番号": "2", "仮登録": "1"}
    town.apply(town.persons(waiting))
    assert queries.find_household_of(p, "27").members[0].has_provisional_change
    town.apply(town.persons(waiting | {"仮登録": "", "履歴番号": "2"}))
    assert [m.name for m in queries.find_household_of(p, "27").members] == [RARE, "若草　花子"]
    assert queries.find_person(p, "19").history_no == 2
    assert exporting.export(p, "test", PERSONS, tmp_path / "out.csv", KEY) == 3
    assert town.plan(tmp_path / "out.csv").counts()["unchanged"] == 3
    assert checking.check(p, KEY) == []


def test_the_schema_refuses_two_current_versions(town):
    town.apply(town.persons({}, {"履歴番号": "2"}))
    with pytest.raises(IntegrityError):
        town.p.session.execute(sa.update(PersonVersion).values(is_current=True))


def test_a_family_and_its_taxes_come_in_and_are_handed_out(town):
    p = town.p
    town.family()
    for register, row in ROWS:
        town.apply(town.write([row]), register)
        town.apply(town.write([row | {"履歴番号": "2"}]), register)
    assert [m.given_name for m in find_family_register_of(p, "35").members] == ["太郎", "花子", "実"]
    assert len(find_address_history_of(p, "19").members[0].addresses) == 2
    assert [find(p, "19") is not None for find in FINDERS] == [True] * 4
    assert find_income_taxes(p, "19").years[0].history_no == 2
    assert sorted(queries.other_names(p, {"19"})) == ["若草　実", "若草　花子"]
    assert checking.check(p, KEY) == []


def test_a_member_changes_registers_in_one_file_and_never_stands_in_two(town):
    p = town.p
    town.family()
    town.apply(town.write([REGISTER | {"戸籍番号": "K-2", "筆頭者": "若草　実"}]), FAMILY_REGISTERS)
    town.apply(town.write([CHILD | {"戸籍番号": "K-2", "記載順": "1"}, CHILD | {"除籍": "1"}]), FAMILY_MEMBERS)
    town.apply(town.write([REGISTER | {"届出処理中": "1"}]), FAMILY_REGISTERS)  # its members stay in it
    assert find_family_register_of(p, "35").family_no == "K-2"
    with pytest.raises(IntegrityError):
        p.session.execute(sa.update(FamilyMember).values(is_standing=True, is_removed=False))


def test_the_schema_refuses_an_entry_without_its_person(town):
    town.family()
    p = town.p
    p.session.execute(sa.update(FamilyEvent).where(FamilyEvent.member_no == 3).values(member_no=8))
    with pytest.raises(IntegrityError):
        p.session.commit()
