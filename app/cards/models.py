"""Cards. The union knows a keyed hash of a credential and the town it belongs to; the rest is in the partition."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.cards.vocabularies import CardKind, CardState, Method, VisitState
from app.extensions import BigId, Instant, PartitionBase, db, one_of
from app.protocol.messages import CardFailure


class CredentialRoute(db.Model):
    """HMAC(route key, kind | issuer | serial) → home municipality. The union cannot tell from it who or what it is."""

    __tablename__ = "credential_route"
    fingerprint: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), index=True)


class Visit(db.Model):
    """One stay of one resident at one terminal. Names the home town, never the person (`SignIn`)."""

    __tablename__ = "visit"
    visit_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    terminal_id: Mapped[str] = mapped_column(sa.ForeignKey("terminal.terminal_id"))
    state: Mapped[VisitState] = mapped_column(one_of(VisitState, "visit_state"), default=VisitState.OPEN)
    home: Mapped[str | None] = mapped_column(sa.ForeignKey("member.code"))
    language: Mapped[str] = mapped_column(sa.String(12), default="ja")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    ticket_nonce: Mapped[str | None] = mapped_column(sa.String(64))
    ticket_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(sa.String(40))
    failure: Mapped[CardFailure] = mapped_column(
        one_of(CardFailure, "visit_failure"), default=CardFailure.NONE
    )  # of the last trip
    tries_left: Mapped[int | None] = mapped_column(sa.Integer)  # told with it, where it means something
    __table_args__ = (
        # a terminal serves one resident at a time: the second live visit is refused by the schema
        sa.Index(
            "one_live_visit",
            "terminal_id",
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        ),
        sa.UniqueConstraint("ticket_nonce"),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_has_time"),
        sa.CheckConstraint("state NOT IN ('signed_in', 'closing') OR home IS NOT NULL", name="signed_in_has_home"),
    )


class CardUser(PartitionBase):
    """カード利用者: one card of one resident. `credential` is the same keyed hash as in the route table."""

    __tablename__ = "card_user"
    card_user_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    atena_no: Mapped[str] = mapped_column(sa.String(15), index=True)
    kind: Mapped[CardKind] = mapped_column(one_of(CardKind, "card_kind"))
    credential: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[CardState] = mapped_column(one_of(CardState, "card_state"), default=CardState.ACTIVE)
    valid_until: Mapped[date | None] = mapped_column(sa.Date)
    usable_from: Mapped[date | None] = mapped_column(sa.Date)  # B05: not on the day of issue
    pin_hash: Mapped[str | None] = mapped_column(sa.Text)  # argon2id over HMAC(pepper, PIN); None = the chip checks it
    last_attempt: Mapped[str | None] = mapped_column(
        sa.String(64)
    )  # mark of the statement that last cost a try: sent twice, it costs one
    tries_left: Mapped[int] = mapped_column(sa.Integer, default=3)  # three wrong PINs lock; time never resets (B13)
    __table_args__ = (
        sa.CheckConstraint("tries_left BETWEEN 0 AND 3", name="tries"),
        sa.CheckConstraint("(kind = 'individual_number_card') = (pin_hash IS NULL)", name="pin_where_it_belongs"),
    )


class CardService(PartitionBase):
    """For which certificates a card may be used (B15). No row for a kind = not registered for it."""

    __tablename__ = "card_service"
    card_user_id: Mapped[int] = mapped_column(sa.ForeignKey("card_user.card_user_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


class SignIn(PartitionBase):
    """Who is at the terminal: the one place that ties a visit to a person, in the person's own town."""

    __tablename__ = "sign_in"
    visit_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    terminal_id: Mapped[str] = mapped_column(sa.String(40))
    site: Mapped[str] = mapped_column(sa.String(40))
    site_municipality: Mapped[str] = mapped_column(sa.String(6))
    atena_no: Mapped[str] = mapped_column(sa.String(15))
    card_user_id: Mapped[int] = mapped_column(sa.ForeignKey("card_user.card_user_id"))
    method: Mapped[Method] = mapped_column(one_of(Method, "sign_in_method"))
    statement_mark: Mapped[str] = mapped_column(
        sa.String(64), unique=True
    )  # keyed: a plain hash would let 10,000 PINs be tried on it
    signed_in_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
