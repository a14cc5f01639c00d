"""The resident of a case: buys what it says, pays so that its fault can be met, and may go away too early."""

from __future__ import annotations

from dataclasses import dataclass

from tests.journey.robot import PIECES, Page
from tests.journey.shopper import BILL, Shopper
from tests.matrix.cases import COPIES, Case

BEFORE_PAYING, WHILE_PAYING, AFTER_PAYING = range(3)


@dataclass
class Visitor(Shopper):
    """`goes`: walks off at the till, without a word, so that only time can bring the order to an end."""

    case: Case | None = None
    goes: bool = False
    has_gone: bool = False

    def _is_home(self, page: Page) -> bool:
        return self.has_gone or super()._is_home(page)

    def _how_many(self) -> int:
        return 2 if self._case.size == COPIES else 1

    def _pay(self, page: Page) -> Page:
        self.has_gone = self.goes
        stage = self._case.dice % 3
        if not self.goes or stage == AFTER_PAYING:
            return super()._pay(page)
        if stage == WHILE_PAYING and self.desk.state()["cash"]["state"] == "collecting":
            self._hands(lambda: self.desk.insert(PIECES[-2]))
        return page

    def _insert(self, missing: int) -> None:
        """A bill where only one that gives change can fail."""
        if self._case.money in {"short of change", "machine jam"} and missing < BILL:
            missing = BILL
        super()._insert(missing)

    def _take_sheets(self) -> None:
        if not self._case.leaves:
            super()._take_sheets()

    @property
    def _case(self) -> Case:
        assert self.case is not None
        return self.case
