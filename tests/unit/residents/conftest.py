"""Invented people for the tests of this package."""

from datetime import date

import pytest

from app.residents.facts import PersonFacts, RecordedDate
from tests.unit.people import ordinary_person


@pytest.fixture
def person():
    """A maker of household members."""
    return _person


def _person(atena_no: str, relationship: str, born: int = 1980, register: str = "若草　太郎", **others) -> PersonFacts:
    """One member of a household, born on 1 April of a year."""
    birth = RecordedDate(date(born, 4, 1))
    others.setdefault("name", f"若草　{atena_no}")
    return ordinary_person(
        atena_no=atena_no, relationship=relationship, birth_date=birth, register_head=register, **others
    )
