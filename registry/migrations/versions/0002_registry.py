"""registry"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_table("reg_credit_ends")
