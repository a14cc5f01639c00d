"""Partition tables of residents, seals and blocks. Written by `importing` alone; all above read facts (`queries`).

Column names follow the item list of the 住民記録システム標準仕様書 (1.1.1, 1.1.2, 1.2.1): a change stores all
columns again as a new row under the next `history_no`; `is_current` marks the newest one.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import BigId, Instant, PartitionBase, one_of
from app.residents.vocabularies import (
    BlockLevel,
    BlockReason,
    ForeignClass,
    MovementReason,
    ResidentStatus,
    ResidentType,
    SealCancelCause,
    SealRegistrationMethod,
    SealStatus,
    Sex,
)


class PersonVersion(PartitionBase):
    """住民票 of one person at one history number. Dates that may be 不詳: ISO text or the wording."""

    __tablename__ = "person_version"
    atena_no: Mapped[str] = mapped_column(sa.String(15), primary_key=True)
    history_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    is_provisional: Mapped[bool] = mapped_column(default=False)  # 仮登録: never printed (標準仕様書 4.0.8)
    setai_no: Mapped[str] = mapped_column(sa.String(15))
    setai_order: Mapped[int] = mapped_column(sa.Integer, default=0)
    status: Mapped[ResidentStatus] = mapped_column(one_of(ResidentStatus, "resident_status"))
    resident_type: Mapped[ResidentType] = mapped_column(one_of(ResidentType, "resident_type"))
    name: Mapped[str] = mapped_column(sa.Text)
    name_kana: Mapped[str] = mapped_column(sa.Text, default="")
    name_latin: Mapped[str] = mapped_column(sa.Text, default="")  # foreign residents: the name as on the residence card
    former_surname: Mapped[str] = mapped_column(sa.Text, default="")  # 旧氏
    former_surname_kana: Mapped[str] = mapped_column(sa.Text, default="")
    alias: Mapped[str] = mapped_column(sa.Text, default="")  # 通称
    alias_kana: Mapped[str] = mapped_column(sa.Text, default="")
    birth_date: Mapped[str] = mapped_column(sa.Text)
    sex: Mapped[Sex] = mapped_column(one_of(Sex, "sex"))
    household_head: Mapped[str] = mapped_column(sa.Text, default="")  # may be empty: 世帯主未設定 (1.1.10)
    relationship: Mapped[str] = mapped_column(sa.Text, default="")
    registered_domicile: Mapped[str] = mapped_column(sa.Text, default="")
    register_head: Mapped[str] = mapped_column(sa.Text, default="")
    address: Mapped[str] = mapped_column(sa.Text)
    address_detail: Mapped[str] = mapped_column(sa.Text, default="")  # 方書
    postal_code: Mapped[str] = mapped_column(sa.String(7), default="")
    became_resident_on: Mapped[str] = mapped_column(sa.Text, default="")
    address_since: Mapped[str] = mapped_column(sa.Text, default="")
    notified_on: Mapped[str] = mapped_column(sa.Text, default="")
    previous_address: Mapped[str] = mapped_column(sa.Text, default="")  # 転入前住所
    individual_number: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # AES-GCM, AAD = town|table|column|key
    resident_code: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # 住民票コード, the same
    movement_reason: Mapped[MovementReason] = mapped_column(one_of(MovementReason, "movement_reason"))
    moved_on: Mapped[str] = mapped_column(sa.Text, default="")
    processed_on: Mapped[date | None] = mapped_column(sa.Date)
    moving_out_on: Mapped[date | None] = mapped_column(sa.Date)  # 転出予定日: 転出届 is filed (B03)
    nationality: Mapped[str] = mapped_column(sa.Text, default="")
    foreign_class: Mapped[ForeignClass | None] = mapped_column(one_of(ForeignClass, "foreign_class"))  # 法30条の45
    foreign_resident_since: Mapped[str] = mapped_column(sa.Text, default="")
    residence_status: Mapped[str] = mapped_column(sa.Text, default="")
    residence_period: Mapped[str] = mapped_column(sa.Text, default="")
    residence_expiry: Mapped[date | None] = mapped_column(sa.Date)  # printed in the Western calendar only (1.1.9)
    residence_card_no: Mapped[str] = mapped_column(sa.Text, default="")
    row_sha256: Mapped[str] = mapped_column(sa.String(64))  # keyed, of the imported columns: tells what changed
    __table_args__ = (
        sa.Index(
            "one_current_version",
            "atena_no",
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        ),
        sa.Index("ix_person_version_household", "setai_no", "is_current"),
        sa.Index("ix_person_version_kana", "name_kana"),
        sa.CheckConstraint("NOT (is_current AND is_provisional)", name="provisional_is_never_current"),
        sa.CheckConstraint("history_no > 0", name="history_no_positive"),
    )


class Seal(PartitionBase):
    """印鑑登録. The imprint is a 1-bit PNG printed 1:1; `width_mm`/`height_mm` is its true size."""

    __tablename__ = "seal"
    seal_no: Mapped[str] = mapped_column(sa.String(20), primary_key=True)  # 印鑑登録番号
    atena_no: Mapped[str] = mapped_column(sa.String(15), index=True)
    imprint_png: Mapped[bytes] = mapped_column(sa.LargeBinary)
    imprint_sha256: Mapped[str] = mapped_column(sa.String(64))
    width_mm: Mapped[float] = mapped_column(sa.Float)
    height_mm: Mapped[float] = mapped_column(sa.Float)
    seal_text: Mapped[str] = mapped_column(sa.Text, default="")
    registered_on: Mapped[date] = mapped_column(sa.Date)
    method: Mapped[SealRegistrationMethod] = mapped_column(one_of(SealRegistrationMethod, "seal_method"))
    status: Mapped[SealStatus] = mapped_column(one_of(SealStatus, "seal_status"))
    cancel_cause: Mapped[SealCancelCause | None] = mapped_column(one_of(SealCancelCause, "seal_cancel_cause"))
    cancelled_on: Mapped[date | None] = mapped_column(sa.Date)
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        sa.Index(
            "one_live_seal",
            "atena_no",
            unique=True,
            sqlite_where=sa.text("status <> 'cancelled'"),
            postgresql_where=sa.text("status <> 'cancelled'"),
        ),
        sa.CheckConstraint(
            "width_mm > 8 AND width_mm <= 25 AND height_mm > 8 AND height_mm <= 25", name="imprint_size"
        ),
        sa.CheckConstraint("(status = 'cancelled') = (cancel_cause IS NOT NULL)", name="cause_iff_cancelled"),
    )


class Block(PartitionBase):
    """抑止 on a person or a household. Passing `ends_on` does not lift it: `lifted_at` does (標準仕様書 3.1)."""

    __tablename__ = "block"
    block_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    atena_no: Mapped[str | None] = mapped_column(sa.String(15), index=True)
    setai_no: Mapped[str | None] = mapped_column(sa.String(15), index=True)
    reason: Mapped[BlockReason] = mapped_column(one_of(BlockReason, "block_reason"))
    level: Mapped[BlockLevel] = mapped_column(one_of(BlockLevel, "block_level"), default=BlockLevel.STOP)
    kinds: Mapped[str] = mapped_column(sa.Text, default="")  # space-separated catalogue codes; empty = every kind
    starts_on: Mapped[date] = mapped_column(sa.Date)
    ends_on: Mapped[date | None] = mapped_column(sa.Date)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    temporarily_lifted_until: Mapped[datetime | None] = mapped_column(Instant)  # 一時解除: for counters, ends by itself
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.CheckConstraint("(atena_no IS NULL) <> (setai_no IS NULL)", name="person_or_household"),)


class RegisterImport(PartitionBase):
    """One applied import; `serial` names the snapshot that a certificate was made from."""

    __tablename__ = "register_import"
    serial: Mapped[int] = mapped_column(BigId, primary_key=True)
    register: Mapped[str] = mapped_column(sa.String(40))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    applied_at: Mapped[datetime] = mapped_column(Instant)
    added: Mapped[int] = mapped_column(sa.Integer)
    changed: Mapped[int] = mapped_column(sa.Integer)
    unchanged: Mapped[int] = mapped_column(sa.Integer)


class RegisterArrival(PartitionBase):
    """When the file of a register last arrived, whether it changed anything or not: how old the register may be."""

    __tablename__ = "register_arrival"
    register: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    arrived_at: Mapped[datetime] = mapped_column(Instant)
