"""The money of one order: what the portal orders, what a payment device did, what is reported. Journal first."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping

from app.protocol.messages import ReportEvent, Tender, Work
from app.protocol.money import (
    PaymentBusyError,
    PaymentContradictionError,
    PaymentNotSentError,
    PaymentSilentError,
    PaymentState,
    Step,
)
from app.terminal.journal import Journal, Payment, Reach
from app.terminal.money import PaymentDevice

log = logging.getLogger(__name__)


class Till:
    """Used by the loop's thread alone. Every order may come twice: the devices and the reports are keyed.

    A device that is silent is asked again, for as long as it takes; one that contradicts itself or the journal ends
    the payment as unknown, and a person decides.

    One payment at a time. What is left over of a visit that is no longer served keeps every device closed to the next
    resident until the portal, or a person at the machine, has ended it: a device takes whatever comes in for the
    payment that it is open for.
    """

    def __init__(self, journal: Journal, devices: Mapping[Tender, PaymentDevice]) -> None:
        self._journal = journal
        self._devices = {tender.value: device for tender, device in devices.items()}
        self._visit_id: str | None = None  # whom the portal serves here; after a start not known
        self._steps: dict[str, Callable[[Payment], None]] = {
            "collecting": self._count, "held": self._count, "committing": self._finish, "releasing": self._finish,
        }  # fmt: skip

    def serve(self, visit_id: str) -> None:
        """Whom the portal named last; empty: nobody is here."""
        self._visit_id = visit_id

    def collect(self, work: Work) -> None:
        """Open for money; `follow` reports what comes in. Not while any other payment is open."""
        self.serve(work.visit_id)
        if any(payment.payment_key != work.payment_key for payment in self._journal.open_payments()):
            log.warning("payment waits: another one is open")
            return
        self._journal.begin_payment(work.payment_key, work.visit_id, work.tender or Tender.CASH, work.yen)
        payment = self._now(work.payment_key)
        if payment.state == "collecting":
            self._try(self._open, payment)

    def commit(self, work: Work) -> None:
        """Keep `work.yen`, give the rest back."""
        self._settle(work, "committing", work.yen)

    def release(self, work: Work) -> None:
        """Give everything back."""
        self._settle(work, "releasing", 0)

    def follow(self) -> None:
        """Report what came in; end what a restart or a silent device interrupted."""
        for payment in self._journal.open_payments():
            self._try(self._steps[payment.state], payment)

    def is_busy(self) -> bool:
        return bool(self._journal.open_payments())

    def change_left(self) -> int:
        """Yen in the change store; 0 when its machine does not answer."""
        try:
            return sum(denomination * n for d in self._devices.values() for denomination, n in d.counts().items())
        except (PaymentSilentError, PaymentContradictionError):
            return 0

    def tenders(self) -> list[Tender]:
        """What can be paid with now: nothing while the money of another visit is open."""
        payments = self._journal.open_payments()
        if any(self._is_left_over(payment) for payment in payments):
            return []
        mine = {payment.payment_key for payment in payments}
        return [Tender(tender) for tender, device in self._devices.items() if _is_usable(device, mine)]

    def kept(self) -> dict[Tender, int]:
        """Yen that this terminal kept and does not owe, ever, by the devices' own records; open payments count not.

        :raises PaymentSilentError: a device does not answer now. :raises PaymentContradictionError: it is another one.
        """
        taken = {tender: device.taken() for tender, device in self._devices.items()}
        return {tender: taken.get(tender, 0) - self._journal.yen_owed(tender) for tender in Tender}

    def close(self) -> None:
        """Let go of the devices."""
        for device in self._devices.values():
            device.close()

    # --- one payment

    def _is_left_over(self, payment: Payment) -> bool:
        return payment.visit_id != self._visit_id

    def _now(self, key: str) -> Payment:
        payment = self._journal.find_payment(key)
        assert payment is not None  # noqa: S101 -- rows are made once and never removed
        return payment

    def _try(self, step: Callable[[Payment], None], payment: Payment) -> None:
        try:
            step(payment)
        except (PaymentBusyError, PaymentSilentError) as error:
            log.info("payment waits: %s", type(error).__name__)
        except PaymentContradictionError as error:
            log.error("payment is unknown: %s", error.reason)
            self._end(payment.payment_key, ReportEvent.PAYMENT_UNKNOWN, PaymentState(Step.UNKNOWN), error.reason)

    def _open(self, payment: Payment) -> None:
        """`reach` is written before the question leaves: what nobody was asked needs no answer later."""
        device = self._devices.get(payment.tender)
        if device is None or payment.reach is Reach.DEVICE:
            return  # nothing can be paid with that here: the resident stops, and it is released
        self._journal.note_reach(payment.payment_key, Reach.MAYBE)
        try:
            device.begin(payment.payment_key, payment.yen)
        except (PaymentBusyError, PaymentNotSentError):
            self._journal.note_reach(payment.payment_key, payment.reach)
            raise
        self._journal.note_reach(payment.payment_key, Reach.DEVICE)

    def _count(self, payment: Payment) -> None:
        is_left_over = self._is_left_over(payment)
        if not is_left_over:
            self._open(payment)
        device = self._devices.get(payment.tender)
        if device is None or (is_left_over and payment.reach is not Reach.DEVICE):
            return  # it is opened for somebody who stands here, or not at all
        for event in device.events(payment.payment_key, payment.events_seen):
            with self._journal.step():
                self._journal.note_events_seen(payment.payment_key, event.sequence)
                self._tell(payment, ReportEvent(event.kind), event.yen, f"{event.kind} {event.sequence}")
        if is_left_over or payment.state == "collecting":
            self._look(payment, device.query(payment.payment_key))

    def _look(self, payment: Payment, now: PaymentState) -> None:
        if now.step is Step.RELEASED and now.yen_kept == 0:  # by hand, at the machine
            self._end(payment.payment_key, ReportEvent.RELEASED, now)
        elif now.step in _NO_MORE or now.yen != payment.yen:
            raise PaymentContradictionError(f"{now.step} while {payment.state}")
        elif now.step is Step.HELD and payment.state == "collecting":
            with self._journal.step():
                self._journal.move_payment(payment.payment_key, "held")
                if payment.yen == 0:  # no coin ever says so
                    self._tell(payment, ReportEvent.HELD, 0, "held")

    def _settle(self, work: Work, state: str, yen: int) -> None:
        """What was decided first stands. Money that was never asked for here gets a row, too."""
        self.serve(work.visit_id)
        with self._journal.step():
            self._journal.begin_payment(work.payment_key, work.visit_id, "", 0)
            payment = self._now(work.payment_key)
            if payment.state in ("collecting", "held"):
                self._journal.move_payment(payment.payment_key, state, yen)
            elif payment.state in _FINAL.values():
                self._journal.repeat_last_report(payment.payment_key)
                return
        self._try(self._finish, self._now(work.payment_key))

    def _finish(self, payment: Payment) -> None:
        result = self._carry_out(payment)
        if result.step is Step.MOVING:
            return  # it still pays out
        if result.step is Step.NONE and payment.reach is Reach.DEVICE:
            raise PaymentContradictionError("forgotten")
        self._end(payment.payment_key, _judge(result, payment), result)

    def _carry_out(self, payment: Payment) -> PaymentState:
        """Idempotent: a device answers a second order with what it did at the first."""
        device = self._device_of(payment)
        if device is None:
            return PaymentState(Step.NONE)
        if payment.state == "committing":
            return device.commit(payment.payment_key, payment.yen_to_keep)
        return device.release(payment.payment_key)

    def _device_of(self, payment: Payment) -> PaymentDevice | None:
        """The one that may know of it; None when nobody was asked."""
        if not payment.tender:  # this journal never asked; an earlier one may have
            knows = (d for d in self._devices.values() if d.query(payment.payment_key).step is not Step.NONE)
            return next(knows, None)
        if payment.reach is Reach.NOBODY:
            return None
        if payment.tender not in self._devices:
            raise PaymentContradictionError("taken away")
        return self._devices[payment.tender]

    def _end(self, key: str, event: ReportEvent, result: PaymentState, reason: str = "") -> None:
        payment = self._now(key)
        with self._journal.step():
            self._journal.move_payment(key, _FINAL[event], payment.yen_to_keep, result.yen_owed)
            yen = result.yen_in if event is ReportEvent.RELEASED else result.yen_kept
            owed = result.yen_owed if event is not ReportEvent.PAYMENT_UNKNOWN else 0
            self._tell(payment, event, yen, event.value, owed=owed, device=result.step.value, reason=reason)

    def _tell(self, payment: Payment, event: ReportEvent, yen: int, key: str, owed: int = 0, **details: str) -> None:
        body = {
            "event": event, "visit_id": payment.visit_id, "payment_key": payment.payment_key, "yen": yen,
            "yen_owed": owed, "details": json.dumps({"tender": payment.tender} | details),
        }  # fmt: skip
        self._journal.add_report(payment.payment_key, key, body)


_NO_MORE = (Step.NONE, Step.UNKNOWN, Step.COMMITTED, Step.RELEASED)  # of money that comes in, or waits
_FINAL = {
    ReportEvent.COMMITTED: "committed",
    ReportEvent.RELEASED: "released",
    ReportEvent.PAYMENT_UNKNOWN: "unknown",
}


def _is_usable(device: PaymentDevice, mine: set[str]) -> bool:
    """It answers, nothing is wrong with it, and it holds no money of which the journal knows nothing any more."""
    try:
        status = device.status()
    except (PaymentSilentError, PaymentContradictionError):
        return False
    return not status.faults and (not status.open_key or status.open_key in mine)


def _judge(result: PaymentState, payment: Payment) -> ReportEvent:
    """What the device has truly done. Nothing asked, nothing taken: that is paid back, too."""
    is_kept = result.step is Step.COMMITTED and result.yen_kept == payment.yen_to_keep
    if is_kept and payment.state == "committing":
        return ReportEvent.COMMITTED
    is_back = result.step in (Step.RELEASED, Step.NONE) and result.yen_kept == 0
    if is_back and payment.state == "releasing":
        return ReportEvent.RELEASED
    return ReportEvent.PAYMENT_UNKNOWN
