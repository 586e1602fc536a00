"""publicity and feed"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        "pub_disclosure_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("disclosure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("attribute", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
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

    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_deliveries_channel_state"))
        batch_op.create_index(
            "ix_pub_deliveries_channel_due", ["channel_id", "state", "ends", "position"], unique=False
        )

    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("behalf", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("behalf_name", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.drop_column("behalf_name")
        batch_op.drop_column("behalf")

    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.drop_column("words")

    with op.batch_alter_table("pub_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_deliveries_channel_due")
        batch_op.create_index(
            batch_op.f("ix_pub_deliveries_channel_state"), ["channel_id", "state", "position"], unique=False
        )

    with op.batch_alter_table("pub_disclosure_decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_disclosure_decisions_step_at")
        batch_op.drop_index(batch_op.f("ix_pub_disclosure_decisions_disclosure_id"))

    op.drop_table("pub_disclosure_decisions")
    with op.batch_alter_table("pub_disclosures", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_disclosures_review_on_id")
        batch_op.drop_index("ix_pub_disclosures_attribute_kind_ground")

    op.drop_table("pub_disclosures")
    op.drop_table("pub_delegation_ends")
    with op.batch_alter_table("reg_mails", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_mails_state_not_before")
        batch_op.drop_index("ix_reg_mails_recipient")

    op.drop_table("reg_mails")
    with op.batch_alter_table("pub_delegations", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_delegations_delegate_until_on")
        batch_op.drop_index(batch_op.f("ix_pub_delegations_absent"))

    op.drop_table("pub_delegations")
