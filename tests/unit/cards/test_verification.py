"""Certificates and signatures: good ones, and every way not to be good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from app import clock
from app.cards import evidence, keys
from app.cards.errors import CardRefusedError
from app.cards.jpki_ca import DemoAuthority, DemoChip, new_key
from app.cards.revocation import ListFolder
from app.cards.verification import Trust, issuer_id, load_roots
from app.config import Config
from app.protocol.canonical import to_base64url
from app.protocol.messages import CardFailure, Evidence, Statement, challenge

NOW = datetime(2026, 11, 21, 10, tzinfo=clock.JST)
BIRTH = date(1984, 5, 6)
NONCE = b"n" * 32
ORIGIN = "https://portal.test"
CHALLENGE = challenge(ORIGIN, "kiosk-1", NONCE)


@pytest.fixture(scope="module")
def old() -> DemoAuthority:
    return DemoAuthority(datetime(2019, 9, 14, tzinfo=clock.JST))


@pytest.fixture(scope="module")
def new() -> DemoAuthority:
    return DemoAuthority(datetime(2023, 7, 16, tzinfo=clock.JST))


@pytest.fixture(scope="module")
def chip(new: DemoAuthority) -> DemoChip:
    return new.issue(4711, BIRTH, NOW - timedelta(days=1))


@pytest.fixture
def trust(old: DemoAuthority, new: DemoAuthority, tmp_path: Path) -> Trust:
    return Trust((old.root, new.root), ListFolder(tmp_path / "jpki-crl"), accepts_tests=True)


def signed(chip: DemoChip, what: bytes = CHALLENGE) -> bytes:
    return chip.private_key.sign(what, padding.PKCS1v15(), hashes.SHA256())


def failure_of(trust: Trust, der: bytes, signature: bytes, at: datetime = NOW) -> CardFailure:
    with pytest.raises(CardRefusedError) as caught:
        trust.verify(der, signature, CHALLENGE, at)
    return caught.value.failure


def test_the_issuer_is_found_among_generations_of_one_name(
    old: DemoAuthority, new: DemoAuthority, trust: Trust
) -> None:
    assert old.root.subject == new.root.subject
    for authority in (old, new):
        card = authority.issue(99, BIRTH, NOW - timedelta(days=1))
        found = trust.verify(card.certificate_der, signed(card), CHALLENGE, NOW)
        assert (found.issuer, found.serial) == (issuer_id(authority.root), "99")
    assert issuer_id(old.root) != issuer_id(new.root), "one serial under two generations is two credentials"


def test_a_ca_of_the_same_name_with_another_key_is_refused(chip: DemoChip, old: DemoAuthority, tmp_path: Path) -> None:
    only_old = Trust((old.root,), ListFolder(tmp_path), accepts_tests=True)
    assert failure_of(only_old, chip.certificate_der, signed(chip)) is CardFailure.UNKNOWN_CARD


def test_no_root_pinned_refuses_everybody(chip: DemoChip, tmp_path: Path) -> None:
    assert (
        failure_of(Trust((), ListFolder(tmp_path), True), chip.certificate_der, signed(chip))
        is CardFailure.UNKNOWN_CARD
    )


def test_a_test_authority_is_refused_outside_the_demo(chip: DemoChip, trust: Trust) -> None:
    strict = replace(trust, accepts_tests=False)
    assert failure_of(strict, chip.certificate_der, signed(chip)) is CardFailure.UNKNOWN_CARD


def test_an_expired_certificate_says_so_and_one_of_tomorrow_is_unknown(
    chip: DemoChip, new: DemoAuthority, trust: Trust
) -> None:
    assert failure_of(trust, chip.certificate_der, signed(chip), NOW + timedelta(days=365 * 5)) is CardFailure.EXPIRED
    early = new.issue(5, BIRTH, NOW + timedelta(days=1))
    assert failure_of(trust, early.certificate_der, signed(early)) is CardFailure.UNKNOWN_CARD


def test_the_last_second_is_good_and_the_next_is_not(chip: DemoChip, trust: Trust) -> None:
    last = x509.load_der_x509_certificate(chip.certificate_der).not_valid_after_utc
    trust.verify(chip.certificate_der, signed(chip), CHALLENGE, last)
    assert failure_of(trust, chip.certificate_der, signed(chip), last + timedelta(seconds=1)) is CardFailure.EXPIRED


def test_a_root_that_has_expired_vouches_for_nothing(tmp_path: Path) -> None:
    expired = DemoAuthority(datetime(2015, 10, 20, tzinfo=clock.JST))
    card = expired.issue(3, BIRTH, NOW - timedelta(days=1))
    trust = Trust((expired.root,), ListFolder(tmp_path), True)
    assert failure_of(trust, card.certificate_der, signed(card)) is CardFailure.UNKNOWN_CARD


@pytest.mark.parametrize(
    "what",
    [
        challenge("https://other.test", "kiosk-1", NONCE),
        challenge(ORIGIN, "kiosk-2", NONCE),
        challenge(ORIGIN, "kiosk-1", b"m" * 32),
        NONCE,
        b"",
    ],
    ids=["origin", "terminal", "nonce", "bare nonce", "nothing"],
)
def test_a_signature_over_anything_else_is_refused(what: bytes, chip: DemoChip, trust: Trust) -> None:
    assert failure_of(trust, chip.certificate_der, signed(chip, what)) is CardFailure.UNKNOWN_CARD


def test_another_cards_signature_another_padding_another_hash(chip: DemoChip, new: DemoAuthority, trust: Trust) -> None:
    other = new.issue(4712, BIRTH, NOW - timedelta(days=1))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    for wrong in (
        signed(other),
        chip.private_key.sign(CHALLENGE, pss, hashes.SHA256()),
        chip.private_key.sign(CHALLENGE, padding.PKCS1v15(), hashes.SHA512()),
        signed(chip)[:-1],
        b"",
    ):
        assert failure_of(trust, chip.certificate_der, wrong) is CardFailure.UNKNOWN_CARD


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"rubbish" * 50])
def test_rubbish_is_an_unknown_card(der: bytes, trust: Trust) -> None:
    assert failure_of(trust, der, b"x") is CardFailure.UNKNOWN_CARD


def test_a_touched_certificate_is_an_unknown_card(chip: DemoChip, trust: Trust) -> None:
    for place in range(0, len(chip.certificate_der), 7):
        der = bytearray(chip.certificate_der)
        der[place] ^= 1
        assert failure_of(trust, bytes(der), signed(chip)) is CardFailure.UNKNOWN_CARD


Change = Callable[[x509.CertificateBuilder], x509.CertificateBuilder]


def odd_certificate(
    authority: DemoAuthority, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **changes: object
) -> bytes:
    """A certificate that the pinned authority did sign, but for another purpose."""
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    usage |= dict.fromkeys(("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    usage |= {"digital_signature": True} | changes.get("usage", {})  # type: ignore[operator]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X" * 23)])
    builder = x509.CertificateBuilder(authority.root.subject, subject, key.public_key(), 77)
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    if (policy := changes.get("policy", "1.2.392.200149.8.5.1.3.30")) is not None:
        information = x509.PolicyInformation(ObjectIdentifier(str(policy)), None)
        builder = builder.add_extension(x509.CertificatePolicies([information]), critical=True)
    if changes.get("ca"):
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(authority._key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": "1.2.392.200149.8.5.1.1.20"},
        {"policy": None},
        {"usage": {"digital_signature": False, "key_encipherment": True}},
        {"usage": {"content_commitment": True}},
        {"usage": {"key_cert_sign": True}},
        {"ca": True},
    ],
    ids=["signing policy", "no policy", "no digital signature", "non-repudiation", "signs certificates", "is a CA"],
)
def test_a_certificate_for_another_purpose_is_refused(
    changes: dict[str, object], new: DemoAuthority, trust: Trust
) -> None:
    key = new_key()
    signature = key.sign(CHALLENGE, padding.PKCS1v15(), hashes.SHA256())
    trust.verify(odd_certificate(new, key), signature, CHALLENGE, NOW)
    assert failure_of(trust, odd_certificate(new, key, **changes), signature) is CardFailure.UNKNOWN_CARD


def test_another_kind_of_key_is_refused(new: DemoAuthority, trust: Trust) -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505  weak on purpose
    curve = ec.generate_private_key(ec.SECP256R1())
    for key in (small, curve):
        assert failure_of(trust, odd_certificate(new, key), b"x" * 128) is CardFailure.UNKNOWN_CARD


# --- Revocation ------------------------------------------------------------------------------------------------------


def refuses(folder: Path, chip: DemoChip, authority: DemoAuthority, at: datetime = NOW) -> CardFailure:
    return ListFolder(folder).refuses(x509.load_der_x509_certificate(chip.certificate_der), authority.root, at)


def test_a_list_stops_who_is_on_it(chip: DemoChip, new: DemoAuthority, tmp_path: Path) -> None:
    assert refuses(tmp_path, chip, new) is CardFailure.NONE
    (tmp_path / "today.crl").write_bytes(new.revocation_list([1, 2], NOW - timedelta(hours=1)))
    assert refuses(tmp_path, chip, new) is CardFailure.NONE
    (tmp_path / "today.crl").write_bytes(new.revocation_list([1, 4711], NOW - timedelta(minutes=1)))
    assert refuses(tmp_path, chip, new) is CardFailure.STOPPED


@pytest.mark.parametrize("age", [timedelta(days=2), timedelta(days=-1)], ids=["stale", "of tomorrow"])
def test_a_list_of_another_day_is_doubt(age: timedelta, chip: DemoChip, new: DemoAuthority, tmp_path: Path) -> None:
    (tmp_path / "a.crl").write_bytes(new.revocation_list([], NOW - age))
    assert refuses(tmp_path, chip, new) is CardFailure.UNAVAILABLE


def test_a_forged_list_and_a_broken_file_are_doubt(
    chip: DemoChip, old: DemoAuthority, new: DemoAuthority, tmp_path: Path
) -> None:
    (tmp_path / "a.crl").write_bytes(old.revocation_list([], NOW - timedelta(hours=1)))
    assert refuses(tmp_path, chip, new) is CardFailure.UNAVAILABLE, "the same name, another key"
    (tmp_path / "b.crl").write_bytes(new.revocation_list([], NOW - timedelta(hours=1)))
    assert refuses(tmp_path, chip, new) is CardFailure.NONE, "each generation has its own list"
    (tmp_path / "c.crl").write_bytes(b"half a li")
    assert refuses(tmp_path, chip, new) is CardFailure.UNAVAILABLE


def test_verification_asks_the_list(chip: DemoChip, new: DemoAuthority, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "jpki-crl").mkdir()
    (tmp_path / "jpki-crl" / "a.crl").write_bytes(new.revocation_list([4711], NOW - timedelta(hours=1)))
    assert failure_of(trust, chip.certificate_der, signed(chip)) is CardFailure.STOPPED


def test_roots_are_read_from_every_file(old: DemoAuthority, new: DemoAuthority, tmp_path: Path) -> None:
    assert load_roots(tmp_path / "none") == ()
    old.pin_root(tmp_path, "1")
    new.pin_root(tmp_path, "2")
    assert load_roots(tmp_path) == (old.root, new.root)


# --- Statements ------------------------------------------------------------------------------------------------------


def statement(chip: DemoChip, **changes: object) -> Statement:
    good = Statement(
        statement_id="s1",
        terminal_id="kiosk-1",
        ticket_nonce=to_base64url(NONCE),
        evidence=Evidence.JPKI,
        card_kind="individual_number_card",
        certificate=to_base64url(chip.certificate_der),
        signature=to_base64url(signed(chip)),
        card_id="",
        pin="",
        failure=CardFailure.NONE,
        at=int(NOW.timestamp()),
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def numbered(**changes: object) -> Statement:
    blank = Statement(
        "s1", "kiosk-1", "bm9uY2U", Evidence.SERVER_PIN, "citizen_card", "", "", "C-1", "7391", CardFailure.NONE, 0
    )
    return replace(blank, **changes)  # type: ignore[arg-type]


@pytest.fixture
def pinned(settings: Config, new: DemoAuthority) -> None:
    new.pin_root(keys.roots_folder(), "demo")


@pytest.mark.usefixtures("pinned")
def test_a_chip_card_is_named_by_issuer_and_serial(chip: DemoChip, new: DemoAuthority) -> None:
    with clock.frozen(NOW):
        presented = evidence.present(statement(chip))
    assert presented.credential == keys.fingerprint("individual_number_card", issuer_id(new.root), "4711")
    assert presented.method == "jpki"


def test_a_numbered_card_is_named_by_its_number(settings: Config) -> None:
    presented = evidence.present(numbered())
    assert presented.credential == keys.fingerprint("citizen_card", keys.UNION_ISSUER, "C-1")
    assert presented.method == "server_pin"


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize(
    "changes",
    [
        {"card_kind": "citizen_card"},
        {"card_id": "C-1"},
        {"pin": "7391"},
        {"certificate": "+++"},
        {"certificate": ""},
        {"signature": ""},
        {"signature": "AAAA"},
        {"ticket_nonce": to_base64url(b"m" * 32)},
        {"terminal_id": "kiosk-2"},
    ],
    ids=str,
)
def test_a_chip_statement_with_one_field_changed_is_refused(changes: dict[str, object], chip: DemoChip) -> None:
    with clock.frozen(NOW), pytest.raises(CardRefusedError) as caught:
        evidence.present(statement(chip, **changes))
    assert caught.value.failure is CardFailure.UNKNOWN_CARD


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"card_kind": "individual_number_card"}, CardFailure.UNKNOWN_CARD),
        ({"card_kind": "library_card"}, CardFailure.UNKNOWN_CARD),
        ({"card_id": ""}, CardFailure.UNKNOWN_CARD),
        ({"certificate": "AAAA"}, CardFailure.UNKNOWN_CARD),
        ({"pin": "739"}, CardFailure.UNAVAILABLE),
        ({"pin": ""}, CardFailure.UNAVAILABLE),
        ({"evidence": Evidence.FAILURE, "failure": CardFailure.CARD_REMOVED}, CardFailure.CARD_REMOVED),
        ({"evidence": Evidence.FAILURE, "failure": CardFailure.NONE}, CardFailure.UNAVAILABLE),
    ],
    ids=str,
)
def test_a_numbered_statement_with_one_field_changed_is_refused(
    changes: dict[str, object], failure: CardFailure, settings: Config
) -> None:
    with pytest.raises(CardRefusedError) as caught:
        evidence.present(numbered(**changes))
    assert caught.value.failure is failure
    assert "7391" not in repr(caught.value)
