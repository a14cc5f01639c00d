"""Partition tables of issuing: the journal. What must not happen is refused here first.

- a copy has at most one live attempt (`one_live_attempt`); each attempt has its own 発行番号, never used again;
- an order is placed at most once per idempotency key; money is held, kept and given back at most once
  (`money_models`);
- a grant to print is used once (`grant_id` unique); events are append-only and gapless per copy;
- what may follow what, what is over and whose it is never changes: the triggers of `rules`;
- numbers, the outbox sequence and the audit tip come from the one `Head` row, under its lock, never from the clock.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, PartitionBase, one_of
from app.issuance import rules
from app.issuance.states import Payment, State
from app.protocol.messages import ReportEvent, Tender
from app.triggers import attach


class Disposal(StrEnum):
    """処分情報: what became of a number that does not count."""

    NEVER_PRINTED = "never_printed"
    DESTROYED = "destroyed"  # a person destroyed the sheet
    MISSING = "missing"  # a person looked and found none


class CaseKind(StrEnum):
    GUARD_MISMATCH = "guard_mismatch"
    MANIFEST_MISMATCH = "manifest_mismatch"
    RENDER_FAILED = "render_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    PAYMENT_UNKNOWN = "payment_unknown"
    NOT_TAKEN = "not_taken"
    UNPRINTABLE = "unprintable"  # B10: the register holds what no sheet can show
    CHANGE_OWED = "change_owed"  # a device could not give back what it should: a person pays it by hand
    COUNT_DIFFERS = "count_differs"  # a terminal's devices counted other than the journals say
    ACCOUNTS_DIFFER = "accounts_differ"  # the union's ledger says other than the town's journal
    TERMINAL_SILENT = "terminal_silent"  # an agent stopped calling while its terminal was in service
    RELAY_LATE = "relay_late"  # what the union must know waits longer than it may


class Order(PartitionBase):
    """A basket: what one resident asked for in one visit, its price, and the state of the money."""

    __tablename__ = "issue_order"
    order_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(sa.ForeignKey("sign_in.visit_id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    request_sha256: Mapped[str] = mapped_column(sa.String(64))  # same key, other request = conflict
    terminal_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    site: Mapped[str] = mapped_column(sa.String(40))
    site_municipality: Mapped[str] = mapped_column(sa.String(6))
    channel: Mapped[str] = mapped_column(sa.String(20))
    yen: Mapped[int] = mapped_column(sa.Integer)
    payment: Mapped[Payment] = mapped_column(one_of(Payment, "payment"), default=Payment.NONE)
    payment_key: Mapped[str] = mapped_column(sa.String(60), unique=True)  # of the present try
    tender: Mapped[Tender | None] = mapped_column(one_of(Tender, "tender"))  # chosen when money is asked for
    yen_inserted: Mapped[int] = mapped_column(sa.Integer, default=0)
    yen_due: Mapped[int | None] = mapped_column(sa.Integer)  # to keep: the copies that came out
    yen_owed: Mapped[int] = mapped_column(sa.Integer, default=0)  # what the device should have given back and kept
    receipt_number: Mapped[int | None] = mapped_column(BigId, unique=True)  # from `Head`, without gaps
    receipt: Mapped[str | None] = mapped_column(sa.Text)  # its lines: no person in them
    receipt_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    receipt_printed_at: Mapped[datetime | None] = mapped_column(Instant)
    is_open: Mapped[bool] = mapped_column(default=True)  # False once every copy and the money are final
    priced_at: Mapped[datetime] = mapped_column(Instant)  # when the visit began: its ordinance prices every copy
    placed_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    __table_args__ = (
        sa.Index(
            "one_open_order",
            "visit_id",
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        ),
        sa.CheckConstraint("yen >= 0 AND yen_inserted >= 0 AND yen_owed >= 0", name="yen_not_negative"),
        sa.CheckConstraint("yen_owed = 0 OR payment IN ('committed', 'released')", name="owed_once_final"),
        sa.CheckConstraint(
            "(receipt_asked_at IS NULL) = (receipt_number IS NULL)"
            " AND (receipt_asked_at IS NULL) = (receipt IS NULL)"
            " AND (receipt_printed_at IS NULL OR receipt_asked_at IS NOT NULL)",
            name="receipt_was_asked",
        ),
        sa.CheckConstraint("receipt_asked_at IS NULL OR payment = 'committed'", name="receipt_of_money"),
        sa.CheckConstraint("payment <> 'none' OR tender IS NULL", name="tender_once_asked"),
        sa.CheckConstraint("tender IS NOT NULL OR yen = 0 OR payment IN ('none', 'released')", name="asked_by_tender"),
        sa.CheckConstraint("yen_due IS NULL OR (yen_due >= 0 AND yen_due <= yen)", name="due_within_price"),
        sa.CheckConstraint(
            "payment NOT IN ('committing', 'committed') OR yen_due IS NOT NULL", name="committed_has_due"
        ),
        sa.CheckConstraint("is_open OR payment IN ('committed', 'released')", name="closed_is_paid_or_paid_back"),
    )


class Issuance(PartitionBase):
    """One row a copy (通): what is certified, of whom, under which number, and how far it has come."""

    __tablename__ = "issuance"
    issuance_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    order_id: Mapped[str] = mapped_column(sa.ForeignKey("issue_order.order_id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(15), index=True)  # atena_no of the requester
    persons: Mapped[str] = mapped_column(sa.Text)  # atena_no of everybody shown, space-separated
    persons_asked: Mapped[str] = mapped_column(sa.Text, default="")  # empty: the usual content of the kind
    picks: Mapped[str] = mapped_column(sa.Text, default="")  # keys of what was picked, space-separated
    options: Mapped[str] = mapped_column(sa.Text, default="")
    document: Mapped[str] = mapped_column(sa.Text)  # canonical JSON of the frozen document: all that the sheet may say
    snapshot: Mapped[str] = mapped_column(sa.Text)  # register serial and history numbers that it was made from
    yen: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[State] = mapped_column(one_of(State, "issuance_state"), default=State.FIXED)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        sa.UniqueConstraint("order_id", "position"),
        sa.CheckConstraint("yen >= 0", name="yen_not_negative"),
        sa.Index(
            "ix_issuance_fixed",
            "state",
            sqlite_where=sa.text("state = 'fixed'"),
            postgresql_where=sa.text("state = 'fixed'"),
        ),
        sa.Index(
            "one_at_printer",
            "order_id",
            unique=True,
            sqlite_where=sa.text("state IN ('granted', 'printing')"),
            postgresql_where=sa.text("state IN ('granted', 'printing')"),
        ),
    )


class Attempt(PartitionBase):
    """One try at putting a copy on paper, with its own number; at a kiosk a copy has one (docs/adr/0010)."""

    __tablename__ = "attempt"
    attempt_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    issuance_id: Mapped[str] = mapped_column(sa.ForeignKey("issuance.issuance_id"))
    number_in_copy: Mapped[int] = mapped_column(sa.Integer)
    issue_number: Mapped[str] = mapped_column(sa.Text, unique=True)
    sheets: Mapped[int | None] = mapped_column(sa.Integer)
    pdf_sha256: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    grant_id: Mapped[str | None] = mapped_column(sa.String(36), unique=True)
    granted_at: Mapped[datetime | None] = mapped_column(Instant)
    grant_epoch: Mapped[int | None] = mapped_column(sa.Integer)  # lease of the agent that got the grant first
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    disposal: Mapped[Disposal | None] = mapped_column(one_of(Disposal, "disposal"))
    __table_args__ = (
        sa.UniqueConstraint("issuance_id", "number_in_copy"),
        sa.Index(
            "one_live_attempt",
            "issuance_id",
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (disposal IS NULL)", name="void_has_disposal"),
        sa.CheckConstraint("(pdf_sha256 IS NULL) = (sheets IS NULL)", name="sheets_with_pdf"),
        sa.CheckConstraint("grant_id IS NULL OR pdf_sha256 IS NOT NULL", name="grant_needs_pdf"),
        sa.CheckConstraint("(grant_id IS NULL) = (grant_epoch IS NULL)", name="grant_of_lease"),
    )


class AttemptReport(PartitionBase):
    """Append-only: what a terminal said of an attempt, in its own words. The first word stays beside later ones."""

    __tablename__ = "attempt_report"
    attempt_id: Mapped[str] = mapped_column(sa.ForeignKey("attempt.attempt_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    event: Mapped[ReportEvent] = mapped_column(one_of(ReportEvent, "attempt_report_event"))
    details: Mapped[str] = mapped_column(sa.Text)  # JSON: what printer and sensor said
    at: Mapped[datetime] = mapped_column(Instant)


class Sheet(PartitionBase):
    """A finished PDF (and its preview), encrypted, named by its content. Erased when the copy is final."""

    __tablename__ = "sheet"
    pdf_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(sa.ForeignKey("attempt.attempt_id"), unique=True)
    pdf: Mapped[bytes] = mapped_column(sa.LargeBinary)
    preview: Mapped[bytes] = mapped_column(sa.LargeBinary)  # PNG of page 1 with 見本 across it
    stored_at: Mapped[datetime] = mapped_column(Instant)


class IssuanceEvent(PartitionBase):
    """Append-only: every move of a copy, written in the transaction that made it."""

    __tablename__ = "issuance_event"
    issuance_id: Mapped[str] = mapped_column(sa.ForeignKey("issuance.issuance_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    from_state: Mapped[State | None] = mapped_column(one_of(State, "event_from_state"))
    to_state: Mapped[State] = mapped_column(one_of(State, "event_to_state"))
    actor: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        # settled excludes void and everything else that ends a copy: it ends once
        sa.Index(
            "copy_ends_once",
            "issuance_id",
            unique=True,
            sqlite_where=sa.text(f"to_state IN {rules.OVER}"),
            postgresql_where=sa.text(f"to_state IN {rules.OVER}"),
        ),
    )


class Refusal(PartitionBase):
    """A request that a rule refused: the true rule for staff, the reference code that the resident was shown."""

    __tablename__ = "refusal"
    reference: Mapped[str] = mapped_column(sa.String(12), primary_key=True)  # N-XXXX, random: encodes nothing
    visit_id: Mapped[str] = mapped_column(sa.ForeignKey("sign_in.visit_id"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    rule: Mapped[str] = mapped_column(sa.String(8))
    terminal_id: Mapped[str] = mapped_column(sa.String(40))
    field: Mapped[str] = mapped_column(sa.String(60), default="")  # B10: the place on the form, never what stands there
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("issue_case.case_id"))  # B10: raised by `reconcile`
    at: Mapped[datetime] = mapped_column(Instant)


# an order has its own cases, and so has every refusal that only staff can mend
_OF_NO_ORDER = sa.text("order_id IS NULL AND closed_at IS NULL AND kind <> 'unprintable'")


class Case(PartitionBase):
    """案件: something that only a person may close. A retry that succeeds closes nothing."""

    __tablename__ = "issue_case"
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(one_of(CaseKind, "case_kind"))
    order_id: Mapped[str | None] = mapped_column(sa.ForeignKey("issue_order.order_id"))
    issuance_id: Mapped[str | None] = mapped_column(sa.ForeignKey("issuance.issuance_id"))
    terminal_id: Mapped[str] = mapped_column(sa.String(40))
    evidence: Mapped[str] = mapped_column(sa.Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(sa.String(80))
    verdict: Mapped[str | None] = mapped_column(sa.String(40))
    __table_args__ = (
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
        sa.Index(
            "one_open_case",
            "kind",
            "terminal_id",
            unique=True,
            sqlite_where=_OF_NO_ORDER,
            postgresql_where=_OF_NO_ORDER,
        ),
    )


class Outbox(PartitionBase):
    """What the union must learn: money and counts, never a person. Written in the home transaction, applied once."""

    __tablename__ = "outbox"
    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(sa.Text)


for _model in (Order, Issuance, Attempt, AttemptReport, Sheet, IssuanceEvent, Case):
    attach(PartitionBase.metadata.tables[_model.__tablename__], rules.TRIGGERS[_model.__tablename__])
