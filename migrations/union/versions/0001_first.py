"""The union as it first stood."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_override",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday_override")),
    )
    op.create_table(
        "member",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_kana", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("prefecture", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "read_only",
                "moving",
                "down",
                "suspended",
                name="member_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("place_schema", sa.Text(), nullable=True),
        sa.Column("place_role", sa.Text(), nullable=True),
        sa.Column("revision", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_member_code_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_member")),
    )
    op.create_table(
        "node",
        sa.Column("node_id", sa.String(length=36), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "web",
                "worker",
                "relay",
                "reconcile",
                name="node_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("machine", sa.String(length=64), nullable=False),
        sa.Column("build", sa.String(length=64), nullable=False),
        sa.Column("union_revision", sa.Text(), nullable=False),
        sa.Column("partition_revision", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_node")),
    )
    op.create_index(op.f("ix_node_seen_at"), "node", ["seen_at"], unique=False)
    op.create_table(
        "staff_try",
        sa.Column("try_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_mark", sa.String(length=64), nullable=False),
        sa.Column("source_mark", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("try_id", name=op.f("pk_staff_try")),
    )
    op.create_index(op.f("ix_staff_try_account_mark"), "staff_try", ["account_mark"], unique=False)
    op.create_index(op.f("ix_staff_try_source_mark"), "staff_try", ["source_mark"], unique=False)
    op.create_table(
        "union_audit_entry",
        sa.Column(
            "action",
            sa.Enum(
                "union.initialised",
                "member.added",
                "member.state_changed",
                "site.added",
                "terminal.enrolled",
                "terminal.stopped",
                "terminal.resumed",
                "terminal.leased",
                "terminal.sheets_booked",
                "ordinance.changed",
                "register.imported",
                "register.exported",
                "card.registered",
                "card.state_changed",
                "card.unlocked",
                "pin.set",
                "pin.failed",
                "pin.locked",
                "resident.signed_in",
                "resident.sign_in_refused",
                "issue.refused",
                "specimen.drawn",
                "order.placed",
                "case.opened",
                "case.closed",
                "case.seen",
                "refused_sheet.seen",
                "staff.added",
                "staff.reset",
                "staff.disabled",
                "staff.enabled",
                "staff.set_up",
                "staff.signed_in",
                "staff.sign_in_refused",
                "staff.signed_out",
                name="union_audit_action",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_union_audit_entry")),
    )
    op.create_table(
        "union_head",
        sa.Column("head_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("head_id = 1", name=op.f("ck_union_head_one_row")),
        sa.PrimaryKeyConstraint("head_id", name=op.f("pk_union_head")),
    )
    op.create_table(
        "union_info",
        sa.Column("union_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.CheckConstraint("union_id = 1", name=op.f("ck_union_info_one_row")),
        sa.PrimaryKeyConstraint("union_id", name=op.f("pk_union_info")),
    )
    op.create_table(
        "credential_route",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_credential_route_municipality")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_credential_route")),
    )
    op.create_index(op.f("ix_credential_route_municipality"), "credential_route", ["municipality"], unique=False)
    op.create_table(
        "fee_rule",
        sa.Column("fee_rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("kiosk", "counter", name="fee_channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("per", sa.Integer(), nullable=True),
        sa.Column("is_together", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("per IS NULL OR per >= 1", name=op.f("ck_fee_rule_counted_by_one_or_more")),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_fee_rule_yen_not_negative")),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_fee_rule_municipality")),
        sa.PrimaryKeyConstraint("fee_rule_id", name=op.f("pk_fee_rule")),
        sa.UniqueConstraint(
            "municipality",
            "kind",
            "channel",
            "valid_from",
            name=op.f("uq_fee_rule_municipality_kind_channel_valid_from"),
        ),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("home", sa.String(length=6), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "entry_type",
            sa.Enum(
                "charge",
                "refund",
                "void",
                name="ledger_entry_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("issue_number", sa.Text(), nullable=False),
        sa.Column("payment_key", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("site_municipality", sa.String(length=6), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.String(length=64), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("entry_type <> 'void' OR yen = 0", name=op.f("ck_ledger_entry_void_is_free")),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_ledger_entry_yen_not_negative")),
        sa.ForeignKeyConstraint(["home"], ["member.code"], name=op.f("fk_ledger_entry_home")),
        sa.PrimaryKeyConstraint("home", "epoch", "sequence", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "home", "issue_number", "entry_type", name=op.f("uq_ledger_entry_home_issue_number_entry_type")
        ),
    )
    op.create_table(
        "officeholder",
        sa.Column("officeholder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_acting", sa.Boolean(), nullable=False),
        sa.Column("seal_png", sa.LargeBinary(), nullable=False),
        sa.Column("seal_mm", sa.Float(), nullable=False),
        sa.Column("valid_from", sa.DateTime(), nullable=False),
        sa.Column("valid_until", sa.DateTime(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_officeholder_name_present")),
        sa.CheckConstraint("seal_mm > 0 AND seal_mm <= 25", name=op.f("ck_officeholder_seal_size")),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_officeholder_municipality")),
        sa.PrimaryKeyConstraint("officeholder_id", name=op.f("pk_officeholder")),
        sa.UniqueConstraint(
            "municipality", "is_acting", "valid_from", name=op.f("uq_officeholder_municipality_is_acting_valid_from")
        ),
    )
    op.create_index(op.f("ix_officeholder_municipality"), "officeholder", ["municipality"], unique=False)
    op.create_table(
        "opening_hours",
        sa.Column("opening_hours_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_opening_hours_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 7", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_opening_hours_municipality")),
        sa.PrimaryKeyConstraint("opening_hours_id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint(
            "municipality", "kind", "weekday", "opens", name=op.f("uq_opening_hours_municipality_kind_weekday_opens")
        ),
    )
    op.create_index(op.f("ix_opening_hours_municipality"), "opening_hours", ["municipality"], unique=False)
    op.create_table(
        "ordinance_switch",
        sa.Column("ordinance_switch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_ordinance_switch_municipality")),
        sa.PrimaryKeyConstraint("ordinance_switch_id", name=op.f("pk_ordinance_switch")),
        sa.UniqueConstraint(
            "municipality", "key", "valid_from", name=op.f("uq_ordinance_switch_municipality_key_valid_from")
        ),
    )
    op.create_table(
        "ordinance_text",
        sa.Column("ordinance_text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_ordinance_text_municipality")),
        sa.PrimaryKeyConstraint("ordinance_text_id", name=op.f("pk_ordinance_text")),
        sa.UniqueConstraint(
            "municipality", "key", "valid_from", name=op.f("uq_ordinance_text_municipality_key_valid_from")
        ),
    )
    op.create_table(
        "relay_cursor",
        sa.Column("home", sa.String(length=6), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["member.code"], name=op.f("fk_relay_cursor_home")),
        sa.PrimaryKeyConstraint("home", "epoch", name=op.f("pk_relay_cursor")),
    )
    op.create_table(
        "site",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("office_opens", sa.Time(), nullable=False),
        sa.Column("office_closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_site_municipality")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_municipality"), "site", ["municipality"], unique=False)
    op.create_table(
        "staff_member",
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "clerk",
                "senior_clerk",
                "union_administrator",
                name="staff_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_initial", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("is_enrolled", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(role = 'union_administrator') = (municipality IS NULL)", name=op.f("ck_staff_member_role_fits_town")
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_staff_member_name_present")),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_staff_member_municipality")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_member")),
    )
    op.create_index(op.f("ix_staff_member_municipality"), "staff_member", ["municipality"], unique=False)
    op.create_table(
        "closure",
        sa.Column("closure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["municipality"], ["member.code"], name=op.f("fk_closure_municipality")),
        sa.ForeignKeyConstraint(["site"], ["site.site_id"], name=op.f("fk_closure_site")),
        sa.PrimaryKeyConstraint("closure_id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_municipality"), "closure", ["municipality"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("password", "signed_in", name="staff_stage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "next_step",
                "signed_out",
                "everywhere",
                "idle",
                "too_long",
                "disabled",
                "reset",
                "unknown",
                name="staff_end_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_staff_session_ended_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.staff_id"], name=op.f("fk_staff_session_staff_id")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "terminal",
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("kiosk", "counter", name="terminal_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("agent_url", sa.Text(), nullable=False),
        sa.Column("stopped_reason", sa.String(length=60), nullable=True),
        sa.Column("ended_stop", sa.String(length=40), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=True),
        sa.Column("device_state", sa.Text(), nullable=False),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_root", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.String(length=36), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(lease_id IS NULL) = (lease_epoch = 0)", name=op.f("ck_terminal_lease_has_id")),
        sa.CheckConstraint("lease_root BETWEEN 0 AND lease_epoch", name=op.f("ck_terminal_lease_root_before")),
        sa.ForeignKeyConstraint(["site"], ["site.site_id"], name=op.f("fk_terminal_site")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal")),
        sa.UniqueConstraint("number", name=op.f("uq_terminal_number")),
        sa.UniqueConstraint("public_key", name=op.f("uq_terminal_public_key")),
    )
    op.create_index(op.f("ix_terminal_site"), "terminal", ["site"], unique=False)
    op.create_table(
        "sheet_booking",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "test_page",
                "jam",
                "ruined",
                "counter_changed",
                name="sheet_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "sheets > 0 OR why = 'counter_changed'", name=op.f("ck_sheet_booking_fewer_by_counter_alone")
        ),
        sa.CheckConstraint("sheets <> 0", name=op.f("ck_sheet_booking_some_sheets")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.terminal_id"], name=op.f("fk_sheet_booking_terminal_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_sheet_booking")),
    )
    op.create_index(op.f("ix_sheet_booking_terminal_id"), "sheet_booking", ["terminal_id"], unique=False)
    op.create_table(
        "terminal_count",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count_id", sa.String(length=36), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("yen_cash", sa.Integer(), nullable=False),
        sa.Column("yen_emoney", sa.Integer(), nullable=False),
        sa.Column("yen_qr", sa.Integer(), nullable=False),
        sa.Column("sheets_more", sa.Integer(), nullable=True),
        sa.Column("yen_cash_more", sa.Integer(), nullable=True),
        sa.Column("yen_emoney_more", sa.Integer(), nullable=True),
        sa.Column("yen_qr_more", sa.Integer(), nullable=True),
        sa.Column("is_sure", sa.Boolean(), nullable=False),
        sa.Column("is_judged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.terminal_id"], name=op.f("fk_terminal_count_terminal_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_terminal_count")),
        sa.UniqueConstraint("count_id", name=op.f("uq_terminal_count_count_id")),
    )
    op.create_index(op.f("ix_terminal_count_terminal_id"), "terminal_count", ["terminal_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "asked",
                "signed_in",
                "closing",
                "ended",
                name="visit_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("home", sa.String(length=6), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("ticket_nonce", sa.String(length=64), nullable=True),
        sa.Column("ticket_expires_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column(
            "failure",
            sa.Enum(
                "none",
                "unknown_card",
                "wrong_pin",
                "locked",
                "card_removed",
                "not_a_member",
                "stopped",
                "expired",
                "continued_use_pending",
                "usable_tomorrow",
                "under_age",
                "ticket_expired",
                "ticket_used",
                "cancelled",
                "timed_out",
                "unavailable",
                name="visit_failure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tries_left", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_visit_ended_has_time")),
        sa.CheckConstraint(
            "state NOT IN ('signed_in', 'closing') OR home IS NOT NULL", name=op.f("ck_visit_signed_in_has_home")
        ),
        sa.ForeignKeyConstraint(["home"], ["member.code"], name=op.f("fk_visit_home")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.terminal_id"], name=op.f("fk_visit_terminal_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit")),
        sa.UniqueConstraint("ticket_nonce", name=op.f("uq_visit_ticket_nonce")),
    )
    op.create_index(
        "one_live_visit",
        "visit",
        ["terminal_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        "one_live_visit",
        table_name="visit",
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.drop_table("visit")
    op.drop_index(op.f("ix_terminal_count_terminal_id"), table_name="terminal_count")
    op.drop_table("terminal_count")
    op.drop_index(op.f("ix_sheet_booking_terminal_id"), table_name="sheet_booking")
    op.drop_table("sheet_booking")
    op.drop_index(op.f("ix_terminal_site"), table_name="terminal")
    op.drop_table("terminal")
    op.drop_index(op.f("ix_staff_session_staff_id"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index(op.f("ix_closure_municipality"), table_name="closure")
    op.drop_table("closure")
    op.drop_index(op.f("ix_staff_member_municipality"), table_name="staff_member")
    op.drop_table("staff_member")
    op.drop_index(op.f("ix_site_municipality"), table_name="site")
    op.drop_table("site")
    op.drop_table("relay_cursor")
    op.drop_table("ordinance_text")
    op.drop_table("ordinance_switch")
    op.drop_index(op.f("ix_opening_hours_municipality"), table_name="opening_hours")
    op.drop_table("opening_hours")
    op.drop_index(op.f("ix_officeholder_municipality"), table_name="officeholder")
    op.drop_table("officeholder")
    op.drop_table("ledger_entry")
    op.drop_table("fee_rule")
    op.drop_index(op.f("ix_credential_route_municipality"), table_name="credential_route")
    op.drop_table("credential_route")
    op.drop_table("union_info")
    op.drop_table("union_head")
    op.drop_table("union_audit_entry")
    op.drop_index(op.f("ix_staff_try_source_mark"), table_name="staff_try")
    op.drop_index(op.f("ix_staff_try_account_mark"), table_name="staff_try")
    op.drop_table("staff_try")
    op.drop_index(op.f("ix_node_seen_at"), table_name="node")
    op.drop_table("node")
    op.drop_table("member")
    op.drop_table("holiday_override")
    if op.get_bind().dialect.name == "postgresql":
        for statement in LEFTOVERS:
            op.execute(statement)


TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'ledger_entry_kept'); END",
        "CREATE TRIGGER ledger_entry_unchanged BEFORE UPDATE ON ledger_entry WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'ledger_entry_unchanged'); END",
        "CREATE TRIGGER money_before_void BEFORE INSERT ON ledger_entry WHEN NEW.entry_type <> 'void' AND EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'void') BEGIN SELECT RAISE(ABORT, 'money_before_void'); END",
        "CREATE TRIGGER refund_of_charge BEFORE INSERT ON ledger_entry WHEN NEW.entry_type = 'refund' AND NOT EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'charge' AND line.yen >= NEW.yen) BEGIN SELECT RAISE(ABORT, 'refund_of_charge'); END",
        "CREATE TRIGGER void_of_no_charge BEFORE INSERT ON ledger_entry WHEN NEW.entry_type = 'void' AND EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'charge' AND line.yen > 0) AND NOT EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'refund') BEGIN SELECT RAISE(ABORT, 'void_of_no_charge'); END",
        "CREATE TRIGGER sheet_booking_kept BEFORE DELETE ON sheet_booking WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'sheet_booking_kept'); END",
        "CREATE TRIGGER sheet_booking_unchanged BEFORE UPDATE ON sheet_booking WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'sheet_booking_unchanged'); END",
        "CREATE TRIGGER lease_grows BEFORE UPDATE OF lease_epoch, lease_id ON terminal WHEN (NEW.lease_id IS DISTINCT FROM OLD.lease_id) <> (NEW.lease_epoch > OLD.lease_epoch) BEGIN SELECT RAISE(ABORT, 'lease_grows'); END",
        "CREATE TRIGGER lease_never_shrinks BEFORE UPDATE OF lease_epoch ON terminal WHEN NEW.lease_epoch < OLD.lease_epoch BEGIN SELECT RAISE(ABORT, 'lease_never_shrinks'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION ledger_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'ledger_entry_kept' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_kept()",
        "CREATE FUNCTION ledger_entry_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'ledger_entry_unchanged' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_entry_unchanged BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_unchanged()",
        "CREATE FUNCTION money_before_void() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.entry_type <> 'void' AND EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'void') THEN RAISE EXCEPTION 'money_before_void' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER money_before_void BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION money_before_void()",
        "CREATE FUNCTION refund_of_charge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.entry_type = 'refund' AND NOT EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'charge' AND line.yen >= NEW.yen) THEN RAISE EXCEPTION 'refund_of_charge' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER refund_of_charge BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refund_of_charge()",
        "CREATE FUNCTION void_of_no_charge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.entry_type = 'void' AND EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'charge' AND line.yen > 0) AND NOT EXISTS (SELECT 1 FROM ledger_entry AS line WHERE line.home = NEW.home AND line.issue_number = NEW.issue_number AND line.entry_type = 'refund') THEN RAISE EXCEPTION 'void_of_no_charge' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER void_of_no_charge BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION void_of_no_charge()",
        "CREATE FUNCTION sheet_booking_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'sheet_booking_kept' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER sheet_booking_kept BEFORE DELETE ON sheet_booking FOR EACH ROW EXECUTE FUNCTION sheet_booking_kept()",
        "CREATE FUNCTION sheet_booking_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 1 = 1 THEN RAISE EXCEPTION 'sheet_booking_unchanged' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER sheet_booking_unchanged BEFORE UPDATE ON sheet_booking FOR EACH ROW EXECUTE FUNCTION sheet_booking_unchanged()",
        "CREATE FUNCTION lease_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (NEW.lease_id IS DISTINCT FROM OLD.lease_id) <> (NEW.lease_epoch > OLD.lease_epoch) THEN RAISE EXCEPTION 'lease_grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER lease_grows BEFORE UPDATE OF lease_epoch, lease_id ON terminal FOR EACH ROW EXECUTE FUNCTION lease_grows()",
        "CREATE FUNCTION lease_never_shrinks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.lease_epoch < OLD.lease_epoch THEN RAISE EXCEPTION 'lease_never_shrinks' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER lease_never_shrinks BEFORE UPDATE OF lease_epoch ON terminal FOR EACH ROW EXECUTE FUNCTION lease_never_shrinks()",
    ],
}

LEFTOVERS = [
    "DROP FUNCTION ledger_entry_kept()",
    "DROP FUNCTION ledger_entry_unchanged()",
    "DROP FUNCTION money_before_void()",
    "DROP FUNCTION refund_of_charge()",
    "DROP FUNCTION void_of_no_charge()",
    "DROP FUNCTION sheet_booking_kept()",
    "DROP FUNCTION sheet_booking_unchanged()",
    "DROP FUNCTION lease_grows()",
    "DROP FUNCTION lease_never_shrinks()",
]
