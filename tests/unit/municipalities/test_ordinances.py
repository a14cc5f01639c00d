"""What a town says, what it leaves to the careful default, and what nobody may ask."""

from datetime import date

import pytest

from app.municipalities.ordinances import (
    SWITCHES,
    TEXT_KEYS,
    Ordinance,
    UnknownKeyError,
    is_allowed,
    missing_texts,
)

BARE = Ordinance("901016", date(2026, 4, 1))


def test_no_fee_is_not_free_of_charge() -> None:
    town = Ordinance("901016", date(2026, 4, 1), fees={("resident_record", "kiosk"): 0})
    assert town.fee("resident_record", "kiosk") == 0
    assert town.fee("resident_record", "counter") is None
    assert BARE.fee("resident_record", "kiosk") is None


@pytest.mark.parametrize("key", SWITCHES)
def test_a_default_is_one_of_the_values(key: str) -> None:
    assert BARE.switch(key) == SWITCHES[key].default
    assert is_allowed(key, SWITCHES[key].default)
    assert not is_allowed(key, "maybe")


def test_the_defaults_are_the_careful_ones() -> None:
    careful = {"moving_out": "block", "provisional": "block", "individual_number_at_kiosk": "no", "minimum_age": "15"}
    assert {key: BARE.switch(key) for key in careful} == careful


def test_what_the_town_chose() -> None:
    assert Ordinance("901016", date(2026, 4, 1), switches={"moving_out": "allow"}).switch("moving_out") == "allow"


def test_the_attestations_have_no_default() -> None:
    required = [key for key, default in TEXT_KEYS.items() if default is None]
    assert missing_texts(BARE) == required
    assert all(key.split(".")[1].startswith("attestation") for key in required)
    worded = Ordinance("901016", date(2026, 4, 1), texts={**dict.fromkeys(required, "相違ない"), required[0]: "　"})
    assert missing_texts(worded) == required[:1]


def test_an_optional_text_may_be_empty() -> None:
    assert BARE.text("seal_note") == ""
    assert BARE.text("resident_record.attestation_all") == ""


@pytest.mark.parametrize("ask", [BARE.text, BARE.switch])
def test_a_key_that_is_not_listed_is_a_mistake_in_the_program(ask: object) -> None:
    with pytest.raises(UnknownKeyError):
        ask("nothing")  # type: ignore[operator]
    assert not is_allowed("nothing", "x")
