"""Partition table of sheets that the guard refused: evidence of a case, and nothing that could ever be printed.

They are kept apart from `sheet`, from which grants are given. The rules refuse a refused sheet of anything but a copy
that has failed, a grant for its attempt, and a sheet to print beside it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Instant, PartitionBase
from app.issuance import rules
from app.triggers import attach


class RefusedSheet(PartitionBase):
    """A PDF that did not read back, encrypted, bound to its attempt and its case. Erased when the case is closed."""

    __tablename__ = "refused_sheet"
    attempt_id: Mapped[str] = mapped_column(sa.ForeignKey("attempt.attempt_id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("issue_case.case_id"), unique=True)
    pdf: Mapped[bytes] = mapped_column(sa.LargeBinary)
    refused_at: Mapped[datetime] = mapped_column(Instant)


attach(PartitionBase.metadata.tables[RefusedSheet.__tablename__], rules.TRIGGERS[RefusedSheet.__tablename__])
