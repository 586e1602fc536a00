"""inspections, publicity, feed"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
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

    op.execute(
        "INSERT INTO insp_task_matters (task_id, position, matter_id) SELECT id, 0, matter_id FROM insp_tasks"
    )


def downgrade() -> None:
    with op.batch_alter_table("insp_task_matters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_task_matters_matter_id"))

    op.drop_table("insp_task_matters")
