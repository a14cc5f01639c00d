"""What the guard refused, kept for the person who looks for the cause: encrypted, for as long as the case is open."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.issuance import vault
from app.issuance.journal import found
from app.issuance.models import Attempt, Case
from app.issuance.refused_models import RefusedSheet
from app.municipalities.partitions import Partition


def keep(p: Partition, case: Case, attempt: Attempt, pdf: bytes) -> None:
    """Evidence of `case`. The copy has failed before: the schema takes a refused sheet of no other."""
    p.session.flush()
    locked = vault.lock(pdf, _label(p, attempt.attempt_id, case.case_id))
    kept = RefusedSheet(attempt_id=attempt.attempt_id, case_id=case.case_id, pdf=locked, refused_at=clock.now())
    p.session.add(kept)
    p.session.flush()


def has_refused(p: Partition, case_id: int) -> bool:
    """Whether there is one to look at."""
    return p.session.scalar(sa.select(RefusedSheet.case_id).where(RefusedSheet.case_id == case_id)) is not None


def read_refused(p: Partition, case_id: int) -> bytes:
    """The PDF, for a picture of it alone.

    :raises OrderNotFoundError: this case is closed, or has none. :raises SheetLostError: it does not open.
    """
    is_open = sa.select(RefusedSheet).join(Case, Case.case_id == RefusedSheet.case_id).where(Case.closed_at.is_(None))
    kept: RefusedSheet = found(p.session.scalar(is_open.where(RefusedSheet.case_id == case_id)))
    return vault.unlock(kept.pdf, _label(p, kept.attempt_id, kept.case_id))


def forget(p: Partition, issuance_id: str) -> None:
    """Of a copy no case of which is open any more."""
    attempts = sa.select(Attempt.attempt_id).where(Attempt.issuance_id == issuance_id)
    p.session.execute(sa.delete(RefusedSheet).where(RefusedSheet.attempt_id.in_(attempts)))


def _label(p: Partition, attempt_id: str, case_id: int) -> str:
    return f"{p.code}|{attempt_id}|case {case_id}|refused"
