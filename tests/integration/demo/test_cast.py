import unicodedata
from datetime import date

import pytest
from cryptography import x509

from app import clock
from app.cards import usability, verification
from app.cards.vocabularies import CardState
from app.certificates.typeface import find_missing
from app.demo.building import invent_town
from app.demo.towns import TOWNS, populations
from app.municipalities.partitions import partitions
from app.protocol.canonical import from_base64url
from app.residents import queries
from app.residents.registers import REGISTERS
from app.residents.vocabularies import BlockReason, ForeignClass, ResidentStatus, SealStatus
from tests.integration.demo.box import find, tray


def household(demo, case):
    code, _facts, row = find(demo, case)
    with partitions.open(code) as p:
        return queries.find_household_of(p, row.atena_no)


def seal(demo, case):
    code, _facts, row = find(demo, case)
    with partitions.open(code) as p:
        return queries.find_seal(p, row.atena_no)


def test_every_card_of_the_box_says_whose_it_is_in_two_languages(demo):
    cards = tray(demo).values()
    assert len(cards) > 90
    assert all(card["label"].startswith("【") and card["label_en"].isascii() for card in cards)
    assert {card["pin_hint"] for card in cards} == {"1234"}


@pytest.mark.parametrize("case", ["not-a-member", "unknown-card", "untrusted"])
def test_a_card_of_nobody_leads_nowhere(demo, case):
    assert find(demo, case)[2] is None


@pytest.mark.parametrize(
    ("case", "failure"),
    [
        ("card-lost", "stopped"),
        ("card-suspended", "stopped"),
        ("card-returned", "stopped"),
        ("card-expired", "expired"),
        ("continued-use", "continued_use_pending"),
        ("usable-tomorrow", "usable_tomorrow"),
    ],
)
def test_cards_that_may_not_be_used_today(demo, case, failure):
    row = find(demo, case)[2]
    assert usability.why_unusable(row.state, row.valid_until, row.usable_from, clock.today()) == failure


def test_the_locked_card_has_no_tries_left(demo):
    row = find(demo, "locked")[2]
    assert (row.tries_left, row.state) == (0, CardState.ACTIVE)


@pytest.mark.parametrize(("case", "is_good"), [("family-head", True), ("certificate-expired", False)])
def test_certificates_are_valid_or_expired(demo, case, is_good):
    names = [name for name in tray(demo) if name.endswith(case)]
    certificate = x509.load_der_x509_certificate(from_base64url(tray(demo)[names[0]]["chip"]["certificate"]))
    assert (certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc) is is_good
    assert certificate.public_key().key_size == verification.RSA_BITS


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("protected", BlockReason.PROTECTION_MEASURE),
        ("protected-child", BlockReason.PROTECTION_MEASURE),
        ("provisional-protection", BlockReason.PROVISIONAL_PROTECTION),
        ("movement-pending", BlockReason.MOVEMENT_PENDING),
        ("guardianship", BlockReason.ADULT_GUARDIANSHIP),
        ("seal-block", BlockReason.SEAL_SUSPENDED),
        ("register-pending", BlockReason.FAMILY_REGISTER_PENDING),
        ("household-block", BlockReason.OTHER),
        ("block-past-end", BlockReason.OTHER),
    ],
)
def test_blocks_in_force(demo, case, reason):
    assert reason in {block.reason for block in household(demo, case).blocks}


def test_a_lifted_block_is_no_block(demo):
    assert household(demo, "lifted-block").blocks == ()


@pytest.mark.parametrize("case", ["deceased", "moved-out", "removed"])
def test_who_is_gone_has_no_household_but_still_a_card(demo, case):
    code, _facts, row = find(demo, case)
    assert row.state is CardState.ACTIVE
    with partitions.open(code) as p:
        assert queries.find_household_of(p, row.atena_no) is None
        assert queries.find_person(p, row.atena_no).status is not ResidentStatus.RESIDENT


def test_changes_that_are_on_their_way(demo):
    assert any(m.moving_out_on for m in household(demo, "moving-out-head").members)
    assert any(m.has_provisional_change for m in household(demo, "provisional").members)


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("no-seal", None),
        ("seal-lost", None),
        ("seal-enquiry", SealStatus.ENQUIRY),
        ("seal-suspended", SealStatus.SUSPENDED),
    ],
)
def test_seals_that_are_not_there(demo, case, status):
    found = seal(demo, case)
    assert (found.status if found else None) == status


def test_households_of_ten_and_without_a_head(demo):
    ten = household(demo, "household-of-ten").members
    assert [m.relationship for m in ten][:4] == ["世帯主", "妻", "子", "子の妻"]
    assert len(ten) == 10
    assert {m.household_head for m in household(demo, "without-head").members} == {""}


@pytest.mark.parametrize(
    ("case", "test"),
    [
        ("variant-name", lambda name: "\U000e0103" in name),
        ("beyond-bmp", lambda name: "\U00020bb7" in name),
        ("compatibility-name", lambda name: unicodedata.normalize("NFC", name) == name and "\ufa11" in name),
        ("compatibility-name-2", lambda name: unicodedata.normalize("NFC", name) != name),
    ],
)
def test_rare_names_are_in_the_register_as_written_and_can_be_printed(demo, case, test):
    name = household(demo, case).members[0].name
    assert test(name)
    assert find_missing(name) == ()


def test_one_name_has_a_variant_that_the_font_lacks(demo):
    assert find_missing(household(demo, "missing-variant").members[0].name)


def test_every_class_of_foreign_resident_lives_somewhere():
    classes = set()
    for town in TOWNS:
        with partitions.open(town.code) as p:
            for number in p.session.scalars(text_of_foreigners()):
                classes.add(queries.find_person(p, number).foreign.foreign_class)
    assert classes == set(ForeignClass)


def text_of_foreigners():
    import sqlalchemy as sa

    from app.residents.models import PersonVersion

    return sa.select(PersonVersion.atena_no).where(PersonVersion.foreign_class.is_not(None))


def test_odd_dates_of_birth(demo):
    births = [
        household(demo, c).members[0].birth_date for c in ("birth-unknown", "day-that-never-was", "last-of-taisho")
    ]
    assert [b.wording for b in births] == ["昭和22年月日不詳", "昭和30年2月29日", "大正15年12月25日"]
    assert [b.day for b in births] == [None, None, date(1926, 12, 25)]


def test_the_card_of_a_child_and_of_its_parent(demo):
    code, _facts, row = find(demo, "under-15")
    with partitions.open(code) as p:
        birth = queries.find_person(p, row.atena_no).birth_date.day
    assert usability.is_under_age(birth, clock.today())
    assert len(household(demo, "under-15-parent").members) == 2


@pytest.mark.parametrize("town", TOWNS[6:8], ids=lambda t: t.slug)
def test_the_same_seed_invents_the_same_people_and_another_seed_others(town):
    def rows(seed):
        made, _cards = invent_town(town, seed, populations(1000)[town.code])
        return {name: getattr(made, name) for name in REGISTERS}

    once, again, other = rows(1), rows(1), rows(2)
    assert once == again
    assert all(once[name] != other[name] for name in REGISTERS if once[name] and name != "blocks")
