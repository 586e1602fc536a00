"""publicity and feed"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pub_alarm_recipients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alarm_recipients")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alarm_recipients_public_id")),
    )
    op.create_table(
        "pub_alarms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alarms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alarms_public_id")),
    )
    with op.batch_alter_table("pub_alarms", schema=None) as batch_op:
        batch_op.create_index("ix_pub_alarms_closed_at", ["closed_at"], unique=False)
        batch_op.create_index(
            "uq_pub_alarms_open",
            ["kind", "about"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "pub_alert_readers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alert_readers")),
        sa.UniqueConstraint("address", name=op.f("uq_pub_alert_readers_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alert_readers_public_id")),
    )
    op.create_table(
        "pub_alert_requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("reader", sa.String(length=16), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alert_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alert_requests_public_id")),
    )
    with op.batch_alter_table("pub_alert_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_alert_requests_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_alert_requests_until"), ["until"], unique=False)

    op.create_table(
        "pub_broken_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_broken_links")),
    )
    with op.batch_alter_table("pub_broken_links", schema=None) as batch_op:
        batch_op.create_index(
            "uq_pub_broken_links_open",
            ["page", "target"],
            unique=True,
            sqlite_where=sa.text("mended_at IS NULL"),
            postgresql_where=sa.text("mended_at IS NULL"),
        )

    op.create_table(
        "pub_catalogue_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("listing", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_catalogue_drafts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_catalogue_drafts_public_id")),
    )
    with op.batch_alter_table("pub_catalogue_drafts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_pub_catalogue_drafts_waiting",
            ["listing"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'ready')"),
            postgresql_where=sa.text("state IN ('open', 'ready')"),
        )

    op.create_table(
        "pub_catalogue_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("listing", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_catalogue_versions")),
        sa.UniqueConstraint("listing", "number", name=op.f("uq_pub_catalogue_versions_listing_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_catalogue_versions_public_id")),
    )
    op.create_table(
        "pub_delegations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("absent", sa.String(length=16), nullable=False),
        sa.Column("delegate", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_delegations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_delegations_public_id")),
    )
    with op.batch_alter_table("pub_delegations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_delegations_absent"), ["absent"], unique=False)
        batch_op.create_index("ix_pub_delegations_delegate_until_on", ["delegate", "until_on"], unique=False)

    op.create_table(
        "pub_link_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_link_runs")),
    )
    op.create_table(
        "pub_monthly_returns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("handed_in_by", sa.String(length=80), nullable=False),
        sa.Column("handed_in_name", sa.String(length=80), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_monthly_returns")),
        sa.UniqueConstraint("month", "version", name=op.f("uq_pub_monthly_returns_month_version")),
    )
    op.create_table(
        "reg_mails",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", sa.String(length=64), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_mails")),
        sa.UniqueConstraint("cause", name=op.f("uq_reg_mails_cause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_mails_public_id")),
    )
    with op.batch_alter_table("reg_mails", schema=None) as batch_op:
        batch_op.create_index("ix_reg_mails_recipient", ["recipient"], unique=False)
        batch_op.create_index("ix_reg_mails_state_not_before", ["state", "not_before"], unique=False)

    op.create_table(
        "pub_alarm_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["pub_alarms.id"], name=op.f("fk_pub_alarm_calls_alarm_id_pub_alarms")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["pub_alarm_recipients.id"],
            name=op.f("fk_pub_alarm_calls_recipient_id_pub_alarm_recipients"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alarm_calls")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alarm_calls_public_id")),
    )
    with op.batch_alter_table("pub_alarm_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_alarm_calls_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index("ix_pub_alarm_calls_state_not_before", ["state", "not_before"], unique=False)

    op.create_table(
        "pub_alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("reader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.LargeBinary(), nullable=False),
        sa.Column("same", sa.String(length=64), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["pub_alert_readers.id"], name=op.f("fk_pub_alerts_reader_id_pub_alert_readers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_alerts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_alerts_public_id")),
        sa.UniqueConstraint("reader_id", "same", name=op.f("uq_pub_alerts_reader_id_same")),
    )
    with op.batch_alter_table("pub_alerts", schema=None) as batch_op:
        batch_op.create_index("ix_pub_alerts_due_at_through", ["due_at", "through"], unique=False)

    op.create_table(
        "pub_delegation_ends",
        sa.Column("delegation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["pub_delegations.id"],
            name=op.f("fk_pub_delegation_ends_delegation_id_pub_delegations"),
        ),
        sa.PrimaryKeyConstraint("delegation_id", name=op.f("pk_pub_delegation_ends")),
    )
    op.create_table(
        "pub_alerts_told",
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["pub_alerts.id"], name=op.f("fk_pub_alerts_told_alert_id_pub_alerts")
        ),
        sa.PrimaryKeyConstraint("alert_id", "record", name=op.f("pk_pub_alerts_told")),
    )
    op.create_table(
        "pub_questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("columns", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["pub_channels.id"], name=op.f("fk_pub_questions_channel_id_pub_channels")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["pub_deliveries.id"], name=op.f("fk_pub_questions_delivery_id_pub_deliveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_questions")),
        sa.UniqueConstraint(
            "channel_id", "file", "sheet", "row", name=op.f("uq_pub_questions_channel_id_file_sheet_row")
        ),
    )
    with op.batch_alter_table("pub_questions", schema=None) as batch_op:
        batch_op.create_index("ix_pub_questions_delivery_id", ["delivery_id"], unique=False)

    op.create_table(
        "pub_disclosures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("attribute", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("proposed", sa.String(length=16), nullable=True),
        sa.Column("proposed_ground", sa.String(length=16), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_pub_disclosures_event_id_reg_credit_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_disclosures")),
        sa.UniqueConstraint("event_id", name=op.f("uq_pub_disclosures_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_disclosures_public_id")),
    )
    with op.batch_alter_table("pub_disclosures", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pub_disclosures_attribute_kind_ground", ["attribute", "kind", "ground"], unique=False
        )
        batch_op.create_index("ix_pub_disclosures_review_on_id", ["review_on", "id"], unique=False)

    op.create_table(
        "pub_consultations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("concern", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("behalf", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["pub_releases.id"], name=op.f("fk_pub_consultations_release_id_pub_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_consultations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_consultations_public_id")),
    )
    with op.batch_alter_table("pub_consultations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_consultations_release_id"), ["release_id"], unique=False)

    op.create_table(
        "pub_disclosure_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("disclosure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("attribute", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("behalf", sa.String(length=64), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"],
            ["pub_disclosures.id"],
            name=op.f("fk_pub_disclosure_decisions_disclosure_id_pub_disclosures"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_disclosure_decisions")),
    )
    with op.batch_alter_table("pub_disclosure_decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pub_disclosure_decisions_disclosure_id"), ["disclosure_id"], unique=False
        )
        batch_op.create_index("ix_pub_disclosure_decisions_step_at", ["step", "at"], unique=False)

    op.create_table(
        "pub_letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sender", sa.LargeBinary(), nullable=True),
        sa.Column("wording", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("drafted_by", sa.String(length=64), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("summarised_by", sa.String(length=64), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["reg_complaints.id"], name=op.f("fk_pub_letters_complaint_id_reg_complaints")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_pub_letters_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_pub_letters_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_letters")),
        sa.UniqueConstraint("form", name=op.f("uq_pub_letters_form")),
        sa.UniqueConstraint("number", name=op.f("uq_pub_letters_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_letters_public_id")),
    )
    with op.batch_alter_table("pub_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_letters_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_letters_practitioner_id"), ["practitioner_id"], unique=False)
        batch_op.create_index("ix_pub_letters_published_on", ["published_on", "id"], unique=False)
        batch_op.create_index("ix_pub_letters_received_on", ["received_on", "id"], unique=False)
        batch_op.create_index("ix_pub_letters_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "pub_publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("noted_by", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["pub_releases.id"], name=op.f("fk_pub_publications_release_id_pub_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_publications")),
    )
    with op.batch_alter_table("pub_publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_publications_release_id"), ["release_id"], unique=False)

    op.create_table(
        "pub_release_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["pub_releases.id"], name=op.f("fk_pub_release_drafts_release_id_pub_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_release_drafts")),
        sa.UniqueConstraint("release_id", "number", name=op.f("uq_pub_release_drafts_release_id_number")),
    )
    op.create_table(
        "pub_consultation_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consultation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("wording", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("behalf", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["pub_consultations.id"],
            name=op.f("fk_pub_consultation_steps_consultation_id_pub_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_consultation_steps")),
        sa.UniqueConstraint(
            "consultation_id", "step", name=op.f("uq_pub_consultation_steps_consultation_id_step")
        ),
    )
    op.create_table(
        "pub_letter_handovers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["pub_letters.id"], name=op.f("fk_pub_letter_handovers_letter_id_pub_letters")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["insp_matters.id"], name=op.f("fk_pub_letter_handovers_matter_id_insp_matters")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["insp_tasks.id"], name=op.f("fk_pub_letter_handovers_task_id_insp_tasks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_letter_handovers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_letter_handovers_public_id")),
    )
    with op.batch_alter_table("pub_letter_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_letter_handovers_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_letter_handovers_task_id"), ["task_id"], unique=False)

    op.create_table(
        "pub_letter_recusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["pub_letters.id"], name=op.f("fk_pub_letter_recusals_letter_id_pub_letters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_letter_recusals")),
        sa.UniqueConstraint("letter_id", "staff", name=op.f("uq_pub_letter_recusals_letter_id_staff")),
    )
    with op.batch_alter_table("pub_letter_recusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_letter_recusals_staff"), ["staff"], unique=False)

    op.create_table(
        "pub_power_uses",
        sa.Column(
            "notice_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["pub_notices.id"], name=op.f("fk_pub_power_uses_notice_id_pub_notices")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["pub_catalogue_versions.id"],
            name=op.f("fk_pub_power_uses_version_id_pub_catalogue_versions"),
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_pub_power_uses")),
    )
    with op.batch_alter_table("pub_power_uses", schema=None) as batch_op:
        batch_op.create_index("ix_pub_power_uses_code_notice_id", ["code", "notice_id"], unique=False)

    op.create_table(
        "pub_release_redactions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["pub_release_drafts.id"],
            name=op.f("fk_pub_release_redactions_draft_id_pub_release_drafts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_release_redactions")),
    )
    with op.batch_alter_table("pub_release_redactions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_release_redactions_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "pub_requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("applicant_kind", sa.String(length=16), nullable=False),
        sa.Column("applicant", sa.String(length=64), nullable=False),
        sa.Column("delivery", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("clock_from", sa.Date(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("waits_since", sa.Date(), nullable=True),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("drafted_from", sa.String(length=16), nullable=True),
        sa.Column("drafted_by", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("converted", sa.String(length=16), nullable=True),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["pub_notices.id"], name=op.f("fk_pub_requests_notice_id_pub_notices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_requests")),
        sa.UniqueConstraint("form", name=op.f("uq_pub_requests_form")),
        sa.UniqueConstraint("number", name=op.f("uq_pub_requests_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_requests_public_id")),
    )
    with op.batch_alter_table("pub_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pub_requests_applicant_received_on", ["applicant", "received_on"], unique=False
        )
        batch_op.create_index(
            "ix_pub_requests_received_on_answered_on", ["received_on", "answered_on"], unique=False
        )
        batch_op.create_index("ix_pub_requests_state_due_on_id", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "pub_release_redaction_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("redaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("behalf", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["redaction_id"],
            ["pub_release_redactions.id"],
            name=op.f("fk_pub_release_redaction_decisions_redaction_id_pub_release_redactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_release_redaction_decisions")),
    )
    with op.batch_alter_table("pub_release_redaction_decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pub_release_redaction_decisions_redaction_id"), ["redaction_id"], unique=False
        )

    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_deliveries_channel_state"))
        batch_op.create_index(
            "ix_pub_deliveries_channel_due", ["channel_id", "state", "ends", "position"], unique=False
        )

    with op.batch_alter_table("pub_notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("gaps", sa.Integer(), nullable=True))

    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("behalf", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("behalf_name", sa.String(length=64), nullable=True))

    op.execute("UPDATE pub_notices SET published_on = DATE(published_at)")


def downgrade() -> None:
    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.drop_column("behalf_name")
        batch_op.drop_column("behalf")

    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.drop_column("words")

    with op.batch_alter_table("pub_notices", schema=None) as batch_op:
        batch_op.drop_column("gaps")
        batch_op.drop_column("published_on")

    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_deliveries_channel_due")
        batch_op.create_index(
            batch_op.f("ix_pub_deliveries_channel_state"), ["channel_id", "state", "position"], unique=False
        )

    with op.batch_alter_table("pub_release_redaction_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_release_redaction_decisions_redaction_id"))

    op.drop_table("pub_release_redaction_decisions")
    with op.batch_alter_table("pub_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_requests_state_due_on_id")
        batch_op.drop_index("ix_pub_requests_received_on_answered_on")
        batch_op.drop_index("ix_pub_requests_applicant_received_on")

    op.drop_table("pub_requests")
    with op.batch_alter_table("pub_release_redactions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_release_redactions_draft_id"))

    op.drop_table("pub_release_redactions")
    with op.batch_alter_table("pub_power_uses", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_power_uses_code_notice_id")

    op.drop_table("pub_power_uses")
    with op.batch_alter_table("pub_letter_recusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_letter_recusals_staff"))

    op.drop_table("pub_letter_recusals")
    with op.batch_alter_table("pub_letter_handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_letter_handovers_task_id"))
        batch_op.drop_index(batch_op.f("ix_pub_letter_handovers_letter_id"))

    op.drop_table("pub_letter_handovers")
    op.drop_table("pub_consultation_steps")
    op.drop_table("pub_release_drafts")
    with op.batch_alter_table("pub_publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_publications_release_id"))

    op.drop_table("pub_publications")
    with op.batch_alter_table("pub_letters", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_letters_state_due_on_id")
        batch_op.drop_index("ix_pub_letters_received_on")
        batch_op.drop_index("ix_pub_letters_published_on")
        batch_op.drop_index(batch_op.f("ix_pub_letters_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_pub_letters_organisation_id"))

    op.drop_table("pub_letters")
    with op.batch_alter_table("pub_disclosure_decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_disclosure_decisions_step_at")
        batch_op.drop_index(batch_op.f("ix_pub_disclosure_decisions_disclosure_id"))

    op.drop_table("pub_disclosure_decisions")
    with op.batch_alter_table("pub_consultations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_consultations_release_id"))

    op.drop_table("pub_consultations")
    with op.batch_alter_table("pub_disclosures", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_disclosures_review_on_id")
        batch_op.drop_index("ix_pub_disclosures_attribute_kind_ground")

    op.drop_table("pub_disclosures")
    with op.batch_alter_table("pub_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_questions_delivery_id")

    op.drop_table("pub_questions")
    op.drop_table("pub_alerts_told")
    op.drop_table("pub_delegation_ends")
    with op.batch_alter_table("pub_alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_alerts_due_at_through")

    op.drop_table("pub_alerts")
    with op.batch_alter_table("pub_alarm_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_alarm_calls_state_not_before")
        batch_op.drop_index(batch_op.f("ix_pub_alarm_calls_alarm_id"))

    op.drop_table("pub_alarm_calls")
    with op.batch_alter_table("reg_mails", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_mails_state_not_before")
        batch_op.drop_index("ix_reg_mails_recipient")

    op.drop_table("reg_mails")
    op.drop_table("pub_monthly_returns")
    op.drop_table("pub_link_runs")
    with op.batch_alter_table("pub_delegations", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_delegations_delegate_until_on")
        batch_op.drop_index(batch_op.f("ix_pub_delegations_absent"))

    op.drop_table("pub_delegations")
    op.drop_table("pub_catalogue_versions")
    with op.batch_alter_table("pub_catalogue_drafts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pub_catalogue_drafts_waiting",
            sqlite_where=sa.text("state IN ('open', 'ready')"),
            postgresql_where=sa.text("state IN ('open', 'ready')"),
        )

    op.drop_table("pub_catalogue_drafts")
    with op.batch_alter_table("pub_broken_links", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pub_broken_links_open",
            sqlite_where=sa.text("mended_at IS NULL"),
            postgresql_where=sa.text("mended_at IS NULL"),
        )

    op.drop_table("pub_broken_links")
    with op.batch_alter_table("pub_alert_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_alert_requests_until"))
        batch_op.drop_index(batch_op.f("ix_pub_alert_requests_address"))

    op.drop_table("pub_alert_requests")
    op.drop_table("pub_alert_readers")
    with op.batch_alter_table("pub_alarms", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pub_alarms_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_pub_alarms_closed_at")

    op.drop_table("pub_alarms")
    op.drop_table("pub_alarm_recipients")
