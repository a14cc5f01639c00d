"""Union table: one row for each process that serves now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Instant, db, one_of
from app.nodes.agreement import Role


class Node(db.Model):
    """A web process or a keeper (worker, relay, reconcile). Forgotten when it ends, or stays silent for too long."""

    __tablename__ = "node"
    node_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "node_role"))
    host: Mapped[str] = mapped_column(sa.Text)
    machine: Mapped[str] = mapped_column(sa.String(64))  # the kernel's boot id: containers of one machine share it
    build: Mapped[str] = mapped_column(sa.String(64))
    union_revision: Mapped[str] = mapped_column(sa.Text)
    partition_revision: Mapped[str] = mapped_column(sa.Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)
