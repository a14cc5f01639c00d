"""PURE. The kinds of certificate. Whatever deals with certificates asks here which there are.

A new kind is a module in `kinds` and a line here; or, for a town's own product, a call of `add` when the program
starts.
"""

from __future__ import annotations

from app.certificates.kind import CertificateKind
from app.certificates.kinds import (
    family_register_addresses,
    family_register_full,
    family_register_individual,
    income_tax,
    property,
    resident_record,
    resident_record_items,
    seal_registration,
    tax_payment,
    vehicle_tax_payment,
)
from app.errors import NotFoundError
from app.municipalities import kinds as names


class UnknownKindError(NotFoundError):
    """No certificate has this code."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


KINDS: dict[str, CertificateKind] = {}


def add(kind: CertificateKind) -> None:
    """Offer a kind: from now on every room knows it. :raises ValueError: when its code or its document is taken."""
    if kind.code in KINDS or kind.document.kind != kind.code:
        raise ValueError(f"a kind {kind.code!r} cannot be added")
    KINDS[kind.code] = kind
    names.announce(kind.code, kind.title, kind.attestations)


def remove(kind: CertificateKind) -> None:
    """Offer it no longer."""
    del KINDS[kind.code]
    names.withdraw(kind.code)


def get_kind(code: str) -> CertificateKind:
    """The catalogue entry.

    :raises UnknownKindError: when there is none.
    """
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownKindError(code) from None


for _kind in (
    resident_record.KIND,
    resident_record_items.KIND,
    seal_registration.KIND,
    family_register_full.KIND,
    family_register_individual.KIND,
    family_register_addresses.KIND,
    income_tax.KIND,
    property.KIND,
    tax_payment.KIND,
    vehicle_tax_payment.KIND,
):
    add(_kind)
