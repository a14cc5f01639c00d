"""Who certifies next: when an office changes hands, and whether anybody follows."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.municipalities import queries
from app.municipalities.errors import NoIssuerError
from app.municipalities.models import Officeholder
from app.municipalities.queries import IssuerFacts
from app.municipalities.union import union_read


def next_change(code: str, at: datetime) -> datetime | None:
    """The first beginning or end of a term after `at`, of the mayor or of an acting one; None: nothing is set down."""
    with union_read() as session:
        query = sa.select(Officeholder.valid_from, Officeholder.valid_until).where(Officeholder.municipality == code)
        moments = [moment for row in session.execute(query) for moment in row if moment is not None and moment > at]
    return min(moments, default=None)


def find_issuer(code: str, at: datetime) -> IssuerFacts | None:
    """Who is in office then; None: nobody."""
    try:
        return queries.get_issuer(code, at)
    except NoIssuerError:
        return None
