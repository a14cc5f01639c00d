"""From a statement to a credential: the one place that asks what kind of card it was."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.cards import keys, pin
from app.cards.errors import CardRefusedError
from app.cards.revocation import ListFolder
from app.cards.verification import Trust, load_roots
from app.cards.vocabularies import SERVER_PIN_KINDS, CardKind, Method
from app.protocol.canonical import from_base64url
from app.protocol.messages import CardFailure, Evidence, Statement, challenge


@dataclass(frozen=True)
class Presented:
    """Which credential was presented, and who has checked (or must check) its PIN."""

    credential: str
    method: Method


def present(statement: Statement) -> Presented:
    """The credential that `statement` speaks of; of a chip card it is proven now, of a numbered card by its PIN later.

    :raises CardRefusedError: if it proves nothing, or says more than its kind may (a PIN that belongs in a chip).
    """
    if statement.evidence is Evidence.JPKI:
        return Presented(_verified(statement), Method.JPKI)
    if statement.evidence is Evidence.SERVER_PIN:
        return Presented(_numbered(statement), Method.SERVER_PIN)
    raise CardRefusedError(_told_by_agent(statement.failure))


def _told_by_agent(failure: CardFailure) -> CardFailure:
    """The trip's own reason; a failure without one must not look like a success."""
    return CardFailure.UNAVAILABLE if failure is CardFailure.NONE else failure


def _verified(statement: Statement) -> str:
    kind = CardKind.INDIVIDUAL_NUMBER_CARD
    if statement.card_kind != kind or statement.card_id or statement.pin:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD)
    try:
        nonce = from_base64url(statement.ticket_nonce)
        certificate, signature = from_base64url(statement.certificate), from_base64url(statement.signature)
    except ValueError:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD) from None
    signed = challenge(keys.portal_origin(), statement.terminal_id, nonce)
    found = _trust().verify(certificate, signature, signed, clock.now())
    return keys.fingerprint(kind, found.issuer, found.serial)


def _trust() -> Trust:
    """Read at each sign-in: a root pinned or a list replaced by an operator counts at once."""
    return Trust(load_roots(keys.roots_folder()), ListFolder(keys.crl_folder()), keys.is_demo())


def _numbered(statement: Statement) -> str:
    is_right_kind = statement.card_kind in SERVER_PIN_KINDS
    if not is_right_kind or not statement.card_id or statement.certificate or statement.signature:
        raise CardRefusedError(CardFailure.UNKNOWN_CARD)
    if not pin.is_well_formed(statement.pin):  # the pad sends four digits; this is no attempt by a resident
        raise CardRefusedError(CardFailure.UNAVAILABLE)
    return keys.fingerprint(statement.card_kind, keys.UNION_ISSUER, statement.card_id)
