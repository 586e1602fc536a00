"""inspections, publicity, feed"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insp_annual_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_annual_reports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_annual_reports_public_id")),
        sa.UniqueConstraint("year", name=op.f("uq_insp_annual_reports_year")),
    )
    op.create_table(
        "insp_depositary_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_depositary_keys")),
    )
    with op.batch_alter_table("insp_depositary_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_depositary_keys_username"), ["username"], unique=False)

    op.create_table(
        "insp_plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_plans")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_insp_plans_number_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_plans_public_id")),
    )
    with op.batch_alter_table("insp_plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_plans_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_insp_plans_draft_number",
            ["number"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "pub_channels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("layout", sa.String(length=8), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("entitled", sa.Boolean(), nullable=False),
        sa.Column("client", sa.String(length=16), nullable=True),
        sa.Column("queued", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_channels")),
        sa.UniqueConstraint("name", name=op.f("uq_pub_channels_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_channels_public_id")),
    )
    with op.batch_alter_table("pub_channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_channels_client"), ["client"], unique=False)

    op.create_table(
        "pub_error_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("about_id", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_error_reports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_error_reports_public_id")),
    )
    with op.batch_alter_table("pub_error_reports", schema=None) as batch_op:
        batch_op.create_index("ix_pub_error_reports_about_id_state", ["about_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_error_reports_content"), ["content"], unique=False)
        batch_op.create_index("ix_pub_error_reports_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "pub_map_roots",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_pub_map_roots")),
        sa.UniqueConstraint("position", name=op.f("uq_pub_map_roots_position")),
    )
    op.create_table(
        "insp_matter_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["insp_matters.id"], name=op.f("fk_insp_matter_drafts_matter_id_insp_matters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_matter_drafts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_matter_drafts_public_id")),
    )
    with op.batch_alter_table("insp_matter_drafts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_insp_matter_drafts_open_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "insp_plan_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("rate", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["insp_plans.id"], name=op.f("fk_insp_plan_entries_plan_id_insp_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_plan_entries")),
        sa.UniqueConstraint("plan_id", "code", name=op.f("uq_insp_plan_entries_plan_id_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_plan_entries_public_id")),
    )
    op.create_table(
        "pub_deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ends", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("platform_id", sa.String(length=128), nullable=True),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["pub_channels.id"], name=op.f("fk_pub_deliveries_channel_id_pub_channels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_deliveries")),
        sa.UniqueConstraint("channel_id", "position", name=op.f("uq_pub_deliveries_channel_id_position")),
    )
    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pub_deliveries_channel_record", ["channel_id", "record", "position"], unique=False
        )
        batch_op.create_index(
            "ix_pub_deliveries_channel_state", ["channel_id", "state", "position"], unique=False
        )

    op.create_table(
        "insp_inspector_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inspector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspector_id"],
            ["insp_inspectors.id"],
            name=op.f("fk_insp_inspector_changes_inspector_id_insp_inspectors"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_inspector_changes")),
    )
    with op.batch_alter_table("insp_inspector_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_inspector_changes_inspector_id"), ["inspector_id"], unique=False
        )

    op.create_table(
        "insp_leaves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("inspector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["insp_inspectors.id"], name=op.f("fk_insp_leaves_inspector_id_insp_inspectors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_leaves")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_leaves_public_id")),
    )
    with op.batch_alter_table("insp_leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_leaves_inspector_id"), ["inspector_id"], unique=False)

    op.create_table(
        "insp_plan_entry_matters",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["insp_plan_entries.id"],
            name=op.f("fk_insp_plan_entry_matters_entry_id_insp_plan_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["insp_matters.id"], name=op.f("fk_insp_plan_entry_matters_matter_id_insp_matters")
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_insp_plan_entry_matters")),
    )
    with op.batch_alter_table("insp_plan_entry_matters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_plan_entry_matters_matter_id"), ["matter_id"], unique=False)

    op.create_table(
        "insp_task_matters",
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["insp_matters.id"], name=op.f("fk_insp_task_matters_matter_id_insp_matters")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["insp_tasks.id"], name=op.f("fk_insp_task_matters_task_id_insp_tasks")
        ),
        sa.PrimaryKeyConstraint("task_id", "position", name=op.f("pk_insp_task_matters")),
    )
    with op.batch_alter_table("insp_task_matters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_task_matters_matter_id"), ["matter_id"], unique=False)

    op.create_table(
        "insp_task_origins",
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ground", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["insp_plan_entries.id"],
            name=op.f("fk_insp_task_origins_entry_id_insp_plan_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["insp_tasks.id"], name=op.f("fk_insp_task_origins_task_id_insp_tasks")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_insp_task_origins")),
    )
    with op.batch_alter_table("insp_task_origins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_task_origins_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "pub_sites",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_pub_sites_organisation_id_reg_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_sites")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_sites_public_id")),
    )
    with op.batch_alter_table("pub_sites", schema=None) as batch_op:
        batch_op.create_index("ix_pub_sites_organisation_id_host", ["organisation_id", "host"], unique=False)

    op.create_table(
        "insp_openings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["insp_draws.id"], name=op.f("fk_insp_openings_draw_id_insp_draws")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_insp_openings_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_openings")),
        sa.UniqueConstraint("draw_id", "unit", name=op.f("uq_insp_openings_draw_id_unit")),
    )
    with op.batch_alter_table("insp_openings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_openings_practitioner_id"), ["practitioner_id"], unique=False
        )

    op.create_table(
        "insp_pseudonyms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("written", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["insp_draws.id"], name=op.f("fk_insp_pseudonyms_draw_id_insp_draws")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_pseudonyms")),
        sa.UniqueConstraint("draw_id", name=op.f("uq_insp_pseudonyms_draw_id")),
    )
    op.create_table(
        "insp_publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("notice", sa.String(length=16), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["reg_credit_events.id"],
            name=op.f("fk_insp_publications_event_id_reg_credit_events"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_publications")),
        sa.UniqueConstraint("event_id", name=op.f("uq_insp_publications_event_id")),
        sa.UniqueConstraint("notice", name=op.f("uq_insp_publications_notice")),
    )
    op.create_table(
        "insp_seals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("depositary", sa.String(length=64), nullable=False),
        sa.Column("opens_after", sa.Date(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["draw"], ["insp_announcements.public_id"], name=op.f("fk_insp_seals_draw_insp_announcements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_seals")),
        sa.UniqueConstraint("draw", name=op.f("uq_insp_seals_draw")),
    )
    with op.batch_alter_table("insp_seals", schema=None) as batch_op:
        batch_op.create_index(
            "ix_insp_seals_closed",
            ["draw"],
            unique=False,
            sqlite_where=sa.text("opened_at IS NULL"),
            postgresql_where=sa.text("opened_at IS NULL"),
        )

    op.create_table(
        "insp_deposits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.Column("for_depositary", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seal_id"], ["insp_seals.id"], name=op.f("fk_insp_deposits_seal_id_insp_seals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_deposits")),
        sa.UniqueConstraint("seal_id", "position", name=op.f("uq_insp_deposits_seal_id_position")),
    )
    op.create_table(
        "insp_sealed_roots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seal_id"], ["insp_seals.id"], name=op.f("fk_insp_sealed_roots_seal_id_insp_seals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_sealed_roots")),
        sa.UniqueConstraint("seal_id", "version", name=op.f("uq_insp_sealed_roots_seal_id_version")),
    )
    op.create_table(
        "insp_field_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=96), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["insp_visits.id"], name=op.f("fk_insp_field_notes_visit_id_insp_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_field_notes")),
        sa.UniqueConstraint("operation", name=op.f("uq_insp_field_notes_operation")),
        sa.UniqueConstraint("visit_id", "position", name=op.f("uq_insp_field_notes_visit_id_position")),
    )
    op.create_table(
        "insp_handovers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_insp_handovers_event_id_reg_credit_events")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["insp_visits.id"], name=op.f("fk_insp_handovers_visit_id_insp_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_handovers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_handovers_public_id")),
    )
    with op.batch_alter_table("insp_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_handovers_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_insp_handovers_state_due_on_id", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insp_handovers_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "insp_rectifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("demands", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extensions", sa.SmallInteger(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["insp_visits.id"], name=op.f("fk_insp_rectifications_visit_id_insp_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_rectifications")),
        sa.UniqueConstraint("number", name=op.f("uq_insp_rectifications_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_rectifications_public_id")),
    )
    with op.batch_alter_table("insp_rectifications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_insp_rectifications_state_due_on_id", ["state", "due_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_insp_rectifications_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "insp_rechecks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("rectification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("inspectors", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_insp_rechecks_event_id_reg_credit_events")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["insp_rectifications.id"],
            name=op.f("fk_insp_rechecks_rectification_id_insp_rectifications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_rechecks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_rechecks_public_id")),
    )
    with op.batch_alter_table("insp_rechecks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_rechecks_rectification_id"), ["rectification_id"], unique=False
        )

    with op.batch_alter_table("insp_matters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basis_version", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("complete_by", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("repeat_months", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("change_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("ended_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("log_index", sa.Integer(), nullable=True))

    with op.batch_alter_table("insp_recusals", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("declared_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=64), nullable=True))
        batch_op.alter_column("organisation_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_insp_recusals_inspector_id_organisation_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_insp_recusals_inspector_id"), ["inspector_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_insp_recusals_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_insp_recusals_practitioner_id_reg_practitioners"),
            "reg_practitioners",
            ["practitioner_id"],
            ["id"],
        )

    with op.batch_alter_table("insp_selections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("joined_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.alter_column("organisation_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_insp_selections_draw_id_organisation_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_insp_selections_joined_to_id"), ["joined_to_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_insp_selections_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_unique_constraint(batch_op.f("uq_insp_selections_draw_id_unit"), ["draw_id", "unit"])
        batch_op.create_foreign_key(
            batch_op.f("fk_insp_selections_joined_to_id_insp_selections"),
            "insp_selections",
            ["joined_to_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_insp_selections_practitioner_id_reg_practitioners"),
            "reg_practitioners",
            ["practitioner_id"],
            ["id"],
        )

    with op.batch_alter_table("insp_tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.Text(), nullable=True))

    with op.batch_alter_table("insp_visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_note", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("reg_ledger_bodies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Boolean(), server_default="0", nullable=False))

    op.execute(
        "INSERT INTO insp_task_matters (task_id, position, matter_id) SELECT id, 0, matter_id FROM insp_tasks"
    )
    op.execute(
        "UPDATE insp_selections SET unit = (SELECT public_id FROM reg_organisations WHERE reg_organisations.id = insp_selections.organisation_id) WHERE unit IS NULL"
    )
    op.execute(
        "INSERT INTO insp_publications (event_id, notice, published_on, until, ended_on) SELECT r.event_id, n.public_id, DATE(n.published_at), n.until, n.ended_on FROM pub_notices n JOIN pub_releases r ON r.id = n.release_id WHERE n.kind = 'finding'"
    )


def downgrade() -> None:
    with op.batch_alter_table("reg_ledger_bodies", schema=None) as batch_op:
        batch_op.drop_column("sealed")

    with op.batch_alter_table("insp_visits", schema=None) as batch_op:
        batch_op.drop_column("sealed_note")

    with op.batch_alter_table("insp_tasks", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("insp_selections", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_insp_selections_practitioner_id_reg_practitioners"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_insp_selections_joined_to_id_insp_selections"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("uq_insp_selections_draw_id_unit"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_insp_selections_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_insp_selections_joined_to_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_insp_selections_draw_id_organisation_id"), ["draw_id", "organisation_id"]
        )
        batch_op.alter_column("organisation_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("joined_to_id")
        batch_op.drop_column("practitioner_id")
        batch_op.drop_column("unit")

    with op.batch_alter_table("insp_recusals", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_insp_recusals_practitioner_id_reg_practitioners"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_insp_recusals_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_insp_recusals_inspector_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_insp_recusals_inspector_id_organisation_id"), ["inspector_id", "organisation_id"]
        )
        batch_op.alter_column("organisation_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("ended_by")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("declared_by")
        batch_op.drop_column("practitioner_id")

    with op.batch_alter_table("insp_matters", schema=None) as batch_op:
        batch_op.drop_column("log_index")
        batch_op.drop_column("published_at")
        batch_op.drop_column("ended_reason")
        batch_op.drop_column("change_reason")
        batch_op.drop_column("repeat_months")
        batch_op.drop_column("complete_by")
        batch_op.drop_column("basis_version")

    with op.batch_alter_table("insp_rechecks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_rechecks_rectification_id"))

    op.drop_table("insp_rechecks")
    with op.batch_alter_table("insp_rectifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_rectifications_visit_id"))
        batch_op.drop_index("ix_insp_rectifications_state_due_on_id")

    op.drop_table("insp_rectifications")
    with op.batch_alter_table("insp_handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_handovers_visit_id"))
        batch_op.drop_index("ix_insp_handovers_state_due_on_id")
        batch_op.drop_index(batch_op.f("ix_insp_handovers_event_id"))

    op.drop_table("insp_handovers")
    op.drop_table("insp_field_notes")
    op.drop_table("insp_sealed_roots")
    op.drop_table("insp_deposits")
    with op.batch_alter_table("insp_seals", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_insp_seals_closed",
            sqlite_where=sa.text("opened_at IS NULL"),
            postgresql_where=sa.text("opened_at IS NULL"),
        )

    op.drop_table("insp_seals")
    op.drop_table("insp_publications")
    op.drop_table("insp_pseudonyms")
    with op.batch_alter_table("insp_openings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_openings_practitioner_id"))

    op.drop_table("insp_openings")
    with op.batch_alter_table("pub_sites", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_sites_organisation_id_host")

    op.drop_table("pub_sites")
    with op.batch_alter_table("insp_task_origins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_task_origins_entry_id"))

    op.drop_table("insp_task_origins")
    with op.batch_alter_table("insp_task_matters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_task_matters_matter_id"))

    op.drop_table("insp_task_matters")
    with op.batch_alter_table("insp_plan_entry_matters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_plan_entry_matters_matter_id"))

    op.drop_table("insp_plan_entry_matters")
    with op.batch_alter_table("insp_leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_leaves_inspector_id"))

    op.drop_table("insp_leaves")
    with op.batch_alter_table("insp_inspector_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_inspector_changes_inspector_id"))

    op.drop_table("insp_inspector_changes")
    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_deliveries_channel_state")
        batch_op.drop_index("ix_pub_deliveries_channel_record")

    op.drop_table("pub_deliveries")
    op.drop_table("insp_plan_entries")
    with op.batch_alter_table("insp_matter_drafts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_insp_matter_drafts_open_code",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("insp_matter_drafts")
    op.drop_table("pub_map_roots")
    with op.batch_alter_table("pub_error_reports", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_error_reports_state_due_on_id")
        batch_op.drop_index(batch_op.f("ix_pub_error_reports_content"))
        batch_op.drop_index("ix_pub_error_reports_about_id_state")

    op.drop_table("pub_error_reports")
    with op.batch_alter_table("pub_channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_channels_client"))

    op.drop_table("pub_channels")
    with op.batch_alter_table("insp_plans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_insp_plans_draft_number",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_insp_plans_state"))

    op.drop_table("insp_plans")
    with op.batch_alter_table("insp_depositary_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_depositary_keys_username"))

    op.drop_table("insp_depositary_keys")
    op.drop_table("insp_annual_reports")
