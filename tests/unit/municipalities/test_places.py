"""A place is built from the settings and the union; what goes into SQL is plain or refused."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.config import Config
from app.municipalities.engines import journal_mode
from app.municipalities.errors import BadPlaceError
from app.municipalities.places import Place, locate

CONFIG = Config(
    Path("/srv/koiki"), "sqlite://", place_urls={"cell1": "postgresql+psycopg:///cell1", "own": "x:///{code}"}
)


@dataclass(frozen=True)
class Row:
    code: str = "901016"
    place_key: str = "embedded"
    place_schema: str | None = None
    place_role: str | None = None


def test_an_embedded_town_has_a_file_of_its_own() -> None:
    place = locate(CONFIG, Row())
    assert place.is_file
    assert place.path == Path("/srv/koiki/partitions/901016.db")
    assert place.options(writes=True) == {"writes": True, "route": ()}


def test_a_schema_and_a_role_are_taken_at_every_beginning() -> None:
    place = locate(CONFIG, Row(place_key="cell1", place_schema="m901016", place_role="r901016"))
    assert place.options(writes=False) == {
        "writes": False,
        "route": ('SET LOCAL ROLE "r901016"', 'SET LOCAL search_path TO "m901016"'),
    }


def test_a_place_may_name_the_code() -> None:
    assert locate(CONFIG, Row(place_key="own")).url == "x:///901016"


@pytest.mark.parametrize("names", [{}, {"place_schema": "m901016"}, {"place_role": "r901016"}])
def test_towns_share_no_schema_and_no_rights(names: dict[str, str]) -> None:
    with pytest.raises(BadPlaceError, match="schema and a role"):
        locate(CONFIG, Row(place_key="cell1", **names))


def test_a_place_that_the_settings_do_not_know() -> None:
    with pytest.raises(BadPlaceError, match="KOIKI_PLACE_CELL2 is not set"):
        locate(CONFIG, Row(place_key="cell2"))


@pytest.mark.parametrize("name", ['x"; DROP SCHEMA y; --', "", "M901016", "1a", "a" * 64, "a b", "a\n"])
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    for names in ({"schema": name}, {"role": name}):
        with pytest.raises(BadPlaceError):
            Place("postgresql:///x", **names)


def test_a_file_has_no_schema() -> None:
    with pytest.raises(BadPlaceError):
        Place("sqlite:///x.db", schema="m901016")


@pytest.mark.parametrize(
    ("version", "mode"),
    [((3, 40, 1), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((3, 53, 4), "WAL")],
)
def test_the_journal_follows_the_library(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode
