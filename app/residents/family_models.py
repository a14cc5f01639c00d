"""Partition tables of 戸籍 and 戸籍の附票. Written by `importing` alone; all above read facts (`family_queries`).

A register is kept where the 本籍 is. Its members are named by a 宛名番号 of this town, also those who live elsewhere
(住登外). Foreign keys are looked at when the import is committed: a changed row is taken out and put in again.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import PartitionBase, one_of
from app.residents.family_vocabularies import (
    ADOPTED,
    PARENTAL_RELATIONSHIPS,
    SPOUSES,
    EventKind,
    FamilyState,
    one_word_of,
)
from app.residents.vocabularies import Sex


def _belongs_to(table: str, *columns: str) -> sa.ForeignKeyConstraint:
    """A row of a register, or of one of its members, cannot be without it."""
    return sa.ForeignKeyConstraint(
        columns, [f"{table}.{column}" for column in columns], deferrable=True, initially="DEFERRED"
    )


class FamilyRegister(PartitionBase):
    """戸籍, and what the 附票 says of itself."""

    __tablename__ = "family_register"
    family_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)  # 戸籍の管理番号
    registered_domicile: Mapped[str] = mapped_column(sa.Text)
    surname: Mapped[str] = mapped_column(sa.Text)
    surname_kana: Mapped[str] = mapped_column(sa.Text, default="")  # empty: none recorded yet (戸籍法 13条 1項 2号)
    head: Mapped[str] = mapped_column(sa.Text)  # 筆頭者: stays when dead or gone
    state: Mapped[FamilyState] = mapped_column(one_of(FamilyState, "family_state"))
    closed_on: Mapped[str] = mapped_column(sa.Text, default="")
    is_updating: Mapped[bool] = mapped_column(default=False)  # accepted and not yet written (B06)
    made_on: Mapped[str] = mapped_column(sa.Text, default="")  # 附票の作成日
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.CheckConstraint("(state = 'in_force') = (closed_on = '')", name="closed_has_a_day"),)


class FamilyMember(PartitionBase):
    """戸籍に記録されている者, removed ones too. `is_standing`: not removed, and the register is in force."""

    __tablename__ = "family_member"
    family_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    member_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)  # order in the register, from 1
    atena_no: Mapped[str] = mapped_column(sa.String(15), index=True)
    is_removed: Mapped[bool] = mapped_column(default=False)  # 除籍
    is_standing: Mapped[bool] = mapped_column(default=False)  # set by the import (`standing`), in no file
    given_name: Mapped[str] = mapped_column(sa.Text)
    given_name_kana: Mapped[str] = mapped_column(sa.Text, default="")
    birth_date: Mapped[str] = mapped_column(sa.Text)
    sex: Mapped[Sex] = mapped_column(one_of(Sex, "family_sex"))
    spouse_class: Mapped[str] = mapped_column(sa.Text, default="")
    father: Mapped[str] = mapped_column(sa.Text, default="")
    mother: Mapped[str] = mapped_column(sa.Text, default="")
    relationship: Mapped[str] = mapped_column(sa.Text, default="")
    adoptive_father: Mapped[str] = mapped_column(sa.Text, default="")
    adoptive_mother: Mapped[str] = mapped_column(sa.Text, default="")
    adoptive_relationship: Mapped[str] = mapped_column(sa.Text, default="")
    overseas_voter_place: Mapped[str] = mapped_column(sa.Text, default="")  # 附票: 在外選挙人名簿登録地
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        _belongs_to("family_register", "family_no"),
        sa.Index(
            "one_family_register",
            "atena_no",
            unique=True,
            sqlite_where=sa.text("is_standing"),
            postgresql_where=sa.text("is_standing"),
        ),
        sa.CheckConstraint("NOT (is_standing AND is_removed)", name="removed_is_never_standing"),
        sa.CheckConstraint("member_no > 0", name="member_no_positive"),
        sa.CheckConstraint(one_word_of("spouse_class", SPOUSES.values()), name="spouse_class"),
        sa.CheckConstraint(one_word_of("relationship", PARENTAL_RELATIONSHIPS), name="relationship"),
        sa.CheckConstraint(one_word_of("adoptive_relationship", ADOPTED.values()), name="adoptive_relationship"),
    )


class FamilyEvent(PartitionBase):
    """戸籍事項 (`member_no` 0) or 身分事項. `items`: 「【出生日】平成20年7月21日【出生地】…」."""

    __tablename__ = "family_event"
    family_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    member_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    event_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)  # order in which they are printed
    person_no: Mapped[int | None] = mapped_column(sa.Integer, sa.Computed("NULLIF(member_no, 0)", persisted=True))
    kind: Mapped[EventKind] = mapped_column(one_of(EventKind, "event_kind"))
    items: Mapped[str] = mapped_column(sa.Text)
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        _belongs_to("family_register", "family_no"),
        sa.ForeignKeyConstraint(
            ("family_no", "person_no"),
            ("family_member.family_no", "family_member.member_no"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint("member_no >= 0 AND event_no > 0", name="numbers_positive"),
    )


class FamilyAddress(PartitionBase):
    """An address in 戸籍の附票, by the order in which they followed each other."""

    __tablename__ = "family_address"
    family_no: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    member_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    address_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    address: Mapped[str] = mapped_column(sa.Text)
    since: Mapped[str] = mapped_column(sa.Text, default="")
    row_sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        _belongs_to("family_member", "family_no", "member_no"),
        sa.CheckConstraint("address_no > 0", name="address_no_positive"),
    )
