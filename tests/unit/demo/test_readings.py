"""Every invented 戸籍 tells how its surname is read, as the residents in it are read."""

import pytest

from app.demo.building import invent_town
from app.demo.families import BLANK
from app.demo.towns import TOWNS


@pytest.mark.parametrize("town", TOWNS[:2], ids=lambda town: town.name)
def test_a_surname_is_read_in_the_register_as_by_the_residents(town):
    book, _cards = invent_town(town, 1, 150)
    read = {row["氏名"].partition(BLANK)[0]: row["氏名のフリガナ"].partition(BLANK)[0] for row in book.persons}
    registers = {row["氏"]: row["氏の振り仮名"] for row in book.family_registers}
    assert all(registers.values())
    known = registers.keys() & read.keys()
    assert len(known) > 20
    assert {surname: registers[surname] for surname in known} == {surname: read[surname] for surname in known}
