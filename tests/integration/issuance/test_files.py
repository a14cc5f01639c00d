"""What lies in the files of an embedded installation, and what happens when one is away."""

from __future__ import annotations

import pytest

from app.issuance import reconcile
from app.issuance.models import Issuance, Sheet
from app.issuance.states import Payment
from app.municipalities.partitions import partitions
from tests.integration.issuance.conftest import HOME, OTHER, Stage, rows


@pytest.fixture
def engine() -> str:
    return "sqlite"


def test_the_sheet_is_erased_from_the_file(stage: Stage, config) -> None:
    """The bytes at rest are looked for in the database file, before and after."""
    stage.place()
    stage.render()
    (sheet,) = rows(Sheet)
    file = config.home / "partitions" / f"{HOME}.db"
    marks = [sheet.pdf[:24], sheet.preview[:24], rows(Issuance)[0].document[:40].encode()]
    assert all(mark in file.read_bytes() for mark in marks)
    stage.cancel()
    partitions.dispose()
    assert rows(Sheet) == []
    assert not any(mark in file.read_bytes() for mark in marks)
    assert "若草　太郎".encode() not in file.read_bytes()


def test_a_town_that_is_down_does_not_hold_up_the_others(stage: Stage, config) -> None:
    stage.pay()
    stage.leave()
    partitions.dispose()
    (config.home / "partitions" / f"{OTHER}.db").rename(config.home / "away.db")
    assert reconcile.reconcile_all([OTHER, HOME]) == 1
    assert stage.order.payment is Payment.RELEASING
