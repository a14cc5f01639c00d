"""What the devices of this terminal have counted, told to the portal while nothing moves (daily balance, 精算).

Both sides must look at the same moment: nothing printing, no money in a device, every report accepted. The portal
answers while this terminal waits, so nothing can begin in between.
"""

from __future__ import annotations

import time
import uuid

from app import clock
from app.protocol.messages import Count, Tender
from app.protocol.money import PaymentContradictionError, PaymentSilentError
from app.terminal.errors import PortalBusyError, PortalRefusedError
from app.terminal.journal import Journal
from app.terminal.lease import Lease
from app.terminal.portal import Portal
from app.terminal.press import Press
from app.terminal.printer import Printer
from app.terminal.till import Till

EVERY_SECONDS = 600.0
AGAIN_SECONDS = 30.0  # the portal counts otherwise, and wants to hear it once more


class Counter:
    """Used by the loop's thread alone. What it remembers it forgets with the process: then it counts once more."""

    def __init__(
        self,
        terminal_id: str,
        journal: Journal,
        portal: Portal,
        lease: Lease,
        printer: Printer,
        press: Press,
        till: Till,
    ) -> None:
        self._terminal_id = terminal_id
        self._journal = journal
        self._portal = portal
        self._lease = lease
        self._printer = printer
        self._press = press
        self._till = till
        self._reports = -1  # how many there were at the last count: one more order is one more count
        self._not_before = 0.0  # monotonic seconds

    def follow(self) -> None:
        """Count, if it is time and nothing moves. :raises PortalDownError: the portal does not answer."""
        reports = self._journal.count_reports()
        if (reports == self._reports and time.monotonic() < self._not_before) or self._is_moving():
            return
        try:
            is_accepted = self._portal.count(self._count())
        except (PaymentSilentError, PaymentContradictionError, PortalBusyError, PortalRefusedError):
            is_accepted = False  # a device or a town is away: later
        self._reports = reports
        self._not_before = time.monotonic() + (EVERY_SECONDS if is_accepted else AGAIN_SECONDS)

    def _is_moving(self) -> bool:
        return self._press.is_busy() or self._till.is_busy() or bool(self._journal.pending_reports())

    def _count(self) -> Count:
        kept = self._till.kept()
        return Count(
            terminal_id=self._terminal_id, count_id=str(uuid.uuid4()), at=int(clock.now().timestamp()),
            sheets=self._printer.sheets_ever(),
            yen_cash=kept[Tender.CASH], yen_emoney=kept[Tender.EMONEY], yen_qr=kept[Tender.QR],
            epoch=self._lease.need(),
        )  # fmt: skip
