"""registry"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reg_case_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_case_steps")),
    )
    with op.batch_alter_table("reg_case_steps", schema=None) as batch_op:
        batch_op.create_index("ix_reg_case_steps_record_id", ["record", "id"], unique=False)

    op.create_table(
        "reg_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("attached_by", sa.String(length=80), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_evidence")),
        sa.UniqueConstraint("owner", "digest", name=op.f("uq_reg_evidence_owner_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_evidence_public_id")),
    )
    with op.batch_alter_table("reg_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_evidence_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_evidence_fault"), ["fault"], unique=False)

    op.create_table(
        "reg_idempotency_keys",
        sa.Column("caller", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_reg_idempotency_keys")),
    )
    with op.batch_alter_table("reg_idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_idempotency_keys_at"), ["at"], unique=False)

    op.create_table(
        "reg_pledge_serials",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "day", name=op.f("pk_reg_pledge_serials")),
    )
    op.create_table(
        "reg_standing_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'adopted', 'withdrawn')", name=op.f("ck_reg_standing_rules_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_standing_rules")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_standing_rules_public_id")),
    )
    op.create_table(
        "reg_uploads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("owner_name", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_uploads")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_uploads_public_id")),
    )
    with op.batch_alter_table("reg_uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_uploads_owner"), ["owner"], unique=False)
        batch_op.create_index("ix_reg_uploads_state_id", ["state", "id"], unique=False)

    op.create_table(
        "reg_duty_takes",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["reg_staff.id"], name=op.f("fk_reg_duty_takes_staff_id_reg_staff")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reg_duty_takes")),
    )
    with op.batch_alter_table("reg_duty_takes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_duty_takes_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "reg_merges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("absorbed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undoes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("took_identity", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["absorbed_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_merges_absorbed_id_reg_practitioners"),
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["reg_practitioners.id"], name=op.f("fk_reg_merges_kept_id_reg_practitioners")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["reg_merges.id"], name=op.f("fk_reg_merges_undoes_id_reg_merges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_merges")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_merges_public_id")),
    )
    with op.batch_alter_table("reg_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_merges_absorbed_id"), ["absorbed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_merges_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_merges_undoes_id"), ["undoes_id"], unique=False)

    op.create_table(
        "reg_standing_trials",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rules_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rules_id"],
            ["reg_standing_rules.id"],
            name=op.f("fk_reg_standing_trials_rules_id_reg_standing_rules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_standing_trials")),
    )
    with op.batch_alter_table("reg_standing_trials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_standing_trials_rules_id"), ["rules_id"], unique=False)

    op.create_table(
        "insp_announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.String(length=16), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["insp_tasks.id"], name=op.f("fk_insp_announcements_task_id_insp_tasks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_announcements")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_announcements_public_id")),
    )
    with op.batch_alter_table("insp_announcements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_announcements_task_id"), ["task_id"], unique=False)
        batch_op.create_index(
            "uq_insp_announcements_open_task",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "reg_measure_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_measure_checks_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_measure_checks_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_measure_checks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_measure_checks_public_id")),
    )
    with op.batch_alter_table("reg_measure_checks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_measure_checks_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_measure_checks_practitioner_id"), ["practitioner_id"], unique=False
        )

    op.create_table(
        "reg_merge_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("merge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["reg_merges.id"], name=op.f("fk_reg_merge_moves_merge_id_reg_merges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_merge_moves")),
    )
    with op.batch_alter_table("reg_merge_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_merge_moves_merge_id"), ["merge_id"], unique=False)

    op.create_table(
        "reg_own_records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("identified_by", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_own_records_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_own_records_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_own_records")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_own_records_public_id")),
    )
    with op.batch_alter_table("reg_own_records", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_own_records_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_own_records_practitioner_id"), ["practitioner_id"], unique=False
        )

    op.create_table(
        "reg_pledges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("promiser_name", sa.String(length=200), nullable=False),
        sa.Column("promiser_kind", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("accepted_by", sa.String(length=200), nullable=False),
        sa.Column("accepted_by_code", sa.String(length=18), nullable=False),
        sa.Column("disclosure", sa.String(length=16), nullable=False),
        sa.Column("performance", sa.String(length=16), nullable=True),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_pledges_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_pledges_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_pledges")),
        sa.UniqueConstraint("code", name=op.f("uq_reg_pledges_code")),
        sa.UniqueConstraint("content", name=op.f("uq_reg_pledges_content")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_pledges_public_id")),
    )
    with op.batch_alter_table("reg_pledges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_pledges_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_reg_pledges_performance_valid_until", ["performance", "valid_until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reg_pledges_practitioner_id"), ["practitioner_id"], unique=False)

    op.create_table(
        "reg_standing_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trial_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=8), nullable=True),
        sa.Column("after", sa.String(length=8), nullable=True),
        sa.Column("points_before", sa.Integer(), nullable=True),
        sa.Column("points_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_standing_changes_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_standing_changes_practitioner_id_reg_practitioners"),
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["reg_standing_trials.id"],
            name=op.f("fk_reg_standing_changes_trial_id_reg_standing_trials"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_standing_changes")),
    )
    with op.batch_alter_table("reg_standing_changes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reg_standing_changes_trial_id_kind_id", ["trial_id", "kind", "id"], unique=False
        )

    op.create_table(
        "reg_standings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("rules_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (practitioner_id IS NULL)",
            name=op.f("ck_reg_standings_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_standings_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_standings_practitioner_id_reg_practitioners"),
        ),
        sa.ForeignKeyConstraint(
            ["rules_id"], ["reg_standing_rules.id"], name=op.f("fk_reg_standings_rules_id_reg_standing_rules")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_standings")),
    )
    with op.batch_alter_table("reg_standings", schema=None) as batch_op:
        batch_op.create_index("ix_reg_standings_kind_grade", ["kind", "grade"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reg_standings_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_standings_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reg_standings_rules_id"), ["rules_id"], unique=False)

    op.create_table(
        "insp_commitments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("announcement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["insp_announcements.id"],
            name=op.f("fk_insp_commitments_announcement_id_insp_announcements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_commitments")),
        sa.UniqueConstraint(
            "announcement_id", "commitment", name=op.f("uq_insp_commitments_announcement_id_commitment")
        ),
        sa.UniqueConstraint(
            "announcement_id", "position", name=op.f("uq_insp_commitments_announcement_id_position")
        ),
    )
    op.create_table(
        "reg_complaints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_reg_complaints_event_id_reg_credit_events")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_complaints_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_complaints_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_reg_complaints_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_complaints_public_id")),
    )
    with op.batch_alter_table("reg_complaints", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_complaints_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_complaints_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_index("ix_reg_complaints_received_on", ["received_on", "id"], unique=False)
        batch_op.create_index("ix_reg_complaints_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "reg_credit_ends",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_reg_credit_ends_event_id_reg_credit_events")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reg_credit_ends")),
    )
    op.create_table(
        "reg_credit_overrides",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("drafted_by", sa.String(length=80), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["reg_credit_events.id"],
            name=op.f("fk_reg_credit_overrides_event_id_reg_credit_events"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_credit_overrides_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_credit_overrides_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_credit_overrides")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_credit_overrides_public_id")),
    )
    with op.batch_alter_table("reg_credit_overrides", schema=None) as batch_op:
        batch_op.create_index("ix_reg_credit_overrides_state_id", ["state", "id"], unique=False)

    op.create_table(
        "reg_listings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("list_code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Date(), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("window_until", sa.Date(), nullable=True),
        sa.Column("window_provisional", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removal", sa.String(length=16), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (practitioner_id IS NULL)", name=op.f("ck_reg_listings_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_reg_listings_event_id_reg_credit_events")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_listings_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_listings_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_listings")),
        sa.UniqueConstraint("event_id", name=op.f("uq_reg_listings_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_listings_public_id")),
    )
    with op.batch_alter_table("reg_listings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_listings_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_listings_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_index("ix_reg_listings_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_listings_until"), ["until"], unique=False)
        batch_op.create_index(
            "uq_reg_listings_organisation",
            ["list_code", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('removed', 'dismissed')"),
            postgresql_where=sa.text("state NOT IN ('removed', 'dismissed')"),
        )
        batch_op.create_index(
            "uq_reg_listings_practitioner",
            ["list_code", "practitioner_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('removed', 'dismissed')"),
            postgresql_where=sa.text("state NOT IN ('removed', 'dismissed')"),
        )

    op.create_table(
        "reg_objections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identified_by", sa.String(length=16), nullable=False),
        sa.Column("asked", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("source_unit", sa.String(length=100), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_reg_objections_event_id_reg_credit_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_objections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_objections_public_id")),
    )
    with op.batch_alter_table("reg_objections", schema=None) as batch_op:
        batch_op.create_index("ix_reg_objections_event_id_state", ["event_id", "state"], unique=False)
        batch_op.create_index("ix_reg_objections_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "reg_particulars",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("licence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["reg_particulars.id"],
            name=op.f("fk_reg_particulars_corrects_id_reg_particulars"),
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["reg_licences.id"], name=op.f("fk_reg_particulars_licence_id_reg_licences")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_particulars_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_particulars_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_particulars")),
    )
    with op.batch_alter_table("reg_particulars", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_particulars_licence_id"), ["licence_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reg_particulars_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_particulars_practitioner_id"), ["practitioner_id"], unique=False
        )

    op.create_table(
        "reg_pledge_outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pledge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("performance", sa.String(length=16), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("assessed_by", sa.String(length=200), nullable=False),
        sa.Column("assessed_by_code", sa.String(length=18), nullable=True),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answers_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answers_id"],
            ["reg_pledge_outcomes.id"],
            name=op.f("fk_reg_pledge_outcomes_answers_id_reg_pledge_outcomes"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["reg_credit_events.id"],
            name=op.f("fk_reg_pledge_outcomes_event_id_reg_credit_events"),
        ),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["reg_pledges.id"], name=op.f("fk_reg_pledge_outcomes_pledge_id_reg_pledges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_pledge_outcomes")),
        sa.UniqueConstraint("answers_id", name=op.f("uq_reg_pledge_outcomes_answers_id")),
    )
    with op.batch_alter_table("reg_pledge_outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_pledge_outcomes_pledge_id"), ["pledge_id"], unique=False)

    op.create_table(
        "reg_repairs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identified_by", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("pledge", sa.String(length=16), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_reg_repairs_event_id_reg_credit_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_repairs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_repairs_public_id")),
    )
    with op.batch_alter_table("reg_repairs", schema=None) as batch_op:
        batch_op.create_index("ix_reg_repairs_event_id_state", ["event_id", "state"], unique=False)
        batch_op.create_index("ix_reg_repairs_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "reg_standing_words",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("vocabulary", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["reg_credit_events.id"],
            name=op.f("fk_reg_standing_words_event_id_reg_credit_events"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reg_standing_words")),
    )
    op.create_table(
        "insp_substitutions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("inspector", sa.String(length=64), nullable=True),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["insp_selections.id"],
            name=op.f("fk_insp_substitutions_selection_id_insp_selections"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_substitutions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_substitutions_public_id")),
    )
    with op.batch_alter_table("insp_substitutions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_substitutions_selection_id"), ["selection_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_insp_substitutions_state"), ["state"], unique=False)

    op.create_table(
        "reg_listing_acts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=True),
        sa.Column("round", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(length=128), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["reg_listings.id"], name=op.f("fk_reg_listing_acts_listing_id_reg_listings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_listing_acts")),
        sa.UniqueConstraint("document_number", name=op.f("uq_reg_listing_acts_document_number")),
    )
    with op.batch_alter_table("reg_listing_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_listing_acts_listing_id"), ["listing_id"], unique=False)

    with op.batch_alter_table("pub_releases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("correction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_pub_releases_correction_id_reg_credit_events"),
            "reg_credit_events",
            ["correction_id"],
            ["id"],
        )

    with op.batch_alter_table("reg_credit_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_by", sa.String(length=80), nullable=True))
        batch_op.create_index("ix_reg_credit_events_document_number", ["document_number"], unique=False)

    with op.batch_alter_table("reg_engagements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reg_licence_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reg_licence_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reg_licences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("destination", sa.String(length=100), nullable=True))

    with op.batch_alter_table("reg_names", schema=None) as batch_op:
        batch_op.alter_column(
            "key",
            existing_type=sa.VARCHAR(length=400),
            type_=sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            existing_nullable=False,
        )

    with op.batch_alter_table("reg_organisation_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reg_organisations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("head_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_reg_organisations_head_id"), ["head_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_reg_organisations_head_id_reg_practitioners"),
            "reg_practitioners",
            ["head_id"],
            ["id"],
        )

    with op.batch_alter_table("reg_practitioners", schema=None) as batch_op:
        batch_op.add_column(sa.Column("doubts", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(
            batch_op.f("ix_reg_practitioners_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_reg_practitioners_merged_into_id_reg_practitioners"),
            "reg_practitioners",
            ["merged_into_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("reg_practitioners", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_reg_practitioners_merged_into_id_reg_practitioners"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_reg_practitioners_merged_into_id"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("doubts")

    with op.batch_alter_table("reg_organisations", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_reg_organisations_head_id_reg_practitioners"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_reg_organisations_head_id"))
        batch_op.drop_column("head_id")

    with op.batch_alter_table("reg_organisation_states", schema=None) as batch_op:
        batch_op.drop_column("recorded_at")

    with op.batch_alter_table("reg_names", schema=None) as batch_op:
        batch_op.alter_column(
            "key",
            existing_type=sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            type_=sa.VARCHAR(length=400),
            existing_nullable=False,
        )

    with op.batch_alter_table("reg_licences", schema=None) as batch_op:
        batch_op.drop_column("destination")
        batch_op.drop_column("origin")

    with op.batch_alter_table("reg_licence_states", schema=None) as batch_op:
        batch_op.drop_column("recorded_at")

    with op.batch_alter_table("reg_licence_numbers", schema=None) as batch_op:
        batch_op.drop_column("recorded_at")

    with op.batch_alter_table("reg_engagements", schema=None) as batch_op:
        batch_op.drop_column("recorded_at")

    with op.batch_alter_table("reg_credit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_credit_events_document_number")
        batch_op.drop_column("recorded_by")

    with op.batch_alter_table("pub_releases", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_pub_releases_correction_id_reg_credit_events"), type_="foreignkey"
        )
        batch_op.drop_column("correction_id")

    with op.batch_alter_table("reg_listing_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_listing_acts_listing_id"))

    op.drop_table("reg_listing_acts")
    with op.batch_alter_table("insp_substitutions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_substitutions_state"))
        batch_op.drop_index(batch_op.f("ix_insp_substitutions_selection_id"))

    op.drop_table("insp_substitutions")
    op.drop_table("reg_standing_words")
    with op.batch_alter_table("reg_repairs", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_repairs_state_due_on_id")
        batch_op.drop_index("ix_reg_repairs_event_id_state")

    op.drop_table("reg_repairs")
    with op.batch_alter_table("reg_pledge_outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_pledge_outcomes_pledge_id"))

    op.drop_table("reg_pledge_outcomes")
    with op.batch_alter_table("reg_particulars", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_particulars_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_particulars_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_reg_particulars_licence_id"))

    op.drop_table("reg_particulars")
    with op.batch_alter_table("reg_objections", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_objections_state_due_on_id")
        batch_op.drop_index("ix_reg_objections_event_id_state")

    op.drop_table("reg_objections")
    with op.batch_alter_table("reg_listings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_listings_practitioner",
            sqlite_where=sa.text("state NOT IN ('removed', 'dismissed')"),
            postgresql_where=sa.text("state NOT IN ('removed', 'dismissed')"),
        )
        batch_op.drop_index(
            "uq_reg_listings_organisation",
            sqlite_where=sa.text("state NOT IN ('removed', 'dismissed')"),
            postgresql_where=sa.text("state NOT IN ('removed', 'dismissed')"),
        )
        batch_op.drop_index(batch_op.f("ix_reg_listings_until"))
        batch_op.drop_index("ix_reg_listings_state_due_on")
        batch_op.drop_index(batch_op.f("ix_reg_listings_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_listings_organisation_id"))

    op.drop_table("reg_listings")
    with op.batch_alter_table("reg_credit_overrides", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_credit_overrides_state_id")

    op.drop_table("reg_credit_overrides")
    op.drop_table("reg_credit_ends")
    with op.batch_alter_table("reg_complaints", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_complaints_state_due_on_id")
        batch_op.drop_index("ix_reg_complaints_received_on")
        batch_op.drop_index(batch_op.f("ix_reg_complaints_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_complaints_organisation_id"))

    op.drop_table("reg_complaints")
    op.drop_table("insp_commitments")
    with op.batch_alter_table("reg_standings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_standings_rules_id"))
        batch_op.drop_index(batch_op.f("ix_reg_standings_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_standings_organisation_id"))
        batch_op.drop_index("ix_reg_standings_kind_grade")

    op.drop_table("reg_standings")
    with op.batch_alter_table("reg_standing_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_standing_changes_trial_id_kind_id")

    op.drop_table("reg_standing_changes")
    with op.batch_alter_table("reg_pledges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_pledges_practitioner_id"))
        batch_op.drop_index("ix_reg_pledges_performance_valid_until")
        batch_op.drop_index(batch_op.f("ix_reg_pledges_organisation_id"))

    op.drop_table("reg_pledges")
    with op.batch_alter_table("reg_own_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_own_records_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_own_records_organisation_id"))

    op.drop_table("reg_own_records")
    with op.batch_alter_table("reg_merge_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_merge_moves_merge_id"))

    op.drop_table("reg_merge_moves")
    with op.batch_alter_table("reg_measure_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_measure_checks_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_measure_checks_organisation_id"))

    op.drop_table("reg_measure_checks")
    with op.batch_alter_table("insp_announcements", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_insp_announcements_open_task",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_insp_announcements_task_id"))

    op.drop_table("insp_announcements")
    with op.batch_alter_table("reg_standing_trials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_standing_trials_rules_id"))

    op.drop_table("reg_standing_trials")
    with op.batch_alter_table("reg_merges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_merges_undoes_id"))
        batch_op.drop_index(batch_op.f("ix_reg_merges_kept_id"))
        batch_op.drop_index(batch_op.f("ix_reg_merges_absorbed_id"))

    op.drop_table("reg_merges")
    with op.batch_alter_table("reg_duty_takes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_duty_takes_staff_id"))

    op.drop_table("reg_duty_takes")
    with op.batch_alter_table("reg_uploads", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_uploads_state_id")
        batch_op.drop_index(batch_op.f("ix_reg_uploads_owner"))

    op.drop_table("reg_uploads")
    op.drop_table("reg_standing_rules")
    op.drop_table("reg_pledge_serials")
    with op.batch_alter_table("reg_idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_idempotency_keys_at"))

    op.drop_table("reg_idempotency_keys")
    with op.batch_alter_table("reg_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_evidence_fault"))
        batch_op.drop_index(batch_op.f("ix_reg_evidence_digest"))

    op.drop_table("reg_evidence")
    with op.batch_alter_table("reg_case_steps", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_case_steps_record_id")

    op.drop_table("reg_case_steps")
