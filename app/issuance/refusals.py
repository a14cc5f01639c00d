"""Refusals in the town's journal: the true rule for staff, a reference for the screen that encodes nothing."""

from __future__ import annotations

import secrets

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.issuance.models import Refusal
from app.municipalities.partitions import Partition

_REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another


def note_refusal(
    p: Partition, actor: str, visit_id: str, terminal_id: str, kind: str, rule: str, field: str = ""
) -> str:
    """Write down why a certificate was refused and give the reference code for the screen: random, it encodes nothing.

    `field`: the place on the form that could not be filled (B10). In a transaction of its own: the one that was refused
    has been rolled back. The same row is written for every reason, so that none takes longer than another.
    """
    reference = "N-" + "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(6))
    what = {"visit_id": visit_id, "terminal_id": terminal_id, "kind": kind, "rule": rule, "field": field}
    p.session.add(Refusal(reference=reference, **what, at=clock.now()))
    p.session.flush()
    audit.record(
        p, actor, Action.ISSUE_REFUSED, f"visit:{visit_id}",
        kind=kind, rule=rule, reference=reference, terminal=terminal_id,
    )  # fmt: skip
    return reference
