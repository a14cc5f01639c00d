"""The money of one order: what the portal orders, what the cash device did, what is reported. Journal first."""

from __future__ import annotations

import json
from collections.abc import Callable

from app.protocol.messages import ReportEvent, Work
from app.terminal.cash import CashState, PaymentDevice
from app.terminal.errors import DeviceBusyError
from app.terminal.journal import Journal, Payment


class Till:
    """Used by the loop's thread alone. Every order may come twice: the device and the reports are keyed."""

    def __init__(self, journal: Journal, device: PaymentDevice) -> None:
        self._journal = journal
        self._device = device

    def collect(self, work: Work) -> None:
        """Open for money; `follow` reports what comes in."""
        self._journal.begin_payment(work.payment_key, work.visit_id, work.yen)
        self._open(self._payment(work))

    def commit(self, work: Work) -> None:
        """Keep `work.yen`, give the rest back."""
        self._settle(self._payment(work), "committing", work.yen)

    def release(self, work: Work) -> None:
        """Give everything back."""
        self._settle(self._payment(work), "releasing", 0)

    def follow(self) -> None:
        """Report new coins; end what a restart interrupted."""
        steps: dict[str, Callable[[Payment], None]] = {
            "collecting": self._count, "held": self._count, "committing": self._finish, "releasing": self._finish,
        }  # fmt: skip
        for payment in self._journal.open_payments():
            steps[payment.state](payment)

    def is_busy(self) -> bool:
        return bool(self._journal.open_payments())

    def change_left(self) -> int:
        """Yen in the change store."""
        return sum(denomination * pieces for denomination, pieces in self._device.counts().items())

    def _payment(self, work: Work) -> Payment:
        """As the journal knows it; an order about money that was never asked for here gets a row, too."""
        self._journal.begin_payment(work.payment_key, work.visit_id, 0)
        payment = self._journal.find_payment(work.payment_key)
        assert payment is not None  # noqa: S101 -- the line above made it
        return payment

    def _open(self, payment: Payment) -> None:
        if payment.state == "collecting":
            try:
                self._device.begin(payment.payment_key, payment.yen)
            except DeviceBusyError:
                return  # an earlier order is still being paid back; the portal asks again

    def _count(self, payment: Payment) -> None:
        self._open(payment)
        for event in self._device.events(payment.payment_key, payment.events_seen):
            with self._journal.step():
                self._journal.note_events_seen(payment.payment_key, event.sequence)
                self._tell(payment, ReportEvent(event.kind), event.yen, f"{event.kind} {event.sequence}")
        if payment.state == "collecting" and self._device.query(payment.payment_key).state == "held":
            self._hold(payment)

    def _hold(self, payment: Payment) -> None:
        with self._journal.step():
            self._journal.move_payment(payment.payment_key, "held")
            if payment.yen == 0:  # no coin ever says so
                self._tell(payment, ReportEvent.HELD, 0, "held")

    def _settle(self, payment: Payment, state: str, yen: int) -> None:
        if payment.state in ("collecting", "held"):
            self._journal.move_payment(payment.payment_key, state, yen)
            payment = self._journal.find_payment(payment.payment_key) or payment
        self._finish(payment)

    def _finish(self, payment: Payment) -> None:
        """Idempotent from any state: the device answers a second order with what it did at the first."""
        if payment.state == "committing":
            result = self._device.commit(payment.payment_key, payment.yen_to_keep)
        elif payment.state == "releasing":
            result = self._device.release(payment.payment_key)
        else:
            result = self._device.query(payment.payment_key)
        event = _judge(result, payment.state)
        with self._journal.step():
            self._journal.move_payment(payment.payment_key, _FINAL[event], payment.yen_to_keep)
            self._tell(payment, event, _yen(result, event), event.value)

    def _tell(self, payment: Payment, event: ReportEvent, yen: int, key: str) -> None:
        details = {"device": self._device.query(payment.payment_key).state}
        body = {
            "event": event, "visit_id": payment.visit_id, "payment_key": payment.payment_key, "yen": yen,
            "details": json.dumps(details),
        }  # fmt: skip
        self._journal.add_report(payment.payment_key, key, body)


_FINAL = {
    ReportEvent.COMMITTED: "committed",
    ReportEvent.RELEASED: "released",
    ReportEvent.PAYMENT_UNKNOWN: "unknown",
}


def _judge(result: CashState, asked: str) -> ReportEvent:
    """What the device has truly done. Nothing asked, nothing taken: that is paid back, too."""
    if result.state == "committed" and asked in ("committing", "committed"):
        return ReportEvent.COMMITTED
    if result.state in ("released", "none") and asked in ("releasing", "released"):
        return ReportEvent.RELEASED
    return ReportEvent.PAYMENT_UNKNOWN


def _yen(result: CashState, event: ReportEvent) -> int:
    return result.yen_inserted if event is ReportEvent.RELEASED else result.yen_kept
