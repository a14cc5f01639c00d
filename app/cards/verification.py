"""Whether a 利用者証明用電子証明書 and a signature prove that its card was at this terminal with this ticket.

Three generations of the J-LIS root carry one DN: an issuer is narrowed by name and decided by signature, among the
roots that a person pinned in `KOIKI_HOME/keys/jpki-roots`; the CA certificate on the card itself is never asked.
Whatever cannot be shown to be good is refused (公的個人認証法36条: a verifier must ask for revocation).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from app.cards.errors import CardRefusedError
from app.protocol.messages import CardFailure

AUTHENTICATION_POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.3.30")  # 利用者証明用; 署名用 is …1.1.20
RSA_BITS = 2048
_TEST_MARK = "TEST"  # J-LIS names its test authorities O=JPKI-TEST; so do we


class Revocation(Protocol):
    """Asks whether a certificate is revoked. OCSP or a platform's service takes this place where a town has access."""

    def refuses(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> CardFailure:
        """NONE if good, STOPPED if revoked, UNAVAILABLE in any doubt."""


@dataclass(frozen=True)
class Credential:
    """A certificate that was found good: who issued it, and the serial number that names its card."""

    issuer: str  # SHA-256 of the issuer's public key, hex
    serial: str  # decimal 発行番号


@dataclass(frozen=True)
class Trust:
    """Pinned roots, the revocation source, and whether test cards are welcome."""

    roots: tuple[x509.Certificate, ...]
    revocation: Revocation
    accepts_tests: bool = False

    def verify(self, certificate_der: bytes, signature: bytes, challenge: bytes, at: datetime) -> Credential:
        """The credential behind `certificate_der`. :raises CardRefusedError: with the first reason against it."""
        certificate = _parse(certificate_der)
        issuer = self._issuer_of(certificate)
        _check_period(certificate, issuer, at)
        _check_purpose(certificate)
        _check_signature(certificate, signature, challenge)
        if (failure := self.revocation.refuses(certificate, issuer, at)) is not CardFailure.NONE:
            raise CardRefusedError(failure)
        return Credential(issuer_id(issuer), str(certificate.serial_number))

    def _issuer_of(self, certificate: x509.Certificate) -> x509.Certificate:
        issuer = next((root for root in self.roots if _is_issued_by(certificate, root)), None)
        if issuer is None or (_is_test(issuer) and not self.accepts_tests):
            raise CardRefusedError(CardFailure.UNKNOWN_CARD)
        return issuer


def issuer_id(issuer: x509.Certificate) -> str:
    """Names an authority by its key: generations that share a DN stay apart."""
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def load_roots(folder: Path) -> tuple[x509.Certificate, ...]:
    """Every certificate in every *.pem of `folder`, if any. :raises ValueError: on a broken file."""
    files = sorted(folder.glob("*.pem"))
    return tuple(root for file in files for root in x509.load_pem_x509_certificates(file.read_bytes()))


def _parse(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions  # noqa: B018  parsed only when read, and a crooked one must fail here
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise CardRefusedError(CardFailure.UNKNOWN_CARD) from None
    return certificate


def _is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _is_test(root: x509.Certificate) -> bool:
    organisations = root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(str(name.value).upper().endswith(_TEST_MARK) for name in organisations)


def _check_period(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> None:
    if not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc or at < certificate.not_valid_before_utc:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD)
    if at > certificate.not_valid_after_utc:
        raise CardRefusedError(CardFailure.EXPIRED)


def _check_purpose(certificate: x509.Certificate) -> None:
    """An end-entity RSA-2048 authentication certificate, not one for signing documents and not a CA's."""
    key = certificate.public_key()
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD) from None
    is_right = (
        isinstance(key, rsa.RSAPublicKey)
        and key.key_size == RSA_BITS
        and usage.digital_signature
        and not usage.content_commitment  # nonRepudiation belongs to the 署名用 certificate
        and not usage.key_cert_sign
        and AUTHENTICATION_POLICY in {policy.policy_identifier for policy in policies}
        and not _is_authority(certificate)
    )
    if not is_right:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_signature(certificate: x509.Certificate, signature: bytes, challenge: bytes) -> None:
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101  `_check_purpose` has refused every other kind
    try:
        key.verify(signature, challenge, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD) from None
