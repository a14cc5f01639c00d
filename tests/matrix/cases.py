"""The cells of the matrix: where somebody dies, what else goes wrong in the same minutes, and what is ordered then."""

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
NONE, LAGGING, RIGHT = "no sensor", "lagging sensor", "right sensor"
SENSORS = (NONE, LAGGING, RIGHT)
ONE, SHEETS, COPIES = "one sheet", "three sheets", "two copies"
SIZES = (ONE, SHEETS, COPIES)
LEFT = 0.1  # of the residents who could be missed do not take their sheet
PAIRS = 8  # of faults, drawn for each death


@dataclass(frozen=True)
class Case:
    """One cell. `part`, `point`, `when`: who dies where; the next three may be empty; `leaves`: the sheet, there."""

    part: str
    point: str
    when: str
    printer: str = NOTHING
    network: str = NOTHING
    money: str = NOTHING
    sensor: str = RIGHT
    size: str = ONE
    leaves: bool = False
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
    def sheets(self) -> int:
        """Of one copy."""
        return 3 if self.size == SHEETS else 1

    @property
    def plan(self) -> list[dict[str, Any]]:
        """What the printer does, and at which sheet."""
        return [{"sheet": 1 + self.dice % self.sheets, **PRINTER[self.printer]}] if self.printer else []

    @property
    def faults(self) -> tuple[str, ...]:
        """What goes wrong beside the death, in words."""
        return tuple(filter(None, (self.printer, self.network, self.money))) or ("nothing else",)


def every_case(seed: int = 1) -> Iterator[Case]:
    """Every point, before and after, with every single fault of each of the three kinds, and with none."""
    dice = random.Random(seed)
    faults = [{}, *_singles()]
    for (part, point), when, fault in itertools.product(_points(), (BEFORE, AFTER), faults):
        case = _case(dice, part, point, when, fault)
        if case.can_be:
            yield case


def every_pair(seed: int = 1) -> Iterator[Case]:
    """Every point, before and after, with two or three faults of different kinds at once, so many by the seed."""
    dice = random.Random(seed)
    found = itertools.product((NOTHING, *PRINTER), (NOTHING, *NETWORK), (NOTHING, *MONEY))
    faults = [dict(zip(("printer", "network", "money"), words, strict=True)) for words in found]
    faults = [fault for fault in faults if sum(map(bool, fault.values())) > 1]
    for (part, point), when in itertools.product(_points(), (BEFORE, AFTER)):
        drawn = (_case(dice, part, point, when, fault) for fault in dice.sample(faults, len(faults)))
        yield from itertools.islice((case for case in drawn if case.can_be), PAIRS)


def sample(seed: int = 1) -> list[Case]:
    """Every point once and every fault at least once."""
    dice = random.Random(seed)
    faults = _singles()
    dice.shuffle(faults)
    found = []
    for part, point in _points():
        when = dice.choice((BEFORE, AFTER))
        cases = (_case(dice, part, point, when, fault) for fault in list(faults))
        position, case = next((n, case) for n, case in enumerate(cases) if case.can_be)
        faults.append(faults.pop(position))
        found.append(case)
    return found


def few() -> list[Case]:
    """One death of each part, each with something else; three sheets, two copies, one sheet that is left."""
    return [
        Case("agent", "document sent", AFTER, printer="jam cleared", size=SHEETS, sensor=LAGGING, dice=1),
        Case("reconcile", "order looked at", AFTER),
        Case("node", "grant answered", AFTER, network="printer before-response", size=COPIES, sensor=NONE),
        Case("worker", "sheet stored", AFTER, printer="power cut after the sheet", size=SHEETS, dice=4),
        Case("agent", "cash kept", AFTER, money="short of change"),
        Case("relay", "lines carried", AFTER, leaves=True, dice=2),
    ]


def dealt(cases: Sequence[Case], lanes: int) -> list[Sequence[Case]]:
    """In turn to each lane."""
    return [cases[lane::lanes] for lane in range(lanes)]


def _case(dice: random.Random, part: str, point: str, when: str, fault: dict[str, str]) -> Case:
    leaves = dice.random() < LEFT
    return Case(
        part, point, when, **fault, sensor=dice.choice(SENSORS[1:] if leaves else SENSORS),
        size=dice.choice((ONE, *SIZES)), leaves=leaves, dice=dice.randrange(1000),
    )  # fmt: skip


def _singles() -> list[dict[str, str]]:
    kinds = {"printer": PRINTER, "network": NETWORK, "money": MONEY}
    return [{kind: word} for kind, words in kinds.items() for word in words]


def _points() -> list[tuple[str, str]]:
    return [(part, point) for part, points in PARTS.items() for point in points]
