"""A town's partition as it first stood."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
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
                "staff.added",
                "staff.reset",
                "staff.disabled",
                "staff.enabled",
                "staff.set_up",
                "staff.signed_in",
                "staff.sign_in_refused",
                "staff.signed_out",
                name="audit_action",
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
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "block",
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=True),
        sa.Column("setai_no", sa.String(length=15), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "protection_measure",
                "provisional_protection",
                "movement_pending",
                "family_register_pending",
                "adult_guardianship",
                "seal_suspended",
                "other",
                name="block_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("stop", "warn", name="block_level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("temporarily_lifted_until", sa.DateTime(), nullable=True),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(atena_no IS NULL) <> (setai_no IS NULL)", name=op.f("ck_block_person_or_household")),
        sa.PrimaryKeyConstraint("block_id", name=op.f("pk_block")),
    )
    op.create_index(op.f("ix_block_atena_no"), "block", ["atena_no"], unique=False)
    op.create_index(op.f("ix_block_setai_no"), "block", ["setai_no"], unique=False)
    op.create_table(
        "card_user",
        sa.Column("card_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual_number_card",
                "juki_card",
                "citizen_card",
                name="card_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("credential", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "suspended",
                "lost",
                "returned",
                "continued_use_pending",
                name="card_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("usable_from", sa.Date(), nullable=True),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("last_attempt", sa.String(length=64), nullable=True),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'individual_number_card') = (pin_hash IS NULL)", name=op.f("ck_card_user_pin_where_it_belongs")
        ),
        sa.CheckConstraint("tries_left BETWEEN 0 AND 3", name=op.f("ck_card_user_tries")),
        sa.PrimaryKeyConstraint("card_user_id", name=op.f("pk_card_user")),
        sa.UniqueConstraint("credential", name=op.f("uq_card_user_credential")),
    )
    op.create_index(op.f("ix_card_user_atena_no"), "card_user", ["atena_no"], unique=False)
    op.create_table(
        "family_register",
        sa.Column("family_no", sa.String(length=40), nullable=False),
        sa.Column("registered_domicile", sa.Text(), nullable=False),
        sa.Column("surname", sa.Text(), nullable=False),
        sa.Column("surname_kana", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_force",
                "closed",
                "replaced",
                name="family_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("closed_on", sa.Text(), nullable=False),
        sa.Column("is_updating", sa.Boolean(), nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(state = 'in_force') = (closed_on = '')", name=op.f("ck_family_register_closed_has_a_day")),
        sa.PrimaryKeyConstraint("family_no", name=op.f("pk_family_register")),
    )
    op.create_table(
        "head",
        sa.Column("head_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("issue_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outbox_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("head_id = 1", name=op.f("ck_head_one_row")),
        sa.PrimaryKeyConstraint("head_id", name=op.f("pk_head")),
    )
    op.create_table(
        "income_tax",
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("taxed", "not_taxed", name="tax_status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "filing",
            sa.Enum(
                "filed", "dependant", "not_filed", name="filing", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("is_under_correction", sa.Boolean(), nullable=False),
        sa.Column("was_resident", sa.Boolean(), nullable=False),
        sa.Column("address_then", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.Column("salary_revenue", sa.BigInteger(), nullable=True),
        sa.Column("pension_revenue", sa.BigInteger(), nullable=True),
        sa.Column("salary_income", sa.BigInteger(), nullable=True),
        sa.Column("pension_income", sa.BigInteger(), nullable=True),
        sa.Column("business_income", sa.BigInteger(), nullable=True),
        sa.Column("farm_income", sa.BigInteger(), nullable=True),
        sa.Column("real_estate_income", sa.BigInteger(), nullable=True),
        sa.Column("dividend_income", sa.BigInteger(), nullable=True),
        sa.Column("transfer_income", sa.BigInteger(), nullable=True),
        sa.Column("other_income", sa.BigInteger(), nullable=True),
        sa.Column("total_income", sa.BigInteger(), nullable=True),
        sa.Column("gross_income", sa.BigInteger(), nullable=True),
        sa.Column("social_insurance", sa.BigInteger(), nullable=True),
        sa.Column("small_enterprise", sa.BigInteger(), nullable=True),
        sa.Column("life_insurance", sa.BigInteger(), nullable=True),
        sa.Column("earthquake_insurance", sa.BigInteger(), nullable=True),
        sa.Column("medical", sa.BigInteger(), nullable=True),
        sa.Column("spouse", sa.BigInteger(), nullable=True),
        sa.Column("spouse_special", sa.BigInteger(), nullable=True),
        sa.Column("dependant", sa.BigInteger(), nullable=True),
        sa.Column("disability", sa.BigInteger(), nullable=True),
        sa.Column("widow_single_parent", sa.BigInteger(), nullable=True),
        sa.Column("working_student", sa.BigInteger(), nullable=True),
        sa.Column("casualty_loss", sa.BigInteger(), nullable=True),
        sa.Column("basic", sa.BigInteger(), nullable=True),
        sa.Column("total_deduction", sa.BigInteger(), nullable=True),
        sa.Column("taxable_general", sa.BigInteger(), nullable=True),
        sa.Column("taxable_separate", sa.BigInteger(), nullable=True),
        sa.Column("adjustment_credit", sa.BigInteger(), nullable=True),
        sa.Column("donation_credit", sa.BigInteger(), nullable=True),
        sa.Column("housing_credit", sa.BigInteger(), nullable=True),
        sa.Column("other_credit", sa.BigInteger(), nullable=True),
        sa.Column("municipal_income_levy", sa.BigInteger(), nullable=True),
        sa.Column("municipal_per_capita", sa.BigInteger(), nullable=True),
        sa.Column("prefectural_income_levy", sa.BigInteger(), nullable=True),
        sa.Column("prefectural_per_capita", sa.BigInteger(), nullable=True),
        sa.Column("forest_tax", sa.BigInteger(), nullable=True),
        sa.Column("total_tax", sa.BigInteger(), nullable=True),
        sa.Column("dependant_spouse", sa.BigInteger(), nullable=True),
        sa.Column("dependants_general", sa.BigInteger(), nullable=True),
        sa.Column("dependants_specified", sa.BigInteger(), nullable=True),
        sa.Column("dependants_elderly", sa.BigInteger(), nullable=True),
        sa.Column("dependants_living_parent", sa.BigInteger(), nullable=True),
        sa.Column("dependants_under_16", sa.BigInteger(), nullable=True),
        sa.Column("dependants_disabled", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "filing = 'filed' OR coalesce(salary_revenue, pension_revenue, salary_income, pension_income, business_income, farm_income, real_estate_income, dividend_income, transfer_income, other_income, total_income, gross_income, social_insurance, small_enterprise, life_insurance, earthquake_insurance, medical, spouse, spouse_special, dependant, disability, widow_single_parent, working_student, casualty_loss, basic, total_deduction, taxable_general, taxable_separate, adjustment_credit, donation_credit, housing_credit, other_credit, municipal_income_levy, municipal_per_capita, prefectural_income_levy, prefectural_per_capita, forest_tax, total_tax, dependant_spouse, dependants_general, dependants_specified, dependants_elderly, dependants_living_parent, dependants_under_16, dependants_disabled) IS NULL",
            name=op.f("ck_income_tax_nothing_filed_no_figures"),
        ),
        sa.CheckConstraint(
            "status = 'not_taxed' OR coalesce(total_tax, 0) > 0", name=op.f("ck_income_tax_taxed_owes_something")
        ),
        sa.CheckConstraint(
            "status = 'taxed' OR coalesce(total_tax, 0) = 0", name=op.f("ck_income_tax_not_taxed_owes_nothing")
        ),
        sa.CheckConstraint("adjustment_credit >= 0", name=op.f("ck_income_tax_adjustment_credit_not_negative")),
        sa.CheckConstraint("basic >= 0", name=op.f("ck_income_tax_basic_not_negative")),
        sa.CheckConstraint("business_income >= 0", name=op.f("ck_income_tax_business_income_not_negative")),
        sa.CheckConstraint("casualty_loss >= 0", name=op.f("ck_income_tax_casualty_loss_not_negative")),
        sa.CheckConstraint("dependant >= 0", name=op.f("ck_income_tax_dependant_not_negative")),
        sa.CheckConstraint("dependant_spouse >= 0", name=op.f("ck_income_tax_dependant_spouse_not_negative")),
        sa.CheckConstraint("dependants_disabled >= 0", name=op.f("ck_income_tax_dependants_disabled_not_negative")),
        sa.CheckConstraint("dependants_elderly >= 0", name=op.f("ck_income_tax_dependants_elderly_not_negative")),
        sa.CheckConstraint("dependants_general >= 0", name=op.f("ck_income_tax_dependants_general_not_negative")),
        sa.CheckConstraint(
            "dependants_living_parent >= 0", name=op.f("ck_income_tax_dependants_living_parent_not_negative")
        ),
        sa.CheckConstraint("dependants_specified >= 0", name=op.f("ck_income_tax_dependants_specified_not_negative")),
        sa.CheckConstraint("dependants_under_16 >= 0", name=op.f("ck_income_tax_dependants_under_16_not_negative")),
        sa.CheckConstraint("disability >= 0", name=op.f("ck_income_tax_disability_not_negative")),
        sa.CheckConstraint("dividend_income >= 0", name=op.f("ck_income_tax_dividend_income_not_negative")),
        sa.CheckConstraint("donation_credit >= 0", name=op.f("ck_income_tax_donation_credit_not_negative")),
        sa.CheckConstraint("earthquake_insurance >= 0", name=op.f("ck_income_tax_earthquake_insurance_not_negative")),
        sa.CheckConstraint("farm_income >= 0", name=op.f("ck_income_tax_farm_income_not_negative")),
        sa.CheckConstraint("forest_tax >= 0", name=op.f("ck_income_tax_forest_tax_not_negative")),
        sa.CheckConstraint("gross_income >= 0", name=op.f("ck_income_tax_gross_income_not_negative")),
        sa.CheckConstraint("history_no > 0 AND fiscal_year >= 1950", name=op.f("ck_income_tax_numbers_positive")),
        sa.CheckConstraint("housing_credit >= 0", name=op.f("ck_income_tax_housing_credit_not_negative")),
        sa.CheckConstraint("life_insurance >= 0", name=op.f("ck_income_tax_life_insurance_not_negative")),
        sa.CheckConstraint("medical >= 0", name=op.f("ck_income_tax_medical_not_negative")),
        sa.CheckConstraint("municipal_income_levy >= 0", name=op.f("ck_income_tax_municipal_income_levy_not_negative")),
        sa.CheckConstraint("municipal_per_capita >= 0", name=op.f("ck_income_tax_municipal_per_capita_not_negative")),
        sa.CheckConstraint("other_credit >= 0", name=op.f("ck_income_tax_other_credit_not_negative")),
        sa.CheckConstraint("other_income >= 0", name=op.f("ck_income_tax_other_income_not_negative")),
        sa.CheckConstraint("pension_income >= 0", name=op.f("ck_income_tax_pension_income_not_negative")),
        sa.CheckConstraint("pension_revenue >= 0", name=op.f("ck_income_tax_pension_revenue_not_negative")),
        sa.CheckConstraint(
            "prefectural_income_levy >= 0", name=op.f("ck_income_tax_prefectural_income_levy_not_negative")
        ),
        sa.CheckConstraint(
            "prefectural_per_capita >= 0", name=op.f("ck_income_tax_prefectural_per_capita_not_negative")
        ),
        sa.CheckConstraint("real_estate_income >= 0", name=op.f("ck_income_tax_real_estate_income_not_negative")),
        sa.CheckConstraint("salary_income >= 0", name=op.f("ck_income_tax_salary_income_not_negative")),
        sa.CheckConstraint("salary_revenue >= 0", name=op.f("ck_income_tax_salary_revenue_not_negative")),
        sa.CheckConstraint("small_enterprise >= 0", name=op.f("ck_income_tax_small_enterprise_not_negative")),
        sa.CheckConstraint("social_insurance >= 0", name=op.f("ck_income_tax_social_insurance_not_negative")),
        sa.CheckConstraint("spouse >= 0", name=op.f("ck_income_tax_spouse_not_negative")),
        sa.CheckConstraint("spouse_special >= 0", name=op.f("ck_income_tax_spouse_special_not_negative")),
        sa.CheckConstraint("taxable_general >= 0", name=op.f("ck_income_tax_taxable_general_not_negative")),
        sa.CheckConstraint("taxable_separate >= 0", name=op.f("ck_income_tax_taxable_separate_not_negative")),
        sa.CheckConstraint("total_deduction >= 0", name=op.f("ck_income_tax_total_deduction_not_negative")),
        sa.CheckConstraint("total_income >= 0", name=op.f("ck_income_tax_total_income_not_negative")),
        sa.CheckConstraint("total_tax >= 0", name=op.f("ck_income_tax_total_tax_not_negative")),
        sa.CheckConstraint("transfer_income >= 0", name=op.f("ck_income_tax_transfer_income_not_negative")),
        sa.CheckConstraint("widow_single_parent >= 0", name=op.f("ck_income_tax_widow_single_parent_not_negative")),
        sa.CheckConstraint("working_student >= 0", name=op.f("ck_income_tax_working_student_not_negative")),
        sa.PrimaryKeyConstraint("atena_no", "fiscal_year", "history_no", name=op.f("pk_income_tax")),
    )
    op.create_index(
        "one_current_income_tax",
        "income_tax",
        ["atena_no", "fiscal_year"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbox")),
    )
    op.create_table(
        "person_version",
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("setai_no", sa.String(length=15), nullable=False),
        sa.Column("setai_order", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "resident",
                "moved_out",
                "deceased",
                "removed",
                name="resident_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "resident_type",
            sa.Enum("japanese", "foreign", name="resident_type", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_kana", sa.Text(), nullable=False),
        sa.Column("name_latin", sa.Text(), nullable=False),
        sa.Column("former_surname", sa.Text(), nullable=False),
        sa.Column("former_surname_kana", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("alias_kana", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("male", "female", "blank", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("household_head", sa.Text(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("registered_domicile", sa.Text(), nullable=False),
        sa.Column("register_head", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_detail", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=7), nullable=False),
        sa.Column("became_resident_on", sa.Text(), nullable=False),
        sa.Column("address_since", sa.Text(), nullable=False),
        sa.Column("notified_on", sa.Text(), nullable=False),
        sa.Column("previous_address", sa.Text(), nullable=False),
        sa.Column("individual_number", sa.LargeBinary(), nullable=True),
        sa.Column("resident_code", sa.LargeBinary(), nullable=True),
        sa.Column(
            "movement_reason",
            sa.Enum(
                "moved_in",
                "moved_in_abroad",
                "birth",
                "naturalised",
                "nationality_lost",
                "entered_ex_officio",
                "rebuilt",
                "recreated",
                "moved_out",
                "moved_out_abroad",
                "death",
                "removed_ex_officio",
                "moved_within",
                "minor_correction",
                "corrected_ex_officio",
                "error_corrected",
                "individual_number_changed",
                "individual_number_entered",
                "resident_code_changed",
                "resident_code_entered",
                "household_split",
                "household_merged",
                "household_changed",
                "head_changed",
                "former_surname_entered",
                "former_surname_changed",
                "former_surname_deleted",
                "alias_entered",
                "alias_deleted",
                "cancelled_increase",
                "cancelled_decrease",
                "cancelled_correction",
                name="movement_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("moved_on", sa.Text(), nullable=False),
        sa.Column("processed_on", sa.Date(), nullable=True),
        sa.Column("moving_out_on", sa.Date(), nullable=True),
        sa.Column("nationality", sa.Text(), nullable=False),
        sa.Column(
            "foreign_class",
            sa.Enum(
                "medium_to_long_term",
                "special_permanent",
                "temporary_refuge",
                "provisional_stay",
                "transitional_birth",
                "transitional_loss",
                name="foreign_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("foreign_resident_since", sa.Text(), nullable=False),
        sa.Column("residence_status", sa.Text(), nullable=False),
        sa.Column("residence_period", sa.Text(), nullable=False),
        sa.Column("residence_expiry", sa.Date(), nullable=True),
        sa.Column("residence_card_no", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "NOT (is_current AND is_provisional)", name=op.f("ck_person_version_provisional_is_never_current")
        ),
        sa.CheckConstraint("history_no > 0", name=op.f("ck_person_version_history_no_positive")),
        sa.PrimaryKeyConstraint("atena_no", "history_no", name=op.f("pk_person_version")),
    )
    op.create_index("ix_person_version_household", "person_version", ["setai_no", "is_current"], unique=False)
    op.create_index("ix_person_version_kana", "person_version", ["name_kana"], unique=False)
    op.create_index(
        "one_current_version",
        "person_version",
        ["atena_no"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "property",
        sa.Column("parcel_no", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column(
            "asset",
            sa.Enum("land", "house", name="asset_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("use_registered", sa.Text(), nullable=False),
        sa.Column("use_actual", sa.Text(), nullable=False),
        sa.Column("structure", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("assessed_yen", sa.BigInteger(), nullable=False),
        sa.Column("tax_base_yen", sa.BigInteger(), nullable=False),
        sa.Column("tax_yen", sa.BigInteger(), nullable=False),
        sa.Column(
            "ownership",
            sa.Enum(
                "sole",
                "joint",
                "heirs",
                "corporate",
                name="ownership",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("asset = 'house' OR structure = ''", name=op.f("ck_property_land_has_no_structure")),
        sa.CheckConstraint("asset = 'land' OR use_actual = ''", name=op.f("ck_property_house_has_no_other_use")),
        sa.CheckConstraint("assessed_yen >= 0", name=op.f("ck_property_assessed_yen_not_negative")),
        sa.CheckConstraint("history_no > 0 AND fiscal_year >= 1950", name=op.f("ck_property_numbers_positive")),
        sa.CheckConstraint("tax_base_yen >= 0", name=op.f("ck_property_tax_base_yen_not_negative")),
        sa.CheckConstraint("tax_yen >= 0", name=op.f("ck_property_tax_yen_not_negative")),
        sa.PrimaryKeyConstraint("parcel_no", "fiscal_year", "history_no", name=op.f("pk_property")),
    )
    op.create_index(op.f("ix_property_atena_no"), "property", ["atena_no"], unique=False)
    op.create_index(
        "one_current_property",
        "property",
        ["parcel_no", "fiscal_year"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "register_arrival",
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_register_arrival")),
    )
    op.create_table(
        "register_import",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_register_import")),
    )
    op.create_table(
        "seal",
        sa.Column("seal_no", sa.String(length=20), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("imprint_png", sa.LargeBinary(), nullable=False),
        sa.Column("imprint_sha256", sa.String(length=64), nullable=False),
        sa.Column("width_mm", sa.Float(), nullable=False),
        sa.Column("height_mm", sa.Float(), nullable=False),
        sa.Column("seal_text", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "same_day",
                "enquiry_letter",
                "guarantor",
                name="seal_method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "registered",
                "enquiry",
                "suspended",
                "cancelled",
                name="seal_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "cancel_cause",
            sa.Enum(
                "B",
                "D",
                "E",
                "I",
                "J",
                "K",
                "L",
                name="seal_cancel_cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancel_cause IS NOT NULL)", name=op.f("ck_seal_cause_iff_cancelled")
        ),
        sa.CheckConstraint(
            "width_mm > 8 AND width_mm <= 25 AND height_mm > 8 AND height_mm <= 25", name=op.f("ck_seal_imprint_size")
        ),
        sa.PrimaryKeyConstraint("seal_no", name=op.f("pk_seal")),
    )
    op.create_index(op.f("ix_seal_atena_no"), "seal", ["atena_no"], unique=False)
    op.create_index(
        "one_live_seal",
        "seal",
        ["atena_no"],
        unique=True,
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_table(
        "stamp",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("stamped_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stamp")),
    )
    op.create_table(
        "tax_payment",
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column(
            "tax",
            sa.Enum(
                "resident",
                "resident_withheld",
                "fixed_assets",
                "vehicle",
                "health_insurance",
                name="tax",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("assessed_yen", sa.BigInteger(), nullable=False),
        sa.Column("paid_yen", sa.BigInteger(), nullable=False),
        sa.Column("overdue_yen", sa.BigInteger(), nullable=False),
        sa.Column("not_due_yen", sa.BigInteger(), nullable=False),
        sa.Column("legal_due_on", sa.Date(), nullable=True),
        sa.Column("is_settling", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "assessed_yen = paid_yen + overdue_yen + not_due_yen", name=op.f("ck_tax_payment_sum_of_payments")
        ),
        sa.CheckConstraint("assessed_yen >= 0", name=op.f("ck_tax_payment_assessed_yen_not_negative")),
        sa.CheckConstraint("history_no > 0 AND fiscal_year >= 1950", name=op.f("ck_tax_payment_numbers_positive")),
        sa.CheckConstraint("not_due_yen >= 0", name=op.f("ck_tax_payment_not_due_yen_not_negative")),
        sa.CheckConstraint("overdue_yen >= 0", name=op.f("ck_tax_payment_overdue_yen_not_negative")),
        sa.CheckConstraint("paid_yen >= 0", name=op.f("ck_tax_payment_paid_yen_not_negative")),
        sa.PrimaryKeyConstraint("atena_no", "tax", "fiscal_year", "history_no", name=op.f("pk_tax_payment")),
    )
    op.create_index(
        "one_current_tax_payment",
        "tax_payment",
        ["atena_no", "tax", "fiscal_year"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "vehicle",
        sa.Column("vehicle_no", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("vehicle_kind", sa.Text(), nullable=False),
        sa.Column("tax_yen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("has_arrears", sa.Boolean(), nullable=False),
        sa.Column("is_settling", sa.Boolean(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "holding",
            sa.Enum(
                "own",
                "retained",
                "corporate",
                "exempted",
                name="vehicle_holding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("history_no > 0 AND fiscal_year >= 1950", name=op.f("ck_vehicle_numbers_positive")),
        sa.CheckConstraint("tax_yen >= 0", name=op.f("ck_vehicle_tax_yen_not_negative")),
        sa.CheckConstraint("valid_until >= paid_on", name=op.f("ck_vehicle_valid_after_payment")),
        sa.PrimaryKeyConstraint("vehicle_no", "fiscal_year", "history_no", name=op.f("pk_vehicle")),
    )
    op.create_index(op.f("ix_vehicle_atena_no"), "vehicle", ["atena_no"], unique=False)
    op.create_index(
        "one_current_vehicle",
        "vehicle",
        ["vehicle_no", "fiscal_year"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "card_service",
        sa.Column("card_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_user_id"], ["card_user.card_user_id"], name=op.f("fk_card_service_card_user_id")
        ),
        sa.PrimaryKeyConstraint("card_user_id", "kind", name=op.f("pk_card_service")),
    )
    op.create_table(
        "family_member",
        sa.Column("family_no", sa.String(length=40), nullable=False),
        sa.Column("member_no", sa.Integer(), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("given_name_kana", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("male", "female", "blank", name="family_sex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("spouse_class", sa.Text(), nullable=False),
        sa.Column("father", sa.Text(), nullable=False),
        sa.Column("mother", sa.Text(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("adoptive_father", sa.Text(), nullable=False),
        sa.Column("adoptive_mother", sa.Text(), nullable=False),
        sa.Column("adoptive_relationship", sa.Text(), nullable=False),
        sa.Column("overseas_voter_place", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "adoptive_relationship IN ('', '養女', '養子')", name=op.f("ck_family_member_adoptive_relationship")
        ),
        sa.CheckConstraint(
            "relationship IN ('', '七女', '七男', '三女', '三男', '九女', '九男', '二女', '二男', '五女', '五男', '八女', '八男', '六女', '六男', '十一女', '十一男', '十七女', '十七男', '十三女', '十三男', '十九女', '十九男', '十二女', '十二男', '十五女', '十五男', '十八女', '十八男', '十六女', '十六男', '十四女', '十四男', '十女', '十男', '四女', '四男', '女', '男', '長女', '長男')",
            name=op.f("ck_family_member_relationship"),
        ),
        sa.CheckConstraint("spouse_class IN ('', '夫', '妻')", name=op.f("ck_family_member_spouse_class")),
        sa.CheckConstraint("NOT (is_standing AND is_removed)", name=op.f("ck_family_member_removed_is_never_standing")),
        sa.CheckConstraint("member_no > 0", name=op.f("ck_family_member_member_no_positive")),
        sa.ForeignKeyConstraint(
            ["family_no"],
            ["family_register.family_no"],
            name=op.f("fk_family_member_family_no"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("family_no", "member_no", name=op.f("pk_family_member")),
    )
    op.create_index(op.f("ix_family_member_atena_no"), "family_member", ["atena_no"], unique=False)
    op.create_index(
        "one_family_register",
        "family_member",
        ["atena_no"],
        unique=True,
        sqlite_where=sa.text("is_standing"),
        postgresql_where=sa.text("is_standing"),
    )
    op.create_table(
        "sign_in",
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("site_municipality", sa.String(length=6), nullable=False),
        sa.Column("atena_no", sa.String(length=15), nullable=False),
        sa.Column("card_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "method",
            sa.Enum("jpki", "server_pin", name="sign_in_method", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("statement_mark", sa.String(length=64), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["card_user_id"], ["card_user.card_user_id"], name=op.f("fk_sign_in_card_user_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("statement_mark", name=op.f("uq_sign_in_statement_mark")),
    )
    op.create_table(
        "family_address",
        sa.Column("family_no", sa.String(length=40), nullable=False),
        sa.Column("member_no", sa.Integer(), nullable=False),
        sa.Column("address_no", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("address_no > 0", name=op.f("ck_family_address_address_no_positive")),
        sa.ForeignKeyConstraint(
            ["family_no", "member_no"],
            ["family_member.family_no", "family_member.member_no"],
            name=op.f("fk_family_address_family_no_member_no"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("family_no", "member_no", "address_no", name=op.f("pk_family_address")),
    )
    op.create_table(
        "family_event",
        sa.Column("family_no", sa.String(length=40), nullable=False),
        sa.Column("member_no", sa.Integer(), nullable=False),
        sa.Column("event_no", sa.Integer(), nullable=False),
        sa.Column("person_no", sa.Integer(), sa.Computed("NULLIF(member_no, 0)", persisted=True), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "compiled",
                "revised",
                "recreated",
                "transferred",
                "domicile_corrected",
                "register_closed",
                "birth",
                "acknowledgement",
                "adoption",
                "special_adoption",
                "adoption_ended",
                "marriage",
                "divorce",
                "spouse_death",
                "surname_resumed",
                "affinity_ended",
                "parental_authority",
                "minor_guardianship",
                "death",
                "disappearance",
                "entry",
                "branching",
                "removal",
                "nationality_acquired",
                "naturalisation",
                "nationality_chosen",
                "nationality_lost",
                "surname_change",
                "given_name_change",
                "sex_change",
                "disinheritance",
                "correction",
                "rectification",
                "deletion",
                name="event_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("member_no >= 0 AND event_no > 0", name=op.f("ck_family_event_numbers_positive")),
        sa.ForeignKeyConstraint(
            ["family_no", "person_no"],
            ["family_member.family_no", "family_member.member_no"],
            name=op.f("fk_family_event_family_no_person_no"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["family_no"],
            ["family_register.family_no"],
            name=op.f("fk_family_event_family_no"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("family_no", "member_no", "event_no", name=op.f("pk_family_event")),
    )
    op.create_table(
        "issue_order",
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("site_municipality", sa.String(length=6), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column(
            "payment",
            sa.Enum(
                "none",
                "asked",
                "held",
                "committing",
                "committed",
                "releasing",
                "released",
                "unknown",
                name="payment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payment_key", sa.String(length=60), nullable=False),
        sa.Column(
            "tender",
            sa.Enum("cash", "emoney", "qr", name="tender", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("yen_inserted", sa.Integer(), nullable=False),
        sa.Column("yen_due", sa.Integer(), nullable=True),
        sa.Column("yen_owed", sa.Integer(), nullable=False),
        sa.Column("receipt_asked_at", sa.DateTime(), nullable=True),
        sa.Column("receipt_printed_at", sa.DateTime(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priced_at", sa.DateTime(), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "is_open OR payment IN ('committed', 'released')", name=op.f("ck_issue_order_closed_is_paid_or_paid_back")
        ),
        sa.CheckConstraint(
            "payment NOT IN ('committing', 'committed') OR yen_due IS NOT NULL",
            name=op.f("ck_issue_order_committed_has_due"),
        ),
        sa.CheckConstraint(
            "yen_owed = 0 OR payment IN ('committed', 'released')", name=op.f("ck_issue_order_owed_once_final")
        ),
        sa.CheckConstraint(
            "receipt_printed_at IS NULL OR receipt_asked_at IS NOT NULL", name=op.f("ck_issue_order_receipt_was_asked")
        ),
        sa.CheckConstraint(
            "yen >= 0 AND yen_inserted >= 0 AND yen_owed >= 0", name=op.f("ck_issue_order_yen_not_negative")
        ),
        sa.CheckConstraint(
            "yen_due IS NULL OR (yen_due >= 0 AND yen_due <= yen)", name=op.f("ck_issue_order_due_within_price")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["sign_in.visit_id"], name=op.f("fk_issue_order_visit_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_issue_order")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_issue_order_idempotency_key")),
        sa.UniqueConstraint("payment_key", name=op.f("uq_issue_order_payment_key")),
    )
    op.create_index(op.f("ix_issue_order_terminal_id"), "issue_order", ["terminal_id"], unique=False)
    op.create_index(op.f("ix_issue_order_visit_id"), "issue_order", ["visit_id"], unique=False)
    op.create_index(
        "one_open_order",
        "issue_order",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "issuance",
        sa.Column("issuance_id", sa.String(length=36), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=15), nullable=False),
        sa.Column("persons", sa.Text(), nullable=False),
        sa.Column("persons_asked", sa.Text(), nullable=False),
        sa.Column("picks", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "fixed",
                "ready",
                "granted",
                "printing",
                "printed",
                "taken",
                "settled",
                "cancelled",
                "failed",
                "not_printed",
                "unknown",
                "voided",
                name="issuance_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_issuance_yen_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["issue_order.order_id"], name=op.f("fk_issuance_order_id")),
        sa.PrimaryKeyConstraint("issuance_id", name=op.f("pk_issuance")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_issuance_order_id_position")),
    )
    op.create_index(
        "ix_issuance_fixed",
        "issuance",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state = 'fixed'"),
        postgresql_where=sa.text("state = 'fixed'"),
    )
    op.create_index(op.f("ix_issuance_order_id"), "issuance", ["order_id"], unique=False)
    op.create_index(op.f("ix_issuance_subject"), "issuance", ["subject"], unique=False)
    op.create_table(
        "payment_event",
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "none",
                "asked",
                "held",
                "committing",
                "committed",
                "releasing",
                "released",
                "unknown",
                name="payment_event_from",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "none",
                "asked",
                "held",
                "committing",
                "committed",
                "releasing",
                "released",
                "unknown",
                name="payment_event_to",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["issue_order.order_id"], name=op.f("fk_payment_event_order_id")),
        sa.PrimaryKeyConstraint("order_id", "sequence", name=op.f("pk_payment_event")),
    )
    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("issuance_id", sa.String(length=36), nullable=False),
        sa.Column("number_in_copy", sa.Integer(), nullable=False),
        sa.Column("issue_number", sa.Text(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("grant_id", sa.String(length=36), nullable=True),
        sa.Column("granted_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("voided_at", sa.DateTime(), nullable=True),
        sa.Column(
            "disposal",
            sa.Enum(
                "never_printed",
                "destroyed",
                "missing",
                name="disposal",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(pdf_sha256 IS NULL) = (sheets IS NULL)", name=op.f("ck_attempt_sheets_with_pdf")),
        sa.CheckConstraint("(voided_at IS NULL) = (disposal IS NULL)", name=op.f("ck_attempt_void_has_disposal")),
        sa.CheckConstraint("grant_id IS NULL OR pdf_sha256 IS NOT NULL", name=op.f("ck_attempt_grant_needs_pdf")),
        sa.ForeignKeyConstraint(["issuance_id"], ["issuance.issuance_id"], name=op.f("fk_attempt_issuance_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_attempt_grant_id")),
        sa.UniqueConstraint("issuance_id", "number_in_copy", name=op.f("uq_attempt_issuance_id_number_in_copy")),
        sa.UniqueConstraint("issue_number", name=op.f("uq_attempt_issue_number")),
        sa.UniqueConstraint("pdf_sha256", name=op.f("uq_attempt_pdf_sha256")),
    )
    op.create_index(
        "one_live_attempt",
        "attempt",
        ["issuance_id"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "issuance_event",
        sa.Column("issuance_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "fixed",
                "ready",
                "granted",
                "printing",
                "printed",
                "taken",
                "settled",
                "cancelled",
                "failed",
                "not_printed",
                "unknown",
                "voided",
                name="event_from_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "fixed",
                "ready",
                "granted",
                "printing",
                "printed",
                "taken",
                "settled",
                "cancelled",
                "failed",
                "not_printed",
                "unknown",
                "voided",
                name="event_to_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issuance_id"], ["issuance.issuance_id"], name=op.f("fk_issuance_event_issuance_id")),
        sa.PrimaryKeyConstraint("issuance_id", "sequence", name=op.f("pk_issuance_event")),
    )
    op.create_table(
        "issue_case",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "guard_mismatch",
                "manifest_mismatch",
                "render_failed",
                "outcome_unknown",
                "payment_unknown",
                "not_taken",
                "unprintable",
                "change_owed",
                "count_differs",
                "accounts_differ",
                "terminal_silent",
                "relay_late",
                name="case_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("order_id", sa.String(length=36), nullable=True),
        sa.Column("issuance_id", sa.String(length=36), nullable=True),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_issue_case_closed_by_somebody")),
        sa.ForeignKeyConstraint(["issuance_id"], ["issuance.issuance_id"], name=op.f("fk_issue_case_issuance_id")),
        sa.ForeignKeyConstraint(["order_id"], ["issue_order.order_id"], name=op.f("fk_issue_case_order_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_issue_case")),
    )
    op.create_table(
        "refusal",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["issue_case.case_id"], name=op.f("fk_refusal_case_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["sign_in.visit_id"], name=op.f("fk_refusal_visit_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_refusal")),
    )
    op.create_table(
        "sheet",
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.attempt_id"], name=op.f("fk_sheet_attempt_id")),
        sa.PrimaryKeyConstraint("pdf_sha256", name=op.f("pk_sheet")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_sheet_attempt_id")),
    )


def downgrade() -> None:
    op.drop_table("sheet")
    op.drop_table("refusal")
    op.drop_table("issue_case")
    op.drop_table("issuance_event")
    op.drop_index(
        "one_live_attempt",
        table_name="attempt",
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.drop_table("attempt")
    op.drop_table("payment_event")
    op.drop_index(op.f("ix_issuance_subject"), table_name="issuance")
    op.drop_index(op.f("ix_issuance_order_id"), table_name="issuance")
    op.drop_index(
        "ix_issuance_fixed",
        table_name="issuance",
        sqlite_where=sa.text("state = 'fixed'"),
        postgresql_where=sa.text("state = 'fixed'"),
    )
    op.drop_table("issuance")
    op.drop_index(
        "one_open_order", table_name="issue_order", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
    )
    op.drop_index(op.f("ix_issue_order_visit_id"), table_name="issue_order")
    op.drop_index(op.f("ix_issue_order_terminal_id"), table_name="issue_order")
    op.drop_table("issue_order")
    op.drop_table("family_event")
    op.drop_table("family_address")
    op.drop_table("sign_in")
    op.drop_index(
        "one_family_register",
        table_name="family_member",
        sqlite_where=sa.text("is_standing"),
        postgresql_where=sa.text("is_standing"),
    )
    op.drop_index(op.f("ix_family_member_atena_no"), table_name="family_member")
    op.drop_table("family_member")
    op.drop_table("card_service")
    op.drop_index(
        "one_current_vehicle",
        table_name="vehicle",
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.drop_index(op.f("ix_vehicle_atena_no"), table_name="vehicle")
    op.drop_table("vehicle")
    op.drop_index(
        "one_current_tax_payment",
        table_name="tax_payment",
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.drop_table("tax_payment")
    op.drop_table("stamp")
    op.drop_index(
        "one_live_seal",
        table_name="seal",
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.drop_index(op.f("ix_seal_atena_no"), table_name="seal")
    op.drop_table("seal")
    op.drop_table("register_import")
    op.drop_table("register_arrival")
    op.drop_index(
        "one_current_property",
        table_name="property",
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.drop_index(op.f("ix_property_atena_no"), table_name="property")
    op.drop_table("property")
    op.drop_index(
        "one_current_version",
        table_name="person_version",
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.drop_index("ix_person_version_kana", table_name="person_version")
    op.drop_index("ix_person_version_household", table_name="person_version")
    op.drop_table("person_version")
    op.drop_table("outbox")
    op.drop_index(
        "one_current_income_tax",
        table_name="income_tax",
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.drop_table("income_tax")
    op.drop_table("head")
    op.drop_table("family_register")
    op.drop_index(op.f("ix_card_user_atena_no"), table_name="card_user")
    op.drop_table("card_user")
    op.drop_index(op.f("ix_block_setai_no"), table_name="block")
    op.drop_index(op.f("ix_block_atena_no"), table_name="block")
    op.drop_table("block")
    op.drop_table("audit_entry")
