"""A document against what was asked for: every item of every kind, too much and too little, people, years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document
from app.certificates.items import DOMICILE
from app.certificates.kinds.family_register_addresses import AddressSheet, FamilyRegisterAddressesDocument
from app.certificates.kinds.resident_record_items import FOREIGN, PENSION, WITHOUT_DETAIL
from app.certificates.wishes import Wish
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import check_asked

YEARS = {
    code: tuple(choice.key for choice in samples.sample_case(code).choices) for code in ("income_tax", "tax_payment")
}
OTHERS = {"income_tax": "2019", "tax_payment": YEARS["tax_payment"][1]}
UNTOLD = {WITHOUT_DETAIL.code}  # an address looks like an address, with or without the room
# rows that not everybody has: on a form without marks nobody can tell that they were left out
NOT_MISSED = {("resident_record_items", option.code) for option in (DOMICILE, *FOREIGN)}


def made(code: str, *options: str, persons: int = 4, picks: tuple[str, ...] = ()) -> tuple[Document, Wish]:
    """A document, and the wish that it answers."""
    case = samples.sample_case(code, persons, options=options, picks=picks)
    wish = Wish(code, frozenset(options), case.shown, (), picks)
    return samples.sample(code, persons, options=options, picks=picks), wish


def findings(document: Document, wish: Wish) -> tuple[str, ...]:
    try:
        check_asked(document, wish)
    except SheetMismatchError as error:
        return error.findings
    return ()


def every_option() -> Iterator[Any]:
    for code, kind in KINDS.items():
        for option in kind.options:
            yield pytest.param(code, option.code, id=f"{code} {option.code}")


@pytest.mark.parametrize("code", KINDS)
def test_the_usual_content_answers_a_usual_wish(code: str) -> None:
    assert findings(*made(code)) == ()
    every = tuple(option.code for option in KINDS[code].options if option != PENSION)
    assert findings(*made(code, *every)) == ()


@pytest.mark.parametrize(("code", "option"), list(every_option()))
def test_an_item_too_many_or_too_few(code: str, option: str) -> None:
    usual = {each.code for each in KINDS[code].usual} - {option}  # so that leaving one out does not mean the usual ones
    with_it, wish = made(code, option, *usual)
    without_it, other_wish = made(code, *usual)
    assert findings(with_it, wish) == findings(without_it, other_wish) == ()
    expected = () if option in UNTOLD else (f"option:{option}",)
    assert findings(with_it, other_wish)[:1] == expected  # the variant for a pension is about one person, too
    if (code, option) not in NOT_MISSED:
        assert findings(without_it, wish)[:1] == expected


@pytest.mark.parametrize("code", ["resident_record", "resident_record_items", "family_register_individual"])
def test_somebody_more_or_less(code: str) -> None:
    document, wish = made(code)
    count = len(wish.persons)
    for persons in (wish.persons[1:], (*wish.persons, "9")):
        assert findings(document, replace(wish, persons=persons)) == (f"persons:{count}/{len(persons)}",)


def test_the_people_of_an_address_history_that_nobody_left() -> None:
    """On several sheets somebody stands again; whoever left may have come back, and then nobody is counted."""
    document, wish = made("family_register_addresses")
    assert isinstance(document, FamilyRegisterAddressesDocument)
    assert findings(document, replace(wish, persons=("1",))) == ()
    stayed = tuple(AddressSheet(tuple(replace(part, removed="") for part in page.members)) for page in document.pages)
    count = len({part.number for page in stayed for part in page.members})
    assert findings(replace(document, pages=stayed), replace(wish, persons=("1",))) == (f"persons:{count}/1",)


def test_others_than_were_named() -> None:
    document, wish = made("resident_record")
    assert findings(document, replace(wish, persons_asked=wish.persons)) == ()
    assert findings(document, replace(wish, persons_asked=wish.persons[1:])) == ("persons",)


def test_another_kind() -> None:
    document, _wish = made("resident_record")
    _other, wish = made("seal_registration")
    assert findings(document, wish) == ("kind",)


@pytest.mark.parametrize("code", YEARS)
def test_another_year_than_was_picked(code: str) -> None:
    first, other = YEARS[code][0], OTHERS[code]
    document, wish = made(code, picks=(first,))
    assert findings(document, wish) == ()
    assert findings(document, replace(wish, picks=())) == ()  # the first choice
    for picks in ((other,), (first, other), ("nothing",)):
        assert findings(document, replace(wish, picks=picks)) == ("picks",)


def test_two_of_what_was_picked() -> None:
    picks = YEARS["tax_payment"][:2]
    document, wish = made("tax_payment", picks=picks)
    assert findings(document, wish) == ()
    for fewer in ((), picks[:1]):
        assert findings(document, replace(wish, picks=fewer)) == ("picks",)
