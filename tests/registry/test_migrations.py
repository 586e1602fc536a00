"""An office upgrades by one command: the schema that the migrations make is the one that the program was written for."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, inspect, text

from publicity.app import PARTS
from registry import migrations
from registry.kernel.store import Base, make_engine

ROOT = Path(__file__).parents[2]
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def bare(bare_database_url: str) -> Iterator[Engine]:
    engine = make_engine(bare_database_url)
    yield engine
    engine.dispose()


def test_a_new_database_gets_exactly_the_tables_of_the_models(bare: Engine) -> None:
    with bare.connect() as connection:
        assert migrations.pending(connection)
    migrations.upgrade(bare)
    with bare.connect() as connection:
        assert not migrations.pending(connection)
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_new_database_gets_the_checks_of_the_models(bare: Engine) -> None:
    """Alembic does not compare these, so a forgotten one would show only when bad rows are in."""
    migrations.upgrade(bare)
    inspector = inspect(bare)
    for table in Base.metadata.sorted_tables:
        meant = {
            str(item.name) for item in table.constraints if isinstance(item, CheckConstraint) and item.name
        }
        assert {str(item["name"]) for item in inspector.get_check_constraints(table.name)} == meant, (
            table.name
        )


def test_the_triggers_of_every_part_stand(bare: Engine) -> None:
    statements = [statement for part in PARTS for statement in part.triggers.get(bare.dialect.name, ())]
    meant = {
        found[1] for statement in statements if (found := re.match(r"\s*CREATE TRIGGER (\w+)", statement))
    }
    migrations.upgrade(bare)
    with bare.connect() as connection:
        assert set(connection.scalars(text(TRIGGERS[bare.dialect.name]))) == meant
    assert meant


def test_upgrading_again_changes_nothing(bare: Engine) -> None:
    migrations.upgrade(bare)
    with bare.connect() as connection:
        before = migrations.revision(connection)
    migrations.upgrade(bare)
    with bare.connect() as connection:
        assert migrations.revision(connection) == before == migrations.newest()


def test_an_office_that_upgrades_keeps_what_it_had(bare: Engine) -> None:
    """SQLite changes a table by making it anew; with foreign keys watched, dropping the old one would empty it."""
    with bare.execution_options(unit="schema").begin() as connection:
        command.upgrade(migrations._config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO reg_organisations (id, public_id, kind, name, name_key, district, state, state_since,"
                " doubts, enrolled_at) VALUES (1, 'a', 'law_firm', '明理', '明理', '310101', 'normal', '2001-01-01', '[]',"
                " '2026-01-01 00:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO reg_organisation_states (id, organisation_id, state, since)"
                " VALUES (1, 1, 'normal', '2001-01-01')"
            )
        )
        connection.execute(text("INSERT INTO reg_names (id, key, organisation_id) VALUES (1, '明理', 1)"))
    migrations.upgrade(bare)
    with bare.connect() as connection:
        joined = text(
            "SELECT o.name, s.state, n.key FROM reg_organisations o JOIN reg_names n ON n.organisation_id = o.id"
            " JOIN reg_organisation_states s ON s.organisation_id = o.id"
        )
        assert connection.execute(joined).all() == [("明理", "normal", "明理")]


def test_hosts_that_start_at_the_same_moment_upgrade_once(bare_database_url: str) -> None:
    # With no more imports than these: the schema is made before anything else of the service is there.
    program = "import sys, registry.migrations as m, registry.kernel.store as s; m.upgrade(s.make_engine(sys.argv[1]))"
    hosts = [subprocess.Popen([sys.executable, "-c", program, bare_database_url], cwd=ROOT) for _ in range(3)]
    assert [host.wait(120) for host in hosts] == [0, 0, 0]
