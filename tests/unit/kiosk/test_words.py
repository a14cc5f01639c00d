"""What is said of certificates: every kind has words, prices and counts are told, a new kind falls back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import Babel

from app.certificates import catalogue
from app.certificates.catalogue import KINDS
from app.certificates.eligibility import RELAY_LATE, RULES
from app.certificates.kind import CertificateKind
from app.certificates.requests import MessageClass, Option, Picks
from app.kiosk import offers, words
from app.kiosk.basket import Scope
from app.municipalities.ordinances import Fee


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="ja")
    with app.test_request_context():
        yield


@pytest.fixture
def eleventh() -> Iterator[CertificateKind]:
    """A kind that no word here has heard of."""
    parent = KINDS["tax_payment"]
    document = type("AbsenceDocument", (parent.document,), {"kind": "absence"})
    kind = replace(parent, code="absence", title="不在住証明書", document=document, options=(Option("reason", "理由"),))
    catalogue.add(kind)
    yield kind
    catalogue.remove(kind)


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_has_a_title_a_line_and_a_sign(kind: str) -> None:
    assert kind in words.TITLES
    assert kind in words.USUAL
    assert kind in words.ICONS
    assert words.group_of(kind) in {"住民票・印鑑", "戸籍", "税"}


def test_every_option_has_words_and_the_eleventh_falls_back(eleventh: CertificateKind) -> None:
    options = {option.code for kind in KINDS.values() if kind is not eleventh for option in kind.options}
    assert options - set(words.OPTIONS) == set()
    assert words.option_words(eleventh.options[0]) == ("理由", "")
    offer = offers.describe("absence", Fee(400))
    assert (offer.title, offer.icon, offer.price, offer.must_pick) == ("不在住証明書", "sheet", "400円", True)
    assert offer.usual == "ご本人の分"
    assert words.pick_question("absence") == "どれの証明ですか？"
    assert words.group_of("absence") == "税"


def test_a_kind_that_is_no_longer_offered_keeps_a_name() -> None:
    assert words.title_of("gone") == "gone"


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        (Fee(300), ("300円", "")),
        (Fee(1200), ("1,200円", "")),
        (Fee(300, 1), ("300円", "1件ごと")),
        (Fee(300, 5), ("300円", "5件まで")),
        (Fee(0), ("無料", "")),
        (Fee(0, 5), ("無料", "")),
    ],
)
def test_a_price_says_what_it_is_for(fee: Fee, said: tuple[str, str]) -> None:
    assert words.price_words(fee) == said


@pytest.mark.parametrize(
    ("kind", "counted", "said"),
    [
        ("property", (5, 2), "土地5筆、家屋2棟"),
        ("property", (0, 2), "家屋2棟"),
        ("property", (7,), "7件"),
        ("tax_payment", (2,), "2件"),
    ],
)
def test_what_is_counted_is_named(kind: str, counted: tuple[int, ...], said: str) -> None:
    assert words.counted_words(kind, counted) == said


@pytest.mark.parametrize(
    ("kind", "scope", "said"),
    [
        ("resident_record", Scope.ALL, "世帯の全員"),
        ("resident_record", Scope.SELF, "わたしだけ"),
        ("resident_record", Scope.SOME, "世帯のうち2人"),
        ("family_register_individual", Scope.SOME, "戸籍のうち2人"),
        ("family_register_full", Scope.USUAL, "戸籍の全員"),
        ("seal_registration", Scope.USUAL, "ご本人の分"),
        ("seal_registration", Scope.SELF, "ご本人の分"),
    ],
)
def test_whom_the_sheet_shows(kind: str, scope: Scope, said: str) -> None:
    assert words.people_words(kind, scope, 2) == said


@pytest.mark.parametrize(
    ("kind", "picked", "is_said"),
    [("income_tax", 0, True), ("income_tax", 1, False), ("income_tax", 2, True), ("tax_payment", 0, True)]
    + [("tax_payment", 3, False), ("resident_record", 0, False)],
)
def test_what_is_missing_is_said(kind: str, picked: int, *, is_said: bool) -> None:
    assert bool(words.pick_problem(kind, picked)) is is_said
    assert KINDS["income_tax"].picks is Picks.ONE


def test_few_items_stand_together_and_many_under_headings() -> None:
    [(heading, few)] = words.option_groups(KINDS["resident_record"].options)
    assert (heading, len(few)) == ("", len(KINDS["resident_record"].options))
    groups = words.option_groups(KINDS["resident_record_items"].options)
    assert len(groups) > 3
    assert "" not in dict(groups)
    assert sum(len(found) for _heading, found in groups) == len(KINDS["resident_record_items"].options)
    assert words.option_groups(()) == []


def test_a_reason_that_has_no_words_is_the_neutral_one() -> None:
    assert words.reason_of("property", "B16") != words.reason_of("income_tax", "B16")
    assert words.reason_of("absence", "X99") == str(words.NEUTRAL)


def test_no_neutral_rule_has_words_of_its_own() -> None:
    """What may not be told has nothing to tell, for any kind."""
    rules = [(kind, rule) for kind in KINDS.values() for rule in (*RULES, *kind.rules)]
    told = {rule.code for _kind, rule in rules if rule.message_class is MessageClass.INFORMATION} | {RELAY_LATE.rule}
    assert {reason.split()[-1] for reason in words.REASONS} <= told
    assert told <= {reason.split()[-1] for reason in words.REASONS}
