"""The cells of the matrix: where somebody dies, and what else goes wrong in the same minute."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.matrix.line import CUTS
from tests.matrix.points import AFTER, BEFORE, PARTS

# what the paper path does at a sheet; whether the test clears it, ends the printer's power, or leaves it to staff
PRINTER: dict[str, dict[str, Any]] = {
    "jam cleared": {"kind": "media-jam"},
    "jam for good": {"kind": "media-jam"},
    "out of paper": {"kind": "media-empty"},
    "abort": {"kind": "media-jam", "then": "abort"},
    "power cut": {"kind": "plug", "then": "wait"},
    "power cut after the sheet": {"kind": "plug", "then": "wait after"},
    "printer lies": {"kind": "feed", "then": "vanish"},
}
# at which bytes a line is cut
PRINTER_LINE = (b"%PDF", b"job-name", b"job-id")
PORTAL_LINE = (b"/agents/grants", b"/agents/reports", b"/agents/work")
GATEWAY_LINE = (b"PUT /v1", b"/capture")
NETWORK = tuple(f"{line} {cut}" for line in ("printer", "portal") for cut in CUTS)
MONEY = ("machine jam", "short of change", "power cut of the machine", "lost answer")
TENDERS = {"account opened": "qr", "account charged": "qr", "cash opened": "cash", "cash kept": "cash"}
NOTHING = ""


@dataclass(frozen=True)
class Case:
    """One cell. `part`, `point`, `when`: who dies where; the other three may be empty."""

    part: str
    point: str
    when: str
    printer: str = NOTHING
    network: str = NOTHING
    money: str = NOTHING
    dice: int = 0

    @property
    def tender(self) -> str:
        """What the resident pays with: what the point or the fault needs, else any."""
        if self.point in TENDERS:
            return TENDERS[self.point]
        if self.money:
            return "qr" if self.money == "lost answer" else "cash"
        return ("cash", "cash", "emoney", "qr")[self.dice % 4]

    @property
    def can_be(self) -> bool:
        """Nobody dies at a cash machine while a gateway's answer is lost, nor the other way round."""
        needs = "qr" if self.money == "lost answer" else "cash"
        return not self.money or self.tender == needs

    @property
    def cut_at(self) -> bytes:
        return (PRINTER_LINE if self.network.startswith("printer") else PORTAL_LINE)[self.dice % 3]

    @property
    def fault(self) -> str:
        """The one thing beside the death, in a word."""
        return self.printer or self.network or self.money or "nothing else"


def every_case(seed: int = 1) -> Iterator[Case]:
    """Every point, before and after, with every fault of each of the three kinds, and with none."""
    dice = random.Random(seed)
    faults = [
        {},
        *({"printer": f} for f in PRINTER),
        *({"network": f} for f in NETWORK),
        *({"money": f} for f in MONEY),
    ]
    for (part, point), when, fault in itertools.product(_points(), (BEFORE, AFTER), faults):
        case = Case(part, point, when, dice=dice.randrange(1000), **fault)
        if case.can_be:
            yield case


def sample(seed: int = 1) -> list[Case]:
    """Every point once and every fault at least once."""
    dice = random.Random(seed)
    faults = [("printer", f) for f in PRINTER] + [("network", f) for f in NETWORK] + [("money", f) for f in MONEY]
    dice.shuffle(faults)
    found = []
    for part, point in _points():
        when, number = dice.choice((BEFORE, AFTER)), dice.randrange(1000)
        cases = (Case(part, point, when, dice=number, **{kind: fault}) for kind, fault in faults)
        position, case = next((n, case) for n, case in enumerate(cases) if case.can_be)
        faults.append(faults.pop(position))
        found.append(case)
    return found


def dealt(cases: Sequence[Case], lanes: int) -> list[Sequence[Case]]:
    """In turn to each lane."""
    return [cases[lane::lanes] for lane in range(lanes)]


def _points() -> list[tuple[str, str]]:
    return [(part, point) for part, points in PARTS.items() for point in points]
