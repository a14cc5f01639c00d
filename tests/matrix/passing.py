"""Time that has passed for some visits alone: what `reconcile` does for everybody, while the other lanes are at noon.

A lane asks by a file in the reconciler's folder, which the reconciler takes away when all is done: one that dies in
between finds it again after its birth.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from app import clock
from app.cards import visits
from app.cards.visits import VisitFacts
from app.issuance import aftermath, reconcile
from app.municipalities.partitions import partitions


def ask(folder: Path, lane: str, visit_ids: set[str], how_much: timedelta) -> Path:
    """That so much time pass for these visits; the file that is there until it has."""
    order, draft = folder / f"{lane}.later", folder / f"{lane}.draft"
    draft.write_text(json.dumps({"visits": sorted(visit_ids), "seconds": how_much.total_seconds()}))
    return draft.rename(order)


def obey(folder: Path) -> None:
    """Every order that lies there."""
    for order in sorted(folder.glob("*.later")):
        facts = json.loads(order.read_text())
        with clock.frozen(clock.now() + timedelta(seconds=facts["seconds"])):
            for visit in filter(None, map(visits.find_visit, facts["visits"])):
                _pass(visit)
        order.unlink()


def _pass(visit: VisitFacts) -> None:
    """In the order of `reconcile.reconcile_all`; the visit is looked at again when its order has moved."""
    if visit.home is None or not visit.is_live:
        return
    reconcile.reconcile_visit(visit)
    with partitions.open(visit.home) as p:
        query = sa.text("SELECT order_id FROM issue_order WHERE visit_id = :v AND is_open")
        orders = list(p.session.scalars(query, {"v": visit.visit_id}))
    for order_id in orders:
        with partitions.open(visit.home, write=True) as p:
            reconcile.reconcile_order(p, order_id, is_gone=True)
        aftermath.follow_up(visit.home, reconcile.ACTOR, visit.visit_id)
