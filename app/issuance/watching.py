"""What only its absence tells: a terminal that stopped calling, a town whose lines do not reach the union.

Both become a case for a person, one at a time for each terminal and town. The service itself comes back when the calls
and the lines do; the case stays until a person has looked.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.certificates.catalogue import KINDS
from app.certificates.eligibility import RELAY_LATE
from app.issuance.errors import OrderRefusedError
from app.issuance.journal import open_case_of_none
from app.issuance.models import Case, CaseKind, Outbox
from app.municipalities import hours, queries
from app.municipalities.limits import get_limits
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import TerminalFacts
from app.municipalities.serviceability import is_relay_late


def find_waiting_since(p: Partition) -> datetime | None:
    """When the oldest line that the union has not got was written; None: nothing waits."""
    body = p.session.scalar(sa.select(Outbox.body).order_by(Outbox.sequence).limit(1))
    return datetime.fromisoformat(json.loads(body)["occurred_at"]) if body else None


def check_reporting(p: Partition, kind: str) -> None:
    """No new order while the union does not learn of the old ones: their numbers could not be told from forged ones.

    :raises OrderRefusedError: may be told; it says nothing about a person.
    """
    if is_relay_late(find_waiting_since(p), clock.now(), get_limits()):
        raise OrderRefusedError(1, kind, RELAY_LATE)


def raise_late(code: str, actor: str) -> None:
    """A case for a town whose oldest line waits too long."""
    with partitions.open(code) as p:
        since = find_waiting_since(p)
        if not is_relay_late(since, clock.now(), get_limits()) or _has_case(p, CaseKind.RELAY_LATE, ""):
            return
    with partitions.open(code, write=True) as p:
        evidence = {"event": CaseKind.RELAY_LATE.value, "waiting_since": str(since)}
        open_case_of_none(p, actor, CaseKind.RELAY_LATE, "", evidence)


def list_silent(since: datetime | None) -> list[TerminalFacts]:
    """Terminals in service that have not called for so long that a person must look.

    `since`: when whoever asks began to listen; what was before that is nobody's silence.
    """
    now, limit = clock.now(), get_limits().silent_case
    return [t for t in queries.list_terminals() if not t.is_stopped and _silent_for(t, now, since) > limit]


def raise_silent(terminal: TerminalFacts, actor: str) -> None:
    """A case in the town where it stands, unless it rests because everything is closed, or was a moment ago."""
    code, now = terminal.site_municipality, clock.now()
    with partitions.open(code) as p:
        if _has_case(p, CaseKind.TERMINAL_SILENT, terminal.terminal_id):
            return
    if _is_open(terminal, now) and _is_open(terminal, now - get_limits().silent_case):
        with partitions.open(code, write=True) as p:
            evidence = {"event": CaseKind.TERMINAL_SILENT.value, "last_seen_at": str(terminal.last_seen_at)}
            open_case_of_none(p, actor, CaseKind.TERMINAL_SILENT, terminal.terminal_id, evidence)


def _silent_for(terminal: TerminalFacts, now: datetime, since: datetime | None) -> timedelta:
    """One that has never called is new, and silent to nobody."""
    if terminal.last_seen_at is None:
        return timedelta()
    return now - max(terminal.last_seen_at, since or terminal.last_seen_at)


def _is_open(terminal: TerminalFacts, at: datetime) -> bool:
    timetables = queries.list_timetables(queries.list_codes(), KINDS, terminal.site_id, at).values()
    return any(hours.is_open(timetable, at) for timetable in timetables)


def _has_case(p: Partition, kind: CaseKind, terminal_id: str) -> bool:
    same = (Case.kind == kind, Case.terminal_id == terminal_id, Case.closed_at.is_(None))
    return p.session.scalar(sa.select(Case.case_id).where(*same).limit(1)) is not None
