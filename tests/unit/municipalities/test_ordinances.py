"""What a town says, what it leaves to the careful default, and what nobody may ask."""

import re
from dataclasses import replace
from datetime import date

import pytest

from app.certificates.catalogue import KINDS
from app.municipalities import kinds
from app.municipalities.ordinances import (
    COMMON_TEXTS,
    SWITCHES,
    Fee,
    Ordinance,
    Switch,
    UnknownKeyError,
    is_allowed,
    missing_texts,
    text_keys,
)

BARE = Ordinance("901016", date(2026, 4, 1))


def test_no_fee_is_not_free_of_charge() -> None:
    town = Ordinance("901016", date(2026, 4, 1), fees={("resident_record", "kiosk"): Fee(0)})
    assert town.fee("resident_record", "kiosk") == Fee(0)
    assert town.fee("resident_record", "counter") is None
    assert BARE.fee("resident_record", "kiosk") is None


@pytest.mark.parametrize("key", SWITCHES)
def test_a_default_is_one_of_the_values(key: str) -> None:
    assert BARE.switch(key) == SWITCHES[key].default
    assert is_allowed(key, SWITCHES[key].default)
    assert not is_allowed(key, "maybe")


@pytest.mark.parametrize("switch", SWITCHES.values(), ids=SWITCHES)
def test_what_may_be_chosen_is_said_in_a_line(switch: Switch) -> None:
    """Few values are listed; of many their form, with the first and the last of them."""
    assert len(switch.allowed) < 80
    said = set(re.findall(r"[\w-]+", switch.allowed))
    assert said >= (set(switch.values) if len(switch.values) <= 5 else {switch.values[0], switch.values[-1]})
    assert bool(switch.hint) is (len(switch.values) > 5)


def test_the_defaults_are_the_careful_ones() -> None:
    careful = {"moving_out": "block", "provisional": "block", "individual_number_at_kiosk": "no", "minimum_age": "15"}
    assert {key: BARE.switch(key) for key in careful} == careful


def test_what_the_town_chose() -> None:
    assert Ordinance("901016", date(2026, 4, 1), switches={"moving_out": "allow"}).switch("moving_out") == "allow"


ATTESTATIONS = tuple(key for kind in KINDS.values() for key in kind.attestations)
EVERYTHING = {(kind, "kiosk"): Fee(300) for kind in KINDS}


def test_the_attestations_have_no_default() -> None:
    assert all(key.split(".")[1].startswith("attestation") for key in ATTESTATIONS)
    priced = Ordinance("901016", date(2026, 4, 1), fees=EVERYTHING)
    assert missing_texts(priced) == list(ATTESTATIONS)
    worded = dict.fromkeys(ATTESTATIONS, "相違ない") | {ATTESTATIONS[0]: "　"}
    assert missing_texts(replace(priced, texts=worded)) == [ATTESTATIONS[0]]


def test_nothing_is_missing_for_what_the_town_does_not_issue() -> None:
    assert missing_texts(BARE) == []
    seal = Ordinance("901016", date(2026, 4, 1), fees={("seal_registration", "counter"): Fee(300)})
    assert missing_texts(seal) == ["seal_registration.attestation"]


def test_every_kind_has_a_note_and_some_texts_belong_to_none() -> None:
    assert set(text_keys()) == {*ATTESTATIONS, *(f"{kind}.note" for kind in KINDS), *COMMON_TEXTS}
    assert len(text_keys()) == len(set(text_keys()))


def test_a_kind_that_is_announced_may_be_worded_until_it_is_withdrawn() -> None:
    before = text_keys()
    kinds.announce("library_card", "図書館利用証", ["library_card.attestation"])
    try:
        assert kinds.find_code("図書館利用証") == "library_card"
        assert set(text_keys()) - set(before) == {"library_card.attestation", "library_card.note"}
        assert BARE.text("library_card.note") == ""
        named = Ordinance("901016", date(2026, 4, 1), fees={("library_card", "kiosk"): Fee(0)})
        assert missing_texts(named) == ["library_card.attestation"]
    finally:
        kinds.withdraw("library_card")
    assert text_keys() == before
    assert kinds.find_code("library_card") is None
    with pytest.raises(UnknownKeyError):
        BARE.text("library_card.note")


@pytest.mark.parametrize("word", ["", "住民票", "resident", "RESIDENT_RECORD", "resident_record ", "住民票の写し\n"])
def test_a_word_that_is_nearly_a_kind_is_none(word: str) -> None:
    assert kinds.find_code(word) is None


def test_an_optional_text_may_be_empty() -> None:
    assert BARE.text("seal_note") == ""
    assert BARE.text("resident_record.attestation_all") == ""


@pytest.mark.parametrize("ask", [BARE.text, BARE.switch])
def test_a_key_that_is_not_listed_is_a_mistake_in_the_program(ask: object) -> None:
    with pytest.raises(UnknownKeyError):
        ask("nothing")  # type: ignore[operator]
    assert not is_allowed("nothing", "x")
