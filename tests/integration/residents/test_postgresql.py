"""The same import on the other engine: bulk statements, partial indexes and booleans are where the two differ."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.residents import checking, exporting, queries
from app.residents.models import PersonVersion
from app.residents.registers import PERSONS
from tests.integration.residents.conftest import Files

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
