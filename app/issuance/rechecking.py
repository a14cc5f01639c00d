"""Whether a sheet may still leave: the facts when it is printed count, not only those when it was ordered.

Minutes lie between the two. A block set at a counter, a cancelled seal, a moved household or a lost card must not be
overtaken by a sheet that waits (the certificates of cancelled seals of 2021 to 2023), nor a kill switch. The whole
document is made anew from the register as it is now, by the ordinance of the instant of the order, and must be the
stored one to the letter.
"""

from __future__ import annotations

from app import clock
from app.cards.queries import Cardholder, find_cardholder, list_services
from app.cards.vocabularies import Method
from app.certificates import service as certificates
from app.certificates.documents import Document, numbered
from app.certificates.eligibility import CLOSED
from app.certificates.errors import EligibilityRefusedError
from app.certificates.requests import Request
from app.certificates.storing import from_json
from app.errors import MismatchError
from app.issuance import keys, vault
from app.issuance.errors import NoLongerAllowedError
from app.issuance.models import Attempt, Issuance, Order
from app.issuance.rendered import document_label
from app.municipalities import hours
from app.municipalities.partitions import Partition
from app.municipalities.queries import get_timetable

CARD_STOPPED = "B11"  # the sign-in ended with its card
CHANGED = "R04"  # what the sheet says is not what the register says now


def check_still_allowed(p: Partition, order: Order, copy: Issuance, attempt: Attempt) -> None:
    """:raises NoLongerAllowedError: with the rule; the copy must be called off.

    :raises SheetLostError: when the stored document does not open.
    """
    holder = find_cardholder(p, order.visit_id)
    if holder is None or holder.subject != copy.subject:
        raise NoLongerAllowedError(copy.kind, CARD_STOPPED)
    if _is_stopped(p, order, copy):
        raise NoLongerAllowedError(copy.kind, CLOSED)
    stored = vault.unlock_text(copy.document, document_label(p.code, copy.issuance_id))
    try:
        document = from_json(stored)
        as_of_now = _prepare_again(p, order, copy, holder)
    except EligibilityRefusedError as error:
        raise NoLongerAllowedError(copy.kind, error.refusal.rule) from None
    except MismatchError:  # a damaged imprint, a household at two addresses, a form that was replaced meanwhile
        raise NoLongerAllowedError(copy.kind, CHANGED) from None
    if numbered(as_of_now, attempt.issue_number) != document:
        raise NoLongerAllowedError(copy.kind, CHANGED)


def services_of(p: Partition, holder: Cardholder) -> frozenset[str] | None:
    """What a numbered card is registered for (B15); a chip card needs no registration."""
    return None if holder.method is Method.JPKI else list_services(p, holder.card_user_id)


def _is_stopped(p: Partition, order: Order, copy: Issuance) -> bool:
    """The town, the kind or the place was stopped meanwhile: what waits must not leave either."""
    now = clock.now()
    return hours.is_stopped(get_timetable(p.code, copy.kind, order.site, now), now)


def _prepare_again(p: Partition, order: Order, copy: Issuance, holder: Cardholder) -> Document:
    request = Request(
        kind=copy.kind,
        requester=copy.subject,
        persons=tuple(copy.persons_asked.split()),
        options=frozenset(copy.options.split()),
        channel=order.channel,
        at=order.placed_at,
        picks=tuple(copy.picks.split()),
        priced_at=order.priced_at,
    )
    key = keys.register_key()
    return certificates.prepare(p, holder.subject, request, order.site, key, services_of(p, holder)).document
