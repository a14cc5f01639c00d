"""Revocation by lists in a folder: the answer for a town that has no OCSP access (yet).

No list of an authority: the town's own card register decides alone. A list that is there must be good: signed by the
authority and fresh. A stale, forged or unreadable one is doubt, and doubt refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from app.protocol.messages import CardFailure


class UnreadableListError(ValueError):
    """A file in the folder is no revocation list."""


@dataclass(frozen=True)
class ListFolder:
    """`Revocation` by the *.crl files (DER or PEM) of one folder; a new file counts from the next question on."""

    folder: Path

    def refuses(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> CardFailure:
        try:
            lists = [_load(file, file.stat().st_mtime_ns) for file in sorted(self.folder.glob("*.crl"))]
        except (OSError, UnreadableListError):
            return CardFailure.UNAVAILABLE
        named = [one for one in lists if one.issuer == issuer.subject]
        own = [one for one in named if _is_signed_by(one, issuer)]
        if any(one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in own):
            return CardFailure.STOPPED
        # another generation's list under the same DN says nothing about this one, but then its own must be there
        is_doubtful = bool(named) and not any(_is_fresh(one, at) for one in own)
        return CardFailure.UNAVAILABLE if is_doubtful else CardFailure.NONE


@lru_cache(maxsize=16)
def _load(file: Path, _written: int) -> x509.CertificateRevocationList:
    data = file.read_bytes()
    try:
        return x509.load_pem_x509_crl(data) if data.startswith(b"-----") else x509.load_der_x509_crl(data)
    except ValueError:
        raise UnreadableListError(file.name) from None


def _is_signed_by(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey) and one.is_signature_valid(key)


def _is_fresh(one: x509.CertificateRevocationList, at: datetime) -> bool:
    until = one.next_update_utc
    return one.last_update_utc <= at and until is not None and at <= until
