"""Union tables: the members, where their partitions lie, their sites and terminals, and what their ordinances say.

No person is in any of these, and `Stamp` alone lies in the partitions. Everything that a town may change by ordinance
has a `valid_from` and is never edited.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, PartitionBase, db, one_of
from app.triggers import Trigger, attach


class MemberState(StrEnum):
    """What a member's partition may be used for."""

    ACTIVE = "active"
    READ_ONLY = "read_only"
    MOVING = "moving"
    DOWN = "down"
    SUSPENDED = "suspended"  # kill switch: no certificate of this town anywhere


class TerminalKind(StrEnum):
    KIOSK = "kiosk"
    COUNTER = "counter"


class Channel(StrEnum):
    """Where a certificate is asked for; fees and blocks depend on it."""

    KIOSK = "kiosk"
    COUNTER = "counter"


class Union(db.Model):
    """The union itself: one row."""

    __tablename__ = "union_info"
    union_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text, default="")
    phone: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (sa.CheckConstraint("union_id = 1", name="one_row"),)


class Member(db.Model):
    """A member municipality and the place of its partition. `place_key` names a DSN in the settings, never a secret."""

    __tablename__ = "member"
    code: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    name_kana: Mapped[str] = mapped_column(sa.Text, default="")
    name_en: Mapped[str] = mapped_column(sa.Text, default="")
    prefecture: Mapped[str] = mapped_column(sa.Text)
    district: Mapped[str] = mapped_column(sa.Text, default="")  # 郡, for towns and villages
    phone: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[MemberState] = mapped_column(one_of(MemberState, "member_state"), default=MemberState.ACTIVE)
    place_key: Mapped[str] = mapped_column(sa.Text, default="embedded")
    place_schema: Mapped[str | None] = mapped_column(sa.Text)
    place_role: Mapped[str | None] = mapped_column(sa.Text)
    revision: Mapped[str | None] = mapped_column(sa.Text)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    __table_args__ = (sa.CheckConstraint("length(code) = 6", name="code_length"),)


class Officeholder(db.Model):
    """首長 or 職務代理者 for a period; the certificate names who is in office at the instant of issue."""

    __tablename__ = "officeholder"
    officeholder_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), index=True)
    title: Mapped[str] = mapped_column(sa.Text)  # carries the prefecture: 「長野県○○市長」
    name: Mapped[str] = mapped_column(sa.Text)
    is_acting: Mapped[bool] = mapped_column(default=False)  # 職務代理者: precedes the mayor while valid
    seal_png: Mapped[bytes] = mapped_column(sa.LargeBinary)  # 電子公印, black, 1-bit
    seal_mm: Mapped[float] = mapped_column(sa.Float)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime | None] = mapped_column(Instant)  # exclusive
    __table_args__ = (
        sa.CheckConstraint("seal_mm > 0 AND seal_mm <= 25", name="seal_size"),  # 標準仕様書 5.6: 25 mm at most
        sa.CheckConstraint("length(name) > 0", name="name_present"),
        sa.UniqueConstraint("municipality", "is_acting", "valid_from"),
    )


class FeeRule(db.Model):
    """手数料条例: integer yen for town x kind x channel from a day on; the newest one begun holds.

    `per`: the fee is for every so many things on the sheet (5 parcels); None: for the copy.
    """

    __tablename__ = "fee_rule"
    fee_rule_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "fee_channel"))
    yen: Mapped[int] = mapped_column(sa.Integer)
    per: Mapped[int | None] = mapped_column(sa.Integer)
    is_together: Mapped[bool] = mapped_column(default=False)  # land and houses in one count, not each for itself
    valid_from: Mapped[date] = mapped_column(sa.Date)
    __table_args__ = (
        sa.UniqueConstraint("municipality", "kind", "channel", "valid_from"),
        sa.CheckConstraint("yen >= 0", name="yen_not_negative"),
        sa.CheckConstraint("per IS NULL OR per >= 1", name="counted_by_one_or_more"),
    )


class OrdinanceText(db.Model):
    """Texts that a town words itself: 認証文, notes. Keys are listed in `ordinances.text_keys`."""

    __tablename__ = "ordinance_text"
    ordinance_text_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"))
    key: Mapped[str] = mapped_column(sa.String(60))
    text: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    __table_args__ = (sa.UniqueConstraint("municipality", "key", "valid_from"),)


class OrdinanceSwitch(db.Model):
    """What a town allows. Keys and their meaning are listed in `ordinances.SWITCHES`."""

    __tablename__ = "ordinance_switch"
    ordinance_switch_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"))
    key: Mapped[str] = mapped_column(sa.String(60))
    value: Mapped[str] = mapped_column(sa.String(60))
    valid_from: Mapped[date] = mapped_column(sa.Date)
    __table_args__ = (sa.UniqueConstraint("municipality", "key", "valid_from"),)


class OpeningHours(db.Model):
    """Weekly pattern of town (x kind). `weekday` 0 = Monday … 6 = Sunday, 7 = national holiday. No row = closed."""

    __tablename__ = "opening_hours"
    opening_hours_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), index=True)
    kind: Mapped[str | None] = mapped_column(sa.String(40))  # None = every kind
    weekday: Mapped[int] = mapped_column(sa.Integer)
    opens: Mapped[time] = mapped_column(sa.Time)
    closes: Mapped[time] = mapped_column(sa.Time)
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 7", name="weekday"),
        sa.CheckConstraint("opens < closes", name="order"),
        sa.UniqueConstraint("municipality", "kind", "weekday", "opens"),
    )


class Closure(db.Model):
    """Closed from … until, for the union (municipality None), a town, a kind or a site. The strictest wins."""

    __tablename__ = "closure"
    closure_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str | None] = mapped_column(sa.ForeignKey("member.code"), index=True)
    kind: Mapped[str | None] = mapped_column(sa.String(40))
    site: Mapped[str | None] = mapped_column(sa.ForeignKey("site.site_id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)  # None = until lifted (kill switch)
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class HolidayOverride(db.Model):
    """A day that the holiday library does not know, or knows wrongly."""

    __tablename__ = "holiday_override"
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    is_holiday: Mapped[bool] = mapped_column()
    name: Mapped[str] = mapped_column(sa.Text, default="")


class Site(db.Model):
    """設置場所: a place and a printer, in a municipality. Never the issuer."""

    __tablename__ = "site"
    site_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    municipality: Mapped[str] = mapped_column(sa.ForeignKey("member.code"), index=True)
    name: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str] = mapped_column(sa.Text, default="")
    office_opens: Mapped[time] = mapped_column(sa.Time, default=time(8, 30))
    office_closes: Mapped[time] = mapped_column(sa.Time, default=time(17, 15))


class Terminal(db.Model):
    """One agent, one reader, one printer. `public_key` is the agent's Ed25519 device key (32 bytes)."""

    __tablename__ = "terminal"
    terminal_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    site: Mapped[str] = mapped_column(sa.ForeignKey("site.site_id"), index=True)
    kind: Mapped[TerminalKind] = mapped_column(one_of(TerminalKind, "terminal_kind"), default=TerminalKind.KIOSK)
    number: Mapped[int] = mapped_column(sa.Integer)  # printed in the 発行番号
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    agent_url: Mapped[str] = mapped_column(sa.Text)  # loopback of the terminal itself
    stopped_reason: Mapped[str | None] = mapped_column(sa.String(60))  # None = in service; only a person clears it
    ended_stop: Mapped[str] = mapped_column(sa.String(40), default="")  # of its agent: which one a person has ended
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    device_state: Mapped[str] = mapped_column(sa.Text, default="{}")  # JSON of the last work call: printer faults, tray
    lease_epoch: Mapped[int] = mapped_column(sa.Integer, default=0)  # 0 = no agent has ever started
    lease_root: Mapped[int] = mapped_column(sa.Integer, default=0)  # first epoch of the folder that holds the lease
    lease_id: Mapped[str | None] = mapped_column(sa.String(36))
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("public_key"),
        sa.CheckConstraint("lease_root BETWEEN 0 AND lease_epoch", name="lease_root_before"),
        sa.CheckConstraint("(lease_id IS NULL) = (lease_epoch = 0)", name="lease_has_id"),
    )


_IS_OTHER = "NEW.lease_id IS DISTINCT FROM OLD.lease_id"
_IS_LATER = "NEW.lease_epoch > OLD.lease_epoch"
attach(
    db.metadata.tables[Terminal.__tablename__],
    (
        # two agents must never hold the same epoch, nor one get an older one
        Trigger("lease_grows", "UPDATE OF lease_epoch, lease_id", f"({_IS_OTHER}) <> ({_IS_LATER})"),
        Trigger("lease_never_shrinks", "UPDATE OF lease_epoch", "NEW.lease_epoch < OLD.lease_epoch"),
    ),
)


class Stamp(PartitionBase):
    """Whose partition this is. Checked when an engine is opened: another town in the place raises."""

    __tablename__ = "stamp"
    code: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    stamped_at: Mapped[datetime] = mapped_column(Instant)
