"""Between two scenarios: the world as the next one expects it, by the hands of a member of staff."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.config import Config
from app.extensions import db
from app.issuance.cases import Verdict, close_case
from app.issuance.models import Case, CaseKind, Issuance, Order
from app.issuance.states import State, is_final
from app.municipalities import service as municipalities
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import list_terminals
from tests.incidents.points import Points
from tests.incidents.station import Station


class Upkeep(ABC):
    """Half of a world. `points` are its own, `app` the portal's rooms on it."""

    points: Points
    app: Flask

    @abstractmethod
    def inside(self) -> AbstractContextManager[None]:
        """The portal's rooms, called from this process, work on this world and at its time."""

    @abstractmethod
    def go_on(self, name: str) -> None: ...

    @abstractmethod
    def revive(self) -> None:
        """Start again what has ended, as the init system does."""

    def tidy(self) -> None:
        """Everything passes again, time is real, everything runs, a person has decided what only a person decides."""
        self.points.clear()
        self.close_stations()
        self.revive()
        for name in ("worker", "relay", "reconcile"):
            self.go_on(name)
        self.decide_all()

    def close_stations(self) -> None:
        while self._stations:
            self._stations.pop().close()

    def decide_all(self) -> None:
        """A member of staff has looked everywhere: every case is closed, every terminal serves again."""
        with self.inside():
            for code in partitions.codes():
                with partitions.open(code, write=True) as p:
                    for case in p.session.scalars(sa.select(Case).where(Case.closed_at.is_(None))).all():
                        close_case(p, "staff:test", case.case_id, _verdict(p, case))
            for terminal in list_terminals():
                if terminal.stopped_reason is not None:
                    municipalities.resume_terminal("staff:test", terminal.terminal_id)

    def _let_go(self) -> None:
        """The databases, in this process."""
        with self.inside():
            db.engine.dispose()
        partitions.dispose()

    def _remember(self, config: Config) -> None:
        self._taken: set[str] = set()
        self._last_here: dict[str, int] = {}
        self._stations: list[Station] = []
        self.app = create_app(config, surfaces=())


def _verdict(p: Partition, case: Case) -> Verdict:
    """What brings any case to an end: nothing came out, all is given back."""
    copy = p.session.get(Issuance, case.issuance_id) if case.issuance_id else None
    order = p.session.get(Order, case.order_id) if case.order_id else None
    if copy is not None and copy.state is State.UNKNOWN:
        return Verdict.NOT_PRINTED
    if case.kind is CaseKind.CHANGE_OWED:
        return Verdict.PAID_BACK
    if case.kind is CaseKind.PAYMENT_UNKNOWN and order is not None and not is_final(order.payment):
        return Verdict.REFUNDED
    return Verdict.CHECKED
