"""Asking for the money of an order: by one tender at a time, each try under a key of its own.

A key is never used for a second try: a device that was asked once answers about that once for ever. So a resident who
wants to pay in another way waits until the device has said that it is closed; only then is a new key made
(`payment_try`: the schema refuses two live ones, and any after money was kept).
"""

from __future__ import annotations

from app.issuance.errors import NoLongerAllowedError, NotReadyError, SheetLostError, TenderMissingError, TooLateError
from app.issuance.journal import copies_of, get_order, last_attempt, move_payment
from app.issuance.models import Issuance, Order
from app.issuance.queries import OrderView, view_order
from app.issuance.rechecking import check_still_allowed
from app.issuance.states import Payment, State
from app.issuance.tries import begin_try
from app.municipalities.partitions import Partition
from app.protocol.messages import Tender

__all__ = ["ask_payment", "switch_tender"]


def ask_payment(p: Partition, actor: str, order_id: str, tender: Tender | None) -> OrderView:
    """Let the device collect by `tender`, now that every sheet was read back. Nothing to pay goes straight to printing.

    :raises NotReadyError: when a sheet is not ready, or the order was cancelled.
    :raises TenderMissingError: something is to be paid, and nobody said how.
    :raises NoLongerAllowedError, SheetLostError: the register, a calendar or a card has moved since it was ordered:
        nobody is to put a coin in, and `granting.give_up` of the error's attempt is what follows.
    """
    order = get_order(p, order_id)
    if order.payment is Payment.NONE:
        copies = copies_of(p, order)
        if not all(copy.state is State.READY for copy in copies):
            raise NotReadyError
        _check_all(p, order, copies)
        _ask(p, actor, order, tender)
    return view_order(p, order)


def switch_tender(p: Partition, actor: str, order_id: str) -> OrderView:
    """The resident wants to pay in another way: the device closes first; then money may be asked for anew.

    What was put in meanwhile is given back; a price that was paid in full meanwhile is paid. Twice is once.

    :raises TooLateError: money has come in already, or nothing was asked for.
    """
    order = get_order(p, order_id)
    if order.payment is not Payment.SWITCHING:
        if order.payment is not Payment.ASKED or order.yen_inserted:
            raise TooLateError
        move_payment(p, order, Payment.SWITCHING, actor)
    return view_order(p, order)


def _check_all(p: Partition, order: Order, copies: list[Issuance]) -> None:
    for copy in copies:
        attempt = last_attempt(p, copy.issuance_id)
        try:
            check_still_allowed(p, order, copy, attempt)
        except (NoLongerAllowedError, SheetLostError) as error:
            error.attempt_id = attempt.attempt_id
            raise


def _ask(p: Partition, actor: str, order: Order, tender: Tender | None) -> None:
    if order.yen == 0:
        move_payment(p, order, Payment.HELD, actor)
        return
    if tender is None:
        raise TenderMissingError
    begin_try(p, order, tender)
    move_payment(p, order, Payment.ASKED, actor, tender=tender)
