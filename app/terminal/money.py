"""What the agent asks of a payment device, whatever the tender. Drivers keep this; the till knows nothing else."""

from __future__ import annotations

from typing import Protocol

from app.protocol.money import Capabilities, DeviceStatus, PaymentEvent, PaymentState


class PaymentDevice(Protocol):
    """One tender. Everything is idempotent by key: asked twice, it answers the same and does nothing more.

    Every method may raise `PaymentSilentError` (nobody answers: ask again with the same key) and
    `PaymentContradictionError` (another machine, or an answer that cannot be: nobody may guess).
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def begin(self, key: str, yen: int) -> None:
        """Open for `yen`. :raises PaymentBusyError: not now; nothing was done."""
        ...

    def events(self, key: str, after: int = 0) -> list[PaymentEvent]:
        """What came in since the event with this number."""
        ...

    def commit(self, key: str, yen: int) -> PaymentState:
        """Keep `yen`, give the rest back; what cannot be given back is `yen_owed`."""
        ...

    def release(self, key: str) -> PaymentState:
        """Give everything back; what cannot be given back is `yen_owed`."""
        ...

    def query(self, key: str) -> PaymentState: ...

    def counts(self) -> dict[int, int]:
        """Pieces of each denomination in the change store; empty where there are none."""
        ...

    def taken(self) -> int:
        """Yen of all finished payments, ever, that came in and did not go out again: kept and owed."""
        ...

    def status(self) -> DeviceStatus: ...

    def close(self) -> None:
        """Let go of the line or the file."""
        ...
