"""The simulated devices of one terminal, and what a person's hands and the staff's do to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.devices.cash import CashMachine, worth
from app.devices.gateway import FAULTS, TENDERS, Gateway
from app.devices.line import CashLine
from app.protocol.messages import Tender
from app.protocol.money import MoneyRejectedError, Step

CASH_FAULTS = ("jam", "no_change", "no_power")


def machine_name(terminal_id: str) -> str:
    """What the simulated cash machine of this terminal says that it is."""
    return f"SIM-{terminal_id}"


class Bench:
    """A cash machine with its line (`cash.db`, `cash.line` in `folder`), and this terminal's part of the gateway."""

    def __init__(self, terminal_id: str, folder: Path, gateway: Gateway) -> None:
        self.terminal_id = terminal_id
        self.gateway = gateway
        self.machine = CashMachine(folder / "cash.db")
        self.line = CashLine(self.machine, machine_name(terminal_id), folder / "cash.line")
        self._does: dict[str, Callable[..., object]] = {
            "insert": self._insert, "collect": self.machine.collect, "touch": self._touch, "fault": self._set_fault,
            "pull_lever": self.machine.pull_lever,
        }  # fmt: skip

    def close(self) -> None:
        self.line.close()
        self.machine.close()

    def do(self, action: str, **words: Any) -> None:
        """insert (yen), collect, touch (tender), fault (tender, kind; empty = repair all), pull_lever.

        :raises MoneyRejectedError: it comes straight back. :raises ValueError: no such action, word or fault.
        """
        if action not in self._does:
            raise ValueError(action)
        try:
            self._does[action](**words)
        except TypeError:
            raise ValueError(action) from None

    def state(self) -> dict[str, Any]:
        """What can be seen from outside: `cash`, `emoney`, `qr`, each with `state`, `yen` and `faults`."""
        return {"cash": self._cash()} | {tender.value: self._reader(tender) for tender in TENDERS}

    # --- inside

    def _insert(self, yen: int) -> None:
        if type(yen) is not int:
            raise ValueError("yen")
        if not self.line.is_powered:
            raise MoneyRejectedError("closed")
        self.machine.insert(yen)

    def _touch(self, tender: str) -> None:
        self.gateway.touch(self.terminal_id, tender)

    def _set_fault(self, tender: str, kind: str) -> None:
        known = CASH_FAULTS if tender == Tender.CASH else FAULTS
        if kind and kind not in known:
            raise ValueError(kind)
        if tender == Tender.CASH:
            self._set_cash_fault(kind)
        elif kind:
            self.gateway.set_fault(self.terminal_id, tender, kind, is_on=True)
        else:
            for fault in FAULTS:
                self.gateway.set_fault(self.terminal_id, tender, fault, is_on=False)

    def _set_cash_fault(self, kind: str) -> None:
        if kind == "jam":
            self.machine.jam()
        elif kind == "no_change":
            self.machine.empty()
        elif kind == "no_power":
            self.line.is_powered = False
        else:
            self.machine.repair()
            if not worth(self.machine.counts()):
                self.machine.fill()
            self.line.is_powered = True

    def _cash(self) -> dict[str, Any]:
        now, status = self.machine.query(self.machine.open_key() or ""), self.machine.status()
        returned = self.machine.returned()
        silent = () if self.line.is_powered else ("no_power",)
        empty = () if worth(status.store) else ("no_change",)
        return {
            "state": now.step.value,
            "yen": now.yen,
            "yen_inserted": now.yen_in,
            "returned": _by_name(returned),
            "yen_returned": worth(returned),
            "store": _by_name(status.store),
            "faults": [*status.faults, *empty, *silent],
        }

    def _reader(self, tender: Tender) -> dict[str, Any]:
        waiting = self.gateway.waiting(self.terminal_id, tender)
        return {
            "state": (Step.COLLECTING if waiting else Step.NONE).value,
            "yen": waiting["yen"] if waiting else 0,
            "faults": self.gateway.faults(self.terminal_id, tender),
        }


def _by_name(pieces: dict[int, int]) -> dict[str, int]:
    """JSON keys are text."""
    return {str(denomination): n for denomination, n in pieces.items()}
