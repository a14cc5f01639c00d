"""The demo's own certification authority: certificates in the shape of JPKI, marked TEST, refused outside the demo.

Like the real one it has generations under one DN. Its private keys live in the process that makes the demo and are
gone with it; only the roots (public) and the cards' own keys (in the demo's card tray) are written anywhere.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app import clock
from app.cards.usability import birthday
from app.cards.verification import AUTHENTICATION_POLICY, RSA_BITS

ROOT_DAYS = 3653  # ten years
BIRTHDAYS = 5  # 利用者証明用: until the fifth birthday after issue (公的個人認証法施行規則)
NAME_LENGTH = 23  # the opaque common name of the real ones
_EXPONENT = 65537
_NO_USE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)
_ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-KOIKI-TEST"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI for user authentication"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Invented authority of a demo"),
    ]
)


@dataclass(frozen=True)
class DemoChip:
    """What goes into the chip of a demo card."""

    certificate_der: bytes
    private_key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def private_key_pem(self) -> str:
        """PKCS#8, unencrypted: for the demo's card tray only."""
        return self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class DemoAuthority:
    """One generation, self-signed at `since` for ten years. All generations share the DN and differ in their key."""

    def __init__(self, since: datetime) -> None:
        self._key = new_key()
        self.root = _sign(_root_builder(self._key, since), self._key)

    def issue(self, serial: int, birth: date, issued_at: datetime) -> DemoChip:
        """A 利用者証明用 certificate. `serial` is the caller's, so that a seed gives the same cards again."""
        key = new_key()
        builder = _leaf_builder(key, self._key, serial)
        builder = builder.not_valid_before(issued_at).not_valid_after(expiry(birth, issued_at))
        return DemoChip(_sign(builder, self._key).public_bytes(Encoding.DER), key)

    def revocation_list(self, serials: list[int], at: datetime, days: int = 1) -> bytes:
        """The authority's list (DER) on which `serials` are revoked, good for `days`."""
        builder = x509.CertificateRevocationListBuilder(_ISSUER, at, at + timedelta(days=days))
        for serial in serials:
            builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, at).build())
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.DER)

    def pin_root(self, folder: Path, name: str) -> Path:
        """Write the root where the portal looks for pinned roots."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"{name}.pem"
        file.write_bytes(self.root.public_bytes(Encoding.PEM))
        return file


def new_key() -> rsa.RSAPrivateKey:
    """RSA-2048: 50 to 200 ms each."""
    return rsa.generate_private_key(_EXPONENT, RSA_BITS)


def expiry(birth: date, issued_at: datetime) -> datetime:
    """The end (JST) of the fifth birthday after the day of issue."""
    issued_on = issued_at.astimezone(clock.JST).date()
    first = issued_on.year if birthday(birth, issued_on.year) > issued_on else issued_on.year + 1
    last_day = birthday(birth, first + BIRTHDAYS - 1)
    return datetime.combine(last_day, time(23, 59, 59), clock.JST)


def _root_builder(key: rsa.RSAPrivateKey, since: datetime) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(**_NO_USE | {"key_cert_sign": True, "crl_sign": True})
    return (
        x509.CertificateBuilder(_ISSUER, _ISSUER, key.public_key(), x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _leaf_builder(key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPrivateKey, serial: int) -> x509.CertificateBuilder:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.COMMON_NAME, _opaque_name(serial)),
        ]
    )
    policy = x509.PolicyInformation(AUTHENTICATION_POLICY, None)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder(_ISSUER, subject, key.public_key(), serial)
        .add_extension(x509.KeyUsage(**_NO_USE | {"digital_signature": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .add_extension(issuer_id, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _opaque_name(serial: int) -> str:
    """Says nothing about anybody, as in the real certificates."""
    return base64.b32encode(hashlib.sha256(str(serial).encode()).digest()).decode()[:NAME_LENGTH]


def _sign(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> x509.Certificate:
    return builder.sign(key, SHA256())
