"""Every card of the cast leads to what its label says, for every kind: by the way that a kiosk goes."""

from datetime import datetime
from unittest.mock import ANY

import pytest

from app.cards.models import CardUser
from app.certificates import service
from app.certificates.catalogue import KINDS
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import KIOSK, MessageClass, Request
from app.clock import JST
from app.demo.towns import TOWNS
from app.municipalities.partitions import partitions
from tests.integration.demo import box
from tests.integration.demo.box import find

AT = datetime(2026, 11, 24, 10, tzinfo=JST)  # a Tuesday on which every town is open
FULL, INDIVIDUAL, ADDRESSES = "family_register_full", "family_register_individual", "family_register_addresses"
CARRIES = {"options": frozenset(), "channel": KIOSK}


def outcome(demo, code, atena_no, kind, **asked):
    """The rule that refuses with its class, or sheets and yen."""
    request = Request(kind, atena_no, asked.pop("persons", ()), **(CARRIES | {"at": AT} | asked))
    with partitions.open(code) as p:
        try:
            made = service.prepare(p, atena_no, request, None, demo.config["KOIKI"].secrets.register)
        except EligibilityRefusedError as error:
            return error.refusal.rule, error.refusal.message_class.value
        return made.document.sheets, made.yen


def of_card(demo, case, kind, **asked):
    code, _facts, row = find(demo, case)
    return outcome(demo, code, row.atena_no, kind, **asked)


@pytest.mark.parametrize(
    ("case", "kind", "expected"),
    [
        ("register-of-six-sheets", FULL, (6, 350)),
        ("register-of-six-sheets", ADDRESSES, (3, 300)),
        ("register-variant-names", FULL, (ANY, 450)),
        ("foreign-spouse", FULL, (ANY, 450)),
        ("register-odd-dates", FULL, (ANY, 450)),
        ("many-addresses", ADDRESSES, (3, 300)),
        ("protected-spouse", FULL, ("B01", "N")),
        ("protected-spouse", ADDRESSES, ("B01", "N")),
        ("protected-spouse", INDIVIDUAL, (ANY, 350)),
        ("protected-spouse", "resident_record", (1, 200)),
        ("register-updating", FULL, ("B06", "N")),
        ("register-updating", ADDRESSES, ("B06", "N")),
        ("register-updating", "resident_record", (1, 200)),
        ("register-pending", FULL, ("B06", "N")),
        ("register-pending", "resident_record", (1, 250)),
        ("left-register", FULL, ("B20", "I")),
        ("domicile-elsewhere", FULL, ("B20", "I")),
        ("domicile-elsewhere", ADDRESSES, ("B20", "I")),
        ("domicile-elsewhere", "income_tax", (1, 200)),
        ("long-latin-name", FULL, ("B20", "I")),
        ("register-hours", FULL, (ANY, 450)),
        ("register-at-counter", FULL, ("B21", "I")),
        ("not-taxed", "income_tax", (1, 200)),
        ("dependant", "income_tax", (1, 200)),
        ("not-filed", "income_tax", ("B16", "I")),
        ("moved-in", "income_tax", ("B16", "I")),
        ("under-correction", "income_tax", ("B17", "I")),
        ("thirty-parcels", "property", (3, 2100)),
        ("joint-ownership", "property", ("B19", "N")),
        ("heirs", "property", ("B19", "N")),
        ("too-many-parcels", "property", ("B19", "N")),
        ("no-property-here", "property", ("B21", "I")),
        ("overdue", "tax_payment", ("B18", "N")),
        ("settling", "tax_payment", ("B18", "N")),
        ("three-vehicles", "vehicle_tax_payment", (1, 0)),
        ("vehicle-arrears", "vehicle_tax_payment", ("B18", "N")),
        ("vehicle-retained", "vehicle_tax_payment", ("B19", "N")),
        ("no-vehicle", "vehicle_tax_payment", ("B16", "I")),
        ("protected", FULL, ("B01", "N")),
        ("deceased", "income_tax", ("B02", "N")),
        ("under-15", "resident_record", ("B07", "I")),
        ("missing-variant", FULL, ("B10", "N")),
        ("missing-variant", "income_tax", ("B10", "N")),
    ],
)
def test_what_a_card_of_the_cast_shows(demo, case, kind, expected):
    """ANY: how many sheets a family fills depends on where its addresses break."""
    shown = of_card(demo, case, kind)
    assert shown == expected
    assert isinstance(shown[0], int) or expected[0] is not ANY


def test_the_family_of_hoshimi_has_everything(demo):
    code, _facts, row = find_in(demo, "02-hoshimi-family-head")
    assert {kind: type(outcome(demo, code, row.atena_no, kind)[0]) for kind in KINDS} == dict.fromkeys(KINDS, int)
    with partitions.open(code) as p:
        record = {
            kind: service.READERS[KINDS[kind].source](p, row.atena_no)
            for kind in ("income_tax", "property", "tax_payment", "vehicle_tax_payment", FULL)
        }
    assert [year.fiscal_year for year in record["income_tax"].years] == [2026, 2025, 2024]
    assert sorted(parcel.asset.value for parcel in record["property"].parcels) == ["house", "land", "land"]
    assert len(record["vehicle_tax_payment"].vehicles) == 2
    assert len(record["tax_payment"].taxes) == 5
    assert len(record[FULL].members) == 4


def test_a_year_is_chosen_of_those_that_the_town_opens(demo):
    for year in ("2026", "2025", "2024"):
        assert of_card(demo, "dependant", "income_tax", picks=(year,))[0] == (1 if year == "2026" else "B16")


def test_a_protected_spouse_can_be_left_off_the_sheet_by_asking_for_oneself(demo):
    code, _facts, row = find(demo, "protected-spouse")
    assert outcome(demo, code, row.atena_no, ADDRESSES, persons=(row.atena_no,)) == (1, 300)


def test_every_card_gets_a_sheet_or_a_refusal_with_a_class_and_all_kinds_are_issued(demo):
    issued, refused = set(), set()
    for town in TOWNS:
        with partitions.open(town.code) as p:
            numbers = {row.atena_no for row in p.session.query(CardUser)}
        for kind in KINDS:
            for number in numbers:
                first, second = outcome(demo, town.code, number, kind)
                (refused if isinstance(first, str) else issued).add((kind, second if isinstance(first, str) else ""))
    assert {kind for kind, _word in issued} == set(KINDS)
    assert {word for _kind, word in refused} <= {word.value for word in MessageClass}
    assert {kind for kind, word in refused if word == "N"} == set(KINDS)


def find_in(demo, name):
    """A card by its file's name: the families' cases are in every town."""
    facts = box.tray(demo)[name]
    code = box.CODES[name[:2]]
    with partitions.open(code) as p:
        return code, facts, p.session.query(CardUser).filter_by(credential=box.credential(facts)).one()
