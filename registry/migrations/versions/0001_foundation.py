"""foundation"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TRIGGERS = {
    "sqlite": [
        """CREATE TRIGGER reg_ledger_entries_no_update BEFORE UPDATE ON reg_ledger_entries 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_entries is append-only'); END""",
        """CREATE TRIGGER reg_ledger_entries_no_delete BEFORE DELETE ON reg_ledger_entries 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_entries is append-only'); END""",
        """CREATE TRIGGER reg_ledger_tiles_no_update BEFORE UPDATE ON reg_ledger_tiles 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_tiles is append-only'); END""",
        """CREATE TRIGGER reg_ledger_tiles_no_delete BEFORE DELETE ON reg_ledger_tiles 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_tiles is append-only'); END""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_update BEFORE UPDATE ON reg_ledger_checkpoints 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_checkpoints is append-only'); END""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_delete BEFORE DELETE ON reg_ledger_checkpoints 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_checkpoints is append-only'); END""",
        """CREATE TRIGGER reg_ledger_heads_no_delete BEFORE DELETE ON reg_ledger_heads 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_heads is append-only'); END""",
        """CREATE TRIGGER reg_ledger_heads_no_update BEFORE UPDATE ON reg_ledger_heads WHEN NOT (NEW.book = OLD.book AND NEW.size > OLD.size)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_heads is append-only'); END""",
        """CREATE TRIGGER reg_ledger_bodies_no_update BEFORE UPDATE OF book, position, salt, body, restricted_salt, until ON reg_ledger_bodies 
BEGIN SELECT RAISE(ABORT, 'reg_ledger_bodies is append-only'); END""",
        """CREATE TRIGGER reg_ledger_heads_no_insert BEFORE INSERT ON reg_ledger_heads WHEN EXISTS (SELECT 1 FROM reg_ledger_heads WHERE book = NEW.book)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_heads is append-only'); END""",
        """CREATE TRIGGER reg_ledger_bodies_no_insert BEFORE INSERT ON reg_ledger_bodies WHEN EXISTS (SELECT 1 FROM reg_ledger_bodies WHERE book = NEW.book AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_bodies is append-only'); END""",
        """CREATE TRIGGER reg_ledger_entries_no_insert BEFORE INSERT ON reg_ledger_entries WHEN EXISTS (SELECT 1 FROM reg_ledger_entries WHERE book = NEW.book AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_entries is append-only'); END""",
        """CREATE TRIGGER reg_ledger_tiles_no_insert BEFORE INSERT ON reg_ledger_tiles WHEN EXISTS (SELECT 1 FROM reg_ledger_tiles WHERE book = NEW.book AND level = NEW.level AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_tiles is append-only'); END""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_insert BEFORE INSERT ON reg_ledger_checkpoints WHEN EXISTS (SELECT 1 FROM reg_ledger_checkpoints WHERE book = NEW.book AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'reg_ledger_checkpoints is append-only'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION reg_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER reg_ledger_entries_no_update BEFORE UPDATE ON reg_ledger_entries FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_entries_no_delete BEFORE DELETE ON reg_ledger_entries FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_tiles_no_update BEFORE UPDATE ON reg_ledger_tiles FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_tiles_no_delete BEFORE DELETE ON reg_ledger_tiles FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_update BEFORE UPDATE ON reg_ledger_checkpoints FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_delete BEFORE DELETE ON reg_ledger_checkpoints FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_heads_no_delete BEFORE DELETE ON reg_ledger_heads FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_heads_no_update BEFORE UPDATE ON reg_ledger_heads FOR EACH ROW WHEN (NOT (NEW.book = OLD.book AND NEW.size > OLD.size))
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_bodies_no_update BEFORE UPDATE OF book, position, salt, body, restricted_salt, until ON reg_ledger_bodies FOR EACH ROW 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_heads_no_truncate BEFORE TRUNCATE ON reg_ledger_heads FOR EACH STATEMENT 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_bodies_no_truncate BEFORE TRUNCATE ON reg_ledger_bodies FOR EACH STATEMENT 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_entries_no_truncate BEFORE TRUNCATE ON reg_ledger_entries FOR EACH STATEMENT 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_tiles_no_truncate BEFORE TRUNCATE ON reg_ledger_tiles FOR EACH STATEMENT 
EXECUTE FUNCTION reg_ledger_refuse()""",
        """CREATE TRIGGER reg_ledger_checkpoints_no_truncate BEFORE TRUNCATE ON reg_ledger_checkpoints FOR EACH STATEMENT 
EXECUTE FUNCTION reg_ledger_refuse()""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "reg_clients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_clients")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_clients_public_id")),
    )
    with op.batch_alter_table("reg_clients", schema=None) as batch_op:
        batch_op.create_index(
            "uq_reg_clients_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "reg_job_leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reg_job_leases")),
    )
    op.create_table(
        "reg_job_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("lease", sa.String(length=80), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.CheckConstraint("cause IN ('schedule', 'recovery', 'hand')", name=op.f("ck_reg_job_runs_cause")),
        sa.CheckConstraint(
            "outcome IN ('running', 'done', 'failed', 'lost', 'skipped')",
            name=op.f("ck_reg_job_runs_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_job_runs")),
    )
    with op.batch_alter_table("reg_job_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_job_runs_started"), ["started"], unique=False)
        batch_op.create_index("uq_reg_job_runs_job_slot", ["job", "slot"], unique=True)
        batch_op.create_index(
            "uq_reg_job_runs_running",
            ["job"],
            unique=True,
            sqlite_where=sa.text("outcome = 'running'"),
            postgresql_where=sa.text("outcome = 'running'"),
        )

    op.create_table(
        "reg_ledger_checkpoints",
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("book", "size", name=op.f("pk_reg_ledger_checkpoints")),
    )
    op.create_table(
        "reg_ledger_entries",
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("record", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("book", "position", name=op.f("pk_reg_ledger_entries")),
    )
    with op.batch_alter_table("reg_ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_reg_ledger_entries_record", ["book", "record", "version"], unique=False)
        batch_op.create_index(
            "uq_reg_ledger_entries_version",
            ["record", "version"],
            unique=True,
            sqlite_where=sa.text("book = 'public'"),
            postgresql_where=sa.text("book = 'public'"),
        )

    op.create_table(
        "reg_ledger_heads",
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("book", name=op.f("pk_reg_ledger_heads")),
    )
    op.create_table(
        "reg_ledger_tiles",
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("book", "level", "number", name=op.f("pk_reg_ledger_tiles")),
    )
    op.create_table(
        "reg_sign_in_failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_sign_in_failures")),
    )
    with op.batch_alter_table("reg_sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_reg_sign_in_failures_address_key", ["address_key", "at"], unique=False)
        batch_op.create_index("ix_reg_sign_in_failures_name_key", ["name_key", "at"], unique=False)

    op.create_table(
        "reg_staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_staff")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_staff_public_id")),
        sa.UniqueConstraint("username", name=op.f("uq_reg_staff_username")),
    )
    op.create_table(
        "reg_workdays",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reg_workdays")),
    )
    op.create_table(
        "reg_ledger_bodies",
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("restricted_salt", sa.LargeBinary(), nullable=True),
        sa.Column("restricted", sa.LargeBinary(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book", "position"],
            ["reg_ledger_entries.book", "reg_ledger_entries.position"],
            name=op.f("fk_reg_ledger_bodies_book_position_reg_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("book", "position", name=op.f("pk_reg_ledger_bodies")),
    )
    op.create_table(
        "reg_staff_roles",
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["reg_staff.id"], name=op.f("fk_reg_staff_roles_staff_id_reg_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_reg_staff_roles")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("reg_staff_roles")
    op.drop_table("reg_ledger_bodies")
    op.drop_table("reg_workdays")
    op.drop_table("reg_staff")
    with op.batch_alter_table("reg_sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_sign_in_failures_name_key")
        batch_op.drop_index("ix_reg_sign_in_failures_address_key")

    op.drop_table("reg_sign_in_failures")
    op.drop_table("reg_ledger_tiles")
    op.drop_table("reg_ledger_heads")
    with op.batch_alter_table("reg_ledger_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_ledger_entries_version",
            sqlite_where=sa.text("book = 'public'"),
            postgresql_where=sa.text("book = 'public'"),
        )
        batch_op.drop_index("ix_reg_ledger_entries_record")

    op.drop_table("reg_ledger_entries")
    op.drop_table("reg_ledger_checkpoints")
    with op.batch_alter_table("reg_job_runs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_job_runs_running",
            sqlite_where=sa.text("outcome = 'running'"),
            postgresql_where=sa.text("outcome = 'running'"),
        )
        batch_op.drop_index("uq_reg_job_runs_job_slot")
        batch_op.drop_index(batch_op.f("ix_reg_job_runs_started"))

    op.drop_table("reg_job_runs")
    op.drop_table("reg_job_leases")
    with op.batch_alter_table("reg_clients", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_clients_name",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.drop_table("reg_clients")
