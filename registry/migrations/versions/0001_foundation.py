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
        "insp_matters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("rate", sa.String(length=200), nullable=False),
        sa.Column("frequency", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_matters")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_insp_matters_code_valid_from")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_matters_public_id")),
    )
    op.create_table(
        "pub_archive_serials",
        sa.Column("archive_class", sa.String(length=8), nullable=False),
        sa.Column("archive_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("archive_class", "archive_year", name=op.f("pk_pub_archive_serials")),
    )
    op.create_table(
        "pub_cursors",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pub_cursors")),
    )
    op.create_table(
        "pub_receipts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("platform_id", sa.String(length=128), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_receipts")),
        sa.UniqueConstraint(
            "client", "position", "fingerprint", name=op.f("uq_pub_receipts_client_position_fingerprint")
        ),
    )
    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.create_index("ix_pub_receipts_position", ["position"], unique=False)

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
        "reg_organisations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("licence_number", sa.String(length=64), nullable=True),
        sa.Column("form", sa.String(length=32), nullable=True),
        sa.Column("district", sa.String(length=6), nullable=False),
        sa.Column("head", sa.String(length=100), nullable=True),
        sa.Column("head_office_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("authority", sa.String(length=200), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("state_reason", sa.String(length=200), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["head_office_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_organisations_head_office_id_reg_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_organisations_public_id")),
    )
    with op.batch_alter_table("reg_organisations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_organisations_licence_number"), ["licence_number"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reg_organisations_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_organisations_uscc"), ["uscc"], unique=False)
        batch_op.create_index(
            "uq_reg_organisations_name",
            ["kind", "name_key"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.create_index(
            "uq_reg_organisations_uscc",
            ["uscc"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "reg_practitioners",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("id_type", sa.String(length=32), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_blind", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_practitioners")),
        sa.UniqueConstraint("id_blind", name=op.f("uq_reg_practitioners_id_blind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_practitioners_public_id")),
    )
    with op.batch_alter_table("reg_practitioners", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_practitioners_name_key"), ["name_key"], unique=False)

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
        "insp_inspectors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("district", sa.String(length=6), nullable=True),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("on_leave_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["reg_staff.id"], name=op.f("fk_insp_inspectors_staff_id_reg_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_inspectors")),
        sa.UniqueConstraint("certificate", name=op.f("uq_insp_inspectors_certificate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_inspectors_public_id")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_insp_inspectors_staff_id")),
    )
    op.create_table(
        "insp_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("strata", sa.Text(), nullable=False),
        sa.Column("reserve", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("yearly_cap", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["insp_matters.id"], name=op.f("fk_insp_tasks_matter_id_insp_matters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_tasks")),
        sa.UniqueConstraint("code", name=op.f("uq_insp_tasks_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_tasks_public_id")),
    )
    with op.batch_alter_table("insp_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_tasks_matter_id"), ["matter_id"], unique=False)

    op.create_table(
        "reg_credit_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(length=128), nullable=True),
        sa.Column("authority", sa.String(length=200), nullable=True),
        sa.Column("severity", sa.String(length=8), nullable=True),
        sa.Column("simple", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.LargeBinary(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("natural_key", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_credit_events_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_credit_events_practitioner_id_reg_practitioners"),
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["reg_credit_events.id"],
            name=op.f("fk_reg_credit_events_target_id_reg_credit_events"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_credit_events")),
        sa.UniqueConstraint("natural_key", name=op.f("uq_reg_credit_events_natural_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_credit_events_public_id")),
    )
    with op.batch_alter_table("reg_credit_events", schema=None) as batch_op:
        batch_op.create_index("ix_reg_credit_events_incomplete", ["incomplete", "id"], unique=False)
        batch_op.create_index("ix_reg_credit_events_kind_decided_on", ["kind", "decided_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reg_credit_events_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_credit_events_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reg_credit_events_target_id"), ["target_id"], unique=False)

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
        "reg_licences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profession", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=6), nullable=True),
        sa.Column("category", sa.String(length=200), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("state_reason", sa.String(length=200), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_licences_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_licences_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_licences")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reg_licences_public_id")),
    )
    with op.batch_alter_table("reg_licences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_licences_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_licences_practitioner_id"), ["practitioner_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reg_licences_serial"), ["serial"], unique=False)
        batch_op.create_index(
            "uq_reg_licences_number",
            ["profession", "number"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.create_index(
            "uq_reg_licences_practitioner",
            ["practitioner_id", "profession"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "reg_names",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (practitioner_id IS NULL)", name=op.f("ck_reg_names_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_names_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_names_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_names")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_reg_names_organisation_id")),
        sa.UniqueConstraint("practitioner_id", name=op.f("uq_reg_names_practitioner_id")),
    )
    op.create_table(
        "reg_organisation_states",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_organisation_states_organisation_id_reg_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_organisation_states")),
    )
    with op.batch_alter_table("reg_organisation_states", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reg_organisation_states_organisation_id"), ["organisation_id"], unique=False
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
    op.create_table(
        "insp_draws",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(length=64), nullable=False),
        sa.Column("commit_index", sa.Integer(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("record_index", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_by", sa.String(length=64), nullable=True),
        sa.Column("void_ground", sa.String(length=32), nullable=True),
        sa.Column("void_note", sa.Text(), nullable=True),
        sa.Column("void_proposed_by", sa.String(length=64), nullable=True),
        sa.Column("void_party", sa.String(length=64), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["insp_tasks.id"], name=op.f("fk_insp_draws_task_id_insp_tasks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_draws")),
        sa.UniqueConstraint("frame_sha256", name=op.f("uq_insp_draws_frame_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_draws_public_id")),
    )
    with op.batch_alter_table("insp_draws", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insp_draws_task_id"), ["task_id"], unique=False)
        batch_op.create_index(
            "uq_insp_draws_live_task",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('frozen', 'committed', 'ready')"),
            postgresql_where=sa.text("state IN ('frozen', 'committed', 'ready')"),
        )

    op.create_table(
        "insp_recusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inspector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspector_id"],
            ["insp_inspectors.id"],
            name=op.f("fk_insp_recusals_inspector_id_insp_inspectors"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_insp_recusals_organisation_id_reg_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_recusals")),
        sa.UniqueConstraint(
            "inspector_id", "organisation_id", name=op.f("uq_insp_recusals_inspector_id_organisation_id")
        ),
    )
    with op.batch_alter_table("insp_recusals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_recusals_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "pub_releases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("restricted", sa.LargeBinary(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_class", sa.String(length=8), nullable=True),
        sa.Column("archive_year", sa.SmallInteger(), nullable=True),
        sa.Column("archive_serial", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_pub_releases_event_id_reg_credit_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_releases")),
        sa.UniqueConstraint(
            "archive_class",
            "archive_year",
            "archive_serial",
            name=op.f("uq_pub_releases_archive_class_archive_year_archive_serial"),
        ),
        sa.UniqueConstraint("event_id", name=op.f("uq_pub_releases_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_releases_public_id")),
    )
    with op.batch_alter_table("pub_releases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_releases_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_releases_state"), ["state"], unique=False)

    op.create_table(
        "reg_engagements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("licence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["reg_licences.id"], name=op.f("fk_reg_engagements_licence_id_reg_licences")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_reg_engagements_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_reg_engagements_practitioner_id_reg_practitioners"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_engagements")),
    )
    with op.batch_alter_table("reg_engagements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_engagements_licence_id"), ["licence_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reg_engagements_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reg_engagements_practitioner_id"), ["practitioner_id"], unique=False
        )

    op.create_table(
        "reg_grams",
        sa.Column(
            "gram",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "name_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["name_id"], ["reg_names.id"], name=op.f("fk_reg_grams_name_id_reg_names")),
        sa.PrimaryKeyConstraint("gram", "name_id", name=op.f("pk_reg_grams")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reg_licence_numbers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("licence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["reg_licences.id"], name=op.f("fk_reg_licence_numbers_licence_id_reg_licences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_licence_numbers")),
    )
    with op.batch_alter_table("reg_licence_numbers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_licence_numbers_licence_id"), ["licence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reg_licence_numbers_number"), ["number"], unique=False)

    op.create_table(
        "reg_licence_states",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("licence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["reg_licences.id"], name=op.f("fk_reg_licence_states_licence_id_reg_licences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reg_licence_states")),
    )
    with op.batch_alter_table("reg_licence_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reg_licence_states_licence_id"), ["licence_id"], unique=False)

    op.create_table(
        "reg_terms",
        sa.Column(
            "term",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "name_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["name_id"], ["reg_names.id"], name=op.f("fk_reg_terms_name_id_reg_names")),
        sa.PrimaryKeyConstraint("term", "name_id", name=op.f("pk_reg_terms")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("reg_terms", schema=None) as batch_op:
        batch_op.create_index("ix_reg_terms_name_id_term", ["name_id", "term"], unique=False)

    op.create_table(
        "insp_chance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("supplied_by", sa.String(length=64), nullable=False),
        sa.Column("supplied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["insp_draws.id"], name=op.f("fk_insp_chance_draw_id_insp_draws")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_chance")),
        sa.UniqueConstraint("draw_id", "position", name=op.f("uq_insp_chance_draw_id_position")),
    )
    op.create_table(
        "insp_selections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inspectors", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["insp_draws.id"], name=op.f("fk_insp_selections_draw_id_insp_draws")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_insp_selections_organisation_id_reg_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_selections")),
        sa.UniqueConstraint(
            "draw_id", "organisation_id", name=op.f("uq_insp_selections_draw_id_organisation_id")
        ),
    )
    with op.batch_alter_table("insp_selections", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insp_selections_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "pub_notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("practitioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["reg_organisations.id"],
            name=op.f("fk_pub_notices_organisation_id_reg_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["reg_practitioners.id"],
            name=op.f("fk_pub_notices_practitioner_id_reg_practitioners"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["pub_releases.id"], name=op.f("fk_pub_notices_release_id_pub_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_notices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pub_notices_public_id")),
        sa.UniqueConstraint("release_id", name=op.f("uq_pub_notices_release_id")),
    )
    with op.batch_alter_table("pub_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_notices_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pub_notices_practitioner_id"), ["practitioner_id"], unique=False)
        batch_op.create_index("ix_pub_notices_state_kind_id", ["state", "kind", "id"], unique=False)
        batch_op.create_index("ix_pub_notices_state_until", ["state", "until"], unique=False)

    op.create_table(
        "pub_release_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("sent_back", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["pub_releases.id"], name=op.f("fk_pub_release_steps_release_id_pub_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pub_release_steps")),
    )
    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pub_release_steps_release_id"), ["release_id"], unique=False)

    op.create_table(
        "insp_visits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.Column("measure", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["reg_credit_events.id"], name=op.f("fk_insp_visits_event_id_reg_credit_events")
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["insp_selections.id"], name=op.f("fk_insp_visits_selection_id_insp_selections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insp_visits")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insp_visits_public_id")),
        sa.UniqueConstraint("selection_id", name=op.f("uq_insp_visits_selection_id")),
    )
    op.create_table(
        "pub_notice_versions",
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["pub_notices.id"], name=op.f("fk_pub_notice_versions_notice_id_pub_notices")
        ),
        sa.PrimaryKeyConstraint("notice_id", "version", name=op.f("pk_pub_notice_versions")),
        sa.UniqueConstraint("position", name=op.f("uq_pub_notice_versions_position")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("pub_notice_versions")
    op.drop_table("insp_visits")
    with op.batch_alter_table("pub_release_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_release_steps_release_id"))

    op.drop_table("pub_release_steps")
    with op.batch_alter_table("pub_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_notices_state_until")
        batch_op.drop_index("ix_pub_notices_state_kind_id")
        batch_op.drop_index(batch_op.f("ix_pub_notices_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_pub_notices_organisation_id"))

    op.drop_table("pub_notices")
    with op.batch_alter_table("insp_selections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_selections_organisation_id"))

    op.drop_table("insp_selections")
    op.drop_table("insp_chance")
    with op.batch_alter_table("reg_terms", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_terms_name_id_term")

    op.drop_table("reg_terms")
    with op.batch_alter_table("reg_licence_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_licence_states_licence_id"))

    op.drop_table("reg_licence_states")
    with op.batch_alter_table("reg_licence_numbers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_licence_numbers_number"))
        batch_op.drop_index(batch_op.f("ix_reg_licence_numbers_licence_id"))

    op.drop_table("reg_licence_numbers")
    op.drop_table("reg_grams")
    with op.batch_alter_table("reg_engagements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_engagements_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_engagements_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_reg_engagements_licence_id"))

    op.drop_table("reg_engagements")
    with op.batch_alter_table("pub_releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pub_releases_state"))
        batch_op.drop_index(batch_op.f("ix_pub_releases_due_on"))

    op.drop_table("pub_releases")
    with op.batch_alter_table("insp_recusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_recusals_organisation_id"))

    op.drop_table("insp_recusals")
    with op.batch_alter_table("insp_draws", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_insp_draws_live_task",
            sqlite_where=sa.text("state IN ('frozen', 'committed', 'ready')"),
            postgresql_where=sa.text("state IN ('frozen', 'committed', 'ready')"),
        )
        batch_op.drop_index(batch_op.f("ix_insp_draws_task_id"))

    op.drop_table("insp_draws")
    op.drop_table("reg_staff_roles")
    with op.batch_alter_table("reg_organisation_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_organisation_states_organisation_id"))

    op.drop_table("reg_organisation_states")
    op.drop_table("reg_names")
    with op.batch_alter_table("reg_licences", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_licences_practitioner",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(
            "uq_reg_licences_number",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reg_licences_serial"))
        batch_op.drop_index(batch_op.f("ix_reg_licences_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_licences_organisation_id"))

    op.drop_table("reg_licences")
    op.drop_table("reg_ledger_bodies")
    with op.batch_alter_table("reg_credit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_credit_events_target_id"))
        batch_op.drop_index(batch_op.f("ix_reg_credit_events_practitioner_id"))
        batch_op.drop_index(batch_op.f("ix_reg_credit_events_organisation_id"))
        batch_op.drop_index("ix_reg_credit_events_kind_decided_on")
        batch_op.drop_index("ix_reg_credit_events_incomplete")

    op.drop_table("reg_credit_events")
    with op.batch_alter_table("insp_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insp_tasks_matter_id"))

    op.drop_table("insp_tasks")
    op.drop_table("insp_inspectors")
    op.drop_table("reg_workdays")
    op.drop_table("reg_staff")
    with op.batch_alter_table("reg_sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_reg_sign_in_failures_name_key")
        batch_op.drop_index("ix_reg_sign_in_failures_address_key")

    op.drop_table("reg_sign_in_failures")
    with op.batch_alter_table("reg_practitioners", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reg_practitioners_name_key"))

    op.drop_table("reg_practitioners")
    with op.batch_alter_table("reg_organisations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reg_organisations_uscc",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(
            "uq_reg_organisations_name",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reg_organisations_uscc"))
        batch_op.drop_index(batch_op.f("ix_reg_organisations_name_key"))
        batch_op.drop_index(batch_op.f("ix_reg_organisations_licence_number"))

    op.drop_table("reg_organisations")
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
    with op.batch_alter_table("pub_receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_pub_receipts_position")

    op.drop_table("pub_receipts")
    op.drop_table("pub_cursors")
    op.drop_table("pub_archive_serials")
    op.drop_table("insp_matters")
